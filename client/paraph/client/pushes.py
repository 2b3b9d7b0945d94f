"""What a relay pushes, all that waits at once: one durable step for many pushes under load."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final

from paraph.protocol.wire import Entries

MOST: Final = 16
"""Pushes that are taken in at once; the others wait at the connection, which counts them."""


async def together(pushes: AsyncIterator[Entries]) -> AsyncGenerator[tuple[Entries, ...], None]:
    """Yield what came of *pushes* since the last time, never nothing, until they end.

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
        while waiting or not collecting.done():
            await came.wait()
            came.clear()
            served = tuple(waiting)
            waiting.clear()
            taken.set()
            if served:
                yield served
        collecting.result()
    finally:
        collecting.cancel()
        await asyncio.gather(collecting, return_exceptions=True)
