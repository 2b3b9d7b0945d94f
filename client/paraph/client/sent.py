"""What became of a statement that a desk has made."""

from __future__ import annotations

import dataclasses
from typing import Final

from paraph.client.store import OutboxRow
from paraph.protocol.delivery import Delivery
from paraph.protocol.names import StatementId
from paraph.protocol.statements.header import NO_NEGOTIATION

NEGOTIATION_SIZE: Final = len(NO_NEGOTIATION)


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
