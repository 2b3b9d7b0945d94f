"""The application: what a request passes before a page sees it, and what becomes of errors."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiohttp import web

from paraph.client.web import asked, leaving, pages
from paraph.client.web.guard import ENTER, SAFE, Guard, Handler
from paraph.client.web.launch import Tokens
from paraph.client.web.office import Office
from paraph.client.web.rendering import page
from paraph.protocol.errors import (
    InputError,
    LockedError,
    OutOfTurnError,
    ParaphError,
    RefusedError,
    UnavailableError,
)

STATIC: Final = Path(__file__).with_name("static")
MOST_POSTED: Final = 4 * 1024 * 1024
"""Bytes of a posted form without files."""
_UNLOCKED: Final = frozenset({ENTER, "/unlock", "/language", "/hints", "/lock"})
_STATUS: Final = (
    (InputError, 400),
    (OutOfTurnError, 409),
    (RefusedError, 403),
    (UnavailableError, 503),
    (ParaphError, 500),
)


class Presence:
    """When somebody last asked for anything, to lock the desk behind a person who left.

    Args:
        lock_after_s: Seconds without a request; 0 = never.
    """

    def __init__(self, lock_after_s: float) -> None:
        self._after_s: Final = lock_after_s
        self._last = time.monotonic()

    def seen(self) -> None:
        """Somebody is there."""
        self._last = time.monotonic()

    async def lock_when_left(self, office: Office) -> None:
        """Lock the office whenever nobody asked for anything long enough, until cancelled."""
        while self._after_s:
            left_s = self._last + self._after_s - time.monotonic()
            if left_s <= 0:
                await office.lock()
                self.seen()
                left_s = self._after_s
            await asyncio.sleep(left_s)


PRESENCE: Final = web.AppKey("presence", Presence)


@web.middleware
async def _session(request: web.Request, handler: Handler) -> web.StreamResponse:
    # Without the session there is nothing but the way in; a strict cookie does not come along
    # from mail or another site, so the answer is a page whose link asks again from here.
    if request.path != ENTER and not request.app[asked.GUARD].knows(request):
        if request.path.startswith("/static/"):
            return await handler(request)
        return page(request, "stranger.html", status=403)
    return await handler(request)


@web.middleware
async def _lock(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path not in _UNLOCKED and not request.path.startswith("/static/"):
        if asked.office(request).is_locked:
            back = quote(request.path_qs) if request.method in SAFE else "/"
            raise web.HTTPSeeOther(f"/unlock?back={back}")
        if request.headers.get("Paraph-Live") is None:  # a refetch by a hint is nobody
            request.app[PRESENCE].seen()
    return await handler(request)


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return page(request, "missing.html", status=404)
    except LockedError:
        raise web.HTTPSeeOther("/unlock") from None
    except ParaphError as error:
        status = next(number for kind, number in _STATUS if isinstance(error, kind))
        return page(request, "error.html", status=status, error=error)


def make(office: Office, guard: Guard, tokens: Tokens, presence: Presence) -> web.Application:
    """Return the application of one running desk."""
    made = web.Application(
        middlewares=[guard.middleware, _session, _lock, _errors], client_max_size=MOST_POSTED
    )
    made[asked.OFFICE] = office
    made[asked.GUARD] = guard
    made[asked.TOKENS] = tokens
    made[PRESENCE] = presence
    made[leaving.ACTS] = leaving.Acts()
    made.add_routes(pages.routes())
    made.router.add_static("/static/", STATIC)
    return made
