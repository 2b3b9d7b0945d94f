"""A proposal as a value of the state (SPEC 7.9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.proposals import ProposalMade


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the history of a proposal.

    Attributes:
        to: What became of it; ``tabled`` first.
        party: Who made the step; of a reopening the sender of the version.
        statement: The answer, or the version that changed its clause or mended a finding in it.
        by_version: A version moved it, not an answer.
        note: The words of the answer.
        without_prejudice: They may not be cited as the party's position.
    """

    to: str
    party: str
    index: int
    statement: bytes
    by_version: bool = False
    note: str = ""
    without_prejudice: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal.

    Attributes:
        number: 1, 2, 3 ... in the order of the log.
        standing: ``tabled``, an answer, or ``recalled``.
        turn: The party that answers next; empty where either may, or nobody.
        since: Index of the step that brought it there.
        behind: Parties that said its standing, where both may.
        accepting: Wording digest that a party accepted for good, by party.
        steps: Its history; keys are counted, four bytes, in order.
    """

    statement: bytes
    index: int
    party: str
    number: int
    content: ProposalMade
    standing: str
    turn: str
    since: int
    behind: frozenset[str] = frozenset()
    accepting: Mapping[str, bytes] = field(default_factory=dict)
    steps: Trie[Step] = field(default_factory=Trie)

    @property
    def history(self) -> tuple[Step, ...]:
        """Every step, in order."""
        return tuple(step for _, step in self.steps.items())

    @property
    def name(self) -> str:
        """How people call it."""
        return f"P-{self.number}"

    def taking(self, step: Step) -> Trie[Step]:
        """Return the history with *step* at its end."""
        return self.steps.put(len(self.steps).to_bytes(4, "big"), step)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A proposal that a version reopened only to mend a finding in its clause.

    Attributes:
        before: The proposal as it stood, and stands again once both confirm the version.
        since: Index of that version: if anything has moved the proposal later, it stays moved.
    """

    before: Proposal
    since: int


NOBODY = ""
"""The turn where either party may move, or nobody."""
UNWORDED = ZERO
"""Wording digest of a clause that is not in the text, and of a matter outside it."""
