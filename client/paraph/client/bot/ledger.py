"""The file in which a bot remembers, beside the channel's database.

JSON lines, only ever appended to while a bot runs. One call of :meth:`Ledger.write` is one step:
its lines are written together and synced before it returns. The order around a handler, and what
a crash means after each:

1. ``try`` is written, not synced. Crash of the process: the attempt counts, so an event that
   kills its bot is parked like any other poison; power cut: it may be forgotten, which costs one
   attempt more.
2. The handler runs. Crash: it runs again; that is *at least once*.
3. ``done`` is synced together with every acknowledgement that the handler asked for. From here
   on the handler never runs again for this statement, and what it asked for is said once: a line
   of its own fixes the batch that holds a statement, and the batch's tag in the outbox is made
   of the statements in it.

The cursor is the lowest index that is not finished; what is done above it stands in the file.
Other processes of the home may append too (``paraph bot dead requeue``): every writer holds the
lock and first reads what others have written. A line without its end is what a crash left of a
step that was never answered: it is cut off.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

from paraph.client.bot.memory import Key, Line, Memory, Parked
from paraph.client.files import PRIVATE_FILE, locked, sync_folder, write_atomically
from paraph.protocol.errors import InputError, IntegrityError, UnavailableError

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
COMPACT_ABOVE: Final = 4_096
"""Lines above which the file is written anew when a bot starts."""


class Ledger:
    """Made by :meth:`open` (a file) or :meth:`in_memory` (tests).

    Attributes:
        memory: What is remembered; changed through this class only.
    """

    __slots__ = ("_inode", "_lines", "_offset", "_path", "_running", "memory")

    def __init__(self, path: Path | None) -> None:
        self.memory = Memory()
        self._path: Final = path
        self._running = -1
        self._inode = -1
        self._offset = 0
        self._lines = 0

    @classmethod
    def in_memory(cls) -> Self:
        """Return a ledger that is lost with the process."""
        return cls(None)

    @classmethod
    def open(cls, folder: Path, name: str, *, run: bool = True) -> Self:
        """Open the ledger of the bot *name* in the folder of a channel.

        Args:
            folder: The channel's folder.
            name: Lower case letters, digits and hyphens.
            run: Keep other processes from running this bot until :meth:`close`.

        Raises:
            InputError: A name of another form, or this bot runs already (code ``running``).
            IntegrityError: The file is damaged.
        """
        if not NAME.fullmatch(name):
            raise InputError(
                "expected a bot's name of lower case letters, digits and hyphens",
                code="bot-name",
            )
        ledger = cls(folder / f"bot-{name}.jsonl")
        if run:
            ledger._claim(name)
        try:
            with ledger._locked():
                if run and ledger._lines > COMPACT_ABOVE:
                    ledger._compact()
        except BaseException:
            ledger.close()
            raise
        return ledger

    def _claim(self, name: str) -> None:
        assert self._path is not None
        path = self._path.with_suffix(".running")
        handle = os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE_FILE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise InputError(
                f'the bot "{name}" runs already in this home',
                code="running",
                hint="stop it first, or give this one another --name",
            ) from error
        self._running = handle

    def close(self) -> None:
        """Let other processes run this bot."""
        if self._running >= 0:
            os.close(self._running)
            self._running = -1

    # writing

    def write(self, *lines: Line, durable: bool = True) -> None:
        """Append *lines* and apply them, as one step.

        Raises:
            UnavailableError: The disk did not take it; nothing was applied.
        """
        with self._locked():
            self._append(lines, durable=durable)

    def refresh(self) -> None:
        """Take in what other processes of this home have written."""
        with self._locked():
            pass

    def tried(self, key: Key) -> int:
        """Note that a handler is about to run; return the number of the attempt."""
        self.write({"do": "try", "id": key[0], "handler": key[1]}, durable=False)
        return self.memory.attempts(key)

    def requeue(self, statement: str) -> tuple[Parked, ...]:
        """Put a parked statement back; its handlers run again, from the first attempt on."""
        with self._locked():
            found = tuple(each for each in self.memory.parked.values() if each.id == statement)
            if found:
                self._append(({"do": "requeue", "id": statement},), durable=True)
        return found

    # the file

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        if self._path is None:
            yield
            return
        try:
            with locked(self._path.with_suffix(".lock")):
                self._catch_up(self._path)
                yield
        except OSError as error:
            raise UnavailableError(
                f"cannot use {self._path.name}: {error.strerror}",
                code="disk",
                hint=f"see {self._path.parent}",
            ) from error

    def _append(self, lines: tuple[Line, ...], *, durable: bool) -> None:
        if self._path is not None:
            data = _dump(lines)
            handle = os.open(self._path, os.O_APPEND | os.O_WRONLY)
            with os.fdopen(handle, "ab", buffering=0) as file:
                file.write(data)
                if durable:
                    os.fsync(file.fileno())
            self._offset += len(data)
            self._lines += len(lines)
        for line in lines:
            self.memory.apply(line)

    def _catch_up(self, path: Path) -> None:
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE_FILE))
            sync_folder(path.parent)
        with path.open("r+b") as file:
            status = os.fstat(file.fileno())
            if status.st_ino != self._inode:  # the first time, or written anew
                self.memory, self._inode = Memory(), status.st_ino
                self._offset = self._lines = 0
            elif status.st_size == self._offset:
                return
            file.seek(self._offset)
            data = file.read()
            whole = data[: data.rfind(b"\n") + 1]
            if len(whole) < len(data):
                file.truncate(self._offset + len(whole))
        for line in whole.splitlines():
            try:
                self.memory.apply(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise IntegrityError(
                    f"line {self._lines + 1} of {path} is damaged",
                    hint="restore the folder of the channel as a whole, or remove this file: "
                    "then the bot handles every statement again",
                ) from error
            self._lines += 1
        self._offset += len(whole)

    def _compact(self) -> None:
        assert self._path is not None
        lines = tuple(self.memory.snapshot())
        data = _dump(lines)
        write_atomically(self._path, data)
        self._inode = self._path.stat().st_ino
        self._offset, self._lines = len(data), len(lines)


def _dump(lines: tuple[Line, ...]) -> bytes:
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode()
