"""A clock that stands still until a test moves it, and a wait that takes no time."""

from __future__ import annotations

import asyncio

from tests.support.channel import START


async def at_once(_: float) -> None:
    """Stand for a sleep: let others go on, and come back."""
    await asyncio.sleep(0)


class FakeClock:
    """A :class:`paraph.server.clock.Clock`."""

    def __init__(self, now_ms: int = START) -> None:
        self._now_ms = now_ms
        self._steady_s = 1000.0

    def now_ms(self) -> int:
        """Wall clock, POSIX ms."""
        return self._now_ms

    def steady_s(self) -> float:
        """Seconds that only ever grow."""
        return self._steady_s

    def advance(self, seconds: float) -> None:
        """Let time pass, on both clocks."""
        self._now_ms += int(seconds * 1000)
        self._steady_s += seconds
