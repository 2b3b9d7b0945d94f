"""Positions: where each side stands on the words of a version, and taking one on many at once."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.negotiating import chancery, positions
from paraph.client.web import asked, clauses, language, saying, texts
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.negotiation.state import Version
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.internal import MandateSet
from paraph.protocol.statements.positions import AGREE, MOST_NOTE, POSITIONS

AGREED: Final = frozenset({"agreed", "frozen"})
"""States of clauses that are on no agenda: both agree for good."""
AT: Final = "at-"
"""Begins the name of the field of one clause."""


def _versions(room: Room) -> list[Version]:
    return [each for each in texts.every(room) if each.statement not in room.talks.recalled]


def _chosen(request: web.Request, room: Room) -> Version | None:
    return texts.chosen(room, request.query.get("v", ""))


def _values(room: Room) -> list[str]:
    # What this role may say: for good, short of that, or nothing.
    may = {True: saying.may(room, "position"), False: saying.may(room, "agree")}
    return [each for each in POSITIONS if may[each != AGREE]]


async def matrix(request: web.Request) -> web.Response:
    """Show where each side stands on every clause of a version."""
    room = asked.room(request)
    version = _chosen(request, room)
    rows = list(positions.rows(room.state, room.talks, version)) if version else []
    unsettled = [each for each in rows if each.state not in AGREED]
    only_open = request.query.get("show") == "open"
    return page(
        request,
        "positions.html",
        room,
        version=version,
        versions=_versions(room),
        rows=unsettled if only_open else rows,
        counts={"all": len(rows), "open": len(unsettled)},
        only_open=only_open,
        parties=texts.ours_first(room),
        labels=clauses.labels(version.text, language.chosen(request)) if version else {},
        is_head=version is not None and version.statement in room.talks.heads,
        is_frozen=bool(rows) and all(each.state == "frozen" for each in rows),
        values=_values(room),
        packages=list(positions.packages(room.state, room.talks)),
        may_tie=saying.may(room, "propose"),
        may_agree=saying.may(room, "confirm"),
        may_recall=saying.may(room, "recall"),
    )


# ------------------------------------------------------------------ taking one


def _mandate(request: web.Request, room: Room) -> MandateSet | None:
    office = asked.office(request)
    if room.chancery is not None:
        mandates = office.state(room.chancery).mandates
        found = mandates.get(room.talks.identity) or mandates.get(bytes(16))
        return found.content if found is not None else None
    return chancery.local_mandate(office.home)


async def begin(request: web.Request) -> web.Response:
    """Show the form: every clause of a head, with where we stand now."""
    room = asked.room(request)
    return _form(request, room, Posted.empty(), 200)


def _form(request: web.Request, room: Room, form: Posted, status: int) -> web.Response:
    version = _chosen(request, room)
    rows = list(positions.rows(room.state, room.talks, version)) if version else []
    one = request.query.get("clause", "")
    part = version.text.find(one) if version else None
    return page(
        request,
        "position-take.html",
        room,
        status=status,
        form=form,
        version=version,
        rows=[each for each in rows if one in ("", each.cid)],
        one=one,
        labels=clauses.labels(version.text, language.chosen(request)) if version else {},
        words={one: texts.as_read(version, part)} if version and part else {},
        parties=texts.ours_first(room),
        values=_values(room),
        mandate=_mandate(request, room),
    )


async def take(request: web.Request) -> web.Response:
    """Take a position on the clauses for which one was chosen."""
    room = asked.room(request)
    form = await Posted.read(request)
    allowed = _values(room)
    version = _chosen(request, room)
    values = {
        name.removeprefix(AT): form.choice(name, allowed)
        for name, value in form.values.items()
        if name.startswith(AT) and value
    }
    others = form.choice("others", ("", *allowed))
    note = form.words("note", most=MOST_NOTE, needed=False)
    if not values and not others:
        form.fault(saying.FORM, "Please choose a position on one clause at least.")

    def make() -> Content:
        return positions.taken(
            room.desk,
            saying.header(room, form),
            values,
            others=others,
            version=version.statement if version else None,
            note=note,
        )

    return await saying.say(
        request,
        room,
        form,
        make,
        again=lambda status: _form(request, room, form, status),
        back=f"{room.path}/positions",
    )


ROUTES: Final = (
    web.get("/n/{negotiation}/positions", matrix),
    web.get("/n/{negotiation}/positions/take", begin),
    web.post("/n/{negotiation}/positions/take", take),
)
