"""Coming in, being locked out, choosing the language, hints: what stands before any page."""

from __future__ import annotations

import collections
import contextlib
from typing import Final
from urllib.parse import quote

from aiohttp import web

from paraph.client.web import asked, choices, language, theme
from paraph.client.web.guard import ENTER, HEADERS
from paraph.client.web.presence import PRESENCE
from paraph.client.web.rendering import page
from paraph.client.web.words import KINDS
from paraph.protocol.errors import LockedError

YEAR_S: Final = 365 * 24 * 3600
PATIENCE_S: Final = 0.7
"""How long a person waits for an open desk without being shown how far it has come."""


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
    for name, value in choices.kept(asked.office(request).home).items():
        _give(response, name, value)
    return response


async def locked(request: web.Request) -> web.Response:
    """Ask for the passphrase."""
    back = asked.own_path(request.query.get("back"))
    if asked.office(request).is_opening:
        raise web.HTTPSeeOther(_opening(back))
    return page(request, "unlock.html", wrong=False, back=back)


async def unlock(request: web.Request) -> web.Response:
    """Open the key file, and the channels: what takes long is watched on a page of its own."""
    form, office = await request.post(), asked.office(request)
    back, passphrase = asked.own_path(form.get("back")), str(form.get("passphrase", ""))
    await request.app[PRESENCE].lock_if_gone(office)
    try:
        await office.begin(passphrase.encode())
    except LockedError:
        return page(request, "unlock.html", wrong=True, back=back, status=403)
    request.app[PRESENCE].seen()
    raise web.HTTPSeeOther(back if await office.opened(PATIENCE_S) else _opening(back))


async def opening(request: web.Request) -> web.Response:
    """Show how far the opening has come, and lead on when it is done."""
    office, back = asked.office(request), asked.own_path(request.query.get("back"))
    if office.is_opening:
        done, total = office.read
        return page(request, "opening.html", back=back, done=done, total=total)
    if request.headers.get("HX-Request"):  # asked by script: the window itself has to go on
        return web.Response(headers={"HX-Redirect": _opening(back)})
    raise web.HTTPSeeOther(back if await office.opened() else f"/unlock?back={quote(back)}")


def _opening(back: str) -> str:
    return f"/opening?back={quote(back)}"


async def lock(request: web.Request) -> web.Response:
    """Forget the keys now."""
    await asked.office(request).lock()
    raise web.HTTPSeeOther("/unlock")


async def choose_language(request: web.Request) -> web.Response:
    """Keep the language that the person chose."""
    form = await request.post()
    response = web.HTTPSeeOther(asked.own_path(form.get("back")))
    if (chosen := str(form.get("language", ""))) in language.LANGUAGES:
        _keep(request, response, language.COOKIE, chosen)
    raise response


async def choose_theme(request: web.Request) -> web.Response:
    """Keep whether the person wants it light, dark, or as the system is."""
    form = await request.post()
    response = web.HTTPSeeOther(asked.own_path(form.get("back")))
    if (chosen := str(form.get("theme", ""))) in theme.THEMES:
        _keep(request, response, theme.COOKIE, chosen)
    raise response


def _keep(request: web.Request, response: web.HTTPSeeOther, name: str, value: str) -> None:
    choices.keep(asked.office(request).home, name, value)
    _give(response, name, value)


def _give(response: web.StreamResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR_S, httponly=True, samesite="Strict")


async def hints(request: web.Request) -> web.StreamResponse:
    """Tell the page that something came, until it is closed or the desk stops."""
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", **HEADERS})
    with contextlib.suppress(ConnectionError):  # the page was closed
        await stream.prepare(request)
        async with contextlib.aclosing(asked.office(request).hints.listen()) as told:
            async for hint in told:
                await stream.write(f"event: {hint.kind}\ndata: {hint.number}\n\n".encode())
    return stream


async def news(request: web.Request) -> web.Response:
    """Say in words what came with the hints after a number: who said what, and how much of it."""
    after = request.query.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 12 else 0
    words, office = language.words(request), asked.office(request)
    inner = office.chancery.channel if office.chancery is not None else None
    found: dict[str, collections.Counter[str]] = {}
    for came in office.hints.news(start):
        who = words.gettext("inside") if came.channel == inner else came.party
        called = words.gettext(KINDS.get(came.kind, came.kind))
        found.setdefault(who, collections.Counter())[called] += 1
    said = (
        f"{who}: " + ", ".join(f"{kind} ({n})" if n > 1 else kind for kind, n in kinds.items())
        for who, kinds in found.items()
    )
    return web.Response(text="; ".join(said))


ROUTES: Final = (
    web.get(ENTER, offer),
    web.post(ENTER, enter),
    web.get("/unlock", locked),
    web.post("/unlock", unlock),
    web.get("/opening", opening),
    web.post("/lock", lock),
    web.post("/language", choose_language),
    web.post("/theme", choose_theme),
    web.get("/hints", hints),
    web.get("/news", news),
)
