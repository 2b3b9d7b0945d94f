"""The relay's HTTP: which path does what, in which session, with how large a body (SPEC 8)."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import re
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from paraph.protocol.errors import (
    IntegrityError,
    MalformedError,
    ParaphError,
    PeerError,
    RefusedError,
)
from paraph.protocol.names import Digest
from paraph.protocol.schema import CLEAR
from paraph.protocol.tiles import ENTRIES, Tile
from paraph.protocol.wire import (
    FOUNDING,
    FRAME,
    Admission,
    Founding,
    SessionRequest,
    Submit,
    pack_frame,
    unpack_frame,
)
from paraph.server.clock import Clock
from paraph.server.config import Config
from paraph.server.logs import describe
from paraph.server.memory import Freed
from paraph.server.ports import Channel, Service
from paraph.server.quotas import Quotas, Rate
from paraph.server.tls import Certificate
from paraph.server.web import answers
from paraph.server.web.guard import peer_of, read_body
from paraph.server.web.stream import CLOSE_S, Stream

CERTIFICATE_DAYS: Final = 7
"""Days before its certificate ends from which on the relay says that it is not ready."""
PROBE_S: Final = 5.0
"""Seconds for which one answer of ``/readyz`` serves all: each writes to the disk."""
NO_SESSION_S: Final = 0.05
"""Seconds after which a session is refused, whatever is wrong: some causes are found sooner than
others, and the time would tell which channels and keys exist."""
CHUNK: Final = 256 * 1024
"""Bytes of a blob that are read and sent at a time."""
MAX_PEERS: Final = 10_000
"""Addresses whose request rate is remembered."""
FOREVER: Final = "private, max-age=31536000, immutable"
"""What stands under a digest, or in a full tile, never changes; and it is not for proxies."""

_BEARER: Final = re.compile(r"Bearer ([0-9a-f]{64})", re.ASCII)
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_HEX: Final = "[0-9a-f]{64}"
_log = structlog.get_logger
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Routes:
    """The handlers and what they share.

    Args:
        service: The relay.
        config: Its settings.
        clock: Its clock.
        certificate: What the listener shows; ``None`` for plain HTTP.
        on_broken: Called when our own state is found to be wrong.

    Attributes:
        address: Base URL on the relay card; sessions are bound to its host and port. With an
            ephemeral port it is known only after the start.
        draining: True from SIGTERM on.
        freed: Memory that a load took, and the start before it.
    """

    def __init__(
        self,
        service: Service,
        config: Config,
        clock: Clock,
        certificate: Certificate | None,
        on_broken: Callable[[ParaphError], None],
    ) -> None:
        self._service = service
        self._config = config
        self._limits = config.limits
        self._clock = clock
        self._certificate = certificate
        self._on_broken = on_broken
        rate = Rate(self._limits.front_per_second, self._limits.front_burst)
        self._front = Quotas(clock, rate, MAX_PEERS)
        self._uploads = asyncio.Semaphore(self._limits.uploads)
        self._streams: set[Stream] = set()
        self.freed = Freed()
        self._no_streams = asyncio.Event()
        self._no_streams.set()
        self._probed_at = -PROBE_S
        self._probed: dict[str, bool] = {}
        self._probing = asyncio.Lock()
        self.address = config.relay.address
        self.draining = False

    def application(self) -> web.Application:
        """Return the routes as aiohttp wants them."""
        app = web.Application(middlewares=[self._answered], client_max_size=1)
        add = app.router.add_route
        for method, path, handler in (
            ("POST", "/v1/admit", self._admit),
            ("POST", "/v1/found", self._found),
            ("POST", "/v1/challenge", self._challenge),
            ("POST", "/v1/session", self._session),
            ("GET", "/v1/stream", self._stream),
            ("POST", "/v1/submit", self._submit),
            ("GET", "/v1/entries", self._entries),
            ("GET", "/v1/conflicts", self._conflicts),
            ("GET", f"/v1/bodies/{{digest:{_HEX}}}", self._body),
            ("PUT", f"/v1/blobs/{{digest:{_HEX}}}", self._stage),
            ("HEAD", f"/v1/blobs/{{digest:{_HEX}}}", self._staged),
            ("GET", f"/v1/blobs/{{digest:{_HEX}}}", self._blob),
            ("GET", f"/log/{{channel:{_HEX}}}/checkpoint", self._checkpoint),
            ("GET", f"/log/{{channel:{_HEX}}}/{{tile:tile/.+}}", self._tile),
            ("GET", "/healthz", self._healthz),
            ("GET", "/readyz", self._readyz),
        ):
            add(method, path, handler, expect_handler=_expectation)
        return app

    async def drain(self) -> None:
        """Be not ready, and end every stream with 1001."""
        self.draining = True
        await asyncio.gather(*(each.drain() for each in tuple(self._streams)))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S + 1):
                await self._no_streams.wait()

    @property
    def streams(self) -> int:
        """Streams that are open."""
        return len(self._streams)

    # ---- around every request

    @web.middleware
    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        begun = time.perf_counter()
        code = "ok"
        response: web.StreamResponse
        try:
            response = await handler(request)
        except ParaphError as error:
            if isinstance(error, IntegrityError):
                self._on_broken(error)
            code, response = error.code, answers.refused(error)
        except web.HTTPException as error:
            code, response = "http", answers.refused_http(error.status)
            if "Allow" in error.headers:
                response.headers["Allow"] = error.headers["Allow"]
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where a bug becomes an answer
            _log().error("bug", **describe(error))
            code, response = "internal", answers.refused(answers.INTERNAL)
        resource = request.match_info.route.resource
        _log().info(
            "request",
            method=request.method,
            route=_pattern(resource.canonical) if resource else "none",
            status=response.status,
            code=code,
            ms=(time.perf_counter() - begun) * 1000,
            bytes_in=request.content.total_bytes,
        )
        return response

    def _sessionless(self, request: web.Request) -> None:
        transport = request.transport
        address = transport.get_extra_info("peername") if transport else None
        self._front.take(peer_of(address).encode())
        if self.draining:
            raise RefusedError("the relay stops", code="draining", retry_after_s=answers.RETRY_S)

    def _channel(self, request: web.Request) -> Channel:
        found = _BEARER.fullmatch(request.headers.get("Authorization", ""))
        if not found:
            raise answers.session_refused()
        try:
            return self._service.resume(bytes.fromhex(found[1]))
        except RefusedError as error:
            raise answers.session_refused() from error

    # ---- before there is a session

    async def _admit(self, request: web.Request) -> web.Response:
        self._sessionless(request)
        body = await read_body(request, CLEAR.size, self._limits)
        await self._service.admit(Admission.decode(body))
        return web.Response(status=204)

    async def _found(self, request: web.Request) -> web.Response:
        self._sessionless(request)
        body = await read_body(request, FOUNDING.size, self._limits)
        return answers.answer((await self._service.found(Founding.decode(body))).encode())

    async def _challenge(self, request: web.Request) -> web.Response:
        self._sessionless(request)
        await read_body(request, 0, self._limits)
        return answers.answer(self._service.challenge().encode())

    async def _session(self, request: web.Request) -> web.Response:
        self._sessionless(request)
        body = await read_body(request, CLEAR.size, self._limits)
        asked = SessionRequest.decode(body)
        loop = asyncio.get_running_loop()
        until = loop.time() + NO_SESSION_S
        try:
            session = await self._service.open_session(asked, urlsplit(self.address).netloc)
        except (RefusedError, PeerError) as error:
            if answers.status_of(error) in (429, 503):
                raise
            await asyncio.sleep(until - loop.time())
            raise answers.session_refused() from error
        return answers.answer(session.encode())

    # ---- statements

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        channel = self._channel(request)
        if self.draining:
            raise RefusedError("the relay stops", code="draining", retry_after_s=answers.RETRY_S)
        stream = Stream(channel, self._limits, self._on_broken)
        self._streams.add(stream)
        self._no_streams.clear()
        try:
            return await stream.run(request)
        finally:
            self._streams.discard(stream)
            self.freed.give_back()
            if not self._streams:
                self._no_streams.set()

    async def _submit(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        messages = unpack_frame(await read_body(request, FRAME.size, self._limits))
        if len(messages) != 1 or not isinstance(messages[0], Submit):
            raise MalformedError("expected a frame of one submit")
        asked = messages[0]
        try:
            placed = await channel.submit(asked.envelope, asked.body)
        except ParaphError as error:
            if isinstance(error, IntegrityError):
                self._on_broken(error)
            return answers.refused(error, asked.request)
        return answers.answer(pack_frame((answers.numbered(placed, asked.request),)))

    async def _entries(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        return answers.answer(pack_frame((await channel.entries(_number(request, "start")),)))

    async def _conflicts(self, request: web.Request) -> web.Response:
        found = await self._channel(request).conflicts(_number(request, "start"))
        return answers.answer(found.encode())

    # ---- bodies and attachments

    async def _body(self, request: web.Request) -> web.Response:
        data = await self._channel(request).body(_digest(request))
        return _octets(data)

    async def _stage(self, request: web.Request) -> web.Response:
        channel, offset = self._channel(request), _number(request, "offset")
        async with self._uploads:
            part = await read_body(request, self._limits.part_kib * 1024, self._limits)
            staged = await channel.stage(_digest(request), offset, part)
        return answers.answer(staged.encode())

    async def _staged(self, request: web.Request) -> web.Response:
        staged = await self._channel(request).staged(_digest(request))
        return web.Response(
            headers={
                "Upload-Offset": str(staged.size),
                "Upload-Complete": f"?{staged.complete}",
                "Cache-Control": "no-store",
            }
        )

    async def _blob(self, request: web.Request) -> web.StreamResponse:
        channel = self._channel(request)
        path = await channel.blob_path(_digest(request))
        size = (await asyncio.to_thread(path.stat)).st_size
        begin, end = _range(request, size)
        ranged = "Range" in request.headers
        response = web.StreamResponse(status=206 if ranged else 200)
        response.content_type = "application/octet-stream"
        response.content_length = end - begin
        response.headers["Accept-Ranges"] = "bytes"
        response.headers["Cache-Control"] = FOREVER
        if ranged:
            response.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
        await response.prepare(request)
        await _send(response, path, begin, end)
        return response

    # ---- the log as files

    async def _checkpoint(self, request: web.Request) -> web.Response:
        note = await self._log_of(request).checkpoint()
        return web.Response(
            body=note,
            content_type="text/plain",
            charset="utf-8",
            headers={"Cache-Control": "private, max-age=1"},
        )

    async def _tile(self, request: web.Request) -> web.Response:
        channel, path = self._log_of(request), request.match_info["tile"]
        try:
            level = Tile.parse(path).level
        except MalformedError as error:
            raise _no_tile() from error
        read = channel.entry_bundle if level == ENTRIES else channel.tile
        return _octets(await read(path))

    def _log_of(self, request: web.Request) -> Channel:
        channel = self._channel(request)
        if request.match_info["channel"] != channel.channel.hex():
            raise RefusedError("expected the channel of the session", code="unknown-channel")
        return channel

    # ---- for the operator's probes

    async def _healthz(self, request: web.Request) -> web.Response:
        del request
        return web.json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})

    async def _readyz(self, request: web.Request) -> web.Response:
        del request
        async with self._probing:
            if self._clock.steady_s() - self._probed_at >= PROBE_S:
                self._probed = await self._probe()
                self._probed_at = self._clock.steady_s()
        checks = {**self._probed, "accepting": not self.draining}
        ready = all(checks.values())
        headers = {"Cache-Control": "no-store"} | ({} if ready else {"Retry-After": "1"})
        return web.json_response(
            {"ready": ready, "checks": checks}, status=200 if ready else 503, headers=headers
        )

    async def _probe(self) -> dict[str, bool]:
        try:
            await self._service.probe()
            database = True
        except ParaphError as error:
            _log().error("not-ready", check="database", code=error.code)
            database = False
        free = shutil.disk_usage(self._config.home).free
        now = dt.datetime.fromtimestamp(self._clock.now_ms() / 1000, dt.UTC)
        left = self._certificate.not_after - now if self._certificate else dt.timedelta.max
        return {
            "database": database,
            "disk": free >= self._config.store.min_free_mib * 2**20,
            "certificate": left > dt.timedelta(days=CERTIFICATE_DAYS),
        }


async def _expectation(request: web.Request) -> web.StreamResponse | None:
    if request.headers.get("Expect", "").lower() != "100-continue":
        return answers.refused_http(417)
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # the answer itself has not begun
    return None


def _pattern(canonical: str) -> str:
    return canonical.replace(f":{_HEX}", "").replace(":tile/.+", "")


def _digest(request: web.Request) -> Digest:
    return Digest(bytes.fromhex(request.match_info["digest"]))


def _number(request: web.Request, name: str) -> int:
    found = request.query.getall(name, [])
    if len(request.query) != 1 or len(found) != 1 or not _NUMBER.fullmatch(found[0]):
        raise MalformedError(f"expected one parameter, {name}, a number below 2^53")
    if int(found[0]) >= 2**53:
        raise MalformedError(f"expected {name} below 2^53")
    return int(found[0])


def _range(request: web.Request, size: int) -> tuple[int, int]:
    try:
        asked = request.http_range
    except ValueError as error:
        raise RefusedError("expected one range of bytes", code="range") from error
    begin, end, _ = asked.indices(size)
    if begin >= end and size:
        raise RefusedError(f"expected a range within {size} bytes", code="range")
    return begin, end


def _octets(data: bytes) -> web.Response:
    return web.Response(
        body=data, content_type="application/octet-stream", headers={"Cache-Control": FOREVER}
    )


def _no_tile() -> RefusedError:
    return RefusedError("expected the canonical path of a tile of this log", code="not-found")


async def _send(response: web.StreamResponse, path: Path, begin: int, end: int) -> None:
    # The guard aborts whoever does not read; write() then raises.
    with await asyncio.to_thread(path.open, "rb") as file:
        file.seek(begin)
        while begin < end:
            chunk = await asyncio.to_thread(file.read, min(CHUNK, end - begin))
            if not chunk:
                raise ConnectionError("the blob is shorter than it was")
            await response.write(chunk)
            begin += len(chunk)
    await response.write_eof()
