"""Packages: clauses that stand or fall together; tied, and untied again, by both sides."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.negotiating import positions
from paraph.client.web import asked, clauses, language, saying, texts
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.negotiation.state.positions import Package
from paraph.protocol.statements.content import Content

MOST_TITLE: Final = 500
LEAST: Final = 2
"""Clauses of a package."""
N_: Final = str


async def begin(request: web.Request) -> web.Response:
    """Show the form that ties clauses."""
    return _new(request, asked.room(request), Posted.empty(), frozenset(), 200)


def _labels(request: web.Request, room: Room) -> dict[str, str]:
    head = texts.head(room)
    return clauses.labels(head.text, language.chosen(request)) if head is not None else {}


def _new(
    request: web.Request, room: Room, form: Posted, chosen: frozenset[str], status: int
) -> web.Response:
    return page(
        request,
        "package-new.html",
        room,
        status=status,
        form=form,
        chosen=chosen,
        labels=_labels(request, room),
    )


async def tie(request: web.Request) -> web.Response:
    """Tie clauses into a package; it counts once the other side agrees."""
    room = asked.room(request)
    form = await Posted.read(request)
    chosen = form.chosen("cid", _labels(request, room))
    titles = {
        each: said
        for each in room.state.languages
        if (said := form.words(f"title-{each}", most=MOST_TITLE, needed=False))
    }
    if len(set(chosen)) < LEAST:
        form.fault("cid", N_("Please tick two clauses at least."))
    return await saying.say(
        request,
        room,
        form,
        lambda: positions.tied(saying.header(room, form), chosen, titles),
        again=lambda status: _new(request, room, form, frozenset(chosen), status),
        back=f"{room.path}/positions#packages",
    )


def _find(request: web.Request, room: Room) -> Package:
    found = room.talks.packages.get(bytes.fromhex(request.match_info["statement"]))
    if found is None:
        raise web.HTTPNotFound
    return found


async def ask_untie(request: web.Request) -> web.Response:
    """Show what would be untied."""
    room = asked.room(request)
    return _untie(request, room, _find(request, room), Posted.empty(), 200)


def _untie(
    request: web.Request, room: Room, package: Package, form: Posted, status: int
) -> web.Response:
    return page(
        request,
        "package-untie.html",
        room,
        status=status,
        form=form,
        package=package,
        labels=_labels(request, room),
    )


async def untie(request: web.Request) -> web.Response:
    """Let the clauses of a package go their own ways, once the other side agrees."""
    room = asked.room(request)
    package = _find(request, room)
    form = await Posted.read(request)

    def make() -> Content:
        return positions.untied(saying.header(room, form), package.statement)

    return await saying.say(
        request,
        room,
        form,
        make,
        again=lambda status: _untie(request, room, package, form, status),
        back=f"{room.path}/positions#packages",
    )


_UNTIE: Final = "/n/{negotiation}/packages/{statement:[0-9a-f]{64}}/untie"
ROUTES: Final = (
    web.get("/n/{negotiation}/packages/new", begin),
    web.post("/n/{negotiation}/packages/new", tie),
    web.get(_UNTIE, ask_untie),
    web.post(_UNTIE, untie),
)
