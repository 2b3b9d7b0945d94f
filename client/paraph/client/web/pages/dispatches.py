"""The register of dispatches, one of them, a new one; receipts; attachments to take away."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from paraph.client.channel import views
from paraph.client.negotiating import attachments, dispatches, lately
from paraph.client.web import asked, downloads, passing, receiving, saying
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.writing import composing
from paraph.client.writing.composing import DispatchDraft
from paraph.protocol.errors import InputError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.state import next_number
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import DISPATCH_KINDS, MOST_BODY
from paraph.protocol.statements.header import (
    JOINT,
    Mention,
    NamedMention,
    StatementMention,
)

MOST_OFFERED: Final = 20
MOST_NAMES: Final = 64
MOST_NAMED: Final = 64
N_: Final = str


async def register(request: web.Request) -> web.Response:
    """Show every dispatch with number, enclosures and receipts."""
    room = asked.room(request)
    return page(
        request,
        "dispatches.html",
        room,
        register=dispatches.register(room.desk, room.state, room.talks),
        ladder=dispatches.LADDER,
        may=saying.may(room, "dispatch"),
    )


# ------------------------------------------------------------------ one


async def one(request: web.Request) -> web.Response:
    """Show one dispatch in full."""
    return _one(request, asked.room(request), Posted.empty(rung="in_charge"))


def _one(request: web.Request, room: Room, form: Posted, status: int = 200) -> web.Response:
    row = dispatches.one(room.desk, room.state, room.talks, request.match_info["name"])
    held = room.desk.screen.held.why_said(room.state, row.dispatch.statement) is not None
    return page(
        request,
        "dispatch.html",
        room,
        status=status,
        row=row,
        files=attachments.of_statement(room.desk, row.dispatch.statement),
        form=form,
        ladder=dispatches.LADDER,
        sayable=() if held else receiving.higher(row.rung),
        may_answer=not held and saying.may(room, "dispatch"),
        may_receive=saying.may(room, "acknowledge") and not row.ours,
    )


async def acknowledge(request: web.Request) -> web.Response:
    """Say how far we have come with a dispatch."""
    room = asked.room(request)
    row = dispatches.one(room.desk, room.state, room.talks, request.match_info["name"])
    return await receiving.receive(
        request,
        room,
        row.dispatch.statement,
        back=f"{room.path}/dispatches/{row.name}",
        again=lambda form, status: _one(request, room, form, status),
    )


# ------------------------------------------------------------------ a new one


async def new(request: web.Request) -> web.Response:
    """Show the form of a new dispatch."""
    return _form(request, asked.room(request), Posted.empty(reply=request.query.get("reply", "")))


def _form(request: web.Request, room: Room, form: Posted, status: int = 200) -> web.Response:
    party = room.desk.party
    return page(
        request,
        "dispatch-new.html",
        room,
        status=status,
        form=form,
        kinds=DISPATCH_KINDS,
        number=next_number(room.state, room.talks.identity, party),
        enclosable=[
            (each, lately.name(room.talks, each), _summary(room, each.index))
            for each in dispatches.to_enclose(room.state, room.talks, party, MOST_OFFERED)
        ],
        answerable=[
            dispatches.name_of(each)
            for each in dispatches.answerable(room.talks, party, MOST_OFFERED)
        ],
    )


def _summary(room: Room, index: int) -> str:
    # What we said ourselves: nobody knows it by a number alone.
    opened = room.desk.reader.again(index) if index >= 0 else None
    content = opened.content if opened is not None else None
    return views.summary(room.desk, content) if content is not None else ""


async def write(request: web.Request) -> web.Response:
    """Hand a new dispatch over to the page that shows what leaves."""
    room, form = asked.room(request), await Posted.read(request)
    kind = form.choice("kind", DISPATCH_KINDS, otherwise="transmittal")
    body = form.words("body", most=MOST_BODY, needed=False)
    names = [line for each in form.values.get("names", "").splitlines() if (line := each.strip())]
    if len(names) > MOST_NAMES or any(len(each) > MOST_NAMED for each in names):
        form.fault("names", N_("At most 64 lines of at most 64 characters each."))
    offered = {
        each.said.statement.hex(): each.said.statement
        for each in dispatches.to_enclose(room.state, room.talks, room.desk.party, MOST_OFFERED)
    }
    chosen = form.chosen("carry", offered)
    carries: list[Mention] = [StatementMention(statement=offered[each]) for each in chosen]
    reply = form.words("reply", most=32, needed=False)
    if not body and not names and not carries:
        form.fault("body", N_("Please write covering words, or enclose something."))

    def make() -> Content:
        answers = ZERO
        if reply:
            row = dispatches.one(room.desk, room.state, room.talks, reply)
            answers = row.dispatch.statement
        draft = DispatchDraft(
            kind=kind,
            author=JOINT if form.ticked("joint") else "",
            carries=(*carries, *(NamedMention(name=each) for each in names)),
            in_reply_to=answers,
            body=body,
        )
        header = saying.header(room, form)
        return composing.dispatched(room.state, header, draft, room.desk.party)

    back = f"{room.path}/dispatches"
    return await saying.say(
        request,
        room,
        form,
        make,
        again=lambda status: _form(request, room, form, status),
        back=f"{back}/new",
        after=back,
    )


# ------------------------------------------------------------------ files


async def attachment(request: web.Request) -> web.StreamResponse:
    """Hand out an attachment of any statement: opened, verified, to be saved."""
    room = asked.room(request)
    index, number = (int(request.match_info[each]) for each in ("index", "number"))
    if index >= room.desk.replica.size:
        raise web.HTTPNotFound
    entry = room.desk.replica.entry(index)
    found = attachments.enclosed(room.desk, entry)
    if not 1 <= number <= len(found):
        raise InputError("the statement has no such attachment", code="unknown-attachment")
    chosen = found[number - 1]
    with passing.folder(asked.office(request).home) as folder:
        target = folder / chosen.suggestion
        path = await asyncio.to_thread(attachments.save, room.desk, entry, chosen, target)
        return await downloads.stream(request, chosen.suggestion, path)


_NAME: Final = "/n/{negotiation}/dispatches/{name:[A-Za-z]{2,8}-[0-9]{1,9}}"
ROUTES: Final = (
    web.get("/n/{negotiation}/dispatches", register),
    web.get("/n/{negotiation}/dispatches/new", new),
    web.post("/n/{negotiation}/dispatches/new", write),
    web.get(_NAME, one),
    web.post(_NAME, acknowledge),
    web.get(r"/n/{negotiation}/said/{index:\d{1,15}}/files/{number:\d{1,2}}", attachment),
)
