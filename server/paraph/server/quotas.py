"""Token buckets: how much one key may ask of the relay, and when it may ask again."""

from __future__ import annotations

import collections
import dataclasses
import math
from typing import Final

from paraph.protocol.errors import RefusedError
from paraph.server.clock import Clock

MOST_BUCKETS: Final = 100_000
"""Buckets kept; the one that was used longest ago goes first, and would be full by then."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rate:
    """How fast a bucket fills, and how much it holds."""

    per_s: float
    burst: int


class Quotas:
    """One bucket for each key it is asked about.

    Args:
        clock: The steady clock counts.
        rate: Of every bucket that is not asked for with a rate of its own.
        most: Buckets kept.
    """

    def __init__(self, clock: Clock, rate: Rate, most: int = MOST_BUCKETS) -> None:
        self._clock = clock
        self._rate = rate
        self._most = most
        self._buckets: collections.OrderedDict[bytes, tuple[float, float]] = (
            collections.OrderedDict()
        )

    def take(self, *key: bytes, rate: Rate | None = None) -> None:
        """Take one from the bucket of *key*.

        Raises:
            RefusedError: Code ``quota``, with the seconds to wait.
        """
        limit = rate or self._rate
        name = b"\0".join(key)
        now = self._clock.steady_s()
        level, at = self._buckets.pop(name, (float(limit.burst), now))
        level = min(float(limit.burst), level + (now - at) * limit.per_s)
        short = 1 - level
        self._buckets[name] = (level if short > 0 else level - 1, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        if short > 0:
            wait_s = max(1, math.ceil(short / limit.per_s))
            raise RefusedError(
                f"expected at most {limit.burst} at once and {limit.per_s:g} a second",
                code="quota",
                hint="wait, then send the same bytes again",
                retry_after_s=wait_s,
            )
