"""The internal side of a command: what is found there is warned about on stderr."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from paraph.client.cli.closed import hint_grant
from paraph.client.cli.context import Seat
from paraph.client.cli.output import mark_channel, note

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk


@contextlib.asynccontextmanager
async def inside(
    seat: Seat, role: str | None = None, *, offline: bool = False
) -> AsyncIterator[Desk | None]:
    """Open a desk in the party's internal channel and fetch what is new; nothing without one."""
    from paraph.client.negotiating import chancery

    opened = None
    if seat.internal() is not None:  # otherwise nothing asks for a passphrase
        opened = chancery.open_internal(seat.home, seat.vault, seat.tools, role, offline=offline)
    if opened is None:
        yield None
        return
    async with opened as desk:
        mark_channel(desk.channel, exercise=desk.is_exercise, aside=True)
        for each in await chancery.refresh(desk, offline=offline):
            note(f"warning: the internal channel: {each}")
        hint_grant(desk)
        yield desk
