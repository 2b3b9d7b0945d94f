"""Words as a search compares them: without case, accents and the difference of Russian ё and е.

NFKC, then case folding; what is written over or into a letter falls away, except where it makes
another letter: the Russian й is not и. Where writing has no blanks, every character is a word.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from paraph.protocol.negotiation.kept import kept
from paraph.protocol.negotiation.lint.character_tables import ACCENTS
from paraph.protocol.negotiation.lint.characters import one_of

_SHORT_I: Final = "й"
_AS_ONE: Final = "\ue000"  # stands for it while accents are taken off
_WORD: Final = re.compile(r"[^\W_]+")
_WITHOUT_BLANKS: Final = re.compile(
    "[\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_NEXT: Final = re.compile("[\u3005-\U0003ffff]|[^\\W_\u3005-\U0003ffff]+")
_KEPT: Final = 32_768


@kept(_KEPT)
def folded(text: str) -> str:
    """Return *text* as it is compared."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if text.isascii():
        return text
    bare = unicodedata.normalize("NFKD", text.replace(_SHORT_I, _AS_ONE))
    return one_of(ACCENTS).sub("", bare).replace(_AS_ONE, _SHORT_I)


def words(text: str) -> list[str]:
    """Return the words and figures of a *folded* text, in order."""
    return (_NEXT if _WITHOUT_BLANKS.search(text) else _WORD).findall(text)


@kept(_KEPT)
def vocabulary(text: str) -> frozenset[str]:
    """Return the different words of a text as received."""
    return frozenset(words(folded(text)))


# ------------------------------------------------------------------ where they stand


def pattern(term: Sequence[str], *, whole: bool) -> re.Pattern[str]:
    """Return what finds a term in a folded text.

    Args:
        term: Folded words; several that follow each other are a phrase.
        whole: Whether its last word must end where it ends, not only begin so.
    """
    if _WITHOUT_BLANKS.search("".join(term)):
        return re.compile(r"[\W_]*".join(map(re.escape, term)))
    first, *rest = map(re.escape, term)
    # The letters come first: they are looked for in C, and then what stands before them.
    begins = rf"{first}(?<![^\W_]{first})"
    return re.compile(r"[\W_]+".join((begins, *rest)) + (r"(?![^\W_])" if whole else ""))


def ranges(text: str, wanted: Iterable[re.Pattern[str]]) -> list[range]:
    """Return where any of *wanted* stands in *text* as received, in order, without overlaps."""
    small, places = _placed(text)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found.span() for each in wanted for found in each.finditer(small)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return [range(places[a], _cluster_end(text, places[b - 1] + 1)) for a, b in merged]


def _placed(text: str) -> tuple[str, Sequence[int]]:
    # The folded text, and for each of its characters the one of *text* that it comes from.
    small = folded(text)
    if len(small) == len(text) and (text.isascii() or _is_plain(text)):
        return small, range(len(text))
    made, places = [], []
    for found in _clusters().finditer(text):
        part = _cluster(found[0])
        made.append(part)
        places += [found.start()] * len(part)
    return "".join(made), places


def _is_plain(text: str) -> bool:
    # No character falls away or becomes several, unless folding makes it longer.
    return unicodedata.is_normalized("NFKC", text) and not one_of(ACCENTS).search(text)


@kept(4_096)
def _cluster(text: str) -> str:
    return folded(text)


@functools.cache
def _clusters() -> re.Pattern[str]:
    return re.compile(f"(?s).(?:{one_of(ACCENTS).pattern})?")


def _cluster_end(text: str, end: int) -> int:
    # What is written over the last letter belongs to it.
    found = one_of(ACCENTS).match(text, end)
    return found.end() if found else end
