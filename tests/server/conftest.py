"""A relay with a channel on it, and one person of each party."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from paraph.server.service import RelayService
from tests.support.channel import Channel
from tests.support.clock import FakeClock
from tests.support.parties import Person
from tests.support.relay import relay_with


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def service(
    channel: Channel, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[RelayService]:
    async with relay_with(channel, tmp_path, clock=clock) as made:
        yield made


@pytest.fixture
def officer(channel: Channel) -> Person:
    return channel.party("RUS").person("desk_officer")


@pytest.fixture
def other(channel: Channel) -> Person:
    return channel.party("USA").person("desk_officer")
