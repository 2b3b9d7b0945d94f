"""Comments: threads by who waits, one thread, a new one, and what stays inside."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from aiohttp import web

from paraph.client.negotiating import agendas, conferences
from paraph.client.negotiating.runs import numbered
from paraph.client.negotiating.threads import Thread, threads, waiting
from paraph.client.negotiating.threads import thread as thread_of
from paraph.client.web import asked, clauses, language, saying, texts
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.writing import composing
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation.state import Comment, Version
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import (
    COMMENT_KINDS,
    MOST_BODY,
)

SHOWN: Final = ("open", "us", "them", "closed", "all")
PER_PAGE: Final = 50


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A thread as pages show it.

    Attributes:
        thread: The thread.
        waits: The parties that have not spoken last; empty where nobody waits.
        clause: What people call the clause that it is on; empty if on none.
        version: What people call the version that it is on; empty if on none.
        quote: The words that it is on, as they read there.
        now: What stands there now, as it reads; for what was removed, what stood there last.
    """

    thread: Thread
    waits: tuple[str, ...]
    clause: str
    version: str
    quote: str
    now: str


def inside_rows(request: web.Request, room: Room, cid: str = "") -> list[Row]:
    """Return the threads that stay in our own channel, about this negotiation, or one clause."""
    if room.chancery is None:
        return []
    inner = asked.office(request).state(room.chancery).negotiations.get(room.talks.identity)
    if inner is None:
        return []
    chosen = language.chosen(request)
    found = threads(inner, texts.head(room), room.talks.versions)
    return [_row(room, each, chosen, inside=True) for each in found if not cid or _on(each, cid)]


def _row(room: Room, thread: Thread, chosen: str, *, inside: bool = False) -> Row:
    anchor, place = thread.comment.content.anchor, thread.place
    version = room.talks.versions.get(anchor.version)
    return Row(
        thread=thread,
        waits=() if inside else thread.waits_for(room.talks, room.state.parties),
        clause=_label(texts.head(room), (place.cid if place else "") or anchor.cid, chosen)
        or _label(version, anchor.cid, chosen),
        version=clauses.name(room.talks, version) if version is not None else "",
        quote=_read(anchor.exact, version),
        now=_read(place.wording, room.talks.versions.get(place.seen) or texts.head(room))
        if place
        else "",
    )


def _read(words: str, version: Version | None) -> str:
    # As they read in a version: references as its numbers.
    if version is None or "{ref:" not in words:
        return words
    return marks.resolve(words, numbered(version.text.numbers()))


def _label(version: Version | None, cid: str, chosen: str) -> str:
    # What people call a clause of a version; nothing where it has none of that id.
    part = version.text.find(cid) if version is not None and cid else None
    return clauses.label(part, version.text.number(cid), chosen) if version and part else ""


def _kinds(thread: Thread, waits: Sequence[str], us: str) -> Iterator[str]:
    # Which of the lists of SHOWN a thread is on.
    yield "all"
    yield "open" if thread.is_open else "closed"
    if waits:
        yield "us" if us in waits else "them"


async def overview(request: web.Request) -> web.Response:
    """Show the threads, by who waits for whom."""
    room = asked.room(request)
    cid, us = request.query.get("clause", ""), room.desk.party
    wanted = request.query.get("show", "open")
    shown = wanted if wanted in SHOWN else "all"
    found: list[tuple[Thread, bool]] = []
    counts: Counter[str] = Counter()
    head = texts.head(room)
    every = zip(
        threads(room.talks, head), waiting(room.talks, head, room.state.parties), strict=True
    )
    for each, waits in every:
        if not cid or _on(each, cid):
            kinds = tuple(_kinds(each, waits, us))
            counts.update(kinds)
            if shown in kinds:
                found.append((each, us in waits))
    found.sort(key=lambda each: not each[1])
    number = request.query.get("page", "1")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    return page(
        request,
        "comments.html",
        room,
        found=[
            _row(room, each, language.chosen(request))
            for each, _ in found[(at - 1) * PER_PAGE : at * PER_PAGE]
        ],
        counts={each: counts[each] for each in SHOWN},
        shown=wanted,
        clause=cid,
        label=_label(head, cid, language.chosen(request)) or cid,
        at=at,
        pages=-(-len(found) // PER_PAGE),
        inside=inside_rows(request, room, cid),
        may=saying.may(room, "comment"),
    )


def _on(thread: Thread, cid: str) -> bool:
    now = thread.place.cid if thread.place is not None else ""
    return cid in (thread.comment.content.anchor.cid, now)


# ------------------------------------------------------------------ one thread


def _one(request: web.Request, room: Room) -> Row:
    wanted = request.match_info["comment"].removeprefix("C-")
    found = thread_of(room.talks, texts.head(room), int(wanted)) if len(wanted) < 10 else None
    if found is None or wanted != str(found.comment.number):
        raise web.HTTPNotFound
    return _row(room, found, language.chosen(request))


async def thread(request: web.Request) -> web.Response:
    """Show one thread, and the form to answer it."""
    room = asked.room(request)
    row = _one(request, room)
    return _thread(request, room, row, Posted.empty(kind="answer"), 200)


def _thread(request: web.Request, room: Room, row: Row, form: Posted, status: int) -> web.Response:
    said: Sequence[Comment] = (row.thread.comment, *row.thread.replies)
    return page(
        request,
        "comment.html",
        room,
        status=status,
        row=row,
        form=form,
        kinds=COMMENT_KINDS,
        may=saying.may(room, "comment") and row.thread.comment.statement not in room.talks.recalled,
        closers={
            each.statement: [
                agendas.mention_name(room.desk, room.talks, one) for one in each.content.resolved_by
            ]
            for each in said
        },
        own=[each.statement for each in said if each.party == room.desk.party],
    )


async def answer(request: web.Request) -> web.Response:
    """Answer a thread, or close it."""
    room = asked.room(request)
    row = _one(request, room)
    form = await Posted.read(request)
    closes = form.values.get("do") == "close"
    body = form.words("body", most=MOST_BODY, needed=not closes)
    kind = form.choice("kind", COMMENT_KINDS, otherwise="answer")
    closed_by = form.words("closed_by", most=64, needed=False)
    first = row.thread.comment.statement

    def make() -> Content:
        mentioned = closes and closed_by
        return composing.commented(
            saying.header(room, form),
            body,
            kind=kind,
            in_reply_to=first,
            resolves=first if closes else ZERO,
            resolved_by=conferences.mention(room.desk, room.talks, closed_by)
            if mentioned
            else None,
        )

    return await saying.say(
        request,
        room,
        form,
        make,
        again=lambda status: _thread(request, room, row, form, status),
        back=request.path,
        after=f"{room.path}/comments" if closes else request.path,
    )


ROUTES: Final = (
    web.get("/n/{negotiation}/comments", overview),
    web.get("/n/{negotiation}/comments/{comment:C-[0-9]+}", thread),
    web.post("/n/{negotiation}/comments/{comment:C-[0-9]+}", answer),
)
