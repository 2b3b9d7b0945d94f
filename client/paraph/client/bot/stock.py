"""The stock bot: receipts, signs of life, reminders (SPEC 5.4, 5.7).

- Every statement that a person of the other party has sealed to this bot is acknowledged as
  fetched, once its body is on this disk; as ``cannot_open`` if it does not open.
- A heartbeat at once after the enrolment, then every 60 s if anything but heartbeats came, else
  hourly. It says up to where the log was verified and up to where every body is on this disk.
- ``unopened`` when an entry cannot be opened, ``opened`` when a grant or a late body cures it.
- Reminders and escalation are notices to this home (:mod:`paraph.client.bot.watch`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from paraph.client.bot import watch
from paraph.client.bot.bot import Bot
from paraph.client.bot.engine import Context
from paraph.client.bot.events import AnyEvent, CannotOpen, Event
from paraph.client.bot.notices import Notice, Notices, silence
from paraph.client.clock import Clock, wall_clock
from paraph.client.keys.home import Home
from paraph.protocol import roles
from paraph.protocol.errors import InputError, OutOfTurnError, RefusedError
from paraph.protocol.statements.clear import Heartbeat, Withdraw

if TYPE_CHECKING:
    from paraph.client.channel.joining import Link

BUSY_MS: Final = 60_000
"""Between heartbeats while something other than heartbeats comes."""
QUIET_MS: Final = 3_600_000
"""Between heartbeats while nothing comes."""
LEAST_WAIT_MS: Final = 1_000
"""A heartbeat that waits in the outbox is looked at again after so long."""
KEY_ENDS_MS: Final = 7 * 24 * 3_600_000
"""How long before the end of the bot's key its people are told."""
_NOT_YET: Final = frozenset({"not-open", "unknown-sender", "not-settled", "exclusive-pending"})


class StockBot:
    """Gives *bot* the handlers and the heartbeats of the stock bot.

    Args:
        bot: Not opened yet.
        dated: In an exercise, what the exercise's clock says, POSIX ms; heartbeats claim it and
            reminders follow it. Without it they follow the bot's clock.
    """

    def __init__(self, bot: Bot, *, dated: Callable[[], int] | None = None) -> None:
        self.bot: Final = bot
        self._dated: Final = dated
        self._last: Heartbeat | None = None
        self._looked = False
        self._scanned = 0
        self._news = False
        bot.on(object, where=lambda event: event.may_be_acknowledged, name="stock-acknowledge")(
            self._acknowledge
        )
        bot.on(object, where=_by_own_person, name="stock-settle")(self._settle)
        bot.on(Withdraw, name="stock-withdrawn")(self._withdrawn)
        bot.on(CannotOpen, name="stock-unopened")(self._unopened)
        bot.add_tick(self._tick)

    def scale(self) -> int:
        """Return the time by which heartbeats and reminders go, POSIX ms."""
        return self._dated() if self._dated is not None else self.bot.clock()

    # handlers

    async def _acknowledge(self, event: AnyEvent, ctx: Context) -> None:
        ctx.acknowledge()
        ctx.facts.update(watch.facts_of(event, self.scale()))
        kind = getattr(event.record, "KIND", type(event.record).__name__)
        await ctx.notice("received", f"{kind} by {event.party} {event.role}")

    async def _settle(self, event: AnyEvent, ctx: Context) -> None:
        del ctx
        ledger = self.bot.engine.ledger
        watched = ledger.memory.watched
        for each in watch.seen_by(event):
            if each.hex() in watched:
                ledger.write({"do": "watch", "id": each.hex(), "facts": {"seen": True}})
        for each in watch.answered_by(event):
            if each.hex() in watched:
                ledger.write({"do": "unwatch", "id": each.hex()})

    async def _withdrawn(self, event: Event[Withdraw], ctx: Context) -> None:
        del ctx
        ledger = self.bot.engine.ledger
        for statement in list(watch.withdrawn_by(event, ledger.memory.watched)):
            ledger.write({"do": "unwatch", "id": statement})

    async def _unopened(self, event: Event[CannotOpen], ctx: Context) -> None:
        self.bot.station.unopened(event)
        await ctx.notice("unopened", event.record.reason)

    # what is due

    async def _tick(self) -> int | None:
        await self._cure()
        await self._remind()
        await self._pass_on_alarms()
        try:
            return await self._beat_if_due()
        except (RefusedError, OutOfTurnError) as error:
            if error.code not in _NOT_YET:
                raise
            return self.bot.clock() + BUSY_MS

    async def _beat_if_due(self) -> int | None:
        due = self._due()
        if self.scale() >= due:
            await self.beat(send=False)
            due = self._due()
        return self.bot.clock() + max(LEAST_WAIT_MS, due - self.scale())

    def _due(self) -> int:
        station = self.bot.station
        if not self._looked and station.replica.size:
            self._last, self._looked = station.last_heartbeat(), True
            self._scanned = self._last.verified if self._last is not None else 0
        if self._last is None:
            return 0
        size = station.replica.size
        if not self._news and size > self._scanned:
            self._news = any(
                entry.statement is None or entry.statement.type != "heartbeat"
                for entry in station.replica.entries(self._scanned, size)
            )
            self._scanned = size
        arrived = self._last.held < self._last.verified and station.replica.held() > self._last.held
        return self._last.dated + (BUSY_MS if self._news or arrived else QUIET_MS)

    async def beat(self, *, dated: int = 0, send: bool = True) -> None:
        """Give a sign of life now.

        Args:
            dated: In an exercise, the instant to claim, POSIX ms; 0 = as the exercise's clock.
            send: Send it at once, not with the next step.

        Raises:
            InputError: A claimed instant outside an exercise.
            RefusedError: The bot's key is not enrolled yet, or has ended.
            UnavailableError: The relay cannot be reached; it stays in the outbox.
        """
        station = self.bot.station
        claimed = dated or (self._dated() if self._dated is not None else 0)
        if claimed and not station.replica.log.charter.exercise:
            raise InputError("expected a heartbeat of this instant: the channel is no exercise")
        now = self.bot.clock()
        row = station.heartbeat(dated=claimed, now=now)
        if row is None:  # one waits already: when it has left, the log says what it said
            self._looked = False
        else:
            self._last = Heartbeat(
                dated=claimed or now,
                verified=station.replica.size,
                held=station.replica.held(),
            )
            self._looked, self._news, self._scanned = True, False, station.replica.size
            await self.bot.tell(
                "heartbeat", f"verified {self._last.verified}, held {self._last.held}"
            )
        if send:
            await station.send()

    async def _cure(self) -> None:
        station = self.bot.station
        for index in station.disputed():
            event = station.event(index)
            if event is None or isinstance(event.record, CannotOpen):
                continue
            if self.bot.aside.why(event) is not None:
                continue
            if station.opened(index) is not None:
                await self.bot.engine.deliver(event, anew=True)
                await self.bot.tell("opened", "opened after all", index=index)

    async def _remind(self) -> None:
        ledger, now = self.bot.engine.ledger, self.scale()
        for statement, facts in list(ledger.memory.watched.items()):
            for kind, due, text in watch.dues(facts):
                what = f"{kind} {statement}"
                if now < due or what in ledger.memory.told:
                    continue
                await self.bot.tell_notice(
                    Notice(
                        kind=kind,
                        at=self.bot.clock(),
                        channel=self.bot.station.replica.log.channel.hex(),
                        index=facts["index"],
                        statement=statement,
                        text=text,
                        precedence=facts["precedence"],
                        due=due,
                    )
                )
                ledger.write({"do": "told", "what": what})

    async def _pass_on_alarms(self) -> None:
        ledger, station = self.bot.engine.ledger, self.bot.station
        for alarm in station.replica.alarms():
            what = f"alarm {alarm.name} {alarm.index} {alarm.detail}"
            if what not in ledger.memory.told:
                text = f"{alarm.name}: {alarm.detail}"
                await self.bot.tell("alarm", text, index=alarm.index)
                ledger.write({"do": "told", "what": what})
        member = station.replica.log.trust.member(station.outbox.key)
        ends = f"key-ends {station.outbox.key.hex()}"
        if member is not None and ends not in ledger.memory.told:
            left = member.not_after - station.replica.log.log_time
            if left < KEY_ENDS_MS:
                await self.bot.tell("key-ends", "enrol a new bot key soon", due=member.not_after)
                ledger.write({"do": "told", "what": ends})


def _by_own_person(event: AnyEvent) -> bool:
    return event.is_own and event.is_sealed and event.role in roles.PERSONS


async def run(
    home: Home | str | Path,
    passphrase: bytes | str | Path,
    channel: str = "",
    *,
    clock: Clock = wall_clock,
    notices: Notices = silence,
    stop: asyncio.Event | None = None,
    link: Link | None = None,
) -> None:
    """Run the stock bot of a home until *stop* is set.

    Args:
        home: The home's folder.
        passphrase: Of its key file, or the path of a file that holds it.
        channel: Name or beginning of the id; empty if there is one only.
        clock: POSIX ms.
        notices: Takes what the people of this home may have to know.
        stop: Ends it gracefully.
        link: The way to the relay; that of the channel's relay card if not given.

    Raises:
        ParaphError: As :meth:`Bot.__aenter__` and :meth:`Bot.run`.
    """
    bot = Bot(
        home,
        channel=channel,
        passphrase=passphrase,
        link=link,
        clock=clock,
        notices=notices,
    )
    StockBot(bot)
    async with bot:
        await bot.run(stop=stop)
