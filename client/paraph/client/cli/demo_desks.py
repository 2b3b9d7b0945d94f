"""The end of the demo: both ministries' desks in the browser, while relay and bots go on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from paraph.client.cli.output import note
from paraph.client.cli.terminal import ending, enter_pressed

if TYPE_CHECKING:
    from paraph.client.demo.stage import Stage
    from paraph.client.web.serving import Served


async def offer(stage: Stage) -> None:
    """Serve the desks of both parties until Ctrl-C; the bots answer meanwhile."""
    from paraph.client.channel.tools import Tools
    from paraph.client.demo.cast import PASSPHRASE
    from paraph.client.web.office import Office
    from paraph.client.web.serving import serving

    await stage.cast.close()  # the desks of the script: from here on people speak
    stage.bots.go_on()
    async with contextlib.AsyncExitStack() as stack:
        served: dict[str, Served] = {}
        for code, house in stage.cast.houses.items():
            office = Office(house.home, Tools())
            await office.unlock(PASSPHRASE)
            served[code] = await stack.enter_async_context(serving(office))

        def show() -> None:
            click.echo("\n".join(_addresses(served)))

        with ending() as stop, enter_pressed(show) as can:
            click.echo("\n".join(_told()))
            show()
            again = "Enter shows new addresses, " if can else ""
            note(f"relay, bots and both desks run; {again}Ctrl-C ends them all")
            await stop.wait()
    note("both desks, the bots and the relay have ended; what was written stands in the homes")


def _addresses(served: dict[str, Served]) -> Iterator[str]:
    yield ""
    for code, each in served.items():
        yield f"  {code:<8} {each.address()}"
    yield "  each good once, within a minute; open them in one browser, side by side"


def _told() -> Iterator[str]:
    yield ""
    yield "Both ministries' desks are open on this machine. Try:"
    yield "  write a comment at one desk: it is on the other within a second, with its receipt"
    yield "  compare two versions under Text; look at Dispatches, Silence, Conclusion, Trust"
    yield "  say something and read, before it leaves, exactly what would leave"
    yield "The clock of this exercise goes on from where the scenario ended."
