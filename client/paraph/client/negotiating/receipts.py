"""Every receipt of a statement, one after the other: who came how far with it, and when.

The state keeps the highest rung that a party said; here stand all of them, as they were placed.
What is held is told by heartbeats (SPEC 5.3), everything above it by acknowledgements (7.5).
"""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Iterator, Mapping
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.reading import placed
from paraph.client.reading.opened import Reader
from paraph.protocol.negotiation.state import State
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.envelope import ClearContent
from paraph.protocol.statements.exchanges import AcknowledgementGiven

HELD: Final = "held"
MOST_LOOKED: Final = 512
"""Entries in which one look searches the heartbeat that holds a statement; the next goes on."""


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
        self.looked: dict[tuple[str, bytes], int] = {}  # entries below were searched in vain


_KNOWN: Final[weakref.WeakKeyDictionary[Reader, _Known]] = weakref.WeakKeyDictionary()


def of(
    desk: Desk, state: State, statement: bytes, *, most: int = MOST_LOOKED
) -> tuple[Receipt, ...]:
    """Return every receipt of *statement*, in the order of the log.

    Args:
        desk: Whose.
        state: What it knows.
        statement: Its id.
        most: Entries in which the heartbeat that holds it is searched, if it is not known yet.
    """
    known = _KNOWN.setdefault(desk.reader, _Known())
    _look(desk, state, known)
    found = [*_held(desk, known, statement, most), *known.said.get(statement, ())]
    return tuple(_shown(desk, each) for each in sorted(found, key=lambda each: each.index))


def _shown(desk: Desk, receipt: Receipt) -> Receipt:
    if not receipt.reason:
        return receipt
    line = desk.screen.held.why_entry(desk.replica.entry(receipt.index))
    return receipt if line is None else dataclasses.replace(receipt, reason=line)


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


def _held(desk: Desk, known: _Known, statement: bytes, most: int) -> Iterator[Receipt]:
    index = desk.replica.index_of(statement)
    if index is None:
        return
    known_entry = desk.reader.state.entries.get(statement)
    author = known_entry or desk.replica.entry(index).member  # a clear one is no sealed statement
    for party in desk.replica.log.trust.parties:
        place = (party, statement)
        if author is not None and party == author.party:
            continue
        if place not in known.held and desk.replica.log.held(party) > index:
            start = max(index + 1, known.looked.get(place, 0))
            stop = min(desk.replica.size, start + most)
            found = _heard(desk, party, index, range(start, stop))
            if found is None:
                known.looked[place] = stop
            else:
                known.held[place] = found
        if place in known.held:
            yield known.held[place]


def _heard(desk: Desk, party: str, index: int, among: range) -> Receipt | None:
    # The first heartbeat of that party that says it holds the entry.
    for entry in desk.replica.entries(among.start, among.stop) if among else ():
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
