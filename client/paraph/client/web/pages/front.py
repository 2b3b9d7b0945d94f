"""The first screen: the four questions, what came, and how far ours has come."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial
from typing import Final, Generic, TypeVar

from aiohttp import web

from paraph.client.channel import views
from paraph.client.log.cosigners import final_below
from paraph.client.negotiating import lately
from paraph.client.negotiating.newcomers import newcomers
from paraph.client.negotiating.ours import ours
from paraph.client.negotiating.roots import unverified
from paraph.client.negotiating.status import Owed, Spoken, status
from paraph.client.web import asked, receiving, saying
from paraph.client.web.office import Office, Room
from paraph.client.web.pages.trust import ALARMS
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.writing import composing
from paraph.protocol.sentences import NOTHING

T = TypeVar("T")
MOST_LISTED: Final = 12
"""Proposals, debts, brackets that it lists before "more": who opens the desk sees them at once."""
MOST: Final = 6
"""Steps that the first screen lists on each side; the rest stands in the registers."""
MOST_SEEN: Final = 1_000
"""Of how many of the newest somebody may say so; who saw the page was shown fewer."""


async def start(request: web.Request) -> web.Response:
    """Show the one negotiation, or the list of them."""
    office = asked.office(request)
    rooms = office.rooms()
    # A page that looks again keeps its frame: only who comes anew is sent into the one room.
    if len(rooms) == 1 and "HX-Request" not in request.headers:
        raise web.HTTPSeeOther(rooms[0].path)
    can_begin = any(not desk.state.internal for desk in office.desks)
    return page(request, "negotiations.html", rooms=rooms, can_begin=can_begin)


async def front(request: web.Request) -> web.Response:
    """Show where a negotiation stands."""
    office, room = asked.office(request), asked.room(request)
    came, count = lately.waiting(room.desk, room.state, room.talks, MOST)
    standing = status(room.desk, room.talks, _spoken(office, room))
    everything = request.query.get("all", "")
    inner = office.state(room.chancery) if room.chancery is not None else None
    return page(
        request,
        "front.html",
        room,
        standing=standing,
        turns=_listed(standing.turns, "turn", everything),
        owed=_owed(standing.owed, room.desk.party, everything),
        brackets=_listed(standing.brackets, "left", everything),
        came=came,
        to_see=frozenset(each.statement for each in came if _may_see(room, each.statement)),
        came_count=count,
        said=lately.ours(room.desk, room.state, room.talks, MOST),
        ours=ours(office.home, room.state, inner, partial(views.name_of, room.desk)),
        log=_log(room),
        alarms=ALARMS,
        titles={each.name: each.content.titles for _, each in room.talks.proposals.items()},
        unverified=unverified(room.desk, office.home.book),
        newcomers=newcomers(room.desk),
    )


async def seen(request: web.Request) -> web.Response:
    """Say that a person saw what the first screen listed: of that, and of nothing that came since.

    It is one word, as the other rungs, and leaves at once.
    """
    office, room, form = asked.office(request), asked.room(request), await Posted.read(request)
    came, _ = lately.waiting(room.desk, room.state, room.talks, MOST_SEEN)
    offered = {
        each.statement.hex(): each.statement for each in came if _may_see(room, each.statement)
    }
    chosen = [offered[each] for each in form.chosen("statement", offered)]
    if chosen:
        header = saying.plain(room)
        content = composing.acknowledged(header, chosen, rung="displayed", outcome="ok", reason="")
        async with office.speaking():
            await room.desk.say(content)
        office.hints.tell("changed")
    raise web.HTTPSeeOther(f"{room.path}#came")


def _may_see(room: Room, statement: bytes) -> bool:
    held = room.desk.screen.held.why_said(room.state, statement) is not None
    return not held and bool(receiving.sayable(room, statement))


@dataclasses.dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """The beginning of a list, or all of it.

    Attributes:
        items: What is shown.
        left: How many more there are.
        section: Where it stands on the page.
    """

    items: Sequence[T]
    left: int
    section: str


def _listed(
    items: Sequence[T], section: str, everything: str, most: int = MOST_LISTED
) -> Listed[T]:
    shown = items if everything == section else items[:most]
    return Listed(shown, len(items) - len(shown), section)


def _owed(owed: Sequence[Owed], party: str, everything: str) -> Listed[Owed]:
    # Ours first, what is late before the rest; something of each side is always shown.
    urgent = sorted(owed, key=lambda each: (each.by != party, not each.late))
    if everything == "owed":
        return Listed(urgent, 0, "owed")
    of = [[each for each in urgent if (each.by == party) is ours] for ours in (True, False)]
    shown = [*of[0][: MOST_LISTED // 2], *of[1][: MOST_LISTED // 2]]
    return Listed(shown, len(urgent) - len(shown), "owed")


def _spoken(office: Office, room: Room) -> Spoken:
    # No words and size 0: they are being made. A desk that cannot read on has none at all.
    if room.desk.reader.halt is not None:
        return {}, room.desk.reader.position
    found = office.spoken(room.desk)
    return (found.words, found.size) if found is not None else ({}, 0)


def _log(room: Room) -> dict[str, object]:
    log, replica = room.desk.replica.log, room.desk.replica
    cosigned = log.charter.quorum != "none"
    return {
        "size": replica.size,
        "root": replica.head.root,
        "final": final_below(replica) if cosigned else None,
        "log_time": log.log_time,
        "read": room.desk.reader.position,
        "up_to": room.desk.reader.up_to if room.desk.reader.halt is not None else NOTHING,
        "alarms": tuple(replica.alarms()),
    }


ROUTES: Final = (
    web.get("/", start),
    web.get("/n/{negotiation}", front),
    web.post("/n/{negotiation}/seen", seen),
)
