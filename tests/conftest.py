"""What every test folder shares: hypothesis' profiles, programs that a test needs, a channel."""

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from tests.support.channel import Channel, make_channel

# A deadline, or a health check on speed, would measure the machine and what else runs on it.
settings.register_profile(
    "short",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=DirectoryBasedExampleDatabase("var/cache/hypothesis"),
    print_blob=True,
)
settings.register_profile("long", settings.get_profile("short"), max_examples=5_000)
settings.load_profile("long" if os.environ.get("PARAPH_LONG") else "short")


def _missing(item: pytest.Item) -> list[str]:
    tools = [tool for marker in item.iter_markers("needs") for tool in marker.args]
    return [tool for tool in tools if shutil.which(tool) is None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a program that is not here, unless ``make test-all`` asked for all."""
    if os.environ.get("PARAPH_TEST_ALL"):
        return
    for item in items:
        if missing := _missing(item):
            item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(missing)}"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail, rather than skip, where all must run."""
    if missing := _missing(item):
        pytest.fail(f"needs {', '.join(missing)}: install it, or run make test", pytrace=False)


@pytest.fixture
def channel() -> Channel:
    """A channel of two parties, founded and open."""
    return make_channel()
