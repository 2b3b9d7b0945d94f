"""`paraph desk`: the desk in a browser of this machine."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import click

from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import emit, note, watched
from paraph.client.cli.terminal import ending, enter_pressed
from paraph.protocol import roles
from paraph.protocol.errors import UnavailableError

if TYPE_CHECKING:
    from paraph.client.web.office import Office
    from paraph.client.web.serving import Served

_PATIENCE_S: Final = 10.0
"""How long a browser that was opened has to come in, before an address is shown."""


@click.command(
    epilog=example("paraph desk", "paraph desk --home ministry --lock-after 10 --no-browser")
)
@click.option("--role", type=click.Choice(roles.ROLES), help="Role, if you have several.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port.  [default: any]")
@click.option(
    "--lock-after",
    type=click.IntRange(0, 24 * 60),
    metavar="MINUTES",
    help="Lock when nobody did anything for so long; 0 = never.  [default: as in the settings, 15]",
)
@click.option("--no-browser", is_flag=True, help="Print the address; open nothing.")
@seated
def desk(
    seat: Seat, role: str | None, port: int, lock_after: int | None, *, no_browser: bool
) -> None:
    """Open the desk: the whole job in a browser of this machine.

    It answers on this machine alone, to the browser that it let in. The keys stay in this
    process. Enter shows an address for another browser, good once, within a minute. Ctrl-C ends
    it; what waits to be sent is sent next time.
    """
    from paraph.client.web import choices
    from paraph.client.web.office import Office

    office = Office(seat.home, seat.tools, role)
    if lock_after is None:
        lock_after = choices.lock_after(seat.home)
    run(_serve(seat, office, port, lock_after, no_browser=no_browser))


async def _serve(
    seat: Seat, office: Office, port: int, lock_after: int, *, no_browser: bool
) -> None:
    from paraph.client.web.serving import serving

    with watched():
        await office.take(seat.vault)
    try:
        async with serving(office, port=port, lock_after_s=lock_after * 60) as served:
            await _let_in(seat, served, no_browser=no_browser)
            with ending() as stop, enter_pressed(lambda: _show(seat, served)) as can:
                note(
                    f"the desk of {seat.vault.content.party} answers at {served.origin}; "
                    + ("Enter shows a new address, Ctrl-C ends" if can else "Ctrl-C ends")
                )
                opened = asyncio.create_task(_look_after(seat, served, no_browser=no_browser))
                with contextlib.suppress(asyncio.CancelledError):
                    await stop.wait()
                opened.cancel()
                await asyncio.gather(opened, return_exceptions=True)
    except OSError as error:
        raise UnavailableError(
            f"cannot listen on port {port}: {error.strerror}",
            code="port",
            hint="give another --port, or none for any that is free",
        ) from error


async def _let_in(seat: Seat, served: Served, *, no_browser: bool) -> None:
    if no_browser or not served.open():
        _show(seat, served)


async def _look_after(seat: Seat, served: Served, *, no_browser: bool) -> None:
    # A browser in a box of its own (snap, flatpak) opens a window and cannot read the page.
    if not no_browser and not await served.entered(_PATIENCE_S):
        note("no browser came in; open this address in yours")
        _show(seat, served)


def _show(seat: Seat, served: Served) -> None:
    address = served.address()
    emit(
        seat.as_json,
        {"url": address, "origin": served.origin},
        (address, "good once, within a minute"),
    )
