"""The fold: what both sides compute from the log, one statement after the other (SPEC 7.5, 7.6).

``state, outcome = apply(state, content, said)`` is total: whatever a peer's record says, the
outcome is *applied* or *refused(code)*, and a refused statement changes nothing but the list of
what was said. ``state = heard(state, payload, said)`` takes in what stands in the clear. A state
never changes; it has no clock and no effects.

Before a record is looked at in detail these must hold, in this order: the statement id is new,
the author acts in the role of the key, people speak manually and machines automatically, the
role table allows the action, the negotiation is known. In an internal channel (one party) notes
may be about a negotiation and about texts that stand in another channel: they are taken as said.

A module for each topic holds its rules, and :mod:`~paraph.protocol.negotiation.fold.table` says
which rule takes in which record; this module holds what is the same for all.
"""

from __future__ import annotations

from dataclasses import replace

from paraph.protocol.errors import MalformedError, MisuseError, OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold import authority, silence, withdrawal
from paraph.protocol.negotiation.fold.speaker import require_reference, require_speaker
from paraph.protocol.negotiation.fold.table import RULES
from paraph.protocol.negotiation.state import (
    APPLIED,
    Entry,
    Outcome,
    Said,
    State,
)
from paraph.protocol.schema import Record
from paraph.protocol.statements.clear import (
    Heartbeat,
    ManifestEntry,
    Opened,
    RevokeEntry,
    Unopened,
    Withdraw,
)
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import NO_NEGOTIATION


def apply(state: State, content: Content, said: Said) -> tuple[State, Outcome]:
    """Fold one opened statement; raises for no content whatever.

    Args:
        state: The state before.
        content: The sealed record, decoded.
        said: Who said it and where; its index is larger than that of every statement before.

    Returns:
        The state after, and what became of the statement.

    Raises:
        MisuseError: The caller gave an index out of order, or a party of another channel.
    """
    state = _advance(state, said)
    if said.statement in state.entries:
        return _placed(state, said), Outcome(
            "refused", "placed-before", "this statement was folded before"
        )
    try:
        require_speaker(content, said.role)
        require_reference(state, content)
        after, outcome = RULES[type(content)](state, content, said), APPLIED
    except (OutOfTurnError, MalformedError) as error:
        after, outcome = state, Outcome("refused", error.code, error.words)
    entry = Entry(said, content.KIND, content.header.negotiation, outcome)
    return _enter(after, entry), outcome


def refuse(state: State, said: Said, outcome: Outcome) -> State:
    """Note a sealed statement that is refused before its content can be folded.

    For content that is no record, or whose commitment does not fit: it keeps its place among
    what was said and can be acknowledged, and changes nothing else.

    Raises:
        MisuseError: As for :func:`apply`.
    """
    state = _advance(state, said)
    if said.statement in state.entries:
        return _placed(state, said)
    return _enter(state, Entry(said, "", NO_NEGOTIATION, outcome))


def heard(state: State, payload: Record, said: Said, subject: bytes = ZERO) -> State:
    """Take in a clear statement that is placed and not void.

    Args:
        state: The state before.
        payload: What it says; its header rules are checked, and kinds without a rule here only
            move log time.
        said: Who said it and where.
        subject: Statement id of the entry that a withdrawal names.

    Raises:
        MisuseError: As for :func:`apply`.
    """
    state = _placed(_advance(state, said), said)
    match payload:
        case Heartbeat(held=held):
            longest = max(held, state.held.get(said.party, 0))
            state = silence.heard(state, held, said)
            return replace(state, held={**state.held, said.party: longest})
        case Unopened(entry=index):
            by = state.disputes.get(index, frozenset()) | {said.party}
            return replace(state, disputes={**state.disputes, index: by})
        case Opened(entry=index):
            by = state.disputes.get(index, frozenset()) - {said.party}
            return replace(state, disputes={**state.disputes, index: by})
        case Withdraw(entry=index):
            return withdrawal.withdrawn(state, index, subject, said)
        case ManifestEntry(document=document):
            return authority.manifest(state, document)
        case RevokeEntry(document=document):
            return authority.revoked(state, document)
        case _:
            return state


def _advance(state: State, said: Said) -> State:
    if said.index < state.size:
        raise MisuseError("expected statements in the order of the log")
    if said.party not in state.parties:
        raise MisuseError("expected a party of this channel")
    return silence.tick(state, said) if state.silences_live else state


def _placed(state: State, said: Said) -> State:
    return replace(state, size=said.index + 1, log_time=said.log_time)


def _enter(state: State, entry: Entry) -> State:
    said = entry.said
    return replace(
        state,
        size=said.index + 1,
        log_time=said.log_time,
        entries=state.entries.put(said.statement, entry),
    )
