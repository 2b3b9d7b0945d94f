"""The largest head ever acted on, remembered apart from the database (SPEC 6.6).

A relay that restores an old backup, and a thief who puts back an old database, both show an
older log. The file holds (size, root); it is written and synced *after* the database has the
entries and *before* anybody acts on them:

- crash before the database commit: both are old, the entries are fetched again;
- crash between commit and file: the database is ahead; at start its newest signed note is
  verified again and the file follows;
- crash after the file: both are new.

So the file is never ahead of the database, unless the database was put back: then the channel
does not open until a person pins it anew.

The file has two places, written in turn and each with its own checksum: a write that was cut
short spoils the older head and never the newer one. One ``fdatasync`` of a file that does not
grow is a fifth of the time of a new file with its folder, and every entry waits for it.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from paraph.client.files import read_private, told_by_system, write_atomically
from paraph.protocol.errors import IntegrityError, MalformedError, UnavailableError
from paraph.protocol.names import ChannelId
from paraph.protocol.schema import Record, octets, record, u53, wire
from paraph.protocol.sentences import worded

_PLACE: Final = 4096
"""Bytes from one place to the other: no block of a disk holds both."""
_CHECKSUM: Final = 32


@record("remembered-head")
class RememberedHead(Record):
    """What this home has acted on."""

    channel: bytes = wire(octets(32), "channel id")
    size: int = wire(u53, "tree size")
    root: bytes = wire(octets(32), "root at that size")


class HeadFile:
    """The file of one channel.

    Args:
        path: Where it is.
        channel: Whose head it must be.
    """

    __slots__ = ("_channel", "_path")

    def __init__(self, path: Path, channel: ChannelId) -> None:
        self._path: Final = path
        self._channel: Final = channel

    def read(self) -> RememberedHead | None:
        """Return what was remembered; nothing if there is no file.

        Raises:
            IntegrityError: Damaged, or another channel's.
        """
        found = self._places()
        return None if found is None else max(found, key=lambda each: each[0].size)[0]

    def _places(self) -> list[tuple[RememberedHead, int]] | None:
        # Every head that is whole, with its place; nothing if there is no file.
        if not self._path.exists():
            return None
        data = read_private(self._path, worded("the remembered head"), 2 * _PLACE)
        found = [
            (head, place) for place in (0, _PLACE) if (head := _parse(data[place:])) is not None
        ]
        if not found:
            raise IntegrityError(
                worded("the file %(path)s is damaged", path=self._path), hint="pin the channel anew"
            )
        if any(head.channel != self._channel for head, _ in found):
            raise IntegrityError(
                worded("the file %(path)s belongs to another channel", path=self._path)
            )
        return found

    def advance(self, size: int, root: bytes) -> RememberedHead:
        """Remember a larger head, durably; a smaller one changes nothing.

        The caller holds the channel's lock, since several processes of a home may advance it.

        Returns:
            What is remembered now.
        """
        head = RememberedHead(channel=self._channel, size=size, root=root)
        found = self._places()
        if found is None:
            write_atomically(self._path, _framed(head) * 2)
            return head
        newest, place = max(found, key=lambda each: each[0].size)
        if newest.size >= size:
            return newest
        self._write(_framed(head), _PLACE - place)
        return head

    def _write(self, data: bytes, place: int) -> None:
        try:
            handle = os.open(self._path, os.O_WRONLY)
            try:
                os.pwrite(handle, data, place)
                os.fdatasync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise UnavailableError(
                worded(
                    "cannot write %(name)s: %(strerror)s",
                    name=self._path.name,
                    strerror=told_by_system(error),
                ),
                code="disk",
            ) from error


def _framed(head: RememberedHead) -> bytes:
    data = head.encode()
    return (len(data).to_bytes(2, "big") + data + hashlib.sha256(data).digest()).ljust(
        _PLACE, b"\0"
    )


def _parse(place: bytes) -> RememberedHead | None:
    end = 2 + int.from_bytes(place[:2], "big")
    data, checksum = place[2:end], place[end : end + _CHECKSUM]
    if hashlib.sha256(data).digest() != checksum:
        return None
    try:
        return RememberedHead.decode(data)
    except MalformedError:
        return None
