"""Time as the relay uses it: a wall clock for claims and alarms, a steady one for waiting."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What tests replace. No rule about statements asks it: those use log time (SPEC 5.7)."""

    def now_ms(self) -> int:
        """Wall clock, POSIX ms."""

    def steady_s(self) -> float:
        """Seconds that only ever grow."""


class SystemClock:
    """The clock of the machine."""

    def now_ms(self) -> int:
        """Wall clock, POSIX ms."""
        return time.time_ns() // 1_000_000

    def steady_s(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()
