"""The map of keys, and what a person may choose: language, light or dark; who the desk is."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.web import asked, language, theme
from paraph.client.web.keymap import EVERYWHERE, KEYS
from paraph.client.web.presence import PRESENCE
from paraph.client.web.rendering import page


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
    office = asked.office(request)
    return page(
        request,
        "settings.html",
        vault=office.vault.content,
        themes=theme.THEMES,
        chosen_language=language.chosen(request),
        lock_after_s=request.app[PRESENCE].after_s,
        origin=request.app[asked.GUARD].origin,
    )


ROUTES: Final = (web.get("/keys", keys), web.get("/settings", settings))
