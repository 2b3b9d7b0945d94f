"""Write negotiation/unicode14.py of the protocol from an interpreter with Unicode 14.0.

Run it with CPython 3.11: python tests/support/make_unicode14.py > FILE.
"""

import sys
import unicodedata
from itertools import groupby

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

HEAD = '''\
"""Which code points Unicode 14.0 assigns, whatever the interpreter knows (SPEC 7.2).

Both sides must refuse the same texts, and normalisation to NFC is stable for assigned code
points only. Made by tests/support/make_unicode14.py; do not edit.
"""

from __future__ import annotations

import functools
import itertools
import re
from typing import Final

_RUNS: Final = (
'''

TAIL = ''')
"""Lengths of the runs in base 36: assigned first, then unassigned, and so on from U+0000."""


def assigned_ranges() -> tuple[tuple[int, int], ...]:
    """Return the ranges of assigned code points, both ends included, ascending."""
    ends = list(itertools.accumulate(int(length, 36) for length in _RUNS.split()))
    starts = [0, *ends]
    return tuple((starts[i], ends[i] - 1) for i in range(0, len(ends), 2))


@functools.cache
def _unassigned() -> re.Pattern[str]:
    # Built at first use: a character class is many times faster than a look-up per character.
    return re.compile(
        "[^" + "".join(rf"\\U{low:08x}-\\U{high:08x}" for low, high in assigned_ranges()) + "]"
    )


def first_unassigned(text: str) -> int:
    """Return the place of the first code point that Unicode 14.0 does not assign, or -1."""
    if text.isascii():
        return -1
    found = _unassigned().search(text)
    return found.start() if found else -1
'''


def base36(number: int) -> str:
    """Return *number* in base 36."""
    out = ""
    while number:
        number, rest = divmod(number, 36)
        out = _DIGITS[rest] + out
    return out or "0"


def runs() -> list[int]:
    """Return the lengths of the runs of assigned and unassigned code points, in turn."""
    if unicodedata.unidata_version != "14.0.0":
        sys.exit(f"Unicode 14.0.0 is wanted, this interpreter has {unicodedata.unidata_version}")
    known = (unicodedata.category(chr(each)) != "Cn" for each in range(sys.maxunicode + 1))
    return [sum(1 for _ in run) for _, run in groupby(known)]


def main() -> None:
    """Print the module."""
    lines, line = [], ""
    for each in runs():
        word = base36(each) + " "
        if len(line) + len(word) > 90:
            lines.append(line)
            line = ""
        line += word
    lines.append(line)
    print(HEAD + "".join(f'    "{each}"\n' for each in lines) + TAIL, end="")  # noqa: T201


if __name__ == "__main__":
    main()
