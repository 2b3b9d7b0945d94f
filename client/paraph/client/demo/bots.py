"""The acknowledgement bots of the demo: the stock bot, once for each party and channel."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from typing import Final, Self

from paraph.client.bot import Bot, Notice, StockBot
from paraph.client.demo.cast import PASSPHRASE, RENEW_MS, Cast
from paraph.protocol import roles
from paraph.protocol.names import ChannelId

PATIENCE_S: Final = 30.0
"""How long the stage waits for a receipt before it goes on without."""


@dataclasses.dataclass(slots=True)
class _Running:
    party: str
    channel: ChannelId
    bot: Bot
    stock: StockBot
    stop: asyncio.Event
    task: asyncio.Task[None]


class Bots:
    """Every bot of the demo, as tasks of this process, each with home, key and connection.

    Attributes:
        at: The exercise's clock, POSIX ms: heartbeats claim it; see :meth:`go_on`.
    """

    def __init__(self, cast: Cast, at: int) -> None:
        self._cast: Final = cast
        self._running: list[_Running] = []
        self._news = asyncio.Event()
        self._ticking_since: float | None = None
        self.at = at

    async def __aenter__(self) -> Self:
        """Return the bots; none runs yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop every bot."""
        for each in list(self._running):
            await self._end(each)

    def now(self) -> int:
        """Return the exercise's present instant, POSIX ms."""
        if self._ticking_since is None:
            return self.at
        return self.at + int((time.monotonic() - self._ticking_since) * 1000)

    def go_on(self) -> None:
        """Let the exercise's clock run from where it stands, as fast as any.

        Heartbeats of an exercise may claim any instant; theirs only grow, so log time moves on,
        silence procedures run out, and what is late becomes late, in the year that was played.
        """
        self._ticking_since = time.monotonic()

    async def start(self, party: str, channel: ChannelId) -> None:
        """Start a party's bot in a channel and wait for its first heartbeat."""
        house = self._cast.houses[party]
        bot = Bot(
            house.home,
            channel=channel.hex(),
            passphrase=PASSPHRASE,
            link=self._cast.link(),
            notices=self._heard,
        )
        stock = StockBot(bot, dated=self.now)
        await bot.__aenter__()
        await bot.step()
        await stock.beat()
        stop = asyncio.Event()
        task = asyncio.create_task(bot.run(stop=stop), name=f"bot {party}")
        self._running.append(_Running(party, channel, bot, stock, stop, task))

    async def _end(self, running: _Running) -> None:
        self._running.remove(running)
        running.stop.set()
        with contextlib.suppress(asyncio.CancelledError):
            await running.task
        await running.bot.__aexit__(None, None, None)

    def _heard(self, notice: Notice) -> None:
        del notice
        self._news.set()

    async def renew(self, at: int) -> None:
        """Move the clock on, and give new keys to bots whose keys end soon."""
        self.at = at
        for each in list(self._running):
            station = each.bot.station
            member = station.replica.log.trust.member(station.outbox.key)
            if member is not None and member.not_after - at < RENEW_MS:
                await self._end(each)
                home = self._cast.houses[each.party].home
                await self._cast.renew_key(home, each.channel, roles.BOT, at)
                await self.start(each.party, each.channel)

    async def acknowledged(self, channel: ChannelId, party: str, statement: bytes) -> None:
        """Wait until the other party's bot has acknowledged a statement of *party*.

        A bot that does not answer in time stops nothing: the rung then says so.

        Raises:
            ParaphError: The bot stopped, with what stopped it.
        """
        others = [each for each in self._running if (each.channel, each.party) != (channel, party)]
        waiting = [each for each in others if each.channel == channel]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while not all(_has_said(each, statement) for each in waiting):
                    self._news.clear()
                    await self._news.wait()

    async def beat(self, channel: ChannelId) -> None:
        """Have every bot of a channel say how far it has come, at the exercise's present instant.

        Twice: log time moves on with the second party's word, and only the next sees it moved.
        """
        for _ in range(2):
            for each in self._running:
                if each.channel == channel:
                    await each.bot.step()
                    await each.stock.beat()

    async def close_the_day(self) -> None:
        """Have every bot say once more how far it has verified and holds."""
        for each in self._running:
            await each.bot.step()
            await each.stock.beat()


def _has_said(running: _Running, statement: bytes) -> bool:
    if running.task.done():
        running.task.result()
    memory = running.bot.engine.ledger.memory
    return not memory.batches and memory.is_acknowledged(statement.hex(), "ok")
