"""Every entry of the log, newest first, a stretch at a time: what stands behind all other pages."""

from __future__ import annotations

import itertools
from typing import Final

from aiohttp import web

from paraph.client.channel import views
from paraph.client.web import asked
from paraph.client.web.rendering import page

AT_ONCE: Final = 100


async def log(request: web.Request) -> web.Response:
    """Show the entries below a size, and the way to those before and after."""
    room = asked.room(request)
    size = room.desk.replica.size
    given = request.query.get("to", "")
    to = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else size
    to = min(max(to, 1), size) if size else 0
    start = max(0, to - AT_ONCE)
    rows = list(itertools.islice(views.log(room.desk, start), to - start))
    return page(
        request,
        "log.html",
        room,
        rows=rows[::-1],
        start=start,
        to=to,
        size=size,
        earlier=start,
        later=min(size, to + AT_ONCE),
    )


ROUTES: Final = (web.get("/n/{negotiation}/log", log),)
