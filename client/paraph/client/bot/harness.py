"""A harness for the authors of bots: no network, no file, a clock that stands still.

    bot = Bot()

    @bot.on(VersionTabled)
    async def file(event: Event[VersionTabled], ctx: Context) -> None:
        ctx.acknowledge()

    async def test_a_version_is_acknowledged_once() -> None:
        harness = Harness(bot)
        await harness.deliver(version, redeliver=2)
        assert len(harness.sent) == 1

The same engine runs here as in a real bot; what is different is where events come from and where
acknowledgements go.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from paraph.client.backoff import Backoff
from paraph.client.bot.bot import Bot
from paraph.client.bot.engine import Engine
from paraph.client.bot.events import AnyEvent, Event
from paraph.client.bot.ledger import Ledger
from paraph.client.bot.memory import Line, Parked
from paraph.client.bot.notices import Notice
from paraph.client.bot.station import acknowledgement
from paraph.protocol import roles
from paraph.protocol.names import KeyId, StatementId
from paraph.protocol.schema import Record
from paraph.protocol.statements.clear import PAYLOADS
from paraph.protocol.statements.exchanges import AcknowledgementGiven

START_MS: Final = 1_700_000_000_000


class _CrashError(BaseException):
    """The machine stops: no handler can catch it by accident."""


class _Ledger(Ledger):
    """A ledger in memory whose machine can stop just before something is written."""

    __slots__ = ("crash_before",)

    def __init__(self) -> None:
        super().__init__(None)
        self.crash_before = ""

    def write(self, *lines: Line, durable: bool = True) -> None:
        """Apply *lines*, unless the machine stops first."""
        if self.crash_before and any(line["do"] == self.crash_before for line in lines):
            raise _CrashError
        super().write(*lines, durable=durable)


class Harness:
    """Hands events to the handlers of *bot* and keeps what they ask for.

    Args:
        bot: With its handlers registered; it is never opened.
        party: The bot's own party.
        other: The party whose people speak, unless :meth:`event` says otherwise.

    Attributes:
        now: The clock, POSIX ms; moved by :meth:`advance`.
        sent: Acknowledgements, as they would be sealed.
        notices: What the people of the bot's home were told.
    """

    def __init__(self, bot: Bot, *, party: str = "AAA", other: str = "BBB") -> None:
        self.now = START_MS
        self.sent: Final[list[AcknowledgementGiven]] = []
        self.notices: Final[list[Notice]] = []
        self._party: Final = party
        self._other: Final = other
        self._ledger: Final = _Ledger()
        self._events: Final[dict[int, AnyEvent]] = {}
        self._bot: Final = bot
        self._engine = self._start()

    def _start(self) -> Engine:
        return Engine(
            party=self._party,
            channel=bytes(32),
            ledger=self._ledger,
            clock=lambda: self.now,
            routes=self._bot.routes,
            notices=self.notices.append,
            backoff=lambda: Backoff(2, 300, fraction=lambda: 1.0),
        )

    def event(
        self,
        record: object,
        *,
        party: str = "",
        role: str = roles.DESK,
        precedence: str = "routine",
    ) -> AnyEvent:
        """Return *record* as the next entry of the log, said by a person of the other party.

        Args:
            record: A content record, a clear payload, or any of the bot's own kinds.
            party: Who says it; the other party if not given.
            role: In which role.
            precedence: flash, immediate, priority or routine.
        """
        index = len(self._events)
        clear = isinstance(record, Record) and type(record) in PAYLOADS.values()
        made: AnyEvent = Event(
            index=index,
            statement=StatementId(hashlib.sha256(b"statement %d" % index).digest()),
            party=party or self._other,
            role=role,
            sender=KeyId(hashlib.sha256(f"{party or self._other} {role}".encode()).digest()),
            is_own=(party or self._other) == self._party,
            is_sealed=not clear,
            sent_at=self.now,
            log_time=self.now,
            precedence=precedence,
            record=record,
        )
        self._events[index] = made
        return made

    async def deliver(self, record: object, *, redeliver: int = 1, **said: Any) -> AnyEvent:  # noqa: ANN401 - as event()
        """Hand a record, or an event made by :meth:`event`, to the handlers.

        Args:
            record: Either.
            redeliver: How often it is handed over: before all but the last time the bot crashes
                after the handler ran and before that was on disk, and starts again.
            said: As in :meth:`event`.
        """
        made: AnyEvent = record if isinstance(record, Event) else self.event(record, **said)
        for _ in range(redeliver - 1):
            self._ledger.crash_before = "done"
            try:
                await self._engine.deliver(made)
            except _CrashError:
                self._engine = self._start()
            finally:
                self._ledger.crash_before = ""
        await self._engine.deliver(made)
        self._send()
        return made

    async def advance(self, seconds: float) -> None:
        """Let time pass, and run every retry that has become due."""
        self.now += int(seconds * 1000)
        for index in self._engine.due():
            await self._engine.deliver(self._events[index])
        self._send()

    async def requeue(self, event: AnyEvent) -> None:
        """Put a parked event back, as ``paraph bot dead requeue`` does."""
        self._ledger.requeue(event.statement.hex())
        await self.advance(0)

    async def replay(self, since: int = 0) -> None:
        """Begin again at an index: every handler runs again for what stands from there on."""
        self._ledger.write({"do": "rewind", "index": since})
        self._engine = self._start()
        for index, event in sorted(self._events.items()):
            if index >= since:
                await self._engine.deliver(event)
        self._send()

    @property
    def parked(self) -> tuple[Parked, ...]:
        """What waits for a person."""
        return tuple(self._ledger.memory.parked.values())

    @property
    def watched(self) -> dict[str, dict[str, Any]]:
        """What handlers keep of statements that wait for a person."""
        return self._ledger.memory.watched

    @property
    def acknowledged(self) -> list[StatementId]:
        """Statements that were acknowledged, in order."""
        return [StatementId(each) for sent in self.sent for each in sent.subjects]

    def _send(self) -> None:
        memory = self._ledger.memory
        self._ledger.write(*memory.next_batches(self.now))
        for batch in list(memory.batches.values()):
            self.sent.append(acknowledgement(batch))
            self._ledger.write({"do": "said", "tag": batch.tag})
