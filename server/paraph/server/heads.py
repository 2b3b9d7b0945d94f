"""The last signed head of each channel, in small files apart from the database (SPEC 8.5).

They are never part of a backup. A database that was restored from one is behind them, and that
is how the relay learns that it must sign nothing: a second head for a size it has signed before
would be a fork, whatever the reason.

A file has two places, written in turn and in full, each with its own checksum: a write that was
cut short spoils the older head and never the newer one. That head was not published yet, since
publishing waits for the write. One ``fdatasync`` of a file that does not grow is a fifth of the
time that a new file with its directory takes, and it is in the way of every batch.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from paraph.protocol.errors import IntegrityError
from paraph.protocol.names import ChannelId, Digest
from paraph.server.files import replace_file, sync_directory

_PLACE: Final = 4096
"""Bytes from one place to the other: no block of a disk holds both."""
_FORM: Final = re.compile(rb"(0|[1-9][0-9]{0,15}) ([0-9a-f]{64}) ([0-9a-f]{64})\n")
_RESTORED: Final = (
    "these files are never restored from a backup: if the database was, put back the one that "
    "holds the largest head that a desk has (paraph sync shows it), or found a successor channel"
)


class Heads:
    """One file for each channel: size and root.

    Args:
        directory: Made by :meth:`create`, once, with the relay.

    Raises:
        IntegrityError: There is no such directory.
    """

    def __init__(self, directory: Path) -> None:
        if not directory.is_dir():
            raise IntegrityError(
                f"expected the last signed heads in {directory.name}", hint=_RESTORED
            )
        self._directory = directory

    @classmethod
    def create(cls, directory: Path) -> Heads:
        """Make the directory of a new relay."""
        directory.mkdir(mode=0o700)
        sync_directory(directory.parent)
        return cls(directory)

    def read(self, channel: ChannelId) -> tuple[int, Digest]:
        """Return the size and root that were signed last.

        Raises:
            IntegrityError: No such file, or no place of it holds a head.
        """
        try:
            data = (self._directory / channel.hex()).read_bytes()
        except FileNotFoundError:
            data = b""
        found = _places(data)
        if not found:
            raise IntegrityError("expected the last signed head of the channel", hint=_RESTORED)
        size, root, _ = max(found)
        return size, root

    def create_channel(self, channel: ChannelId, root: bytes) -> None:
        """Make the file of a new channel, in which nothing was signed yet; on disk at return.

        Args:
            channel: The channel.
            root: Of the empty tree.

        Raises:
            OSError: It could not be.
        """
        path = self._directory / channel.hex()
        if path.exists():  # the crash of a founding that came no further
            return
        replace_file(path, _line(0, root).ljust(_PLACE, b"\n") * 2)

    def write(self, channel: ChannelId, size: int, root: bytes) -> None:
        """Remember a head in the place of the older one; on disk at return.

        Raises:
            OSError: It could not be.
        """
        fd = os.open(self._directory / channel.hex(), os.O_RDWR)
        try:
            found = _places(os.pread(fd, 2 * _PLACE, 0))
            newest = max(found)[2] if found else _PLACE
            os.pwrite(fd, _line(size, root), _PLACE - newest)
            os.fdatasync(fd)
        finally:
            os.close(fd)

    def channels(self) -> Iterator[ChannelId]:
        """Every channel that a head was ever signed for."""
        for path in sorted(self._directory.iterdir()):
            if re.fullmatch("[0-9a-f]{64}", path.name):
                yield ChannelId(bytes.fromhex(path.name))


def _line(size: int, root: bytes) -> bytes:
    stated = f"{size} {root.hex()}"
    return f"{stated} {hashlib.sha256(stated.encode()).hexdigest()}\n".encode()


def _places(data: bytes) -> list[tuple[int, Digest, int]]:
    # Size, root and place of every head that is whole.
    found = []
    for place in (0, _PLACE):
        matched = _FORM.match(data, place)
        if matched:
            size, root = int(matched[1]), Digest(bytes.fromhex(matched[2].decode()))
            if matched[0] == _line(size, root):
                found.append((size, root, place))
    return found
