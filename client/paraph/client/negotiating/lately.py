"""What was said lately on each side: how far ours has come, and what of theirs waits for us."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

from paraph.client.channel.desk import Desk
from paraph.client.channel.views import PERSONAL
from paraph.client.reading import placed
from paraph.protocol import roles
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.kept import kept_by_identity
from paraph.protocol.negotiation.state import Entry, Negotiation, State

_RECEIPTS = frozenset({"acknowledgement-given"})


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """A statement as people look back on it.

    Attributes:
        statement: Its id.
        index: Its place in the log.
        kind: Kind of its content.
        name: How people call it: v3, C-12, P-4, RUS-2; its index, if it has no other name.
        party: Code of who said it.
        role: In which role.
        at: Log time at its index, POSIX ms.
        rung: How far it has come with the other side: logged, held, or a receipt's rung.
        refused: Why it was kept as said and not applied; empty if it was.
    """

    statement: bytes
    index: int
    kind: str
    name: str
    party: str
    role: str
    at: int
    rung: str
    refused: str


def ours(desk: Desk, state: State, talks: Negotiation, most: int) -> tuple[Step, ...]:
    """Return what this party's people said last, newest first, at most *most*."""
    said = (entry for entry in _said(state, talks) if entry.party == desk.party)
    return tuple(_step(desk, talks, each) for each in itertools.islice(said, most))


def waiting(
    desk: Desk, state: State, talks: Negotiation, most: int
) -> tuple[tuple[Step, ...], int]:
    """Return what the other side's people said and nobody here has shown to have seen.

    Returns:
        The newest first, at most *most*; and how many there are.
    """
    found = _unseen(state, talks, desk.party)
    return tuple(_step(desk, talks, each) for each in found[:most]), len(found)


@kept_by_identity(4)
def _unseen(state: State, talks: Negotiation, party: str) -> tuple[Entry, ...]:
    seen = {
        statement
        for statement, receipts in state.receipts.items()
        if (receipt := receipts.get(party)) is not None
        and (receipt.rung in PERSONAL or receipt.outcome == "not_taken")
    }
    return tuple(
        entry
        for entry in _said(state, talks)
        if entry.party != party and entry.said.statement not in seen
    )


def _said(state: State, talks: Negotiation) -> Iterator[Entry]:
    # The newest first.
    recalled = {statement for statement, _ in talks.recalled.items()}
    for entry in reversed(placed.in_order(state)):
        ours_to_tell = entry.negotiation == talks.identity and entry.kind not in _RECEIPTS
        by_a_person = entry.said.role != roles.BOT
        if ours_to_tell and by_a_person and entry.said.statement not in recalled:
            yield entry


def _step(desk: Desk, talks: Negotiation, entry: Entry) -> Step:
    said = entry.said
    return Step(
        statement=said.statement,
        index=said.index,
        kind=entry.kind,
        name=name(talks, entry),
        party=said.party,
        role=said.role,
        at=said.log_time,
        rung=desk.rung(said.index, said.statement),
        refused=entry.outcome.code if entry.outcome.status == "refused" else "",
    )


def name(talks: Negotiation, entry: Entry) -> str:
    """Return how people call a statement: v3, C-12, P-4, RUS-2; its index otherwise."""
    statement = entry.said.statement
    version = talks.versions.get(statement)
    if version is not None and version.document == ZERO:
        return f"v{version.number}"
    comment = talks.comments.get(statement)
    if comment is not None and comment.number:  # an answer has no number of its own
        return f"C-{comment.number}"
    if proposal := talks.proposals.get(statement):
        return proposal.name
    if dispatch := talks.dispatches.get(statement):
        return f"{dispatch.content.author}-{dispatch.content.number}"
    return f"#{entry.index}"
