"""Light, dark, or as the system is: what the person chose, kept in a cookie."""

from __future__ import annotations

from typing import Final

from aiohttp import web

N_: Final = str
COOKIE: Final = "paraph-theme"
THEMES: Final = {"system": N_("as the system"), "light": N_("light"), "dark": N_("dark")}


def chosen(request: web.Request) -> str:
    """Return the theme that the person chose; ``system`` if none."""
    kept = request.cookies.get(COOKIE, "")
    return kept if kept in THEMES else "system"
