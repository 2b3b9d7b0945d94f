"""What a slow or greedy client may cost: heads, bodies, reading, connections.

The rules, all of them:

- A request head must be whole within ``head_seconds``, the second one of a connection too.
- A request body has ``body_seconds`` of grace on top of its bytes at ``body_rate``.
- Whoever does not read what is sent for ``send_seconds`` is aborted: waiting for a full buffer to
  drain would keep the connection for ever.
- One address has at most ``connections_per_peer`` connections. An IPv6 /64 counts as one.

:class:`Guarded` leans on private names of aiohttp, ``_messages`` and ``_current_request``: aiohttp
is pinned, and ``tests/server/test_guard.py`` fails when they change their meaning.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from typing import Any, Final

import structlog
from aiohttp import web, web_protocol, web_server
from aiohttp.web_exceptions import HTTPException

from paraph.protocol.errors import MalformedError, RefusedError
from paraph.server.config import LimitsSection
from paraph.server.web import answers

LINGERING_S: Final = 1.0
"""Seconds a body that nobody wants is still read, so that the answer arrives before the reset."""


class Guarded(web_protocol.RequestHandler):
    """One connection, cut off when it drips its head or does not read."""

    __slots__ = ("_guards", "_head_timer", "_peer", "_send_timer")

    _guards: GuardedServer
    _head_timer: asyncio.TimerHandle | None
    _send_timer: asyncio.TimerHandle | None
    _peer: str

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection and expect its first head."""
        assert isinstance(self._manager, GuardedServer)
        self._guards = self._manager
        self._head_timer = self._send_timer = None
        super().connection_made(transport)
        self._peer = peer_of(transport.get_extra_info("peername"))
        if not self._guards.enter(self._peer):
            self._cut("too-many-connections")
        self._await_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the connection."""
        self._guards.leave(self._peer)
        self._head_arrived()
        self.resume_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes, and see whether they complete a head or begin one."""
        super().data_received(data)
        if self._messages or self._current_request is not None:
            self._head_arrived()
        elif self._head_timer is None:
            self._await_head()

    def pause_writing(self) -> None:
        """Start to wait for a client that does not read."""
        super().pause_writing()
        self._send_timer = self._after(self._guards.limits.send_seconds, "not-reading")

    def resume_writing(self) -> None:
        """It reads again."""
        self.resume_timer()
        super().resume_writing()

    def resume_timer(self) -> None:
        """Stop waiting for the client to read."""
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is not HTTP, or no request of ours, in our own words."""
        del message  # it may hold bytes of the peer
        kind = type(exc).__name__ if exc else "none"
        structlog.get_logger().info("bad-request", status=status, error=kind)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        response = (
            answers.refused_http(status) if status < 500 else answers.refused(answers.INTERNAL)
        )
        response.force_close()
        return response

    def _await_head(self) -> None:
        self._head_timer = self._after(self._guards.limits.head_seconds, "slow-head")

    def _head_arrived(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _after(self, seconds: float, reason: str) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self._cut, reason)

    def _cut(self, reason: str) -> None:
        structlog.get_logger().info("connection-cut", reason=reason)
        if self.transport is not None:
            self.transport.abort()


class GuardedServer(web_server.Server):
    """Makes a :class:`Guarded` of every connection and counts them by address.

    Args:
        plain: The server that aiohttp made for the application.
        limits: What a client may cost.
    """

    def __init__(self, plain: web_server.Server, limits: LimitsSection) -> None:
        super().__init__(
            plain.request_handler,
            request_factory=plain.request_factory,
            keepalive_timeout=limits.idle_seconds,
            lingering_time=LINGERING_S,
            access_log=None,
            auto_decompress=False,  # nothing of ours is compressed, so nothing can be a bomb
        )
        self.limits = limits
        self.open = 0
        self._by_peer: Counter[str] = Counter()

    def enter(self, peer: str) -> bool:
        """Count a connection; tell whether there is room for it."""
        self.open += 1
        self._by_peer[peer] += 1
        return (
            self.open <= self.limits.connections
            and self._by_peer[peer] <= self.limits.connections_per_peer
        )

    def leave(self, peer: str) -> None:
        """Uncount a connection."""
        self.open -= 1
        self._by_peer[peer] -= 1
        if not self._by_peer[peer]:
            del self._by_peer[peer]

    def __call__(self) -> Guarded:
        """Make the protocol of a new connection."""
        return Guarded(self, loop=self._loop, **self._kwargs)


def peer_of(address: Any) -> str:  # noqa: ANN401 - a socket's address has one shape a family
    """Return what counts as one peer: an IPv4 address, or an IPv6 /64."""
    if not isinstance(address, tuple) or not address:
        return ""
    try:
        found = ipaddress.ip_address(str(address[0]).partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


async def read_body(request: web.BaseRequest, most: int, limits: LimitsSection) -> bytes:
    """Read a request body of at most *most* bytes.

    Raises:
        RefusedError: Larger (``too-large``), or slower than the limits (``too-slow``).
        MalformedError: Cut short, or not framed as HTTP says.
    """
    if (request.content_length or 0) > most:
        raise _too_large(most)
    begun = asyncio.get_running_loop().time() + limits.body_seconds
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout_at(begun) as timer:
            while part := await request.content.readany():
                size += len(part)
                if size > most:
                    raise _too_large(most)
                parts.append(part)
                timer.reschedule(begun + size / limits.body_rate)
    except TimeoutError as error:
        raise RefusedError(
            f"expected a body at {limits.body_rate} bytes a second or more", code="too-slow"
        ) from error
    except (web.RequestPayloadError, HTTPException) as error:
        raise MalformedError("expected a whole request body") from error
    return b"".join(parts)


def _too_large(most: int) -> RefusedError:
    return RefusedError(f"expected a body of at most {most} bytes", code="too-large")
