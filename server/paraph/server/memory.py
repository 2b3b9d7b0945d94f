"""What a load took is given back when it is over.

While hundreds of statements are under way the allocator asks for some ten MiB, and keeps them,
since what is still used lies between what is free; so does the start. When either is over, glibc
is told to return the free pages: a millisecond for 5 MiB of 10. Other allocators do as they do.
"""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import Callable
from typing import Final

EVERY_S: Final = 1.0


def _trim() -> Callable[[int], object] | None:
    found = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if found is not None:
        found.argtypes = [ctypes.c_size_t]
    return found


class Freed:
    """Memory that is free, and that the process still has.

    Args:
        trim: Returns it to the system, all but so many bytes; ``None`` if nothing can.
        every_s: How often it does at most.
    """

    def __init__(
        self, trim: Callable[[int], object] | None = None, *, every_s: float = EVERY_S
    ) -> None:
        self._trim = trim or _trim()
        self._every_s = every_s
        self._not_before = 0.0
        self._is_due = False

    def give_back(self) -> None:
        """Return it, now or as soon as it may be done again."""
        loop = asyncio.get_running_loop()
        if self._trim is None or self._is_due:
            return
        if loop.time() < self._not_before:
            self._is_due = True
            loop.call_at(self._not_before, self._again)
            return
        self._not_before = loop.time() + self._every_s
        self._trim(0)

    def _again(self) -> None:
        self._is_due = False
        self.give_back()
