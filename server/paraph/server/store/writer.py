"""The one thread that writes, with the one connection that can.

- Only the writer checkpoints: when nothing was written for a moment, or when the WAL has grown
  large, never inside a commit. That also keeps clear of the WAL-reset defect of older libraries.
  The WAL is then begun anew and not cut off: a commit into a file that does not grow waits a
  third less.
- A full disk changes nothing and is over when there is space again. Any other error of the disk
  or the file leaves the outcome unknown: "commit failed" does not mean "not committed".
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import functools
import os
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import apsw

from paraph.protocol.errors import IntegrityError, ParaphError, UnavailableError
from paraph.server.store import FULL

T = TypeVar("T")

IDLE_S: Final = 0.25
"""A quiet moment."""
SYNCED: Final = 2
"""``synchronous=FULL``: the disk is waited for at the end of a transaction."""
_NORMAL: Final = 1


@contextlib.contextmanager
def synced(connection: apsw.Connection) -> Iterator[None]:
    """A transaction that is on disk at its end, or changes nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with contextlib.suppress(apsw.Error):
                connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def unsynced(connection: apsw.Connection) -> Iterator[None]:
    """A transaction that is the kernel's at its end."""
    # The next commit that is synced syncs this one too: both stand in the same WAL, in order.
    connection.pragma("synchronous", _NORMAL)
    try:
        with synced(connection):
            yield
    finally:
        connection.pragma("synchronous", SYNCED)


Transaction = Callable[[apsw.Connection], contextlib.AbstractContextManager[None]]


class Writer:
    """The thread and what it is asked to do, in order.

    Args:
        path: The database; made if it is not there.
        prepare: Sets the connection up, once; what it raises is raised here.
        idle_s: How long a quiet moment is.
        wal_pages: Pages of WAL above which it is checkpointed without one.

    Raises:
        UnavailableError: Another process has the database, or the disk failed.
    """

    def __init__(
        self,
        path: Path,
        prepare: Callable[[apsw.Connection], None],
        *,
        idle_s: float,
        wal_pages: int,
    ) -> None:
        self._path = path
        self._prepare = prepare
        self._idle_s = idle_s
        self._wal_most = wal_pages
        self._wal_now = 0
        self._lock = _lock(path)
        self._jobs: queue.SimpleQueue[Callable[[apsw.Connection], None] | None] = (
            queue.SimpleQueue()
        )
        opened: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, args=(opened,), name="write")
        self._thread.start()
        error = opened.get()
        if error is not None:
            self._let_go()
            raise error

    def _write_all(self, opened: queue.SimpleQueue[Exception | None]) -> None:
        try:
            connection = apsw.Connection(str(self._path))
            connection.set_busy_timeout(50)  # a checkpoint waits for readers, nothing for a writer
            self._prepare(connection)
        except (apsw.Error, OSError) as error:
            opened.put(translated(error))
            return
        except Exception as error:  # noqa: BLE001  raised where the writer was asked for
            opened.put(error)
            return
        connection.set_wal_hook(self._on_wal)
        opened.put(None)
        while True:
            try:
                job = self._jobs.get(timeout=self._idle_s if self._wal_now else None)
            except queue.Empty:
                self._checkpoint(connection)
                continue
            if job is None:
                break
            job(connection)
            if self._wal_now > self._wal_most:
                self._checkpoint(connection)
        self._checkpoint(connection)
        with contextlib.suppress(apsw.Error):
            connection.close()

    def _on_wal(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._wal_now = pages
        return apsw.SQLITE_OK

    def _checkpoint(self, connection: apsw.Connection) -> None:
        # A reader may stand in the way, a full disk too: then the next quiet moment does it.
        # An error of the disk shows in the next commit as well, and is told there.
        with contextlib.suppress(apsw.Error):
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
        self._wal_now = 0

    async def run(
        self, work: Callable[[apsw.Connection], T], *, transaction: Transaction = synced
    ) -> T:
        """Do *work* in a transaction, behind whatever was asked for before."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def finish(tell: Callable[[], None]) -> None:
            if not future.done():
                tell()

        def job(connection: apsw.Connection) -> None:
            try:
                with transaction(connection):
                    result = work(connection)
                tell = functools.partial(future.set_result, result)
            except (apsw.Error, OSError) as error:
                tell = functools.partial(future.set_exception, translated(error))
            except Exception as error:  # noqa: BLE001  handed to whoever waits for it
                tell = functools.partial(future.set_exception, error)
            with contextlib.suppress(RuntimeError):  # the loop may be gone
                loop.call_soon_threadsafe(finish, tell)

        self._jobs.put(job)
        return await future

    async def checkpoint(self) -> None:
        """Move the WAL into the database now."""
        done = asyncio.get_running_loop().create_future()
        loop = asyncio.get_running_loop()

        def job(connection: apsw.Connection) -> None:
            self._checkpoint(connection)
            loop.call_soon_threadsafe(done.set_result, None)

        self._jobs.put(job)
        await done

    def close(self) -> None:
        """Finish what is under way, checkpoint, and let go of the files."""
        self._jobs.put(None)
        self._thread.join()
        self._let_go()

    def _let_go(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _lock(path: Path) -> int:
    fd = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        raise UnavailableError(
            "another process has this relay's database open",
            code="in-use",
            hint="stop it first; only one relay may use a database",
        ) from error
    return fd


def translated(error: Exception) -> ParaphError:
    """Return what an error of library or disk means."""
    if isinstance(error, apsw.FullError):
        return UnavailableError(
            "the relay's disk is full",
            code=FULL,
            hint="try again later with the same bytes",
        )
    if isinstance(error, apsw.NotADBError | apsw.CorruptError):
        return IntegrityError("expected a sound database", hint="run paraph-relay doctor")
    return UnavailableError(
        "the relay's disk or database failed: the outcome is unknown",
        code="unknown-outcome",
        hint="try again later with the same bytes",
    )
