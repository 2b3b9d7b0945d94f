"""`paraph vc`: conferences from the agenda to the fingerprint; acts stand in vc_acts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from paraph.client.cli import vc_acts
from paraph.client.cli.at_desk import (
    Found,
    View,
    Voice,
    at_desk,
    desk_options,
    look,
    looking,
    say_so,
    show_found,
    speaking,
)
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.example_file import example_option
from paraph.client.cli.output import emit, table
from paraph.client.clock import when

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.protocol.negotiation.state import Conference, Negotiation, Outcomes
    from paraph.protocol.statements.content import Content

_COLUMNS = ("name", "entry", "utc", "local times", "points", "outcomes", "minutes", "note")


@click.group(epilog=example("paraph vc list"))
def vc() -> None:
    """Schedule conferences, record outcomes and actions, keep minutes, read the fingerprint.

    Times are given with their zone, and shown in UTC and as each side reads them. What needs both
    sides (outcomes, a change of the schedule) the other side agrees to with `paraph agree`.
    """


vc.add_command(vc_acts.outcome)
vc.add_command(vc_acts.action)
vc.add_command(vc_acts.report)
vc.add_command(vc_acts.actions)
vc.add_command(vc_acts.minutes)


def _example() -> str:
    from paraph.client.negotiating.conferences import EXAMPLE

    return EXAMPLE


@vc.command(
    epilog=example(
        "paraph vc agenda --draft > vc.yaml",
        "paraph vc schedule vc.yaml",
        "paraph vc schedule vc.yaml --change",
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--change", is_flag=True, help="Ask to replace the schedule in force.")
@example_option(_example)
@speaking
@seated
def schedule(seat: Seat, *, file: Path, change: bool, voice: Voice) -> None:
    """Announce the conference of FILE. A change takes effect when the other side agrees to it."""
    from paraph.client.negotiating import conferences as making
    from paraph.client.writing import blocks, composing

    top = blocks.read(blocks.read_file(file, making.KIND), making.KIND)

    def make(desk: Desk, identity: bytes) -> Content:
        talks = composing.negotiation_of(desk.state, identity)
        header = desk.header(identity, voice.manner)
        return making.scheduled(desk, talks, header, top, change=change)

    run(say_so(seat, voice, make))


@vc.command("list", epilog=example("paraph vc list", "paraph vc list --json"))
@looking
@seated
def list_(seat: Seat, *, view: View) -> None:
    """Show every conference in UTC and in both local times, with what it came to."""
    from paraph.client.negotiating import conferences as making

    def find(desk: Desk, talks: Negotiation) -> Found:
        found = making.conferences(talks)
        return (
            {"conferences": [_value(desk, talks, each) for each in found]},
            table(_COLUMNS, [_line(desk, talks, each) for each in found]),
        )

    run(show_found(seat, view, find))


def _line(desk: Desk, talks: Negotiation, conference: Conference) -> tuple[str, ...]:
    from paraph.client.channel import views
    from paraph.client.negotiating import conferences as making
    from paraph.client.negotiating.local_time import everywhere
    from paraph.protocol.negotiation.side_documents import standing_of

    schedule_ = conference.schedule
    times = everywhere(schedule_.at, schedule_.zones)
    recorded = making.outcomes_of(talks, schedule_.name)
    kept = making.minutes_of(talks, schedule_.name)
    notes = [
        f"change to {when(at)} waits ({views.name_of(desk, statement)})"
        for statement, at in making.waiting(talks, conference)
    ]
    return (
        schedule_.name,
        views.name_of(desk, conference.schedule_id),
        times.pop("UTC"),
        "; ".join(times.values()),
        str(len(schedule_.agenda)),
        ", ".join(_recorded(desk, talks, each) for each in recorded),
        f"SD-{kept.number} {standing_of(talks, kept).word}" if kept else "",
        "; ".join(notes),
    )


def _recorded(desk: Desk, talks: Negotiation, outcomes: Outcomes) -> str:
    from paraph.client.negotiating import conferences as making

    agreed = making.behind(desk, talks, outcomes.statement)[1]
    return f"#{outcomes.index} {'agreed' if agreed else 'waits for agreement'}"


def _value(desk: Desk, talks: Negotiation, conference: Conference) -> dict[str, object]:
    from paraph.client.negotiating import conferences as making
    from paraph.client.negotiating.local_time import everywhere
    from paraph.protocol.names import ZERO
    from paraph.protocol.negotiation.side_documents import standing_of

    schedule_ = conference.schedule
    kept = making.minutes_of(talks, schedule_.name)
    return {
        "name": schedule_.name,
        "index": conference.index,
        "id": conference.statement,
        "schedule": conference.schedule_id,
        "changes": making.changes(talks, conference),
        "waiting": [
            {"id": statement, "at": when(at)} for statement, at in making.waiting(talks, conference)
        ],
        "times": everywhere(schedule_.at, schedule_.zones),
        "duration_min": schedule_.duration_min,
        "host": schedule_.host or None,
        "chair": schedule_.chair or None,
        "interpretation": list(schedule_.interpretation),
        "participants": {each.party: list(each.people) for each in schedule_.participants},
        "basis": None if schedule_.basis == ZERO else schedule_.basis,
        "agenda": vc_acts.agenda_value(desk, talks, schedule_.agenda),
        "outcomes": [vc_acts.outcomes_value(desk, talks, each) for each in _of(talks, conference)],
        "minutes": None
        if kept is None
        else {"document": kept.number, "standing": standing_of(talks, kept).word},
    }


def _of(talks: Negotiation, conference: Conference) -> list[Outcomes]:
    from paraph.client.negotiating import conferences as making

    return making.outcomes_of(talks, conference.schedule.name)


@vc.command(
    epilog=example("paraph vc agenda VC-2", "paraph vc agenda", "paraph vc agenda --draft > a.yaml")
)
@click.argument("conference", metavar="[NAME]", default="")
@click.option("--draft", is_flag=True, help="Print what stands open as a file to schedule.")
@looking
@seated
def agenda(
    seat: Seat,
    *,
    conference: str,
    draft: bool,
    view: View,
) -> None:
    """Show the agenda of conference NAME, or what an agenda would take up now.

    It is drawn from the brackets left, reservations, clauses not agreed by both sides, and
    proposals and questions without an answer.
    """
    from paraph.client.negotiating import agendas
    from paraph.client.negotiating import conferences as making

    async def work() -> None:
        async with look(seat, view) as (desk, wanted):
            talks = desk.negotiation(wanted)
            if conference:
                vc_acts.print_agenda(seat, desk, talks, making.find(talks, conference))
            elif draft:
                text = agendas.draft(desk, talks, now=seat.now()).rstrip("\n")
                emit(seat.as_json, {"draft": text}, [text])
            else:
                points = agendas.drawn(desk, talks)
                rows = [
                    (
                        agendas.TITLES[each.why],
                        " ".join(
                            (
                                *each.clauses,
                                *(agendas.name_of(desk, talks, one) for one in each.statements),
                            )
                        ),
                    )
                    for each in points
                ]
                value = [
                    {"why": each.why, "clauses": each.clauses, "statements": each.statements}
                    for each in points
                ]
                emit(seat.as_json, {"open": value}, table(("point", "about"), rows))

    run(work())


@vc.command(epilog=example("paraph vc fingerprint", "paraph vc fingerprint --size 214"))
@click.option("--size", default=0, help="Entries that both chairs fixed.  [default: newest final]")
@click.option("--offline", is_flag=True, help="Do not ask the relay for what is new.")
@desk_options
@seated
def fingerprint(seat: Seat, *, size: int, offline: bool, name: str, role: str | None) -> None:
    """Print the words that both chairs read out: equal words mean the same text and state.

    The chairs fix the size first. The words stand for the channel, its rules, that size, the root
    of the log and the state of all negotiations at that size.
    """
    from paraph.client.negotiating import fingerprint as making

    async def work() -> None:
        async with at_desk(seat, name, role, offline=offline) as (desk, _):
            found = making.fingerprint(desk, size)
            emit(
                seat.as_json,
                {
                    "size": found.size,
                    "final": found.final,
                    "root": found.root,
                    "state": found.state,
                    "fingerprint": found.digest,
                    "words": {each: list(said) for each, said in found.words.items()},
                },
                [
                    f"size       {found.size}, {'final' if found.final else 'verified, not final'}",
                    f"root       {found.root.hex()[:16]}",
                    f"state      {found.state.hex()[:16]}",
                    *(f"words {each}   {' '.join(said)}" for each, said in found.words.items()),
                ],
            )

    run(work())


@vc.command(epilog=example("paraph vc ics VC-2 > vc-2.ics", "paraph vc ics VC-2 -o vc-2.ics"))
@click.argument("conference", metavar="NAME")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File.  [default: stdout]")
@click.option("--with-agenda", is_flag=True, help="Its name and agenda too; calendars are read.")
@looking
@seated
def ics(
    seat: Seat,
    *,
    conference: str,
    output: Path | None,
    with_agenda: bool,
    view: View,
) -> None:
    """Print conference NAME as a calendar file. It names no person and no text."""
    from paraph.client import files
    from paraph.client.negotiating import conferences as making
    from paraph.client.negotiating.ics import calendar

    async def work() -> None:
        async with look(seat, view) as (desk, wanted):
            talks = desk.negotiation(wanted)
            found = making.find(talks, conference)
            made = calendar(
                found,
                changes=making.changes(talks, found),
                exercise=desk.is_exercise,
                with_agenda=with_agenda,
            )
            if output is not None:
                files.write_atomically(output, made)
            if seat.as_json or output is not None:
                value = {"conference": conference, "file": str(output or ""), "ics": made.decode()}
                emit(seat.as_json, value, [f"written    {output}"])
            else:
                click.echo(made, nl=False)

    run(work())
