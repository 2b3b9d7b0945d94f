"""Coming in, being locked out, choosing the language, hints: what stands before any page."""

from __future__ import annotations

import contextlib
from typing import Final

from aiohttp import web

from paraph.client.web import asked, language
from paraph.client.web.guard import ENTER, HEADERS
from paraph.client.web.rendering import page
from paraph.protocol.errors import LockedError

YEAR_S: Final = 365 * 24 * 3600


async def offer(request: web.Request) -> web.Response:
    """Show the button that posts the token of a printed address: a visit alone uses nothing up."""
    return page(request, "enter.html", token=request.query.get("token", ""), refused=False)


async def enter(request: web.Request) -> web.Response:
    """Give the session to whoever shows the token."""
    form = await request.post()
    shown = form.get("token")
    if not isinstance(shown, str) or not request.app[asked.TOKENS].use(shown):
        return page(request, "enter.html", token="", refused=True, status=403)
    # Not a redirect: the cookie is strict, and the way here began on another page.
    response = page(request, "entered.html")
    request.app[asked.GUARD].admit(response)
    return response


async def locked(request: web.Request) -> web.Response:
    """Ask for the passphrase."""
    return page(request, "unlock.html", wrong=False, back=request.query.get("back", "/"))


async def unlock(request: web.Request) -> web.Response:
    """Open the key file."""
    form = await request.post()
    back, passphrase = str(form.get("back", "/")), str(form.get("passphrase", ""))
    try:
        await asked.office(request).unlock(passphrase.encode())
    except LockedError:
        return page(request, "unlock.html", wrong=True, back=back, status=403)
    raise web.HTTPSeeOther(back if back.startswith("/") and back[:2] != "//" else "/")


async def lock(request: web.Request) -> web.Response:
    """Forget the keys now."""
    await asked.office(request).lock()
    raise web.HTTPSeeOther("/unlock")


async def choose_language(request: web.Request) -> web.Response:
    """Keep the language that the person chose."""
    form = await request.post()
    chosen, back = str(form.get("language", "")), str(form.get("back", "/"))
    response = web.HTTPSeeOther(back if back.startswith("/") and back[:2] != "//" else "/")
    if chosen in language.LANGUAGES:
        response.set_cookie(
            language.COOKIE, chosen, max_age=YEAR_S, httponly=True, samesite="Strict"
        )
    raise response


async def hints(request: web.Request) -> web.StreamResponse:
    """Tell the page that something came, until it is closed."""
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", **HEADERS})
    await stream.prepare(request)
    with contextlib.suppress(ConnectionResetError):  # the page was closed
        async for hint in asked.office(request).hints.listen():
            await stream.write(b"event: %s\ndata:\n\n" % hint.encode())
    return stream


ROUTES: Final = (
    web.get(ENTER, offer),
    web.post(ENTER, enter),
    web.get("/unlock", locked),
    web.post("/unlock", unlock),
    web.post("/lock", lock),
    web.post("/language", choose_language),
    web.get("/hints", hints),
)
