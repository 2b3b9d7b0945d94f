"""Silence procedures: what is under silence, how long yet, who saw it, who has still to close."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from paraph.client.negotiating import conferences, reading
from paraph.client.negotiating import silence as making
from paraph.client.negotiating.local_time import everywhere
from paraph.client.negotiating.silence import Row
from paraph.client.web import asked, clauses, language, leaving, saying
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.errors import InputError, ParaphError
from paraph.protocol.negotiation.state import Receipt, Version
from paraph.protocol.statements.conferences import Zone
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import Mention
from paraph.protocol.statements.silence import MOST_REASON, SilenceClosed

DAY_MS: Final = 24 * 3_600_000
MINUTE_MS: Final = 60_000


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A procedure as the page shows it.

    Attributes:
        row: The procedure.
        subject: What people call the words under silence.
        document: The side document that they stand in, as SD-1; empty for the instrument.
        times: Its expiry as each side reads it, UTC first.
        seen: Receipts of it, by party.
        may_break: We may object.
        may_close: We may sign that nobody did.
        may_recall: It is ours, and may be taken back.
    """

    row: Row
    subject: str
    document: str
    times: Mapping[str, str]
    seen: Mapping[str, Receipt]
    may_break: bool
    may_close: bool
    may_recall: bool


def zones(room: Room) -> tuple[Zone, ...]:
    """Return the clocks of both sides, as the last conference that names them does."""
    found = [each.schedule.zones for each in conferences.conferences(room.talks)]
    return next((each for each in reversed(found) if each), ())


def _rows(room: Room) -> list[Row]:
    wanted = room.talks.identity
    found = making.rows(room.desk)
    return [each for each in found if each.silence.content.header.negotiation == wanted]


def _subject(request: web.Request, room: Room, row: Row) -> str:
    content = row.silence.content
    version = room.talks.versions.get(content.version)
    if version is None:
        return row.subject
    name = clauses.name(room.talks, version)
    label = clauses.labels(version.text, language.chosen(request)).get(content.cid, content.cid)
    return f"{name}, {label}" if content.cid else name


def _document(room: Room, statement: bytes) -> str:
    version = room.talks.versions.get(statement)
    found = room.talks.side_documents.get(version.document) if version is not None else None
    return f"SD-{found.number}" if found is not None else ""


def _closing(room: Room, statement: bytes) -> SilenceClosed:
    return making.closed(room.desk, saying.plain(room), statement)


def _shown(request: web.Request, room: Room, row: Row) -> Shown:
    each, us = row.silence, room.desk.party
    may, live = saying.may(room, "silence"), not row.silence.ended
    closable = may and live and us not in each.closings and each.over_from is not None
    return Shown(
        row=row,
        subject=_subject(request, room, row),
        document=_document(room, each.content.version),
        times=everywhere(each.content.expires, zones(room)),
        seen=room.state.receipts.get(each.statement) or {},
        may_break=may and live and each.party != us,
        may_close=closable and saying.refusal(room, lambda: _closing(room, each.statement)) is None,
        may_recall=saying.may(room, "recall") and live and each.party == us,
    )


async def overview(request: web.Request) -> web.Response:
    """Show every procedure, those first that have not ended."""
    room = asked.room(request)
    found = [_shown(request, room, each) for each in _rows(room)]
    found.sort(key=lambda each: (bool(each.row.silence.ended), -each.row.silence.number))
    return page(
        request,
        "silence.html",
        room,
        found=found,
        may=saying.may(room, "silence"),
        has_text=bool(room.talks.heads),
    )


def _find(request: web.Request, room: Room) -> Row:
    wanted = request.match_info["silence"]
    found = next((each for each in _rows(room) if f"S-{each.silence.number}" == wanted), None)
    if found is None:
        raise web.HTTPNotFound
    return found


# ------------------------------------------------------------------ beginning one


async def begin(request: web.Request) -> web.Response:
    """Show the form, with an expiry that leaves a day and what the charter asks for."""
    room = asked.room(request)
    soon = room.state.log_time + room.state.silence_minimum + DAY_MS
    until = everywhere(soon // MINUTE_MS * MINUTE_MS, ())["UTC"] if room.state.log_time else ""
    query = request.query
    form = Posted.empty(
        v=query.get("v", ""), clause=query.get("clause", ""), until=query.get("until", until)
    )
    return _new(request, room, form, 200)


def _heads(room: Room) -> list[Version]:
    documents = (each.heads for _, each in room.talks.side_documents.items())
    every = (*room.talks.heads, *(head for heads in documents for head in heads))
    return [found for head in every if (found := room.talks.versions.get(head)) is not None]


def _version(room: Room, form: Posted) -> Version | None:
    ref = form.values.get("v", "")
    if not ref:
        return next(iter(_heads(room)), None)
    try:
        return reading.version_named(room.desk, ref, room.talks.identity)[1]
    except InputError as error:
        form.refused("v", error)
        return None


def _new(request: web.Request, room: Room, form: Posted, status: int) -> web.Response:
    version = _version(room, form)
    labels = clauses.labels(version.text, language.chosen(request)) if version else {}
    until = form.instant("until")
    least = room.state.log_time + room.state.silence_minimum
    return page(
        request,
        "silence-new.html",
        room,
        status=status,
        form=form,
        versions=[(str(each.index), clauses.name(room.talks, each)) for each in _heads(room)],
        clauses=list(labels.items()),
        times=everywhere(until, zones(room)) if until else {},
        least=least if room.state.log_time else 0,
        hours=room.state.silence_minimum // 3_600_000,
    )


async def make(request: web.Request) -> web.Response:
    """Put words under silence; or show how both sides read the instant."""
    room = asked.room(request)
    form = await Posted.read(request)
    until = form.instant("until")
    if form.values.get("do") == "times":
        return _new(request, room, form, 200)
    if not until:
        form.fault("until", "Please fill this in.")
    version = _version(room, form)
    if version is None:
        form.fault("v", "There is no text yet.")

    def opened() -> Content:
        assert version is not None  # a fault was noted
        head = saying.header(room, form)
        cid = form.values.get("clause", "")
        return making.opened(room.desk, head, version.statement, cid, until)

    return await saying.say(
        request,
        room,
        form,
        opened,
        again=lambda status: _new(request, room, form, status),
        back=f"{room.path}/silence",
    )


# ------------------------------------------------------------------ ending one


async def ask_reason(request: web.Request) -> web.Response:
    """Ask why we object."""
    room = asked.room(request)
    return _break(request, room, _find(request, room), Posted.empty(), 200)


def _break(request: web.Request, room: Room, row: Row, form: Posted, status: int) -> web.Response:
    return page(
        request,
        "silence-break.html",
        room,
        status=status,
        form=form,
        shown=_shown(request, room, row),
    )


def _amendment(room: Room, form: Posted, text: str) -> tuple[Mention, ...]:
    try:
        return (conferences.mention(room.desk, room.talks, text),) if text else ()
    except ParaphError as error:
        form.refused("amendment", error)
        return ()


async def object_to(request: web.Request) -> web.Response:
    """Break silence, with a reason."""
    room = asked.room(request)
    row = _find(request, room)
    form = await Posted.read(request)
    reason = form.words("reason", most=MOST_REASON)
    amendment = form.words("amendment", most=64, needed=False)
    return await saying.say(
        request,
        room,
        form,
        lambda: making.broken(
            saying.header(room, form),
            row.silence.statement,
            reason,
            _amendment(room, form, amendment),
        ),
        again=lambda status: _break(request, room, row, form, status),
        back=f"{room.path}/silence",
    )


async def close(request: web.Request) -> web.Response:
    """Sign that the log past expiry was seen, with no objection in it."""
    room = asked.room(request)
    row = _find(request, room)
    content = _closing(room, row.silence.statement)
    raise leaving.propose(request, room.desk, content, back=f"{room.path}/silence")


ROUTES: Final = (
    web.get("/n/{negotiation}/silence", overview),
    web.get("/n/{negotiation}/silence/new", begin),
    web.post("/n/{negotiation}/silence/new", make),
    web.get("/n/{negotiation}/silence/{silence}/break", ask_reason),
    web.post("/n/{negotiation}/silence/{silence}/break", object_to),
    web.post("/n/{negotiation}/silence/{silence}/close", close),
)
