"""Sealed records of where a party stands on clauses, and of packages of them (SPEC 5.6, 7.10)."""

from __future__ import annotations

from typing import Final

from paraph.protocol.errors import MalformedError
from paraph.protocol.schema import (
    CONTENT,
    Record,
    ascending,
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
    clause_id,
    header,
)
from paraph.protocol.statements.versions import MOST_CLAUSES

AGREE: Final = "agree"
AD_REFERENDUM: Final = "ad_referendum"
POSITIONS: Final = (
    AGREE,
    AD_REFERENDUM,
    "in_principle",
    "reserve",
    "reject",
    "alternative",
    "none",
)
NOT_TAKEN: Final = ""
"""Of clauses that are not named: nothing is said about them."""
MOST_NOTE: Final = 20_000


@record("clause-position", CONTENT)
class ClausePosition(Record):
    """Where a party stands on one clause (SPEC 7.10)."""

    cid: str = wire(clause_id, "clause")
    value: str = wire(word(*POSITIONS), "position on exactly the words of that version")

    def __lt__(self, other: ClausePosition) -> bool:
        """Order by clause id, so that an ascending list names each clause once."""
        return self.cid < other.cid


@record("position-taken", CONTENT)
class PositionTaken(Record):
    """A party takes a position on clauses as they read in a version (SPEC 7.10)."""

    header: ContentHeader = wire(header, "common header")
    version: bytes = wire(octets(32), "statement id of the version")
    entries: tuple[ClausePosition, ...] = wire(
        ascending(nested(ClausePosition), MOST_CLAUSES), "by clause"
    )
    others: str = wire(
        word(NOT_TAKEN, *POSITIONS), "position on every clause not named; empty = none is taken"
    )
    note: str = wire(text(MOST_NOTE), "in words; may be empty")

    def check(self) -> None:
        """Refuse a position on nothing."""
        if not self.entries and self.others == NOT_TAKEN:
            raise MalformedError("expected a position on some clause")

    def agrees(self) -> bool:
        """Tell whether it closes the words of any clause: the action `agree` (SPEC 5.4)."""
        return self.others == AGREE or any(each.value == AGREE for each in self.entries)


@record("package-tied", CONTENT)
class PackageTied(Record):
    """Clauses that stand or fall together, once both parties agree (SPEC 7.10, 7.12)."""

    header: ContentHeader = wire(header, "common header")
    cids: tuple[str, ...] = wire(ascending(clause_id, MOST_CLAUSES, least=2), "the clauses")
    titles: tuple[Wording, ...] = wire(
        ascending(nested(Wording), MOST_LANGUAGES), "what ties them, per language"
    )


@record("package-untied", CONTENT)
class PackageUntied(Record):
    """The clauses of a package go their own ways, once both parties agree (SPEC 7.10, 7.12)."""

    header: ContentHeader = wire(header, "common header")
    package: bytes = wire(octets(32), "statement id of the package")
