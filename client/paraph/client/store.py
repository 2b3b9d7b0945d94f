"""What a channel's folder keeps in SQLite: entries, notes, bodies, alarms, outbox.

One database a channel, WAL with ``synchronous=FULL``: a commit that returned is on disk. Several
processes of one home may use it at once (a bot and a command), so every write is a transaction
that first takes the one write lock. The entries are as the relay served them; that they were
verified before they were stored is the replica's promise (paraph.client.replica).

SQL stands here and nowhere else in the client. No error of the library leaves this module: a full
or busy disk is *unavailable*, anything worse is *integrity*.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

import apsw

from paraph.client.files import PRIVATE_FILE
from paraph.client.tables import SCHEMA, SCHEMA_VERSION
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import IntegrityError, UnavailableError
from paraph.protocol.names import ChannelId, Digest, KeyId, StatementId
from paraph.protocol.sentences import worded

_BUSY_MS: Final = 10_000
"""How long a write waits for another process of the same home."""
_LOG_SIZE: Final = 1000 * 4096
"""Bytes of the write-ahead log when SQLite begins it anew: 1,000 pages."""


@dataclasses.dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry that was verified before it was stored.

    Attributes:
        index: Its place.
        id: Statement id; zeros if the envelope cannot be decoded.
        void: Why it is void; empty if it is placed.
        log_time: Log time at this index.
        envelope: The bytes.
    """

    index: int
    id: StatementId
    void: str
    log_time: int
    envelope: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """A blob that an entry names and that is not on this disk."""

    index: int
    digest: Digest
    size: int
    kind: str


@dataclasses.dataclass(frozen=True, slots=True)
class Alarm:
    """Something that an honest relay or an honest machine of ours does not do.

    Attributes:
        name: Kebab-case.
        index: Index it is about; -1 if none.
        detail: For people.
    """

    name: str
    index: int
    detail: str


@dataclasses.dataclass(frozen=True, slots=True)
class OutboxRow:
    """One outgoing statement.

    Attributes:
        number: Row number, in the order of making.
        key: Id of the signing key.
        sequence: Number of the statement.
        id: Statement id.
        envelope: The bytes that are sent, again and again until proven.
        body: Digest of its body; empty for clear types.
        exclusive: Whether it travels alone.
        tag: The caller's own name for it, so that it is made once; may be empty.
        state: How far it is.
        index: Where it stands; -1 until proven.
        proof: The verified tlog-proof; empty until proven.
        reason: Why it is unplaceable, or the code of the last refusal.
    """

    number: int
    key: KeyId
    sequence: int
    id: StatementId
    envelope: bytes = dataclasses.field(repr=False)
    body: bytes
    exclusive: bool
    tag: str
    state: Delivery
    index: int
    proof: bytes = dataclasses.field(repr=False)
    reason: str


_OUTBOX: Final = (
    "SELECT number, key, sequence, id, envelope, body, exclusive, tag, state, idx, proof, reason"
    " FROM outbox "
)


def _outbox_row(row: tuple[Any, ...]) -> OutboxRow:
    number, key, sequence, id_, envelope, body, exclusive, tag, state, *rest = row
    return OutboxRow(
        number, key, sequence, id_, envelope, body, bool(exclusive), tag, Delivery(state), *rest
    )


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (apsw.BusyError, apsw.LockedError, apsw.FullError) as error:
        raise UnavailableError(
            worded("the channel's database did not take it: %(error)s", error=error),
            code="disk",
            hint="see whether the disk is full or another program holds the file",
        ) from error
    except apsw.Error as error:
        raise IntegrityError(
            worded("the channel's database failed: %(error)s", error=error),
            hint="stop, check the disk, and open the channel again",
        ) from error


class ChannelStore:
    """The database of one channel.

    Attributes:
        path: The file.
    """

    __slots__ = ("_connection", "_depth", "path")

    def __init__(self, path: Path, connection: apsw.Connection) -> None:
        self.path: Final = path
        self._connection: Final = connection
        self._depth = 0

    @classmethod
    def create(cls, path: Path, channel: ChannelId) -> Self:
        """Make an empty database.

        Raises:
            IntegrityError: There is one already.
        """
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE))
        except FileExistsError as error:
            raise IntegrityError(
                worded("there is a database at %(path)s already", path=path)
            ) from error
        with _translated():
            connection = apsw.Connection(str(path))
            # One statement at a time touches a dozen pages: small ones halve the wait for the disk.
            connection.execute("PRAGMA page_size = 4096")
            store = cls(path, connection)
            store._configure()
            with store.transaction():
                connection.execute(SCHEMA)
                connection.execute("INSERT INTO channel VALUES (?)", (channel,))
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        return store

    @classmethod
    def open(cls, path: Path, channel: ChannelId) -> Self:
        """Open the database of *channel*.

        Raises:
            IntegrityError: None there, another channel's, or of another version.
        """
        with _translated():
            connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
            store = cls(path, connection)
            store._configure()
            version = store._one("PRAGMA user_version")
            if version != SCHEMA_VERSION:
                raise IntegrityError(
                    worded(
                        "expected a database of version %(schema_version)s, found %(version)s",
                        schema_version=SCHEMA_VERSION,
                        version=version,
                    ),
                    hint="use the version of paraph that made it",
                )
            if store._one("SELECT id FROM channel") != channel:
                raise IntegrityError(
                    worded("the database %(path)s belongs to another channel", path=path)
                )
        return store

    def _configure(self) -> None:
        self._connection.set_busy_timeout(_BUSY_MS)
        mode = self._one("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        if mode != "wal" or self._one("PRAGMA synchronous") != 2:
            raise IntegrityError("expected a disk that takes SQLite's WAL with synchronous=FULL")

    def make_room(self) -> None:
        """Let the write-ahead log have its full size at once.

        A commit into a file that grows waits for the file's size to be on disk as well, which is
        a third of the wait, and most of the longest waits. Nothing is lost without it.
        """
        before = self._one("PRAGMA cache_size")
        with contextlib.suppress(apsw.Error):
            self._connection.execute("PRAGMA cache_size = 8")  # pages; what is more, is written
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("CREATE TABLE room (bytes BLOB)")
            self._connection.execute("INSERT INTO room VALUES (zeroblob(?))", (_LOG_SIZE,))
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._connection.execute(f"PRAGMA cache_size = {before}")

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def _one(self, sql: str, parameters: tuple[Any, ...] = ()) -> Any:  # noqa: ANN401 - SQL is untyped
        row = self._connection.execute(sql, parameters).fetchone()
        return None if row is None else row[0]

    def _all(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with _translated():
            rows: list[tuple[Any, ...]] = self._connection.execute(sql, parameters).fetchall()
        return rows

    @contextlib.contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:
        """Make the block one step: all of it, or nothing. Blocks may nest.

        Args:
            durable: Whether it is on disk at return. If not, it survives the end of the process,
                and it is on disk once any later durable step is: for what a loss of power may
                take back, because it is fetched or found again.

        Raises:
            UnavailableError: Disk full, or another process held the database for too long.
            IntegrityError: Any worse error of the disk or the database.
        """
        if self._depth:
            yield
            return
        with _translated():
            if not durable:
                self._connection.execute("PRAGMA synchronous = NORMAL")
            self._depth += 1
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1
                if not durable:
                    self._connection.execute("PRAGMA synchronous = FULL")

    @property
    def changes(self) -> int:
        """A number that differs whenever another connection has committed something."""
        with _translated():
            return int(self._one("PRAGMA data_version"))

    # entries

    @property
    def size(self) -> int:
        """Entries stored."""
        with _translated():
            return int(self._one("SELECT coalesce(max(idx) + 1, 0) FROM entries"))

    def append(self, rows: Iterable[EntryRow]) -> None:
        """Store entries; in a transaction of the caller."""
        with _translated():
            self._connection.executemany(
                "INSERT INTO entries (idx, id, void, log_time, envelope) VALUES (?, ?, ?, ?, ?)",
                ((row.index, row.id, row.void, row.log_time, row.envelope) for row in rows),
            )

    def cut(self, size: int) -> None:
        """Drop entries from *size* on, which no verified head has covered."""
        with _translated():
            self._connection.execute("DELETE FROM entries WHERE idx >= ?", (size,))
            self._connection.execute("DELETE FROM wanted WHERE idx >= ?", (size,))

    def entries(self, start: int = 0, stop: int = 2**53) -> Iterator[EntryRow]:
        """Yield entries in order; rows are read as they are asked for."""
        sql = (
            "SELECT idx, id, void, log_time, envelope FROM entries"
            " WHERE idx >= ? AND idx < ? ORDER BY idx LIMIT 256"
        )
        while start < stop:
            rows = self._all(sql, (start, stop))
            if not rows:
                return
            for row in rows:
                yield EntryRow(*row)
            start = rows[-1][0] + 1

    # notes

    def add_note(self, note_id: Digest, size: int, note: bytes, cosigned: frozenset[str]) -> None:
        """Journal a note, and drop smaller ones that nobody cosigned or named (:meth:`name_note`).

        Args:
            note_id: SHA-256 of its bytes.
            size: Its size.
            note: Its bytes.
            cosigned: Codes of the parties whose cosigners signed it.
        """
        with _translated():
            self._connection.execute(
                "DELETE FROM notes INDEXED BY notes_passing"
                " WHERE size < ? AND named = 0 AND cosigned = ''",
                (size,),
            )
            self._connection.execute(
                "INSERT OR IGNORE INTO notes VALUES (?, ?, ?, ?, 0)",
                (note_id, size, note, " ".join(sorted(cosigned))),
            )

    def name_note(self, note_id: Digest) -> None:
        """Keep a note, since a statement of ours names its head in ``seen``."""
        with _translated():
            self._connection.execute(
                "UPDATE notes SET named = 1 WHERE id = ? AND named = 0", (note_id,)
            )

    def newest_note(self) -> bytes:
        """Return the note of the largest head journalled; empty if there is none."""
        with _translated():
            return self._one("SELECT note FROM notes ORDER BY size DESC LIMIT 1") or b""

    def notes(self, most: int) -> Iterator[bytes]:
        """Yield every journalled note up to size *most*: by size, then in the order received."""
        for (note,) in self._all(
            "SELECT note FROM notes WHERE size <= ? ORDER BY size, rowid", (most,)
        ):
            yield note

    def notes_named(self) -> tuple[tuple[int, bytes], ...]:
        """Return (size, note) of every head that a statement of ours names."""
        rows = self._all("SELECT size, note FROM notes WHERE named = 1 ORDER BY size")
        return tuple((row[0], row[1]) for row in rows)

    def cosigned_notes(self, most: int) -> Iterator[tuple[bytes, frozenset[str]]]:
        """Yield (id, parties) of notes up to size *most* that somebody cosigned, newest first."""
        sql = (
            "SELECT id, cosigned FROM notes INDEXED BY notes_cosigned"
            " WHERE cosigned <> '' AND size <= ? ORDER BY size DESC"
        )
        for note_id, cosigned in self._all(sql, (most,)):
            yield note_id, frozenset(cosigned.split())

    def cosigned_heads(self, most: int) -> Iterator[tuple[bytes, frozenset[str]]]:
        """Yield (note, parties) of notes up to size *most* that somebody cosigned, newest first."""
        sql = (
            "SELECT note, cosigned FROM notes INDEXED BY notes_cosigned"
            " WHERE cosigned <> '' AND size <= ? ORDER BY size DESC"
        )
        for note, cosigned in self._all(sql, (most,)):
            yield note, frozenset(cosigned.split())

    # bodies and attachments

    def put_bodies(self, bodies: Mapping[Digest, bytes]) -> None:
        """Store bodies whose digests the caller has checked; they are wanted no longer."""
        with _translated():
            self._connection.executemany(
                "INSERT OR IGNORE INTO bodies VALUES (?, ?)", bodies.items()
            )
            self._connection.executemany(
                "DELETE FROM wanted WHERE digest = ?", ((each,) for each in bodies)
            )

    def arrived(self, digest: Digest) -> None:
        """Note that an attachment is on this disk."""
        with _translated():
            self._connection.execute("DELETE FROM wanted WHERE digest = ?", (digest,))

    def body(self, digest: bytes) -> bytes | None:
        """Return a body."""
        with _translated():
            data: bytes | None = self._one("SELECT data FROM bodies WHERE digest = ?", (digest,))
            return data

    def want(self, blobs: Iterable[Wanted]) -> None:
        """Note blobs that entries name, except bodies that are here."""
        with _translated():
            self._connection.executemany(
                "INSERT OR IGNORE INTO wanted SELECT ?1, ?2, ?3, ?4"
                " WHERE NOT EXISTS (SELECT 1 FROM bodies WHERE digest = ?2)",
                ((each.index, each.digest, each.size, each.kind) for each in blobs),
            )

    def wanted(self, most: int, *, below: int) -> tuple[Wanted, ...]:
        """Return blobs that are missing below an index, in order."""
        sql = "SELECT idx, digest, size, kind FROM wanted WHERE idx < ? ORDER BY idx LIMIT ?"
        return tuple(Wanted(*row) for row in self._all(sql, (below, most)))

    # alarms

    def alarm(self, alarm: Alarm) -> None:
        """Keep an alarm; the same one is kept once."""
        with _translated():
            self._connection.execute(
                "INSERT OR IGNORE INTO alarms (name, idx, detail) VALUES (?, ?, ?)",
                (alarm.name, alarm.index, alarm.detail),
            )

    def alarms(self) -> tuple[Alarm, ...]:
        """Return every alarm, in order."""
        rows = self._all("SELECT name, idx, detail FROM alarms ORDER BY number")
        return tuple(Alarm(*row) for row in rows)

    # outbox

    def add_outgoing(self, row: OutboxRow) -> OutboxRow:
        """Store an outgoing statement, and return it with the number the database gave it.

        Raises:
            IntegrityError: Number, id or tag is taken.
        """
        with _translated():
            self._connection.execute(
                "INSERT INTO outbox (key, sequence, id, envelope, body, exclusive, tag, state, idx,"
                " proof, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    row.key, row.sequence, row.id, row.envelope, row.body, int(row.exclusive),
                    row.tag, row.state.value, row.index, row.proof, row.reason,
                ),
            )  # fmt: skip
            return dataclasses.replace(row, number=self._connection.last_insert_rowid())

    def move(self, id_: StatementId, state: Delivery, *, reason: str = "") -> None:
        """Set how far an outgoing statement is."""
        with _translated():
            self._connection.execute(
                "UPDATE outbox SET state = ?, reason = ? WHERE id = ?", (state.value, reason, id_)
            )

    def prove(self, id_: StatementId, index: int, proof: bytes) -> None:
        """Set an outgoing statement to logged, with its proof."""
        with _translated():
            self._connection.execute(
                "UPDATE outbox SET state = ?, reason = '', idx = ?, proof = ? WHERE id = ?",
                (Delivery.LOGGED.value, index, proof, id_),
            )

    def pending(self, key: KeyId, after: int = 0) -> tuple[OutboxRow, ...]:
        """Return what a key has signed and no proof covers yet, by number, from *after* on."""
        sql = (
            _OUTBOX + "WHERE key = ? AND sequence > ? AND state IN ('signed', 'unknown')"
            " ORDER BY sequence"
        )
        return tuple(_outbox_row(row) for row in self._all(sql, (key, after)))

    def pending_count(self, key: KeyId) -> int:
        """Return how many statements of a key are signed and not proven."""
        sql = "SELECT count(*) FROM outbox WHERE key = ? AND state IN ('signed', 'unknown')"
        with _translated():
            return int(self._one(sql, (key,)))

    def outgoing(self, key: KeyId | None = None) -> tuple[OutboxRow, ...]:
        """Return everything ever made, by one key or by all, in the order of making."""
        sql = _OUTBOX + "WHERE ? IS NULL OR key = ? ORDER BY number"
        return tuple(_outbox_row(row) for row in self._all(sql, (key, key)))

    def outgoing_by_id(self, id_: StatementId) -> OutboxRow | None:
        """Return one outgoing statement."""
        rows = self._all(_OUTBOX + "WHERE id = ?", (id_,))
        return _outbox_row(rows[0]) if rows else None

    def outgoing_by_tag(self, key: KeyId, tag: str) -> OutboxRow | None:
        """Return the outgoing statement that the caller named *tag*, unless it was unplaceable."""
        sql = _OUTBOX + "WHERE key = ? AND tag = ? AND state <> 'unplaceable'"
        rows = self._all(sql, (key, tag))
        return _outbox_row(rows[0]) if rows else None

    def last_outgoing(self, key: KeyId) -> tuple[int, bytes]:
        """Return the largest number of a key that is not free again, and whose it is; 0 if none."""
        sql = (
            "SELECT sequence, id FROM outbox WHERE key = ? AND state <> 'unplaceable'"
            " ORDER BY sequence DESC LIMIT 1"
        )
        rows = self._all(sql, (key,))
        return (rows[0][0], rows[0][1]) if rows else (0, b"")

    def exclusive_pending(self, key: KeyId) -> bool:
        """Tell whether an exclusive statement of a key is signed and not proven."""
        sql = (
            "SELECT EXISTS (SELECT 1 FROM outbox"
            " WHERE key = ? AND state IN ('signed', 'unknown') AND exclusive)"
        )
        with _translated():
            return bool(self._one(sql, (key,)))
