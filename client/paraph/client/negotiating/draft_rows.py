"""A draft beside its parent, a row for each clause: where it comes from and what became of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from paraph.client.negotiating.bilingual import DraftFile, Entry
from paraph.client.negotiating.editing import text_of
from paraph.protocol.negotiation.text import Part, Text


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A clause of a draft beside the parent.

    Attributes:
        entry: The clause.
        number: As it would be printed; empty if it carries none.
        olds: Clauses of the parent that it comes of; none for a new one.
        change: same, changed, new, deleted, split, merged; ``moved`` is told apart.
        is_moved: Whether it changed place.
    """

    entry: Entry
    number: str
    olds: tuple[Part, ...]
    change: str
    is_moved: bool


def rows(draft: DraftFile, parent: Text | None, moved: frozenset[str]) -> Iterator[Row]:
    """Yield the clauses of a draft that is :func:`~paraph.client.negotiating.editing.complete`.

    Args:
        draft: The draft.
        parent: What it changes; nothing for a whole text.
        moved: Clauses that an operation moves.
    """
    numbers = text_of(draft, ()).numbers()
    known = {part.cid: part for part in parent.parts} if parent is not None else {}
    split = {each.split_from for each in draft.entries if each.split_from}
    for entry in draft.entries:
        cid = entry.part.cid
        sources = [cid, *entry.merges] if not entry.split_from else [entry.split_from]
        olds = tuple(known[each] for each in sources if each in known)
        yield Row(
            entry=entry,
            number=numbers.get(cid, ""),
            olds=olds,
            change=_change(entry, olds, is_split=cid in split or bool(entry.split_from)),
            is_moved=cid in moved,
        )


def _change(entry: Entry, olds: Sequence[Part], *, is_split: bool) -> str:
    if entry.deleted:
        return "deleted"
    if entry.merges:
        return "merged"
    if is_split:
        return "split"
    if not olds:
        return "new"
    return "same" if olds[0] == entry.part else "changed"
