"""What a relay pushes, all that waits at once: one durable step for many pushes under load."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Final

from paraph.protocol.note import parse_head, parse_note
from paraph.protocol.wire import Entries

MOST: Final = 16
"""Pushes that are taken in at once; the others wait at the connection, which counts them."""


async def together(pushes: AsyncIterator[Entries]) -> AsyncGenerator[tuple[Entries, ...], None]:
    """Yield what came of *pushes* since the last time, never nothing, until they end.

    What no head covers yet waits for the push that brings one: were it taken in, nothing could be
    signed here before that. What is left of it at the end is asked for again.

    Raises:
        ParaphError: What ended them, after everything that came before.
    """
    waiting: deque[Entries] = deque()
    came, taken = asyncio.Event(), asyncio.Event()

    async def collect() -> None:
        try:
            async for each in pushes:
                waiting.append(each)
                came.set()
                while len(waiting) >= MOST:
                    taken.clear()
                    await taken.wait()
        finally:
            came.set()

    collecting = asyncio.create_task(collect())
    try:
        while not collecting.done() or came.is_set():
            await came.wait()
            came.clear()
            served = tuple(waiting)[: _covered(waiting)]
            for _ in served:
                waiting.popleft()
            taken.set()
            if served:
                yield served
        collecting.result()
    finally:
        collecting.cancel()
        await asyncio.gather(collecting, return_exceptions=True)


def _covered(waiting: Sequence[Entries]) -> int:
    # How many of them there are up to the last head that covers what was pushed with it; all of
    # them where there are too many to wait.
    for count in range(len(waiting), 0, -1):
        pushed = waiting[count - 1]
        end = pushed.start + len(pushed.envelopes)
        if pushed.note and parse_head(parse_note(pushed.note).text).size >= end:
            return count
    return len(waiting) if len(waiting) >= MOST else 0
