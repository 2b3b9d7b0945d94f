"""The wall clock of this machine: what ``sent_at`` claims, and alarms. No rule reads it.

And how an instant is written for people.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Returns POSIX milliseconds."""


def wall_clock() -> int:
    """Return the time of this machine, POSIX milliseconds."""
    return time.time_ns() // 1_000_000


def when(at_ms: int) -> str:
    """Return POSIX milliseconds as ISO 8601 in UTC; nothing for 0."""
    if not at_ms:
        return ""
    try:
        at = dt.datetime.fromtimestamp(at_ms / 1000, tz=dt.UTC)
    except (ValueError, OverflowError):
        return f"{at_ms} ms"
    return at.isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds").replace(
        "+00:00", "Z"
    )
