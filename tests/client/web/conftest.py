"""Two ministries with a first text between them; pages are asked for inside the test's own loop."""

from pathlib import Path

import pytest

from tests.support.chancery import MANDATE, chancery
from tests.support.commands import Person, write
from tests.support.exchange import exchanging, send_base
from tests.support.memory_front import MemoryFront


@pytest.fixture
def desks(party: tuple[Person, Person, MemoryFront]) -> tuple[Person, Person]:
    return party[:2]


@pytest.fixture
def party(tmp_path: Path) -> tuple[Person, Person, MemoryFront]:
    # Two ministries and the relays between them. Commands run loops of their own, so they run
    # before the test's begins.
    usa, rus, front = exchanging(tmp_path)
    send_base(usa)
    return usa, rus, front


@pytest.fixture
def mandated(desks: tuple[Person, Person]) -> tuple[Person, Person]:
    # The first party has an internal channel, and a mandate in it.
    usa, rus = desks
    head = chancery(usa)
    head.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE))
    return usa, rus
