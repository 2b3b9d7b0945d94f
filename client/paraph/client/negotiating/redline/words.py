"""Two wordings side by side: what both have, and the changes between (SPEC 7.6 for the tokens)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from paraph.protocol.negotiation import comparing
from paraph.protocol.negotiation.lint import characters

Area = tuple[int, int, int, int]
"""Tokens ``old[a:b]`` and ``new[c:d]``."""

_INVISIBLE: Final = characters.one_of(characters.INVISIBLE)
_SPACES: Final = characters.one_of(characters.SPACES)
# Cyrillic and Greek letters, digits and marks that most faces draw like a Latin one.
_LOOK_ALIKE: Final = str.maketrans(
    "АВЕЅІЈКМНОРСТУХҮаеѕіјорсухԛԝһԁӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧοϳν\u2010\u2011\u2212",
    "ABESIJKMHOPCTYXYaesijopcyxqwhdlABEZHIKMNOPTYXojv---",
)


def is_invisible(old: str, new: str) -> bool:
    """Tell whether two different wordings look the same.

    As where only the normal form, a no-break or zero-width character, the direction of writing or
    the alphabet of a letter differs.
    """
    return old != new and _look(old) == _look(new)


def _look(text: str) -> str:
    spaced = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    return _INVISIBLE.sub("", spaced).translate(_LOOK_ALIKE)


def areas(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, Area]]:
    """Yield what is the same and what is not, in turn, so that all of both is in it once.

    Blanks alone between two changes belong to the change: words replaced in a row are one.
    """
    before: Area = (0, 0, 0, 0)
    for start, end, shift in _runs(old, new):
        a, c = before[1], before[3]
        yield from _changed(a, start, c, start + shift)
        yield True, (start, end, start + shift, end + shift)
        before = (start, end, start + shift, end + shift)
    yield from _changed(before[1], len(old), before[3], len(new))


def _changed(a: int, b: int, c: int, d: int) -> Iterator[tuple[bool, Area]]:
    if a < b or c < d:
        yield False, (a, b, c, d)


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    # Runs of tokens that both have: where it begins and ends in *old*, how much later in *new*.
    found: list[tuple[int, int, int]] = []
    for i, j in comparing.common(old, new):
        if found and found[-1][1] == i and found[-1][2] == j - i:
            found[-1] = (found[-1][0], i + 1, j - i)
        else:
            found.append((i, i + 1, j - i))
    for start, end, shift in found:
        at_an_end = (start == 0 and shift == 0) or (end == len(old) and end + shift == len(new))
        if at_an_end or not all(comparing.is_blank(each) for each in old[start:end]):
            yield start, end, shift
