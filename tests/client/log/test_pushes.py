"""Pushes that wait are handed over at once, none is lost, and what ended them is told last."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator

import pytest

from paraph.client.log import pushes
from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.errors import UnavailableError
from paraph.protocol.tree import leaf_hash
from paraph.protocol.wire import Entries

SECRET = LogSecret.generate()


@functools.cache
def push(start: int, size: int | None = None) -> Entries:
    """Return one entry, with a head of *size*; 0 = without one."""
    covered = start + 1 if size is None else size
    note = SECRET.sign("a/log", covered, leaf_hash(b"")) if covered else b""
    return Entries(request=0, start=start, envelopes=(b"",), bodies=(), note=note)


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


@pytest.mark.parametrize("size", [0, 1])
async def test_what_no_head_covers_waits_for_the_push_that_brings_one(size: int) -> None:
    """Else a desk that answers what came could sign nothing: its log would not be settled."""
    going_on = asyncio.Event()

    async def coming() -> AsyncIterator[Entries]:
        yield push(0)
        yield push(1, size)
        await going_on.wait()
        yield push(2)
        yield push(3, size)

    found: list[tuple[int, ...]] = []
    async for served in pushes.together(coming()):
        found += [tuple(each.start for each in served)]
        going_on.set()
    assert found == [(0,), (1, 2)], "the last one is asked for again"


async def test_too_many_without_a_head_are_taken_in_all_the_same() -> None:
    async def coming() -> AsyncIterator[Entries]:
        for start in range(pushes.MOST + 1):
            yield push(start, 0)
        yield push(pushes.MOST + 1)

    found = [[each.start for each in served] async for served in pushes.together(coming())]
    assert found == [list(range(pushes.MOST)), [pushes.MOST, pushes.MOST + 1]]


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
