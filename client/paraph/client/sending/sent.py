"""What became of a statement that a desk has made."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from paraph.client.log.outgoing import OutboxRow
from paraph.protocol.delivery import Delivery
from paraph.protocol.names import StatementId
from paraph.protocol.statements.header import NO_NEGOTIATION

PENDING: Final = frozenset({Delivery.SIGNED, Delivery.UNKNOWN})
"""It stays in the outbox, and the next sync sends it again."""
MOST_REFUSALS: Final = 3
"""Refused so often in a row, a person is told how to send without asking to be alone."""
_TOO_LATE: Final = (Delivery.UNPLACEABLE, "exclusive")


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """What became of a statement that this desk has made.

    Attributes:
        id: Statement id.
        kind: Kind of its content, or the clear type.
        state: ``logged``: proven; ``signed`` or ``unknown``: in the outbox, sent again by the
            next sync; ``unplaceable``: it never will be.
        index: Where it stands; -1 until it is proven.
        reason: Code of the last refusal, or why it is unplaceable.
        negotiation: Negotiation id; zeros for clear types.
    """

    id: StatementId
    kind: str
    state: Delivery
    index: int
    reason: str
    negotiation: bytes = NO_NEGOTIATION

    @property
    def is_logged(self) -> bool:
        """Whether a proof that it stands in the log was verified."""
        return self.state is Delivery.LOGGED


def sent_of(row: OutboxRow, kind: str, negotiation: bytes) -> Sent:
    """Return what an outbox row says of its statement."""
    return Sent(row.id, kind, row.state, row.index, row.reason, negotiation)


def advice(rows: Sequence[OutboxRow]) -> str:
    """Return what to do about the last statement of an outbox, which can never be placed."""
    last = rows[-MOST_REFUSALS:]
    refused = [row for row in last if (row.state, row.reason) == _TOO_LATE]
    if len(refused) == MOST_REFUSALS:
        return (
            f"somebody was first {MOST_REFUSALS} times: read what came (paraph inbox), then "
            "send it with --no-exclusive, whatever comes in between"
        )
    return "read what came in between (paraph inbox), then say it anew"
