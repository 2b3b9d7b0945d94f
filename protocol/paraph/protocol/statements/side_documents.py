"""Sealed records of side documents: letters, understandings, minutes, the public line (SPEC 7.13).

The record opens a document; its text is a version like any other, whose header relates to it.
"""

from __future__ import annotations

from typing import Final

from paraph.protocol.errors import MalformedError
from paraph.protocol.schema import CONTENT, Record, flag, many, nested, record, text, wire
from paraph.protocol.statements.header import (
    ContentHeader,
    Wording,
    header,
    maybe_clause_id,
    maybe_conference_name,
    named,
    party_code,
    wordings,
)

MINUTES: Final = "agreed_minutes"
PUBLIC_LINE: Final = "public_line"
DOCUMENT_KINDS: Final = ("side_letter", "agreed_understanding", MINUTES, PUBLIC_LINE, "annex")
"""Kinds that have a meaning here or are usual; any other word is allowed too."""

MOST_WITHHELD: Final = 256


@record("withheld", CONTENT)
class Withheld(Record):
    """Something that stays undisclosed (SPEC 7.13)."""

    what: str = wire(text(2_000, r"(?s:.+)"), "what is not disclosed")
    requested_by: str = wire(party_code, "code of the party at whose request")


@record("side-document-opened", CONTENT)
class SideDocumentOpened(Record):
    """Begins a document beside the instrument, with a line of versions of its own (SPEC 7.13)."""

    header: ContentHeader = wire(header, "common header")
    document_kind: str = wire(
        named,
        "side_letter, agreed_understanding, agreed_minutes, public_line, annex, or another word",
    )
    titles: tuple[Wording, ...] = wire(wordings, "title per language")
    cid: str = wire(maybe_clause_id, "clause that it is about; empty if none")
    conference: str = wire(maybe_conference_name, "conference that it is about; empty if none")
    text_public: bool = wire(flag, "of a public line: the instrument's text may be published")
    undisclosed: tuple[Withheld, ...] = wire(
        many(nested(Withheld), MOST_WITHHELD), "of a public line: what stays undisclosed"
    )

    def check(self) -> None:
        """Refuse disclosure rules anywhere but in a public line, and minutes of nothing."""
        if (self.text_public or self.undisclosed) and self.document_kind != PUBLIC_LINE:
            raise MalformedError("expected a public_line where disclosure is settled")
        if self.document_kind == MINUTES and not self.conference:
            raise MalformedError("expected the conference whose minutes these are")
