"""Files that must survive a crash, and folders that nobody else may look into.

The order of writes in :func:`write_atomically`: temporary file, fsync, rename, fsync of the
folder. A crash before the rename leaves the old file and perhaps a temporary one beside it; a
crash after it leaves the new file. There is no moment at which half a file bears the name.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from paraph.protocol.errors import InputError, UnavailableError
from paraph.protocol.sentences import Sentence, worded

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
_BY_SYSTEM: Final[Mapping[int, Sentence]] = {
    errno.ENOENT: worded("No such file or directory"),
    errno.EACCES: worded("Permission denied"),
    errno.EPERM: worded("Operation not permitted"),
    errno.EEXIST: worded("File exists"),
    errno.EISDIR: worded("Is a directory"),
    errno.ENOTDIR: worded("Not a directory"),
    errno.ENOSPC: worded("No space left on device"),
    errno.EDQUOT: worded("Disk quota exceeded"),
    errno.EROFS: worded("Read-only file system"),
    errno.EIO: worded("Input/output error"),
    errno.ENAMETOOLONG: worded("File name too long"),
    errno.EMFILE: worded("Too many open files"),
}


def told_by_system(error: OSError) -> Sentence:
    """Return what the system says of *error*: in its own words, which pages can translate."""
    number = error.errno or 0
    return _BY_SYSTEM.get(number, worded("error %(number)s of the system", number=number))


def write_atomically(path: Path, data: bytes) -> None:
    """Put *data* where *path* says, durably, readable by the owner only.

    Raises:
        UnavailableError: The disk did not take it; the file is as it was before.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise UnavailableError(
            worded(
                "cannot write %(name)s: %(strerror)s",
                name=path.name,
                strerror=told_by_system(error),
            ),
            code="disk",
            hint=worded("see %(parent)s", parent=path.parent),
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_private(path: Path, what: str, most: int) -> bytes:
    """Return the bytes of a file that only its owner may read.

    Args:
        path: The file.
        what: What it is, for messages.
        most: Bytes it may have.

    Raises:
        InputError: No such file, readable by others (code ``mode``), or too large.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_IMODE(status.st_mode) & 0o077:
                raise InputError(
                    worded("expected %(what)s that only its owner can read", what=what),
                    code="mode",
                    hint=worded("chmod 600 %(path)s", path=path),
                )
            data = file.read(most + 1)
    except FileNotFoundError as error:
        raise InputError(
            worded("expected %(what)s at %(path)s", what=what, path=path), code="no-file"
        ) from error
    except OSError as error:
        raise InputError(
            worded(
                "cannot read %(what)s at %(path)s: %(strerror)s",
                what=what,
                path=path,
                strerror=told_by_system(error),
            )
        ) from error
    if len(data) > most:
        raise InputError(
            worded("expected %(what)s of at most %(most)s bytes", what=what, most=most)
        )
    return data


def private_folder(path: Path) -> Path:
    """Return *path* as a folder for its owner alone; make it if it is not there.

    Raises:
        InputError: It is no folder, or others can look into it (code ``mode``).
    """
    try:
        path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        mode = path.stat().st_mode
    except OSError as error:
        raise InputError(
            worded(
                "cannot use %(path)s as a folder: %(strerror)s",
                path=path,
                strerror=told_by_system(error),
            )
        ) from error
    if stat.S_IMODE(mode) & 0o077:
        raise InputError(
            worded("expected %(path)s to be a folder for its owner alone", path=path),
            code="mode",
            hint=worded("chmod 700 %(path)s", path=path),
        )
    return path


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file *path* while the block runs; other processes wait meanwhile."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE_FILE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)  # closing gives the lock back
