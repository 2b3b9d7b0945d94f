"""Mandate and clearance, in a party's internal channel only (SPEC 7.18).

They stand beside the negotiations, which are another channel's: a mandate is given, and a first
draft cleared, before any negotiation is open.
"""

from __future__ import annotations

from dataclasses import replace

from paraph.protocol import roles
from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold.checks import working_language
from paraph.protocol.negotiation.state import Said, State
from paraph.protocol.negotiation.state.internal import Clearance, ClearanceStep, Mandate
from paraph.protocol.sentences import coded, worded
from paraph.protocol.statements.header import NO_NEGOTIATION
from paraph.protocol.statements.internal import (
    CONFIRMED,
    LEGAL,
    RELEASED,
    REVIEWED,
    ClearanceAsked,
    ClearanceGiven,
    MandateSet,
)


def mandate_of(state: State, negotiation: bytes) -> Mandate | None:
    """Return the mandate for a negotiation: its own, or the one for all that have none."""
    return state.mandates.get(negotiation) or state.mandates.get(NO_NEGOTIATION)


def mandate_set(state: State, content: MandateSet, said: Said) -> State:
    """Take in a mandate, in the place of the one before."""
    _internal(state)
    for each in content.scope:
        working_language(state, each.language)
    mandate = Mandate(said.statement, said.index, content)
    return replace(state, mandates={**state.mandates, content.header.negotiation: mandate})


def asked(state: State, content: ClearanceAsked, said: Said) -> State:
    """Take in a draft that somebody wants to let leave."""
    _internal(state)
    if content.target in (ZERO, state.channel):
        raise OutOfTurnError(
            "expected the channel that the draft is to be said in", code="clearance-target"
        )
    clearance = Clearance(
        statement=said.statement,
        index=said.index,
        number=len(state.clearances) + 1,
        role=said.role,
        holder=said.holder,
        content=content,
    )
    return replace(state, clearances=state.clearances.put(said.statement, clearance))


def given(state: State, content: ClearanceGiven, said: Said) -> State:
    """Take in a step towards letting a draft leave: four eyes for review and release."""
    _internal(state)
    clearance = state.clearances.get(content.asked)
    if clearance is None:
        raise OutOfTurnError("no such clearance was asked for here", code="unknown-clearance")
    if clearance.standing == "refused" or (
        clearance.standing == "released" and content.step in (REVIEWED, RELEASED)
    ):
        raise OutOfTurnError(
            worded(
                "this clearance is %(standing)s; ask anew for another draft",
                standing=coded("clearing", clearance.standing),
            ),
            code="clearance-over",
        )
    if content.step in (REVIEWED, RELEASED) and said.holder == clearance.holder:
        raise OutOfTurnError(
            "expected another person than the one who asked: four eyes", code="own-draft"
        )
    if content.step == RELEASED:
        _release(state, clearance, said)
    if content.step == CONFIRMED:
        _authority(state, clearance, said)
    step = ClearanceStep(
        said.statement, said.index, said.role, said.holder, content.step, content.note
    )
    changed = replace(clearance, steps=(*clearance.steps, step))
    return replace(state, clearances=state.clearances.put(clearance.statement, changed))


def _internal(state: State) -> None:
    if not state.internal:
        raise OutOfTurnError("this belongs in an internal channel", code="internal-only")


def _release(state: State, clearance: Clearance, said: Said) -> None:
    terms = state.terms.get(said.party)
    allowed = terms.release if terms is not None else ()
    if allowed and said.role not in allowed:
        raise OutOfTurnError(
            worded(
                "expected a release by %(allowed)s, as the party's manifest says",
                allowed=roles.all_named(allowed),
            ),
            code="release-role",
        )
    if LEGAL in clearance.content.needs and not clearance.has(REVIEWED, roles.LEGAL):
        raise OutOfTurnError("expected the review of a legal adviser first", code="legal-first")


def _authority(state: State, clearance: Clearance, said: Said) -> None:
    mandate = mandate_of(state, clearance.content.header.negotiation)
    final = mandate.content.final if mandate is not None else ()
    if final and said.role not in final:
        raise OutOfTurnError(
            worded(
                "expected the authority that the mandate names: %(final)s",
                final=roles.all_named(final),
            ),
            code="not-the-authority",
        )
