"""What a desk should know of a draft's brackets, and need not be asked about (SPEC 7.1).

A bracket is somebody's: to take out the other side's is allowed, and is agreement only when they
say so. What looks like a placeholder and is none would not be counted, and would not bar anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation.text import Part, Text

# Dots or a ball alone, in brackets or not: a placeholder is written [●] or [●: note].
_NEARLY: Final = re.compile(r"\[\s*(?:…|\.{2,}|_+|)\s*\]|(?<!\[)●|_{3,}|…")


def taken_out(
    before: Text, after: Text, codes: Collection[str], author: str
) -> Iterator[tuple[str, str]]:
    """Yield clause and holder where *after* holds fewer brackets of a party than *before*.

    Those of *author* are left out: a party takes out its own as it likes.
    """
    for part in before.parts:
        now = after.find(part.cid)
        if now is not None and now.words == part.words:
            continue
        left = held(now, codes) if now is not None else {}
        for holder, count in held(part, codes).items():
            if holder in codes and holder != author and left.get(holder, 0) < count:
                yield part.cid, holder


def held(part: Part, codes: Collection[str]) -> dict[str, int]:
    """Return how many brackets and placeholders a clause has, by holder: the most of a language."""
    most: dict[str, int] = {}
    for words in part.words.values():
        tally = marks.tally([words], codes)
        for holder, count in (*tally.held_by.items(), (marks.PLACEHOLDER, tally.placeholders)):
            most[holder] = max(most.get(holder, 0), count)
    return {holder: count for holder, count in most.items() if count}


def nearly_placeholders(text: Text) -> Iterator[tuple[str, str]]:
    """Yield clause and words where somebody may have meant a placeholder and wrote none."""
    for part in text.parts:
        for words in part.words.values():
            found = _NEARLY.search(words)
            if found:
                yield part.cid, found.group()
                break
