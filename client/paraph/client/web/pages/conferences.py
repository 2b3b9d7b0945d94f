"""Conferences: the list, one with all that its chairs need, the fingerprint to read out, .ics."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from aiohttp import web

from paraph.client.channel import views
from paraph.client.negotiating import agendas
from paraph.client.negotiating import conferences as making
from paraph.client.negotiating.fingerprint import Fingerprint
from paraph.client.negotiating.ics import calendar
from paraph.client.negotiating.local_time import everywhere
from paraph.client.web import asked, clauses, downloads, language, saying
from paraph.client.web.office import Office, Room
from paraph.client.web.pages.actions import to_do
from paraph.client.web.rendering import page
from paraph.protocol.errors import ParaphError
from paraph.protocol.negotiation.side_documents import standing_of
from paraph.protocol.negotiation.state import Conference, Outcomes, SideDocument
from paraph.protocol.statements.conferences import AgendaItem, Outcome
from paraph.protocol.statements.joint import AgreedTo


@dataclasses.dataclass(frozen=True, slots=True)
class Joint:
    """Something that needs both sides: who stands behind it, and whether we may.

    Attributes:
        statement: What is to be agreed to.
        party: Who said it.
        behind: The parties that stand behind it.
        agreed: All of them do.
        may_agree: We may, and have not.
    """

    statement: bytes
    party: str
    behind: tuple[str, ...]
    agreed: bool
    may_agree: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    """A point of an agenda.

    Attributes:
        item: As it was announced.
        clauses: Label of each clause, and who holds brackets in it now.
        mentions: What else it takes up, as people call it.
    """

    item: AgendaItem
    clauses: Mapping[str, tuple[str, tuple[str, ...]]]
    mentions: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Recorded:
    """Outcomes on record, each with what it is about."""

    outcomes: Outcomes
    joint: Joint
    items: tuple[tuple[Outcome, str], ...]


def now(request: web.Request, room: Room) -> int:
    """Return the time that a countdown runs by: an exercise plays at the time of its log."""
    if room.desk.is_exercise and room.state.log_time:
        return room.state.log_time
    return asked.office(request).tools.now()


def joint(room: Room, statement: bytes) -> Joint:
    """Return who stands behind what needs both sides."""
    behind, agreed = making.behind(room.desk, room.talks, statement)
    content = AgreedTo(header=saying.plain(room), subject=statement)
    entry = room.state.entries.get(statement)
    return Joint(
        statement=statement,
        party=entry.party if entry is not None else room.desk.party,
        behind=tuple(behind),
        agreed=agreed,
        may_agree=not agreed and saying.refusal(room, lambda: content) is None,
    )


async def overview(request: web.Request) -> web.Response:
    """Show every conference, those first that are still to come, and what is to be done."""
    room = asked.room(request)
    at = now(request, room)
    found = making.conferences(room.talks)
    over = [each for each in found if _end(each) < at]
    return page(
        request,
        "conferences.html",
        room,
        coming=[each for each in found if each not in over],
        over=list(reversed(over)),
        now=at,
        times={each.schedule.name: _times(each) for each in found},
        outcomes={each.schedule.name: _count(room, each) for each in found},
        minutes={each.schedule.name: _minutes(room, each) for each in found},
        to_do=to_do(room),
        may=saying.may(room, "schedule"),
        may_act=saying.may(room, "action"),
    )


def _end(conference: Conference) -> int:
    return conference.schedule.at + conference.schedule.duration_min * 60_000


def _times(conference: Conference) -> dict[str, str]:
    return everywhere(conference.schedule.at, conference.schedule.zones)


def _count(room: Room, conference: Conference) -> tuple[int, int]:
    recorded = making.outcomes_of(room.talks, conference.schedule.name)
    agreed = sum(making.behind(room.desk, room.talks, each.statement)[1] for each in recorded)
    return len(recorded), agreed


def _minutes(room: Room, conference: Conference) -> tuple[SideDocument, str] | None:
    kept = making.minutes_of(room.talks, conference.schedule.name)
    return (kept, standing_of(room.talks, kept).word) if kept is not None else None


# ------------------------------------------------------------------ one conference


def find(request: web.Request, room: Room) -> Conference:
    """Return the conference that the address names."""
    wanted = request.match_info["conference"]
    every = making.conferences(room.talks)
    found = next((each for each in every if each.schedule.name == wanted), None)
    if found is None:
        raise web.HTTPNotFound
    return found


def points(request: web.Request, room: Room, conference: Conference) -> Iterator[Point]:
    """Yield the agenda, with who holds brackets in each clause at the newest head."""
    schedule, talks = conference.schedule, room.talks
    head = talks.versions.get(talks.heads[-1]) if talks.heads else None
    basis = talks.versions.get(schedule.basis) or head
    chosen = language.chosen(request)
    labels = clauses.labels(basis.text, chosen) if basis is not None else {}
    held = agendas.holders(room.state, talks, head) if head is not None else {}
    for item in schedule.agenda:
        yield Point(
            item=item,
            clauses={cid: (labels.get(cid, cid), held.get(cid, ())) for cid in item.clauses},
            mentions=tuple(agendas.mention_name(room.desk, talks, one) for one in item.proposals),
        )


def _recorded(request: web.Request, room: Room, conference: Conference) -> Iterator[Recorded]:
    chosen = language.chosen(request)
    for each in making.outcomes_of(room.talks, conference.schedule.name):
        version = room.talks.versions.get(each.version)
        labels = clauses.labels(version.text, chosen) if version is not None else {}
        items = tuple(
            (item, labels.get(item.cid, item.cid) or _mentions(room, item))
            for item in each.content.items
        )
        yield Recorded(each, joint(room, each.statement), items)


def _mentions(room: Room, item: Outcome) -> str:
    return " ".join(agendas.mention_name(room.desk, room.talks, one) for one in item.proposal)


def _read_out(
    office: Office, room: Room, size: int
) -> tuple[Fingerprint | None, ParaphError | None]:
    try:
        return office.fingerprint(room.desk, size), None
    except ParaphError as error:
        return None, error


async def show(request: web.Request) -> web.Response:
    """Show one conference."""
    room = asked.room(request)
    conference = find(request, room)
    size = request.query.get("size", "")
    wanted = int(size) if size.isascii() and size.isdigit() and len(size) < 12 else 0
    said, unread = _read_out(asked.office(request), room, wanted)
    schedule = conference.schedule
    basis = room.talks.versions.get(schedule.basis)
    return page(
        request,
        "conference.html",
        room,
        conference=conference,
        schedule=schedule,
        now=now(request, room),
        end=_end(conference),
        times=_times(conference),
        entry=views.name_of(room.desk, conference.schedule_id),
        changes=[
            (joint(room, statement), at, everywhere(at, schedule.zones))
            for statement, at in making.waiting(room.talks, conference)
        ],
        basis=basis,
        basis_name=clauses.name(room.talks, basis) if basis is not None else "",
        is_head=schedule.basis in room.talks.heads,
        fingerprint=said,
        unread=unread,
        agenda=list(points(request, room, conference)),
        recorded=list(_recorded(request, room, conference)),
        to_do=to_do(room, schedule.name),
        minutes=_minutes(room, conference),
        may=saying.may(room, "schedule"),
        may_record=saying.may(room, "minutes"),
        may_act=saying.may(room, "action"),
    )


async def ics(request: web.Request) -> web.Response:
    """Give the conference as a calendar file; what it is about only if that is asked for."""
    room = asked.room(request)
    found = find(request, room)
    made = calendar(
        found,
        changes=making.changes(room.talks, found),
        exercise=room.desk.is_exercise,
        with_agenda=bool(request.query.get("agenda")),
    )
    return downloads.data(f"{found.schedule.name}.ics", made, "text/calendar")


ROUTES: Final = (
    web.get("/n/{negotiation}/conferences", overview),
    web.get("/n/{negotiation}/conferences/{conference}", show),
    web.get("/n/{negotiation}/conferences/{conference}/calendar.ics", ics),
)
