"""One person's key in one channel: what it knows and shows, what it has queued, and its relay.

What can be said with it is told by :class:`paraph.client.channel.desk.Desk`, which is the whole.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final, Self

from paraph.client.channel.joining import Link
from paraph.client.clock import Clock, wall_clock
from paraph.client.keys import members
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.keys.vault import HeldKey, Vault
from paraph.client.log import conflicts
from paraph.client.log.replica import Replica
from paraph.client.reading.opened import OpenedEntry, Reader
from paraph.client.reading.screen import Screen, shown
from paraph.client.sending.outbox import Outbox
from paraph.client.sending.sent import Sent, advice, sent_of
from paraph.client.writing import composing
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import InputError, RefusedError, UnavailableError
from paraph.protocol.names import ChannelId, StatementId
from paraph.protocol.negotiation.state import Negotiation, Said, State
from paraph.protocol.relay import RelayChannel
from paraph.protocol.sentences import worded
from paraph.protocol.state import Entry
from paraph.protocol.statements.content import Content
from paraph.protocol.trust import Member

ATTEMPTS: Final = 2
"""How often in a row sending may fail before a person hears of it; it stays in the outbox."""


class Seat:
    """One key in one channel, as far as it reads and follows.

    Attributes:
        channel: Channel id.
        party: Own party's code.
        role: Role of the key.
        replica: The verified log.
        reader: What could be opened of it, folded.
        screen: The same without the words that are held here: for everything that is shown.
        outbox: What was said with this key.
    """

    def __init__(
        self,
        home: Home,
        folder: ChannelHome,
        vault: Vault,
        key: HeldKey,
        link: Link | None,
        clock: Clock,
        *,
        accused: bool = False,
    ) -> None:
        self.channel: Final = folder.channel
        self.party: Final = vault.content.party
        self.role: Final = key.role
        self._vault: Final = vault
        self._link: Final = link
        self._clock: Final = clock
        self._key = key
        self._relay: RelayChannel | None = None
        self._said: list[tuple[StatementId, Content]] = []
        self.replica: Final = Replica.load(folder, accused=accused)
        self.reader: Final = Reader(self.replica, vault.content.openers(folder.channel))
        self.screen: Final = Screen(self.replica, self.reader, self.party, home)
        self.outbox: Final = Outbox(self.replica, key.signer, now=clock)

    @classmethod
    def open(
        cls,
        home: Home,
        vault: Vault,
        channel: ChannelId | ChannelHome,
        role: str | None = None,
        link: Link | None = None,
        *,
        clock: Clock = wall_clock,
        accused: bool = False,
    ) -> Self:
        """Open a desk over what is on this disk; nothing is sent or fetched yet.

        Args:
            home: The person's folder.
            vault: Its open key file.
            channel: Which channel.
            role: Role of the key; the one that this home has, if not given (bots excepted).
            link: The way to the relay; without it the desk works offline.
            clock: POSIX ms.
            accused: Open it even if its relay showed two histories, to read what was verified
                before; nothing more is taken in or said.

        Raises:
            InputError: No such key here, or several persons' keys and no role given.
            EquivocationError: The relay once showed two histories.
            IntegrityError: What is on the disk was changed.
        """
        folder = channel if isinstance(channel, ChannelHome) else home.channel(channel)
        key = members.choose_key(vault, folder.channel, role)
        return cls(home, folder, vault, key, link, clock, accused=accused)

    async def __aenter__(self) -> Self:
        """Return the desk."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close database and connections."""
        await self.close()

    async def close(self) -> None:
        """Close database and connections; what is in the outbox stays there."""
        self.replica.close()
        if self._link is not None:
            await self._link.close()

    # ------------------------------------------------------------------ what is known

    @property
    def state(self) -> State:
        """What this desk shows: as :attr:`folded`, without the words that are held here."""
        return self.screen.of(self.folded)

    @property
    def folded(self) -> State:
        """The negotiation as folded so far, with what this desk has queued on top of it."""
        state = self.reader.state
        self._said = [
            (statement, content)
            for statement, content in self._said
            if state.entries.get(statement) is None and not self._is_never(statement)
        ]
        for statement, content in self._said:
            with contextlib.suppress(InputError, RefusedError):
                state = composing.try_fold(state, content, self._said_now(state, statement))
        return state

    def _is_never(self, statement: StatementId) -> bool:
        row = self.outbox.row(statement)
        return row is not None and row.state is Delivery.UNPLACEABLE

    @property
    def member(self) -> Member:
        """What the log says of this desk's key.

        Raises:
            RefusedError: Code ``not-enrolled``.
        """
        found = self.replica.log.trust.member(self._key.id)
        if found is None:
            raise members.not_enrolled(self.role)
        return found

    @property
    def is_exercise(self) -> bool:
        """Whether everything in this channel is an exercise."""
        return self.replica.log.charter.exercise

    @property
    def others(self) -> tuple[str, ...]:
        """Codes of the other parties; one's own in an internal channel."""
        codes = tuple(self.replica.log.trust.parties)
        return tuple(code for code in codes if code != self.party) or codes

    def entries(self, start: int = 0) -> Iterator[tuple[Entry, OpenedEntry | None]]:
        """Yield every entry from *start* on, with what is shown of it; nothing after a halt."""
        held = self.screen.held
        for entry in self.replica.entries(start):
            yield entry, shown(self.reader.opened(entry), held)

    def negotiation(self, identity: bytes | None = None) -> Negotiation:
        """Return a negotiation: the one named, or the one that there is.

        Raises:
            InputError: None, or several and none is named.
        """
        state = self.state
        return composing.negotiation_of(state, composing.choose_negotiation(state, identity))

    def rung(self, index: int, statement: bytes) -> str:
        """Return how far a placed statement has come: logged, held, or a receipt's rung."""
        party = self._receiver(statement)
        receipt = (self.reader.state.receipts.get(statement) or {}).get(party)
        if receipt is not None and (receipt.rung or receipt.outcome != "ok"):
            return receipt.rung or receipt.outcome
        return "held" if self.replica.log.held(party) > index else "logged"

    def _receiver(self, statement: bytes) -> str:
        entry = self.reader.state.entries.get(statement)
        author = entry.party if entry is not None else self.party
        parties = tuple(self.replica.log.trust.parties)
        return next((code for code in parties if code != author), author)

    # ------------------------------------------------------------------ the relay

    async def relay(self) -> RelayChannel:
        """Return the session of this desk's key; open it on first use.

        Raises:
            UnavailableError: There is no link, or the relay cannot be reached.
            RefusedError: The relay gives no session to this key.
        """
        if self._link is None:
            raise UnavailableError("this desk works offline", code="offline")
        if self._relay is None:
            prefix = self.replica.log.charter.origin_prefix
            try:
                self._relay = await self._link.open(self.channel, prefix, self._key.signer)
            except RefusedError as error:
                if error.code == "session" and self._key.state == "asked":
                    raise members.not_enrolled(self.role) from error
                raise
        return self._relay

    async def sync(self) -> range:
        """Fetch and verify what is new, fetch bodies, fold, and send what waits.

        Returns:
            Indices that are new.

        Raises:
            UnavailableError: The relay cannot be reached.
            EquivocationError: The relay showed two histories; the channel is refused for good.
        """
        relay = await self.relay()
        before = self.replica.size
        async with contextlib.aclosing(self.replica.catch_up(relay)) as released:
            async for _ in released:
                self.read_ahead()
        self._note_enrolled()
        if self.outbox.pending():
            await self.outbox.send(relay, attempts=ATTEMPTS)
        await conflicts.collect(self.replica, relay)
        await self.replica.fetch_bodies(relay)
        self.reader.advance()
        return range(before, self.replica.size)

    def read_ahead(self) -> None:
        """Open and fold what was released, unless a body is still to be fetched.

        The reader would halt at it, and a page that is asked for meanwhile would say so.
        """
        if self.replica.held() == self.replica.size:
            self.reader.advance()

    def read(self) -> None:
        """Open and fold what is on this disk."""
        if not self.replica.is_accused:
            self.replica.refresh()
        self.reader.advance()

    def _note_enrolled(self) -> None:
        if self._key.state == "asked" and self.replica.log.trust.member(self._key.id) is not None:
            self._key = members.set_state(self._vault, self._key, "enrolled")

    async def wait_logged(self, sent: Sent) -> Sent:
        """Send until *sent* is proven; return what became of it.

        Raises:
            UnavailableError: The relay cannot be reached; it stays in the outbox.
            RefusedError: It can never be placed: with the relay's code.
        """
        await self.outbox.send(await self.relay(), attempts=ATTEMPTS)
        self.reader.advance()
        after = self.sent(sent)
        if after.state is Delivery.UNPLACEABLE:
            raise RefusedError(
                worded("the statement can never be placed: %(reason)s", reason=after.reason),
                code=after.reason or "unplaceable",
                hint=advice(self.outbox.rows()),
            )
        return after

    def sent(self, sent: Sent) -> Sent:
        """Return what is known of *sent* now."""
        row = self.outbox.row(sent.id)
        return sent if row is None else sent_of(row, sent.kind, sent.negotiation)

    def _said_now(self, state: State, statement: bytes) -> Said:
        # As if it were placed next: what the fold will be told once it is.
        return Said(
            statement=statement,
            index=max(state.size, self.replica.size),
            party=self.party,
            role=self.role,
            holder=self.member.holder,
            key=self._key.id,
            log_time=self.replica.log.log_time,
            seen_size=self.replica.head.size,
            seen_root=self.replica.head.root,
        )

    def _require_in_force(self) -> None:
        self.replica.require_usable()
        log = self.replica.log
        log.trust.require_in_force(self.member, log.log_time)
