"""What any statement may get: agreement or confirmation of the other side, and a recall."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.channel import views
from paraph.client.web import asked, leaving, saying
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.writing import composing
from paraph.protocol.negotiation.state import Entry, Version
from paraph.protocol.statements.joint import AgreedTo
from paraph.protocol.statements.recall import MOST_REASON, Recalled


def _entry(request: web.Request, room: Room) -> tuple[bytes, Entry]:
    statement = bytes.fromhex(request.match_info["statement"])
    entry = room.state.entries.get(statement)
    if entry is None or entry.negotiation != room.talks.identity:
        raise web.HTTPNotFound
    return statement, entry


def _back(room: Room, form: Posted) -> str:
    back = form.values.get("back", "")
    return back if back.startswith(f"{room.path}/") else room.path


async def agree(request: web.Request) -> web.Response:
    """Stand behind what the other side said, where it needs both."""
    room = asked.room(request)
    statement, _ = _entry(request, room)
    form = await Posted.read(request)
    content = AgreedTo(header=saying.plain(room), subject=statement)
    raise leaving.propose(request, room.desk, content, back=_back(room, form))


def may_confirm(room: Room, version: Version) -> bool:
    """Tell whether this desk may say that a version is the text that it knows, and has not yet."""
    known = version.party == room.desk.party or room.desk.party in version.confirmed
    return not known and version.statement in room.talks.heads and saying.may(room, "confirm")


async def confirm(request: web.Request) -> web.Response:
    """Confirm that a version is the text that this side knows."""
    room = asked.room(request)
    statement, _ = _entry(request, room)
    content = composing.confirmed(room.state, saying.plain(room), statement)
    raise leaving.propose(request, room.desk, content, back=f"{room.path}/text")


async def ask_reason(request: web.Request) -> web.Response:
    """Ask why something of ours is taken back."""
    room = asked.room(request)
    return _recall(request, room, Posted.empty(), 200)


def _recall(request: web.Request, room: Room, form: Posted, status: int) -> web.Response:
    statement, entry = _entry(request, room)
    trial = Recalled(header=saying.plain(room), subject=statement, reason="")
    return page(
        request,
        "recall.html",
        room,
        status=status,
        form=form,
        entry=entry,
        name=views.name_of(room.desk, statement),
        refused=saying.refusal(room, lambda: trial),
        back=_back(room, form),
    )


async def recall(request: web.Request) -> web.Response:
    """Take back what our side said."""
    room = asked.room(request)
    statement, _ = _entry(request, room)
    form = await Posted.read(request)
    reason = form.words("reason", most=MOST_REASON, needed=False)
    return await saying.say(
        request,
        room,
        form,
        lambda: Recalled(header=saying.header(room, form), subject=statement, reason=reason),
        again=lambda status: _recall(request, room, form, status),
        back=_back(room, form),
    )


ROUTES: Final = (
    web.post("/n/{negotiation}/confirm/{statement:[0-9a-f]{64}}", confirm),
    web.post("/n/{negotiation}/agree/{statement:[0-9a-f]{64}}", agree),
    web.get("/n/{negotiation}/recall/{statement:[0-9a-f]{64}}", ask_reason),
    web.post("/n/{negotiation}/recall/{statement:[0-9a-f]{64}}", recall),
)
