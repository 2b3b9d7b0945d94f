"""What became of a statement, printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paraph.client.cli.context import Seat
from paraph.client.cli.output import emit

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.sending.sent import Sent


def print_sent(seat: Seat, desk: Desk, sent: Sent) -> None:
    """Print what became of a statement."""
    placed = f"#{sent.index}" if sent.is_logged else "in the outbox"
    value: dict[str, Any] = {
        "channel": desk.channel,
        "id": sent.id,
        "type": sent.kind,
        "state": "logged" if sent.is_logged else "queued",
        "index": sent.index if sent.is_logged else None,
        "negotiation": sent.negotiation,
    }
    state = value["state"]
    emit(seat.as_json, value, [f"{state:<10} {placed} {sent.kind} {sent.id.hex()[:16]}"])
