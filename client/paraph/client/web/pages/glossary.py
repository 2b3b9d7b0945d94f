"""The glossary: words that must stand for each other in every language, once both sides agree."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.negotiating import scrutiny
from paraph.client.negotiating.scrutiny import TermRow
from paraph.client.web import asked, saying
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.names import ZERO
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import MOST_BODY

MOST_TERM: Final = 500
LEAST: Final = 2
"""Languages of a term."""


async def overview(request: web.Request) -> web.Response:
    """Show every term, and who stands behind it."""
    room = asked.room(request)
    rows = list(scrutiny.terms(room.desk, room.talks))
    return page(
        request,
        "glossary.html",
        room,
        in_force=[each for each in rows if each.in_force],
        others=[each for each in rows if not each.in_force],
        may=saying.may(room, "finding"),
        may_agree=saying.may(room, "confirm"),
        may_recall=saying.may(room, "recall"),
    )


def _replaced(request: web.Request, room: Room) -> TermRow | None:
    wanted = request.query.get("replaces", "")
    rows = scrutiny.terms(room.desk, room.talks)
    return next((each for each in rows if str(each.term.index) == wanted), None)


async def begin(request: web.Request) -> web.Response:
    """Show the form of a term; one that takes the place of another begins with its words."""
    room = asked.room(request)
    before = _replaced(request, room)
    words = before.term.content.words if before is not None else ()
    form = Posted.empty(**{f"term-{each.language}": each.words for each in words})
    return _new(request, room, before, form, 200)


def _new(
    request: web.Request, room: Room, before: TermRow | None, form: Posted, status: int
) -> web.Response:
    return page(request, "term-new.html", room, status=status, form=form, before=before)


async def put(request: web.Request) -> web.Response:
    """Put a term to the other side; without words it drops the one that it replaces."""
    room = asked.room(request)
    form = await Posted.read(request)
    before = _replaced(request, room)
    drops = before is not None and form.values.get("do") == "drop"
    words = {
        each: said
        for each in room.state.languages
        if (said := form.words(f"term-{each}", most=MOST_TERM, needed=False))
    }
    note = form.words("note", most=MOST_BODY, needed=False)
    if len(words) < LEAST and not drops:
        form.fault(saying.FORM, "Please give the term in two languages at least.")

    def made() -> Content:
        statement = before.term.statement if before is not None else ZERO
        header = saying.header(room, form)
        return scrutiny.term(header, {} if drops else words, statement, note)

    return await saying.say(
        request,
        room,
        form,
        made,
        again=lambda status: _new(request, room, before, form, status),
        back=f"{room.path}/glossary",
    )


ROUTES: Final = (
    web.get("/n/{negotiation}/glossary", overview),
    web.get("/n/{negotiation}/glossary/new", begin),
    web.post("/n/{negotiation}/glossary/new", put),
)
