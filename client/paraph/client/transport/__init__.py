"""The way to a relay: HTTP and WebSocket, TLS pinned, sessions by signed challenge (SPEC 8).

Implements ``RelayFront`` and ``RelayChannel`` of the protocol and nothing else: what an answer
means for a statement is decided by the outbox, and what it proves by the replica.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Final, Self, TypeVar

from paraph.client.backoff import Sleep
from paraph.client.clock import Clock, wall_clock
from paraph.client.sending.uploads import upload
from paraph.client.transport.http import TIMEOUT_S, Http
from paraph.client.transport.stream import Stream
from paraph.protocol.errors import MalformedError, RefusedError, UnavailableError
from paraph.protocol.keys import SIGNATURE_SIZE, Signer
from paraph.protocol.names import ChannelId, Context, Digest
from paraph.protocol.statements.envelope import MAX_BODY
from paraph.protocol.wire import (
    FOUNDING,
    MAX_INLINE_BODY,
    Admission,
    Body,
    Challenge,
    Conflicts,
    Entries,
    FetchBody,
    Founded,
    Founding,
    Message,
    Placed,
    RelayCard,
    Session,
    SessionRequest,
    Staged,
    Submit,
    session_message,
    unpack_frame,
)

T = TypeVar("T")

__all__ = ["Transport", "TransportChannel"]


class Transport:
    """A relay, before there is a session. Closes with ``async with`` or :meth:`close`.

    Args:
        card: How it is reached and known.
        timeout_s: Longest wait for an answer; after it the outcome is unknown.
        now: Clock for session proofs.
        sleep: What waits when the relay asks for time.

    Raises:
        InputError: A card that must not be used (plain HTTP elsewhere, no pin).
    """

    def __init__(
        self,
        card: RelayCard,
        *,
        timeout_s: float = TIMEOUT_S,
        now: Clock = wall_clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.card: Final = card
        self._http: Final = Http(card, timeout_s=timeout_s, sleep=sleep)
        self._timeout_s: Final = timeout_s
        self._now: Final = now
        self._channels: list[TransportChannel] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection, those of the channels too."""
        for channel in self._channels:
            await channel.close()
        self._channels.clear()
        await self._http.close()

    async def admit(self, admission: Admission) -> None:
        """Admit a root set with its enrolment code."""
        await self._http.request("POST", "/v1/admit", body=admission.encode())

    async def found(self, founding: Founding) -> Founded:
        """Found a channel, or return the placed founding entries of one that is."""
        body = founding.encode()
        data, _ = await self._http.request("POST", "/v1/found", body=body, most=FOUNDING.size)
        return Founded.decode(data)

    async def open(
        self, channel: ChannelId, origin_prefix: str, signer: Signer
    ) -> TransportChannel:
        """Open a session of a key in a channel.

        Args:
            channel: Channel id.
            origin_prefix: From the charter, never from the relay.
            signer: The key.

        Raises:
            RefusedError: Code ``session``: the relay does not know this key in this channel.
            UnavailableError: The relay cannot be reached.
            ForgedError: Code ``pin``: another certificate.
        """
        opened = TransportChannel(
            self._http,
            channel,
            self._timeout_s,
            lambda: self._session(channel, origin_prefix, signer),
        )
        await opened.renew()
        self._channels.append(opened)
        return opened

    async def _session(self, channel: ChannelId, origin_prefix: str, signer: Signer) -> bytes:
        data, _ = await self._http.request("POST", "/v1/challenge", body=b"")
        unsigned = SessionRequest(
            channel=channel,
            key=signer.public.id,
            nonce=Challenge.decode(data).nonce,
            time=self._now(),
            signature=bytes(SIGNATURE_SIZE),
        )
        message = session_message(origin_prefix, self._http.host, unsigned)
        asked = dataclasses.replace(unsigned, signature=signer.sign(Context.SESSION, message))
        data, _ = await self._http.request("POST", "/v1/session", body=asked.encode())
        return Session.decode(data).token


class TransportChannel:
    """One channel of a relay, in the session of one key; a ``RelayChannel``.

    A session that ended is opened again, once, and the request repeated: it was not carried out.
    """

    def __init__(
        self,
        http: Http,
        channel: ChannelId,
        timeout_s: float,
        session: Callable[[], Awaitable[bytes]],
    ) -> None:
        self.channel: Final = channel
        self._http: Final = http
        self._timeout_s: Final = timeout_s
        self._open_session: Final = session
        self._token = b""
        self._stream: Stream | None = None
        self._connecting: Final = asyncio.Lock()

    async def renew(self) -> None:
        """Open a new session."""
        self._token = await self._open_session()

    async def close(self) -> None:
        """End the connection; what is under way is unknown."""
        if self._stream is not None:
            await self._stream.close()
            self._stream = None

    # RelayChannel

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        """Place an envelope; a body over 256 KiB is staged first."""
        inline = body
        if len(body) > MAX_INLINE_BODY:
            await self._stage_body(body)
            inline = b""
        answer = await self._ask(
            lambda number: Submit(request=number, envelope=envelope, body=inline)
        )
        if not isinstance(answer, Placed):
            raise MalformedError("expected a record placed as the answer to a submission")
        return answer

    async def entries(self, start: int) -> Entries:
        """Return up to 64 entries from *start* on, with a head that covers them."""

        async def get() -> Entries:
            data, _ = await self._http.request(
                "GET", "/v1/entries", token=self._token, params={"start": str(start)}
            )
            messages = unpack_frame(data)
            if len(messages) != 1 or not isinstance(messages[0], Entries):
                raise MalformedError("expected a frame of one record entries")
            return messages[0]

        return await self._in_session(get)

    async def follow(self, start: int) -> AsyncGenerator[Entries, None]:
        """Yield entries from *start* on as they are placed, until the connection ends."""
        stream = await self._connected()
        async with contextlib.aclosing(stream.follow(start)) as pushes:
            try:
                async for pushed in pushes:
                    yield pushed
            except RefusedError as error:
                if error.code != "session":
                    raise
                self._token = b""
                raise UnavailableError("the session has ended") from error

    async def body(self, digest: Digest) -> bytes:
        """Return a body of this channel; the caller checks its digest."""
        try:
            answer = await self._ask(lambda number: FetchBody(request=number, digest=digest))
        except RefusedError as error:
            if error.code != "too-large":
                raise
            return await self._large_body(digest)
        if not isinstance(answer, Body):
            raise MalformedError("expected a record body as the answer")
        return answer.data

    async def stage(self, digest: Digest, offset: int, data: bytes) -> Staged:
        """Append a part of a blob that a later statement names."""

        async def put() -> Staged:
            answer, _ = await self._http.request(
                "PUT",
                f"/v1/blobs/{digest.hex()}",
                token=self._token,
                body=data,
                params={"offset": str(offset)},
            )
            return Staged.decode(answer)

        return await self._in_session(put)

    async def conflicts(self, start: int) -> Conflicts:
        """Return up to six pairs of statements under one number, from the *start*-th on."""

        async def get() -> Conflicts:
            data, _ = await self._http.request(
                "GET", "/v1/conflicts", token=self._token, params={"start": str(start)}
            )
            found = Conflicts.decode(data)
            if found.start != start:
                raise MalformedError("expected conflicts from the number asked for")
            return found

        return await self._in_session(get)

    async def staged(self, digest: Digest) -> Staged:
        """Tell how much of a blob is there, to resume."""

        async def head() -> Staged:
            _, headers = await self._http.request(
                "HEAD", f"/v1/blobs/{digest.hex()}", token=self._token
            )
            size, complete = headers.get("Upload-Offset", ""), headers.get("Upload-Complete", "")
            if not (size.isascii() and size.isdigit() and len(size) < 16) or complete not in (
                "?0",
                "?1",
            ):
                raise MalformedError("expected offset and completeness of a blob")
            return Staged(size=int(size), complete=int(complete == "?1"))

        return await self._in_session(head)

    # beside it

    async def blob(self, digest: Digest, offset: int) -> AsyncIterator[bytes]:
        """Yield an attachment from *offset* on."""
        path = f"/v1/blobs/{digest.hex()}"
        async for piece in self._http.stream(path, token=self._token, offset=offset):
            yield piece

    async def checkpoint(self) -> bytes:
        """Return the newest checkpoint note, as a file of the log."""
        return await self._file("checkpoint")

    async def tile(self, path: str) -> bytes:
        """Return a tile or an entry bundle of the log, by its C2SP path."""
        return await self._file(path)

    async def _file(self, path: str) -> bytes:
        async def get() -> bytes:
            data, _ = await self._http.request(
                "GET", f"/log/{self.channel.hex()}/{path}", token=self._token, most=1 << 25
            )
            return data

        return await self._in_session(get)

    async def _large_body(self, digest: Digest) -> bytes:
        async def get() -> bytes:
            data, _ = await self._http.request(
                "GET", f"/v1/bodies/{digest.hex()}", token=self._token, most=MAX_BODY
            )
            return data

        return await self._in_session(get)

    async def _stage_body(self, body: bytes) -> None:
        digest = Digest(hashlib.sha256(body).digest())
        await upload(self, digest, len(body), lambda offset, most: body[offset : offset + most])

    # sessions and the stream

    async def _in_session(self, call: Callable[[], Awaitable[T]]) -> T:
        if not self._token:
            await self.renew()
        try:
            return await call()
        except RefusedError as error:
            if error.code != "session":
                raise
        await self.renew()
        return await call()

    async def _ask(self, make: Callable[[int], Message]) -> Message:
        async def ask() -> Message:
            return await (await self._connected()).ask(make)

        return await self._in_session(ask)

    async def _connected(self) -> Stream:
        async with self._connecting:
            stream = self._stream
            if stream is not None and stream.is_open and self._token:
                return stream
            if stream is not None:
                if stream.session_ended:
                    self._token = b""
                await stream.close()
                self._stream = None
            if not self._token:
                await self.renew()
            try:
                self._stream = await Stream.open(self._http, self._token, self._timeout_s)
            except RefusedError as error:
                if error.code != "session":
                    raise
                await self.renew()
                self._stream = await Stream.open(self._http, self._token, self._timeout_s)
            return self._stream
