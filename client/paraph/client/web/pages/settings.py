"""The map of keys, and what a person may choose: language, light or dark; who the desk is."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.web import asked, choices, language, theme
from paraph.client.web.keymap import EVERYWHERE, KEYS
from paraph.client.web.posted import Posted
from paraph.client.web.presence import PRESENCE
from paraph.client.web.rendering import page

MINUTES: Final = (2, 5, 10, 15, 30, 60, 240, 0)
"""After which the desk may lock, as the page offers them; 0 = never by itself."""


async def keys(request: web.Request) -> web.Response:
    """Show every key that does something, by where it does."""
    places = dict.fromkeys(each.where for each in (*EVERYWHERE, *KEYS))
    shown = {
        place: tuple(each for each in (*EVERYWHERE, *KEYS) if each.where == place)
        for place in places
    }
    return page(request, "keys.html", places=shown)


async def settings(request: web.Request) -> web.Response:
    """Show what may be chosen, and who this desk is."""
    return _settings(request, Posted.empty(), 200)


def _settings(request: web.Request, form: Posted, status: int) -> web.Response:
    office = asked.office(request)
    minutes = round(request.app[PRESENCE].after_s / 60)
    return page(
        request,
        "settings.html",
        status=status,
        form=form,
        vault=office.vault.content,
        themes=theme.THEMES,
        chosen_language=language.chosen(request),
        minutes=minutes,
        offered=MINUTES if minutes in MINUTES else (minutes, *MINUTES),
        kept_minutes=choices.lock_after(office.home),
        origin=request.app[asked.GUARD].origin,
    )


async def choose_lock(request: web.Request) -> web.Response:
    """Choose after how long without anybody the desk locks: from now on, and at the next start."""
    form = await Posted.read(request)
    said = form.values.get("minutes", "")
    minutes = int(said) if said.isascii() and said.isdigit() and len(said) < 5 else -1
    if not 0 <= minutes <= choices.MOST_MINUTES:
        form.fault("minutes", "Please choose one.")
        return _settings(request, form, 400)
    request.app[PRESENCE].after_s = 60 * minutes
    choices.keep_lock_after(asked.office(request).home, minutes)
    raise web.HTTPSeeOther("/settings#lock")


ROUTES: Final = (
    web.get("/keys", keys),
    web.get("/settings", settings),
    web.post("/settings/lock-after", choose_lock),
)
