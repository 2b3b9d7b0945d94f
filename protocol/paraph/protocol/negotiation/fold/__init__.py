"""The fold: what both sides compute from the log, one statement after the other (SPEC 7.5, 7.6).

``state, outcome = apply(state, content, said)`` is total: whatever a peer's record says, the
outcome is *applied* or *refused(code)*, and a refused statement changes nothing but the list of
what was said. ``state = heard(state, payload, said)`` takes in what stands in the clear. A state
never changes; it has no clock and no effects.

Before a record is looked at in detail these must hold, in this order: the statement id is new,
the author acts in the role of the key, people speak manually and machines automatically, the
role table allows the action, the negotiation is known. In an internal channel (one party) notes
may be about a negotiation and about texts that stand in another channel: they are taken as said.

A module for each topic holds its rules; this one holds what is the same for all, and the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from paraph.protocol import roles
from paraph.protocol.errors import MalformedError, MisuseError, OutOfTurnError
from paraph.protocol.negotiation.fold import (
    authority,
    comments,
    conclusion,
    conferences,
    dispatches,
    internal,
    joint,
    opening,
    positions,
    proposals,
    scrutiny,
    side_documents,
    silence,
    standing,
    versions,
)
from paraph.protocol.negotiation.state import (
    APPLIED,
    Entry,
    Negotiation,
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
from paraph.protocol.statements.conclusion import (
    AlternatSet,
    ConclusionWithdrawn,
    EffectNoted,
    EffectStated,
    EventNoted,
    FullPowersShown,
    Initialled,
    Signed,
    StoodBy,
)
from paraph.protocol.statements.conferences import (
    ActionReported,
    ActionSet,
    ConferenceScheduled,
    OutcomesRecorded,
)
from paraph.protocol.statements.content import Content, action_of
from paraph.protocol.statements.exchanges import (
    RUNGS,
    AcknowledgementGiven,
    CommentMade,
    DispatchSent,
)
from paraph.protocol.statements.header import NO_NEGOTIATION
from paraph.protocol.statements.internal import ClearanceAsked, ClearanceGiven, MandateSet
from paraph.protocol.statements.joint import AgreedTo
from paraph.protocol.statements.positions import PackageTied, PackageUntied, PositionTaken
from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
from paraph.protocol.statements.scrutiny import (
    FindingMade,
    FindingSettled,
    ScrubConfirmed,
    TermSet,
)
from paraph.protocol.statements.side_documents import SideDocumentOpened
from paraph.protocol.statements.silence import SilenceBroken, SilenceClosed, SilenceOpened
from paraph.protocol.statements.standing import Recalled
from paraph.protocol.statements.versions import NegotiationOpened, VersionConfirmed, VersionTabled

Rule = Callable[[State, Negotiation, Any, Said], Negotiation]
"""Takes the negotiation that a content is about and returns it changed, or raises its code."""

_RULES: Final[Mapping[type[Record], Rule]] = {
    NegotiationOpened: opening.opened,
    VersionTabled: versions.tabled,
    VersionConfirmed: versions.confirmed,
    CommentMade: comments.commented,
    DispatchSent: dispatches.dispatched,
    ProposalMade: proposals.made,
    ProposalAnswered: proposals.answered,
    PositionTaken: positions.taken,
    PackageTied: positions.tied,
    PackageUntied: positions.untied,
    AgreedTo: joint.agreed,
    SideDocumentOpened: side_documents.opened,
    ConferenceScheduled: conferences.scheduled,
    OutcomesRecorded: conferences.recorded,
    ActionSet: conferences.set_action,
    ActionReported: conferences.reported,
    FullPowersShown: conclusion.powers_shown,
    Initialled: conclusion.initialled,
    Signed: conclusion.signed,
    ConclusionWithdrawn: conclusion.withdrawn,
    AlternatSet: conclusion.alternat_set,
    EffectStated: conclusion.effect_stated,
    EffectNoted: conclusion.effect_noted,
    EventNoted: conclusion.event_noted,
    StoodBy: conclusion.stood_by,
    FindingMade: scrutiny.found,
    FindingSettled: scrutiny.settled,
    ScrubConfirmed: scrutiny.scrubbed,
    TermSet: scrutiny.term_set,
}

StateRule = Callable[[State, Negotiation, Any, Said], State]
"""The same for what is kept beside the negotiations, because clear statements bear on it too."""

_STATE_RULES: Final[Mapping[type[Record], StateRule]] = {
    SilenceOpened: silence.opened,
    SilenceBroken: silence.broken,
    SilenceClosed: silence.closed,
    Recalled: standing.recalled,
}
_CHANNEL_RULES: Final[Mapping[type[Record], Callable[[State, Any, Said], State]]] = {
    AcknowledgementGiven: dispatches.acknowledged,
    MandateSet: internal.mandate_set,
    ClearanceAsked: internal.asked,
    ClearanceGiven: internal.given,
}
"""What is about no negotiation of this channel, whatever its header names."""
_CONSEQUENCES: Final[Mapping[type[Record], StateRule]] = {
    VersionTabled: silence.amended,
    DispatchSent: silence.broken_by_dispatch,
}
"""What an applied statement does to things of another kind; may still refuse it."""


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
        _speaker(content, said.role)
        after, outcome = _fold(state, content, said), APPLIED
    except (OutOfTurnError, MalformedError) as error:
        after, outcome = state, Outcome("refused", error.code, str(error))
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


def heard(state: State, payload: Record, said: Said) -> State:
    """Take in a clear statement that is placed and not void.

    Args:
        state: The state before.
        payload: What it says; its header rules are checked, and kinds without a rule here only
            move log time.
        said: Who said it and where.

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
            kept = {each: by for each, by in state.disputes.items() if each != index}
            return replace(state, disputes=kept)
        case ManifestEntry(document=document):
            return internal.manifest(authority.manifest(state, document), document)
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


def _speaker(content: Content, role: str) -> None:
    header = content.header
    if header.acting_role != role:
        raise OutOfTurnError("the author does not act in the role of the key", code="role-differs")
    machine = role == roles.BOT
    if (header.origin == "automatic") != machine:
        raise OutOfTurnError("people speak manually, machines automatically", code="origin-differs")
    if isinstance(content, AcknowledgementGiven):
        said = (content.rung == RUNGS[0], content.outcome)
        if said not in (_MACHINE_MAY_SAY if machine else _PERSON_MAY_SAY):
            raise OutOfTurnError("this rung is not for this role to say", code="rung")
    action = action_of(content)
    if not roles.may(role, action):
        raise OutOfTurnError(f"a {role} may not {action}", code="role")


_MACHINE_MAY_SAY: Final = frozenset({(True, "ok"), (True, "cannot_open")})
_PERSON_MAY_SAY: Final = frozenset({(False, "ok"), (False, "not_taken")})


def _fold(state: State, content: Content, said: Said) -> State:
    kind = type(content)
    if kind in _CHANNEL_RULES:
        return _CHANNEL_RULES[kind](state, content, said)
    identity = content.header.negotiation
    talks = state.negotiations.get(identity)
    if talks is None:
        talks = _unknown(state, identity, opens=isinstance(content, NegotiationOpened))
    if kind in _STATE_RULES:
        return _STATE_RULES[kind](state, talks, content, said)
    talks = _RULES[kind](state, talks, content, said)
    state = replace(state, negotiations=state.negotiations.put(identity, talks))
    consequence = _CONSEQUENCES.get(kind)
    return consequence(state, talks, content, said) if consequence else state


def _unknown(state: State, identity: bytes, *, opens: bool) -> Negotiation:
    if identity == NO_NEGOTIATION or not (opens or state.internal):
        raise OutOfTurnError("no such negotiation was opened here", code="unknown-negotiation")
    return Negotiation(identity)
