"""One statement with all that is known of it: who, when, how far it has come, what it says."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client import views
from paraph.client.negotiating import receipts
from paraph.client.negotiating.inspection import flat
from paraph.client.web import asked
from paraph.client.web.rendering import page


async def said(request: web.Request) -> web.Response:
    """Show the statement at an index of the log."""
    room = asked.room(request)
    shown = views.show(room.desk, request.match_info["index"])
    fields = tuple(flat(shown.content.to_map())) if shown.content is not None else ()
    return page(
        request,
        "said.html",
        room,
        shown=shown,
        fields=fields,
        receipts=receipts.of(room.desk, room.state, shown.row.id),
    )


ROUTES: Final = (web.get(r"/n/{negotiation}/said/{index:\d{1,15}}", said),)
