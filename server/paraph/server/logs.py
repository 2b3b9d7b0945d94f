"""JSON lines to stderr, made of an allow-list of fields: no content, no names, ids cut short.

The rules, all of them:

- A line is an event (a fixed word of our own code) and fields of :data:`FIELDS`; any other field
  is dropped and counted under ``dropped``.
- Bytes are ids: the first four stand as hex. Text must be a word of ours (:data:`WORD`), else it
  is dropped too; so nothing that a peer chose can reach a log.
- Addresses of peers are never logged.
- What aiohttp and asyncio log becomes a line that names the logger and the type of exception;
  their messages and tracebacks can hold requests, so they are dropped.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog

FIELDS: Final = frozenset(
    {
        # what and how
        "method", "route", "status", "code", "close_code", "ms", "outcome", "reason", "where",
        "error", "source", "signal", "check",
        # which: ids, cut short
        "request", "channel", "key", "statement", "digest", "pin",
        # how much
        "index", "size", "count", "bytes_in", "bytes_out", "batch", "channels", "connections",
        "sessions", "codes", "dropped", "port", "pid", "version", "seconds", "free_mib",
    }
)  # fmt: skip
"""Every field that a line may have."""
WORD: Final = re.compile(r"[A-Za-z0-9/{}:._-]{0,120}", re.ASCII)
"""What a text in a line may look like: a code, a route's pattern, a place in our source."""
SHORT_BYTES: Final = 4
"""Bytes of an id that are shown: enough to follow one, too few to name it elsewhere."""

_KEPT: Final = frozenset({"event", "level", "timestamp"})
Event = MutableMapping[str, Any]


def allow(_logger: object, _method: str, event: Event) -> Event:
    """Keep what may be logged; drop and count the rest."""
    kept: Event = {}
    dropped = 0
    for name, value in event.items():
        shown = _shown(value) if name in FIELDS or name in _KEPT else None
        if shown is None:
            dropped += 1
        else:
            kept[name] = shown
    if dropped:
        kept["dropped"] = dropped
    return kept


def _shown(value: object) -> str | int | float | None:
    if isinstance(value, bytes):
        return value[:SHORT_BYTES].hex()
    if isinstance(value, str):
        return value if WORD.fullmatch(value) else None
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, float):
        return round(value, 3)
    return None


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every line of this process through the allow-list to *stream*, by default stderr."""
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            allow,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    handler = logging.StreamHandler()
    handler.addFilter(_foreign)
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


def _foreign(record: logging.LogRecord) -> bool:
    # A filter: takes the line of a library, logs that there was one, and lets nothing through.
    error = record.exc_info[1] if record.exc_info else None
    fields: dict[str, object] = {"source": record.name}
    if error is not None:
        fields |= describe(error)
    structlog.get_logger().log(record.levelno, "library", **fields)
    return False


def describe(error: BaseException) -> dict[str, object]:
    """Return the fields that say what went wrong and where, and never its text."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if "/paraph/" in each.filename] or list(frames)
    where = "none"
    if ours:
        name = ours[-1].filename.rsplit("/paraph/", 1)[-1].rsplit("/site-packages/", 1)[-1]
        where = f"{name}:{ours[-1].lineno}"
    return {"error": type(error).__name__, "where": where}
