"""The application: what a request passes before a page sees it, and what becomes of errors."""

from __future__ import annotations

import asyncio
import contextlib
import re
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

from aiohttp import web

from paraph.client.web import asked, assets, pages, passing, trouble, typed
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

MOST_POSTED: Final = 4 * 1024 * 1024
"""Bytes of a posted form without files."""
MOST_FIELDS: Final = 20_000
"""Fields of a posted form: the longest ones have some of each clause, in each language."""
MOST_POSTED_S: Final = 60.0
"""How long a form may take to arrive; it comes from this machine."""
_ACT: Final = re.compile("/leaving/[0-9a-f]{16}(?![0-9a-f])")
_NO_FORM: Final = "Expected a form, in UTF-8.\n"
_ATTACH: Final = re.compile("/leaving/[0-9a-f]{16}/attach")
_UNLOCKED: Final = frozenset(
    {
        ENTER,
        "/unlock",
        "/opening",
        "/language",
        "/theme",
        "/hints",
        "/lock",
        "/typed/before-locking",
    }
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
            return await _file(request, handler)
        again = asked.own_path(request.path_qs) if request.method in SAFE else "/"
        return page(request, "stranger.html", status=403, again=again)
    return await handler(request)


async def _file(request: web.Request, handler: Handler) -> web.StreamResponse:
    # To a stranger also the page on what is missing says nothing of this desk.
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return web.Response(status=404, text="There is no such file.\n")


@web.middleware
async def _lock(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path not in _UNLOCKED and not request.path.startswith("/static/"):
        await request.app[PRESENCE].lock_if_gone(asked.office(request))
        if asked.office(request).is_locked:
            raise web.HTTPSeeOther(f"/unlock?back={quote(await _way_back(request))}")
        if request.headers.get("Paraph-Live") is None:  # a refetch by a hint is nobody
            request.app[PRESENCE].seen()
        with asked.office(request).waits():
            return await handler(request)
    return await handler(request)


async def _way_back(request: web.Request) -> str:
    # Where a person goes on after unlocking: what was posted to a locked desk is kept for that.
    if request.method in SAFE:
        return request.path_qs
    if await _kept(request):
        return typed.LIST
    about = _ACT.match(request.path)
    return about[0] if about else "/"


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return page(request, "missing.html", status=404)
    except web.HTTPMethodNotAllowed:
        if request.method not in SAFE:
            raise
        raise web.HTTPSeeOther(await _page_above(request)) from None
    except web.HTTPRequestEntityTooLarge:
        return page(request, "too_large.html", status=413, most=MOST_POSTED)
    except web.HTTPException:
        raise
    except LockedError:
        raise web.HTTPSeeOther(f"/unlock?back={quote(await _way_back(request))}") from None
    except ParaphError as error:
        status = next(number for kind, number in _STATUS if isinstance(error, kind))
        kept = await _kept(request)
        return page(request, "error.html", status=status, error=error, kept=kept)
    except Exception as error:  # noqa: BLE001 - whatever it is: a calm page, and one line for us
        trouble.tell(error, request)
        return page(request, "mistake.html", status=500, kept=await _kept(request))


async def _page_above(request: web.Request) -> str:
    # What a form answered stands at an address that is only posted to: who comes back to it by
    # another language, by reloading or by a bookmark is shown the page that the form was on.
    for above in map(str, PurePosixPath(request.rel_url.raw_path).parents):
        if (await request.app.router.resolve(request.clone(rel_url=above))).http_exception is None:
            return asked.own_path(above)
    return "/"


async def _kept(request: web.Request) -> bool:
    # Whether what was typed in a form that came to nothing is kept, and may be shown again.
    with contextlib.suppress(ParaphError, web.HTTPException):
        return await typed.cut_off(request) is not None
    return False


@web.middleware
async def _posted(request: web.Request, handler: Handler) -> web.StreamResponse:
    # A form is read here, whole, so that one that never ends holds nothing but itself. A file is
    # read where one is taken, with bounds of its own, and nowhere else.
    if request.method == "POST" and not _ATTACH.fullmatch(request.path):
        charset = (request.charset or "utf-8").lower()
        if charset != "utf-8" or request.content_type.startswith("multipart/"):
            raise web.HTTPUnsupportedMediaType(text=_NO_FORM)
        try:
            async with asyncio.timeout(MOST_POSTED_S):
                (await request.read()).decode()
        except TimeoutError:
            raise web.HTTPRequestTimeout(text="The form did not arrive in time.\n") from None
        except UnicodeDecodeError:
            raise web.HTTPUnsupportedMediaType(text=_NO_FORM) from None
    return await handler(request)


def make(office: Office, guard: Guard, tokens: Tokens, presence: Presence) -> web.Application:
    """Return the application of one running desk."""
    made = web.Application(
        middlewares=[guard.middleware, _errors, _session, _posted, _lock],
        client_max_size=MOST_POSTED,
        client_max_fields=MOST_FIELDS,
    )
    made[asked.OFFICE] = office
    made[asked.GUARD] = guard
    made[asked.TOKENS] = tokens
    made[PRESENCE] = presence
    made[ACTS] = Acts()
    made[typed.TYPED] = typed.Kept()
    passing.clean(office.home)
    made.add_routes(pages.routes())
    made.add_routes([assets.route()])
    return made
