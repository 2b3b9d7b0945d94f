"""`paraph search`: where words stand, in everything that this home has opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import at_desk, desk_options
from paraph.client.cli.chancery import inside
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import emit
from paraph.client.clock import when

if TYPE_CHECKING:
    from paraph.client.negotiating.searching import Found, Hit

_MOST = 20


@click.command(
    epilog=example(
        "paraph search 'nautical mil'",
        "paraph search '\"duty officers\" line' --kind comment --shared",
    )
)
@click.argument("words", metavar="WORDS")
@click.option("--kind", "kinds", multiple=True, help="Only this kind; may be given again.")
@click.option("--most", type=click.IntRange(1, 1000), default=_MOST, show_default=True,
              help="Hits of a kind that are shown.")  # fmt: skip
@click.option("--shared", is_flag=True, help="Leave out internal notes, mandate and drafts.")
@click.option("--offline", is_flag=True, help="Do not ask the relay for what is new.")
@desk_options
@seated
def search(
    seat: Seat,
    *,
    words: str,
    kinds: tuple[str, ...],
    most: int,
    shared: bool,
    offline: bool,
    name: str,
    role: str | None,
) -> None:
    """Find WORDS in everything that this home has opened, and in its drafts.

    Clauses of every version, comments, proposals, notes of positions, dispatches, conferences,
    actions, minutes, side documents, findings, terms; internal notes, mandate, drafts.

    All words must occur, each at the beginning of a word; "in quotes" one behind the other. Case,
    accents, and whether ё is written е do not count. What is internal is marked INTERNAL.
    """
    from paraph.client.negotiating import searching

    chosen = tuple(searching.kind_named(each) for each in kinds) or searching.KINDS

    async def work() -> None:
        async with (
            at_desk(seat, name, role, offline=offline) as (desk, _),
            inside(seat, role, offline=offline) as chancery,
        ):
            within = None if shared or desk.state.internal else chancery
            home = None if shared else seat.home.path
            found = searching.search(words, desk, within, home, most=most, kinds=chosen)
            emit(seat.as_json, _value(words, found), _lines(found))

    run(work())


def _value(words: str, found: Found) -> dict[str, object]:
    return {
        "words": words,
        "count": dict(found.count),
        "hits": [_hit(each) for each in found.hits],
    }


def _hit(hit: Hit) -> dict[str, object]:
    each, said = hit.document, hit.document.entry
    return {
        "kind": each.kind,
        "internal": each.is_internal,
        "name": each.name,
        "index": said.index if said is not None else None,
        "id": said.said.statement if said is not None else None,
        "negotiation": said.negotiation if said is not None else None,
        "party": said.party if said is not None else None,
        "log_time": when(said.said.log_time) or None if said is not None else None,
        "cid": each.cid or None,
        "number": each.number or None,
        "versions": list(each.versions) if any(each.versions) else None,
        "language": each.language or None,
        "snippet": [{"match": match, "text": text} for match, text in hit.snippet],
    }


def _lines(found: Found) -> Iterator[str]:
    if not found.hits:
        yield "nothing found"
    for kind, count in found.count.items():
        hits = [each for each in found.hits if each.document.kind == kind]
        more = f", the first {len(hits)}" if len(hits) < count else ""
        yield f"{kind}: {count}{more}"
        for hit in hits:
            yield f"  {_place(hit)}"
            snippet = "".join(f"*{text}*" if match else text for match, text in hit.snippet)
            yield f"    {' '.join(snippet.split())}"


def _place(hit: Hit) -> str:
    each, said = hit.document, hit.document.entry
    first, last = each.versions
    parts = [
        "INTERNAL" if each.is_internal else "",
        each.name,
        f"clause {each.number}" if each.number else "",
        each.cid,
        f"since v{first}" if first and first != last else "",
        each.language,
        f"#{said.index} {said.party} {when(said.said.log_time)}".strip() if said else "",
    ]
    return ", ".join(each for each in parts if each)
