"""Hints to open pages: something came, look again. They carry no content."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final, Literal

Hint = Literal["changed", "link", "locked"]

MOST_WAITING: Final = 8
"""Hints that may wait for one page; more say nothing new."""


class Hints:
    """Everybody who listens, and what they are told."""

    def __init__(self) -> None:
        self._listening: set[asyncio.Queue[Hint | None]] = set()
        self._closed = False

    def tell(self, hint: Hint) -> None:
        """Tell every open page."""
        for queue in self._listening:
            if queue.qsize() < MOST_WAITING:
                queue.put_nowait(hint)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        for queue in self._listening:
            queue.put_nowait(None)

    async def listen(self) -> AsyncIterator[Hint]:
        """Yield hints until :meth:`close`; those of before are not told."""
        queue: asyncio.Queue[Hint | None] = asyncio.Queue()
        self._listening.add(queue)
        try:
            while not self._closed and (hint := await queue.get()) is not None:
                yield hint
        finally:
            self._listening.discard(queue)
