"""A version taken away for other programs and for paper: copies, never the record."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.negotiating.export import FORMATS
from paraph.client.negotiating.export.subject import subject_of
from paraph.client.web import asked, clauses, downloads, texts
from paraph.protocol.errors import InputError

ENDINGS: Final = {
    "text": ("txt", "text/plain"),
    "markdown": ("md", "text/markdown"),
    "json": ("json", "application/json"),
    "annotations": ("jsonld", "application/ld+json"),
    "akn": ("xml", "application/xml"),
}
"""Format to the ending of its file, and its media type."""


async def save(request: web.Request) -> web.Response:
    """Hand out a version in a format, in every language or in one."""
    room, form = asked.room(request), request.match_info["form"]
    version = texts.chosen(room, request.query.get("v", ""))
    if version is None:
        raise InputError("no text was tabled yet", code="unknown-version")
    wanted, every = request.query.get("lang", ""), room.state.languages
    languages = (wanted,) if wanted in every else every
    written = FORMATS[form](subject_of(room.desk, room.talks, version, languages))
    ending, kind = ENDINGS[form]
    name = clauses.name(room.talks, version).replace(" ", "-")
    tongue = f"-{wanted}" if len(languages) == 1 else ""
    return downloads.data(f"{name}{tongue}.{ending}", written.encode(), kind)


ROUTES: Final = (web.get("/n/{negotiation}/text/save/{form:" + "|".join(FORMATS) + "}", save),)
