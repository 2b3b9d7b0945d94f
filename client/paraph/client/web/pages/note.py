"""One thread of notes that stays inside: read, answered, closed; all of it in our own channel."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.negotiating import chancery
from paraph.client.web import asked, saying
from paraph.client.web.office import Room
from paraph.client.web.pages import comments
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.writing import composing
from paraph.protocol import roles
from paraph.protocol.names import ZERO
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import (
    COMMENT_KINDS,
    INTERNAL_COMMENT_KINDS,
    MOST_BODY,
)

KINDS: Final = (*COMMENT_KINDS, *INTERNAL_COMMENT_KINDS)


def _find(request: web.Request, room: Room) -> comments.Row:
    wanted = request.match_info["note"]
    for each in comments.inside_rows(request, room):
        if f"I-{each.thread.comment.number}" == wanted:
            return each
    raise web.HTTPNotFound


async def show(request: web.Request) -> web.Response:
    """Show one thread of notes, and the form to answer it."""
    room = asked.room(request)
    return _show(request, room, _find(request, room), Posted.empty(kind="answer"), 200)


def _show(
    request: web.Request, room: Room, row: comments.Row, form: Posted, status: int
) -> web.Response:
    inner = room.chancery
    return page(
        request,
        "note.html",
        room,
        status=status,
        row=row,
        form=form,
        kinds=KINDS,
        may=inner is not None and roles.may(inner.role, "comment"),
    )


async def answer(request: web.Request) -> web.Response:
    """Answer a thread of notes, or close it; nothing of it leaves."""
    room = asked.room(request)
    row, inner = _find(request, room), room.chancery
    if inner is None:
        raise chancery.no_internal_channel()
    form = await Posted.read(request)
    closes = form.values.get("do") == "close"
    body = form.words("body", most=MOST_BODY, needed=not closes)
    kind = form.choice("kind", KINDS, otherwise="answer")
    first = row.thread.comment.statement

    def make() -> Content:
        return composing.commented(
            inner.header(room.talks.identity),
            body,
            kind=kind,
            in_reply_to=first,
            resolves=first if closes else ZERO,
        )

    return await saying.keep_inside(
        request,
        form,
        make,
        again=lambda status: _show(request, room, row, form, status),
        back=f"{room.path}/inside#notes" if closes else request.path,
    )


_NOTE: Final = "/n/{negotiation}/inside/notes/{note:I-[0-9]+}"
ROUTES: Final = (web.get(_NOTE, show), web.post(_NOTE, answer))
