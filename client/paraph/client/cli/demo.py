"""`paraph demo`: the main job on real input, on one machine."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paraph.client.cli.context import example, run
from paraph.client.cli.output import emit, note, progress

if TYPE_CHECKING:
    from paraph.client.scenario.model import Scenario


@click.command(
    epilog=example("paraph demo", "paraph demo --scenario river.yaml --json --out /tmp/river")
)
@click.option(
    "--scenario",
    type=click.Path(path_type=Path),
    help="A file of schema desk-scenario/1; the sample that ships, if not given.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("paraph-demo"),
    show_default=True,
    help="Folder for homes, relay and audit bundle; an earlier demo's folder is replaced.",
)
@click.option(
    "--example", "wants_example", is_flag=True, help="Print the scenario that ships, and end."
)
@click.option(
    "--desk/--no-desk",
    "wants_desks",
    default=None,
    help="At the end, open both ministries' desks.  [default: on a terminal, without --json]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def demo(
    scenario: Path | None,
    out: Path,
    *,
    wants_example: bool,
    wants_desks: bool | None,
    as_json: bool,
) -> None:
    """Play a negotiation: a relay, two ministries, two bots, and an audit of what they did.

    Everything is real: a relay process, sealed and signed statements over TLS, verified replicas,
    an offline audit. The channel is an exercise, so the scenario's own dates can be played.

    On a terminal it then offers both ministries' desks in the browser, at two addresses, until
    Ctrl-C: the relay and the bots go on meanwhile.
    """
    from paraph.client.demo import stage
    from paraph.client.scenario import shipped

    if wants_example:
        click.echo(shipped().decode(), nl=False)
        return
    told = stage.read_scenario(scenario)
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    desks = not as_json and (on_terminal if wants_desks is None else wants_desks)
    if not run(_play(told, out, as_json=as_json, desks=desks)):
        raise SystemExit(1)


async def _play(told: Scenario, out: Path, *, as_json: bool, desks: bool) -> bool:
    from paraph.client.cli import demo_desks
    from paraph.client.cli.demo_account import to_lines
    from paraph.client.demo import account, stage

    async with contextlib.AsyncExitStack() as stack:
        with progress("playing", quiet=as_json) as tick:
            playing = stage.played(told, out, tick, (lambda _: None) if as_json else note)
            shown = await stack.enter_async_context(playing)
        found = shown.account
        offers = desks and found.passed
        emit(as_json, account.to_json(found), to_lines(found, goes_on=offers))
        if offers:
            await demo_desks.offer(shown)
        return found.passed
