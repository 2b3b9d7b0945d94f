"""The wall clock of this machine: what ``sent_at`` claims, and alarms. No rule reads it."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Returns POSIX milliseconds."""


def wall_clock() -> int:
    """Return the time of this machine, POSIX milliseconds."""
    return time.time_ns() // 1_000_000
