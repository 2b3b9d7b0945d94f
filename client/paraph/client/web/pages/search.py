"""Search: one box, everything that this home has opened, by kind; what is ours alone says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from aiohttp import web

from paraph.client.channel.desk import Desk
from paraph.client.negotiating import searching
from paraph.client.negotiating.searching import KINDS, Document, Hit, Kind
from paraph.client.web import asked
from paraph.client.web.office import Office, Room
from paraph.client.web.rendering import page
from paraph.protocol.errors import InputError

FEW: Final = 8
"""Hits of each kind where all kinds are shown."""
MANY: Final = 100
"""Hits where one kind is shown."""

_VIEWS: Final[Mapping[Kind, str]] = {
    "comment": "comments",
    "proposal": "proposals",
    "conference": "conferences",
    "action": "actions",
    "dispatch": "dispatches",
}
"""Views in which each has a page of its own, under its name."""


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A hit, and where the page leads from it; nowhere for what has no page."""

    hit: Hit
    address: str


async def search(request: web.Request) -> web.Response:
    """Show where words stand."""
    office = asked.office(request)
    identity = request.query.get("n", "")
    room = office.room(identity) if identity else None
    words = request.query.get("q", "").strip()
    kind = next((each for each in KINDS if each == request.query.get("kind")), None)
    problem = ""
    found: list[Line] = []
    counts: dict[Kind, int] = {}
    if words:
        try:
            found, counts = _found(office, room, words, kind)
        except InputError as error:
            problem = error.code
    return page(
        request,
        "search.html",
        room,
        status=400 if problem else 200,
        words=words,
        problem=problem,
        kind=kind,
        counts=counts,
        groups={
            each: [line for line in found if line.hit.document.kind == each] for each in counts
        },
        many=MANY,
    )


def _found(
    office: Office, room: Room | None, words: str, kind: Kind | None
) -> tuple[list[Line], dict[Kind, int]]:
    desks = [room.desk] if room else [each for each in office.desks if each is not office.chancery]
    lines: list[Line] = []
    counts: dict[Kind, int] = {}
    for place, desk in enumerate(desks or office.desks[:1]):
        inside = place == 0 and desk is not office.chancery  # notes and drafts are told once
        found = searching.search(
            words,
            desk,
            office.chancery if inside else None,
            office.home.path if inside else None,
            most=FEW if kind is None else MANY,
        )
        for each, count in found.count.items():
            counts[each] = counts.get(each, 0) + count
        lines += [
            Line(hit, address(desk, hit.document))
            for hit in found.hits
            if kind in (None, hit.document.kind)
        ]
    return lines, {each: counts[each] for each in KINDS if each in counts}


def address(desk: Desk, document: Document) -> str:
    """Return where what was found is shown; a document of the other channel by its statement."""
    if document.kind == "draft":
        room = _only_room(desk)
        return f"{room}/drafts/{document.name.rpartition(' ')[2]}" if room else ""
    if document.entry is None:
        return ""
    here = f"/n/{document.entry.negotiation.hex()}"
    name = quote(document.name.partition(" ")[0])
    if document.kind in _VIEWS:
        return f"{here}/{_VIEWS[document.kind]}/{name}"
    if document.kind == "clause":
        shown = "" if document.order >= 0 else f"?v={document.newest}"
        return f"{here}/clause/{quote(document.cid)}{shown}"
    if document.kind == "mandate":
        return "/inside/mandate"
    if document.kind == "note":
        return f"{here}/inside" if any(document.entry.negotiation) else ""
    if document.kind == "silence":
        return f"{here}/silence"
    return f"{here}/said/{document.entry.index}"


def _only_room(desk: Desk) -> str:
    found = [identity for identity, _ in desk.reader.state.negotiations.items()]
    return f"/n/{found[0].hex()}" if len(found) == 1 else ""


ROUTES: Final = (web.get("/search", search),)
