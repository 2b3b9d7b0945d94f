"""Something in the middle of the wire: it passes bytes on, cuts the line, or changes a byte."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

Toll = Callable[[], "Budget"]


class Budget:
    """How one connection's downstream ends.

    Args:
        cut_after: Bytes from the relay after which the line is cut; ``None`` = never.
        flip_at: Number of the byte from the relay that is changed; ``None`` = none.
    """

    def __init__(self, cut_after: int | None = None, flip_at: int | None = None) -> None:
        self.cut_after = cut_after
        self.flip_at = flip_at
        self.passed = 0

    def take(self, data: bytes) -> tuple[bytes, bool]:
        """Return what is passed on of *data*, and whether the line is cut then."""
        begin = self.passed
        if self.flip_at is not None and begin <= self.flip_at < begin + len(data):
            at = self.flip_at - begin
            data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        if self.cut_after is not None and begin + len(data) >= self.cut_after:
            data = data[: self.cut_after - begin]
            self.passed += len(data)
            return data, True
        self.passed += len(data)
        return data, False


class Proxy:
    """Listens on loopback and connects each caller to the relay.

    Attributes:
        port: Where it listens.
        target: Port of the relay.
        budget: Makes the budget of the next connection.
        connections: How many there have been.
        upstream: Bytes that callers have sent, all together.
    """

    def __init__(self) -> None:
        self.port = 0
        self.target = 0
        self.budget: Toll = Budget
        self.connections = 0
        self.upstream = 0
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side, or the budget, ends it."""
        self.connections += 1
        budget = self.budget()
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        self._writers |= {writer, back}
        up = asyncio.create_task(self._up(reader, back))
        try:
            with contextlib.suppress(ConnectionError):
                while data := await there.read(65_536):
                    data, cut = budget.take(data)
                    writer.write(data)
                    await writer.drain()
                    if cut:
                        return
        finally:
            for each in (writer, back):
                each.transport.abort()
                self._writers.discard(each)
            up.cancel()

    async def _up(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                self.upstream += len(data)
                back.write(data)
                await back.drain()
            back.close()

    def hang_up(self) -> None:
        """Cut every line."""
        for each in tuple(self._writers):
            each.transport.abort()


@contextlib.asynccontextmanager
async def proxy(target: int) -> AsyncIterator[Proxy]:
    """Stand in the middle while the block runs."""
    made = Proxy()
    made.target = target
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        made.hang_up()
