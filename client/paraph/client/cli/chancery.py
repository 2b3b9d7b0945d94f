"""The internal side of a command: the party's internal channel, and a mandate kept at home."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from paraph.client.cli.closed import hint_grant
from paraph.client.cli.context import Seat
from paraph.client.cli.output import note
from paraph.protocol.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from paraph.client.desk import Desk
    from paraph.protocol.statements.internal import MandateSet

MANDATE_FILE = "mandate"
"""In a home without an internal channel: its mandate, as ``paraph mandate set --here`` keeps it."""


def no_internal_channel() -> InputError:
    """Return the error of a command that needs an internal channel."""
    return InputError(
        "this party has no internal channel in this home",
        code="no-internal-channel",
        hint="paraph member request with its charter file joins your party's; paraph channel"
        " internal --relay CARD founds one, best on a relay of your own",
    )


@contextlib.asynccontextmanager
async def inside(
    seat: Seat, role: str | None = None, *, offline: bool = False
) -> AsyncIterator[Desk | None]:
    """Open a desk in the party's internal channel and fetch what is new; nothing without one."""
    from paraph.client.desk import Desk

    folder = seat.internal()
    if folder is None:
        yield None
        return
    link = None if offline else seat.tools.link(folder.relay)
    try:
        desk = Desk.open(seat.home, seat.vault, folder, role, link, clock=seat.now)
    except InputError:
        if role is None:
            raise
        desk = Desk.open(seat.home, seat.vault, folder, None, link, clock=seat.now)
    async with desk:
        desk.read()
        if not offline:
            try:
                await desk.sync()
            except UnavailableError as error:
                note(f"warning: the internal channel: {error}; known is what was verified before")
        if desk.reader.halt is not None:
            note(f"warning: the internal channel: {desk.reader.up_to}")
            hint_grant(desk)
        yield desk


def local_mandate(seat: Seat) -> MandateSet | None:
    """Return the mandate that is kept in this home alone, if there is one."""
    from paraph.client.files import read_private
    from paraph.protocol.schema import CONTENT
    from paraph.protocol.statements.internal import MandateSet

    path = seat.home.path / MANDATE_FILE
    if not path.exists():
        return None
    return MandateSet.decode(read_private(path, "the mandate of this home", CONTENT.size))
