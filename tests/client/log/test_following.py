"""Following a relay: what is placed comes by itself, and again after a cut."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from paraph.client.backoff import Backoff
from paraph.client.log.replica import Replica
from paraph.protocol.errors import RefusedError, UnavailableError
from paraph.protocol.wire import Entries
from tests.client.log.said import say
from tests.support.channel import Channel
from tests.support.memory_relay import MemoryRelay


async def test_following_releases_what_is_placed_and_comes_back_after_a_cut(
    replica: Replica, channel: Channel
) -> None:
    waits: list[float] = []

    async def at_once(delay_s: float) -> None:
        waits.append(delay_s)

    class Cutting(MemoryRelay):
        cuts = 3

        async def follow(self, start: int) -> AsyncIterator[Entries]:
            async for each in super().follow(start):
                yield each
                if self.cuts:
                    self.cuts -= 1
                    raise UnavailableError("cut")

    relay = Cutting(channel)
    seen: list[int] = []
    async with contextlib.aclosing(
        replica.follow(relay, backoff=Backoff(sleep=at_once, fraction=lambda: 0.5))
    ) as following:
        async for released in following:
            seen += released
            if channel.log.size < 20:
                await say(relay)
            else:
                break
    assert seen == list(range(20))
    assert waits == [0.1, 0.1, 0.1]


async def test_reaching_waits_for_a_push_where_somebody_follows(
    replica: Replica, relay: MemoryRelay
) -> None:
    async def follow() -> None:
        async for _ in replica.follow(relay):
            pass

    following = asyncio.create_task(follow())
    await replica.moved()
    index = await say(relay)
    await replica.reach(relay, index + 1)
    assert replica.size == index + 1
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following
    await replica.reach(relay, await say(relay) + 1)
    with pytest.raises(UnavailableError):
        await replica.reach(relay, replica.size + 1)


async def test_a_refusal_without_a_time_to_wait_ends_the_following(
    replica: Replica, channel: Channel
) -> None:
    class Refusing(MemoryRelay):
        async def entries(self, start: int) -> Entries:  # noqa: ARG002
            raise RefusedError("no", code="key-ended")

    with pytest.raises(RefusedError):
        async for _ in replica.follow(Refusing(channel)):
            pass
