"""What every test folder shares: a missing program is skipped, or fails where all must run."""

import os
import shutil

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a program that is not here, unless ``make test-all`` asked for all."""
    if os.environ.get("PARAPH_TEST_ALL"):
        return
    for item in items:
        for marker in item.iter_markers("needs"):
            missing = [tool for tool in marker.args if shutil.which(tool) is None]
            if missing:
                item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(missing)}"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail, rather than skip, where all must run."""
    for marker in item.iter_markers("needs"):
        missing = [tool for tool in marker.args if shutil.which(tool) is None]
        if missing:
            pytest.fail(f"needs {', '.join(missing)}: install it, or run make test", pytrace=False)
