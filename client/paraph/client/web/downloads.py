"""Files that a person takes away: saved, never shown. A file of a peer runs nowhere.

``sandbox`` puts whatever opens it in an origin of its own without scripts, in case a browser shows
it all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiohttp import web

from paraph.client.negotiating.attachments import safe_name
from paraph.client.web.guard import HEADERS

_HEADERS: Final = {"Content-Security-Policy": "default-src 'none'; sandbox"}
BYTES: Final = "application/octet-stream"
PIECE: Final = 1024 * 1024
"""Bytes of a file that are in memory at once."""


def headers(name: str) -> dict[str, str]:
    """Return the headers of a file to be saved under *name*, which may be a peer's."""
    safe = safe_name(name)
    plain = "".join(each if each.isascii() and each.isprintable() else "_" for each in safe)
    plain = plain.replace('"', "_").replace("\\", "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
    return {**_HEADERS, "Content-Disposition": disposition}


def data(name: str, content: bytes, kind: str = BYTES) -> web.Response:
    """Answer with *content* to be saved as *name*."""
    return web.Response(body=content, content_type=kind, headers=headers(name))


async def stream(request: web.Request, name: str, path: Path) -> web.StreamResponse:
    """Answer with the file at *path*, piece by piece: it may be larger than what memory has."""
    answer = web.StreamResponse(headers={**HEADERS, **headers(name), "Content-Type": BYTES})
    with path.open("rb") as file, contextlib.suppress(ConnectionError):  # it was cancelled there
        answer.content_length = os.fstat(file.fileno()).st_size
        await answer.prepare(request)
        while request.method != "HEAD" and (piece := await asyncio.to_thread(file.read, PIECE)):
            await answer.write(piece)
        await answer.write_eof()
    return answer


def archive(name: str, files: Mapping[str, bytes]) -> web.Response:
    """Answer with a ZIP archive of *files*; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(files):
            packed.writestr(zipfile.ZipInfo(path), files[path])
    return data(name, made.getvalue(), "application/zip")


def folder(name: str, path: Path) -> web.Response:
    """Answer with a ZIP archive of everything below *path*."""
    files = {
        str(each.relative_to(path)): each.read_bytes() for each in path.rglob("*") if each.is_file()
    }
    return archive(name, files)
