"""A bot's place in one channel: verified log in, receipts and signs of life out.

What a bot can say stands here and is all that its key may say (SPEC 5.4): machine receipts,
heartbeats, `unopened` and `opened`. Whatever else it tried, its own outbox, the relay and every
reader of the log would refuse.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Final

from paraph.client.bot.events import AnyEvent, CannotOpen, event_of, open_record
from paraph.client.bot.memory import Batch
from paraph.client.channel.joining import Link
from paraph.client.clock import Clock
from paraph.client.keys.home import ChannelHome
from paraph.client.keys.vault import HeldKey
from paraph.client.log import conflicts
from paraph.client.log.outgoing import OutboxRow
from paraph.client.log.replica import Replica
from paraph.client.sending.outbox import Outbox
from paraph.protocol import roles, signed
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import ForgedError, InputError
from paraph.protocol.relay import RelayChannel
from paraph.protocol.state import Entry
from paraph.protocol.statements.clear import Grant, Heartbeat, Opened, Unopened
from paraph.protocol.statements.envelope import ClearContent
from paraph.protocol.statements.exchanges import RUNGS, AcknowledgementGiven
from paraph.protocol.statements.header import ContentHeader

ASK_AGAIN_MS: Final = 10 * 60_000
"""While the bot follows, how often it asks which keys used a number twice: they are held."""
BEATS_AMONG: Final = 4_096
"""Newest entries among which a bot looks for its own last heartbeat when it starts."""


def acknowledgement(batch: Batch) -> AcknowledgementGiven:
    """Return what a bot says of the statements in *batch*: fetched, ok or impossible to open."""
    return AcknowledgementGiven(
        header=ContentHeader.plain(
            negotiation=bytes.fromhex(batch.asked.negotiation),
            dated=batch.dated,
            acting_role=roles.BOT,
        ),
        subjects=tuple(bytes.fromhex(each) for each in batch.subjects),
        rung=RUNGS[0],
        outcome=batch.asked.outcome,
        reason=batch.asked.reason,
    )


class Station:
    """One bot key in one channel.

    Attributes:
        party: Own party's code.
        replica: The verified log.
        outbox: What was said with this key.
    """

    def __init__(
        self, folder: ChannelHome, key: HeldKey, party: str, link: Callable[[], Link], clock: Clock
    ) -> None:
        if key.role != roles.BOT:
            raise InputError("expected a key of a bot", code="no-key")
        self.party: Final = party
        self.replica: Final = Replica.load(folder)
        self.outbox: Final = Outbox(self.replica, key.signer, now=clock)
        self._key: Final = key
        self._make_link: Final = link
        self._link: Link | None = None
        self._relay: RelayChannel | None = None
        self._clock: Final = clock
        self._ask_at = 0
        self._granted: dict[int, list[bytes]] = {}
        self._grants_read = 0

    async def close(self) -> None:
        """Close database and connections."""
        self.replica.close()
        if self._link is not None:
            await self._link.close()

    async def relay(self) -> RelayChannel:
        """Return the session of this key; open it on first use.

        Raises:
            UnavailableError: The relay cannot be reached.
            RefusedError: It gives no session to this key.
        """
        if self._relay is None:
            self._link = self._link or self._make_link()
            prefix = self.replica.log.charter.origin_prefix
            self._relay = await self._link.open(self.replica.log.channel, prefix, self._key.signer)
        return self._relay

    async def pull(self, *, entries: bool) -> bool:
        """Fetch missing bodies, and before them new *entries* unless somebody follows.

        Now and then also the pairs of statements that a key signed under one number.

        Returns:
            Whether the relay was met.

        Raises:
            UnavailableError: Relay or connection failed.
            EquivocationError: The relay showed two histories.
        """
        met = self._relay is None
        relay = await self.relay()
        if entries:
            await self.replica.sync(relay)
        if entries or met or self._clock() >= self._ask_at:
            with contextlib.suppress(ForgedError):  # who accuses falsely is told by an alarm
                await conflicts.collect(self.replica, relay)
            self._ask_at, met = self._clock() + ASK_AGAIN_MS, True
        return bool(await self.replica.fetch_bodies(relay)) or met

    # reading

    def events(self, start: int) -> Iterator[tuple[int, AnyEvent | None]]:
        """Yield (index, event) of every released entry from *start* on; void ones have no event."""
        for entry in self.replica.entries(start):
            yield entry.index, self._event(entry)

    def event(self, index: int) -> AnyEvent | None:
        """Return the event of one released entry."""
        return self._event(self.replica.entry(index))

    def _event(self, entry: Entry) -> AnyEvent | None:
        statement = entry.statement
        if entry.void or statement is None:
            return None
        body = None
        if not isinstance(statement.content, ClearContent):
            body = self.replica.body(statement.content.body_digest)
        record = open_record(
            statement,
            body,
            (self._key.opener,),
            self._granted.get(entry.index, ()),
        )
        return event_of(entry, record, self.party)

    def disputed(self) -> list[int]:
        """Return the entries that this party said it could not open, and has not opened since."""
        found = [
            index
            for index, parties in self.replica.log.disputes.items()
            if self.party in parties and index < self.replica.size
        ]
        if found:
            self._read_grants()
        return sorted(found)

    def _read_grants(self) -> None:
        own = self._key.opener.public.id
        for entry in self.replica.entries(self._grants_read):
            content = entry.statement.content if entry.statement is not None else None
            if entry.void or not isinstance(content, ClearContent):
                continue
            if isinstance(content.payload, Grant):
                for each in content.payload.wraps:
                    if each.recipient == own:
                        self._granted.setdefault(each.entry, []).append(each.wrap)
        self._grants_read = self.replica.size

    def last_heartbeat(self) -> Heartbeat | None:
        """Return this key's newest heartbeat, if it stands among the newest entries."""
        found = None
        for entry in self.replica.entries(max(0, self.replica.size - BEATS_AMONG)):
            content = entry.statement.content if entry.statement is not None else None
            if (
                not entry.void
                and entry.member is not None
                and entry.member.id == self.outbox.key
                and isinstance(content, ClearContent)
                and isinstance(content.payload, Heartbeat)
            ):
                found = content.payload
        return found

    # saying

    def say(self, batch: Batch) -> OutboxRow:
        """Put the acknowledgement of *batch* into the outbox, once.

        Raises:
            RefusedError: Not now (code ``not-open``), or this key has ended.
        """
        return self.outbox.tagged(batch.tag) or self.outbox.prepare_sealed(
            acknowledgement(batch), tag=batch.tag
        )

    def said(self, batch: Batch) -> OutboxRow | None:
        """Return the acknowledgement of *batch* if it is proven to stand in the log."""
        row = self.outbox.tagged(batch.tag)
        return row if row is not None and row.state is Delivery.LOGGED else None

    def heartbeat(self, *, dated: int, now: int) -> OutboxRow | None:
        """Put a heartbeat into the outbox, unless one waits there.

        Raises:
            RefusedError: This key is not enrolled yet, or has ended.
        """
        waiting = (signed.read(row.envelope).statement.type for row in self.outbox.pending())
        if "heartbeat" in waiting:
            return None
        return self.outbox.prepare_heartbeat(dated=dated, sent_at=now)

    def unopened(self, event: AnyEvent) -> OutboxRow | None:
        """Say, once, that this party cannot open an entry."""
        assert isinstance(event.record, CannotOpen)
        if self.party in self.replica.log.disputes.get(event.index, ()):
            return None
        return self._once(
            f"unopened-{event.index}", Unopened(entry=event.index, reason=event.record.reason)
        )

    def opened(self, index: int) -> OutboxRow | None:
        """Say, once, that this party has opened an entry that it could not open before."""
        return self._once(f"opened-{index}", Opened(entry=index))

    def _once(self, tag: str, payload: Unopened | Opened) -> OutboxRow | None:
        if self.outbox.tagged(tag) is not None:
            return None
        return self.outbox.prepare_clear(payload, tag=tag)

    async def send(self) -> bool:
        """Send what waits, once; the caller waits between attempts.

        Returns:
            Whether the relay was met: something waited, and came to an end.

        Raises:
            UnavailableError: Relay or connection failed.
            RefusedError: The relay refuses for now, or for good.
        """
        if not self.outbox.pending():
            return False
        return bool(await self.outbox.send(await self.relay(), attempts=1))
