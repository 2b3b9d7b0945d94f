"""A service in memory, and a relay around it on a real socket."""

import asyncio
import contextlib
import dataclasses
import datetime as dt
import hashlib
import io
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp

from paraph.protocol.errors import ParaphError, RefusedError
from paraph.protocol.names import ChannelId, Digest
from paraph.protocol.wire import (
    Admission,
    Challenge,
    Conflicts,
    Entries,
    Founded,
    Founding,
    Message,
    Placed,
    Session,
    SessionRequest,
    Staged,
    pack_frame,
    unpack_frame,
)
from paraph.server import tls
from paraph.server.clock import SystemClock
from paraph.server.config import Config, LimitsSection, ListenSection
from paraph.server.ports import TellPlaced
from paraph.server.web.listener import Listener
from paraph.server.web.routes import Routes

TOKEN = bytes(range(32))
CHANNEL = ChannelId(hashlib.sha256(b"channel").digest())
NOTE = b"note\n"
BEARER = {"Authorization": f"Bearer {TOKEN.hex()}"}


class FakeChannel:
    """Keeps entries in a list; `gate` holds submissions back, `raises` makes them fail."""

    def __init__(self, folder: Path) -> None:
        self.channel = CHANNEL
        self.folder = folder
        self.envelopes: list[bytes] = []
        self.bodies: dict[bytes, bytes] = {}
        self.parts: dict[bytes, bytes] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = 0
        self.raises: Exception | None = None
        self.follow_raises: Exception | None = None
        self._grown = asyncio.Event()
        self._beginning: list[asyncio.Task[None]] = []

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        self.begun += 1
        await self.gate.wait()
        if self.raises:
            raise self.raises
        self.envelopes.append(envelope)
        if body:
            self.bodies[hashlib.sha256(body).digest()] = body
        self._grown.set()
        return Placed(request=0, index=len(self.envelopes) - 1, proof=b"proof", envelope=b"")

    def begin(self, request: int, envelope: bytes, body: bytes, tell: TellPlaced) -> None:
        async def told() -> None:
            try:
                placed = await self.submit(envelope, body)
                tell(dataclasses.replace(placed, request=request))
            except Exception as error:  # noqa: BLE001 - what a test asked for
                tell(error)

        self._beginning.append(asyncio.create_task(told()))

    async def entries(self, start: int) -> Entries:
        if start > len(self.envelopes):
            raise RefusedError("expected an index of the log", code="not-found")
        found = tuple(self.envelopes[start : start + 64])
        return Entries(request=0, start=start, envelopes=found, bodies=(), note=NOTE)

    async def follow(self, start: int) -> AsyncIterator[Entries]:
        if self.follow_raises:
            raise self.follow_raises
        if start > len(self.envelopes):
            raise RefusedError("expected an index of the log", code="not-found")
        while True:
            while start == len(self.envelopes):
                self._grown.clear()
                await self._grown.wait()
            found = await self.entries(start)
            start += len(found.envelopes)
            yield found

    async def body(self, digest: Digest) -> bytes:
        if digest not in self.bodies:
            raise RefusedError("expected a body of this channel", code="not-found")
        return self.bodies[digest]

    async def stage(self, digest: Digest, offset: int, data: bytes) -> Staged:
        there = self.parts.get(digest, b"")
        if offset == len(there):
            self.parts[digest] = there + data
        return await self.staged(digest)

    async def conflicts(self, start: int) -> Conflicts:
        return Conflicts(start=start, pairs=())

    async def staged(self, digest: Digest) -> Staged:
        there = self.parts.get(digest, b"")
        complete = int(hashlib.sha256(there).digest() == digest)
        if complete:
            (self.folder / digest.hex()).write_bytes(there)
        return Staged(size=len(there), complete=complete)

    async def blob_path(self, digest: Digest) -> Path:
        path = self.folder / digest.hex()
        if not path.is_file():
            raise RefusedError("expected an attachment of this channel", code="not-found")
        return path

    async def checkpoint(self) -> bytes:
        return NOTE

    async def tile(self, path: str) -> bytes:
        return path.encode()

    async def entry_bundle(self, path: str) -> bytes:
        return b"bundle " + path.encode()


class FakeService:
    """One channel, one session."""

    def __init__(self, folder: Path) -> None:
        self.of = FakeChannel(folder)
        self.raises: Exception | None = None
        self.hosts: list[str] = []

    async def admit(self, admission: Admission) -> None:
        del admission
        self._fail()

    async def found(self, founding: Founding) -> Founded:
        self._fail()
        return Founded(envelopes=founding.envelopes, note=NOTE)

    def challenge(self) -> Challenge:
        return Challenge(nonce=bytes(32))

    async def open_session(self, request: SessionRequest, host: str) -> Session:
        del request
        self.hosts.append(host)
        self._fail()
        return Session(token=TOKEN, lives_s=3600)

    def resume(self, token: bytes) -> FakeChannel:
        if token != TOKEN:
            raise RefusedError("expected a session", code="session", hint="unlike the others")
        return self.of

    async def probe(self) -> None:
        self._fail()

    def _fail(self) -> None:
        if self.raises:
            raise self.raises


async def until(reached: Callable[[], bool]) -> None:
    """Let everything else run until *reached*; five seconds at most."""
    async with asyncio.timeout(5):
        while not reached():  # noqa: ASYNC110 - nothing tells a test what a peer's socket did
            await asyncio.sleep(0)


class Stream:
    """The client's end of a stream."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws

    async def send(self, *messages: Message) -> None:
        await self.ws.send_bytes(pack_frame(messages))

    async def frame(self) -> tuple[Message, ...]:
        return unpack_frame(await self.ws.receive_bytes())

    async def messages(self, count: int) -> list[Message]:
        found: list[Message] = []
        while len(found) < count:
            found += await self.frame()
        return found

    async def closed(self) -> int | None:
        while not self.ws.closed:
            await self.ws.receive()
        return self.ws.close_code


@dataclasses.dataclass
class Running:
    """A relay on a loopback port."""

    service: FakeService
    routes: Routes
    listener: Listener
    port: int
    certificate: tls.Certificate | None
    http: aiohttp.ClientSession
    broken: list[ParaphError]

    @property
    def base(self) -> str:
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}"

    @property
    def tls(self) -> aiohttp.Fingerprint | bool:
        return aiohttp.Fingerprint(self.certificate.pin) if self.certificate else False

    def request(
        self,
        method: str,
        path: str,
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> "aiohttp.client._RequestContextManager":
        asked = BEARER if headers is None else headers
        return self.http.request(
            method,
            self.base + path,
            data=io.BytesIO(data) if data is not None else None,
            headers=asked,
            ssl=self.tls,
        )

    @contextlib.asynccontextmanager
    async def stream(self) -> AsyncIterator[Stream]:
        async with self.http.ws_connect(
            f"{self.base}/v1/stream", headers=BEARER, ssl=self.tls, max_msg_size=0
        ) as ws:
            yield Stream(ws)

    async def raw(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        context: ssl.SSLContext | None = None
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=context)


@contextlib.asynccontextmanager
async def relay(folder: Path, *, plain: bool = False, **limits: float) -> AsyncIterator[Running]:
    """Serve a fake service; TLS unless *plain*."""
    certificate = None
    if not plain:
        files = tls.development_certificate(("127.0.0.1",), dt.datetime.now(dt.UTC))
        for name, data in zip(("tls.crt", "tls.key"), files, strict=True):
            (folder / name).write_bytes(data)
        certificate = tls.Certificate(folder / "tls.crt", folder / "tls.key")
    config = Config(
        home=folder,
        listen=ListenSection(port=0, plain_http=plain),
        limits=dataclasses.replace(LimitsSection(), **limits),  # type: ignore[arg-type]
    )
    service = FakeService(folder)
    broken: list[ParaphError] = []
    routes = Routes(service, config, SystemClock(), certificate, broken.append)
    listener = Listener(routes, config, certificate)
    port = await listener.start()
    routes.address = f"{config.scheme}://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession() as http:
            yield Running(service, routes, listener, port, certificate, http, broken)
    finally:
        await listener.stop()
