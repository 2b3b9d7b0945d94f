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
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from paraph.client.files import read_private, write_atomically
from paraph.protocol.errors import IntegrityError, MalformedError
from paraph.protocol.names import ChannelId
from paraph.protocol.schema import Record, octets, record, u53, wire


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

    __slots__ = ("_channel", "_path", "_written")

    def __init__(self, path: Path, channel: ChannelId) -> None:
        self._path: Final = path
        self._channel: Final = channel
        self._written = -1

    def read(self) -> RememberedHead | None:
        """Return what was remembered; nothing if there is no file.

        Raises:
            IntegrityError: Damaged, or another channel's.
        """
        if not self._path.exists():
            return None
        try:
            head = RememberedHead.decode(read_private(self._path, "the remembered head", 1024))
        except MalformedError as error:
            raise IntegrityError(
                f"the file {self._path} is damaged", hint="pin the channel anew"
            ) from error
        if head.channel != self._channel:
            raise IntegrityError(f"the file {self._path} belongs to another channel")
        return head

    def advance(self, size: int, root: bytes) -> None:
        """Remember a larger head, durably; a smaller one changes nothing.

        The caller holds the channel's lock, since several processes of a home may advance it.
        """
        if size <= self._written:
            return
        before = self.read()
        if before is None or before.size < size:
            head = RememberedHead(channel=self._channel, size=size, root=root)
            write_atomically(self._path, head.encode())
        self._written = size
