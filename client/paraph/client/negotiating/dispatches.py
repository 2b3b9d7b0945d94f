"""The register of dispatches: numbers, enclosures, how far each has come, what answers what.

Numbers are computed by the fold, without a gap in a party's series: a dispatch under another
number is kept as said and not applied. The register shows both, and a gap if ever there were one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.negotiating import lately, receipts
from paraph.client.negotiating.receipts import Receipt
from paraph.protocol import roles
from paraph.protocol.errors import InputError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.state import Dispatch, Entry, Negotiation, State
from paraph.protocol.sentences import worded
from paraph.protocol.statements.exchanges import RUNGS, DispatchSent
from paraph.protocol.statements.header import Mention, StatementMention

LADDER: Final = ("logged", "held", *RUNGS)
"""How far a dispatch may come, lowest first; the first three are the machines' own."""
NEWEST: Final = 20
MOST_LOOKED: Final = 32
"""Of the newest dispatches, entries in which a register searches what holds them; the page of a
dispatch, and every further look at the register, search on."""
ENCLOSABLE: Final = frozenset(
    {"version-tabled", "proposal-made", "comment-made", "side-document-opened", "action-reported"}
)
"""Kinds of statements that a dispatch usually carries."""


@dataclasses.dataclass(frozen=True, slots=True)
class Enclosure:
    """What goes with a dispatch.

    Attributes:
        name: How people call it: v3, C-12, P-4; or a name without a statement.
        index: Its entry; -1 for a name without a statement, or one that is not here.
        kind: Kind of its content; empty without a statement.
    """

    name: str
    index: int
    kind: str


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A dispatch as the register shows it.

    Attributes:
        dispatch: The dispatch.
        name: Series and number.
        rung: How far it has come: queued, one of LADDER, cannot_open, not_taken.
        reason: Why it was not taken.
        sent_at: Log time at its index, POSIX ms.
        came_at: Log time of the receipt; 0 without one.
        receipts: Every receipt, in the order of the log.
        enclosures: What goes with it.
        reply_to: Name of the dispatch that it answers; empty if none.
        reply_index: Its entry; -1 if none.
        answered_by: Name of the dispatch that answers it; empty if none.
        answer_index: Its entry; -1 if none.
        late: An answer was asked for by an instant that is past.
        ours: Whether our own party sent it.
        recalled: Whether it was taken back.
    """

    dispatch: Dispatch
    name: str
    rung: str
    reason: str
    sent_at: int
    came_at: int
    receipts: tuple[Receipt, ...]
    enclosures: tuple[Enclosure, ...]
    reply_to: str
    reply_index: int
    answered_by: str
    answer_index: int
    late: bool
    ours: bool
    recalled: bool

    @property
    def content(self) -> DispatchSent:
        """What it says."""
        return self.dispatch.content

    @property
    def firsts(self) -> Mapping[str, Receipt]:
        """The first receipt of each rung."""
        return receipts.by_rung(self.receipts)

    @property
    def reached(self) -> int:
        """How many rungs of LADDER it has reached."""
        return LADDER.index(self.rung) + 1 if self.rung in LADDER else 0


@dataclasses.dataclass(frozen=True, slots=True)
class Astray:
    """A dispatch that was kept as said and is in no series.

    Attributes:
        index: Its entry.
        party: Who sent it.
        code: Why it was not applied.
    """

    index: int
    party: str
    code: str


@dataclasses.dataclass(frozen=True, slots=True)
class Register:
    """The register of a negotiation.

    Attributes:
        rows: Dispatches, newest first.
        gaps: Series and number of what is missing.
        astray: What was not applied.
    """

    rows: tuple[Row, ...]
    gaps: tuple[str, ...]
    astray: tuple[Astray, ...]


def register(desk: Desk, state: State, talks: Negotiation) -> Register:
    """Return the register of a negotiation."""
    found = sorted((each for _, each in talks.dispatches.items()), key=lambda each: -each.index)
    astray = (
        Astray(entry.index, entry.party, entry.outcome.code)
        for _, entry in state.entries.items()
        if entry.kind == DispatchSent.KIND
        and entry.negotiation == talks.identity
        and entry.outcome.status == "refused"
    )
    return Register(
        rows=tuple(
            _row(desk, state, talks, each, most=MOST_LOOKED if at < NEWEST else 0)
            for at, each in enumerate(found)
        ),
        gaps=tuple(_gaps(found)),
        astray=tuple(sorted(astray, key=lambda each: each.index)),
    )


def one(desk: Desk, state: State, talks: Negotiation, name: str) -> Row:
    """Return the dispatch of that name.

    Raises:
        InputError: There is none.
    """
    for each in talks.dispatches.values():
        if name_of(each) == name:
            return _row(desk, state, talks, each)
    raise InputError(
        worded("there is no dispatch %(name)s", name=name[:32]), code="unknown-dispatch"
    )


def name_of(dispatch: Dispatch) -> str:
    """Return series and number."""
    return f"{dispatch.content.author}-{dispatch.content.number}"


def _row(
    desk: Desk,
    state: State,
    talks: Negotiation,
    dispatch: Dispatch,
    *,
    most: int = receipts.MOST_LOOKED,
) -> Row:
    content, statement = dispatch.content, dispatch.statement
    entry = state.entries.get(statement)
    reply = talks.dispatches.get(content.in_reply_to) if content.in_reply_to != ZERO else None
    answered = dispatch.answered_by != ZERO
    answer = talks.dispatches.get(dispatch.answered_by) if answered else None
    index = desk.replica.index_of(statement)
    rung, reason, came_at = _come(desk, state, dispatch, queued=index is None)
    return Row(
        dispatch=dispatch,
        name=name_of(dispatch),
        rung=rung,
        reason=reason,
        sent_at=entry.said.log_time if entry is not None else 0,
        came_at=came_at,
        receipts=receipts.of(desk, state, statement, most=most),
        enclosures=tuple(_enclosure(desk, state, talks, each) for each in content.carries),
        reply_to=name_of(reply) if reply is not None else "",
        reply_index=reply.index if reply is not None else -1,
        answered_by=name_of(answer) if answer is not None else "",
        answer_index=answer.index if answer is not None else -1,
        late=answer is None and 0 < content.header.reply_by < state.log_time,
        ours=dispatch.party == desk.party,
        recalled=statement in talks.recalled,
    )


def _come(desk: Desk, state: State, dispatch: Dispatch, *, queued: bool) -> tuple[str, str, int]:
    if queued:
        return "queued", "", 0
    rung = desk.rung(dispatch.index, dispatch.statement)
    receipts = state.receipts.get(dispatch.statement) or {}
    receipt = next((each for code, each in receipts.items() if code != dispatch.party), None)
    if receipt is None or receipt.index >= desk.replica.size:
        return rung, "", 0
    said = state.entries.get(desk.replica.entry(receipt.index).id)
    refused = receipt.outcome != "ok"
    return (
        receipt.outcome if refused else rung,
        receipt.reason if refused else "",
        said.said.log_time if said is not None else 0,
    )


def _enclosure(desk: Desk, state: State, talks: Negotiation, mention: Mention) -> Enclosure:
    if not isinstance(mention, StatementMention):
        return Enclosure(mention.name, -1, "")
    entry = state.entries.get(mention.statement)
    if entry is None:
        index = desk.replica.index_of(mention.statement)
        return Enclosure(mention.statement.hex()[:12], -1 if index is None else index, "")
    return Enclosure(lately.name(talks, entry), entry.index, entry.kind)


def _gaps(dispatches: list[Dispatch]) -> Iterator[str]:
    numbers: dict[str, set[int]] = {}
    for each in dispatches:
        numbers.setdefault(each.content.author, set()).add(each.content.number)
    for author, found in sorted(numbers.items()):
        yield from (f"{author}-{n}" for n in range(1, max(found)) if n not in found)


# ------------------------------------------------------------------ writing one


def to_enclose(state: State, talks: Negotiation, party: str, most: int) -> tuple[Entry, ...]:
    """Return what *party* said last that no dispatch has carried yet, newest first."""
    carried = {
        mention.statement
        for _, each in talks.dispatches.items()
        for mention in each.content.carries
        if isinstance(mention, StatementMention)
    }
    found = [
        entry
        for statement, entry in state.entries.items()
        if entry.kind in ENCLOSABLE
        and entry.negotiation == talks.identity
        and (entry.party == party and entry.said.role != roles.BOT)
        and entry.outcome.status != "refused"
        and statement not in carried
        and statement not in talks.recalled
        and not _is_reply(talks, statement)
    ]
    return tuple(sorted(found, key=lambda entry: -entry.index)[:most])


def _is_reply(talks: Negotiation, statement: bytes) -> bool:
    comment = talks.comments.get(statement)
    return comment is not None and comment.thread != comment.statement


def answerable(talks: Negotiation, party: str, most: int) -> tuple[Dispatch, ...]:
    """Return the other side's dispatches, those without an answer first, then newest first."""
    found = [
        each
        for statement, each in talks.dispatches.items()
        if each.party != party and statement not in talks.recalled
    ]
    found.sort(key=lambda each: (each.answered_by != ZERO, -each.index))
    return tuple(found[:most])
