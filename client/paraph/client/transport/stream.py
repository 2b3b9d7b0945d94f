"""One WebSocket to a relay: requests by number, frames coalesced, pushes apart (SPEC 8.3).

- Any number of requests may be under way; each answer finds its request by number. An answer to
  nobody (its request timed out) is dropped.
- What waits to be sent leaves in frames of up to 64 messages and 1 MiB.
- When the connection ends every request that is under way is *unknown*.
- Pushes wait in a bounded queue; a follower that lets it fill is told so, and syncs again.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import Final

import aiohttp

from paraph.client.transport.http import Http, network_errors, refusal
from paraph.protocol.errors import MalformedError, ParaphError, UnavailableError
from paraph.protocol.wire import (
    FRAME,
    MAX_MESSAGES,
    Entries,
    Follow,
    Message,
    Refused,
    Submit,
    pack_frame,
    unpack_frame,
)

MAX_PUSHES: Final = 256
"""Pushes that wait for the follower: a few seconds of a busy relay."""
MAX_WAITING: Final = 1024
"""Requests that wait to be sent."""
SESSION_ENDED: Final = 1008
"""Close code of a session that has ended."""
_OVERHEAD: Final = 512


class Stream:
    """An open connection. Made by :meth:`open`.

    Attributes:
        session_ended: Whether the relay closed it because the session is over.
    """

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, timeout_s: float) -> None:
        self._ws: Final = ws
        self._timeout_s: Final = timeout_s
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Message]] = {}
        self._waiting: deque[Message] = deque()
        self._wake: Final = asyncio.Event()
        self._pushes: asyncio.Queue[Entries | ParaphError] | None = None
        self._follow_number = 0
        self._ended: ParaphError | None = None
        self.session_ended = False
        self._tasks = (asyncio.create_task(self._read()), asyncio.create_task(self._write()))

    @classmethod
    async def open(cls, http: Http, token: bytes, timeout_s: float) -> Stream:
        """Connect in the session of *token*; errors as of :meth:`Http.websocket`."""
        return cls(await http.websocket("/v1/stream", token=token), timeout_s)

    @property
    def is_open(self) -> bool:
        """Whether requests can be sent."""
        return self._ended is None and not self._ws.closed

    async def close(self) -> None:
        """Close the connection; what is under way is unknown."""
        self._end(UnavailableError("the connection was closed"))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(ParaphError), network_errors():
            await self._ws.close()

    async def ask(self, make: Callable[[int], Message]) -> Message:
        """Send a request and return its answer.

        Args:
            make: Makes the message from its number.

        Raises:
            RefusedError: The relay refused.
            UnavailableError: Time-out or lost connection: the outcome is unknown.
            MalformedError: The relay sent what is no frame.
        """
        number = next(self._numbers)
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._send(make(number))
        self._asked[number] = answer
        try:
            async with asyncio.timeout(self._timeout_s):
                message = await answer
        except TimeoutError as error:
            raise UnavailableError(
                "the relay did not answer in time: the outcome is unknown",
                hint="try again: the same bytes are sent",
            ) from error
        finally:
            del self._asked[number]
        if isinstance(message, Refused):
            raise refusal(message)
        return message

    async def follow(self, start: int) -> AsyncGenerator[Entries, None]:
        """Yield pushes from *start* on until the connection ends.

        Raises:
            RefusedError: The relay refused.
            UnavailableError: The connection ended, or the pushes were not taken in time.
        """
        queue: asyncio.Queue[Entries | ParaphError] = asyncio.Queue(MAX_PUSHES + 1)
        number = next(self._numbers)
        self._send(Follow(request=number, start=start))
        self._pushes, self._follow_number = queue, number
        try:
            while True:
                pushed = await queue.get()
                if isinstance(pushed, ParaphError):
                    raise pushed
                yield pushed
        finally:
            if self._pushes is queue:
                self._pushes = None

    def _send(self, message: Message) -> None:
        if self._ended is not None:
            raise self._ended
        if len(self._waiting) >= MAX_WAITING:
            raise UnavailableError("too many requests wait to be sent", code="busy")
        self._waiting.append(message)
        self._wake.set()

    async def _write(self) -> None:
        try:
            with network_errors():
                while True:
                    await self._wake.wait()
                    while frame := self._take():
                        await self._ws.send_bytes(pack_frame(frame))
                    self._wake.clear()
        except ParaphError as error:
            self._end(error)

    def _take(self) -> tuple[Message, ...]:
        taken: list[Message] = []
        room = FRAME.size
        while self._waiting and len(taken) < MAX_MESSAGES:
            message = self._waiting[0]
            size = _OVERHEAD
            if isinstance(message, Submit):
                size += len(message.envelope) + len(message.body)
            if taken and size > room:
                break
            room -= size
            taken.append(self._waiting.popleft())
        return tuple(taken)

    async def _read(self) -> None:
        ended: ParaphError = UnavailableError("the relay closed the connection")
        try:
            with network_errors():
                async for received in self._ws:
                    if isinstance(received.data, TimeoutError | aiohttp.ClientError | OSError):
                        # No sign of life in time, or the line broke: whether what was on its
                        # way came is unknown, and it is not to be said anew.
                        raise UnavailableError("the relay closed the connection")
                    if received.type is not aiohttp.WSMsgType.BINARY:
                        raise MalformedError("expected binary frames from the relay")
                    for message in unpack_frame(received.data):
                        self._take_in(message)
        except ParaphError as error:
            ended = error
        self.session_ended = self._ws.close_code == SESSION_ENDED
        self._end(ended)

    def _take_in(self, message: Message) -> None:
        if isinstance(message, Entries) and message.request in (0, self._follow_number):
            self._push(message)
        elif isinstance(message, Refused) and message.request == self._follow_number:
            self._push(refusal(message))
        else:
            answer = self._asked.get(message.request)
            if answer is not None and not answer.done():
                answer.set_result(message)

    def _push(self, pushed: Entries | ParaphError) -> None:
        queue = self._pushes
        if queue is None:
            return
        if queue.qsize() >= MAX_PUSHES and not isinstance(pushed, ParaphError):
            pushed = UnavailableError("the follower did not keep up with the relay", code="slow")
        queue.put_nowait(pushed)
        if isinstance(pushed, ParaphError):
            self._pushes = None

    def _end(self, error: ParaphError) -> None:
        if self._ended is not None:
            return
        self._ended = error
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(error)
                answer.exception()  # read here, in case nobody waits any more
        self._push(error)
