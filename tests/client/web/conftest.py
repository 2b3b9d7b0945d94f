"""Two ministries with a first text between them; pages are asked for inside the test's own loop."""

from pathlib import Path

import pytest

from tests.support.chancery import BASE, MANDATE, chancery, exchanging, write
from tests.support.commands import Person


@pytest.fixture
def desks(tmp_path: Path) -> tuple[Person, Person]:
    # Commands run loops of their own, so they run before the test's begins.
    usa, rus, _ = exchanging(tmp_path)
    usa.ok("send", write(usa, "base.yaml", BASE))
    return usa, rus


@pytest.fixture
def mandated(desks: tuple[Person, Person]) -> tuple[Person, Person]:
    # The first party has an internal channel, and a mandate in it.
    usa, rus = desks
    head = chancery(usa)
    head.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE))
    return usa, rus
