"""A draft brought onto a version that came meanwhile: nothing of either side is lost unasked.

What only one side changed goes along by itself, down to the words of a clause that both changed in
different places. Where both want the same place, somebody chooses, clause by clause. The outcome is
another draft; the one that it came from stays as it is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, Literal

from paraph.client.negotiating import editing
from paraph.client.negotiating.bilingual import DraftFile, Entry
from paraph.client.negotiating.drafting import Drafted
from paraph.client.negotiating.redline import Row, Segment, moves, three_way
from paraph.client.negotiating.redline.beside import side_by_side, taken
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.state import Version
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.sentences import worded

Choice = Literal["theirs", "ours", "both"]
CHOICES: Final[Collection[Choice]] = ("theirs", "ours", "both")
"""Of a clause where both collide; ``both``: the words side by side, each in its party's bracket,
or two clauses that happen to have one id one after the other."""


@dataclasses.dataclass(frozen=True, slots=True)
class Collision:
    """A clause where both sides want the same place.

    Attributes:
        row: The clause in the three texts.
        choices: What may be chosen.
    """

    row: Row
    choices: tuple[Choice, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Crossing:
    """A draft and a version that crossed.

    Attributes:
        collisions: Clauses that somebody must choose about.
        along: Clauses that the draft changed, and that go along by themselves.
        news: Clauses that only the version changed.
    """

    collisions: tuple[Collision, ...]
    along: tuple[Row, ...]
    news: tuple[Row, ...]


def crossing(drafted: Drafted, head: Version) -> Crossing:
    """Return what collides between a draft and the version that came meanwhile."""
    return crossed(_base(drafted), drafted.text, head.text)


def crossed(base: Text, ours: Text, theirs: Text) -> Crossing:
    """Return what collides between two texts that were made of one."""
    rows = three_way(base, theirs, ours)
    found = [each for each in rows if each.standing == "conflict"]
    return Crossing(
        collisions=tuple(Collision(each, tuple(_choices(each))) for each in found),
        along=tuple(each for each in rows if each.standing in {"ours", "both"}),
        news=tuple(each for each in rows if each.standing == "theirs"),
    )


def _choices(row: Row) -> Iterator[Choice]:
    yield "theirs"
    yield "ours"
    _, theirs, ours = row.parts
    is_new = row.parts[0] is None and theirs is not None and ours is not None
    if is_new or (all(row.parts) and any(_collides(each) for each in row.words.values())):
        yield "both"


def _collides(segments: Sequence[Segment]) -> bool:
    return any(each.standing == "conflict" for each in segments)


def _base(drafted: Drafted) -> Text:
    if drafted.parent is None:
        raise InputError("a whole text has no version that it was made on", code="draft")
    return drafted.parent.text


def rebase(drafted: Drafted, head: Version, choices: Mapping[str, Choice], party: str) -> DraftFile:
    """Return a draft that changes *head* as *drafted* changes its parent.

    Args:
        drafted: The draft.
        head: What came meanwhile.
        choices: By clause, for each :class:`Collision`.
        party: Own code, for words that are kept side by side.

    Raises:
        InputError: Code ``unchosen``: a clause where both collide was not chosen about.
    """
    return brought(drafted.written, _base(drafted), drafted.text, head, choices, party)


def brought(
    written: DraftFile,
    base: Text,
    ours: Text,
    head: Version,
    choices: Mapping[str, Choice],
    party: str,
) -> DraftFile:
    """Return a draft that changes *head* as *written* changes *base*.

    Args:
        written: The draft.
        base: What it and *head* were made of.
        ours: The text that it gives.
        head: The other version.
        choices: By clause, for each :class:`Collision`.
        party: Whose the words of *written* are, where both are kept side by side.

    Raises:
        InputError: Code ``unchosen``: a clause where both collide was not chosen about.
    """
    return _Rebasing(written, base, ours, head, choices, party).draft()


class _Rebasing:
    def __init__(
        self,
        written: DraftFile,
        base: Text,
        ours: Text,
        head: Version,
        choices: Mapping[str, Choice],
        party: str,
    ) -> None:
        self.written, self.head, self.theirs = written, head, head.text
        self.base, self.ours = base, ours
        self.choices, self.party = choices, party
        self.entries = {each.part.cid: each for each in written.entries}
        self.names: dict[str, str] = {}  # clauses of ours that stand under another id now
        self.beside: dict[str, Entry] = {}  # clauses of ours after theirs of the same id

    def draft(self) -> DraftFile:
        rows = three_way(self.base, self.theirs, self.ours)
        missing = [
            each.cid
            for each in rows
            if each.standing == "conflict" and self.choices.get(each.cid) not in CHOICES
        ]
        if missing:
            raise InputError(
                worded("expected a choice for %(missing)s", missing=tuple(missing)),
                code="unchosen",
                hint="nothing was changed",
            )
        made = {each.cid: entry for each in rows if (entry := self.entry(each)) is not None}
        entries = []
        for cid in self.order(made):
            entries += [made[cid], *([self.beside[cid]] if cid in self.beside else [])]
        draft = dataclasses.replace(
            self.written, parents=(self.head.statement.hex(),), entries=tuple(entries)
        )
        return editing.complete(self.marked(draft), self.theirs)

    def chosen(self, row: Row) -> Choice | None:
        return self.choices.get(row.cid) if row.standing == "conflict" else None

    def entry(self, row: Row) -> Entry | None:
        base, theirs, ours = row.parts
        chosen = self.chosen(row)
        if theirs is not None and ours is not None and (base is not None or theirs == ours):
            return self.both(row, theirs, ours, chosen)
        if theirs is not None and ours is not None:  # two clauses that happen to have one id
            if chosen == "both":
                self.beside[row.cid] = self.renamed(ours)
            return self.renamed(ours) if chosen == "ours" else Entry(theirs)
        if theirs is not None:
            taken_out = base is not None and (
                chosen == "ours" or (chosen is None and theirs == base)
            )
            return None if taken_out else Entry(theirs)
        if ours is None or (base is not None and chosen != "ours"):
            return None
        return self.renamed(ours) if ours.cid in self.theirs.used else self.entries[ours.cid]

    def both(self, row: Row, theirs: Part, ours: Part, chosen: Choice | None) -> Entry:
        if chosen == "theirs":
            return Entry(theirs)
        words = {
            language: self.said(segments, chosen)
            for language, segments in row.words.items()
            if language in theirs.words or language in ours.words
        }
        stale = frozenset(
            each for each in ours.stale | theirs.stale if words.get(each) == theirs.words.get(each)
        )
        part = dataclasses.replace(theirs, words=words, stale=stale)
        return dataclasses.replace(self.entries[row.cid], part=part)

    def said(self, segments: Sequence[Segment], chosen: Choice | None) -> str:
        if chosen == "both":
            return side_by_side(segments, self.party, self.head.content.author)
        return "".join(taken(each) for each in segments)

    def renamed(self, ours: Part) -> Entry:
        # An id is given once and for good: what was deleted, or means another clause, has it.
        draft = dataclasses.replace(
            self.written, entries=(*self.entries.values(), *map(_named, self.names.values()))
        )
        cid = editing.fresh_id(draft, self.theirs, ours.cid)
        self.names[ours.cid] = cid
        return Entry(dataclasses.replace(ours, cid=cid, stale=frozenset()))

    def order(self, made: Mapping[str, Entry]) -> list[str]:
        order = [part.cid for part in self.theirs.parts if part.cid in made]
        own_moves = moves(self.base, self.ours)
        before = ""
        for part in self.ours.parts:
            cid = part.cid
            if cid not in made:
                continue
            moved = cid in own_moves and self.choices.get(cid) != "theirs"
            if cid not in order or moved:
                order = [each for each in order if each != cid]
                order.insert(order.index(before) + 1 if before in order else 0, cid)
            before = cid
        return order

    def marked(self, draft: DraftFile) -> DraftFile:
        # Splits and merges hold where their clauses are still what they were.
        standing = {each.part.cid for each in draft.entries}
        known = {part.cid for part in self.theirs.parts}
        entries = []
        for each in draft.entries:
            is_new = each.part.cid not in known
            origin = each.split_from if is_new and each.split_from in standing & known else ""
            merges = tuple(cid for cid in each.merges if cid in known and cid not in standing)
            merges = merges if each.part.cid in known else ()
            entries.append(dataclasses.replace(each, split_from=origin, merges=merges))
        return dataclasses.replace(draft, entries=tuple(entries))


def _named(cid: str) -> Entry:
    return Entry(Part(cid, "operative", {}, {}, ""))
