"""A channel's folder has one SQLite database: how it is made, opened and written in steps.

WAL with ``synchronous=FULL``: a commit that returned is on disk. Several processes of one home may
use it at once (a bot and a command), so every write is a transaction that first takes the one
write lock.

The library is known here and nowhere else in the client, and no error of it leaves this module: a
full or busy disk is *unavailable*, anything worse is *integrity*. What the tables hold is told in
paraph.client.log.store and paraph.client.log.outgoing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Self

import apsw

from paraph.client.files import PRIVATE_FILE
from paraph.client.log.tables import SCHEMA, SCHEMA_VERSION
from paraph.protocol.errors import IntegrityError, ParaphError, UnavailableError
from paraph.protocol.names import ChannelId
from paraph.protocol.sentences import worded

_BUSY_MS: Final = 10_000
"""How long a write waits for another process of the same home."""
_LOG_SIZE: Final = 1000 * 4096
"""Bytes of the write-ahead log when SQLite begins it anew: 1,000 pages."""
Row = tuple[Any, ...]


def _meaning(error: apsw.Error) -> ParaphError:
    if isinstance(error, apsw.BusyError | apsw.LockedError | apsw.FullError):
        return UnavailableError(
            worded("the channel's database did not take it: %(error)s", error=error),
            code="disk",
            hint="see whether the disk is full or another program holds the file",
        )
    return IntegrityError(
        worded("the channel's database failed: %(error)s", error=error),
        hint="stop, check the disk, and open the channel again",
    )


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        raise _meaning(error) from error


class Database:
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

    def _one(self, sql: str, parameters: Row = ()) -> Any:  # noqa: ANN401 - SQL is untyped
        # The first column of the first row; nothing if there is none.
        try:
            row = self._connection.execute(sql, parameters).fetchone()
        except apsw.Error as error:
            raise _meaning(error) from error
        return None if row is None else row[0]

    def _all(self, sql: str, parameters: Row = ()) -> list[Row]:
        try:
            rows: list[Row] = self._connection.execute(sql, parameters).fetchall()
        except apsw.Error as error:
            raise _meaning(error) from error
        return rows

    def _do(self, sql: str, parameters: Row = ()) -> None:
        try:
            self._connection.execute(sql, parameters)
        except apsw.Error as error:
            raise _meaning(error) from error

    def _do_each(self, sql: str, rows: Iterable[Row]) -> list[Row]:
        # The statement is prepared once for all rows. What it returns, if it returns anything.
        try:
            found: list[Row] = self._connection.executemany(sql, rows).fetchall()
        except apsw.Error as error:
            raise _meaning(error) from error
        return found

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
        return int(self._one("PRAGMA data_version"))
