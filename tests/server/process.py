"""The real relay as its own process, and a desk that speaks to it with bare aiohttp."""

import asyncio
import contextlib
import dataclasses
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.wire import Challenge, RelayCard, Session
from paraph.server import cards, init
from paraph.server.config import CONFIG_FILE, render
from tests.server.fakes import Stream
from tests.support.channel import ORIGIN_PREFIX, Channel
from tests.support.parties import Person

CODES = ("RUS", "USA")


async def make_home(
    home: Path, secret: LogSecret, *, plain: bool = False, **limits: float
) -> dict[str, str]:
    """Make a relay that has *secret*, on a port that the system chooses; return its codes."""
    wanted = init.settings(home, host="127.0.0.1", port=0, origin=ORIGIN_PREFIX, plain=plain)
    made = await init.make(wanted, CODES)
    cards.write_log_key(home / wanted.store.log_key, secret)
    changed = dataclasses.replace(wanted.limits, **limits)  # type: ignore[arg-type]
    (home / CONFIG_FILE).write_text(render(dataclasses.replace(wanted, limits=changed)))
    return dict(made.codes)


class Process:
    """One run of `paraph-relay serve`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home.with_name(f"{home.name}.log")
        self.ready: dict[str, Any] = {}
        self._child: asyncio.subprocess.Process | None = None

    async def start(self) -> "Process":
        with self.log.open("ab") as log:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "paraph.server", "serve", str(self.home),
                stdout=asyncio.subprocess.PIPE, stderr=log,
                env={**os.environ, "COLUMNS": "200"},
            )  # fmt: skip
        assert self._child.stdout is not None
        line = await self._child.stdout.readline()
        assert line, self.log.read_text()
        self.ready = json.loads(line)
        return self

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    @property
    def card(self) -> RelayCard:
        return RelayCard.decode(Path(self.ready["card"]).read_bytes())

    def send(self, which: signal.Signals) -> None:
        assert self._child is not None
        self._child.send_signal(which)

    async def ended(self) -> int:
        assert self._child is not None
        async with asyncio.timeout(15):
            return await self._child.wait()

    async def kill(self) -> None:
        if self._child is not None and self._child.returncode is None:
            self.send(signal.SIGKILL)
            await self._child.wait()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(each) for each in self.log.read_text().splitlines()]


@contextlib.asynccontextmanager
async def serving(home: Path) -> AsyncIterator[Process]:
    """Serve *home* until the end of the block."""
    process = Process(home)
    try:
        yield await process.start()
    finally:
        await process.kill()


class Desk:
    """What a desk asks of the relay on *card*."""

    def __init__(self, http: aiohttp.ClientSession, card: RelayCard) -> None:
        self.http = http
        self.card = card
        self.tls: Any = aiohttp.Fingerprint(card.pin) if any(card.pin) else False
        self.bearer: dict[str, str] = {}

    async def ask(self, method: str, path: str, data: bytes | None = None) -> tuple[int, bytes]:
        async with self.http.request(
            method, self.card.address + path, data=data, headers=self.bearer, ssl=self.tls
        ) as got:
            return got.status, await got.read()

    async def found(self, channel: Channel, codes: dict[str, str]) -> int:
        for party in channel.parties:
            status, _ = await self.ask(
                "POST", "/v1/admit", party.admission(codes[party.code]).encode()
            )
            assert status == 204
        return (await self.ask("POST", "/v1/found", channel.founding_message().encode()))[0]

    async def open(self, channel: Channel, person: Person) -> int:
        _, data = await self.ask("POST", "/v1/challenge")
        nonce = Challenge.decode(data).nonce
        request = channel.session_request(
            person, nonce, int(time.time() * 1000), host=urlsplit(self.card.address).netloc
        )
        status, data = await self.ask("POST", "/v1/session", request.encode())
        if status == 200:
            self.bearer = {"Authorization": f"Bearer {Session.decode(data).token.hex()}"}
        return status

    @contextlib.asynccontextmanager
    async def stream(self) -> AsyncIterator[Stream]:
        async with self.http.ws_connect(
            f"{self.card.address}/v1/stream", headers=self.bearer, ssl=self.tls
        ) as ws:
            yield Stream(ws)


@contextlib.asynccontextmanager
async def desk(process: Process) -> AsyncIterator[Desk]:
    """A desk at the relay."""
    async with aiohttp.ClientSession() as http:
        yield Desk(http, process.card)
