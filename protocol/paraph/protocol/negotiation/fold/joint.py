"""A party agrees to a joint act of the other (SPEC 7.12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from paraph.protocol import roles
from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.negotiation.fold import conferences
from paraph.protocol.negotiation.fold.checks import entry_of
from paraph.protocol.negotiation.joint import agreeing
from paraph.protocol.negotiation.state import Negotiation, Said, State
from paraph.protocol.sentences import all_coded, worded
from paraph.protocol.statements.conferences import ConferenceScheduled, OutcomesRecorded
from paraph.protocol.statements.joint import BINDING_KINDS, JOINT_KINDS, AgreedTo


def agreed(state: State, talks: Negotiation, content: AgreedTo, said: Said) -> Negotiation:
    """Put the author's party, once, behind what the other party said."""
    subject = content.subject
    entry = entry_of(state, talks, subject)
    behind = agreeing(state, talks, subject)
    if not behind:
        raise OutOfTurnError(
            worded(
                "expected a statement that asks for agreement: %(kinds)s",
                kinds=all_coded("kind", sorted(JOINT_KINDS)),
            ),
            code="not-joint",
        )
    if said.party in behind:
        raise OutOfTurnError(
            worded(
                "%(party)s stands behind it already, by saying it or agreeing before",
                party=said.party,
            ),
            code="agreed-before",
        )
    if entry.kind in BINDING_KINDS and not roles.may(said.role, "agree"):
        raise OutOfTurnError(
            worded("a %(role)s may not agree to it for a party", role=roles.named(said.role)),
            code="role",
        )
    given = {**(talks.agreed.get(subject) or {}), said.party: said.index}
    after = replace(talks, agreed=talks.agreed.put(subject, given))
    effect = _EFFECTS.get(entry.kind)
    if effect is None or {*behind, said.party} != set(state.parties):
        return after
    return effect(state, after, subject, said)


Effect = Callable[[State, Negotiation, bytes, Said], Negotiation]
"""What follows at once when all parties stand behind a joint act; may still refuse it."""

_EFFECTS: Final[Mapping[str, Effect]] = {
    ConferenceScheduled.KIND: conferences.schedule_agreed,
    OutcomesRecorded.KIND: conferences.outcomes_agreed,
}
