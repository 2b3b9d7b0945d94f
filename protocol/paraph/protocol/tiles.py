"""Tiles and entry bundles: the log as files that never change (SPEC 6.6).

The layout is C2SP tlog-tiles with a tile height of 8. Item i of tile n on level L is the root of
the 256^L leaves that begin at (256 n + i) 256^L. A tile is full with 256 items, else partial; a
partial tile is never hashed upward. An entry bundle holds the entries under one tile of level 0.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import Final, Self

from paraph.protocol.errors import MalformedError, MisuseError
from paraph.protocol.names import Digest
from paraph.protocol.tree import DIGEST_BYTES, Tree

TILE_HEIGHT: Final = 8
FULL_WIDTH: Final = 256
MAX_LEVEL: Final = 63
MAX_INDEX: Final = 2**53 - 1
MAX_ENTRY_BYTES: Final = 65_535
"""The length of an entry stands before it in two bytes."""
ENTRIES: Final = -1
"""Stands for the level in the place of an entry bundle."""

_PATH: Final = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Tile:
    """The place of a tile or of an entry bundle (SPEC 6.6).

    Attributes:
        level: 0 to 63; ``ENTRIES`` for a bundle.
        index: Zero-based.
        width: Items in it: 256 = full, 1 to 255 = partial.

    Raises:
        MisuseError: A number out of its range.
    """

    level: int
    index: int
    width: int = FULL_WIDTH

    def __post_init__(self) -> None:
        if not ENTRIES <= self.level <= MAX_LEVEL or not 0 <= self.index <= MAX_INDEX:
            raise MisuseError("expected a level up to 63 and an index below 2^53")
        if not 1 <= self.width <= FULL_WIDTH:
            raise MisuseError("expected a width of 1 to 256")

    @property
    def path(self) -> str:
        """The path behind the log's prefix, without a leading slash."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == FULL_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(groups)}{partial}"

    @classmethod
    def parse(cls, path: str) -> Self:
        """Parse a path; of several that could mean a tile, only the canonical one is accepted.

        Raises:
            MalformedError: Not the canonical path of a tile.
        """
        matched = _PATH.fullmatch(path)
        if not matched:
            raise MalformedError("expected the path of a tile")
        level, groups, width = matched.groups()
        try:
            made = cls(
                level=ENTRIES if level == "entries" else int(level),
                index=int(groups.replace("/", "").replace("x", "")),
                width=int(width) if width else FULL_WIDTH,
            )
        except MisuseError as error:
            raise MalformedError("expected the path of a tile within its limits") from error
        if made.path != path:
            raise MalformedError("expected the canonical path of a tile")
        return made


def width_at(level: int, index: int, size: int) -> int:
    """Return how many items a tile has in a tree of *size* leaves: 0 (no such tile) to 256."""
    items = size >> TILE_HEIGHT * max(level, 0)
    return max(0, min(FULL_WIDTH, items - FULL_WIDTH * index))


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """Name the tiles, bundles first, that a tree of *size* leaves needs (SPEC 6.6).

    Args:
        size: Leaves in the tree.
        since: Leave out the tiles that were full at this smaller size, and those that have not
            grown.
    """
    level = ENTRIES
    while True:
        items, before = (each >> TILE_HEIGHT * max(level, 0) for each in (size, since))
        if not items:
            return
        if before < items:
            for index in range(before // FULL_WIDTH, -(-items // FULL_WIDTH)):
                yield Tile(level, index, width_at(level, index, size))
        level += 1


def tile_bytes(tree: Tree, tile: Tile) -> bytes:
    """Return the hashes of *tile*, 32 bytes each.

    Raises:
        MisuseError: A bundle, or a tile that *tree* does not have.
    """
    if tile.level == ENTRIES:
        raise MisuseError("expected a tile of hashes")
    begin = FULL_WIDTH * tile.index
    return tree.span(TILE_HEIGHT * tile.level, begin, begin + tile.width)


def parse_tile(data: bytes, width: int) -> tuple[Digest, ...]:
    """Split a tile of *width* hashes.

    Raises:
        MalformedError: Another length.
    """
    if len(data) != DIGEST_BYTES * width:
        raise MalformedError(f"expected a tile of {width} hashes")
    return tuple(Digest(data[at : at + DIGEST_BYTES]) for at in range(0, len(data), DIGEST_BYTES))


def entry_bundle(entries: Sequence[bytes]) -> bytes:
    """Join 1 to 256 *entries*, each behind its length.

    Raises:
        MisuseError: Another number of entries, or one above 65,535 bytes.
    """
    if not 1 <= len(entries) <= FULL_WIDTH:
        raise MisuseError("expected 1 to 256 entries")
    if any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
        raise MisuseError(f"expected entries of at most {MAX_ENTRY_BYTES} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_bundle(data: bytes, width: int) -> tuple[bytes, ...]:
    """Split a bundle of exactly *width* entries.

    Raises:
        MalformedError: Cut short, or followed by more bytes.
    """
    entries: list[bytes] = []
    at = 0
    for _ in range(width):
        begin = at + 2
        at = begin + int.from_bytes(data[at:begin], "big")
        entries.append(data[begin:at])
    if at != len(data):  # past the end, if an entry or its length is cut off
        raise MalformedError(f"expected exactly {width} entries")
    return tuple(entries)
