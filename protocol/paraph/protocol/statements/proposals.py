"""Sealed records of a proposal: made, and every step that it takes (SPEC 5.6, 7.9)."""

from __future__ import annotations

from typing import Final

from paraph.protocol.errors import MalformedError
from paraph.protocol.names import ZERO
from paraph.protocol.schema import (
    CONTENT,
    Codec,
    Record,
    ascending,
    many,
    nested,
    octets,
    record,
    text,
    wire,
    word,
)
from paraph.protocol.statements.header import (
    MOST_LANGUAGES,
    ContentHeader,
    Wording,
    header,
    maybe_clause_id,
    wordings,
)
from paraph.protocol.statements.versions import MOST_OPERATIONS, Operation, operation

ANSWERS: Final = (
    "accepted_ad_ref",
    "accepted",
    "countered",
    "reserved",
    "rejected",
    "under_consideration",
    "withdrawn",
)
MOST_NOTE: Final = 20_000

_operations: Final[Codec[tuple[Operation, ...]]] = many(operation, MOST_OPERATIONS)


@record("proposal-made", CONTENT)
class ProposalMade(Record):
    """A party proposes something, with or without the words for it (SPEC 7.9)."""

    header: ContentHeader = wire(header, "common header")
    clause: str = wire(maybe_clause_id, "clause it is about; empty = a matter outside the text")
    version: bytes = wire(octets(32), "statement id of the version it is about; zeros = none")
    titles: tuple[Wording, ...] = wire(
        ascending(nested(Wording), MOST_LANGUAGES, least=1), "what is proposed, per language"
    )
    rationale: tuple[Wording, ...] = wire(wordings, "why, per language")
    operations: tuple[Operation, ...] = wire(
        _operations, "changes to that version that would fulfil it; may be empty"
    )

    def check(self) -> None:
        """Refuse changes to no version."""
        if self.operations and self.version == ZERO:
            raise MalformedError("expected the version that the operations change")


@record("proposal-answered", CONTENT)
class ProposalAnswered(Record):
    """One step of a proposal, by either party (SPEC 7.9)."""

    header: ContentHeader = wire(header, "common header")
    proposal: bytes = wire(octets(32), "statement id of the proposal")
    to: str = wire(word(*ANSWERS), "what becomes of it")
    note: str = wire(text(MOST_NOTE), "in words; may be empty")
    version: bytes = wire(octets(32), "of a counter: version that its operations change, or zeros")
    operations: tuple[Operation, ...] = wire(
        _operations, "of a counter: the changes offered instead; may be empty"
    )
    wording: bytes = wire(
        octets(32), "of `accepted`: wording digest (7.10) of the clause; zeros if it has no words"
    )

    def check(self) -> None:
        """Refuse words where no words are offered, and a digest where nothing is confirmed."""
        if self.operations and (self.to != "countered" or self.version == ZERO):
            raise MalformedError("expected operations with a counter alone, and their version")
        if self.version != ZERO and not self.operations:
            raise MalformedError("expected a version with operations alone")
        if self.wording != ZERO and self.to != "accepted":
            raise MalformedError("expected a wording digest with `accepted` alone")
