"""The store on SQLite: one writer thread with one connection, and readers that cannot write.

- WAL with ``synchronous=FULL``: a commit that returned is on disk. The settings and the library's
  version are read back at start, and anything else refuses to start.
- Notes alone are written and not waited for: a note that a loss of power takes is signed again
  over the same root (ADR 10). A process that is killed loses nothing of what it wrote.
- What the writer does beside rows, and what its errors mean: :mod:`paraph.server.store.writer`.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any, Final, TypeVar

import apsw

from paraph.protocol.errors import IntegrityError, UnavailableError
from paraph.protocol.names import ChannelId, Digest, KeyId
from paraph.server.store import BodyRow, ChannelRow, ConflictRow, Growth, NoteRow
from paraph.server.store.writer import IDLE_S, SYNCED, Writer, synced, translated, unsynced

T = TypeVar("T")

SCHEMA_VERSION: Final = 1
PAGE_BYTES: Final = 16 * 1024
"""Entries with their bodies take several KiB: a third more rows a second than with 4 KiB."""
WAL_PAGES: Final = 4096
"""64 MiB, above which the writer does not wait for a quiet moment to checkpoint."""
READERS: Final = 2
LIBRARY_FLOOR: Final = (3, 51, 3)
"""The first SQLite without the WAL-reset defect."""

SETTINGS: Final[Mapping[str, int | str]] = {
    "page_size": PAGE_BYTES,
    "journal_mode": "wal",
    "synchronous": SYNCED,
    "wal_autocheckpoint": 0,
    "mmap_size": 0,
    "trusted_schema": 0,
    "cell_size_check": 1,
}
"""What the writer's connection must say when it is asked."""


class SqliteStore:
    """A :class:`paraph.server.store.Store`.

    Args:
        path: The database; made if it is not there.
        idle_s: How long a quiet moment is.
        wal_pages: Pages of WAL above which it is checkpointed without one.

    Raises:
        IntegrityError: Another schema, other settings, or not a database.
        UnavailableError: Another process has it, or the disk failed.
    """

    def __init__(self, path: Path, *, idle_s: float = IDLE_S, wal_pages: int = WAL_PAGES) -> None:
        self._path = path
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._writer = Writer(path, self._prepare, idle_s=idle_s, wal_pages=wal_pages)
        self._write = self._writer.run

    def _prepare(self, connection: apsw.Connection) -> None:
        for name, value in SETTINGS.items():
            connection.pragma(name, value)
        self._migrate(connection)
        self._check(connection)

    def _migrate(self, connection: apsw.Connection) -> None:
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").get
        if tables == 0:
            script = resources.files("paraph.server.store").joinpath(
                "migrations", "001_initial.sql"
            )
            with synced(connection):
                connection.execute(script.read_text("utf-8"))
                connection.execute("INSERT INTO schema_version VALUES (?)", (SCHEMA_VERSION,))

    def _check(self, connection: apsw.Connection) -> None:
        library = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
        if library < LIBRARY_FLOOR:
            raise IntegrityError(f"expected SQLite from {LIBRARY_FLOOR} on, found {library}")
        for name, wanted in SETTINGS.items():
            found = connection.pragma(name)
            if found != wanted:
                raise IntegrityError(f"expected the database's {name} to be {wanted}, got {found}")
        try:
            version = connection.execute("SELECT version FROM schema_version").get
        except apsw.SQLError as error:
            raise IntegrityError("expected a database of this relay") from error
        if version != SCHEMA_VERSION:
            raise IntegrityError(
                f"expected schema version {SCHEMA_VERSION}, found {version}",
                hint="start the version of the software that wrote it, or migrate",
            )

    # the readers' threads

    async def _read(self, work: Callable[[apsw.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._reading, work)

    def _reading(self, work: Callable[[apsw.Connection], T]) -> T:
        try:
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READONLY)
                connection.set_busy_timeout(5000)
                connection.pragma("query_only", 1)
                self._local.connection = connection
            return work(connection)
        except (apsw.Error, OSError) as error:
            raise translated(error) from error

    # writing

    async def commit(self, growths: Sequence[Growth]) -> None:
        """Write entries, bodies, attachments, trees and idempotency in one transaction."""
        await self._write(lambda connection: _commit(connection, growths))

    async def journal(self, sign: Callable[[], Sequence[NoteRow]]) -> Sequence[NoteRow]:
        """Append what *sign* makes to the journal; the disk is not waited for."""

        def work(connection: apsw.Connection) -> Sequence[NoteRow]:
            notes = sign()
            connection.executemany(
                "INSERT INTO notes (channel, seq, size, id, note) VALUES (?, 1 +"
                " coalesce((SELECT max(seq) FROM notes WHERE channel = ?), 0), ?, ?, ?)",
                [(each.channel, each.channel, each.size, each.id, each.note) for each in notes],
            )
            return notes

        return await self._write(work, transaction=unsynced)

    async def keep_conflict(self, conflict: ConflictRow) -> None:
        """Keep the first conflict under a number; later ones change nothing."""
        row = (
            conflict.channel,
            conflict.sender,
            conflict.sequence,
            conflict.placed,
            conflict.refused,
        )
        await self._write(
            lambda connection: connection.execute(
                "INSERT OR IGNORE INTO conflicts (channel, sender, sequence, placed, refused)"
                " VALUES (?, ?, ?, ?, ?)",
                row,
            )
        )

    async def add_code(self, code: Digest, label: str) -> None:
        """Add an enrolment code by its digest."""
        await self._write(
            lambda connection: connection.execute(
                "INSERT INTO codes (code, label) VALUES (?, ?)", (code, label)
            )
        )

    async def redeem(self, code: Digest, root_set: Digest) -> bool:
        """Let a code admit a root set; again for the same set changes nothing."""

        def work(connection: apsw.Connection) -> bool:
            connection.execute(
                "UPDATE codes SET root_set = ? WHERE code = ? AND root_set IS NULL",
                (root_set, code),
            )
            found = connection.execute("SELECT root_set FROM codes WHERE code = ?", (code,)).get
            return bool(found == root_set)

        return await self._write(work)

    async def probe(self) -> None:
        """Write to the disk and read it back."""
        value = secrets.token_bytes(16)

        def work(connection: apsw.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO probe VALUES (1, ?)", (value,))

        await self._write(work)
        if await self._read(lambda c: c.execute("SELECT value FROM probe").get) != value:
            raise UnavailableError("expected to read back what was written")

    async def checkpoint(self) -> None:
        """Move the WAL into the database now."""
        await self._writer.checkpoint()

    # reading

    async def channels(self) -> tuple[ChannelRow, ...]:
        """Every channel."""
        rows = await self._rows("SELECT channel, size, root FROM channels ORDER BY channel")
        return tuple(ChannelRow(*row) for row in rows)

    async def newest_note(self, channel: ChannelId, most: int) -> NoteRow | None:
        """Return the largest journalled note of at most *most* entries, of these the newest."""
        rows = await self._rows(
            "SELECT channel, size, note FROM notes WHERE channel = ? AND size <= ?"
            " ORDER BY size DESC, seq DESC LIMIT 1",
            channel,
            most,
        )
        return NoteRow(*rows[0]) if rows else None

    async def note_size(self, channel: ChannelId, note: Digest) -> int | None:
        """Return the size that the note with this id states."""
        rows = await self._rows(
            "SELECT size FROM notes WHERE channel = ? AND id = ?", channel, note
        )
        return rows[0][0] if rows else None

    async def envelopes(
        self, channel: ChannelId, start: int, stop: int, most_bytes: int
    ) -> tuple[bytes, ...]:
        """Return entries from *start* to below *stop*, at least one, up to *most_bytes*."""

        def work(connection: apsw.Connection) -> tuple[bytes, ...]:
            found: list[bytes] = []
            total = 0
            for (envelope,) in connection.execute(
                "SELECT envelope FROM entries WHERE channel = ? AND idx >= ? AND idx < ?"
                " ORDER BY idx",
                (channel, start, stop),
            ):
                total += len(envelope)
                if found and total > most_bytes:
                    break
                found.append(envelope)
            return tuple(found)

        return await self._read(work)

    async def by_sequence(self, channel: ChannelId, sender: KeyId, sequence: int) -> bytes | None:
        """Return the envelope that stands under this number."""
        rows = await self._rows(
            "SELECT envelope FROM entries WHERE channel = ? AND sender = ? AND sequence = ?",
            channel,
            sender,
            sequence,
        )
        return rows[0][0] if rows else None

    async def body(self, channel: ChannelId, digest: Digest) -> BodyRow | None:
        """Return a body, and which entry names it."""
        rows = await self._rows(
            "SELECT idx, digest, data FROM bodies WHERE channel = ? AND digest = ?",
            channel,
            digest,
        )
        return BodyRow(*rows[0]) if rows else None

    async def bodies(
        self, channel: ChannelId, start: int, stop: int, most: int
    ) -> tuple[BodyRow, ...]:
        """Return bodies of up to *most* bytes that entries from *start* to below *stop* name."""
        rows = await self._rows(
            "SELECT idx, digest, data FROM bodies"
            " WHERE channel = ? AND idx >= ? AND idx < ? AND length(data) <= ? ORDER BY idx",
            channel,
            start,
            stop,
            most,
        )
        return tuple(BodyRow(*row) for row in rows)

    async def attachments(self, channel: ChannelId) -> frozenset[Digest]:
        """Return what placed statements name as attachments."""
        rows = await self._rows("SELECT digest FROM attachments WHERE channel = ?", channel)
        return frozenset(digest for (digest,) in rows)

    async def attachment_index(self, channel: ChannelId, digest: Digest) -> int | None:
        """Return the first entry that names this blob as an attachment."""
        rows = await self._rows(
            "SELECT idx FROM attachments WHERE channel = ? AND digest = ?", channel, digest
        )
        return rows[0][0] if rows else None

    async def conflicts(self, channel: ChannelId, start: int, most: int) -> tuple[ConflictRow, ...]:
        """Return what is kept, in order, from the *start*-th on."""
        rows = await self._rows(
            "SELECT channel, sender, sequence, placed, refused FROM conflicts"
            " WHERE channel = ? ORDER BY rowid LIMIT ? OFFSET ?",
            channel,
            most,
            start,
        )
        return tuple(ConflictRow(*row) for row in rows)

    async def may_redeem(self, code: Digest, root_set: Digest) -> bool:
        """Tell whether :meth:`redeem` would succeed now."""
        return bool(
            await self._rows(
                "SELECT 1 FROM codes WHERE code = ? AND coalesce(root_set, ?) = ?",
                code,
                root_set,
                root_set,
            )
        )

    async def is_admitted(self, root_set: Digest) -> bool:
        """Tell whether a code admitted this root set."""
        return bool(await self._rows("SELECT 1 FROM codes WHERE root_set = ?", root_set))

    async def figures(self) -> Mapping[str, int | str]:
        """Return versions, settings and sizes for the operator; no names."""

        def settings(connection: apsw.Connection) -> dict[str, int | str]:
            return {name: connection.pragma(name) for name in SETTINGS}

        def counts(connection: apsw.Connection) -> dict[str, int]:
            return {
                "channels": connection.execute("SELECT count(*) FROM channels").get,
                "entries": connection.execute("SELECT coalesce(sum(size), 0) FROM channels").get,
                "conflicts": connection.execute("SELECT count(*) FROM conflicts").get,
                "codes_open": connection.execute(
                    "SELECT count(*) FROM codes WHERE root_set IS NULL"
                ).get,
                "root_sets": connection.execute("SELECT count(DISTINCT root_set) FROM codes").get,
            }

        return {
            "sqlite": apsw.sqlite_lib_version(),
            "schema_version": SCHEMA_VERSION,
            **await self._write(settings),
            **await self._read(counts),
            "database_bytes": self._path.stat().st_size,
        }

    async def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return await self._read(lambda c: list(c.execute(sql, values)))

    async def close(self) -> None:
        """Finish what is under way, checkpoint, and let go of the files."""
        await asyncio.get_running_loop().run_in_executor(None, self.abandon)

    def abandon(self) -> None:
        """Do the same where no loop runs: a thread that is left would keep the process."""
        self._readers.shutdown(wait=True)
        self._writer.close()


def _commit(connection: apsw.Connection, growths: Sequence[Growth]) -> None:
    for growth in growths:
        after = growth.after
        if growth.before:
            connection.execute(
                "UPDATE channels SET size = ?, root = ? WHERE channel = ? AND size = ?",
                (after.size, after.root, after.channel, growth.before),
            )
        else:
            connection.execute(
                "INSERT OR IGNORE INTO channels (channel, size, root) VALUES (?, ?, ?)",
                (after.channel, after.size, after.root),
            )
        if connection.changes() != 1:
            raise IntegrityError(
                "expected nobody else to have written to this channel",
                hint="only one relay may use a database: stop both, then start one",
            )
        channel = after.channel
        connection.executemany(
            "INSERT INTO entries (channel, idx, envelope, id, sender, sequence)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (channel, each.index, each.envelope, each.id, each.sender, each.sequence)
                for each in growth.entries
            ],
        )
        if growth.bodies:
            connection.executemany(
                "INSERT OR IGNORE INTO bodies (channel, digest, idx, data) VALUES (?, ?, ?, ?)",
                [(channel, each.digest, each.index, each.data) for each in growth.bodies],
            )
        if growth.attachments:
            connection.executemany(
                "INSERT OR IGNORE INTO attachments (channel, digest, idx, size)"
                " VALUES (?, ?, ?, ?)",
                [(channel, each.digest, each.index, each.size) for each in growth.attachments],
            )
