"""What a desk shows of a channel: the log, what waits, one statement. Plain values, no printing.

Every view works on entries that a verified head covers, and says where it stops: an entry that
cannot be opened halts the fold, and what follows it is shown as placed, not as understood.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.reading import placed, summaries
from paraph.client.reading.held import Held
from paraph.client.reading.opened import OpenedEntry
from paraph.client.reading.screen import shown
from paraph.client.sending.sent import PENDING
from paraph.protocol import roles, signed
from paraph.protocol.errors import InputError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import state as states
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import State, Version
from paraph.protocol.sentences import Sentence, worded
from paraph.protocol.state import Entry
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.envelope import ClearContent, Statement
from paraph.protocol.statements.exchanges import (
    RUNGS,
    AcknowledgementGiven,
)
from paraph.protocol.statements.versions import (
    VersionTabled,
)

PERSONAL: Final = frozenset(RUNGS[1:])
"""Rungs that a person has said."""
HELD_BACK: Final = "held-back"
"""State of a statement whose words this desk does not show."""


@dataclasses.dataclass(frozen=True, slots=True)
class LogRow:
    """One entry of the log, or one statement of ours that is not in it yet.

    Attributes:
        index: Its place; -1 while it is queued.
        id: Statement id.
        sent_at: The author's clock, POSIX ms: a claim.
        dated: The instant that the content claims; 0 if it claims none.
        party: Author's party.
        role: Author's role.
        type: Kind of the content, or the clear type.
        state: queued, logged, held, or the highest rung of a receipt; void(reason); withdrawn;
            recalled; unopened, where this desk cannot read it; held-back, where its words are
            not shown.
        summary: What it says, on one line.
        precedence: Handling time asked for.
        refused: Code of why the fold did not take it; empty if it did.
        why: The same for people.
    """

    index: int
    id: bytes
    sent_at: int
    dated: int
    party: str
    role: str
    type: str
    state: str
    summary: str
    precedence: str
    refused: str
    why: str = ""


def log(desk: Desk, start: int = 0) -> Iterator[LogRow]:
    """Yield every entry from *start* on, then what is queued."""
    held = desk.screen.held
    for entry, opened in desk.entries(start):
        yield _row(desk, held, entry, opened)
    for row in desk.outbox.pending():
        statement = signed.read(row.envelope).statement
        yield LogRow(
            index=-1,
            id=row.id,
            sent_at=statement.sent_at,
            dated=0,
            party=desk.party,
            role=desk.role,
            type=statement.type,
            state="queued",
            summary=worded("not placed yet: %(reason)s", reason=row.reason)
            if row.reason
            else worded("not placed yet"),
            precedence=statement.precedence,
            refused="",
        )


def _row(desk: Desk, held: Held, entry: Entry, opened: OpenedEntry | None) -> LogRow:
    statement, member = entry.statement, entry.member
    content = opened.content if opened is not None else None
    outcome = opened.outcome if opened is not None else None
    line = held.why_entry(entry) if held and opened is not None else None
    if line is not None:
        return _held_row(desk, entry, line)
    return LogRow(
        index=entry.index,
        id=entry.id,
        sent_at=statement.sent_at if statement is not None else 0,
        dated=_dated(statement, content),
        party=member.party if member is not None else "?",
        role=member.role if member is not None else "?",
        type=_type(statement, content),
        state=_state(desk, entry, opened),
        summary=summary(desk, content)
        if content is not None
        else _clear_summary(desk, entry, opened),
        precedence=statement.precedence if statement is not None else "",
        refused=outcome.code if outcome is not None and outcome.status == "refused" else "",
        why=outcome.detail if outcome is not None and outcome.status == "refused" else "",
    )


def _held_row(desk: Desk, entry: Entry, line: Sentence) -> LogRow:
    statement, member = entry.statement, entry.member
    known = desk.reader.state.entries.get(entry.id)
    outcome = known.outcome if known is not None else None
    return LogRow(
        index=entry.index,
        id=entry.id,
        sent_at=statement.sent_at if statement is not None else 0,
        dated=0,
        party=member.party if member is not None else "?",
        role=member.role if member is not None else "?",
        type=(known.kind if known is not None else "") or "sealed",
        state=HELD_BACK,
        summary=line,
        precedence=statement.precedence if statement is not None else "",
        refused=outcome.code if outcome is not None and outcome.status == "refused" else "",
    )


def _type(statement: Statement | None, content: Content | None) -> str:
    if content is not None:
        return content.KIND
    return statement.type if statement is not None else "undecodable"


def _dated(statement: Statement | None, content: Content | None) -> int:
    if content is not None:
        return content.header.dated
    if statement is not None and isinstance(statement.content, ClearContent):
        payload = statement.content.payload
        if isinstance(payload, Heartbeat):
            return payload.dated
    return 0


def _state(desk: Desk, entry: Entry, opened: OpenedEntry | None) -> str:
    if entry.void:
        return f"void({entry.void})"
    if entry.index in desk.replica.log.annulled:
        return "withdrawn"
    if opened is None:
        return "unopened"
    if by := _taken_back_by(desk, entry):
        return "withdrawn" if by in desk.reader.state.withdrawals else "recalled"
    return desk.rung(entry.index, entry.id)


def _taken_back_by(desk: Desk, entry: Entry) -> bytes | None:
    known = desk.reader.state.entries.get(entry.id)
    talks = desk.reader.state.negotiations.get(known.negotiation) if known is not None else None
    return talks.recalled.get(entry.id) if talks is not None else None


def _clear_summary(desk: Desk, entry: Entry, opened: OpenedEntry | None) -> str:
    if opened is None:
        return desk.reader.up_to
    if opened.outcome is not None:
        return opened.outcome.detail
    if entry.statement is None or not isinstance(entry.statement.content, ClearContent):
        return ""
    payload = entry.statement.content.payload
    if isinstance(payload, Heartbeat):
        return worded(
            "verified %(verified)s, held %(held)s", verified=payload.verified, held=payload.held
        )
    return ""


def summary(desk: Desk, content: Content) -> Sentence:
    """Return what *content* says, on one line; the caller cuts it and makes it visible."""
    return summaries.summary(content, functools.partial(name_of, desk))


def name_of(desk: Desk, statement: bytes) -> str:
    """Return how people call a statement: its index, or the start of its id."""
    index = desk.replica.index_of(statement)
    return f"#{index}" if index is not None else statement.hex()[:12]


# ------------------------------------------------------------------ what waits


def inbox(desk: Desk, *, everything: bool = False) -> Iterator[LogRow]:
    """Yield what persons of the other side said and nobody here has answered for yet.

    Args:
        desk: Whose inbox.
        everything: Also what was acknowledged by a person of this party.
    """
    state, held = desk.reader.state, desk.screen.held
    for known in placed.in_order(state):
        said = known.said
        if known.kind in ("", AcknowledgementGiven.KIND) or said.role == roles.BOT:
            continue
        foreign = said.key != desk.member.id if state.internal else said.party != desk.party
        if not foreign or not (everything or state.internal or not _is_answered_for(desk, known)):
            continue
        opened = desk.reader.again(known.index)
        if opened is not None and opened.content is not None:
            row = _row(desk, held, opened.entry, shown(opened, held))
            if row.state != "withdrawn":
                yield row


def _is_answered_for(desk: Desk, known: states.Entry) -> bool:
    # By a person of this party.
    receipt = (desk.reader.state.receipts.get(known.said.statement) or {}).get(desk.party)
    return receipt is not None and (receipt.rung in PERSONAL or receipt.outcome == "not_taken")


# ------------------------------------------------------------------ one statement


def find(desk: Desk, text: str) -> Entry:
    """Return the entry that *text* names: an index, ``#`` and an index, or the start of an id.

    Also what the tables show: ``v3`` and ``head`` for a version, ``C-1``, ``P-1``, ``S-1``.

    Raises:
        InputError: None, or several.
    """
    named = tuple(_named(desk.state, text))
    if len(named) == 1:
        return desk.replica.entry(named[0])
    if named:
        raise InputError(
            worded('"%(text)s" names %(count)s statements here', text=text, count=len(named)),
            code="unknown-statement",
            hint="give the index of the one you mean; paraph log shows it",
        )
    wanted = text.removeprefix("#")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 16:
        if int(wanted) < desk.replica.size:
            return desk.replica.entry(int(wanted))
        raise InputError(
            worded("expected an index below %(size)s", size=desk.replica.size),
            code="unknown-statement",
            hint="paraph log shows every entry; paraph sync fetches what is new",
        )
    found = [
        (index, statement)
        for statement, index in desk.replica.log.placed.items()
        if len(wanted) >= 4 and statement.hex().startswith(wanted.lower())
    ]
    fitting = [index for index, _ in found if index < desk.replica.size]
    if len(fitting) == 1:
        return desk.replica.entry(fitting[0])
    raise InputError(
        worded(
            'expected one statement that "%(text)s" names, found %(count)s',
            text=text,
            count=len(fitting) or worded("none"),
        ),
        code="unknown-statement",
        hint="give an index or at least four digits of an id, which paraph log shows; or head, v2,"
        " C-1, P-1, S-1 as the tables do",
    )


_NAME: Final = re.compile(r"(v|C-|P-|S-)([0-9]{1,9})")


def _named(state: State, text: str) -> Iterator[int]:
    found = _NAME.fullmatch(text)
    letter, number = (found[1], int(found[2])) if found is not None else (text, 0)
    if letter == "S-":
        yield from (each.index for _, each in state.silences.items() if each.number == number)
    for talks in state.negotiations.values():
        if letter == "head":
            heads = (talks.versions.get(each) for each in talks.heads)
            yield from (each.index for each in heads if each is not None)
        elif letter == "v":
            texts_ = (each for _, each in talks.versions.items() if each.document == ZERO)
            yield from (each.index for each in texts_ if each.number == number)
        elif letter == "C-":
            yield from (each.index for _, each in talks.comments.items() if each.number == number)
        elif letter == "P-":
            yield from (each.index for _, each in talks.proposals.items() if each.number == number)


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """One statement with all that is known of it.

    Attributes:
        row: As in the log.
        statement: Its header; nothing if it cannot be decoded.
        content: What it says; nothing if it cannot be opened.
        version: The text that it gives, if it tables one.
        receipts: How far it has come, by party: rung, outcome and reason.
    """

    row: LogRow
    statement: Statement | None
    content: Content | None
    version: Version | None
    receipts: Mapping[str, tuple[str, str, str]]


def show(desk: Desk, text: str) -> Shown:
    """Return the statement that *text* names; see :func:`find`."""
    entry = find(desk, text)
    opened = desk.screen.again(entry.index)
    content = opened.content if opened is not None else None
    version = None
    if isinstance(content, VersionTabled):
        talks = desk.screen.read.negotiations.get(content.header.negotiation)
        version = talks.versions.get(entry.id) if talks is not None else None
    receipts = desk.screen.read.receipts.get(entry.id) or {}
    return Shown(
        row=_row(desk, desk.screen.held, entry, opened),
        statement=entry.statement,
        content=content,
        version=version,
        receipts={code: (each.rung, each.outcome, each.reason) for code, each in receipts.items()},
    )


def rendering(version: Version, language: str) -> str:
    """Return the text of a version in a language, as it is hashed.

    Raises:
        InputError: Not a working language.
    """
    if language not in version.text.languages:
        raise InputError(
            worded("expected one of %(languages)s", languages=tuple(version.text.languages)),
            code="unknown-language",
        )
    return texts.render(version.text, language)


def waiting(desk: Desk) -> int:
    """Return how many statements of this desk are not placed yet."""
    return sum(row.state in PENDING for row in desk.outbox.pending())
