"""`paraph position`, `package`: where each side stands on the words, and what is tied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import Found, View, Voice, looking, say_so, show_found, speaking
from paraph.client.cli.context import Seat, example, pairs, run, seated
from paraph.client.cli.output import table
from paraph.protocol.errors import InputError

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.positions import Row
    from paraph.protocol.negotiation.state import Negotiation
    from paraph.protocol.statements.positions import PackageTied, PackageUntied, PositionTaken


@click.group(epilog=example("paraph position show"))
def position() -> None:
    """Say where your side stands on clauses, and see where both do."""


@position.command(
    "take",
    epilog=example(
        "paraph position take c-sar=reserve annex-a=none --all ad-ref",
        "paraph position take --all agree --on 40",
    ),
)
@click.argument("values", metavar="[CLAUSE=POSITION]...", nargs=-1)
@click.option("--all", "others", default="", metavar="POSITION", help="On every other clause.")
@click.option("--on", "version", metavar="REF", help="Version.  [default: the head]")
@click.option("--note", default="", help="Words that go with it.")
@speaking
@seated
def take(
    seat: Seat,
    *,
    values: tuple[str, ...],
    others: str,
    version: str | None,
    note: str,
    voice: Voice,
) -> None:
    """Take a position on clauses exactly as they read in a version.

    POSITION: agree (closes the words; for heads of delegation and signatories), ad-ref,
    in-principle, reserve, reject, alternative, none. Once a word of a clause changes, it counts
    no more and is to be confirmed.
    """
    from paraph.client.channel import views
    from paraph.client.negotiating import positions as making

    if not values and not others:
        raise InputError(
            "expected CLAUSE=POSITION or --all", hint="paraph position show lists them"
        )
    named = _named(values)

    def make(desk: Desk, identity: bytes) -> PositionTaken:
        return making.taken(
            desk,
            desk.header(identity, voice.manner),
            named,
            others=others,
            version=views.find(desk, version).id if version else None,
            note=note,
        )

    run(say_so(seat, voice, make))


def _named(values: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in values:
        cid, separator, named = value.partition("=")
        if not separator or not cid or cid in found:
            raise InputError(
                f'expected CLAUSE=POSITION, each clause once, got "{value}"',
                hint="for example c-sar=reserve",
            )
        found[cid] = named
    return found


@position.command("show", epilog=example("paraph position show", "paraph position show --open"))
@click.option("--on", "version", metavar="REF", help="Version.  [default: the head]")
@click.option("--open", "unsettled", is_flag=True, help="Only what both have not agreed to.")
@looking
@seated
def show_positions(
    seat: Seat,
    *,
    version: str | None,
    unsettled: bool,
    view: View,
) -> None:
    """Show the position matrix: every clause, each side's mark on these very words.

    A agree, a ad referendum, p in principle, R reserve, X reject, ≠ alternative, · none,
    ↺ agreed on an older wording: to be confirmed.
    """
    from paraph.client.channel import views
    from paraph.client.negotiating import positions as making
    from paraph.client.writing import composing

    def find(desk: Desk, talks: Negotiation) -> Found:
        if version:
            found = composing.version_of(talks, views.find(desk, version).id)
        else:
            found = making.head_of(talks)
        rows = [
            row
            for row in making.rows(desk.state, talks, found)
            if not unsettled or row.state != "agreed"
        ]
        return (
            {
                "version": found.statement,
                "number": found.number,
                "clauses": [_clause(row) for row in rows],
            },
            table(
                ("no.", "clause", *desk.state.parties, "state"),
                [
                    (
                        row.number,
                        row.cid,
                        *(each.sign for each in row.marks.values()),
                        row.state,
                    )
                    for row in rows
                ],
            ),
        )

    run(show_found(seat, view, find))


def _clause(row: Row) -> dict[str, object]:
    return {
        "cid": row.cid,
        "number": row.number or None,
        "state": row.state,
        "wording": row.wording,
        "positions": {party: mark.value for party, mark in row.marks.items()},
        "said_at": {
            party: mark.stance.index if mark.stance else None for party, mark in row.marks.items()
        },
    }


# ------------------------------------------------------------------ packages


@click.group(epilog=example("paraph package tie c-sar c-coalition"))
def package() -> None:
    """Tie clauses into a package: agreed only when all of them are."""


@package.command("tie", epilog=example("paraph package tie c-sar c-coalition --title en=Rescue"))
@click.argument("cids", metavar="CLAUSE...", nargs=-1, required=True)
@click.option("--title", "titles", multiple=True, metavar="LANG=TEXT", help="What ties them.")
@speaking
@seated
def tie(seat: Seat, *, cids: tuple[str, ...], titles: tuple[str, ...], voice: Voice) -> None:
    """Tie clauses together; it takes effect when the other side agrees (paraph agree)."""
    from paraph.client.negotiating import positions as making

    named = pairs(titles, "--title")

    def make(desk: Desk, identity: bytes) -> PackageTied:
        return making.tied(desk.header(identity, voice.manner), cids, named)

    run(say_so(seat, voice, make))


@package.command("untie", epilog=example("paraph package untie 31"))
@click.argument("ref", metavar="REF")
@speaking
@seated
def untie(seat: Seat, *, ref: str, voice: Voice) -> None:
    """Let the clauses of the package REF go their own ways, once the other side agrees."""
    from paraph.client.channel import views
    from paraph.client.negotiating import positions as making

    def make(desk: Desk, identity: bytes) -> PackageUntied:
        header = desk.header(identity, voice.manner)
        return making.untied(header, views.find(desk, ref).id)

    run(say_so(seat, voice, make))
