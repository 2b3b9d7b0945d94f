"""Write negotiation/lint/character_tables.py of the protocol from an interpreter with Unicode 14.0.

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
"""Which characters are letters, digits, blanks by Unicode 14.0: tables of runs (SPEC 7.7).

Made by tests/support/make_characters.py; do not edit. What reads them: lint/characters.py.
"""

from collections.abc import Mapping
from typing import Final

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
    print("".join(out), end="")  # noqa: T201


if __name__ == "__main__":
    main()
