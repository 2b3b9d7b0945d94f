"""Sealed records of the scrub: findings of people, both scrubs confirmed, terms (SPEC 7.8)."""

from __future__ import annotations

from typing import Final

from paraph.protocol.errors import MalformedError
from paraph.protocol.names import ZERO
from paraph.protocol.schema import CONTENT, Record, octets, record, text, wire, word
from paraph.protocol.statements.exchanges import MOST_BODY
from paraph.protocol.statements.header import (
    ContentHeader,
    LanguageDigest,
    Wording,
    digests,
    header,
    maybe_clause_id,
    named,
    wordings,
)

MENDED: Final = "mended"
WITHDRAWN: Final = "withdrawn"
HARMLESS: Final = "harmless"
LEGAL: Final = "legal"
CONCORDANCE: Final = "concordance"


@record("finding-made", CONTENT)
class FindingMade(Record):
    """Something in a text that a person wants mended before it is concluded (SPEC 7.8)."""

    header: ContentHeader = wire(header, "common header")
    version: bytes = wire(octets(32), "statement id of the version")
    cid: str = wire(maybe_clause_id, "clause; empty = the whole text")
    finding_kind: str = wire(named, "what is wrong: a name of 7.7, nuance, or another word")
    detail: str = wire(text(MOST_BODY), "what is wrong, in words")


@record("finding-settled", CONTENT)
class FindingSettled(Record):
    """What the author's party says has become of a finding (SPEC 7.8)."""

    header: ContentHeader = wire(header, "common header")
    finding: bytes = wire(octets(32), "statement id of the finding")
    how: str = wire(
        word(MENDED, WITHDRAWN, HARMLESS), "mended in a version, withdrawn, or harmless as it is"
    )
    version: bytes = wire(octets(32), "statement id of the version that mends it; else zeros")
    note: str = wire(text(MOST_BODY), "why; may be empty")

    def check(self) -> None:
        """Ask for the version that mends it, and for none otherwise."""
        if (self.how == MENDED) != (self.version != ZERO):
            raise MalformedError("expected the version that mends it, and for mended only")


@record("scrub-confirmed", CONTENT)
class ScrubConfirmed(Record):
    """The author's party has read a version through, and these are its digests (SPEC 7.8)."""

    header: ContentHeader = wire(header, "common header")
    version: bytes = wire(octets(32), "statement id of the version")
    sort: str = wire(word(LEGAL, CONCORDANCE), "legal scrub, or concordance of the languages")
    digests: tuple[LanguageDigest, ...] = wire(digests, "digest of the text per language")
    structure: bytes = wire(octets(32), "structure digest of the text")


@record("term-set", CONTENT)
class TermSet(Record):
    """A term of the glossary; it counts once the other party agrees (SPEC 7.8, 7.12)."""

    header: ContentHeader = wire(header, "common header")
    words: tuple[Wording, ...] = wire(
        wordings, "the term in two languages or more, as a phrase of 7.7; none = it is dropped"
    )
    replaces: bytes = wire(octets(32), "statement id of the term whose place it takes; or zeros")
    note: str = wire(text(MOST_BODY), "meaning, source; may be empty")

    def check(self) -> None:
        """Refuse a term that ties no languages together."""
        if len(self.words) == 1 or (not self.words and self.replaces == ZERO):
            raise MalformedError("expected the term in two languages at least")
