"""The stream: one WebSocket, frames of 1 to 64 messages, answers as they come (SPEC 8.3).

The rules, all of them:

- Requests are begun in the order in which they came; each is answered when it is done. At most
  ``in_flight`` are worked on: above that the socket is not read, so the client waits.
- What waits to be sent is coalesced into frames of up to 64 messages and 1 MiB. Pushes and bodies
  wait for room in the queue; answers do not, and a client that lets them pile up is closed.
- ``follow`` replaces the follow before it. Its pushes carry the number 0.
- A frame that the client does not take within ``send_seconds`` aborts the connection.
- When the stream ends, submissions under way go on: they may be placed already.

=====  =========================================================================
close  why
=====  =========================================================================
1000   the client closed
1001   the relay stops: reconnect, and send what was not answered again
1002   a frame is not canonical
1003   a text frame
1008   the session ended: open another
1009   a frame above 1 MiB
1011   a fault of the relay's own, or its disk's
1013   too much waits to be sent: read, or reconnect later
=====  =========================================================================
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Final, assert_never

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from paraph.protocol.errors import (
    IntegrityError,
    MalformedError,
    MisuseError,
    ParaphError,
    RefusedError,
)
from paraph.protocol.names import Digest
from paraph.protocol.wire import (
    FRAME,
    MAX_INLINE_BODY,
    MAX_MESSAGES,
    Body,
    Entries,
    FetchBody,
    Follow,
    Message,
    Placed,
    Refused,
    Submit,
    pack_frame,
    unpack_frame,
)
from paraph.server.config import LimitsSection
from paraph.server.logs import describe
from paraph.server.ports import Channel
from paraph.server.web import answers

OVERHEAD: Final = 512
"""Bytes that a message may need beside the byte strings in it; 9 more for each in a list."""
CLOSE_S: Final = 2.0
"""Seconds for the other side's close frame."""

_log = structlog.get_logger


class Stream:
    """One connection of one session.

    Args:
        channel: The service's channel in this session.
        limits: What the connection may cost.
        on_broken: Called when our own state is found to be wrong.
    """

    def __init__(
        self, channel: Channel, limits: LimitsSection, on_broken: Callable[[ParaphError], None]
    ) -> None:
        self._channel = channel
        self._limits = limits
        self._on_broken = on_broken
        self._ws = web.WebSocketResponse(
            timeout=CLOSE_S,
            heartbeat=limits.ping_seconds,
            compress=False,
            max_msg_size=FRAME.size + 1,  # aiohttp refuses what reaches it
        )
        self._queue: deque[tuple[Message, int]] = deque()
        self._queued_bytes = 0
        self._wake = asyncio.Event()  # something waits to be sent
        self._room = asyncio.Event()  # the queue became shorter
        self._free = asyncio.Event()  # a request was answered
        self._idle = asyncio.Event()  # nothing is worked on and nothing waits
        self._idle.set()
        self._working: set[asyncio.Task[None]] = set()
        self._submitted = 0  # submissions without an answer; no task waits for them
        self._follower: asyncio.Task[None] | None = None
        self._draining = False
        self._reader: asyncio.Task[None] | None = None
        self._closing = False
        self._close_code: int = WSCloseCode.OK
        self._why = b""
        self._sent = self._received = 0

    async def run(self, request: web.Request) -> web.WebSocketResponse:
        """Serve the connection until it ends."""
        await self._ws.prepare(request)
        self._reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._write(request))
        tasks = [self._reader, writer]
        try:
            await asyncio.wait([self._reader])
        finally:
            if self._follower is not None:
                tasks.append(self._follower)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # With nobody reading any more, this waits for the other side's close frame.
            await self._ws.close(code=self._close_code, message=self._why, drain=False)
            self._abort_later(request)
            code = self._close_code if self._closing else self._ws.close_code
            _log().info(
                "stream-ended",
                channel=self._channel.channel,
                close_code=int(code or WSCloseCode.ABNORMAL_CLOSURE),
                count=self._received,
                bytes_out=self._sent,
            )
        return self._ws

    def _abort_later(self, request: web.Request) -> None:
        # A close waits for the buffer to drain, and a peer that does not read never drains it.
        transport = request.transport
        if transport is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(self._limits.send_seconds, transport.abort)

    async def drain(self) -> None:
        """Refuse new requests, answer those under way, then close with 1001."""
        self._draining = True
        if self._follower is not None:
            self._follower.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.drain_seconds):
                await self._idle.wait()
        self._close(WSCloseCode.GOING_AWAY, "relay stops")

    # ---- reading

    async def _read(self) -> None:
        # In a function of its own, so that nothing holds a frame while the next one is awaited.
        while await self._take_frame():
            pass

    async def _take_frame(self) -> bool:
        # Says whether the stream goes on.
        received = await self._ws.receive()
        if received.type is WSMsgType.TEXT:
            self._close(WSCloseCode.UNSUPPORTED_DATA, "expected binary frames")
        if received.type is not WSMsgType.BINARY:  # or closed by either side, or broken
            return False
        try:
            messages = unpack_frame(received.data)
        except MalformedError:
            self._close(WSCloseCode.PROTOCOL_ERROR, "expected a canonical frame")
            return False
        for message in messages:
            while self._submitted + len(self._working) >= self._limits.in_flight:
                self._free.clear()
                await self._free.wait()
            if not self._begin(message):
                return False
        return True

    def _begin(self, message: Message) -> bool:
        # Says whether the stream goes on.
        self._received += 1
        if not isinstance(message, Submit | Follow | FetchBody):
            self._close(WSCloseCode.PROTOCOL_ERROR, "expected requests")
            return False
        if self._draining:
            error = RefusedError("the relay stops", code="draining", retry_after_s=answers.RETRY_S)
            self._put(answers.refusal(error, message.request))
            return True
        match message:
            case Submit():
                self._submit(message)
            case FetchBody():
                self._work(message.request, self._fetch(message))
            case Follow():
                if self._follower is not None:
                    self._follower.cancel()
                following = self._guarded(message.request, self._follow(message))
                self._follower = asyncio.create_task(following)
            case _:
                assert_never(message)
        return True

    def _submit(self, message: Submit) -> None:
        request, channel = message.request, self._channel
        self._submitted += 1
        self._idle.clear()
        try:
            channel.begin(
                request, message.envelope, message.body, functools.partial(self._answer, request)
            )
        except Exception as error:  # noqa: BLE001 - told apart there
            self._answer(request, error)

    def _answer(self, request: int, outcome: Placed | Exception) -> None:
        # Called in the ledger's turn: nothing may be raised here.
        message: Message
        try:
            message = self._failed(outcome, request) if isinstance(outcome, Exception) else outcome
        except Exception as error:  # noqa: BLE001 - what went wrong could not be put into words
            message = self._failed(error, request)
        self._put(message)
        self._submitted -= 1
        self._free.set()
        self._see_idle()

    def _work(self, request: int, answering: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(self._guarded(request, answering))
        self._idle.clear()
        self._working.add(task)
        task.add_done_callback(self._done)

    async def _guarded(self, request: int, answering: Coroutine[None, None, None]) -> None:
        try:
            await answering
        except Exception as error:  # noqa: BLE001 - a bug must not end the stream unseen
            self._put(self._failed(error, request))

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._free.set()
        self._see_idle()

    def _failed(self, error: Exception, request: int) -> Refused:
        if isinstance(error, MisuseError) or not isinstance(error, ParaphError):
            _log().error("bug", **describe(error))
            error = answers.INTERNAL
        if isinstance(error, IntegrityError):
            self._on_broken(error)
        # The refusal is sent first: closing begins one turn of the loop later.
        if error.code == "session":
            self._close_soon(WSCloseCode.POLICY_VIOLATION, "session ended")
        elif error.code == "slow":  # the service dropped the follower
            self._close_soon(WSCloseCode.TRY_AGAIN_LATER, "too much waits to be sent")
        return answers.refusal(error, request)

    def _close_soon(self, code: int, why: str) -> None:
        asyncio.get_running_loop().call_soon(self._close, code, why)

    async def _fetch(self, message: FetchBody) -> None:
        data = await self._channel.body(Digest(message.digest))
        if len(data) > MAX_INLINE_BODY:
            raise RefusedError(
                f"expected a body of at most {MAX_INLINE_BODY} bytes on the stream",
                code="too-large",
                hint="fetch it over HTTP",
            )
        await self._until_room(len(data))
        self._put(Body(request=message.request, data=data))

    async def _follow(self, message: Follow) -> None:
        async for entries in self._channel.follow(message.start):
            await self._until_room(size_of(entries))
            self._put(entries)

    # ---- writing

    def _put(self, message: Message) -> None:
        if self._ws.closed or self._closing:
            return
        size = size_of(message)
        self._queue.append((message, size))
        self._queued_bytes += size
        self._idle.clear()
        self._wake.set()
        if len(self._queue) > 1 and (
            len(self._queue) > self._limits.queue_messages
            or self._queued_bytes > self._limits.queue_kib * 1024
        ):
            self._close(WSCloseCode.TRY_AGAIN_LATER, "too much waits to be sent")

    async def _until_room(self, size: int) -> None:
        # Half of the queue is kept for answers, which cannot wait.
        while self._queue and (
            len(self._queue) >= self._limits.queue_messages // 2
            or self._queued_bytes + size > self._limits.queue_kib * 512
        ):
            self._room.clear()
            await self._room.wait()

    def _take(self) -> tuple[Message, ...]:
        taken: list[Message] = []
        room = FRAME.size
        while self._queue and len(taken) < MAX_MESSAGES:
            message, size = self._queue[0]
            if taken and size > room:
                break
            self._queue.popleft()
            self._queued_bytes -= size
            room -= size
            taken.append(message)
        self._room.set()
        return tuple(taken)

    async def _write(self, request: web.Request) -> None:
        while True:
            await self._wake.wait()
            while messages := self._take():
                frame = pack_frame(messages)
                try:
                    async with asyncio.timeout(self._limits.send_seconds):
                        await self._ws.send_bytes(frame)
                except TimeoutError:
                    _log().info("connection-cut", reason="not-reading")
                    if request.transport is not None:
                        request.transport.abort()
                    return
                except ConnectionError:
                    return  # the reader ends too
                self._sent += len(frame)
            self._wake.clear()
            self._see_idle()

    def _see_idle(self) -> None:
        if not self._submitted and not self._working and not self._queue:
            self._idle.set()

    def _close(self, code: int, why: str) -> None:
        if not self._closing and self._reader is not None:
            self._closing = True
            self._close_code, self._why = code, why.encode()
            self._reader.cancel()


def size_of(message: Message) -> int:
    """Return an upper bound of the bytes that *message* takes in a frame."""
    match message:
        case Placed():
            return OVERHEAD + len(message.proof) + len(message.envelope)
        case Entries():
            listed = sum(len(each) + 9 for each in (*message.envelopes, *message.bodies))
            return OVERHEAD + len(message.note) + listed
        case Body():
            return OVERHEAD + len(message.data)
        case Refused():
            return OVERHEAD + 4 * len(message.message) + len(message.note)
        case Submit() | Follow() | FetchBody():
            raise AssertionError("a relay sends no requests")
        case _:
            assert_never(message)
