"""`paraph text diff | history`: what differs between versions, and how a clause came to be."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import at_desk, desk_options
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import emit, table
from paraph.client.cli.text import text
from paraph.client.reading.visible import visible

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.clause_history import Step
    from paraph.client.negotiating.redline.told import Line
    from paraph.protocol.negotiation.state import Negotiation, Version

_COLOURS = ("blue", "red")
_JOINT_COLOUR = "magenta"


@text.command(
    "diff",
    epilog=example(
        "paraph text diff",
        "paraph text diff 14 21 --lang ru",
        "paraph text diff 18 21 --three-way 14",
    ),
)
@click.argument("old", metavar="[A]", default="")
@click.argument("new", metavar="[B]", default="")
@click.option("--lang", default="", help="One language.  [default: all]")
@click.option("--three-way", "base", default="", metavar="BASE", help="What A and B both change.")
@click.option("--all", "everything", is_flag=True, help="Also clauses without a change.")
@click.option("--offline", is_flag=True, help="Do not ask the relay for what is new.")
@desk_options
@seated
def diff(
    seat: Seat,
    *,
    old: str,
    new: str,
    lang: str,
    base: str,
    everything: bool,
    offline: bool,
    name: str,
    role: str | None,
) -> None:
    """Compare two versions word by word: A is the head's parent and B the head, if not given.

    [-deleted-] {+inserted+}; ~ changed, => moved, Y split, > merged. With --three-way, A is theirs
    and B is ours, and what collides is told as <<theirs ..||base ..||ours ..>>.
    """

    async def work() -> None:
        async with at_desk(seat, name, role, offline=offline) as (desk, _):
            if base:
                _three(seat, desk, (base, old, new), lang, everything=everything)
            else:
                _two(seat, desk, old, new, lang, everything=everything)

    run(work())


def _two(seat: Seat, desk: Desk, old: str, new: str, lang: str, *, everything: bool) -> None:
    from paraph.client.negotiating.redline import kin_of, redline, told
    from paraph.protocol.negotiation.lineage import Lineage

    talks, first, second = _pair(desk, old, new)
    lineage = Lineage(talks.versions)
    kin = kin_of(lineage, first.statement, second.statement)
    found = redline(first.text, second.text, kin)
    parties = told.parties_of(lineage, first.statement, second.statement)
    languages = _languages(second, lang)
    if seat.as_json:
        value = {
            "old": {"version": first.number, "index": first.index, "id": first.statement},
            "new": {"version": second.number, "index": second.index, "id": second.statement},
            "changes": len(found.changes),
            "blocks": told.as_json(found, languages, parties),
        }
        emit(True, value, ())
        return
    click.echo(f"version {first.number} (#{first.index}) -> {second.number} (#{second.index})")
    shown = list(told.lines(found, languages, parties, everything=everything))
    for line in shown:
        click.echo(coloured(line, desk.state.parties), color=wants_colour())
    if not found.changes:
        click.echo("no change")


def _three(
    seat: Seat, desk: Desk, refs: tuple[str, str, str], lang: str, *, everything: bool
) -> None:
    from paraph.client.negotiating import reading
    from paraph.client.negotiating.redline import three_way, told
    from paraph.protocol.errors import InputError

    if not refs[1]:
        raise InputError("expected two versions beside the base: theirs, and ours or the head")
    base, theirs, ours = (reading.version_named(desk, each)[1] for each in refs)
    rows = three_way(base.text, theirs.text, ours.text)
    languages = _languages(base, lang)
    emit(
        seat.as_json,
        {
            "conflicts": [row.cid for row in rows if row.standing == "conflict"],
            "rows": [
                {
                    "cid": row.cid,
                    "standing": row.standing,
                    "notes": [each.told for each in row.notes],
                    "words": {each: row.words[each] for each in languages},
                }
                for row in rows
            ],
        },
        told.three_lines(rows, languages, everything=everything),
    )


def _pair(desk: Desk, old: str, new: str) -> tuple[Negotiation, Version, Version]:
    from paraph.client.negotiating import reading
    from paraph.client.writing import composing
    from paraph.protocol.errors import InputError

    talks, second = reading.version_named(desk, new)
    if old:
        other, first = reading.version_named(desk, old)
        if other.identity != talks.identity:
            raise InputError("expected two versions of one negotiation", code="unknown-version")
        return talks, first, second
    if not second.content.parents:
        raise InputError(
            "expected a version to compare with: this one was tabled whole",
            code="unknown-version",
            hint="paraph text diff A B names two; paraph log shows the versions",
        )
    return talks, composing.version_of(talks, second.content.parents[0]), second


def _languages(version: Version, lang: str) -> tuple[str, ...]:
    from paraph.protocol.errors import InputError

    if lang and lang not in version.text.languages:
        raise InputError(
            f"expected one of {', '.join(version.text.languages)}", code="unknown-language"
        )
    return (lang,) if lang else version.text.languages


def wants_colour() -> bool:
    """Tell whether colours are for the eyes of somebody who has not refused them."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def coloured(line: Line, parties: Iterable[str]) -> str:
    """Return a line of a redline, each party's changes in its colour, safe for a terminal."""
    colours = dict(zip(parties, _COLOURS, strict=False))
    out = ""
    for span in line:
        words = visible(span.text)
        if span.parties:
            one = colours.get(span.parties[0]) if len(span.parties) == 1 else None
            words = click.style(words, fg=one or _JOINT_COLOUR)
        out += words
    return out


@text.command("history", epilog=example("paraph text history c-rescue", "paraph text history 7"))
@click.argument("clause")
@click.option("--version", "ref", default="", metavar="REF", help="Up to it.  [default: the head]")
@click.option("--offline", is_flag=True, help="Do not ask the relay for what is new.")
@desk_options
@seated
def history(
    seat: Seat, *, clause: str, ref: str, offline: bool, name: str, role: str | None
) -> None:
    """Tell the history of one clause across renumbering, splits and merges.

    CLAUSE is its id, or the number that it has now.
    """

    async def work() -> None:
        from paraph.client.negotiating import clause_history, reading
        from paraph.protocol.negotiation.lineage import Lineage

        async with at_desk(seat, name, role, offline=offline) as (desk, _):
            talks, version = reading.version_named(desk, ref)
            numbers = version.text.numbers()
            cid = next((each for each, number in numbers.items() if number == clause), clause)
            steps = clause_history.history(Lineage(talks.versions), version, cid)
            emit(
                seat.as_json,
                {"clause": cid, "versions": _values(steps)},
                table(
                    ("version", "entry", "by", "number", "clause", "what", "words"),
                    [
                        (
                            str(step.version.number),
                            f"#{step.version.index}",
                            step.version.content.author,
                            " + ".join(step.numbers) or "-",
                            " + ".join(step.cids) or "-",
                            ", ".join(step.acts) or "-",
                            ", ".join(step.changed) or "as before",
                        )
                        for step in steps
                    ],
                ),
            )

    run(work())


def _values(steps: Iterable[Step]) -> list[dict[str, object]]:
    return [
        {
            "version": step.version.number,
            "index": step.version.index,
            "id": step.version.statement,
            "by": step.version.content.author,
            "numbers": step.numbers,
            "clauses": step.cids,
            "acts": step.acts,
            "changed": step.changed,
            "words": step.words,
        }
        for step in steps
    ]
