"""The replica of a home that has been in a channel from the beginning."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from paraph.client.keys.home import ChannelHome, Home
from paraph.client.log.replica import Replica
from tests.support.channel import Channel


@pytest.fixture
def folder(channel: Channel, tmp_path: Path) -> ChannelHome:
    return Home(tmp_path / "home").channel(channel.id)


@pytest.fixture
def replica(channel: Channel, folder: ChannelHome) -> Iterator[Replica]:
    made = Replica.create(folder, channel.founding)
    yield made
    made.close()
