"""Findings of people, scrubs and terms as values of the state (SPEC 7.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.scrutiny import FindingMade, FindingSettled, TermSet


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person found.

    Attributes:
        number: 1, 2, 3 ... in the order of the log: F-1, F-2, F-3.
        said: The last that each party said of it, by party.
        closed_by: Statement id of what settled it; zeros while it is open.
    """

    statement: bytes
    index: int
    party: str
    role: str
    number: int
    content: FindingMade
    said: Mapping[str, FindingSettled] = field(default_factory=dict)
    closed_by: bytes = ZERO

    @property
    def is_open(self) -> bool:
        """Whether it bars the conclusion."""
        return self.closed_by == ZERO


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of the glossary, as one party put it."""

    statement: bytes
    index: int
    party: str
    content: TermSet


@dataclass(frozen=True, slots=True)
class Scrutiny:
    """What the scrub of a text has come to.

    Attributes:
        findings: By statement.
        findings_counted: Last number of a finding.
        open: Findings that are not settled, in the order of the log.
        scrubs: Index at which a scrub was confirmed, by version, then by sort, then by party.
        terms: Every term said, by statement; those that nobody agreed to, too.
    """

    findings: Trie[Finding] = field(default_factory=Trie)
    findings_counted: int = 0
    open: tuple[bytes, ...] = ()
    scrubs: Trie[Mapping[str, Mapping[str, int]]] = field(default_factory=Trie)
    terms: Trie[Term] = field(default_factory=Trie)
