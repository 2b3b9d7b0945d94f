"""What stays inside: notes, instructions, fall-backs; and the way to mandate and clearances."""

from __future__ import annotations

from collections import Counter
from typing import Final

from aiohttp import web

from paraph.client.negotiating import chancery
from paraph.client.negotiating import comments as anchors
from paraph.client.negotiating.releases import open_ones
from paraph.client.web import asked, clauses, language, saying, texts
from paraph.client.web.office import Room
from paraph.client.web.pages import comments
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.writing import composing
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.fold.internal import mandate_of
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import INTERNAL_COMMENT_KINDS, MOST_BODY, NO_ANCHOR

KINDS: Final = (*INTERNAL_COMMENT_KINDS, "statement", "question", "legal", "translation", "scope")
"""Kinds of notes, those that exist inside only before the others."""
PER_PAGE: Final = 50


async def front(request: web.Request) -> web.Response:
    """Show what is ours alone in a negotiation."""
    room = asked.room(request)
    form = Posted.empty(kind=request.query.get("kind", "instruction"),
                        clause=request.query.get("clause", ""))  # fmt: skip
    return _front(request, room, form, 200)


def _front(request: web.Request, room: Room, form: Posted, status: int) -> web.Response:
    office = asked.office(request)
    rows = comments.inside_rows(request, room)[::-1]
    kinds = Counter(each.thread.comment.content.comment_kind for each in rows)
    chosen = request.query.get("show", "")
    found = [each for each in rows if chosen in ("", each.thread.comment.content.comment_kind)]
    version = texts.head(room)
    inner = office.state(room.chancery) if room.chancery is not None else None
    standing = mandate_of(inner, room.talks.identity) if inner is not None else None
    rule = standing.content if standing is not None else chancery.local_mandate(office.home)
    names = clauses.labels(version.text, language.chosen(request)) if version else {}
    return page(
        request,
        "inside.html",
        room,
        status=status,
        found=found[:PER_PAGE],
        more=max(0, len(found) - PER_PAGE),
        kinds=KINDS,
        counts=kinds,
        shown=chosen,
        form=form,
        clauses=list(names.items()),
        mandate=rule,
        clearances=open_ones(inner) if inner is not None else (),
    )


async def keep(request: web.Request) -> web.Response:
    """Keep a note inside."""
    room = asked.room(request)
    form = await Posted.read(request)
    inner = room.chancery
    if inner is None:
        raise chancery.no_internal_channel()
    body, kind = form.words("body", most=MOST_BODY), form.choice("kind", KINDS)
    version = texts.head(room)

    def make() -> Content:
        anchor = NO_ANCHOR
        cid = form.values.get("clause", "")
        if cid and version is not None:
            try:
                anchor = anchors.on_words(version, cid)
            except InputError as error:
                form.refused("clause", error)
        header = inner.header(room.talks.identity)
        return composing.commented(header, body, kind=kind, anchor=anchor)

    return await saying.keep_inside(
        request,
        form,
        make,
        again=lambda status: _front(request, room, form, status),
        back=f"{room.path}/inside#notes",
    )


ROUTES: Final = (
    web.get("/n/{negotiation}/inside", front),
    web.post("/n/{negotiation}/inside", keep),
)
