"""What the characters of a text are by Unicode 14.0, whatever the interpreter knows (SPEC 7.7).

Findings bar the conclusion of a negotiation, so both sides must read the same words, figures and
alphabets: from tables of our own, not the interpreter's.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Final

from paraph.protocol.negotiation.lint.character_tables import ALPHABETS, CAPITALS, DIGITS

_NEAR: Final = 0xFFFF
"""The last character of the plane in which nearly all texts are written."""
_FAR: Final = r"(?=[\U00010000-\U0010ffff])"


def ranges(runs: str) -> tuple[tuple[int, int], ...]:
    """Return the ranges that *runs* tell of, both ends included, ascending."""
    ends = list(itertools.accumulate(int(length, 36) for length in runs.split()))
    return tuple((ends[i], ends[i + 1] - 1) for i in range(0, len(ends), 2))


@functools.cache
def one_of(*tables: str) -> re.Pattern[str]:
    """Return a pattern for a run of characters that stand in any of *tables*.

    Characters of one plane and those beyond it are two classes: in one class every blank would be
    held against each of some hundred ranges that no text in the usual alphabets has.
    """
    found = [each for runs in tables for each in ranges(runs)]
    near = _class((low, min(high, _NEAR)) for low, high in found if low <= _NEAR)
    far = _class((max(low, _NEAR + 1), high) for low, high in found if high > _NEAR)
    return re.compile(f"(?:{near}++|{_FAR}{far}++)++" if far else f"{near}+")


def _class(found: Iterable[tuple[int, int]]) -> str:
    inside = "".join(rf"\U{low:08x}-\U{high:08x}" for low, high in found)
    return f"[{inside}]" if inside else ""


@functools.cache
def alphabet_of() -> Mapping[str, str]:
    """Return the alphabet of every letter of the alphabets."""
    return {
        chr(point): name
        for name, runs in ALPHABETS.items()
        for low, high in ranges(runs)
        for point in range(low, high + 1)
    }


@functools.cache
def digit_of() -> Mapping[str, str]:
    """Return the digit 0 to 9 that every decimal digit stands for."""
    return {
        chr(point): str((point - low) % 10)
        for low, high in ranges(DIGITS)
        for point in range(low, high + 1)
    }


@functools.cache
def lower_of() -> Mapping[int, int]:
    """Return the small letter of every capital, for ``str.translate``."""
    return {
        point: point + way
        for first, last, step, way in CAPITALS
        for point in range(first, last + 1, step)
    }
