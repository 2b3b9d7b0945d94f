"""What was typed when the desk locked or a page failed: kept until its form is shown again."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.web import typed
from paraph.client.web.rendering import page
from paraph.client.web.typed import TYPED, WHERE


async def waiting(request: web.Request) -> web.Response:
    """List what is kept, each with the way back to its form."""
    return page(request, "typed.html", found=request.app[TYPED].waiting())


async def before_locking(request: web.Request) -> web.Response:
    """Keep what a window holds that is about to show that the desk is locked.

    409 for a form that is never shown again: nothing of it is kept.
    """
    form = await request.post()
    where = form.get(WHERE)
    fields = tuple(each for each in typed.texts(form) if each[0] != WHERE)
    if not isinstance(where, str) or not typed.is_form(where):
        raise web.HTTPConflict
    request.app[TYPED].keep(where, fields, waits=True)
    return web.Response(status=204)


async def here(_: web.Request) -> web.Response:
    """Be told that somebody is there who writes: to ask at all says it."""
    return web.Response(status=204)


ROUTES: Final = (
    web.get(typed.LIST, waiting),
    web.post("/typed/before-locking", before_locking),
    web.post("/here", here),
)
