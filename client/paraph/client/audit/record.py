"""A bundle as a log to read from, once the audit has been over it (SPEC 9.4).

Entries are read again as they are asked for, and each is compared with the tree that was proven:
a bundle that changes under the audit's hands is told, never believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from paraph.client.audit import bundle
from paraph.client.log.reopening import entry_of
from paraph.client.log.store import EntryRow
from paraph.protocol.errors import ForgedError, MisuseError
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import StatementId
from paraph.protocol.state import Entry
from paraph.protocol.tiles import ENTRIES, FULL_WIDTH, Tile, parse_bundle, tiles_of
from paraph.protocol.tree import leaf_hash


class Row(NamedTuple):
    """What the audit keeps of an entry.

    Attributes:
        id: Statement id; zeros if the envelope cannot be decoded.
        void: Why it is void; empty if it is placed.
        log_time: Log time at its index.
        is_afterwards: It is a grant or a withdrawal.
    """

    id: StatementId
    void: str
    log_time: int
    is_afterwards: bool = False

    @classmethod
    def of(cls, entry: Entry) -> Row:
        """Return what is kept of *entry*."""
        statement = entry.statement
        afterwards = statement is not None and statement.type in {"grant", "withdraw"}
        return cls(entry.id, entry.void, entry.log_time, afterwards)


class Record:
    """What a bundle proves of a channel (:class:`paraph.client.reading.opened.Source`).

    Attributes:
        log: State of the log, with every entry of the bundle.
        size: Entries that a checkpoint of the log covers.
        afterwards: Indices of grants and withdrawals.
    """

    def __init__(
        self,
        folder: Path,
        log: ChannelLog,
        rows: Sequence[Row],
        size: int,
        digests: Mapping[str, bytes],
    ) -> None:
        """Take over what an audit found.

        Args:
            folder: The bundle.
            log: With every entry.
            rows: One for each entry.
            size: Entries that a checkpoint of the log covers.
            digests: Digest of each file, by path.
        """
        self.log: Final = log
        self.size: Final = size
        self._folder: Final = folder
        self._rows: Final = rows
        self._digests: Final = digests
        self._tiles: Final = [tile for tile in tiles_of(log.size) if tile.level == ENTRIES]
        self._last: tuple[Tile | None, tuple[bytes, ...]] = (None, ())
        self.afterwards: Final = [index for index, row in enumerate(rows) if row.is_afterwards]

    def entry(self, index: int) -> Entry:
        """Return an entry."""
        return next(self.entries(index, index + 1))

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Yield entries in order, up to the last one if *stop* is not given.

        Raises:
            MisuseError: *stop* is above the size.
            PeerError: The bundle has changed since the audit read it.
        """
        end = self.size if stop is None else stop
        if end > self.size:
            raise MisuseError(f"expected entries below {self.size}")
        for index in range(start, end):
            envelope = self._bundle(self._tiles[index // FULL_WIDTH])[index % FULL_WIDTH]
            if leaf_hash(envelope) != self.log.tree.leaf(index):
                raise ForgedError(f"expected entry {index} as it was read before", code="changed")
            row = self._rows[index]
            yield entry_of(self.log, EntryRow(index, row.id, row.void, row.log_time, envelope))

    def body(self, digest: bytes) -> bytes | None:
        """Return a sealed body, if the bundle has it as it was signed."""
        path = bundle.blob_path(digest)
        return bundle.read(self._folder, path) if self._digests.get(path) == digest else None

    def content(self, statement: StatementId) -> bytes:
        """Return nothing: an audit sealed nothing itself."""
        del statement
        return b""

    def has_file_of(self, digest: bytes) -> bool:
        """Tell whether the bundle has a file under the name of a body, right or wrong."""
        return bundle.blob_path(digest) in self._digests

    def _bundle(self, tile: Tile) -> tuple[bytes, ...]:
        if self._last[0] != tile:
            self._last = tile, parse_bundle(bundle.read(self._folder, tile.path), tile.width)
        return self._last[1]
