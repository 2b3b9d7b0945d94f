"""Words of two sides at one place, each in its party's bracket: alternatives, to be discussed."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence

from paraph.client.negotiating.redline.clauses import Block, Piece, Redline
from paraph.client.negotiating.redline.three import Segment
from paraph.protocol.statements.header import JOINT


def held(party: str, words: str) -> str:
    """Return words in the bracket of a party; what is of both is held by nobody named."""
    return f"[{words}]" if party == JOINT else f"[{party}: {words}]"


def taken(segment: Segment) -> str:
    """Return a segment with what either side changed in it; where both did, with ours."""
    if segment.standing == "same":
        return segment.base
    return segment.theirs if segment.standing == "theirs" else segment.ours


def side_by_side(segments: Sequence[Segment], ours: str, theirs: str, *, empty: bool = True) -> str:
    """Return words that hold both where they collide, each in its party's bracket.

    A place inside a bracket is widened to all of that bracket: alternatives stand beside each
    other, and not one inside the other.

    Args:
        segments: Of one clause in one language.
        ours: Code of the party whose words *ours* are, or ``joint``.
        theirs: Likewise.
        empty: Whether a side that has nothing there holds an empty bracket.
    """
    units = [
        unit
        for each in segments
        for unit in (
            [Segment("same", char, char, char) for char in each.base]
            if each.standing == "same"
            else [each]
        )
    ]
    outside = _outside(units)
    found, at = [], 0
    for start, end in _places(units, outside):
        found += [taken(each) for each in units[at:start]]
        pair = units[start:end]
        sides = (
            (ours, "".join(each.ours for each in pair)),
            (theirs, "".join(each.theirs for each in pair)),
        )
        pair_of = " ".join(_alternative(*each) for each in sides if empty or each[1].strip())
        before, after = _blanks([words for _, words in sides if words.strip()])
        found.append(before + pair_of + after)
        at = end
    return "".join((*found, *(taken(each) for each in units[at:])))


def _outside(units: Sequence[Segment]) -> Sequence[bool]:
    # Before each unit, and after the last: whether it is outside every bracket on both sides.
    depths, found = [0, 0], [True]
    for unit in units:
        for side, words in enumerate((unit.theirs, unit.ours)):
            for char in words:
                depths[side] = max(0, depths[side] + (char == "[") - (char == "]"))
        found.append(not any(depths))
    return found


def _places(units: Sequence[Segment], outside: Sequence[bool]) -> Iterator[tuple[int, int]]:
    start = end = 0
    for at, unit in enumerate(units):
        start = at if outside[at] else start
        if unit.standing == "conflict" and at >= end:
            closes = (each for each in range(at + 1, len(units) + 1) if outside[each])
            end = next(closes, len(units))
            yield start, end


def _alternative(party: str, words: str) -> str:
    words = words.strip()
    return words if _is_bracket(words) else held(party, words)


def _blanks(sides: Sequence[str]) -> tuple[str, str]:
    # What stood around the words stays around the brackets.
    if not sides:
        return "", ""
    words = sides[0]
    return words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]


def _is_bracket(words: str) -> bool:
    # One bracket from the first character to the last.
    depth = 0
    for at, char in enumerate(words):
        depth += (char == "[") - (char == "]")
        if depth <= 0 and at < len(words) - 1:
            return False
    return words.startswith("[") and words.endswith("]") and depth == 0


# ------------------------------------------------------------------ countering a change


def countered(
    found: Redline, cid: str, number: str, words: Mapping[str, str], ours: str, theirs: str
) -> dict[str, str] | None:
    """Return the words of a clause with the words before a change set beside it, to be edited.

    Args:
        found: The redline.
        cid: The clause.
        number: The change; empty for every change of the clause, where no language has several.
        words: The clause as somebody has it now, by language.
        ours: Who counters.
        theirs: Who made the change.

    Returns:
        The words by language, or nothing where *words* are not those of the new text there, or
        there is nothing that could be set beside each other.
    """
    block = next((each for each in found.blocks if each.shape == "same"
                  and each.news[0].cid == cid), None)  # fmt: skip
    if block is None:
        return None
    chosen = _chosen(block, number)
    made = dict(words)
    for language, numbers in chosen.items():
        if words.get(language) != block.news[0].words.get(language):
            return None
        segments = list(_segments(block.pieces[language], numbers))
        made[language] = side_by_side(segments, ours, theirs, empty=False)
    return made if chosen and made != words else None


def _chosen(block: Block, number: str) -> Mapping[str, Collection[int]]:
    by_language: dict[str, list[int]] = {}
    for each in block.changes:
        if each.kind == "words" and number in ("", str(each.number)):
            by_language.setdefault(each.language, []).append(each.number)
    if any(len(each) > 1 for each in by_language.values()):
        return {}
    return by_language


def _segments(pieces: Sequence[Piece], numbers: Collection[int]) -> Iterator[Segment]:
    # The new words as they are; of the changes that are countered the old ones beside them.
    for countering, run in itertools.groupby(pieces, lambda each: each.change in numbers):
        text = {
            kind: "".join(each.text for each in listed)
            for kind, listed in _by_kind(list(run)).items()
        }
        if countering:
            yield Segment("conflict", "", text["inserted"], text["deleted"])
        elif kept := text["kept"]:
            yield Segment("same", kept, kept, kept)


def _by_kind(pieces: Sequence[Piece]) -> dict[str, list[Piece]]:
    return {
        "inserted": [each for each in pieces if each.kind == "inserted"],
        "deleted": [each for each in pieces if each.kind == "deleted"],
        "kept": [each for each in pieces if each.kind != "deleted"],
    }
