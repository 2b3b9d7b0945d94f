"""What is to be done: set by either side, reported by its owner."""

from __future__ import annotations

import dataclasses
from typing import Final

from aiohttp import web

from paraph.client.negotiating import conferences as making
from paraph.client.reading.summaries import due
from paraph.client.web import asked, saying
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.actions import ActionStanding
from paraph.protocol.negotiation.state import Action
from paraph.protocol.statements.conferences import ENDINGS, Due
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import JOINT

MOST_WHAT: Final = 2_000


@dataclasses.dataclass(frozen=True, slots=True)
class ToDo:
    """An action as pages list it.

    Attributes:
        action: The action.
        standing: How it stands in log time.
        due: By when, as people say it.
        may_report: It is ours to report.
    """

    action: Action
    standing: ActionStanding
    due: str
    may_report: bool


def to_do(room: Room, conference: str = "") -> list[ToDo]:
    """Return the actions of a negotiation, or those set by or due by one conference.

    Those that are still open stand first, late ones before the others.
    """
    us = room.desk.party
    may = saying.may(room, "action")
    found = [
        ToDo(
            action=action,
            standing=standing,
            due=due(action.due),
            may_report=may
            and action.content.owner in (us, JOINT)
            and (action.report is None or action.report.ending == "carried"),
        )
        for action, standing in making.actions(
            room.talks, room.state.log_time, conference=conference
        )
    ]
    order = {"late": 0, "open": 1, "carried": 1}
    return sorted(found, key=lambda each: order.get(each.standing.word, 2))


def _due(form: Posted, name: str, *, needed: bool) -> Due | None:
    text = form.words(name, most=64, needed=needed)
    if not text:
        return None
    try:
        return making.due(text, "an instant, or a conference:")
    except InputError:
        form.fault(name, "Please give date and time as 2015-10-14T13:00Z, or a conference.")
        return None


# ------------------------------------------------------------------ setting one


async def begin(request: web.Request) -> web.Response:
    """Show the form of a new action."""
    form = Posted.empty(conference=request.query.get("conference", ""))
    return _new(request, asked.room(request), form, 200)


def _new(request: web.Request, room: Room, form: Posted, status: int) -> web.Response:
    names = [each.schedule.name for each in making.conferences(room.talks)]
    return page(
        request,
        "action-new.html",
        room,
        status=status,
        form=form,
        conferences=names,
        owners=(*room.state.parties, JOINT),
        back=_back(room, form),
    )


def _back(room: Room, form: Posted) -> str:
    name = form.values.get("conference", "")
    known = any(each.schedule.name == name for each in making.conferences(room.talks))
    return f"{room.path}/conferences/{name}" if known else f"{room.path}/conferences"


async def make(request: web.Request) -> web.Response:
    """Set an action."""
    room = asked.room(request)
    form = await Posted.read(request)
    what = form.words("what", most=MOST_WHAT)
    owner = form.choice("owner", (*room.state.parties, JOINT))
    by = _due(form, "by", needed=True)

    def action() -> Content:
        assert by is not None  # else a fault was noted
        header = saying.header(room, form)
        return making.action_set(header, what, owner, by, form.values.get("conference", ""))

    return await saying.say(
        request,
        room,
        form,
        action,
        again=lambda status: _new(request, room, form, status),
        back=_back(room, form),
    )


# ------------------------------------------------------------------ reporting one


def _find(request: web.Request, room: Room) -> ToDo:
    wanted = request.match_info["action"]
    found = next((each for each in to_do(room) if f"A-{each.action.number}" == wanted), None)
    if found is None:
        raise web.HTTPNotFound
    return found


async def show(request: web.Request) -> web.Response:
    """Show one action, and the form to report it, if it is ours."""
    room = asked.room(request)
    return _show(request, room, _find(request, room), Posted.empty(), 200)


def _show(request: web.Request, room: Room, each: ToDo, form: Posted, status: int) -> web.Response:
    return page(
        request,
        "action.html",
        room,
        status=status,
        form=form,
        each=each,
        endings=ENDINGS,
        ours=each.action.party == room.desk.party,
        back=f"{room.path}/conferences",
    )


async def report(request: web.Request) -> web.Response:
    """Say what became of an action."""
    room = asked.room(request)
    each = _find(request, room)
    form = await Posted.read(request)
    ending = form.choice("ending", ENDINGS)
    at = form.instant("at")
    note = form.words("note", most=MOST_WHAT, needed=False)
    to = _due(form, "to", needed=ending == "carried")
    if to is not None and ending != "carried":
        form.fault("to", "A new date belongs to what is carried over alone.")
    return await saying.say(
        request,
        room,
        form,
        lambda: making.reported(
            saying.header(room, form), each.action, ending, at=at, note=note, by=to
        ),
        again=lambda status: _show(request, room, each, form, status),
        back=f"{room.path}/conferences",
    )


ROUTES: Final = (
    web.get("/n/{negotiation}/actions/new", begin),
    web.post("/n/{negotiation}/actions/new", make),
    web.get("/n/{negotiation}/actions/{action}", show),
    web.post("/n/{negotiation}/actions/{action}", report),
)
