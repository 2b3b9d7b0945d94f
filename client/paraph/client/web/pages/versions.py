"""The line of versions of the instrument."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.log.cosigners import final_below
from paraph.client.negotiating import version_line
from paraph.client.web import asked, paging, texts
from paraph.client.web.rendering import page

PER_PAGE: Final = 60


async def versions(request: web.Request) -> web.Response:
    """Show every version, newest first."""
    room = asked.room(request)
    replica = room.desk.replica
    final = final_below(replica) if replica.log.charter.quorum != "none" else None
    rows = list(version_line.rows(room.desk, room.state, room.talks, final))
    pages = max(1, -(-len(rows) // PER_PAGE))
    number = paging.number_in(request, "page", pages)
    return page(
        request,
        "versions.html",
        room,
        unread=texts.unread(room, (row.version for row in rows)),
        rows=rows[(number - 1) * PER_PAGE : number * PER_PAGE],
        tongues=texts.in_order(room.state.languages),
        number=number,
        pages=pages,
    )


ROUTES: Final = (web.get("/n/{negotiation}/versions", versions),)
