"""The first screen: the four questions, what came, and how far ours has come."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.cosigners import final_below
from paraph.client.negotiating import lately
from paraph.client.negotiating.ours import ours
from paraph.client.negotiating.roots import unverified
from paraph.client.negotiating.status import status
from paraph.client.web import asked
from paraph.client.web.office import Room
from paraph.client.web.rendering import page

MOST: Final = 6
"""Steps that the first screen lists on each side; the rest stands in the registers."""


async def start(request: web.Request) -> web.Response:
    """Show the one negotiation, or the list of them."""
    rooms = asked.office(request).rooms()
    # A page that looks again keeps its frame: only who comes anew is sent into the one room.
    if len(rooms) == 1 and "HX-Request" not in request.headers:
        raise web.HTTPSeeOther(rooms[0].path)
    return page(request, "negotiations.html", rooms=rooms)


async def front(request: web.Request) -> web.Response:
    """Show where a negotiation stands."""
    office, room = asked.office(request), asked.room(request)
    came, count = lately.waiting(room.desk, room.state, room.talks, MOST)
    inner = office.state(room.chancery) if room.chancery is not None else None
    return page(
        request,
        "front.html",
        room,
        standing=status(room.desk, room.talks),
        came=came,
        came_count=count,
        said=lately.ours(room.desk, room.state, room.talks, MOST),
        ours=ours(office.home, room.state, inner),
        log=_log(room),
        unverified=unverified(room.desk, office.home.book),
    )


def _log(room: Room) -> dict[str, object]:
    log, replica = room.desk.replica.log, room.desk.replica
    cosigned = log.charter.quorum != "none"
    return {
        "size": replica.size,
        "root": replica.head.root,
        "final": final_below(replica) if cosigned else None,
        "log_time": log.log_time,
        "read": room.desk.reader.position,
        "up_to": room.desk.reader.up_to if room.desk.reader.halt is not None else "",
        "alarms": tuple(replica.alarms()),
    }


ROUTES: Final = (web.get("/", start), web.get("/n/{negotiation}", front))
