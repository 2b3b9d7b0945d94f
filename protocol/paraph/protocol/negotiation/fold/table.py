"""Which rule takes in which sealed record: the whole table (SPEC 7.5).

A rule is given what was said and returns what is so from then on, or raises the code of what
forbids it. It stands in the module of its topic, in one of three forms:

- *within* a negotiation: it is given the negotiation that the record is about, and returns it
  changed. What follows for things of another kind is named by ``then``; that may still refuse.
- *beside* it: it is given the negotiation, and returns the state. So for what is kept beside the
  negotiations because statements in the clear bear on it too.
- as it stands: the record is about no negotiation of this channel, whatever its header names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.negotiation.fold import (
    comments,
    conclusion,
    conferences,
    dispatches,
    internal,
    joint,
    opening,
    positions,
    proposals,
    recall,
    scrutiny,
    side_documents,
    silence,
    versions,
)
from paraph.protocol.negotiation.state import Negotiation, Said, State
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
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import AcknowledgementGiven, CommentMade, DispatchSent
from paraph.protocol.statements.header import NO_NEGOTIATION
from paraph.protocol.statements.internal import ClearanceAsked, ClearanceGiven, MandateSet
from paraph.protocol.statements.joint import AgreedTo
from paraph.protocol.statements.positions import PackageTied, PackageUntied, PositionTaken
from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
from paraph.protocol.statements.recall import Recalled
from paraph.protocol.statements.scrutiny import (
    FindingMade,
    FindingSettled,
    ScrubConfirmed,
    TermSet,
)
from paraph.protocol.statements.side_documents import SideDocumentOpened
from paraph.protocol.statements.silence import SilenceBroken, SilenceClosed, SilenceOpened
from paraph.protocol.statements.versions import NegotiationOpened, VersionConfirmed, VersionTabled

Rule = Callable[[State, Any, Said], State]
Within = Callable[[State, Negotiation, Any, Said], Negotiation]
Beside = Callable[[State, Negotiation, Any, Said], State]


def _within(rule: Within, *, then: Beside | None = None) -> Rule:
    def fold(state: State, content: Content, said: Said) -> State:
        talks = rule(state, _negotiation(state, content), content, said)
        after = replace(state, negotiations=state.negotiations.put(talks.identity, talks))
        return after if then is None else then(after, talks, content, said)

    return fold


def _beside(rule: Beside) -> Rule:
    def fold(state: State, content: Content, said: Said) -> State:
        return rule(state, _negotiation(state, content), content, said)

    return fold


def _negotiation(state: State, content: Content) -> Negotiation:
    # In an internal channel, notes are about a negotiation that was opened in another.
    identity = content.header.negotiation
    known = state.negotiations.get(identity)
    if known is not None:
        return known
    begins = state.internal or isinstance(content, NegotiationOpened)
    if identity == NO_NEGOTIATION or not begins:
        raise OutOfTurnError("no such negotiation was opened here", code="unknown-negotiation")
    return Negotiation(identity)


RULES: Final[Mapping[type[Content], Rule]] = {
    NegotiationOpened: _within(opening.opened),
    VersionTabled: _within(versions.tabled, then=silence.amended),
    VersionConfirmed: _within(versions.confirmed),
    CommentMade: _within(comments.commented),
    DispatchSent: _within(dispatches.dispatched, then=silence.broken_by_dispatch),
    AcknowledgementGiven: dispatches.acknowledged,
    AgreedTo: _within(joint.agreed),
    Recalled: _beside(recall.recalled),
    ProposalMade: _within(proposals.made),
    ProposalAnswered: _within(proposals.answered),
    PositionTaken: _within(positions.taken),
    PackageTied: _within(positions.tied),
    PackageUntied: _within(positions.untied),
    SideDocumentOpened: _within(side_documents.opened),
    ConferenceScheduled: _within(conferences.scheduled),
    OutcomesRecorded: _within(conferences.recorded),
    ActionSet: _within(conferences.set_action),
    ActionReported: _within(conferences.reported),
    SilenceOpened: _beside(silence.opened),
    SilenceBroken: _beside(silence.broken),
    SilenceClosed: _beside(silence.closed),
    FindingMade: _within(scrutiny.found),
    FindingSettled: _within(scrutiny.settled),
    ScrubConfirmed: _within(scrutiny.scrubbed),
    TermSet: _within(scrutiny.term_set),
    FullPowersShown: _within(conclusion.powers_shown),
    Initialled: _within(conclusion.initialled),
    Signed: _within(conclusion.signed),
    ConclusionWithdrawn: _within(conclusion.withdrawn),
    AlternatSet: _within(conclusion.alternat_set),
    EffectStated: _within(conclusion.effect_stated),
    EffectNoted: _within(conclusion.effect_noted),
    EventNoted: _within(conclusion.event_noted),
    StoodBy: _within(conclusion.stood_by),
    MandateSet: internal.mandate_set,
    ClearanceAsked: internal.asked,
    ClearanceGiven: internal.given,
}
