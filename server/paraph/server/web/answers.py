"""The one map from errors to HTTP answers; every error body is a record `refused` (SPEC 8.6)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.protocol.errors import (
    EquivocationError,
    ForgedError,
    IntegrityError,
    MalformedError,
    MisuseError,
    OutOfTurnError,
    ParaphError,
    RefusedError,
    UnavailableError,
    UnsupportedError,
)
from paraph.protocol.wire import Placed, Refused

MSGPACK: Final = "application/x-msgpack"
RETRY_S: Final = 1
"""Seconds after which the same bytes may be tried again where the error does not say."""

_BY_CODE: Final = {
    "malformed": 400,
    "session": 401,
    "role": 403,
    "forged": 403,
    "code": 403,
    "not-admitted": 403,
    "unknown-sender": 403,
    "key-ended": 403,
    "key-expired": 403,
    "suspended": 403,
    "recipients": 403,
    "read-only": 403,
    "unknown-channel": 404,
    "body": 404,
    "not-found": 404,
    "method": 405,
    "too-slow": 408,
    "too-large": 413,
    "range": 416,
    "expectation": 417,
    "quota": 429,
    "head": 431,
    "internal": 500,
    "busy": 503,
    "unavailable": 503,
    "draining": 503,
    "full": 507,
}
_BY_CLASS: Final[tuple[tuple[type[ParaphError], int], ...]] = (
    (MalformedError, 400),
    (UnsupportedError, 400),
    (ForgedError, 403),
    (OutOfTurnError, 409),
    (EquivocationError, 409),
    (RefusedError, 409),  # the rules of SPEC 5.5 that depend on the state of the log
    (UnavailableError, 503),
    (IntegrityError, 503),
)
_BY_HTTP: Final = {
    404: ("not-found", "expected a path of SPEC 8"),
    405: ("method", "expected another method for this path"),
    413: ("too-large", "expected a smaller body"),
    416: ("range", "expected a range within the blob"),
    417: ("expectation", "expected no other expectation than 100-continue"),
    431: ("head", "expected a smaller request head"),
}

INTERNAL: Final = MisuseError("a fault of the relay's own")
"""Stands for a bug of ours."""


def refusal(error: ParaphError, request: int = 0) -> Refused:
    """Return what a peer is told of *error*: code and short text, never the detail.

    Args:
        error: What was raised.
        request: The number of the request that it answers.
    """
    status = status_of(error)
    code, message = error.code, str(error)
    if status == 500:
        code, message = "internal", "a fault of the relay's own"
    elif isinstance(error, UnavailableError | IntegrityError):
        # The outcome is unknown, and why is the operator's business.
        code = "full" if status == 507 else "unavailable"
        message = "outcome unknown: send the same bytes again"
    retry = error.retry_after_s if isinstance(error, RefusedError) else 0
    if status in (429, 500, 503, 507):
        retry = retry or RETRY_S
    return Refused(request=request, code=code, message=message[:400], retry_after_s=retry, note=b"")


def status_of(error: ParaphError) -> int:
    """Return the HTTP status for *error*; 500 for a bug of ours."""
    if isinstance(error, UnavailableError | IntegrityError):
        return 507 if error.code == "full" else 503
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    return next((status for kind, status in _BY_CLASS if isinstance(error, kind)), 500)


def answer(body: bytes, status: int = 200, retry_after_s: int = 0) -> web.Response:
    """Return a response of one record or frame."""
    headers = {"Cache-Control": "no-store"}
    if retry_after_s:
        headers["Retry-After"] = str(retry_after_s)
    return web.Response(body=body, status=status, content_type=MSGPACK, headers=headers)


def refused(error: ParaphError, request: int = 0) -> web.Response:
    """Return the response for *error*."""
    status, told = status_of(error), refusal(error, request)
    response = answer(told.encode(), status, told.retry_after_s)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def session_refused() -> RefusedError:
    """Return the one error for whatever is wrong with a session: none can be told apart."""
    return RefusedError("expected a session of this relay", code="session")


def numbered(placed: Placed, request: int) -> Placed:
    """Return *placed* as the answer to the request of that number."""
    if placed.request == request:
        return placed
    return Placed(request=request, index=placed.index, proof=placed.proof, envelope=placed.envelope)


def refused_http(status: int) -> web.Response:
    """Return the response for a fault of HTTP itself, with its canonical body."""
    code, message = _BY_HTTP.get(status, ("malformed", "expected HTTP/1.1 as in SPEC 8"))
    return refused(RefusedError(message, code=code))
