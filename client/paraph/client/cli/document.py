"""`paraph document`: side letters, understandings, minutes, the public line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from paraph.client.cli.at_desk import Found, View, Voice, looking, say_so, show_found, speaking
from paraph.client.cli.context import Seat, example, pairs, run, seated
from paraph.client.cli.output import table
from paraph.client.clock import when
from paraph.protocol.statements.side_documents import DOCUMENT_KINDS

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.rebasing import Choice
    from paraph.client.negotiating.side_documents import Row
    from paraph.protocol.negotiation.state import Negotiation
    from paraph.protocol.statements.content import Content

_COLUMNS = ("no.", "entry", "by", "kind", "about", "standing", "version", "behind it", "title")


@click.group(epilog=example("paraph document list"))
def document() -> None:
    """Open side documents and the public line, send their texts, join and confirm them.

    A side document has a line of versions of its own. It is agreed when both sides stand behind
    the same version: its author by sending it, the other by confirming it, or both by silence.
    Where both sent one at the same time there are two lines, which somebody joins.
    """


@document.command(
    "open",
    epilog=example(
        'paraph document open --kind agreed_understanding --clause c-sar --title en="On rescue"',
        "paraph document open --kind public_line --undisclosed RUS='the text of the memorandum'",
    ),
)
@click.option(
    "--kind", required=True, metavar="KIND", help=f"{', '.join(DOCUMENT_KINDS)}, or another word."
)
@click.option("--title", "titles", multiple=True, metavar="LANG=TEXT", help="Title; repeat.")
@click.option("--clause", default="", help="Clause that it is about.")
@click.option("--conference", default="", metavar="NAME", help="Conference that it is about.")
@click.option("--text-public", is_flag=True, help="The instrument's text may be published.")
@click.option(
    "--undisclosed",
    multiple=True,
    metavar="PARTY=TEXT",
    help="What stays undisclosed, and at whose request; repeat.",
)
@speaking
@seated
def open_(
    seat: Seat,
    *,
    kind: str,
    titles: tuple[str, ...],
    clause: str,
    conference: str,
    text_public: bool,
    undisclosed: tuple[str, ...],
    voice: Voice,
) -> None:
    """Open a side document; its text follows with `paraph document send`."""
    from paraph.client.negotiating import side_documents as making
    from paraph.protocol.errors import InputError

    withheld = [each.partition("=")[::2] for each in undisclosed]
    if not all(code and what for code, what in withheld):
        raise InputError("expected --undisclosed PARTY=TEXT")

    def make(desk: Desk, identity: bytes) -> Content:
        return making.opened(
            desk.header(identity, voice.manner),
            kind,
            titles=pairs(titles, "--title"),
            cid=clause,
            conference=conference,
            text_public=text_public,
            undisclosed=withheld,
        )

    run(say_so(seat, voice, make))


@document.command("list", epilog=example("paraph document list", "paraph document list --json"))
@looking
@seated
def list_(seat: Seat, *, view: View) -> None:
    """Show every side document: what it is about, how far it has come, who stands behind it."""
    from paraph.client.negotiating import side_documents as making

    def find(desk: Desk, talks: Negotiation) -> Found:
        found = list(making.rows(desk, talks))
        return (
            {"documents": [_value(row) for row in found]},
            table(_COLUMNS, [_line(row) for row in found]),
        )

    run(show_found(seat, view, find))


def _line(row: Row) -> tuple[str, ...]:
    each = row.document.content
    return (
        f"SD-{row.document.number}",
        f"#{row.document.index}",
        row.document.party,
        each.document_kind,
        " ".join(filter(None, (each.cid, each.conference))),
        row.standing.word + (" by silence" if row.document.by_silence else ""),
        f"{row.version} ({row.head})" if row.version else "",
        ", ".join(row.confirmed),
        next((title.words for title in each.titles), ""),
    )


def _value(row: Row) -> dict[str, object]:
    each = row.document.content
    return {
        "number": row.document.number,
        "index": row.document.index,
        "id": row.document.statement,
        "by": row.document.party,
        "dated": when(each.header.dated) or None,
        "kind": each.document_kind,
        "titles": {title.language: title.words for title in each.titles},
        "clause": each.cid or None,
        "conference": each.conference or None,
        "standing": row.standing.word,
        "version": row.standing.version if row.version else None,
        "version_number": row.version or None,
        "confirmed": list(row.confirmed),
        "by_silence": row.document.by_silence,
        "text_public": each.text_public,
        "undisclosed": [
            {"what": what.what, "requested_by": what.requested_by} for what in each.undisclosed
        ],
    }


@document.command(
    "send", epilog=example("paraph send --example > letter.yaml", "paraph document send SD-1 FILE")
)
@click.argument("which", metavar="DOCUMENT")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--parent", metavar="REF", help="Version that it changes.  [default: as in FILE]")
@speaking
@seated
def send(seat: Seat, *, which: str, file: Path, parent: str | None, voice: Voice) -> None:
    """Send a version of the side document DOCUMENT: SD-n, or the entry that opened it.

    FILE is one of `paraph send`: clauses for the first text, then operations on a version of it.
    """
    from paraph.client.negotiating import side_documents as making
    from paraph.client.writing import composing, drafts

    written = drafts.read(file)

    def make(desk: Desk, identity: bytes) -> Content:
        draft = drafts.parse(written, desk.replica.log.charter.languages)
        talks = composing.negotiation_of(desk.state, identity)
        header = desk.header(identity, voice.manner)
        found = making.find(desk, talks, which)
        return making.tabled(desk, header, found, draft, parent or draft.parent)

    run(say_so(seat, voice, make))


_SIDES: Final[Mapping[str, Choice]] = {"first": "theirs", "second": "ours", "both": "both"}
"""What a person chooses, and what the use case calls it: the second is brought onto the first."""


@document.command(
    "join",
    epilog=example(
        "paraph document join SD-1", "paraph document join SD-1 --choose a=second --choose b=both"
    ),
)
@click.argument("which", metavar="DOCUMENT")
@click.option(
    "--of",
    "pair",
    nargs=2,
    metavar="FIRST SECOND",
    help="Which two of its newest versions.  [default: the first two]",
)
@click.option(
    "--choose",
    "chosen",
    multiple=True,
    metavar="CLAUSE=WORD",
    help="Where both changed the same words: first, second or both, in brackets; repeat.",
)
@speaking
@seated
def join(
    seat: Seat, *, which: str, pair: tuple[str, str] | None, chosen: tuple[str, ...], voice: Voice
) -> None:
    """Join two newest versions of DOCUMENT: one line again, and nothing of either lost unasked.

    The new version has both as its parents. What only one of them changed goes along by itself.
    """
    from paraph.client.channel import views
    from paraph.client.negotiating import consolidating
    from paraph.client.negotiating import side_documents as making
    from paraph.client.writing import composing
    from paraph.protocol.errors import InputError

    choices = _choices(chosen)

    def make(desk: Desk, identity: bytes) -> Content:
        talks = composing.negotiation_of(desk.state, identity)
        found = making.find(desk, talks, which)
        first, second, *_ = consolidating.newest(talks, found.heads)
        if pair is not None:
            first, second = (
                composing.version_of(talks, views.find(desk, each).id) for each in pair
            )
        fork = consolidating.fork(talks, first, second)
        try:
            return making.joined(desk, desk.header(identity, voice.manner), found, fork, choices)
        except InputError as error:
            if error.code != "unchosen":
                raise
            here = f"paraph text diff {first.index} {second.index} shows them"
            raise InputError(
                error.words,
                code=error.code,
                hint=f"say --choose CLAUSE=first, second or both for each; {here}",
            ) from error

    run(say_so(seat, voice, make))


def _choices(chosen: Iterable[str]) -> dict[str, Choice]:
    from paraph.protocol.errors import InputError

    pairs_ = dict(each.partition("=")[::2] for each in chosen)
    if not set(pairs_.values()) <= _SIDES.keys():
        raise InputError(f"expected --choose CLAUSE=WORD with one of {', '.join(_SIDES)}")
    return {cid: _SIDES[word] for cid, word in pairs_.items()}


@document.command("confirm", epilog=example("paraph document confirm SD-1"))
@click.argument("which", metavar="DOCUMENT")
@speaking
@seated
def confirm(seat: Seat, *, which: str, voice: Voice) -> None:
    """Confirm the last version of DOCUMENT: it is agreed if the other side sent it."""
    from paraph.client.negotiating import side_documents as making
    from paraph.client.writing import composing

    def make(desk: Desk, identity: bytes) -> Content:
        talks = composing.negotiation_of(desk.state, identity)
        header = desk.header(identity, voice.manner)
        return making.confirmed(desk, header, making.find(desk, talks, which))

    run(say_so(seat, voice, make))
