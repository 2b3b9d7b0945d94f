"""Three texts side by side: what each of two sides made of the base, and where they collide."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from paraph.protocol.negotiation import comparing
from paraph.protocol.negotiation.text import Part, Text

Standing = Literal["same", "theirs", "ours", "both", "conflict"]
"""Who changed it. Of some words, ``both`` made the same of them; of a clause, see :class:`Row`."""
Side = Literal["theirs", "ours"]


@dataclasses.dataclass(frozen=True, slots=True)
class Segment:
    """Some words in three texts; joined in order they are each of the three."""

    standing: Standing
    base: str
    theirs: str
    ours: str


@dataclasses.dataclass(frozen=True, slots=True)
class Note:
    """What one side did with a clause beside its words.

    Attributes:
        act: ``inserted``, ``deleted`` or ``moved``.
        side: ``theirs`` or ``ours``.
        after: Of a move, the clause that it follows now; empty for the front.
    """

    act: Literal["inserted", "deleted", "moved"]
    side: Side
    after: str = ""

    @property
    def told(self) -> str:
        """In words, for a terminal."""
        where = f" after {self.after}" if self.after else " to the front"
        return f"{self.act} by {self.side}{where if self.act == 'moved' else ''}"


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A clause in three texts.

    Attributes:
        cid: The clause.
        standing: Who changed it; ``both`` if each did something that the other need not undo;
            ``conflict`` if the two cannot both have their way as it is.
        words: By language.
        notes: What else happened to it: who inserted, deleted or moved it.
        parts: The clause in base, theirs and ours; nothing where one has none of that id.
    """

    cid: str
    standing: Standing
    words: Mapping[str, tuple[Segment, ...]]
    notes: tuple[Note, ...]
    parts: tuple[Part | None, Part | None, Part | None]

    @property
    def is_alike(self) -> bool:
        """Whether both made the same of it."""
        return self.parts[1] == self.parts[2]


def three_way(base: Text, theirs: Text, ours: Text) -> tuple[Row, ...]:
    """Compare two texts with the one that both come from, by the ids of their clauses.

    Rows stand as in *ours*, those that it has not after what they follow in *theirs* or *base*.
    """
    moved = (moves(base, theirs), moves(base, ours))
    of_base, of_theirs, of_ours = (
        {part.cid: part for part in text.parts} for text in (base, theirs, ours)
    )
    rows = []
    for cid in _order(ours, theirs, base):
        parts = (of_base.get(cid), of_theirs.get(cid), of_ours.get(cid))
        words = {
            each: tuple(_segments(*(_words(part, each) for part in parts)))
            for each in base.languages
        }
        notes, standings = _notes(cid, parts, moved)
        standings |= (
            {segment.standing for each in words.values() for segment in each}
            if all(parts)
            else set()
        )
        rows.append(Row(cid, _together(standings), words, notes, parts))
    return tuple(rows)


def _words(part: Part | None, language: str) -> str:
    return part.words.get(language, "") if part else ""


def _order(*texts: Text) -> list[str]:
    # What follows what, from the empty id on; what a later text has besides is put in between.
    following = {"": ""}
    for text in texts:
        at = ""
        for part in text.parts:
            if part.cid not in following:
                following[part.cid], following[at] = following[at], part.cid
            at = part.cid
    order = []
    cid = following[""]
    while cid:
        order.append(cid)
        cid = following[cid]
    return order


def moves(base: Text, other: Text) -> Mapping[str, str]:
    """Return the clauses that changed place, each with the one that it follows now."""
    before, after = ([part.cid for part in text.parts] for text in (base, other))
    still = {before[i] for i, _ in comparing.common(before, after)}
    follows = dict(zip(after, ["", *after], strict=False))
    known = frozenset(before)
    return {cid: follows[cid] for cid in after if cid in known and cid not in still}


def _notes(
    cid: str,
    parts: tuple[Part | None, Part | None, Part | None],
    moved: tuple[Mapping[str, str], Mapping[str, str]],
) -> tuple[tuple[Note, ...], set[Standing]]:
    base, theirs, ours = parts
    notes: list[Note] = []
    standings: set[Standing] = set()
    sides: tuple[tuple[Side, Part | None, Mapping[str, str]], ...] = (
        ("theirs", theirs, moved[0]),
        ("ours", ours, moved[1]),
    )
    for side, part, places in sides:
        if base is None and part is not None:
            notes.append(Note("inserted", side))
            standings.add(side)
        if base is not None and part is None:
            notes.append(Note("deleted", side))
            standings.add(side)
        if cid in places:
            notes.append(Note("moved", side, places[cid]))
            standings.add(side)
    if _collide(cid, parts, moved):
        standings.add("conflict")
    elif {"theirs", "ours"} <= standings and (theirs == ours or cid in moved[0]):
        standings = {"both"}
    return tuple(notes), standings


def _collide(
    cid: str,
    parts: tuple[Part | None, Part | None, Part | None],
    moved: tuple[Mapping[str, str], Mapping[str, str]],
) -> bool:
    base, theirs, ours = parts
    if base is None:
        return theirs is not None and ours is not None and theirs != ours
    if theirs is None or ours is None:
        left = theirs or ours
        return left is not None and (left != base or cid in moved[0] or cid in moved[1])
    return cid in moved[0] and cid in moved[1] and moved[0][cid] != moved[1][cid]


def _together(standings: set[Standing]) -> Standing:
    found = standings - {"same"}
    if "conflict" in found:
        return "conflict"
    if len(found) > 1:
        return "both"
    return next(iter(found), "same")


def _segments(base: str, theirs: str, ours: str) -> Iterator[Segment]:
    if base == theirs == ours:  # as in most clauses of a long text
        yield from [Segment("same", base, base, base)] if base else []
        return
    of_base, of_theirs, of_ours = (comparing.tokens(each) for each in (base, theirs, ours))
    in_theirs = dict(comparing.common(of_base, of_theirs))
    in_ours = dict(comparing.common(of_base, of_ours))
    i = j = k = 0
    same = ""
    for at in [
        *(each for each in range(len(of_base)) if each in in_theirs and each in in_ours),
        len(of_base),
    ]:
        t = in_theirs.get(at, len(of_theirs))
        o = in_ours.get(at, len(of_ours))
        if (i, j, k) != (at, t, o):
            if same:
                yield Segment("same", same, same, same)
                same = ""
            yield _segment(of_base[i:at], of_theirs[j:t], of_ours[k:o])
        if at < len(of_base):
            same += of_base[at]
        i, j, k = at + 1, t + 1, o + 1
    if same:
        yield Segment("same", same, same, same)


def _segment(base: Sequence[str], theirs: Sequence[str], ours: Sequence[str]) -> Segment:
    standing: Standing = "conflict"
    if theirs == base:
        standing = "ours"
    elif ours == base:
        standing = "theirs"
    elif theirs == ours:
        standing = "both"
    return Segment(standing, "".join(base), "".join(theirs), "".join(ours))
