"""Bodies of entries: fetched, checked, kept, missed."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from paraph.client.log.replica import Replica
from paraph.protocol import signed
from paraph.protocol.errors import UnavailableError
from paraph.protocol.names import Digest
from paraph.protocol.statements.envelope import SealedContent
from paraph.protocol.wire import Entries
from tests.client.log.said import say
from tests.support.channel import Channel
from tests.support.memory_relay import MemoryRelay


def sealed_at(channel: Channel, index: int) -> SealedContent:
    content = signed.read(channel.envelopes[index]).statement.content
    assert isinstance(content, SealedContent)
    return content


async def test_bodies_are_fetched_checked_and_counted(replica: Replica, channel: Channel) -> None:
    class Lying(MemoryRelay):
        wrong: bytes = b""

        async def body(self, digest: Digest) -> bytes:
            return b"other" if digest == self.wrong else await super().body(digest)

    relay = Lying(channel)
    first = await say(relay)
    second = await say(relay)
    third = await say(relay)
    await replica.sync(relay)
    assert replica.held() == first
    content = sealed_at(channel, second)
    relay.wrong = content.body_digest
    assert await replica.fetch_bodies(relay) == 2
    assert replica.held() == second
    assert [each.name for each in replica.alarms()] == ["body-differs"]
    relay.wrong = b""
    assert await replica.fetch_bodies(relay) == 1
    assert replica.held() == replica.size == third + 1
    assert replica.body(content.body_digest) == relay.bodies[content.body_digest]


async def test_a_body_that_is_gone_is_alarmed_and_others_still_come(
    replica: Replica, channel: Channel
) -> None:
    relay = MemoryRelay(channel)
    first = await say(relay)
    await say(relay)
    content = sealed_at(channel, first)
    del relay.bodies[content.body_digest]
    await replica.sync(relay)
    assert await replica.fetch_bodies(relay) == 1
    assert replica.held() == first
    assert [each.name for each in replica.alarms()] == ["body-missing"]


async def test_a_cut_while_bodies_come_keeps_those_that_came(
    replica: Replica, channel: Channel
) -> None:
    class Cut(MemoryRelay):
        left = 1

        async def body(self, digest: Digest) -> bytes:
            if not self.left:
                raise UnavailableError("cut")
            self.left -= 1
            return await super().body(digest)

    relay = Cut(channel)
    first = await say(relay)
    await say(relay)
    await replica.sync(relay)
    with pytest.raises(UnavailableError):
        await replica.fetch_bodies(relay)
    assert replica.held() == first + 1


async def test_bodies_that_come_along_are_kept_if_an_entry_names_them(
    replica: Replica, channel: Channel
) -> None:
    class Generous(MemoryRelay):
        async def entries(self, start: int) -> Entries:
            served = await super().entries(start)
            along = (*list(self.bodies.values())[1:], b"nobody names this")
            return dataclasses.replace(served, bodies=along)

    relay = Generous(channel)
    first = await say(relay)
    await say(relay)
    await replica.sync(relay)
    assert replica.held() == first, "the first body did not come along"
    wrong, right = list(relay.bodies)
    assert replica.body(right) == relay.bodies[right]
    assert replica.body(wrong) is None
    assert replica.body(hashlib.sha256(b"nobody names this").digest()) is None
    assert await replica.fetch_bodies(relay) == 1
    assert replica.held() == replica.size
