"""The bot: a home's bot key, its handlers, and the loop that feeds them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from paraph.client.bot.aside import Aside
from paraph.client.bot.engine import Engine, Handler, Route, Where
from paraph.client.bot.events import BODY_MISSING, AnyEvent, CannotOpen
from paraph.client.bot.ledger import Ledger
from paraph.client.bot.memory import Parked
from paraph.client.bot.notices import Notice, Notices, give, silence
from paraph.client.bot.opening import bot_key, open_vault, shared_channel
from paraph.client.bot.reach import Reach
from paraph.client.bot.station import Station
from paraph.client.clock import Clock, wall_clock
from paraph.client.keys.home import ChannelHome, Home, default_home
from paraph.client.keys.vault import Vault
from paraph.client.reading.held import Holding
from paraph.protocol.errors import MisuseError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from paraph.client.channel.joining import Link

R = TypeVar("R")

PATIENCE_MS: Final = 60_000
"""How long a body that the relay does not give is asked for before it counts as missing."""
LOOK_AGAIN_MS: Final = 5_000
MOST_WAIT_S: Final = 15.0
"""Longest wait between two looks at what is due."""

Tick = Callable[[], Awaitable[int | None]]
"""Does what is due, and says when it is due next, POSIX ms."""


class Bot:
    """Feeds the entries of one channel to handlers, and sends what they ask for.

    At least once: a handler may run again after a crash, and is not run again for a statement
    that it is done with. It should be quick, or a plain function, which runs in a thread.

    Args:
        home: Folder of the bot's home; PARAPH_HOME or the platform's folder if not given.
        channel: Name of the channel, or the beginning of its id; if not given, the one that there
            is, or the one that is shared with another party.
        passphrase: Of the home's key file, as bytes, or the path of a file of mode 0600 that
            holds it; PARAPH_PASSPHRASE_FILE if not given. An open key file does as well.
        name: Under which this bot remembers; two programs of one home need two names.
        since: Begin again at this index of the log: every handler runs again from there on.
        link: The way to the relay; that of the channel's relay card if not given.
        clock: POSIX ms.
        notices: Takes what the people of this home may have to know.

    Example:
        >>> bot = Bot("/var/lib/paraph/bot")
        >>> @bot.on(VersionTabled, where=lambda event: not event.is_own)
        ... async def tell(event: Event[VersionTabled], ctx: Context) -> None:
        ...     ctx.acknowledge()
    """

    def __init__(
        self,
        home: str | Path | Home | None = None,
        *,
        channel: str = "",
        passphrase: bytes | str | Path | Vault | None = None,
        name: str = "bot",
        since: int | None = None,
        link: Link | None = None,
        clock: Clock = wall_clock,
        notices: Notices = silence,
    ) -> None:
        self.name: Final = name
        self.clock: Final = clock
        self.routes: Final[list[Route[Any]]] = []
        self._home: Final = home
        self._channel: Final = channel
        self._passphrase: Final = passphrase
        self._since: Final = since
        self._link: Final = link
        self._notices: Final = notices
        self._ticks: Final[list[Tick]] = []
        self._wake: Final = asyncio.Event()
        self._stepping: Final = asyncio.Lock()
        self._missing: Final[dict[int, int]] = {}
        self._reach: Final = Reach(clock, self.tell)
        self._next = 0
        self._station: Station | None = None
        self._engine: Engine | None = None
        self._aside: Aside | None = None

    # registering

    def on(
        self, kind: type[R], *, where: Where[R] | None = None, name: str = ""
    ) -> Callable[[Handler[R]], Handler[R]]:
        """Register a handler for records of *kind*.

        Args:
            kind: A content record, a clear payload, ``UnknownEvent``, ``CannotOpen``,
                ``NotAddressed``; ``object`` for everything.
            where: Which of them.
            name: Under which its work is remembered; the function's own if not given. Renaming
                it makes it a new handler.

        Raises:
            MisuseError: Two handlers of one name.
        """

        def register(handle: Handler[R]) -> Handler[R]:
            chosen = name or getattr(handle, "__qualname__", type(handle).__qualname__)
            if any(route.name == chosen for route in self.routes):
                raise MisuseError(
                    f'two handlers have the name "{chosen}"',
                    code="handler-name",
                    hint="give one of them another: @bot.on(..., name=...)",
                )
            self.routes.append(Route(chosen, kind, where, handle))
            return handle

        return register

    def add_tick(self, tick: Tick) -> None:
        """Have *tick* called at every look at what is due."""
        self._ticks.append(tick)

    # opening, closing

    async def __aenter__(self) -> Self:
        """Open the home; nothing is fetched or sent yet.

        Raises:
            InputError: No home, channel or bot's key; or this bot runs already.
            LockedError: Another passphrase.
            EquivocationError, IntegrityError: As :meth:`Replica.load`.
        """
        chosen = self._home if self._home is not None else default_home()
        home = chosen if isinstance(chosen, Home) else Home(Path(chosen))
        folder = home.find_channel(self._channel) if self._channel else shared_channel(home)
        vault = open_vault(home, self._passphrase)
        ledger = Ledger.open(folder.path, self.name)
        try:
            key, party = bot_key(vault, folder), vault.content.party
            self._station = Station(folder, key, party, lambda: self._open_link(folder), self.clock)
            self._aside = Aside(Holding(self._station.replica, party, home))
            if self._since is not None:
                ledger.write({"do": "rewind", "index": self._since})
        except BaseException:
            ledger.close()
            raise
        self._next = ledger.memory.cursor
        self._engine = Engine(
            party=vault.content.party,
            channel=folder.channel,
            ledger=ledger,
            clock=self.clock,
            routes=self.routes,
            notices=self._notices,
        )
        return self

    def _open_link(self, folder: ChannelHome) -> Link:
        if self._link is not None:
            return self._link
        from paraph.client.transport import Transport  # noqa: PLC0415 - imports aiohttp

        return Transport(folder.relay)

    async def __aexit__(self, *_: object) -> None:
        """Close database, ledger and connections."""
        if self._engine is not None:
            self._engine.ledger.close()
        if self._station is not None:
            await self._station.close()
        self._engine = self._station = self._aside = None

    @property
    def station(self) -> Station:
        """Log and outbox, while the bot is open."""
        if self._station is None:
            raise MisuseError("open the bot first: async with Bot(...) as bot")
        return self._station

    @property
    def engine(self) -> Engine:
        """Handlers' work, while the bot is open."""
        if self._engine is None:
            raise MisuseError("open the bot first: async with Bot(...) as bot")
        return self._engine

    @property
    def aside(self) -> Aside:
        """What is held back until a person accepted its key, while the bot is open."""
        if self._aside is None:
            raise MisuseError("open the bot first: async with Bot(...) as bot")
        return self._aside

    @property
    def parked(self) -> tuple[Parked, ...]:
        """What waits for a person."""
        return tuple(self.engine.ledger.memory.parked.values())

    @property
    def counts(self) -> dict[str, int]:
        """How much was handled, retried, parked and acknowledged since the bot was opened."""
        return dict(self.engine.counts)

    # running

    async def run(self, *, stop: asyncio.Event | None = None, once: bool = False) -> None:
        """Follow the channel until *stop* is set; or, *once*, do everything that is due now.

        A stop lets the handlers in hand finish and what they asked for leave.

        Raises:
            UnavailableError: Only with *once*: the relay cannot be reached.
            RefusedError: The relay gives no session to this key, or the key has ended.
            EquivocationError, IntegrityError, PeerError: The bot must not go on.
        """
        if once:
            await self._run_once()
            return
        stop = stop or asyncio.Event()
        follower = asyncio.create_task(self._follow())
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self._wake.clear()
                due = await self._step(pull=False)
                if follower.done():
                    follower.result()
                await self._wait(stopping, follower, due)
        finally:
            for task in (follower, stopping):
                task.cancel()
            await asyncio.gather(follower, stopping, return_exceptions=True)

    async def _run_once(self) -> None:
        while True:
            await self.step()
            if self._reach.missed is not None:
                raise self._reach.missed
            if self._next >= self.station.replica.size:
                return

    async def _follow(self) -> None:
        # Says only that something came; what is done with it is done in one place.
        while True:
            try:
                relay = await self.station.relay()
            except UnavailableError:
                await self._reach.wait()
                continue
            async for _ in self.station.replica.follow(relay):
                self._wake.set()

    async def _wait(
        self, stopping: asyncio.Task[Any], follower: asyncio.Task[None], due: int | None
    ) -> None:
        wait_s = MOST_WAIT_S
        if due is not None:
            wait_s = min(wait_s, max(0.0, (due - self.clock()) / 1000))
        woken = asyncio.create_task(self._wake.wait())
        try:
            await asyncio.wait(
                {stopping, follower, woken}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            woken.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await woken

    async def step(self) -> int | None:
        """Fetch what is new, hand it over, do what is due, send what waits: one round.

        Returns:
            When something is due next, POSIX ms.
        """
        return await self._step(pull=True)

    async def read(self) -> None:
        """Hand over what is on this disk already: no network, and nothing is sent."""
        async with self._stepping:
            self.station.replica.refresh()
            await self._deliver()
            self.engine.keep()

    async def _step(self, *, pull: bool) -> int | None:
        async with self._stepping:
            return await self._round(pull=pull)

    async def _round(self, *, pull: bool) -> int | None:
        self.engine.ledger.refresh()
        await self._reach.meet(lambda: self.station.pull(entries=pull))
        await self._deliver()
        dues = [await tick() for tick in self._ticks]
        await self._flush()
        self.engine.keep()
        if self._missing:
            dues.append(self.clock() + LOOK_AGAIN_MS)
        dues += [self.engine.next_due, self._reach.next_try]
        return min((due for due in dues if due is not None), default=None)

    async def _is_held(self, event: AnyEvent) -> bool:
        why = self.aside.why(event)
        if why is None:
            return False
        self.engine.set_aside(event.index)
        self.aside.put(event.index)
        what = f"held-back {event.statement.hex()}"
        if what not in self.engine.ledger.memory.told:
            statement = event.statement.hex()
            await self.tell("held-back", why, index=event.index, statement=statement)
            self.engine.ledger.write({"do": "told", "what": what})
        return True

    async def _deliver(self) -> None:
        for index in self.aside.taken():
            await self._hand_over(index, self.station.event(index))
        for index in self.engine.due():
            event = self.station.event(index)
            if event is not None and not await self._is_held(event):
                await self.engine.deliver(event)
        for index in sorted(self._missing):
            await self._hand_over(index, self.station.event(index))
        for index, event in self.station.events(self._next):
            if index not in self.engine.ledger.memory.finished:
                await self._hand_over(index, event)
            self._next = index + 1

    async def _hand_over(self, index: int, event: AnyEvent | None) -> None:
        if event is None:
            self.engine.pass_over(index)
        elif await self._is_held(event):
            pass
        elif self._is_worth_waiting(event):
            self._missing.setdefault(index, self.clock())
            return
        elif any(isinstance(event.record, route.kind) for route in self.routes):
            await self.engine.deliver(event)
        else:
            self.engine.pass_over(index)
        self._missing.pop(index, None)

    def _is_worth_waiting(self, event: AnyEvent) -> bool:
        if event.record != CannotOpen(BODY_MISSING):
            return False
        return self.clock() - self._missing.get(event.index, self.clock()) < PATIENCE_MS

    async def _flush(self) -> None:
        memory, ledger = self.engine.ledger.memory, self.engine.ledger
        if lines := list(memory.next_batches(self.clock())):
            ledger.write(*lines)
        await self._reach.meet(self._send)
        for batch in list(memory.batches.values()):
            row = self.station.said(batch)
            if row is not None:
                ledger.write({"do": "said", "tag": batch.tag})
                counts = self.engine.counts
                counts["acknowledged"] = counts.get("acknowledged", 0) + len(batch.subjects)
                await self.tell(
                    "acknowledged",
                    f"{len(batch.subjects)} statement(s) fetched: {batch.asked.outcome}",
                    index=row.index,
                    statement=row.id.hex(),
                )

    async def _send(self) -> bool:
        try:
            for batch in self.engine.ledger.memory.batches.values():
                self.station.say(batch)
        except RefusedError as error:
            if error.code != "not-open":  # the heartbeats that open the channel leave first
                raise
        return await self.station.send()

    async def tell(
        self, kind: str, text: str, *, index: int = -1, statement: str = "", due: int = 0
    ) -> None:
        """Give a notice that is about no event in hand."""
        notice = Notice(
            kind=kind,
            at=self.clock(),
            channel=self.station.replica.log.channel.hex(),
            index=index,
            statement=statement,
            text=text,
            due=due,
        )
        await give(self._notices, notice)

    async def tell_notice(self, notice: Notice) -> None:
        """Give a notice that is made already."""
        await give(self._notices, notice)
