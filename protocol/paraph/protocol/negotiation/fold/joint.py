"""A party agrees to a joint act of the other (SPEC 7.12)."""

from __future__ import annotations

from dataclasses import replace

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.negotiation.fold.checks import mentioned
from paraph.protocol.negotiation.joint import agreeing
from paraph.protocol.negotiation.state import Negotiation, Said, State
from paraph.protocol.statements.header import StatementMention
from paraph.protocol.statements.joint import JOINT_KINDS, AgreedTo


def agreed(state: State, talks: Negotiation, content: AgreedTo, said: Said) -> Negotiation:
    """Put the author's party, once, behind what the other party said."""
    subject = content.subject
    mentioned(state, talks, (StatementMention(statement=subject),))
    behind = agreeing(state, talks, subject)
    if not behind:
        raise OutOfTurnError(
            f"expected a statement that asks for agreement: {', '.join(sorted(JOINT_KINDS))}",
            code="not-joint",
        )
    if said.party in behind:
        raise OutOfTurnError(
            f"{said.party} stands behind it already, by saying it or agreeing before",
            code="agreed-before",
        )
    given = {**(talks.agreed.get(subject) or {}), said.party: said.index}
    return replace(talks, agreed=talks.agreed.put(subject, given))
