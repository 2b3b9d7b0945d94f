"""The application: what a request passes before a page sees it, and what becomes of errors."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiohttp import web

from paraph.client.web import asked, attaching, pages, trouble
from paraph.client.web.acts import ACTS, Acts
from paraph.client.web.guard import ENTER, SAFE, Guard, Handler
from paraph.client.web.launch import Tokens
from paraph.client.web.office import Office
from paraph.client.web.presence import PRESENCE, Presence
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
MOST_POSTED_S: Final = 60.0
"""How long a form may take to arrive; it comes from this machine."""
_UNLOCKED: Final = frozenset(
    {ENTER, "/unlock", "/opening", "/language", "/theme", "/hints", "/lock"}
)
_STATUS: Final = (
    (InputError, 400),
    (OutOfTurnError, 409),
    (RefusedError, 403),
    (UnavailableError, 503),
    (ParaphError, 500),
)


@web.middleware
async def _session(request: web.Request, handler: Handler) -> web.StreamResponse:
    # Without the session there is nothing but the way in; a strict cookie does not come along
    # from mail or another site, so the answer is a page whose link asks again from here.
    if request.path != ENTER and not request.app[asked.GUARD].knows(request):
        if request.path.startswith("/static/"):
            return await handler(request)
        again = asked.own_path(request.path_qs) if request.method in SAFE else "/"
        return page(request, "stranger.html", status=403, again=again)
    return await handler(request)


@web.middleware
async def _lock(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path not in _UNLOCKED and not request.path.startswith("/static/"):
        await request.app[PRESENCE].lock_if_gone(asked.office(request))
        if asked.office(request).is_locked:
            back = quote(request.path_qs) if request.method in SAFE else "/"
            raise web.HTTPSeeOther(f"/unlock?back={back}")
        if request.headers.get("Paraph-Live") is None:  # a refetch by a hint is nobody
            request.app[PRESENCE].seen()
        with asked.office(request).waits():
            return await handler(request)
    return await handler(request)


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return page(request, "missing.html", status=404)
    except web.HTTPRequestEntityTooLarge:
        return page(request, "too_large.html", status=413, most=MOST_POSTED)
    except web.HTTPException:
        raise
    except LockedError:
        raise web.HTTPSeeOther("/unlock") from None
    except ParaphError as error:
        status = next(number for kind, number in _STATUS if isinstance(error, kind))
        return page(request, "error.html", status=status, error=error)
    except Exception as error:  # noqa: BLE001 - whatever it is: a calm page, and one line for us
        trouble.tell(error, request)
        return page(request, "mistake.html", status=500)


@web.middleware
async def _posted(request: web.Request, handler: Handler) -> web.StreamResponse:
    # A form is read here, whole, so that one that never ends holds nothing but itself. Files are
    # read where they are taken (paraph.client.web.uploads), with bounds of their own.
    if request.method == "POST" and not request.content_type.startswith("multipart/"):
        try:
            async with asyncio.timeout(MOST_POSTED_S):
                await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout(text="The form did not arrive in time.\n") from None
    return await handler(request)


def make(office: Office, guard: Guard, tokens: Tokens, presence: Presence) -> web.Application:
    """Return the application of one running desk."""
    made = web.Application(
        middlewares=[guard.middleware, _errors, _session, _lock, _posted],
        client_max_size=MOST_POSTED,
    )
    made[asked.OFFICE] = office
    made[asked.GUARD] = guard
    made[asked.TOKENS] = tokens
    made[PRESENCE] = presence
    made[ACTS] = Acts()
    attaching.clean(office.home)
    made.add_routes(pages.routes())
    made.router.add_static("/static/", STATIC)
    return made
