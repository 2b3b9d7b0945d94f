"""`paraph demo`: the main job on real input, on one machine."""

from __future__ import annotations

from pathlib import Path

import click

from paraph.client.cli.context import example, run
from paraph.client.cli.output import emit, note, progress


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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def demo(scenario: Path | None, out: Path, *, wants_example: bool, as_json: bool) -> None:
    """Play a negotiation: a relay, two ministries, two bots, and an audit of what they did.

    Everything is real: a relay process, sealed and signed statements over TLS, verified replicas,
    an offline audit. The channel is an exercise, so the scenario's own dates can be played.
    """
    from paraph.client.demo import account, stage
    from paraph.client.scenario import shipped

    if wants_example:
        click.echo(shipped().decode(), nl=False)
        return
    told = stage.read_scenario(scenario)
    with progress("playing", quiet=as_json) as tick:
        shown = run(stage.play(told, out, tick, (lambda _: None) if as_json else note))
    emit(as_json, account.to_json(shown), account.to_lines(shown))
    if not shown.passed:
        raise SystemExit(1)
