"""Two ministries in the middle of a negotiation: every program that takes part is a real process.

The sample negotiation is moved to the present and played up to a moment that has something open
in every view: two silence procedures, a side document to confirm, comments, proposals, a finding,
a dispatch without its receipt. From there the desks, the relay and the bots go on by themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from paraph.client.clock import wall_clock
from paraph.client.demo import script
from paraph.client.demo.bots import Bots
from paraph.client.demo.cast import PASSPHRASE, Cast
from paraph.client.demo.play import Play
from paraph.client.demo.relay_process import RelayProcess
from paraph.client.files import write_atomically
from paraph.client.scenario import load, shipped
from paraph.client.scenario.model import Scenario
from paraph.protocol.names import ChannelId

MIDDLE: Final = "2015-10-15T16:20:00Z"
"""The moment of the sample that becomes the present."""
BEFORE: Final = "2015-10-01T13:59:00Z"
"""A moment of the sample before anybody speaks."""
PARAPH: Final = (sys.executable, "-c", "from paraph.client.cli import main; main()")
START_S: Final = 60
STOP_S: Final = 20
_INSTANT: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z)?")
_HOUR_MS: Final = 3_600_000


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text if "T" in text else f"{text}T00:00:00Z")


def moved(data: bytes, moment: str, now: dt.datetime) -> bytes:
    """Return a scenario file whose instants and days are all moved so that *moment* is *now*."""
    by = now.replace(microsecond=0) - _instant(moment)

    def later(found: re.Match[str]) -> str:
        return f"{_instant(found[0]) + by:%Y-%m-%dT%H:%M:%SZ}"

    return _INSTANT.sub(later, data.decode()).encode()


@dataclasses.dataclass(slots=True)
class Running:
    """A program of ours that runs.

    Attributes:
        process: The process.
        log: What it writes to standard error.
    """

    process: asyncio.subprocess.Process
    log: Path

    @classmethod
    async def start(cls, log: Path, *arguments: str, heard: bool = True) -> Running:
        """Start ``paraph`` with *arguments*; what it prints is read by whoever starts it, or lost.

        Args:
            log: Where its standard error goes.
            arguments: The command.
            heard: Whether somebody reads what it prints.
        """
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *PARAPH,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if heard else asyncio.subprocess.DEVNULL,
                stderr=errors,
            )
        return cls(process, log)

    async def first_line(self) -> bytes:
        """Return the first line that it prints; fail with its log if it ends before."""
        assert self.process.stdout is not None
        async with asyncio.timeout(START_S):
            line = await self.process.stdout.readline()
        assert line, self.log.read_text(encoding="utf-8", errors="replace")
        return line

    async def stop(self, number: int = signal.SIGTERM) -> None:
        """End it, and fail if it left a traceback or took too long."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)
            async with asyncio.timeout(STOP_S):
                await self.process.wait()
        told = self.log.read_text(encoding="utf-8", errors="replace")
        assert "Traceback" not in told, told


@dataclasses.dataclass(slots=True)
class Served:
    """A desk that answers.

    Attributes:
        person: Whose desk.
        running: Its process.
        url: An address that lets one browser in, once.
        origin: Where its pages stand.
    """

    person: str
    running: Running
    url: str
    origin: str


@dataclasses.dataclass(frozen=True, slots=True)
class World:
    """Everybody, while the relay runs.

    Attributes:
        folder: Where everything stands.
        passphrase: File with everybody's passphrase.
        homes: Person id to their home.
        relay: The relay's process.
        channel: The shared channel.
        negotiation: Id of the negotiation, hex: its pages stand at ``/n/<id>``.
        statements: Statement ids by what the sample calls them.
    """

    folder: Path
    passphrase: Path
    homes: dict[str, Path]
    relay: RelayProcess
    channel: ChannelId
    negotiation: str
    statements: dict[str, bytes]

    @property
    def room(self) -> str:
        """Where the pages of the negotiation stand."""
        return f"/n/{self.negotiation}"

    def _seat(self, person: str) -> tuple[str, ...]:
        home, words = str(self.homes[person]), str(self.passphrase)
        return ("--home", home, "--passphrase-file", words)

    async def say(self, person: str, *arguments: str) -> str:
        """Run a command as *person*, as a person would type it; return what it prints."""
        log = self.folder / "command.log"
        ran = await Running.start(log, *arguments, *self._seat(person))
        async with asyncio.timeout(START_S):
            out, _ = await ran.process.communicate()
        assert ran.process.returncode == 0, (arguments, out, log.read_text(encoding="utf-8"))
        return out.decode()

    @contextlib.asynccontextmanager
    async def bot(self, person: str) -> AsyncIterator[Running]:
        """Run the stock bot of the party whose home *person* has."""
        log = self.folder / f"bot-{person}.log"
        channel = ("--channel", self.channel.hex())
        words = ("bot", "run", *channel, *self._seat(person))
        running = await Running.start(log, *words, heard=False)
        try:
            yield running
        finally:
            await running.stop()

    @contextlib.asynccontextmanager
    async def desk(self, person: str, *options: str) -> AsyncIterator[Served]:
        """Open the desk of *person*, without a browser."""
        log = self.folder / f"desk-{person}.log"
        words = ("desk", "--no-browser", "--json", *options, *self._seat(person))
        running = await Running.start(log, *words)
        try:
            told = await _object(running)
            yield Served(person, running, told["url"], told["origin"])
        finally:
            await running.stop()


async def _object(running: Running) -> dict[str, str]:
    # One object over several lines: read until it is whole.
    text = b""
    while True:
        text += await running.first_line()
        with contextlib.suppress(json.JSONDecodeError):
            found: dict[str, str] = json.loads(text)
            return found


@contextlib.asynccontextmanager
async def founded(folder: Path) -> AsyncIterator[World]:
    """Enrol the people of the sample in a channel in which nobody has said anything yet.

    Args:
        folder: New or empty.
    """
    async with played(folder, moment=BEFORE) as world:
        yield world


@contextlib.asynccontextmanager
async def played(folder: Path, *, moment: str = MIDDLE) -> AsyncIterator[World]:
    """Play the sample up to *moment*, which becomes the present, and keep its relay running.

    Args:
        folder: New or empty.
        moment: An instant of the sample; what it has later is not played.
    """
    now = dt.datetime.now(dt.UTC)
    scenario = load(moved(shipped(), moment, now))
    passphrase = folder / "passphrase"
    write_atomically(passphrase, PASSPHRASE + b"\n")
    async with RelayProcess(folder / "relay", tuple(scenario.parties)) as relay:
        play = await _play(folder, scenario, relay, round(now.timestamp() * 1000))
        yield World(
            folder=folder,
            passphrase=passphrase,
            homes={name: player.home.path for name, player in play.cast.players.items()},
            relay=relay,
            channel=play.cast.channel,
            negotiation=play.negotiation.hex(),
            statements=play.statements,
        )


async def _play(folder: Path, scenario: Scenario, relay: RelayProcess, before: int) -> Play:
    begin = script.acts(scenario)[0].at - _HOUR_MS
    cast = Cast(folder, scenario, relay)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(cast.close)
        await cast.found(begin, lambda _: None)
        bots = await stack.enter_async_context(Bots(cast, begin))
        for code in cast.houses:
            await bots.start(code, cast.channel)
        play = Play(scenario, cast, bots)
        await play.run(lambda _, __: None, before=before)
        bots.at = wall_clock()
        await bots.close_the_day()
    return play
