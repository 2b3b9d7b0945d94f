"""When somebody last asked for anything, to lock the desk behind a person who left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from aiohttp import web

from paraph.client.web.office import Office

LOOK_S: Final = 15.0
"""How often the clock is looked at: a machine that slept has not counted its own waiting."""


def awake_and_asleep_s() -> float:
    """Return seconds that only grow, those in which the machine slept included."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Presence:
    """Since when nobody asked for anything.

    Args:
        lock_after_s: Seconds without a request after which the desk is locked; 0 = never.
        clock: Seconds that only grow.

    Attributes:
        after_s: See *lock_after_s*; whoever is there may choose another.
    """

    def __init__(
        self, lock_after_s: float, clock: Callable[[], float] = awake_and_asleep_s
    ) -> None:
        self.after_s = lock_after_s
        self._clock: Final = clock
        self._last = clock()

    def seen(self) -> None:
        """Somebody is there."""
        self._last = self._clock()

    @property
    def is_gone(self) -> bool:
        """Whether nobody asked for anything for too long."""
        return bool(self.after_s) and self._clock() - self._last >= self.after_s

    async def lock_if_gone(self, office: Office) -> None:
        """Lock the office if the person is gone: before an answer, not only by the clock."""
        if self.is_gone and not office.is_locked:
            await office.lock()

    async def watch(self, office: Office) -> None:
        """Lock the office whenever the person is gone, until cancelled."""
        while True:
            await self.lock_if_gone(office)
            left_s = self._last + self.after_s - self._clock()
            await asyncio.sleep(min(LOOK_S, left_s) if left_s > 0 else LOOK_S)


PRESENCE: Final = web.AppKey("presence", Presence)
