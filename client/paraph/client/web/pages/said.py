"""One statement with all that is known of it: who, when, how far it has come, what it says."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.channel import views
from paraph.client.negotiating import attachments, receipts
from paraph.client.negotiating.inspection import flat
from paraph.client.web import asked, receiving, saying
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.negotiation import concluded
from paraph.protocol.statements.conclusion import StoodBy
from paraph.protocol.statements.content import Content

MOST_NOTE: Final = 2_000


async def said(request: web.Request) -> web.Response:
    """Show the statement at an index of the log."""
    return _said(request, asked.room(request), Posted.empty(), 200)


def _said(request: web.Request, room: Room, form: Posted, status: int) -> web.Response:
    shown = views.show(room.desk, request.match_info["index"])
    fields = tuple(flat(shown.content.to_map())) if shown.content is not None else ()
    statement, held = shown.row.id, shown.row.state == views.HELD_BACK

    def standing_by() -> Content:
        return StoodBy(header=saying.plain(room), subject=statement, note="")

    contested = concluded.is_contested(room.state, room.talks, statement)
    return page(
        request,
        "said.html",
        room,
        status=status,
        form=form,
        shown=shown,
        fields=fields,
        receipts=receipts.of(room.desk, room.state, statement),
        sayable=()
        if held or statement in room.talks.recalled
        else receiving.sayable(room, statement),
        held=held,
        contested=contested,
        may_stand_by=contested and saying.refusal(room, standing_by) is None,
        files=attachments.of_statement(room.desk, statement) if shown.content is not None else (),
    )


async def acknowledge(request: web.Request) -> web.Response:
    """Say how far we have come with a statement of the other side."""
    room = asked.room(request)
    shown = views.show(room.desk, request.match_info["index"])
    if not receiving.sayable(room, shown.row.id):
        raise web.HTTPNotFound
    return await receiving.receive(
        request,
        room,
        shown.row.id,
        back=request.path,
        again=lambda form, status: _said(request, room, form, status),
    )


async def stand_by(request: web.Request) -> web.Response:
    """Stand by a statement of ours that is contested since its key was compromised."""
    room = asked.room(request)
    shown = views.show(room.desk, request.match_info["index"])
    form = await Posted.read(request)
    note = form.words("note", most=MOST_NOTE, needed=False)
    header = saying.plain(room)
    return await saying.say(
        request,
        room,
        form,
        lambda: StoodBy(header=header, subject=shown.row.id, note=note),
        again=lambda status: _said(request, room, form, status),
        back=f"{room.path}/said/{request.match_info['index']}",
    )


_SAID: Final = r"/n/{negotiation}/said/{index:\d{1,15}}"
ROUTES: Final = (
    web.get(_SAID, said),
    web.post(_SAID, acknowledge),
    web.post(f"{_SAID}/stand-by", stand_by),
)
