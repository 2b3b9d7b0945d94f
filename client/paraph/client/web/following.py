"""Keeps one desk current: entries by push, bodies, what waits to be sent; and says so."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.web.hints import Came, Hints
from paraph.protocol import roles
from paraph.protocol.errors import EquivocationError, ParaphError, UnavailableError

ROUND_S: Final = 15.0
"""How often the relay is asked although it pushes: for bodies that came late, and what waits."""
AGAIN_S: Final = 3.0
"""How soon after a failure."""


class Following:
    """One desk and its relay.

    Args:
        desk: Open, with a link.
        hints: Told of everything that is new.

    Attributes:
        trouble: What went wrong with the relay when it was asked last; nothing if nothing did.
    """

    def __init__(self, desk: Desk, hints: Hints) -> None:
        self.trouble: ParaphError | None = None
        self._desk: Final = desk
        self._hints: Final = hints
        self._wake: Final = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._told = self._seen()

    @property
    def is_convicted(self) -> bool:
        """Whether the relay showed two histories; it is asked for nothing any more."""
        return self._desk.replica.is_accused

    def start(self) -> None:
        """Begin."""
        self._tasks = [asyncio.create_task(self._rounds()), asyncio.create_task(self._pushes())]

    async def stop(self) -> None:
        """End; nothing is under way afterwards."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def wake(self) -> None:
        """Ask the relay now."""
        self._wake.set()

    async def _rounds(self) -> None:
        while not self.is_convicted:
            self._wake.clear()
            await self._round()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_S if self.trouble else ROUND_S):
                    await self._wake.wait()
        self.trouble = None  # it is told as what it is, and not as a relay that is not heard
        self._hints.tell("link")
        self._hints.tell("changed")

    async def _round(self) -> None:
        trouble: ParaphError | None = None
        try:
            await self._desk.sync()
        except ParaphError as error:
            trouble = error
        if self.is_convicted:
            self.wake()  # there is nothing to wait for
        before, self.trouble = self.trouble, trouble
        if str(before or "") != str(trouble or ""):
            self._hints.tell("link")
        self._tell()

    def _tell(self) -> None:
        if self._seen() != self._told:
            came = tuple(self._came(self._told[0]))
            self._told = self._seen()
            self._hints.tell("changed", came)

    def _came(self, start: int) -> Iterator[Came]:
        # What others said, of what was read since: not our own words, not signs of life.
        desk = self._desk
        for index in range(start, desk.reader.position):
            entry = desk.replica.entry(index)
            known = desk.reader.state.entries.get(entry.id)
            ours = entry.statement is not None and entry.statement.sender == desk.outbox.key
            if known is not None and not ours and known.said.role != roles.BOT:
                yield Came(desk.channel, known.party, known.kind)

    def _seen(self) -> tuple[int, int, int]:
        desk = self._desk
        return desk.reader.position, desk.replica.size, len(desk.outbox.pending())

    async def _pushes(self) -> None:
        # What came is shown at once, if its body came along; the rest is for a round.
        while not self.is_convicted:
            try:
                relay = await self._desk.relay()
                async for _ in self._desk.replica.follow(relay):
                    self._desk.read_ahead()
                    self._tell()
                    self.wake()
            except UnavailableError:
                await asyncio.sleep(AGAIN_S)
            except EquivocationError:
                self.wake()
            except ParaphError:  # what ails it is found, and told, by a round
                self.wake()
                await asyncio.sleep(ROUND_S)
