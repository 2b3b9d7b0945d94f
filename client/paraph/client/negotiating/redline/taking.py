"""Some changes of a redline taken into words that may hold others of it already."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from typing import Final

from paraph.client.negotiating.redline.clauses import Redline
from paraph.protocol.negotiation.text import Part, Text

MOST_TRIED: Final = 10
"""Changes of one clause of which every choice is tried: 1,024 of them."""


def with_change(found: Redline, cid: str, number: int, words: Mapping[str, str]) -> Text | None:
    """Return the old text with one more change of clause *cid* made.

    Args:
        found: The redline.
        cid: The clause.
        number: The change: of words, in a clause that both texts have.
        words: The clause as somebody has it now, by language: the old words with some changes of
            this redline made, or none.

    Returns:
        The text, or nothing where *words* are not such, or the change is of another kind.
    """
    block = next((b for b in found.blocks if any(c.number == number for c in b.changes)), None)
    if block is None or block.shape != "same" or block.news[0].cid != cid:
        return None
    changes = [each.number for each in block.changes if each.kind == "words"]
    if number not in changes or len(changes) > MOST_TRIED:
        return None
    alone = Redline(found.old, found.new, (block,), found.lasting)
    for count in range(len(changes) + 1):
        for made in itertools.combinations(changes, count):
            if _part(alone, made).words == words:
                return _with(found.old, _part(alone, {*made, number}))
    return None


def _part(alone: Redline, made: Collection[int]) -> Part:
    (part,) = alone.resolve(made)
    return part


def _with(text: Text, part: Part) -> Text:
    parts = tuple(part if each.cid == part.cid else each for each in text.parts)
    return Text(text.languages, parts, text.used)
