"""A copy of the log, verified entry by entry from the charter on (SPEC 6.6).

The rules, all of them:

- An entry is *taken in* when its signature was checked and the header rules were applied; it is
  *released* when a head that the log signed covers it and the root recomputed over all entries
  is that head's. Nobody outside sees an entry before it is released.
- Order of writes: entries, alarms and the note in one transaction; then the remembered head
  (paraph.client.head); then release. At start the root is recomputed from the rows and compared
  with the remembered head before anything is believed. Signatures of those rows are not checked
  again: they were checked before the rows were written, and the root says they are the same.
- A signed head that these entries do not lead to, smaller, equal or larger, ends the channel for
  good: both notes and what was served are kept. A head that is merely older is passed over.
- Entries stand in the database; only the newest are in memory too.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from types import MappingProxyType
from typing import Final, Self

from paraph.client import forks, signatures
from paraph.client.bodies import Bodies
from paraph.client.cosigners import cosigned_by
from paraph.client.head import HeadFile, RememberedHead
from paraph.client.home import ChannelHome
from paraph.client.reopening import (
    enrols,
    entry_at,
    entry_of,
    founding_of,
    require_remembered,
    state_lost,
    trusted,
    without_stored,
)
from paraph.client.signatures import Checked, Checking, now_known
from paraph.client.store import Alarm, ChannelStore, EntryRow
from paraph.protocol import signed
from paraph.protocol.checkpoint import (
    Checkpoint,
    LogKeys,
    verify_checkpoint,
    without_cosignatures,
)
from paraph.protocol.errors import (
    EquivocationError,
    ForgedError,
    IntegrityError,
    MalformedError,
    MisuseError,
    ParaphError,
    UnavailableError,
)
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ZERO, StatementId
from paraph.protocol.note import parse_head, parse_note
from paraph.protocol.sentences import worded
from paraph.protocol.signed import Verified
from paraph.protocol.state import Entry
from paraph.protocol.statements.envelope import Statement
from paraph.protocol.tree import EMPTY_ROOT, leaf_hash
from paraph.protocol.wire import Entries, pack_frame

CHUNK: Final = 256
"""Entries that are checked while those before them are applied."""
NEWEST: Final = 256
"""Entries that stay decoded in memory, since they are the first that anybody reads."""

_NOTHING: Final[Mapping[bytes, Verified]] = MappingProxyType({})


class History:
    """One channel's verified log on this disk. Made by :meth:`create` and :meth:`load`.

    The part that knows no relay; :class:`paraph.client.replica.Replica` is the whole.

    Attributes:
        home: The channel's folder.
        store: Its database.
        log: State of the log, with every entry taken in.
        log_keys: Pinned by the charter that this party countersigned.
        bodies: Bodies and attachments on this disk.
        head: The newest head verified; size 0 before the first.
        own: Statements of this home, checked when they were signed, until they come back.
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
        self.own: Final = signatures.Known()
        self.afterwards: Final[list[int]] = []
        self._notes: dict[bytes, Checkpoint] = {}
        self._observed: Checkpoint | None = None
        self._accused: EquivocationError | None = None
        self._moved = asyncio.Event()
        self._changes = -1
        self._newest: list[tuple[EntryRow, Statement | None]] = []

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
    def load(cls, home: ChannelHome, *, repin: bool = False) -> Self:
        """Open the replica in *home*.

        Args:
            home: The channel's folder.
            repin: Take the database's own newest head for the one remembered, because a person
                says so: after a loss of state, and after comparing it with the other ministry.

        Raises:
            EquivocationError: The relay once showed two histories.
            IntegrityError: The database is behind the remembered head, or damaged.
        """
        home.require_unaccused()
        if not home.exists:
            raise state_lost(home, "the database of this channel is missing")
        store = ChannelStore.open(home.database, home.channel)
        try:
            with home.lock():
                return cls._load(home, store, repin=repin)
        except BaseException:
            store.close()
            raise

    @classmethod
    def _load(cls, home: ChannelHome, store: ChannelStore, *, repin: bool) -> Self:
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
        return replica

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    def _rejoin(self, note: bytes) -> None:
        # Take in rows that this home verified before, up to the note that covered them.
        self._newest = []
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

    # taking in

    def feed(self, *batch: Entries) -> range:
        """Take in entries and a head that covers them; block while signatures are checked.

        Returns:
            Indices released.

        Raises:
            EquivocationError: The relay signed another history; the replica refuses from now on.
            ForgedError: A note is not the log's, or an entry is not the one served before.
            MalformedError: A note is not of our form, or entries leave a gap.
            IntegrityError: The disk failed.
        """
        before = self.head.size
        for futures in self._take(batch):
            wait(futures)
        return range(before, self.head.size)

    def _take(
        self, batch: Sequence[Entries], known: Mapping[bytes, Verified] = _NOTHING
    ) -> Iterator[list[Future[list[Checked]]]]:
        # Yields what has to be waited for. A refresh meanwhile may take in the same, from the disk.
        self.refresh()
        size, fresh = self.log.size, self._fresh(batch)
        chunks = [fresh[at : at + CHUNK] for at in range(0, len(fresh), CHUNK)]
        ahead = self._check(chunks[0] if chunks else (), known)
        for served in filter(lambda each: each.note, batch):  # while threads check signatures
            self._expect(served.note)
        rows: list[tuple[EntryRow, Entry]] = []
        for number, chunk in enumerate(chunks):
            following = chunks[number + 1] if number + 1 < len(chunks) else ()
            now, ahead = ahead, self._check(following, known)
            if now.jobs:
                yield now.jobs
            if self.log.size != size + len(rows):
                yield from self._take(batch, known)
                return
            checked = now.results()
            for at, envelope in enumerate(chunk):
                enrolled = not at or enrols(rows[-1][1])
                if enrolled and (late := now_known(checked, at, self.log.trust.member)):
                    again = self._check([chunk[each] for each in late], known)
                    if again.jobs:
                        yield again.jobs
                    if self.log.size != size + len(rows):
                        yield from self._take(batch, known)
                        return
                    for place, result in zip(late, again.results(), strict=True):
                        checked[place] = result
                verified = checked[at]
                entry = self._append(envelope, verified if isinstance(verified, Verified) else None)
                self.own.pop(envelope, None)
                row = EntryRow(entry.index, entry.id, entry.void, entry.log_time, envelope)
                rows.append((row, entry))
        self._commit(rows, batch)

    def _check(self, envelopes: Sequence[bytes], known: Mapping[bytes, Verified]) -> Checking:
        found = [self.own.get(each) or known.get(each) for each in envelopes]
        return Checking(self.log.channel, envelopes, self.log.trust.member, found)

    def _append(self, envelope: bytes, verified: Verified | None) -> Entry:
        entry = self.log.append(envelope, verified)
        if entry.statement is not None and entry.statement.type in {"grant", "withdraw"}:
            self.afterwards.append(entry.index)
        return entry

    def _fresh(self, batch: Sequence[Entries]) -> list[bytes]:
        size, tree = self.log.size, self.log.tree
        fresh: list[bytes] = []
        for served in batch:
            if served.start > size + len(fresh):
                raise MalformedError(
                    worded("expected entries from %(size)s on", size=size + len(fresh)), code="gap"
                )
            for index, envelope in enumerate(served.envelopes, served.start):
                if index < size:
                    if leaf_hash(envelope) != tree.leaf(index):
                        self._served_differently(index)
                elif index == size + len(fresh):
                    fresh.append(envelope)
        return fresh

    def _served_differently(self, index: int) -> None:
        self.alarm("entry-differs", index, "the relay served other bytes than it did before")
        raise ForgedError(
            worded("expected entry %(index)s as the relay served it before", index=index),
            code="entry-differs",
        )

    def _expect(self, note: bytes) -> None:
        # Remember a signed head until the entries it covers are here: the nearest, and the last.
        head = self.checkpoint(note)
        if head.size <= self.log.size:
            self._compare(head)
        if head.size > self.head.size and head.note not in {each.note for each in self._ahead}:
            self._ahead = sorted([*self._ahead, head], key=lambda each: each.size)
            self._ahead[1:-1] = []

    def _compare(self, head: Checkpoint, served: Sequence[Entries] = ()) -> None:
        try:
            self.log.require_head(head.size, head.root, head.note)
        except EquivocationError as error:
            self._accuse(error.words, head, served)

    def _accuse(self, reason: str, head: Checkpoint, served: Sequence[Entries]) -> None:
        notes = [each for each in (self.head, head) if each.note]
        evidence = {f"{each.size}-{each.id.hex()[:16]}.note": each.note for each in notes}
        evidence |= {f"served-{each.start}.frame": pack_frame((each,)) for each in served}
        evidence |= forks.record_of(self.log.tree, self.head, head)
        self._accused = EquivocationError(
            reason,
            evidence=tuple(each.note for each in notes),
            hint=worded(
                "this channel is refused from now on; the evidence is in %(evidence)s: keep it, and"
                " call the other ministry by another channel",
                evidence=self.home.evidence,
            ),
        )
        self._pulse()
        self.home.accuse(reason, evidence)
        raise self._accused

    def _commit(self, rows: list[tuple[EntryRow, Entry]], served: Sequence[Entries]) -> None:
        covered = [each for each in self._ahead if each.size <= self.log.size]
        for head in covered:
            self._compare(head, served)
        self._ahead = self._ahead[len(covered) :]
        newest = covered[-1] if covered and covered[-1].size > self.head.size else None
        if not rows and newest is None:
            return
        with self.home.lock():
            with self.store.transaction():
                self._store(rows, [body for each in served for body in each.bodies])
                if newest is not None:
                    newest = self._journal(newest)
            self._newest += ((row, entry.statement) for row, entry in rows)
            del self._newest[:-NEWEST]
            if newest is not None:  # durable; now remembered; only then released
                self._require_same(self._head_file.advance(newest.size, newest.root), newest)
        if newest is not None:
            self.head = newest
            self._pulse()

    def _require_same(self, remembered: RememberedHead, newest: Checkpoint) -> None:
        # Another process of this home may have remembered another head: it must be ours too.
        if (
            remembered.size <= self.log.size
            and self.log.tree.root(remembered.size) != remembered.root
        ):
            self._accuse("two processes of this home were shown two histories", newest, ())

    def _store(self, rows: list[tuple[EntryRow, Entry]], bodies: Sequence[bytes]) -> None:
        stored = self.store.size
        if rows and stored < rows[0][0].index:
            raise UnavailableError(
                "another process of this home has changed the database", code="replica-raced",
                hint="open the channel again",
            )  # fmt: skip
        if rows and stored > rows[0][0].index:  # left by a run that ended before a head came
            rows = without_stored(self.store, rows)
        self.store.append(row for row, _ in rows)
        self.bodies.expect((entry for _, entry in rows), bodies)
        for row, entry in rows:
            if entry.void:
                detail = "placed by the relay against the rules"
                self.store.alarm(Alarm(f"void-{entry.void}", row.index, detail))

    def _journal(self, head: Checkpoint) -> Checkpoint:
        try:
            cosigned = cosigned_by(head.note, self.log_keys, self.log.trust)
        except (ForgedError, MalformedError):
            self.store.alarm(Alarm("cosignature", head.size, "a cosignature does not verify"))
            head, cosigned = self.checkpoint(without_cosignatures(head.note)), frozenset()
        self.store.add_note(head.id, head.size, head.note, cosigned)
        return head

    def alarm(self, name: str, index: int, detail: str) -> None:
        """Keep an alarm."""
        with self.store.transaction():
            self.store.alarm(Alarm(name, index, detail))

    def observe(self, note: bytes) -> Checkpoint:
        """Check a note that came some other way, as in a proof or from the other ministry.

        Raises:
            ForgedError: Not the log's.
            EquivocationError: Not consistent with what was verified before.
        """
        self.require_usable()
        if self._observed is None or self._observed.note != note:  # a batch shares one note
            cosigned_by(note, self.log_keys, self.log.trust)
            self._expect(note)
            self._observed = self.checkpoint(note)
        return self._observed

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
