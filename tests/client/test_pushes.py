"""Pushes that wait are handed over at once, none is lost, and what ended them is told last."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from paraph.client import pushes
from paraph.protocol.errors import UnavailableError
from paraph.protocol.wire import Entries


def push(start: int) -> Entries:
    return Entries(request=0, start=start, envelopes=(), bodies=(), note=b"")


async def test_what_waits_comes_at_once_and_the_end_after_it() -> None:
    async def coming() -> AsyncIterator[Entries]:
        for start in range(5):
            yield push(start)
        raise UnavailableError("the relay closed the connection")

    found: list[tuple[int, ...]] = []

    async def take() -> None:
        async for served in pushes.together(coming()):
            found.append(tuple(each.start for each in served))  # noqa: PERF401 - it ends with an error

    with pytest.raises(UnavailableError, match="closed"):
        await take()
    assert found == [(0, 1, 2, 3, 4)]


async def test_pushes_that_come_one_by_one_are_not_waited_for() -> None:
    following = asyncio.Queue[int]()

    async def coming() -> AsyncIterator[Entries]:
        while (start := await following.get()) >= 0:
            yield push(start)

    found: list[int] = []
    following.put_nowait(0)
    async for served in pushes.together(coming()):
        found += [each.start for each in served]
        following.put_nowait(found[-1] + 1 if found[-1] < 3 else -1)
    assert found == [0, 1, 2, 3]


async def test_no_more_are_collected_than_are_taken_in_at_once() -> None:
    asked: list[int] = []

    async def coming() -> AsyncIterator[Entries]:
        for start in range(3 * pushes.MOST):
            asked.append(start)
            yield push(start)

    found: list[int] = []
    async for served in pushes.together(coming()):
        assert len(served) <= pushes.MOST
        assert len(asked) <= len(found) + pushes.MOST
        found += [each.start for each in served]
        for _ in range(5):
            await asyncio.sleep(0)
    assert found == asked == list(range(3 * pushes.MOST))


async def test_whoever_stops_following_leaves_nothing_behind() -> None:
    ended: list[bool] = []

    async def coming() -> AsyncIterator[Entries]:
        try:
            yield push(0)
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async with contextlib.aclosing(pushes.together(coming())) as following:
        async for _ in following:
            break
    assert ended == [True]
