"""The state of the negotiations in a channel, as values (SPEC 7.5). Made by the fold alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.state.authority import Terms
from paraph.protocol.negotiation.state.conclusion import Conclusion
from paraph.protocol.negotiation.state.conferences import Action, Conference, Outcomes
from paraph.protocol.negotiation.state.exchanges import Comment, Dispatch, Receipt
from paraph.protocol.negotiation.state.internal import Clearance, Mandate
from paraph.protocol.negotiation.state.positions import Package, Stance
from paraph.protocol.negotiation.state.proposals import Doubt, Proposal, Step
from paraph.protocol.negotiation.state.said import APPLIED, Entry, Outcome, Said
from paraph.protocol.negotiation.state.scrutiny import Scrutiny
from paraph.protocol.negotiation.state.side_documents import SideDocument
from paraph.protocol.negotiation.state.silence import Silence
from paraph.protocol.negotiation.state.versions import Version
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.conferences import ConferenceScheduled
from paraph.protocol.statements.versions import NegotiationOpened

__all__ = [
    "APPLIED",
    "Action",
    "Clearance",
    "Comment",
    "Conference",
    "Dispatch",
    "Entry",
    "Mandate",
    "Negotiation",
    "Outcome",
    "Outcomes",
    "Package",
    "Proposal",
    "Receipt",
    "Said",
    "SideDocument",
    "Silence",
    "Stance",
    "State",
    "Step",
    "Version",
    "begin",
    "heads",
    "next_number",
    "rung",
]

SILENCE_MINIMUM: Final = 12 * 3_600_000
"""Milliseconds from receipt to expiry that a charter asks for unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class Negotiation:
    """Everything said in one negotiation.

    Attributes:
        opened: The record that opened it; nothing where it was opened in another channel.
        heads: Versions of the instrument that no other has for a parent; two or more are a fork.
        versions_counted: Number of the instrument's last version.
        children: How many versions stand on a version, by its statement id.
        recalled: The recall, by the statement that was taken back.
        proposals: By the statement that made them.
        settled: Proposals accepted, ad referendum or for good, by their clause.
        doubtful: By version, the proposals that stand as before once both confirm it, since it
            and the versions below it reopened them only to mend findings.
        stances: What each party said of its positions, in the order of the log.
        packages: By the statement that ties them.
        numbers: Last dispatch number by author: a party's code, or ``joint``.
        comments_counted: Last comment number.
        agreed: Index at which a party agreed to a joint act, by subject, then by party.
        side_documents: By the statement that opened them.
        conferences: By the key of their name.
        schedules: Every schedule said, by statement; those not in force too.
        outcomes: By the statement that recorded them.
        actions: By the statement that set them.
        silences_counted: Last number of a silence procedure.
        conclusion: Powers, initials, signatures, originals, effect.
        scrutiny: Findings, scrubs, terms.
    """

    identity: bytes
    opened: NegotiationOpened | None = None
    versions: Trie[Version] = field(default_factory=Trie)
    heads: tuple[bytes, ...] = ()
    versions_counted: int = 0
    children: Trie[int] = field(default_factory=Trie)
    recalled: Trie[bytes] = field(default_factory=Trie)
    proposals: Trie[Proposal] = field(default_factory=Trie)
    settled: Trie[tuple[bytes, ...]] = field(default_factory=Trie)
    doubtful: Trie[tuple[Doubt, ...]] = field(default_factory=Trie)
    stances: Mapping[str, Trie[Stance]] = field(default_factory=dict)
    packages: Trie[Package] = field(default_factory=Trie)
    comments: Trie[Comment] = field(default_factory=Trie)
    comments_counted: int = 0
    dispatches: Trie[Dispatch] = field(default_factory=Trie)
    numbers: Mapping[str, int] = field(default_factory=dict)
    agreed: Trie[Mapping[str, int]] = field(default_factory=Trie)
    side_documents: Trie[SideDocument] = field(default_factory=Trie)
    conferences: Trie[Conference] = field(default_factory=Trie)
    schedules: Trie[ConferenceScheduled] = field(default_factory=Trie)
    outcomes: Trie[Outcomes] = field(default_factory=Trie)
    actions: Trie[Action] = field(default_factory=Trie)
    silences_counted: int = 0
    conclusion: Conclusion = field(default_factory=Conclusion)
    scrutiny: Scrutiny = field(default_factory=Scrutiny)


@dataclass(frozen=True, slots=True)
class State:
    """What both sides know after the statements below ``size``.

    Attributes:
        parties: Codes of the channel's parties; one in an internal channel.
        languages: Working languages of the texts, ascending.
        channel: Channel id.
        exercise: Everything here is an exercise.
        silence_minimum: Milliseconds that a silence procedure must leave after receipt.
        size: One more than the index of the last statement folded.
        negotiations: By negotiation id.
        entries: Every sealed statement, by statement id.
        receipts: By statement id, then by the party that acknowledged.
        log_time: Log time at the last statement folded, POSIX ms.
        held: Below which index a party's bots hold every body; by party.
        disputes: Indices of entries that bots of a party cannot open, with those parties; an
            empty set where the dispute is over.
        withdrawals: What became of the withdrawals in the clear, by their own statement.
        silences: Silence procedures of all negotiations, by the statement id of the opening.
        silences_live: Those that have not ended, in the order of the log.
        mandates: In an internal channel, by negotiation; zeros = for all without one.
        clearances: In an internal channel, by the statement that asked.
        terms: What the manifest in force asks for, by party.
        contested: Index from which a key is said to be compromised, by key id.
    """

    parties: tuple[str, ...]
    languages: tuple[str, ...]
    channel: bytes = ZERO
    exercise: bool = False
    silence_minimum: int = SILENCE_MINIMUM
    size: int = 0
    negotiations: Trie[Negotiation] = field(default_factory=Trie)
    entries: Trie[Entry] = field(default_factory=Trie)
    receipts: Trie[Mapping[str, Receipt]] = field(default_factory=Trie)
    log_time: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    disputes: Mapping[int, frozenset[str]] = field(default_factory=dict)
    withdrawals: Trie[Outcome] = field(default_factory=Trie)
    silences: Trie[Silence] = field(default_factory=Trie)
    silences_live: tuple[bytes, ...] = ()
    mandates: Mapping[bytes, Mandate] = field(default_factory=dict)
    clearances: Trie[Clearance] = field(default_factory=Trie)
    terms: Mapping[str, Terms] = field(default_factory=dict)
    contested: Trie[int] = field(default_factory=Trie)

    @property
    def internal(self) -> bool:
        """Whether this is the internal channel of one party."""
        return len(self.parties) == 1


def begin(
    parties: tuple[str, ...],
    languages: tuple[str, ...],
    *,
    channel: bytes = ZERO,
    exercise: bool = False,
    silence_minimum: int = SILENCE_MINIMUM,
) -> State:
    """Return the state of a channel in which nothing has been said; all of it is in the charter.

    Args:
        parties: Codes, in any order.
        languages: Languages of the texts, in any order.
        channel: Channel id.
        exercise: Whether everything in the channel is an exercise.
        silence_minimum: Milliseconds that a silence procedure must leave after receipt.
    """
    return State(
        parties=tuple(sorted(parties)),
        languages=tuple(sorted(set(languages))),
        channel=channel,
        exercise=exercise,
        silence_minimum=silence_minimum,
    )


def heads(state: State) -> dict[bytes, tuple[bytes, ...]]:
    """Return the heads of each negotiation: statement ids, in the order of the log."""
    return {identity: each.heads for identity, each in state.negotiations.items()}


def next_number(state: State, negotiation: bytes, author: str) -> int:
    """Return the number that the next dispatch of *author*, a party or ``joint``, must carry."""
    talks = state.negotiations.get(negotiation)
    return talks.numbers.get(author, 0) + 1 if talks else 1


def rung(state: State, statement: bytes, party: str) -> str:
    """Return the highest rung that *statement* has reached with *party*; empty if none."""
    receipt = (state.receipts.get(statement) or {}).get(party)
    return receipt.rung if receipt else ""
