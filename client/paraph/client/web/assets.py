"""Style sheets, scripts and the picture of the pages: read once at the start, served from memory.

The browser keeps none of them, so every page asks for four or five. A file that a thread reads
waits for the interpreter's lock several times, and while a desk makes ahead what its pages need
that was up to half a second before the first of them was painted.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from aiohttp import web

STATIC: Final = Path(__file__).with_name("static")
_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def _read() -> Mapping[str, tuple[bytes, str]]:
    # By the path below the folder; what stands there for people alone is not served.
    files = (each for each in STATIC.rglob("*") if each.suffix in _KINDS)
    return MappingProxyType(
        {
            each.relative_to(STATIC).as_posix(): (each.read_bytes(), _KINDS[each.suffix])
            for each in files
        }
    )


def route() -> web.RouteDef:
    """Return the route that serves them; 404 for any other name."""
    files = _read()

    async def serve(request: web.Request) -> web.Response:
        found = files.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        body, kind = found
        return web.Response(body=body, content_type=kind, charset="utf-8")

    return web.get("/static/{name:.+}", serve)
