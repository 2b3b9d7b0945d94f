"""Announcing a conference, or asking to change one: the agenda is drawn from what stands open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from aiohttp import web

from paraph.client.clock import when
from paraph.client.negotiating import agendas, scheduling
from paraph.client.negotiating import conferences as making
from paraph.client.negotiating.local_time import everywhere
from paraph.client.negotiating.scheduling import Plan
from paraph.client.web import asked, clauses, delegations, language, saying
from paraph.client.web.office import Room
from paraph.client.web.pages.conferences import find, now
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.web.words_talking import AGENDA
from paraph.protocol import roles
from paraph.protocol.errors import InputError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.state import Conference
from paraph.protocol.statements.conferences import AgendaItem, ConferenceScheduled, Delegation
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import JOINT

T = TypeVar("T")
MOST_POINTS: Final = 60
"""Points that a form takes; the protocol allows more."""
SPARE: Final = 2
"""Empty points below those that are filled in."""
MINUTE_MS: Final = 60_000
DAY_MS: Final = 24 * 60 * MINUTE_MS


# ------------------------------------------------------------------ what a form begins with


async def begin(request: web.Request) -> web.Response:
    """Show the form of a new conference, its agenda drawn from what stands open."""
    room = asked.room(request)
    return _form(request, room, Posted.empty(**_drawn(request, room)), 200, None)


def _drawn(request: web.Request, room: Room) -> dict[str, str]:
    found = making.conferences(room.talks)
    values = {
        "name": _next_name(found),
        "at": when((now(request, room) + DAY_MS) // (60 * MINUTE_MS) * 60 * MINUTE_MS),
        "duration_min": "90",
        "chair": "alternating",
        "basis": room.talks.heads[-1].hex() if room.talks.heads else "",
    }
    head = delegations.written(language.words(request), (roles.HEAD,))
    values |= {f"people-{code}": head for code in room.state.parties}
    values |= {f"zone-{code}": "+00:00 UTC" for code in room.state.parties}
    if found:
        values |= _about(request, found[-1].schedule)
    return values | _points(request, room)


def _next_name(found: list[Conference]) -> str:
    named = (re.fullmatch("VC-([0-9]{1,6})", each.schedule.name) for each in found)
    return f"VC-{max((int(each[1]) for each in named if each), default=len(found)) + 1}"


def _points(request: web.Request, room: Room) -> dict[str, str]:
    talks, words = room.talks, language.words(request)
    head = talks.versions.get(talks.heads[0]) if len(talks.heads) == 1 else None
    if head is None:
        return {}
    held = agendas.holders(room.state, talks, head)
    values: dict[str, str] = {}
    for n, point in enumerate(agendas.drawn(room.desk, talks), 1):
        named = [agendas.name_of(room.desk, talks, each) for each in point.statements]
        values |= {
            f"title-{n}": words.gettext(AGENDA[point.why]),
            f"about-{n}": " ".join((*point.clauses, *named)),
            f"minutes-{n}": str(agendas.minutes_for(point)),
            f"owner-{n}": agendas.opener(point.clauses, held),
        }
    return values


def _about(request: web.Request, schedule: ConferenceScheduled) -> dict[str, str]:
    words = language.words(request)
    return {
        "duration_min": str(schedule.duration_min),
        "host": schedule.host,
        "chair": schedule.chair,
        "interpretation": " ".join(schedule.interpretation),
        **{
            f"people-{each.party}": delegations.written(words, each.people)
            for each in schedule.participants
        },
        **{f"zone-{each.party}": f"{each.offset} {each.label}" for each in schedule.zones},
    }


async def begin_change(request: web.Request) -> web.Response:
    """Show the form with the schedule in force, to be changed."""
    room = asked.room(request)
    conference = find(request, room)
    schedule = conference.schedule
    values = {
        "name": schedule.name,
        "at": when(schedule.at),
        "basis": schedule.basis.hex() if schedule.basis != ZERO else "",
        **_about(request, schedule),
    }
    for n, item in enumerate(schedule.agenda, 1):
        named = [agendas.mention_name(room.desk, room.talks, each) for each in item.proposals]
        values |= {
            f"title-{n}": item.title,
            f"about-{n}": " ".join((*item.clauses, *named)),
            f"minutes-{n}": str(item.minutes or ""),
            f"owner-{n}": item.owner,
        }
    return _form(request, room, Posted.empty(**values), 200, conference)


def _form(
    request: web.Request, room: Room, form: Posted, status: int, change: Conference | None
) -> web.Response:
    talks = room.talks
    bases = [change.schedule.basis] if change and change.schedule.basis != ZERO else []
    versions = [talks.versions.get(each) for each in dict.fromkeys((*talks.heads, *bases))]
    at = form.instant("at")
    zones = [
        scheduling.zone(code, text)
        for code in room.state.parties
        if (text := form.values.get(f"zone-{code}", ""))
        and f"zone-{code}" not in form.faults
        and _is_zone(code, text)
    ]
    return page(
        request,
        "conference-new.html",
        room,
        status=status,
        form=form,
        change=change,
        versions=[(each.statement.hex(), clauses.name(talks, each)) for each in versions if each],
        times=everywhere(at, zones) if at else {},
        numbers=list(_numbers(form)),
        owners=("", *room.state.parties, JOINT),
        back=f"{room.path}/conferences" + (f"/{change.schedule.name}" if change else ""),
        may=saying.may(room, "schedule"),
    )


def _is_zone(code: str, text: str) -> bool:
    try:
        scheduling.zone(code, text)
    except InputError:
        return False
    return True


def _numbers(form: Posted) -> Iterator[int]:
    filled = [n for n in range(1, MOST_POINTS + 1) if form.values.get(f"title-{n}", "").strip()]
    last = max(filled, default=0)
    yield from range(1, min(MOST_POINTS, last + SPARE) + 1)


# ------------------------------------------------------------------ what comes of it


async def make(request: web.Request) -> web.Response:
    """Announce a conference."""
    return await _say(request, asked.room(request), None)


async def change(request: web.Request) -> web.Response:
    """Ask to change a conference."""
    room = asked.room(request)
    return await _say(request, room, find(request, room))


async def _say(request: web.Request, room: Room, replaced: Conference | None) -> web.Response:
    form = await Posted.read(request)
    if form.values.get("do") == "look":
        return _form(request, room, form, 200, replaced)
    at = form.instant("at")
    if not at:
        form.fault("at", "Please fill this in.")
    plan = _plan(request, room, form, at, replaced)
    name = replaced.schedule.name if replaced else plan.name

    def announced() -> Content:
        return scheduling.announced(saying.header(room, form), plan)

    return await saying.say(
        request,
        room,
        form,
        announced,
        again=lambda status: _form(request, room, form, status, replaced),
        back=f"{room.path}/conferences" + (f"/{name}" if replaced else ""),
        after=f"{room.path}/conferences/{name}",
    )


def _plan(
    request: web.Request, room: Room, form: Posted, at: int, replaced: Conference | None
) -> Plan:
    parties, words = room.state.parties, language.words(request)

    def delegation(code: str, text: str) -> Delegation:
        return scheduling.delegation(code, delegations.read(words, text))

    basis = form.choice("basis", ("", *_bases(room, replaced)))
    minutes = form.words("duration_min", most=4, needed=False)
    if minutes and not re.fullmatch("[0-9]+", minutes):
        form.fault("duration_min", "Please give a number of minutes.")
        minutes = ""
    name = replaced.schedule.name if replaced else form.words("name", most=32)
    if name and not re.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]{0,31}", name):
        form.fault("name", "Please give a short name without blanks, as VC-2.")
    return Plan(
        name=name,
        at=at,
        duration_min=int(minutes or 0),
        host=form.choice("host", ("", *parties)),
        chair=form.words("chair", most=64, needed=False),
        interpretation=scheduling.listed(form.words("interpretation", most=500, needed=False)),
        delegations=tuple(_each(form, "people", parties, delegation)),
        zones=tuple(_each(form, "zone", parties, scheduling.zone)),
        basis=bytes.fromhex(basis) if "basis" not in form.faults else ZERO,
        agenda=tuple(_agenda(room, form)),
        replaces=replaced.schedule_id if replaced else ZERO,
    )


def _bases(room: Room, replaced: Conference | None) -> list[str]:
    found = [each.hex() for each in room.talks.heads]
    return found + ([replaced.schedule.basis.hex()] if replaced else [])


def _each(
    form: Posted, field: str, parties: tuple[str, ...], make: Callable[[str, str], T]
) -> Iterator[T]:
    for code in parties:
        text = form.words(f"{field}-{code}", most=500, needed=False)
        if text:
            try:
                yield make(code, text)
            except InputError as error:
                form.refused(f"{field}-{code}", error)


def _agenda(room: Room, form: Posted) -> Iterator[AgendaItem]:
    n = 0
    for field in range(1, MOST_POINTS + 1):
        title = form.words(f"title-{field}", most=500, needed=False)
        about = form.words(f"about-{field}", most=4_000, needed=False)
        if not title:
            if about:
                form.fault(f"title-{field}", "Please fill this in.")
            continue
        n += 1
        try:
            yield scheduling.item(
                room.desk,
                room.talks,
                n,
                title,
                about,
                minutes=form.values.get(f"minutes-{field}", "").strip(),
                owner=form.choice(f"owner-{field}", ("", *room.state.parties, JOINT)),
            )
        except InputError as error:
            form.refused(f"title-{field}", error)


ROUTES: Final = (
    web.get("/n/{negotiation}/conference/new", begin),
    web.post("/n/{negotiation}/conference/new", make),
    web.get("/n/{negotiation}/conferences/{conference}/change", begin_change),
    web.post("/n/{negotiation}/conferences/{conference}/change", change),
)
