"""`paraph text comments`: every thread, and where its words stand now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import View, look, looking
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import emit, table
from paraph.client.cli.text import text
from paraph.client.clock import when
from paraph.client.reading.visible import visible

if TYPE_CHECKING:
    from paraph.client.negotiating.threads import Thread
    from paraph.protocol.negotiation.state import Comment

_COLUMNS = ("no.", "entry", "who", "kind", "words", "now", "said")
_MOST = 60


@text.command("comments", epilog=example("paraph text comments", "paraph text comments 21 --open"))
@click.argument("ref", metavar="[REF]", default="")
@click.option("--open", "only_open", is_flag=True, help="Only threads that nobody has closed.")
@looking
@seated
def comments(
    seat: Seat,
    *,
    ref: str,
    only_open: bool,
    view: View,
) -> None:
    """Show the comments, and whether their words still stand in version REF (the head).

    Words are looked for in the clause that they were quoted from and in what it became, and
    nowhere else: where they are gone, what stood there last is shown.
    """
    from paraph.client.negotiating import reading
    from paraph.client.negotiating.threads import threads

    async def work() -> None:
        async with look(seat, view) as (desk, wanted):
            talks, version = reading.version_named(desk, ref, wanted)
            found = [each for each in threads(talks, version) if each.is_open or not only_open]
            emit(
                seat.as_json,
                {
                    "version": version.statement,
                    "threads": [_value(each) for each in found],
                },
                table(_COLUMNS, [row for each in found for row in _rows(each)]),
            )

    run(work())


def _rows(thread: Thread) -> list[tuple[str, ...]]:
    comment = thread.comment
    quoted = comment.content.anchor.exact
    first = (
        f"C-{comment.number}",
        f"#{comment.index}",
        f"{comment.party} {comment.role}",
        comment.content.comment_kind + ("" if thread.is_open else ", closed"),
        _cut(quoted),
        _now(thread),
        _cut(comment.content.body),
    )
    return [first, *(_reply(each) for each in thread.replies)]


def _reply(reply: Comment) -> tuple[str, ...]:
    said = reply.content.body or "(closes the thread)"
    who = f"{reply.party} {reply.role}"
    return ("", f"#{reply.index}", who, reply.content.comment_kind, "", "", _cut(said))


def _now(thread: Thread) -> str:
    from paraph.client.negotiating.threads import FATES

    place = thread.place
    if place is None:
        return "on no text"
    told = FATES[place.fate]
    last = place.wording if place.wording != thread.comment.content.anchor.exact else ""
    if place.fate in {"edited", "quote_removed"} and last:
        told += f": {_cut(last)}"
    return told


def _cut(words: str) -> str:
    shown = visible(words)
    return shown if len(shown) <= _MOST else shown[: _MOST - 1] + "…"


def _value(thread: Thread) -> dict[str, object]:
    comment, place = thread.comment, thread.place
    anchor = comment.content.anchor
    return {
        "number": comment.number,
        **_said(comment),
        "open": thread.is_open,
        "anchor": {
            "version": anchor.version,
            "clause": anchor.cid or None,
            "language": anchor.language or None,
            "quote": anchor.exact or None,
        },
        "now": place.fate if place is not None else None,
        "clause": (place.cid or None) if place is not None else None,
        "wording": (place.wording or None) if place is not None else None,
        "replies": [_said(each) for each in thread.replies],
    }


def _said(comment: Comment) -> dict[str, object]:
    return {
        "index": comment.index,
        "id": comment.statement,
        "party": comment.party,
        "role": comment.role,
        "kind": comment.content.comment_kind,
        "dated": when(comment.content.header.dated) or None,
        "body": comment.content.body,
    }
