"""Two wordings side by side: what both have, and the changes between (SPEC 7.6 for the tokens)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from paraph.protocol.negotiation import comparing
from paraph.protocol.negotiation.lint import character_tables, characters

Area = tuple[int, int, int, int]
"""Tokens ``old[a:b]`` and ``new[c:d]``."""

_INVISIBLE: Final = characters.one_of(character_tables.INVISIBLE)
_SPACES: Final = characters.one_of(character_tables.SPACES)
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
    if old == new or (_is_plain(old) and _is_plain(new)):
        return False
    return _look(old) == _look(new)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _look(text: str) -> str:
    spaced = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    return _INVISIBLE.sub("", spaced).translate(_LOOK_ALIKE)


def areas(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, Area]]:
    """Yield what is the same and what is not, in turn, so that all of both is in it once.

    A blank is the same only beside a word or mark that is, so words replaced in a row are one
    change.
    """
    a = b = c = d = 0  # the area that both have, as far as it is known
    for i, j in (*_pairs(old, new), (len(old), len(new))):
        if (i, j) != (b, d):
            if a < b:
                yield True, (a, b, c, d)
            yield False, (b, i, d, j)
            a, c = i, j
        b, d = i + 1, j + 1
    if a < len(old):
        yield True, (a, len(old), c, len(new))


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    solid_old = [at for at, token in enumerate(old) if not token.isspace()]
    solid_new = [at for at, token in enumerate(new) if not token.isspace()]
    pairs = comparing.common([old[at] for at in solid_old], [new[at] for at in solid_new])
    last = (-1, -1)
    for i, j in ((solid_old[left], solid_new[right]) for left, right in pairs):
        if last[0] < i - 1 and last[1] < j - 1 and _same_blank(old, new, i - 1, j - 1):
            yield i - 1, j - 1
        yield i, j
        last = (i, j)
        after = (i + 1, j + 1)
        if after[0] < len(old) and after[1] < len(new) and _same_blank(old, new, *after):
            yield after
            last = after


def _same_blank(old: Sequence[str], new: Sequence[str], i: int, j: int) -> bool:
    return old[i] == new[j] and old[i].isspace()
