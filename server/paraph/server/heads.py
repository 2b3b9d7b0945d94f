"""The last signed head of each channel, in small files apart from the database (SPEC 6.7).

They are never part of a backup. A database that was restored from one is behind them, and that
is how the relay learns that it must sign nothing: a second head for a size it has signed before
would be a fork, whatever the reason.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from paraph.protocol.errors import IntegrityError
from paraph.protocol.names import ChannelId, Digest

_FORM: Final = re.compile(r"(0|[1-9][0-9]{0,15}) ([0-9a-f]{64})\n", re.ASCII)
_RESTORED: Final = (
    "these files are never restored from a backup: if the database was, rebuild the largest head "
    "that cosigners or desks hold, or found a successor channel"
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
            IntegrityError: No such file, or not of its form.
        """
        path = self._directory / channel.hex()
        try:
            found = _FORM.fullmatch(path.read_text("ascii"))
        except (FileNotFoundError, UnicodeDecodeError):
            found = None
        if found is None:
            raise IntegrityError("expected the last signed head of the channel", hint=_RESTORED)
        return int(found[1]), Digest(bytes.fromhex(found[2]))

    def write(self, channel: ChannelId, size: int, root: bytes) -> None:
        """Remember a head; on disk when this returns.

        Raises:
            OSError: It is not.
        """
        path = self._directory / channel.hex()
        replace_file(path, f"{size} {root.hex()}\n".encode("ascii"))

    def channels(self) -> Iterator[ChannelId]:
        """Every channel that a head was ever signed for."""
        for path in sorted(self._directory.iterdir()):
            if re.fullmatch("[0-9a-f]{64}", path.name):
                yield ChannelId(bytes.fromhex(path.name))


def replace_file(path: Path, data: bytes) -> None:
    """Put *data* in the place of *path*, whole or not at all, and on disk."""
    beside = path.with_name(f".{path.name}.new")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(fd, "wb", closefd=False) as file:
            file.write(data)
        os.fsync(fd)
    finally:
        os.close(fd)
    beside.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Put the names in *directory* on disk."""
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
