"""`paraph vc outcome | action | report | actions | minutes`: what a conference comes to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import Found, View, Voice, looking, say_so, show_found, speaking
from paraph.client.cli.context import Seat, example, instant, run, seated
from paraph.client.cli.output import emit, note, say, table
from paraph.client.clock import when
from paraph.protocol.errors import InputError
from paraph.protocol.statements.conferences import ENDINGS, RESERVED_BY, RESULTS

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.conferences import Result
    from paraph.protocol.negotiation.actions import ActionStanding
    from paraph.protocol.negotiation.state import Action, Conference, Negotiation, Outcomes
    from paraph.protocol.statements.conferences import AgendaItem
    from paraph.protocol.statements.content import Content


# ------------------------------------------------------------------ agenda and outcomes, shown


def agenda_value(
    desk: Desk, talks: Negotiation, items: Sequence[AgendaItem]
) -> list[dict[str, object]]:
    """Return an agenda as data."""
    from paraph.client.negotiating.agendas import mention_name

    return [
        {
            "n": each.n,
            "title": each.title,
            "clauses": list(each.clauses),
            "proposals": [mention_name(desk, talks, one) for one in each.proposals],
            "minutes": each.minutes or None,
            "owner": each.owner or None,
        }
        for each in items
    ]


def outcomes_value(desk: Desk, talks: Negotiation, outcomes: Outcomes) -> dict[str, object]:
    """Return recorded outcomes as data, with who stands behind them."""
    from paraph.client.negotiating import conferences as making
    from paraph.client.negotiating.agendas import mention_name

    parties, agreed = making.behind(desk, talks, outcomes.statement)
    return {
        "index": outcomes.index,
        "id": outcomes.statement,
        "by": outcomes.party,
        "held_at": when(outcomes.content.held_at) or None,
        "behind": parties,
        "agreed": agreed,
        "items": [
            {
                "clause": item.cid or None,
                "proposal": next((mention_name(desk, talks, each) for each in item.proposal), None),
                "result": item.result,
                "understanding": {each.language: each.words for each in item.understanding},
            }
            for item in outcomes.content.items
        ],
    }


def print_agenda(seat: Seat, desk: Desk, talks: Negotiation, conference: Conference) -> None:
    """Print the agenda of a conference, and each point's times."""
    from paraph.client.negotiating.agendas import mention_name
    from paraph.client.negotiating.local_time import everywhere

    schedule = conference.schedule
    times = everywhere(schedule.at, schedule.zones)
    items = agenda_value(desk, talks, schedule.agenda)
    rows = [
        (
            str(each.n),
            each.title,
            " ".join((*each.clauses, *(mention_name(desk, talks, one) for one in each.proposals))),
            f"{each.minutes} min" if each.minutes else "",
            each.owner,
        )
        for each in schedule.agenda
    ]
    if not seat.as_json:
        for where, at in times.items():
            say(f"{where:<10} {at}")
    emit(
        seat.as_json,
        {"name": schedule.name, "times": times, "agenda": items},
        table(("n", "title", "about", "time", "owner"), rows),
    )


# ------------------------------------------------------------------ outcomes


@click.command(
    epilog=example(
        "paraph vc outcome VC-2 --clause c-terms=agreed_ad_ref --clause c-sar=reserved_by_USA",
        "paraph vc outcome VC-3 --clause c-incident=agreed_ad_ref"
        " --understood c-incident:en='From first knowledge.'",
    )
)
@click.argument("conference", metavar="NAME")
@click.option(
    "--clause",
    "clauses",
    multiple=True,
    metavar="CID=RESULT",
    help=f"{', '.join(each + 'XXX' * (each == RESERVED_BY) for each in RESULTS)}, or another"
    " word; repeat.",
)
@click.option(
    "--proposal", "proposals", multiple=True, metavar="P-n=RESULT", help="The same; repeat."
)
@click.option(
    "--understood",
    multiple=True,
    metavar="CID:LANG=TEXT",
    help="What was understood about that clause or proposal; goes to the minutes; repeat.",
)
@click.option("--held", default="", metavar="INSTANT", help="When.  [default: as scheduled]")
@speaking
@seated
def outcome(
    seat: Seat,
    *,
    conference: str,
    clauses: tuple[str, ...],
    proposals: tuple[str, ...],
    understood: tuple[str, ...],
    held: str,
    voice: Voice,
) -> None:
    """Record what conference NAME came to. It sets positions once the other side agrees to it."""
    from paraph.client.negotiating import conferences as making
    from paraph.client.writing import composing

    results = _results(clauses, proposals, understood)
    held_at = instant(held, "--held")

    def make(desk: Desk, identity: bytes) -> Content:
        talks = composing.negotiation_of(desk.state, identity)
        header = desk.header(identity, voice.manner)
        return making.recorded(desk, talks, header, conference, results, held_at=held_at)

    run(say_so(seat, voice, make))


def _results(
    clauses: Sequence[str], proposals: Sequence[str], understood: Sequence[str]
) -> list[Result]:
    from paraph.client.negotiating.conferences import Result

    words: dict[str, dict[str, str]] = {}
    for each in understood:
        place, _, said = each.partition("=")
        about, _, language = place.partition(":")
        if not (about and language and said) or language in words.get(about, {}):
            raise InputError("expected --understood CID:LANG=TEXT, each language once")
        words.setdefault(about, {})[language] = said
    results = []
    for option, values in (("--clause", clauses), ("--proposal", proposals)):
        for each in values:
            about, _, result = each.partition("=")
            if not (about and result):
                raise InputError(f"expected {option} with a result, as c-terms=agreed_ad_ref")
            said_of = words.pop(about, {})
            if option == "--clause":
                results.append(Result(cid=about, result=result, understanding=said_of))
            else:
                results.append(Result(proposal=about, result=result, understanding=said_of))
    if words:
        raise InputError(f"expected an outcome for what was understood about {', '.join(words)}")
    return results


# ------------------------------------------------------------------ actions


@click.command(
    epilog=example(
        "paraph vc action 'Send the draft minutes' --owner USA --by 2015-10-11T20:00:00Z",
        "paraph vc action 'Exchange annex values' --owner joint --by VC-3 --conference VC-2",
    )
)
@click.argument("what")
@click.option("--owner", required=True, metavar="PARTY", help="A party's code, or joint.")
@click.option("--by", "date", required=True, metavar="WHEN", help="An instant or a conference.")
@click.option("--conference", default="", metavar="NAME", help="Conference that sets it.")
@speaking
@seated
def action(seat: Seat, *, what: str, owner: str, date: str, conference: str, voice: Voice) -> None:
    """Set an action: who is to do WHAT by when. The conference need not be scheduled yet."""
    from paraph.client.negotiating import conferences as making
    from paraph.client.writing import composing

    by = making.due(date, "--by")

    def make(desk: Desk, identity: bytes) -> Content:
        header = desk.header(identity, voice.manner)
        talks = composing.negotiation_of(desk.state, identity)
        announced = {each.schedule.name for each in making.conferences(talks)}
        if by.conference and by.conference not in announced:
            note(f"warning: no conference {by.conference} is announced yet")
        return making.action_set(header, what, owner, by, conference)

    run(say_so(seat, voice, make))


@click.command(
    epilog=example(
        "paraph vc report A-1 done",
        "paraph vc report A-3 carried --to VC-4 --note 'Instructions are awaited.'",
    )
)
@click.argument("which", metavar="ACTION")
@click.argument("ending", type=click.Choice(ENDINGS))
@click.option("--at", default="", metavar="INSTANT", help="When.  [default: the claimed time]")
@click.option("--to", "date", default="", metavar="WHEN", help="New date of what is carried.")
@click.option("--note", default="", help="Words about it.")
@speaking
@seated
def report(
    seat: Seat, *, which: str, ending: str, at: str, date: str, note: str, voice: Voice
) -> None:
    """Say what became of ACTION (A-n, or its entry): its owner's side does."""
    from paraph.client.negotiating import conferences as making
    from paraph.client.writing import composing

    instant_ = instant(at, "--at")
    by = making.due(date, "--to") if date else None

    def make(desk: Desk, identity: bytes) -> Content:
        talks = composing.negotiation_of(desk.state, identity)
        header = desk.header(identity, voice.manner)
        found = making.find_action(desk, talks, which)
        return making.reported(header, found, ending, at=instant_, note=note, by=by)

    run(say_so(seat, voice, make))


@click.command(epilog=example("paraph vc actions", "paraph vc actions --by VC-3 --owner USA"))
@click.option("--by", "conference", default="", metavar="NAME", help="Set by or due by it.")
@click.option("--owner", default="", metavar="PARTY", help="Of this party, joint ones included.")
@looking
@seated
def actions(
    seat: Seat,
    *,
    conference: str,
    owner: str,
    view: View,
) -> None:
    """Show what is to be done by whom and by when. Late is what log time has overtaken."""
    from paraph.client.negotiating import conferences as making
    from paraph.protocol.errors import InputError

    def find(desk: Desk, talks: Negotiation) -> Found:
        log_time = desk.replica.log.log_time
        found = making.actions(talks, log_time, conference=conference, owner=owner)
        if owner not in ("", "joint", *desk.state.parties):
            raise InputError(
                f"expected joint, {' or '.join(desk.state.parties)} for --owner, got {owner}",
                code="unknown-party",
            )
        if conference and not found:
            making.find(talks, conference)  # nothing to do by it, or no such conference
        return (
            {
                "log_time": when(log_time) or None,
                "actions": [_action_value(*each) for each in found],
            },
            table(
                ("no.", "entry", "owner", "due", "standing", "what", "note"),
                [_action_line(*each) for each in found],
            ),
        )

    run(show_found(seat, view, find))


def _action_line(each: Action, standing: ActionStanding) -> tuple[str, ...]:
    due = each.due.conference or when(each.due.at)
    done = standing.word == "done"
    return (
        f"A-{each.number}",
        f"#{each.index}",
        each.content.owner,
        f"{due} ({when(standing.due_at)})" if each.due.conference and standing.due_at else due,
        f"{standing.word}{', late' if done and standing.late else ''}",
        each.content.what,
        each.report.note if each.report else "",
    )


def _action_value(each: Action, standing: ActionStanding) -> dict[str, object]:
    return {
        "number": each.number,
        "index": each.index,
        "id": each.statement,
        "by": each.party,
        "owner": each.content.owner,
        "what": each.content.what,
        "conference": each.content.conference or None,
        "due": each.due.conference or when(each.due.at),
        "due_at": when(standing.due_at) or None,
        "standing": standing.word,
        "late": standing.late,
        "carried": each.carried,
        "reported_at": when(each.report.at) if each.report else None,
        "note": each.report.note or None if each.report else None,
    }


# ------------------------------------------------------------------ minutes


@click.command(
    epilog=example(
        "paraph vc minutes VC-2 --draft > minutes.yaml",
        "paraph vc minutes VC-2 minutes.yaml",
        "paraph vc minutes VC-2",
    )
)
@click.argument("conference", metavar="NAME")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--draft", is_flag=True, help="Print a text to begin with, from the record.")
@speaking
@seated
def minutes(seat: Seat, *, conference: str, file: Path | None, draft: bool, voice: Voice) -> None:
    """Show the minutes of conference NAME, print a draft of them, or send FILE as their text.

    Minutes are a side document: the first FILE opens it, further ones change it. The other side
    confirms it with `paraph document confirm`, or it is adopted by silence.
    """
    from paraph.client.cli import vc_minutes

    if file is not None:
        run(vc_minutes.send(seat, voice, conference, file))
    else:
        run(vc_minutes.show(seat, voice, conference, draft=draft))
