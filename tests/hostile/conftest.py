"""A channel, an honest relay, one that lies over it, and a desk of RUS and one of USA."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from paraph.client.backoff import Backoff
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.log.replica import Replica
from paraph.client.sending.outbox import Outbox
from tests.hostile.lying_relay import LyingRelay
from tests.support.channel import Channel
from tests.support.memory_relay import MemoryRelay

MakeReplica = Callable[[str], Replica]


async def no_wait(_: float) -> None:
    """Stand for the time between two attempts."""


@pytest.fixture
def relay(channel: Channel) -> LyingRelay:
    return LyingRelay(MemoryRelay(channel))


@pytest.fixture
def make_replica(channel: Channel, tmp_path: Path) -> Iterator[MakeReplica]:
    made: list[Replica] = []

    def make(name: str) -> Replica:
        folder = Home(tmp_path / name).channel(channel.id)
        made.append(Replica.create(folder, channel.founding))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def replica(make_replica: MakeReplica) -> Replica:
    """The verified log of USA's desk."""
    return make_replica("usa")


@pytest.fixture
def folder(replica: Replica) -> ChannelHome:
    return replica.home


@pytest.fixture
def outbox(channel: Channel, make_replica: MakeReplica) -> Outbox:
    """What RUS's desk officer says, over a verified log of its own."""
    author = channel.party("RUS").person("desk_officer")
    return Outbox(make_replica("rus"), author.signing, backoff=Backoff(sleep=no_wait))
