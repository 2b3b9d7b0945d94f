"""Numbers for the eye: late inserts as 9 bis, so that what people know by its number keeps it.

A way to show a text and no more: what is hashed carries the plain numbers (SPEC 7.4).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from paraph.protocol.negotiation.text import Text

ADVERBS: Final = (
    *("bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "novies", "decies"),
)


def bis_numbers(base: Text, text: Text) -> dict[str, str]:
    """Return the number of each clause of *text* as *base* had it; empty for one without.

    A clause that *base* has not, or that was moved since, takes the number before it with bis,
    ter, quater and so on; those before the first take 0 bis.
    """
    known = {cid: int(number) for cid, number in base.numbers().items() if number}
    numbered = [cid for cid, number in text.numbers().items() if number]
    kept = _longest_ascending([known[cid] for cid in numbered if cid in known])
    found = dict.fromkeys(text.numbers(), "")
    last = inserts = 0
    for cid in numbered:
        if known.get(cid) in kept:
            last, inserts = known[cid], 0
            found[cid] = str(last)
        else:
            found[cid] = f"{last} {_adverb(inserts)}"
            inserts += 1
    return found


def _adverb(place: int) -> str:
    return ADVERBS[place] if place < len(ADVERBS) else f"({place + 2})"


def _longest_ascending(numbers: Sequence[int]) -> frozenset[int]:
    # What stayed in order: the largest part of the text that nobody moved; no number stands twice.
    ends: list[int] = []
    before: dict[int, int] = {}
    for number in numbers:
        place = bisect_left(ends, number)
        before[number] = ends[place - 1] if place else 0
        ends[place : place + 1] = [number]
    kept = set()
    at = ends[-1] if ends else 0
    while at:
        kept.add(at)
        at = before[at]
    return frozenset(kept)
