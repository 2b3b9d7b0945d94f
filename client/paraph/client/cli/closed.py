"""What stays closed to a key, and who opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paraph.client.cli.output import note

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk


def hint_grant(desk: Desk) -> None:
    """Say who can open the past to this key, where that is why reading halts."""
    halt = desk.reader.halt
    if halt is not None and halt.code == "not-recipient":
        key, channel = desk.outbox.key.hex()[:16], desk.channel.hex()[:8]
        note(
            f"hint: a head_of_delegation or registrar of {desk.party} runs:"
            f" paraph member grant {key} --channel {channel}"
        )
