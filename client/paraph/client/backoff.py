"""Waiting longer after each failure, at random, so that many desks do not come back at once."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

BASE_S: Final = 0.2
CAP_S: Final = 30.0

Sleep = Callable[[float], Awaitable[None]]


def _fraction() -> float:
    return secrets.randbelow(1_000_001) / 1_000_000


class Backoff:
    """Full jitter: after the n-th failure in a row wait between 0 and ``base * 2**n``, capped.

    Args:
        base_s: Longest wait after the first failure.
        cap_s: Longest wait ever, unless the relay asks for more.
        sleep: What waits.
        fraction: A number in [0, 1], drawn anew each time.
    """

    __slots__ = ("_base_s", "_cap_s", "_fraction", "_sleep", "failures")

    def __init__(
        self,
        base_s: float = BASE_S,
        cap_s: float = CAP_S,
        *,
        sleep: Sleep = asyncio.sleep,
        fraction: Callable[[], float] = _fraction,
    ) -> None:
        self._base_s = base_s
        self._cap_s = cap_s
        self._sleep = sleep
        self._fraction = fraction
        self.failures = 0

    def succeeded(self) -> None:
        """Begin again from the shortest wait."""
        self.failures = 0

    def next_delay(self, retry_after_s: float = 0) -> float:
        """Count a failure and return how long to wait: at least what the relay asked for."""
        ceiling = min(self._cap_s, self._base_s * (1 << min(self.failures, 32)))
        self.failures += 1
        return retry_after_s + ceiling * self._fraction()

    async def wait(self, retry_after_s: float = 0) -> None:
        """Count a failure and wait."""
        await self._sleep(self.next_delay(retry_after_s))
