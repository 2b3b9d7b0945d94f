"""Write negotiation/unicode14.py of the protocol from an interpreter with Unicode 14.0.

Run it with CPython 3.11: python tests/support/make_unicode14.py > FILE.
"""

import sys
import unicodedata
from collections.abc import Callable
from itertools import groupby

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

HEAD = '''\
"""What Unicode 14.0 says of code points, whatever the interpreter knows (SPEC 7.2).

Both sides must refuse the same texts: normalisation to NFC is stable for assigned code points
only, and its time is quadratic in the length of a run of marks.
Made by tests/support/make_unicode14.py; do not edit.
"""

from __future__ import annotations

import functools
import itertools
import re
from typing import Final

MOST_MARKS: Final = 30
"""Marks in a row that a text may hold, as in the stream-safe format of Unicode (UAX 15)."""
_ASSIGNED: Final = (
'''

BETWEEN = ''')
"""Lengths of the runs in base 36: assigned first, then unassigned, and so on from U+0000."""
_OTHERS: Final = (
'''

TAIL = ''')
"""Likewise: what is no mark first, then marks; a mark is what another may be ordered before."""


def _ranges(runs: str) -> tuple[tuple[int, int], ...]:
    ends = list(itertools.accumulate(int(length, 36) for length in runs.split()))
    starts = [0, *ends]
    return tuple((starts[i], ends[i] - 1) for i in range(0, len(ends), 2))


def assigned_ranges() -> tuple[tuple[int, int], ...]:
    """Return the ranges of assigned code points, both ends included, ascending."""
    return _ranges(_ASSIGNED)


def other_ranges() -> tuple[tuple[int, int], ...]:
    """Return the ranges of what is no mark, both ends included, ascending."""
    return _ranges(_OTHERS)


def _none_of(ranges: tuple[tuple[int, int], ...]) -> str:
    return "[^" + "".join(rf"\\U{low:08x}-\\U{high:08x}" for low, high in ranges) + "]"


@functools.cache
def _unassigned() -> re.Pattern[str]:
    # Built at first use: a character class is many times faster than a look-up per character.
    return re.compile(_none_of(assigned_ranges()))


@functools.cache
def _crowded() -> re.Pattern[str]:
    return re.compile(_none_of(other_ranges()) + f"{{{MOST_MARKS + 1}}}")


def first_unassigned(text: str) -> int:
    """Return the place of the first code point that Unicode 14.0 does not assign, or -1."""
    if text.isascii():
        return -1
    found = _unassigned().search(text)
    return found.start() if found else -1


def first_crowded(text: str) -> int:
    """Return where more than :data:`MOST_MARKS` marks stand in a row for the first time, or -1."""
    if text.isascii():
        return -1
    found = _crowded().search(text)
    return found.start() if found else -1
'''


def base36(number: int) -> str:
    """Return *number* in base 36."""
    out = ""
    while number:
        number, rest = divmod(number, 36)
        out = _DIGITS[rest] + out
    return out or "0"


def is_assigned(point: str) -> bool:
    """Tell whether Unicode 14.0 assigns *point*."""
    return unicodedata.category(point) != "Cn"


def is_other(point: str) -> bool:
    """Tell whether *point*, decomposed, begins a sequence: it is no mark."""
    return not unicodedata.combining(unicodedata.normalize("NFD", point)[0])


def runs(of: Callable[[str], bool]) -> list[int]:
    """Return the lengths of the runs of code points that are so and are not, in turn."""
    if unicodedata.unidata_version != "14.0.0":
        sys.exit(f"Unicode 14.0.0 is wanted, this interpreter has {unicodedata.unidata_version}")
    return [sum(1 for _ in run) for _, run in groupby(map(of, map(chr, range(sys.maxunicode + 1))))]


def table(of: Callable[[str], bool]) -> str:
    """Return the runs as lines of the module."""
    lines, line = [], ""
    for each in runs(of):
        word = base36(each) + " "
        if len(line) + len(word) > 90:
            lines.append(line)
            line = ""
        line += word
    lines.append(line)
    return "".join(f'    "{each}"\n' for each in lines)


def main() -> None:
    """Print the module."""
    print(HEAD + table(is_assigned) + BETWEEN + table(is_other) + TAIL, end="")  # noqa: T201


if __name__ == "__main__":
    main()
