"""Every receipt of a statement, one after the other: who came how far with it, and when.

The state keeps the highest rung that a party said; here stand all of them, as they were placed.
What is held is told by heartbeats (SPEC 5.3), everything above it by acknowledgements (7.5).
"""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Iterator, Mapping
from typing import Final

from paraph.client import placed
from paraph.client.desk import Desk
from paraph.client.opened import Reader
from paraph.protocol.negotiation.state import State
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.envelope import ClearContent
from paraph.protocol.statements.exchanges import AcknowledgementGiven

HELD: Final = "held"
MOST_LOOKED: Final = 5_000
"""Entries behind a statement among which the heartbeat that holds it is looked for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Receipt:
    """One step of a statement on its way.

    Attributes:
        party: Who says so.
        rung: held, or a rung of an acknowledgement; empty where it was not taken.
        outcome: ok, cannot_open, not_taken.
        reason: Why not.
        index: The entry that says so.
        at: Log time there, POSIX ms; 0 where log time has not begun.
        role: Of the key that said so.
        is_automatic: A machine said so.
    """

    party: str
    rung: str
    outcome: str
    reason: str
    index: int
    at: int
    role: str
    is_automatic: bool

    @property
    def step(self) -> str:
        """What it says in a word: its rung, or why it went no further."""
        return self.rung if self.outcome == "ok" else self.outcome


class _Known:
    # What the acknowledgements of one reader say, by subject; each is looked at once.
    def __init__(self) -> None:
        self.below = 0
        self.said: dict[bytes, list[Receipt]] = {}
        self.held: dict[tuple[str, bytes], Receipt] = {}


_KNOWN: Final[weakref.WeakKeyDictionary[Reader, _Known]] = weakref.WeakKeyDictionary()


def of(desk: Desk, state: State, statement: bytes) -> tuple[Receipt, ...]:
    """Return every receipt of *statement*, in the order of the log."""
    known = _KNOWN.setdefault(desk.reader, _Known())
    _look(desk, state, known)
    found = [*_held(desk, known, statement), *known.said.get(statement, ())]
    return tuple(sorted(found, key=lambda each: each.index))


def by_rung(found: tuple[Receipt, ...]) -> Mapping[str, Receipt]:
    """Return the first receipt of each rung, and of each outcome that is none."""
    firsts: dict[str, Receipt] = {}
    for each in found:
        firsts.setdefault(each.step, each)
    return firsts


def _look(desk: Desk, state: State, known: _Known) -> None:
    for entry in placed.of_kind(state, AcknowledgementGiven.KIND):
        if entry.index < known.below:
            continue
        opened = desk.reader.again(entry.index)
        if opened is None:
            continue
        content = opened.content
        if not isinstance(content, AcknowledgementGiven) or entry.outcome.status == "refused":
            continue
        for subject in content.subjects:
            receipt = Receipt(
                party=entry.party,
                rung=content.rung if content.outcome == "ok" else "",
                outcome=content.outcome,
                reason=content.reason,
                index=entry.index,
                at=entry.said.log_time,
                role=entry.said.role,
                is_automatic=content.header.origin == "automatic",
            )
            known.said.setdefault(subject, []).append(receipt)
    known.below = max(known.below, desk.reader.position)


def _held(desk: Desk, known: _Known, statement: bytes) -> Iterator[Receipt]:
    index = desk.replica.index_of(statement)
    if index is None:
        return
    author = desk.replica.entry(index).member
    for party in desk.replica.log.trust.parties:
        if author is not None and party == author.party:
            continue
        found = known.held.get((party, statement))
        if found is None and desk.replica.log.held(party) > index:
            found = _heard(desk, party, index)
            if found is not None:
                known.held[party, statement] = found
        if found is not None:
            yield found


def _heard(desk: Desk, party: str, index: int) -> Receipt | None:
    # The first heartbeat of that party that says it holds the entry.
    stop = min(desk.replica.size, index + 1 + MOST_LOOKED)
    for entry in desk.replica.entries(index + 1, stop):
        content = entry.statement.content if entry.statement and not entry.void else None
        if (
            isinstance(content, ClearContent)
            and isinstance(content.payload, Heartbeat)
            and entry.member is not None
            and entry.member.party == party
            and content.payload.held > index
        ):
            return Receipt(
                party=party,
                rung=HELD,
                outcome="ok",
                reason="",
                index=entry.index,
                at=entry.log_time,
                role=entry.member.role,
                is_automatic=True,
            )
    return None
