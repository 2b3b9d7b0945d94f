"""`paraph silence`: words stand as adopted unless somebody objects in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import Voice, at_desk, desk_options, say_so, speaking
from paraph.client.cli.context import Seat, example, instant, run, seated
from paraph.client.cli.output import emit, table
from paraph.client.clock import when

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.silence import Row
    from paraph.protocol.statements.silence import SilenceBroken, SilenceClosed, SilenceOpened

_COLUMNS = ("no.", "entry", "by", "subject", "expires", "standing", "left", "note")


@click.group(epilog=example("paraph silence list"))
def silence() -> None:
    """Put words under silence, object, close.

    It runs in log time from the other side's receipt. It is adopted when an officer of each side
    has closed it after expiry; without both closings nothing is adopted.
    """


@silence.command(
    "open",
    epilog=example(
        "paraph silence open 14 --until 2015-10-16T16:00:00Z",
        "paraph silence open 14 --clause annex-a --until 2015-10-16T16:00:00Z",
    ),
)
@click.argument("version", metavar="REF")
@click.option("--clause", default="", help="One clause of it.  [default: the whole version]")
@click.option("--until", required=True, metavar="INSTANT", help="Exact instant of expiry.")
@speaking
@seated
def open_(seat: Seat, *, version: str, clause: str, until: str, voice: Voice) -> None:
    """Put version REF, or one clause of it, under silence until an exact instant."""
    from paraph.client.channel import views
    from paraph.client.negotiating import silence as making

    expires = instant(until, "--until")

    def make(desk: Desk, identity: bytes) -> SilenceOpened:
        header = desk.header(identity, voice.manner)
        return making.opened(desk, header, views.find(desk, version).id, clause, expires)

    run(say_so(seat, voice, make))


@silence.command("break", epilog=example("paraph silence break 21 'The units differ.'"))
@click.argument("ref", metavar="REF")
@click.argument("reason")
@click.option("--amendment", metavar="REF", help="What you propose in its place.")
@speaking
@seated
def break_(seat: Seat, *, ref: str, reason: str, amendment: str | None, voice: Voice) -> None:
    """Object to the silence procedure REF, for a reason. It counts by its place in the log."""
    from paraph.client.channel import views
    from paraph.client.negotiating import silence as making
    from paraph.protocol.statements.header import StatementMention

    def make(desk: Desk, identity: bytes) -> SilenceBroken:
        named = (StatementMention(statement=views.find(desk, amendment).id),) if amendment else ()
        header = desk.header(identity, voice.manner)
        return making.broken(header, views.find(desk, ref).id, reason, named)

    run(say_so(seat, voice, make))


@silence.command("close", epilog=example("paraph silence close 21"))
@click.argument("ref", metavar="REF")
@speaking
@seated
def close(seat: Seat, *, ref: str, voice: Voice) -> None:
    """Sign that you saw the log past expiry, and no objection to the procedure REF in it."""
    from paraph.client.channel import views
    from paraph.client.negotiating import silence as making

    def make(desk: Desk, identity: bytes) -> SilenceClosed:
        header = desk.header(identity, voice.manner)
        return making.closed(desk, header, views.find(desk, ref).id)

    run(say_so(seat, voice, make))


@silence.command("list", epilog=example("paraph silence list", "paraph silence list --json"))
@click.option("--offline", is_flag=True, help="Do not ask the relay for what is new.")
@desk_options
@seated
def list_(seat: Seat, *, offline: bool, name: str, role: str | None) -> None:
    """Show every silence procedure: its subject, the time left in log time, who has closed."""
    from paraph.client.negotiating import silence as making

    async def work() -> None:
        async with at_desk(seat, name, role, offline=offline) as (desk, _):
            found = list(making.rows(desk))
            emit(
                seat.as_json,
                {
                    "log_time": when(desk.state.log_time) or None,
                    "silence": [_value(row) for row in found],
                },
                table(_COLUMNS, [_line(row) for row in found]),
            )

    run(work())


def _line(row: Row) -> tuple[str, ...]:
    each = row.silence
    minutes = row.left // 60_000
    return (
        f"S-{each.number}",
        f"#{each.index}",
        each.party,
        row.subject,
        when(each.content.expires),
        "held" if row.held else each.standing,
        f"{minutes // 60} h {minutes % 60:02} min" if row.left and not each.ended else "",
        row.held or _ended(row),
    )


def _ended(row: Row) -> str:
    ending = row.silence.ending
    if ending is None:
        return ""
    by = "both sides" if row.silence.ended == "adopted" else ending.party
    return f"by {by}, #{ending.index}" + (f": {ending.reason}" if ending.reason else "")


def _value(row: Row) -> dict[str, object]:
    each = row.silence
    return {
        "number": each.number,
        "index": each.index,
        "id": each.statement,
        "by": each.party,
        "version": each.content.version,
        "clause": each.content.cid or None,
        "expires": when(each.content.expires),
        "received": when(each.received) or None,
        "standing": "held" if row.held else each.standing,
        "held_because": row.held or None,
        "closings": dict(each.closings),
        "ended_by": {
            "party": each.ending.party,
            "index": each.ending.index,
            "reason": each.ending.reason or None,
        }
        if each.ending
        else None,
    }
