"""Mistakes of this program: a calm page for the person, one line without content for whoever asks.

The line names the kind of the mistake and the place in the code. It holds no message and no value:
those may be words of a draft, and a terminal is kept and copied.
"""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from typing import Final

from aiohttp import web

LOG: Final = logging.getLogger("paraph.desk.server")
"""What aiohttp has to say of a connection; see :func:`quiet`."""


def line(error: BaseException, request: web.BaseRequest | None = None) -> str:
    """Return the one line on a mistake: kind, place in the code, route; no message, no value."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    route = ""
    if isinstance(request, web.Request) and request.match_info.route.resource is not None:
        route = f", {request.method} {request.match_info.route.resource.canonical}"
    return f"a mistake of this program: {type(error).__name__} in {place}{route}"


def tell(error: BaseException, request: web.BaseRequest | None = None) -> None:
    """Say on stderr that something went wrong, in one line."""
    _write(line(error, request))


def _write(said: str) -> None:
    sys.stderr.write(f"{said}\n")


class _OneLine(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        _write(line(error) if error is not None else f"server: {record.msg}")


def quiet() -> logging.Logger:
    """Return the logger for the server: what is not a page's mistake, in one line each."""
    if not any(isinstance(each, _OneLine) for each in LOG.handlers):
        LOG.addHandler(_OneLine(logging.WARNING))
        LOG.propagate = False
    return LOG
