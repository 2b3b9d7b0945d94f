"""The first screen: the four questions, and what of ours has not left."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.negotiating.status import status
from paraph.client.web import asked
from paraph.client.web.rendering import page


async def start(request: web.Request) -> web.Response:
    """Show the one negotiation, or the list of them."""
    rooms = asked.office(request).rooms()
    if len(rooms) == 1:
        raise web.HTTPSeeOther(rooms[0].path)
    return page(request, "negotiations.html", rooms=rooms)


async def front(request: web.Request) -> web.Response:
    """Show where a negotiation stands."""
    room = asked.room(request)
    return page(request, "front.html", room, status_=status(room.desk, room.talks))


ROUTES: Final = (web.get("/", start), web.get("/n/{negotiation}", front))
