"""A copy of the log, verified entry by entry from the charter on (SPEC 6.6).

The rules, all of them:

- An entry is *taken in* when its signature was checked and the header rules were applied; it is
  *released* when a head that the log signed covers it and the root recomputed over all entries
  is that head's. Nobody outside sees an entry before it is released.
- Order of writes: entries, alarms and the note in one transaction; then the remembered head
  (paraph.client.log.head); then release. At start the root is recomputed from the rows and compared
  with the remembered head before anything is believed. Signatures of those rows are not checked
  again: they were checked before the rows were written, and the root says they are the same.
- A signed head that these entries do not lead to, smaller, equal or larger, ends the channel for
  good: both notes and what was served are kept. A head that is merely older is passed over.
- Entries stand in the database; only the newest are in memory too.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator, Sequence
from typing import Final, Self

from paraph.client.keys.home import ChannelHome
from paraph.client.log.bodies import Bodies
from paraph.client.log.head import HeadFile
from paraph.client.log.own import Own
from paraph.client.log.reopening import (
    entry_at,
    entry_of,
    founding_of,
    require_remembered,
    state_lost,
    trusted,
)
from paraph.client.log.store import Alarm, ChannelStore, EntryRow
from paraph.protocol import signed
from paraph.protocol.checkpoint import (
    Checkpoint,
    LogKeys,
    verify_checkpoint,
    without_cosignatures,
)
from paraph.protocol.errors import (
    EquivocationError,
    IntegrityError,
    MisuseError,
    ParaphError,
)
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ZERO, StatementId
from paraph.protocol.note import parse_head, parse_note
from paraph.protocol.sentences import worded
from paraph.protocol.signed import Verified
from paraph.protocol.state import Entry
from paraph.protocol.statements.envelope import Statement
from paraph.protocol.tree import EMPTY_ROOT

NEWEST: Final = 256
"""Entries that stay decoded in memory, since they are the first that anybody reads."""


class History:
    """One channel's verified log on this disk. Made by :meth:`create` and :meth:`load`.

    The part that opens and reads it; :class:`paraph.client.log.taking.Taking` lets it grow, and
    :class:`paraph.client.log.replica.Replica`, which knows relays, is the whole.

    Attributes:
        home: The channel's folder.
        store: Its database.
        log: State of the log, with every entry taken in.
        log_keys: Pinned by the charter that this party countersigned.
        bodies: Bodies and attachments on this disk.
        head: The newest head verified; size 0 before the first.
        own: Statements that this process made, as they were made.
        afterwards: Indices of grants and withdrawals taken in: they are about earlier entries.
    """

    def __init__(self, home: ChannelHome, store: ChannelStore, log: ChannelLog) -> None:
        self.home: Final = home
        self.store: Final = store
        self.log: Final = log
        charter = log.charter
        self.log_keys: Final = LogKeys(log.origin, charter.log_ed25519, charter.log_mldsa44)
        self.bodies: Final = Bodies(home, store)
        self.head = Checkpoint(log.origin, 0, EMPTY_ROOT, b"")
        self._head_file: Final = HeadFile(home.head, home.channel)
        self._ahead: list[Checkpoint] = []
        self.own: Final = Own()
        self.afterwards: Final[list[int]] = []
        self._notes: dict[bytes, Checkpoint] = {}
        self._observed: Checkpoint | None = None
        self._accused: EquivocationError | None = None
        self._moved = asyncio.Event()
        self._changes = -1
        self._newest: list[tuple[EntryRow, Statement | None]] = []
        self._unstored: list[tuple[EntryRow, Entry]] = []

    # making, opening, closing

    @classmethod
    def create(cls, home: ChannelHome, founding: Sequence[bytes]) -> Self:
        """Begin a replica with the founding entries as placed.

        Args:
            home: The channel's folder, with no replica in it yet.
            founding: The charter that this party countersigned, and the manifests.

        Raises:
            PeerError: They found no channel, or another one.
            IntegrityError: There was a replica here whose state is lost or still there.
        """
        home.require_unaccused()
        log = ChannelLog(founding)
        if log.channel != home.channel:
            raise MisuseError("expected the founding entries of this folder's channel")
        if home.head.exists():
            raise state_lost(home, "the database of this channel is missing")
        with home.lock():
            store = ChannelStore.create(home.database, home.channel)
            with store.transaction():
                store.append(
                    EntryRow(index, signed.read(envelope).id, "", 0, envelope)
                    for index, envelope in enumerate(founding)
                )
        return cls(home, store, log)

    @classmethod
    def load(cls, home: ChannelHome, *, repin: bool = False, accused: bool = False) -> Self:
        """Open the replica in *home*.

        Args:
            home: The channel's folder.
            repin: Take the database's own newest head for the one remembered, because a person
                says so: after a loss of state, and after comparing it with the other ministry.
            accused: Open it even if its relay was found out, to read what was verified before;
                nothing more is taken in.

        Raises:
            EquivocationError: The relay once showed two histories.
            IntegrityError: The database is behind the remembered head, or damaged.
        """
        refused: EquivocationError | None = None
        try:
            home.require_unaccused()
        except EquivocationError as error:
            if not accused:
                raise
            refused = error
        if not home.exists:
            raise state_lost(home, "the database of this channel is missing")
        store = ChannelStore.open(home.database, home.channel)
        try:
            with home.lock():
                return cls._load(home, store, repin=repin, refused=refused)
        except BaseException:
            store.close()
            raise

    @classmethod
    def _load(
        cls,
        home: ChannelHome,
        store: ChannelStore,
        *,
        repin: bool,
        refused: EquivocationError | None,
    ) -> Self:
        note = store.newest_note()
        remembered = HeadFile(home.head, home.channel).read()
        if repin:
            home.head.unlink(missing_ok=True)
        elif remembered is None and note:
            raise state_lost(home, "the remembered head of this channel is missing")
        elif remembered is not None:
            require_remembered(home, store, remembered.size, remembered.root)
        try:
            log = ChannelLog(founding_of(store))
        except ParaphError as error:
            raise IntegrityError(
                worded(
                    "the founding entries on this disk are damaged: %(error)s", error=error.words
                )
            ) from error
        replica = cls(home, store, log)
        if log.channel != home.channel:
            raise IntegrityError("the founding entries on this disk are another channel's")
        if note:
            replica._rejoin(note)
        replica._accused = refused
        return replica

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    def _rejoin(self, note: bytes) -> None:
        # Take in rows that this home verified before, up to the note that covered them.
        self._newest, self._unstored = [], []
        try:
            head = self.checkpoint(note)
        except ParaphError as error:
            raise IntegrityError("the newest note on this disk is damaged") from error
        for row in self.store.entries(self.log.size, head.size):
            entry = self._append(row.envelope, trusted(self.log, row))
            if (entry.index, entry.void, entry.log_time) != (row.index, row.void, row.log_time):
                raise IntegrityError(
                    worded(
                        "entry %(index)s on this disk is not what it was when it was verified",
                        index=row.index,
                    )
                )
        if self.log.size < head.size or self.log.tree.root(head.size) != head.root:
            raise IntegrityError(
                "the entries on this disk do not lead to the newest note on it",
                hint="restore the folder of the channel as a whole, or pin the channel anew",
            )
        self.head = head
        self._head_file.advance(head.size, head.root)

    def refresh(self) -> None:
        """Take in what another process of this home has verified and stored meanwhile."""
        self.require_usable()
        changes = self.store.changes
        if changes == self._changes:
            return
        note = self.store.newest_note()
        same = note in {b"", self.head.note}
        if not same and parse_head(parse_note(note).text).size > self.log.size:
            with self.home.lock():
                self._rejoin(note)
            self._ahead = [each for each in self._ahead if each.size > self.log.size]
            self._pulse()
        self._changes = changes

    # reading

    @property
    def is_accused(self) -> bool:
        """Whether the relay showed two histories: nothing more is taken in."""
        return self._accused is not None

    def require_usable(self) -> None:
        """Refuse to go on after the relay showed two histories.

        Raises:
            EquivocationError: It did.
        """
        if self._accused is not None:
            raise self._accused

    @property
    def size(self) -> int:
        """Entries released."""
        return self.head.size

    @property
    def is_settled(self) -> bool:
        """Whether the head covers every entry taken in: the log's state may be used."""
        return self.log.size == max(self.head.size, self.log.founding_size)

    def entry(self, index: int) -> Entry:
        """Return a released entry.

        Raises:
            MisuseError: It is not released.
        """
        return next(self.entries(index, index + 1))

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Yield released entries in order; they are read as they are asked for.

        Raises:
            MisuseError: *stop* is above the size released.
        """
        end = self.size if stop is None else stop
        if end > self.size:
            raise MisuseError(worded("expected entries below %(size)s", size=self.size))
        first = self._newest[0][0].index if self._newest else end
        newest = self._newest[max(0, start - first) : max(0, end - first)]
        for row in self.store.entries(start, min(end, first)):
            yield entry_of(self.log, row)
        for row, statement in newest:
            yield entry_at(self.log, row, statement)

    def index_of(self, statement: bytes) -> int | None:
        """Return where a statement stands; nothing if it is not released."""
        index = self.log.placed.get(StatementId(statement))
        return index if index is not None and index < self.size else None

    def alarms(self) -> tuple[Alarm, ...]:
        """Return every alarm raised in this channel, in order."""
        return self.store.alarms()

    def checkpoint(self, note: bytes) -> Checkpoint:
        """Check the log's own two signatures on a note, and nothing else.

        Raises:
            MalformedError: Not the form of a note of ours.
            ForgedError: Another log's, or a signature does not verify.
        """
        bare = without_cosignatures(note)
        found = self._notes.get(bare)
        if found is None:
            found = verify_checkpoint(bare, self.log_keys)
            self._notes = {bare: found}  # a batch shares one note
        return found if note == bare else dataclasses.replace(found, note=note)

    def anchor(self, party: str) -> bytes:
        """Return the id of the newest note up to the head that the *other* party cosigned.

        In an internal channel it is the party's own cosignature; zeros if there is none.
        """
        others = {code for code in self.log.trust.parties if code != party} or {party}
        for note_id, cosigned in self.store.cosigned_notes(self.head.size):
            if cosigned & others:
                return note_id
        return ZERO

    def _append(self, envelope: bytes, verified: Verified | None) -> Entry:
        entry = self.log.append(envelope, verified)
        if entry.statement is not None and entry.statement.type in {"grant", "withdraw"}:
            self.afterwards.append(entry.index)
        return entry

    def alarm(self, name: str, index: int, detail: str) -> None:
        """Keep an alarm."""
        with self.store.transaction():
            self.store.alarm(Alarm(name, index, detail))

    def _pulse(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    # bodies

    def held(self) -> int:
        """Return below which index every body and attachment is on this disk (SPEC 5.7)."""
        return self.bodies.held(self.size)

    def body(self, digest: bytes) -> bytes | None:
        """Return a body, if it is on this disk."""
        return self.bodies.body(digest)

    def content(self, statement: StatementId) -> bytes:
        """Return salt and record that this process sealed in a statement; empty if not at hand."""
        return self.own.content(statement)
