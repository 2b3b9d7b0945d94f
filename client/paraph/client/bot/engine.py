"""Hands events to handlers: at least once, with retries, parking and a memory.

No socket, no file but the ledger's, no clock but the one given: the harness and the real bot run
this same code. What a handler asks for (:meth:`Context.acknowledge`) is kept together with the
fact that the handler is done, and leaves afterwards.
"""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, Generic, TypeVar

from paraph.client.backoff import Backoff
from paraph.client.bot.events import AnyEvent, CannotOpen, Event
from paraph.client.bot.ledger import Ledger
from paraph.client.bot.memory import Asked, Key
from paraph.client.bot.notices import Notice, Notices, give, silence
from paraph.client.clock import Clock
from paraph.protocol.errors import (
    EquivocationError,
    IntegrityError,
    MisuseError,
    ParaphError,
)
from paraph.protocol.statements.header import NO_NEGOTIATION

R = TypeVar("R")

MOST_ATTEMPTS: Final = 8
"""Runs of a handler before its event is parked: with full jitter, some ten minutes."""
RETRY_BASE_S: Final = 2.0
RETRY_CAP_S: Final = 300.0


class Retry(Exception):  # noqa: N818 - a handler raises it to say what it wants
    """Raised by a handler: run me again later.

    Args:
        after: Seconds to wait at least; otherwise the usual backoff.
        reason: For people.
    """

    def __init__(self, after: float = 0, reason: str = "") -> None:
        super().__init__(reason or "the handler asked for another try")
        self.after: Final = after


class Reject(Exception):  # noqa: N818 - the same
    """Raised by a handler: park this event until a person has looked at it.

    Args:
        reason: For people.
    """


@dataclasses.dataclass(slots=True)
class Context:
    """What a handler may do besides its own work.

    Attributes:
        event: The event in hand.
        attempt: 1, then one more for each try.
        party: Code of this bot's own party.
    """

    event: AnyEvent
    attempt: int
    party: str
    channel: bytes
    clock: Clock
    notices: Notices
    asked: dict[str, Asked] = dataclasses.field(default_factory=dict)
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    def now(self) -> int:
        """Return the bot's clock, POSIX ms."""
        return self.clock()

    def acknowledge(self) -> None:
        """Acknowledge the event as fetched, or as impossible to open if that is what it is.

        It leaves after the handler has returned, once, however often the handler runs.

        Raises:
            MisuseError: Not sealed by a person of the other party, or an acknowledgement.
        """
        if not self.event.may_be_acknowledged:
            raise MisuseError(
                "a bot acknowledges what a person of the other party has sealed, "
                "and never an acknowledgement",
                code="not-to-acknowledge",
                hint="ask event.may_be_acknowledged first",
            )
        header, record = self.event.header, self.event.record
        failed = isinstance(record, CannotOpen)
        self.asked[self.event.statement.hex()] = Asked(
            (header.negotiation if header is not None else NO_NEGOTIATION).hex(),
            "cannot_open" if failed else "ok",
            record.reason if isinstance(record, CannotOpen) else "",
        )

    async def notice(self, kind: str, text: str = "", *, due: int = 0) -> None:
        """Tell the people of this home something about the event."""
        await give(self.notices, self._notice(kind, text, due))

    def _notice(self, kind: str, text: str, due: int) -> Notice:
        return notice_of(self.event, kind, text, self.channel, self.clock(), due=due)


Handler = Callable[[Event[R], Context], Awaitable[None] | None]
AnyHandler = Handler[Any]
Where = Callable[[Event[R]], bool]


@dataclasses.dataclass(frozen=True, slots=True)
class Route(Generic[R]):
    """A handler and what it wants.

    Attributes:
        name: Under which the ledger remembers what it has done.
        kind: Class of the record.
        where: Which of them; all if ``None``.
        handle: The handler.
    """

    name: str
    kind: type[R]
    where: Where[R] | None
    handle: Handler[R]


def notice_of(
    event: AnyEvent, kind: str, text: str, channel: bytes, now: int, *, due: int = 0
) -> Notice:
    """Return a notice about an event."""
    return Notice(
        kind=kind,
        at=now,
        channel=channel.hex(),
        index=event.index,
        statement=event.statement.hex(),
        text=text,
        precedence=event.precedence,
        due=due,
    )


class Engine:
    """Routes, ledger and clock of one bot.

    Attributes:
        ledger: What is remembered.
        counts: What happened so far, by name: for metrics.
    """

    def __init__(
        self,
        *,
        party: str,
        channel: bytes,
        ledger: Ledger,
        clock: Clock,
        routes: Iterable[Route[Any]],
        notices: Notices = silence,
        backoff: Callable[[], Backoff] = lambda: Backoff(RETRY_BASE_S, RETRY_CAP_S),
    ) -> None:
        self.ledger: Final = ledger
        self.counts: Final[dict[str, int]] = {}
        self._party: Final = party
        self._channel: Final = channel
        self._clock: Final = clock
        self._routes: Final = routes
        self._notices: Final = notices
        self._new_backoff: Final = backoff
        self._kept = ledger.memory.cursor
        self._waiting: Final[dict[Key, tuple[int, int]]] = {}
        self._backoffs: Final[dict[Key, Backoff]] = {}

    # what is to be done

    @property
    def next_due(self) -> int | None:
        """When the next retry is due, POSIX ms; nothing if none waits."""
        return min((due for due, _ in self._waiting.values()), default=None)

    def due(self) -> list[int]:
        """Return the indices whose events have to be handed over again now."""
        now = self._clock()
        waiting = {index for due, index in self._waiting.values() if due <= now}
        put_back = {
            index for key, index in self.ledger.memory.again.items() if key not in self._waiting
        }
        return sorted(waiting | put_back)

    def set_aside(self, index: int) -> None:
        """Let no retry of the event at *index* come due: it is handed over anew, or not at all."""
        for key, (_, at) in list(self._waiting.items()):
            if at == index:
                self._forget(key)

    async def deliver(self, event: AnyEvent, *, anew: bool = False) -> bool:
        """Hand *event* to every handler that wants it and is not done with it.

        Args:
            event: The event.
            anew: It could not be opened before and can be now: who is done with it gets it again.

        Returns:
            Whether the event is finished: every handler is done, or it is parked.

        Raises:
            IntegrityError, EquivocationError: Found by a handler: the bot must stop.
        """
        memory = self.ledger.memory
        finished = event.index < memory.cursor or event.index in memory.finished
        for route in self._routes:
            key = (event.statement.hex(), route.name)
            if not isinstance(event.record, route.kind):
                continue
            if not anew and (memory.is_settled(key) or (finished and key not in memory.again)):
                continue
            due, _ = self._waiting.get(key, (0, 0))
            if due <= self._clock():
                await self._run(route, event, key)
        if not finished:
            return self._finish(event)
        return not any(index == event.index for index in memory.again.values())

    def _finish(self, event: AnyEvent) -> bool:
        if any(index == event.index for _, index in self._waiting.values()):
            return False
        self.ledger.write({"do": "past", "index": event.index}, durable=False)
        return True

    def keep(self) -> None:
        """Write the cursor, so that the next start need not pass over the same entries."""
        cursor = self.ledger.memory.cursor
        if cursor > self._kept:
            self.ledger.write({"do": "cursor", "index": cursor}, durable=False)
            self._kept = cursor

    def pass_over(self, index: int) -> None:
        """Note that nothing is to be done for the entry at *index*."""
        memory = self.ledger.memory
        if index >= memory.cursor and index not in memory.finished:
            # Not written: passing over it again costs nothing.
            memory.apply({"do": "past", "index": index})

    # one handler

    async def _run(self, route: Route[Any], event: AnyEvent, key: Key) -> None:
        attempt = self.ledger.tried(key)
        if attempt > MOST_ATTEMPTS:
            await self._park(event, key, attempt - 1, "the bot ended while it was handled")
            return
        context = Context(event, attempt, self._party, self._channel, self._clock, self._notices)
        try:
            if route.where is None or route.where(event):
                await _call(route.handle, event, context)
        except Retry as wish:
            await self._retry(event, key, attempt, str(wish), wish.after)
        except Reject as wish:
            await self._park(event, key, attempt, str(wish))
        except (IntegrityError, EquivocationError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever an author's handler raises
            await self._retry(event, key, attempt, _told(error), 0)
        else:
            self._done(event, key, context)

    def _done(self, event: AnyEvent, key: Key, context: Context) -> None:
        line: dict[str, Any] = {
            "do": "done", "id": key[0], "handler": key[1], "index": event.index,
        }  # fmt: skip
        if context.asked:
            line["asked"] = {
                subject: list(dataclasses.astuple(asked))
                for subject, asked in context.asked.items()
            }
        lines = [line]
        if context.facts:
            lines.append({"do": "watch", "id": key[0], "facts": context.facts})
        self.ledger.write(*lines)
        self._forget(key)
        self._count("handled")

    async def _retry(
        self, event: AnyEvent, key: Key, attempt: int, reason: str, after: float
    ) -> None:
        if attempt >= MOST_ATTEMPTS:
            await self._park(event, key, attempt, reason)
            return
        backoff = self._backoffs.setdefault(key, self._new_backoff())
        delay_s = backoff.next_delay(after)
        self._waiting[key] = (self._clock() + int(delay_s * 1000), event.index)
        self._count("retried")
        await self._tell(event, "retry", f"attempt {attempt}: {reason}")

    async def _park(self, event: AnyEvent, key: Key, attempts: int, reason: str) -> None:
        self.ledger.write(
            {
                "do": "park", "id": key[0], "handler": key[1], "index": event.index,
                "reason": reason[:400], "attempts": attempts, "at": self._clock(),
            }
        )  # fmt: skip
        self._forget(key)
        self._count("parked")
        await self._tell(event, "parked", f"{key[1]}: {reason}")

    def _forget(self, key: Key) -> None:
        self._waiting.pop(key, None)
        self._backoffs.pop(key, None)

    def _count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    async def _tell(self, event: AnyEvent, kind: str, text: str) -> None:
        notice = notice_of(event, kind, text[:400], self._channel, self._clock())
        await give(self._notices, notice)


async def _call(handle: AnyHandler, event: AnyEvent, context: Context) -> None:
    # A coroutine function runs in the loop; a plain one in a thread, so that it may block.
    if inspect.iscoroutinefunction(handle):
        await handle(event, context)
        return
    found = await asyncio.to_thread(handle, event, context)
    if inspect.isawaitable(found):
        await found


def _told(error: Exception) -> str:
    if isinstance(error, ParaphError):
        return f"{error.code}: {error}"
    return f"{type(error).__name__}: {error}"
