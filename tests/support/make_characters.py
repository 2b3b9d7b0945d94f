"""Write negotiation/lint/characters.py of the protocol from an interpreter with Unicode 14.0.

Run it with CPython 3.11: python -m tests.support.make_characters > FILE, then ruff format FILE.
"""

import functools
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from itertools import groupby

from tests.support.make_unicode14 import base36

ALPHABETS = ("ARABIC", "ARMENIAN", "CYRILLIC", "GEORGIAN", "GREEK", "HEBREW", "LATIN")
BLANK_LETTERS = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}
VARIATION_SELECTORS = range(0xFE00, 0xFE10)

HEAD = '''\
"""What the characters of a text are by Unicode 14.0, whatever the interpreter knows (SPEC 7.7).

Findings bar the conclusion of a negotiation, so both sides must read the same words, figures and
alphabets. Made by tests/support/make_characters.py; do not edit.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Mapping
from typing import Final

'''

TAIL = '''

def ranges(runs: str) -> tuple[tuple[int, int], ...]:
    """Return the ranges that *runs* tell of, both ends included, ascending."""
    ends = list(itertools.accumulate(int(length, 36) for length in runs.split()))
    return tuple((ends[i], ends[i + 1] - 1) for i in range(0, len(ends), 2))


@functools.cache
def one_of(*tables: str) -> re.Pattern[str]:
    """Return a pattern for a run of characters that stand in any of *tables*."""
    parts = (
        rf"\\U{low:08x}-\\U{high:08x}" for runs in tables for low, high in ranges(runs)
    )
    return re.compile(f"[{''.join(parts)}]+")


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
'''


def runs(fits: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Yield the ranges of characters that fit, both ends included."""
    for yes, group in groupby(range(sys.maxunicode + 1), lambda point: fits(chr(point))):
        if yes:
            points = list(group)
            yield points[0], points[-1]


def encoded(found: list[tuple[int, int]]) -> str:
    """Return ranges as lengths in base 36: a gap, a run, a gap, and so on."""
    out, at = [], 0
    for low, high in found:
        out += [base36(low - at), base36(high + 1 - low)]
        at = high + 1
    return " ".join(out)


def literal(text: str, indent: str = "    ") -> str:
    """Return *text* as string literals of one line each."""
    lines, line = [], ""
    for word in text.split():
        if len(indent) + len(line) + len(word) > 94:
            lines.append(line)
            line = ""
        line += word + " "
    lines.append(line.rstrip())
    return "".join(f'{indent}"{each}"\n' for each in lines)


def category(*names: str) -> Callable[[str], bool]:
    """Return the test for characters of these general categories."""
    return lambda each: unicodedata.category(each) in names


def is_invisible(each: str) -> bool:
    """Tell what cannot be seen in a line of text, no-break spaces apart."""
    point = ord(each)
    return (
        category("Cc", "Cf", "Zl", "Zp")(each)
        or point in BLANK_LETTERS
        or point in VARIATION_SELECTORS
    )


@functools.cache
def letters_by_alphabet() -> dict[str, list[int]]:
    """Return the letters whose names begin with an alphabet's, by that alphabet."""
    found: dict[str, list[int]] = {name: [] for name in ALPHABETS}
    for point in range(sys.maxunicode + 1):
        first = unicodedata.name(chr(point), "").partition(" ")[0]
        if first in found and re.match(r"[^\W\d_]", chr(point)):
            found[first].append(point)
    return found


def of_alphabet(name: str) -> list[tuple[int, int]]:
    """Return the ranges of the letters of an alphabet."""
    groups = groupby(enumerate(letters_by_alphabet()[name]), lambda each: each[1] - each[0])
    return [(points[0], points[-1]) for _, run in groups for points in ([p for _, p in run],)]


def capitals() -> list[list[int]]:
    """Return ranges of capitals: first, last, the step between them, the way to the small ones.

    Of the scripts with capitals in general use, all below U+0590.
    """
    found: list[list[int]] = []
    for point in range(0x590):
        way = ord(chr(point).lower()[0]) - point
        if not way or len(chr(point).lower()) > 1:
            continue
        last = found[-1] if found else [-9, -9, 0, 0]
        step = point - last[1]
        if way == last[3] and (step == last[2] or (not last[2] and step <= 2)):
            last[1:3] = point, step
        else:
            found.append([point, point, 0, way])
    return [[low, high, step or 1, way] for low, high, step, way in found]


TABLES: dict[str, tuple[Callable[[str], bool], str]] = {
    "LETTERS": (
        lambda each: re.match(r"[^\W\d_]", each) is not None,
        "What words are made of, digits and low line apart.",
    ),
    "DIGITS": (category("Nd"), "Decimal digits of every script, in tens from 0."),
    "SPACES": (str.isspace, "Blanks and line breaks."),
    "INVISIBLE": (is_invisible, "What cannot be seen in a line; no-break spaces are allowed."),
    "ACCENTS": (category("Mn", "Cf"), "What is written over or into a letter, and is none."),
}


def main() -> None:
    """Print the module."""
    if unicodedata.unidata_version != "14.0.0":
        sys.exit(f"Unicode 14.0.0 is wanted, this interpreter has {unicodedata.unidata_version}")
    out = [HEAD]
    for name, (fits, about) in TABLES.items():
        out += [f"{name}: Final = (\n{literal(encoded(list(runs(fits))))})\n", f'"""{about}"""\n']
    rows = "".join(
        f"    ({low:#x}, {high:#x}, {step}, {way}),\n" for low, high, step, way in capitals()
    )
    out.append(f"CAPITALS: Final = (\n{rows})\n")
    out.append(
        '"""Capitals: first, last, the step between them, the way to the small letters."""\n'
    )
    out.append("ALPHABETS: Final[Mapping[str, str]] = {\n")
    for name in ALPHABETS:
        table = literal(encoded(of_alphabet(name)), " " * 8)
        out.append(f'    "{name}": (\n{table}    ),\n')
    out += ["}\n", '"""Letters of the alphabets whose words must not be mixed."""\n']
    print("".join(out) + TAIL, end="")  # noqa: T201


if __name__ == "__main__":
    main()
