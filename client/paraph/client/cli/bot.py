"""`paraph bot`: run the stock bot; list and put back what it has parked."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import click

from paraph.client.cli.context import Seat, example, seated
from paraph.client.cli.context import run as run_loop
from paraph.client.cli.output import emit, note, say, table
from paraph.client.clock import when
from paraph.protocol.errors import InputError

if TYPE_CHECKING:
    from paraph.client.bot.ledger import Ledger
    from paraph.client.bot.memory import Parked
    from paraph.client.bot.notices import Notice


@click.group(epilog=example("paraph bot run", "paraph bot dead list"))
def bot() -> None:
    """Run the acknowledgement bot, which acknowledges receipt and reminds people.

    Its key can acknowledge by machine and give signs of life, nothing else: no bot can agree to
    anything.
    """


def _named(command: Callable[..., object]) -> Callable[..., object]:
    for option in (
        click.option(
            "--name", default="bot", show_default=True, help="Under which the bot remembers."
        ),
        click.option("--channel", default="", help="Start of its id, or `internal`."),
    ):
        command = option(command)
    return command


@bot.command(
    epilog=example(
        "paraph bot run",
        "paraph bot run --once --json",
        "paraph bot run --hook '/usr/local/bin/wake-duty-officer --now'",
    )
)
@_named
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@click.option(
    "--hook",
    metavar="COMMAND",
    help="Run for each reminder and alarm, with it as JSON on standard input.",
)
@click.option("--since", type=click.IntRange(min=0), help="Begin again at this index of the log.")
@seated
def run(
    seat: Seat, *, name: str, channel: str, once: bool, hook: str | None, since: int | None
) -> None:
    """Acknowledge what comes, give signs of life, remind and escalate, until stopped.

    Prints one line for each thing that happens; with --json one JSON object a line. Ends
    gracefully on SIGTERM and SIGINT: what is in hand is finished and sent.
    """
    run_loop(_run(seat, name=name, channel=channel, once=once, hook=hook, since=since))


async def _run(
    seat: Seat, *, name: str, channel: str, once: bool, hook: str | None, since: int | None
) -> None:
    from paraph.client.bot import Bot, StockBot

    notices = _printer(seat, hook)
    folder = seat.channel(channel)
    made = Bot(
        seat.home,
        channel=folder.channel.hex(),
        passphrase=seat.vault,
        name=name,
        since=since,
        link=seat.tools.link(folder.relay),
        clock=seat.now,
        notices=notices,
    )
    StockBot(made)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    try:
        async with made:
            if not once:
                note(f"following channel {folder.channel.hex()[:8]} for {made.station.party}")
            await made.run(stop=stop, once=once)
    finally:
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)


def _printer(seat: Seat, hook: str | None) -> Callable[[Notice], Awaitable[None]]:
    from paraph.client.bot import Hook

    run_hook = Hook(hook, lambda line: note(f"warning: {line}")) if hook else None

    async def show(notice: Notice) -> None:
        if seat.as_json:
            click.echo(notice.to_json())
        else:
            say(_line(notice))
        if run_hook is not None and notice.kind not in _QUIET:
            await run_hook(notice)

    return show


_QUIET = frozenset({"received", "acknowledged", "heartbeat", "retry", "reachable", "opened"})
# What nobody has to be woken for.


def _line(notice: Notice) -> str:
    about = f"#{notice.index}" if notice.index >= 0 else ""
    due = f" (due {when(notice.due)})" if notice.due else ""
    urgent = notice.precedence if notice.precedence not in {"", "routine"} else ""
    parts = (when(notice.at), notice.kind, about, urgent, notice.text)
    return "  ".join(part for part in parts if part) + due


@bot.group(epilog=example("paraph bot dead list", "paraph bot dead requeue 3f0c"))
def dead() -> None:
    """See what the bot has parked, and put it back."""


def _ledger(seat: Seat, channel: str, name: str) -> Ledger:
    from paraph.client.bot.ledger import Ledger

    return Ledger.open(seat.channel(channel).path, name, run=False)


@dead.command("list", epilog=example("paraph bot dead list --json"))
@_named
@seated
def list_dead(seat: Seat, *, name: str, channel: str) -> None:
    """List statements that a handler could not take, and why."""
    parked = _sorted(_ledger(seat, channel, name))
    rows = [
        (f"#{each.index}", each.id[:12], each.handler, str(each.attempts), when(each.at), why)
        for each in parked
        for why in (each.reason,)
    ]
    columns = ("index", "id", "handler", "attempts", "parked", "reason")
    lines = table(columns, rows) if rows or seat.as_json else ["nothing is parked"]
    emit(seat.as_json, {"bot": name, "parked": parked}, lines)


@dead.command(epilog=example("paraph bot dead requeue 3f0c", "paraph bot dead requeue --all"))
@click.argument("statements", nargs=-1, metavar="[ID|INDEX]...")
@click.option("--all", "everything", is_flag=True, help="Everything that is parked.")
@_named
@seated
def requeue(
    seat: Seat, statements: tuple[str, ...], *, everything: bool, name: str, channel: str
) -> None:
    """Put parked statements back: the bot handles them again, running or not."""
    ledger = _ledger(seat, channel, name)
    parked = _sorted(ledger)
    if bool(statements) == everything:
        raise InputError(
            "expected statements, or --all", hint="paraph bot dead list shows what is parked"
        )
    chosen = parked if everything else [each for text in statements for each in _find(parked, text)]
    done = [each for one in sorted({each.id for each in chosen}) for each in ledger.requeue(one)]
    emit(
        seat.as_json,
        {"bot": name, "requeued": done},
        [f"requeued   #{each.index} {each.id[:12]} for {each.handler}" for each in done]
        or ["nothing is parked"],
    )


def _sorted(ledger: Ledger) -> list[Parked]:
    return sorted(ledger.memory.parked.values(), key=lambda each: (each.index, each.handler))


def _find(parked: list[Parked], text: str) -> list[Parked]:
    wanted = text.removeprefix("#").lower()
    by_index = [each for each in parked if str(each.index) == wanted]
    found = by_index or [each for each in parked if len(wanted) >= 4 and each.id.startswith(wanted)]
    if len({each.id for each in found}) != 1:
        raise InputError(
            f"expected one parked statement for {text}, found {len({each.id for each in found})}",
            code="unknown-statement",
            hint="paraph bot dead list shows them",
        )
    return found
