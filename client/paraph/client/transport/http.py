"""Requests to a relay, and what their failures mean (SPEC 8.4, 8.6).

A time-out, a cut connection and a 5xx mean *unknown*, never *failed*: the same bytes may be sent
again. A relay that asks for time (``Retry-After``) gets it before the next request of any kind.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Final

import aiohttp

from paraph.client.backoff import Sleep
from paraph.client.transport.pinning import NO_PIN, check_card, tls_context
from paraph.protocol.errors import (
    ForgedError,
    MalformedError,
    ParaphError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.sentences import sentence, worded
from paraph.protocol.wire import FRAME, Refused, RelayCard

TIMEOUT_S: Final = 30.0
"""How long a request may take in all; a part of a large blob is one request."""
CONNECT_S: Final = 10.0
MAX_PAUSE_S: Final = 30.0
"""The longest time that a relay may ask for; beyond it the caller hears of the refusal."""
MSGPACK: Final = "application/x-msgpack"
UNKNOWN: Final = frozenset({"unavailable", "full", "internal"})
"""Codes after which nobody knows whether the request was carried out."""


def refusal(refused: Refused) -> ParaphError:
    """Return a relay's refusal as the error it means."""
    if refused.code in UNKNOWN:
        return UnavailableError(
            worded("the relay cannot tell the outcome (%(code)s)", code=refused.code)
        )
    return RefusedError(
        worded("the relay refused: %(message)s", message=sentence(refused.message)),
        code=refused.code,
        retry_after_s=refused.retry_after_s,
    )


@contextlib.contextmanager
def network_errors() -> Iterator[None]:
    """Turn whatever the network does wrong into *unavailable*; a wrong pin into *forged*."""
    try:
        yield
    except aiohttp.ClientConnectorCertificateError as error:
        raise ForgedError(
            "the relay shows another certificate than the relay card names",
            code="pin",
            hint="ask the operator by another channel whether the certificate was renewed, and"
            " for a new card; do not go on if it was not",
        ) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise UnavailableError(
            worded("cannot reach the relay: %(why)s", why=_why(error)),
            hint="see whether the relay runs and is reachable, then try again: nothing is lost",
        ) from error


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return worded("it did not answer in time")
    if isinstance(error, aiohttp.ClientConnectorError):
        return worded("no connection")
    return type(error).__name__


class Http:
    """The connections to one relay.

    Args:
        card: How it is reached.
        timeout_s: Longest time of a request.
        sleep: What waits.

    Attributes:
        host: Host and port of the card's address, as written.

    Raises:
        InputError: A card that must not be used.
    """

    def __init__(
        self, card: RelayCard, *, timeout_s: float = TIMEOUT_S, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.host: Final = check_card(card)
        self._base: Final = card.address.rstrip("/")
        self._pin: Final = card.pin
        self._timeout: Final = aiohttp.ClientTimeout(
            total=timeout_s, connect=min(CONNECT_S, timeout_s)
        )
        self._sleep: Final = sleep
        self._session: aiohttp.ClientSession | None = None
        self._pause_until = 0.0

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            plain = self._pin == NO_PIN
            watch = aiohttp.TraceConfig()
            watch.on_request_redirect.append(_stay)
            connector = aiohttp.TCPConnector(
                ssl=True if plain else tls_context(self._pin), limit=16
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                trace_configs=[watch],
                headers={"User-Agent": "paraph"},
            )
        return self._session

    def pause(self, seconds: float) -> None:
        """Send nothing for so long, because the relay asked for it."""
        until = asyncio.get_running_loop().time() + min(seconds, MAX_PAUSE_S)
        self._pause_until = max(self._pause_until, until)

    async def ready(self) -> None:
        """Wait out what the relay asked for."""
        left = self._pause_until - asyncio.get_running_loop().time()
        if left > 0:
            self._pause_until = 0.0
            await self._sleep(left)

    async def request(
        self,
        method: str,
        path: str,
        *,
        token: bytes = b"",
        body: bytes | None = None,
        params: Mapping[str, str] | None = None,
        most: int = FRAME.size,
    ) -> tuple[bytes, Mapping[str, str]]:
        """Send a request and return body and headers of a good answer.

        Args:
            method: HTTP method.
            path: Path from the relay's base.
            token: Of the session; empty before there is one.
            body: Bytes to send.
            params: Query.
            most: Bytes that the answer may have.

        Raises:
            RefusedError: The relay refused.
            UnavailableError: The outcome is unknown.
            ForgedError: Code ``pin``.
            MalformedError: The answer is too large, or a refusal that is no record.
        """
        await self.ready()
        with network_errors():
            async with self._open().request(
                method,
                self._base + path,
                data=body,
                params=params,
                headers=_headers(token),
                allow_redirects=False,
            ) as response:
                data = await _read(response, most)
                if response.status in (200, 204, 206):
                    return data, response.headers
                raise self._error(response.status, response.headers, data)

    def _error(self, status: int, headers: Mapping[str, str], data: bytes) -> ParaphError:
        try:
            refused = Refused.decode(data)
        except MalformedError:
            if status >= 500 or status == 429:
                self.pause(_seconds(headers))
                return UnavailableError(worded("the relay answered %(status)s", status=status))
            if status == 401:
                return RefusedError("expected a session of this relay", code="session")
            return MalformedError(
                worded("expected a refusal as a record, got status %(status)s", status=status)
            )
        if status in (429, 503):
            self.pause(refused.retry_after_s or _seconds(headers))
        return refusal(refused)

    async def stream(self, path: str, *, token: bytes, offset: int) -> AsyncIterator[bytes]:
        """Yield the bytes of a blob from *offset* on."""
        await self.ready()
        headers = _headers(token) | ({"Range": f"bytes={offset}-"} if offset else {})
        timeout = aiohttp.ClientTimeout(total=None, sock_read=self._timeout.total)
        with network_errors():
            async with self._open().get(
                self._base + path, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                if response.status != (206 if offset else 200):
                    data = await _read(response, FRAME.size)
                    raise self._error(response.status, response.headers, data)
                async for piece in response.content.iter_chunked(256 * 1024):
                    yield piece

    async def websocket(self, path: str, *, token: bytes) -> aiohttp.ClientWebSocketResponse:
        """Open a WebSocket.

        Raises:
            RefusedError: Code ``session``.
            UnavailableError: Anything else.
        """
        await self.ready()
        with network_errors():
            try:
                return await self._open().ws_connect(
                    self._base + path,
                    headers=_headers(token),
                    timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
                    heartbeat=20.0,
                    compress=0,
                    max_msg_size=FRAME.size + 1,
                )
            except aiohttp.WSServerHandshakeError as error:
                if error.status == 401:
                    raise RefusedError(
                        "expected a session of this relay", code="session"
                    ) from error
                self.pause(_seconds(error.headers or {}))
                raise UnavailableError(
                    worded("the relay answered %(status)s", status=error.status)
                ) from error


async def _stay(
    _: aiohttp.ClientSession, __: object, redirect: aiohttp.TraceRequestRedirectParams
) -> None:
    # A WebSocket cannot be asked not to follow: the relay would choose whom this machine calls.
    redirect.response.close()
    raise aiohttp.ClientError("expected no redirect")


def _headers(token: bytes) -> dict[str, str]:
    headers = {"Content-Type": MSGPACK}
    if token:
        headers["Authorization"] = f"Bearer {token.hex()}"
    return headers


def _seconds(headers: Mapping[str, str]) -> int:
    text = headers.get("Retry-After", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    pieces, size = [], 0
    async for piece in response.content.iter_chunked(256 * 1024):
        size += len(piece)
        if size > most:
            response.close()
            raise MalformedError(worded("expected an answer of at most %(most)s bytes", most=most))
        pieces.append(piece)
    return b"".join(pieces)
