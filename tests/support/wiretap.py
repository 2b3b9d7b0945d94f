"""A real relay in a thread of its own, and somebody on the wire who keeps every byte."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from paraph.client.channel.tools import Tools
from paraph.client.keys.vault import Vault
from paraph.protocol.wire import RelayCard
from tests.support.memory_front import _derive
from tests.support.real_relay import real_relay


@dataclasses.dataclass
class Wiretap:
    """What crossed, both ways, and the relay that it crossed to.

    Attributes:
        card: Leads through the tap; plain HTTP, so that there is something to read.
        codes: Enrolment codes.
        home: The relay's folder.
        streams: One for each direction of each connection.
    """

    card: RelayCard
    codes: tuple[str, ...]
    home: Path
    streams: list[bytearray]

    def crossed(self) -> Iterator[bytes]:
        """Yield everything that crossed, as it was sent and as it was meant."""
        for stream in self.streams:
            yield bytes(stream)
            yield unmasked(bytes(stream))

    def stored(self) -> Iterator[bytes]:
        """Yield every file of the relay, and what it logged."""
        for path in [*sorted(self.home.rglob("*")), self.home.with_name("relay.log")]:
            if path.is_file():
                yield path.read_bytes()


class WireTools(Tools):
    """The network and the clock as they are; a key file is opened slowly once."""

    def open_vault(self, path: Path, passphrase: bytes) -> Vault:
        """Open a key file."""
        return Vault.open(path, passphrase, derive=_derive)


def unmasked(stream: bytes) -> bytes:
    """Return the payloads of a client's WebSocket frames, which cross under a mask."""
    # Other requests may have gone the same way before it was upgraded.
    upgrade = stream.lower().find(b"upgrade: websocket")
    if upgrade < 0:
        return b""
    _, _, rest = stream[upgrade:].partition(b"\r\n\r\n")
    out = bytearray()
    while len(rest) >= 2:
        size, at = rest[1] & 0x7F, 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, at = int.from_bytes(rest[2 : 2 + width], "big"), 2 + width
        if rest[1] & 0x80:
            mask, at = rest[at : at + 4], at + 4
            out += bytes(byte ^ mask[n % 4] for n, byte in enumerate(rest[at : at + size]))
        rest = rest[at + size :]
    return bytes(out)


@contextlib.contextmanager
def wiretap(folder: Path) -> Iterator[Wiretap]:
    """Serve a relay and listen to its wire while the block runs."""
    log = (folder / "relay.log").open("w", encoding="utf-8")
    factory = structlog.WriteLoggerFactory(log)  # as it is, without the relay's own allow-list
    structlog.configure(logger_factory=factory, cache_logger_on_first_use=False)
    ready, done = threading.Event(), threading.Event()
    found: list[Wiretap] = []
    failed: list[BaseException] = []

    def serve() -> None:
        try:
            asyncio.run(_serve(folder, found, ready, done))
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits
            failed.append(error)
            ready.set()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert ready.wait(30)
        if failed:
            raise failed[0]
        yield found[0]
    finally:
        done.set()
        thread.join(30)
        structlog.reset_defaults()
        log.close()


async def _serve(
    folder: Path, found: list[Wiretap], ready: threading.Event, done: threading.Event
) -> None:
    streams: list[bytearray] = []
    async with real_relay(folder / "relay", plain=True) as relay:
        port = urlsplit(relay.card.address).port

        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_pass(reader, back, streams), _pass(there, writer, streams))

        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        relay.routes.address = address
        card = dataclasses.replace(relay.card, address=address)
        found.append(Wiretap(card, relay.codes, relay.home, streams))
        ready.set()
        await asyncio.to_thread(done.wait)
        server.close()


async def _pass(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, streams: list[bytearray]
) -> None:
    kept = bytearray()
    streams.append(kept)
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            kept += data
            writer.write(data)
            await writer.drain()
    writer.close()
