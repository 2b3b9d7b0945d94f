"""A new comment on the text, and a note that stays inside: two forms, two verbs."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.negotiating import comments, reading
from paraph.client.web import asked, clauses, language, saying, texts
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.writing import composing
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.state import Version
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import (
    COMMENT_KINDS,
    INTERNAL_COMMENT_KINDS,
    MOST_BODY,
    MOST_QUOTE,
    NO_ANCHOR,
    Anchor,
)


def _version(room: Room, ref: str) -> Version | None:
    if not ref:
        return texts.head(room)
    return reading.version_named(room.desk, ref, room.talks.identity)[1]


def _begin(request: web.Request) -> Posted:
    query = request.query
    return Posted.empty(
        kind="question",
        v=query.get("v", ""),
        clause=query.get("clause", ""),
        language=query.get("lang", ""),
        quote=query.get("quote", ""),
    )


async def begin(request: web.Request) -> web.Response:
    """Show the form of a new comment; a link may have filled in clause and quote."""
    return _new(request, asked.room(request), _begin(request), 200, inside=False)


async def begin_inside(request: web.Request) -> web.Response:
    """Show the form of a note that stays inside."""
    room = asked.room(request)
    if room.chancery is None:
        raise web.HTTPNotFound
    return _new(request, room, _begin(request), 200, inside=True)


def _new(
    request: web.Request, room: Room, form: Posted, status: int, *, inside: bool
) -> web.Response:
    version = _version(room, form.values.get("v", ""))
    names = clauses.labels(version.text, language.chosen(request)) if version else {}
    cid = form.values.get("clause", "")
    part = version.text.find(cid) if version else None
    if cid and part is None:
        form.fault("clause", "There is no such clause in this version.")
    return page(
        request,
        "comment-inside.html" if inside else "comment-new.html",
        room,
        status=status,
        form=form,
        clauses=list(names.items()),
        part=part,
        words=texts.as_read(version, part) if version and part else {},
        version=version,
        version_name=clauses.name(room.talks, version) if version else "",
        kinds=(*INTERNAL_COMMENT_KINDS, *COMMENT_KINDS) if inside else COMMENT_KINDS,
    )


def _anchor(form: Posted, version: Version | None) -> Anchor:
    cid, quote = form.values.get("clause", ""), form.words("quote", most=MOST_QUOTE, needed=False)
    if version is None:
        return NO_ANCHOR
    try:
        return comments.on_words(version, cid, form.values.get("language", ""), quote)
    except InputError as error:
        form.refused("clause" if error.code == "unknown-clause" else "quote", error)
        return NO_ANCHOR


async def make(request: web.Request) -> web.Response:
    """Comment on the text."""
    room = asked.room(request)
    form = await Posted.read(request)
    body = form.words("body", most=MOST_BODY)
    kind = form.choice("kind", COMMENT_KINDS)
    version = _version(room, form.values.get("v", ""))
    return await saying.say(
        request,
        room,
        form,
        lambda: composing.commented(
            saying.header(room, form), body, kind=kind, anchor=_anchor(form, version)
        ),
        again=lambda status: _new(request, room, form, status, inside=False),
        back=f"{room.path}/comments",
    )


async def keep(request: web.Request) -> web.Response:
    """Keep a note about the text inside."""
    room = asked.room(request)
    form = await Posted.read(request)
    body = form.words("body", most=MOST_BODY)
    kind = form.choice("kind", (*INTERNAL_COMMENT_KINDS, *COMMENT_KINDS))
    version = _version(room, form.values.get("v", ""))
    inner = room.chancery
    if inner is None:
        raise web.HTTPNotFound

    def make() -> Content:
        anchor = _anchor(form, version)
        header = inner.header(room.talks.identity)
        return composing.commented(header, body, kind=kind, anchor=anchor)

    return await saying.keep_inside(
        request,
        form,
        make,
        again=lambda status: _new(request, room, form, status, inside=True),
        back=f"{room.path}/comments#inside",
    )


ROUTES: Final = (
    web.get("/n/{negotiation}/comments/new", begin),
    web.post("/n/{negotiation}/comments/new", make),
    web.get("/n/{negotiation}/comments/inside", begin_inside),
    web.post("/n/{negotiation}/comments/inside", keep),
)
