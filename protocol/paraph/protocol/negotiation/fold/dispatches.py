"""Dispatches in numbered series, and the rungs that statements have reached (SPEC 7.5)."""

from __future__ import annotations

from dataclasses import replace

from paraph.protocol import roles
from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold.checks import mentioned, speaks_for, standing
from paraph.protocol.negotiation.state import Dispatch, Negotiation, Receipt, Said, State
from paraph.protocol.sentences import worded
from paraph.protocol.statements.exchanges import RUNGS, AcknowledgementGiven, DispatchSent


def dispatched(state: State, talks: Negotiation, content: DispatchSent, said: Said) -> Negotiation:
    """Take in a dispatch under the next number of its series."""
    speaks_for(content.author, said)
    due = talks.numbers.get(content.author, 0) + 1
    if content.number != due:
        raise OutOfTurnError(
            worded(
                "expected number %(due)s of %(author)s, got %(number)s",
                due=due,
                author=content.author,
                number=content.number,
            ),
            code="number-differs",
        )
    dispatches = talks.dispatches
    if content.in_reply_to != ZERO:
        answered = dispatches.get(content.in_reply_to)
        if answered is None:
            raise OutOfTurnError(
                "no such dispatch stands in this negotiation", code="unknown-dispatch"
            )
        standing(talks, answered.statement)
        if answered.answered_by == ZERO and answered.party != said.party:
            answered = replace(answered, answered_by=said.statement)
            dispatches = dispatches.put(answered.statement, answered)
    mentioned(state, talks, (*content.carries, *content.breaks_silence))
    dispatch = Dispatch(said.statement, said.index, said.party, content)
    return replace(
        talks,
        dispatches=dispatches.put(said.statement, dispatch),
        numbers={**talks.numbers, content.author: due},
    )


def acknowledged(state: State, content: AcknowledgementGiven, said: Said) -> State:
    """Note how far a party has come with statements of the other side."""
    receipts = state.receipts
    for subject in content.subjects:
        entry = state.entries.get(subject)
        if entry is None:
            raise OutOfTurnError("no such statement stands here", code="unknown-statement")
        if entry.party == said.party:
            raise OutOfTurnError("a party acknowledges the other's", code="own-statement")
        if entry.role == roles.BOT:
            raise OutOfTurnError("nobody acknowledges a machine", code="machine-statement")
        if entry.kind == AcknowledgementGiven.KIND:
            raise OutOfTurnError(
                "nobody acknowledges an acknowledgement", code="acknowledgement-acknowledged"
            )
        by_party = receipts.get(subject) or {}
        before = by_party.get(said.party, Receipt("", said.index, "", ""))
        climbs = content.outcome == "ok" and _height(content.rung) > _height(before.rung)
        after = Receipt(
            rung=content.rung if climbs else before.rung,
            index=said.index if climbs else before.index,
            outcome=content.outcome,
            reason=content.reason,
        )
        receipts = receipts.put(subject, {**by_party, said.party: after})
    return replace(state, receipts=receipts)


def _height(rung: str) -> int:
    return RUNGS.index(rung) if rung else -1
