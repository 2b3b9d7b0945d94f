"""Which operations touch a clause, and whether a proposal about it stands (SPEC 7.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, assert_never

from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.statements.header import StatementMention
from paraph.protocol.statements.versions import (
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Operation,
    Replace,
    Split,
)

Cause = Literal["none", "mending", "change"]
NONE: Final[Cause] = "none"
MENDING: Final[Cause] = "mending"
"""Only findings are mended: it reopens until both have confirmed the version."""
CHANGE: Final[Cause] = "change"


def by_clause(operations: Sequence[Operation]) -> Mapping[str, list[Operation]]:
    """Return the operations by the clauses that they write, make or take away."""
    found: dict[str, list[Operation]] = {}
    for operation in operations:
        for cid in _clauses(operation):
            found.setdefault(cid, []).append(operation)
    return found


def _clauses(operation: Operation) -> tuple[str, ...]:
    match operation:
        case Replace() | Delete() | MoveAfter():
            return (operation.cid,)
        case Split():
            return (operation.cid, operation.new_cid)
        case InsertAfter():
            return (operation.clause.cid,)
        case Merge():
            return operation.cids
        case _:  # pragma: no cover - every operation has its case above
            assert_never(operation)


def cause(proposal: bytes, operations: Sequence[Operation], parent: Text) -> Cause:
    """Return what *operations* on the clause of a settled proposal do to it."""
    found: Cause = NONE
    mention = StatementMention(statement=proposal)
    for operation in operations:
        if isinstance(operation, MoveAfter) or mention in operation.notes.proposal:
            continue
        if isinstance(operation, Split) and keeps_words(operation, parent.find(operation.cid)):
            continue
        if not operation.notes.finding:
            return CHANGE
        found = MENDING
    return found


def keeps_words(split: Split, part: Part | None) -> bool:
    """Tell whether a clause's words live on unchanged and in order, in every language.

    The first part is their beginning, and the second begins with the rest: what is added after
    that is the new clause's own matter.
    """
    first = {each.language: each.words for each in split.texts}
    second = {each.language: each.words for each in split.new_texts}
    if part is None or not first.keys() == second.keys() == part.words.keys():
        return False
    return all(
        words.startswith(first[language])
        and second[language].startswith(words[len(first[language]) :].lstrip(_BLANKS))
        for language, words in part.words.items()
    )


_BLANKS: Final = " \u00a0\n"
