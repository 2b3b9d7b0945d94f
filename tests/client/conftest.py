"""A relay in memory, which serves the channel."""

import pytest

from tests.support.channel import Channel
from tests.support.memory_relay import MemoryRelay


@pytest.fixture
def relay(channel: Channel) -> MemoryRelay:
    return MemoryRelay(channel)
