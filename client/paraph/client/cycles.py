"""The collector of cycles in a process that reads a log: most of what it makes stays."""

from __future__ import annotations

import gc
from typing import Final

AFTER: Final = 10_000
"""Objects more than before, after which cycles are looked for."""


def seldom() -> None:
    """Look for cycles less often than Python does by itself.

    Every statement that is opened and folded leaves some thirty objects behind, for good. To look
    for cycles after each 700 of them was a seventh of the time of catching up.
    """
    gc.set_threshold(AFTER, 10, 10)


def spare() -> None:
    """Leave what is there now alone, until :func:`look_again`.

    A large home that was opened and folded is some hundred thousand objects that only a lock lets
    go of. To look through them took a tenth of a second, every some hundred pages, within one.
    What nobody has any more is let go before, words of pages among it: frozen, it would stay.
    """
    gc.collect()
    gc.freeze()


def look_again() -> None:
    """Look through everything, now: what was let go shall not wait for a later chance."""
    gc.unfreeze()
    gc.collect()
