"""Desks with an outbox, each in a home of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from paraph.client.keys.home import Home
from tests.client.sending.seat import Desk
from tests.support.channel import Channel
from tests.support.memory_relay import MemoryRelay


@pytest.fixture
def seat(channel: Channel, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def sit(code: str = "RUS", role: str = "desk_officer", home: str = "") -> Desk:
        folder = Home(tmp_path / (home or f"{code}-{role}")).channel(channel.id)
        desk = Desk(channel, channel.party(code).person(role), folder)
        made.append(desk)
        return desk

    yield sit
    for each in made:
        each.replica.close()


@pytest.fixture
async def desk(seat: Callable[..., Desk], relay: MemoryRelay) -> Desk:
    sitting = seat()
    await sitting.replica.sync(relay)
    return sitting
