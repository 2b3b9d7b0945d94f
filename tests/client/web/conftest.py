"""Two ministries with a first text between them; pages are asked for inside the test's own loop."""

from pathlib import Path

import pytest

from tests.support.chancery import MANDATE, chancery
from tests.support.commands import Person, write
from tests.support.exchange import exchanging, send_base


@pytest.fixture
def desks(tmp_path: Path) -> tuple[Person, Person]:
    # Commands run loops of their own, so they run before the test's begins.
    usa, rus, _ = exchanging(tmp_path)
    send_base(usa)
    return usa, rus


@pytest.fixture
def mandated(desks: tuple[Person, Person]) -> tuple[Person, Person]:
    # The first party has an internal channel, and a mandate in it.
    usa, rus = desks
    head = chancery(usa)
    head.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE))
    return usa, rus
