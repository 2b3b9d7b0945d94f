"""What a channel's folder keeps in SQLite: entries, notes, bodies, alarms; and its outbox.

The entries are as the relay served them; that they were verified before they were stored is the
replica's promise (paraph.client.log.replica).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

from paraph.client.log.outgoing import Outgoing
from paraph.protocol.names import Digest, StatementId


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


class ChannelStore(Outgoing):
    """The database of one channel: what was verified, and what was said here."""

    __slots__ = ()

    @property
    def size(self) -> int:
        """Entries stored."""
        return int(self._one("SELECT coalesce(max(idx) + 1, 0) FROM entries"))

    def append(self, rows: Iterable[EntryRow]) -> None:
        """Store entries; in a transaction of the caller."""
        self._do_each(
            "INSERT INTO entries (idx, id, void, log_time, envelope) VALUES (?, ?, ?, ?, ?)",
            ((row.index, row.id, row.void, row.log_time, row.envelope) for row in rows),
        )

    def cut(self, size: int) -> None:
        """Drop entries from *size* on, which no verified head has covered."""
        self._do("DELETE FROM entries WHERE idx >= ?", (size,))
        self._do("DELETE FROM wanted WHERE idx >= ?", (size,))

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
        self._do(
            "DELETE FROM notes INDEXED BY notes_passing"
            " WHERE size < ? AND named = 0 AND cosigned = ''",
            (size,),
        )
        self._do(
            "INSERT OR IGNORE INTO notes VALUES (?, ?, ?, ?, 0)",
            (note_id, size, note, " ".join(sorted(cosigned))),
        )

    def name_note(self, note_id: Digest) -> None:
        """Keep a note, since a statement of ours names its head in ``seen``."""
        self._do("UPDATE notes SET named = 1 WHERE id = ? AND named = 0", (note_id,))

    def newest_note(self) -> bytes:
        """Return the note of the largest head journalled; empty if there is none."""
        return self._one("SELECT note FROM notes ORDER BY size DESC LIMIT 1") or b""

    def notes(self, most: int) -> Iterator[bytes]:
        """Yield every journalled note up to size *most*: by size, then in the order received."""
        for (note,) in self._all(
            "SELECT note FROM notes WHERE size <= ? ORDER BY size, rowid", (most,)
        ):
            yield note

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
        self._do_each("INSERT OR IGNORE INTO bodies VALUES (?, ?)", bodies.items())
        if self._one("SELECT EXISTS (SELECT 1 FROM wanted)"):
            self._do_each("DELETE FROM wanted WHERE digest = ?", ((each,) for each in bodies))

    def arrived(self, digest: Digest) -> None:
        """Note that an attachment is on this disk."""
        self._do("DELETE FROM wanted WHERE digest = ?", (digest,))

    def body(self, digest: bytes) -> bytes | None:
        """Return a body."""
        data: bytes | None = self._one("SELECT data FROM bodies WHERE digest = ?", (digest,))
        return data

    def want(self, blobs: Iterable[Wanted]) -> None:
        """Note blobs that entries name, except bodies that are here."""
        self._do_each(
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
        self._do(
            "INSERT OR IGNORE INTO alarms (name, idx, detail) VALUES (?, ?, ?)",
            (alarm.name, alarm.index, alarm.detail),
        )

    def alarms(self) -> tuple[Alarm, ...]:
        """Return every alarm, in order."""
        rows = self._all("SELECT name, idx, detail FROM alarms ORDER BY number")
        return tuple(Alarm(*row) for row in rows)
