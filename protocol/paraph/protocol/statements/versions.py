"""Sealed records of the text: a negotiation opened, a version tabled or confirmed (SPEC 5.6)."""

from __future__ import annotations

from typing import Any, Final

from paraph.protocol.errors import MalformedError
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
    u53,
    union,
    wire,
    word,
)
from paraph.protocol.statements.header import (
    MOST_LANGUAGES,
    ContentHeader,
    LanguageDigest,
    LanguageStatus,
    Mention,
    Wording,
    author_code,
    clause_id,
    digests,
    header,
    label,
    named,
    one_mention,
    party_code,
    wordings,
)

ROLES_OF_CLAUSES: Final = ("title", "preamble", "chapeau", "operative", "testimonium", "annex")
MOST_CLAUSES: Final = 2_000
MOST_OPERATIONS: Final = 2_000
CHECK_SIZE: Final = 8

clause_role: Final = word(*ROLES_OF_CLAUSES)


@record("marking", CONTENT)
class Marking(Record):
    """What is shown on every page (SPEC 5.6)."""

    banner: tuple[Wording, ...] = wire(wordings, "banner per language")
    classification: str = wire(label, "classification; empty if none")
    releasable_to: tuple[str, ...] = wire(
        ascending(party_code, most=16), "codes of the parties that may see it"
    )


@record("negotiation-opened", CONTENT)
class NegotiationOpened(Record):
    """Begins a negotiation; its title is sealed like all the rest (SPEC 5.6)."""

    header: ContentHeader = wire(header, "common header")
    titles: tuple[Wording, ...] = wire(
        ascending(nested(Wording), MOST_LANGUAGES, least=1), "title of the instrument per language"
    )
    instrument: str = wire(named, "kind of instrument: mou, agreement, or another word")
    legal_character: str = wire(word("non_binding", "binding"), "what the wording is checked for")
    prevailing: str = wire(
        text(3, r"([a-z]{2,3})?"), "language that prevails; empty if texts are equal"
    )
    marking: Marking = wire(nested(Marking), "marking of every page")


@record("clause", CONTENT)
class Clause(Record):
    """A clause of a tabled text (SPEC 5.6)."""

    cid: str = wire(clause_id, "clause id, given once and for good")
    role: str = wire(clause_role, "place of the clause in the instrument")
    texts: tuple[Wording, ...] = wire(wordings, "words per language; a language may be missing")
    headings: tuple[Wording, ...] = wire(wordings, "heading per language; in no rendering")
    handling: str = wire(label, "who may see it; empty if as the whole")


@record("op-notes", CONTENT)
class OpNotes(Record):
    """Why an operation is made (SPEC 5.6)."""

    proposal: tuple[Mention, ...] = wire(one_mention, "proposal it serves, if any")
    finding: tuple[Mention, ...] = wire(one_mention, "concordance finding it mends, if any")
    result: str = wire(label, "accepted, alternative, reserved, or another word; empty if none")


NO_NOTES: Final = OpNotes(proposal=(), finding=(), result="")
_notes: Final = nested(OpNotes)


@record("replace", CONTENT)
class Replace(Record):
    """New words for a clause (SPEC 7.3)."""

    cid: str = wire(clause_id, "clause")
    texts: tuple[Wording, ...] = wire(wordings, "new words; a language left out keeps its own")
    notes: OpNotes = wire(_notes, "why")


@record("insert-after", CONTENT)
class InsertAfter(Record):
    """A new clause (SPEC 7.3)."""

    after: str = wire(clause_id, "clause that it follows")
    clause: Clause = wire(nested(Clause), "the new clause; its id must be new in this line")
    notes: OpNotes = wire(_notes, "why")


@record("delete", CONTENT)
class Delete(Record):
    """A clause leaves the text (SPEC 7.3)."""

    cid: str = wire(clause_id, "clause")
    to: tuple[Mention, ...] = wire(one_mention, "side document that takes it up, if any")
    notes: OpNotes = wire(_notes, "why")


@record("move-after", CONTENT)
class MoveAfter(Record):
    """A clause changes place, its words untouched (SPEC 7.3)."""

    cid: str = wire(clause_id, "clause that moves")
    after: str = wire(clause_id, "clause that it follows from now on")
    notes: OpNotes = wire(_notes, "why")


@record("split", CONTENT)
class Split(Record):
    """A clause becomes two; the first part keeps the id (SPEC 7.3)."""

    cid: str = wire(clause_id, "clause")
    texts: tuple[Wording, ...] = wire(wordings, "words of the first part")
    new_cid: str = wire(clause_id, "id of the second part, which follows at once")
    new_texts: tuple[Wording, ...] = wire(wordings, "words of the second part")
    new_headings: tuple[Wording, ...] = wire(wordings, "headings of the second part")
    notes: OpNotes = wire(_notes, "why")


@record("merge", CONTENT)
class Merge(Record):
    """Two or more clauses become one of them (SPEC 7.3)."""

    cids: tuple[str, ...] = wire(
        ascending(clause_id, MOST_CLAUSES, least=2), "clauses, all of one role"
    )
    into: str = wire(clause_id, "the one of them that keeps its id and place")
    texts: tuple[Wording, ...] = wire(wordings, "words of the whole")
    headings: tuple[Wording, ...] = wire(wordings, "headings, where they change")
    notes: OpNotes = wire(_notes, "why")

    def check(self) -> None:
        """Refuse to merge into a clause that is not among the merged."""
        if self.into not in self.cids:
            raise MalformedError("expected `into` to be one of the merged clauses")


Operation = Replace | InsertAfter | Delete | MoveAfter | Split | Merge
OPERATIONS: Final[tuple[type[Record], ...]] = (
    Replace,
    InsertAfter,
    Delete,
    MoveAfter,
    Split,
    Merge,
)
operation: Final[Codec[Any]] = union(*OPERATIONS)


@record("version-tabled", CONTENT)
class VersionTabled(Record):
    """A version of the text: whole, or as operations on a parent (SPEC 5.6, 7.5)."""

    header: ContentHeader = wire(header, "common header")
    version_kind: str = wire(named, "tabled, counter, consolidated, proposals, or another word")
    author: str = wire(author_code, "code of the sender's party, or `joint`")
    round: int = wire(u53, "round of talks; 0 if none is counted")
    language_status: tuple[LanguageStatus, ...] = wire(
        ascending(nested(LanguageStatus), MOST_LANGUAGES), "what each language text is"
    )
    parents: tuple[bytes, ...] = wire(
        many(octets(32), most=2),
        "statement ids; operations apply to the first; none for a whole text",
    )
    clauses: tuple[Clause, ...] = wire(
        many(nested(Clause), MOST_CLAUSES), "the whole text; empty where there is a parent"
    )
    operations: tuple[Operation, ...] = wire(
        many(operation, MOST_OPERATIONS), "changes in order; empty = the parent's words"
    )
    digests: tuple[LanguageDigest, ...] = wire(digests, "digest of the result per language")
    structure: bytes = wire(octets(32), "digest of the structure of the result")
    checks: tuple[bytes, ...] = wire(
        many(octets(CHECK_SIZE), MOST_CLAUSES),
        "check of each clause of the result, in order: tells which clause differs",
    )

    def check(self) -> None:
        """Refuse a text that is neither whole nor a change."""
        if bool(self.clauses) == bool(self.parents):
            raise MalformedError("expected either clauses or a parent")
        if self.operations and not self.parents:
            raise MalformedError("expected a parent for the operations")
        if len(set(self.parents)) != len(self.parents):
            raise MalformedError("expected two different parents")


@record("version-confirmed", CONTENT)
class VersionConfirmed(Record):
    """A party confirms that a version is the text it knows (SPEC 5.6)."""

    header: ContentHeader = wire(header, "common header")
    version: bytes = wire(octets(32), "statement id of the version")
    digests: tuple[LanguageDigest, ...] = wire(digests, "its digests, as this party computes them")
    structure: bytes = wire(octets(32), "its structure, as this party computes it")
