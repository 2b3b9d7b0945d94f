"""SPEC 6.6."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.errors import MalformedError, MisuseError
from paraph.protocol.tiles import (
    ENTRIES,
    FULL_WIDTH,
    MAX_ENTRY_BYTES,
    MAX_INDEX,
    Tile,
    entry_bundle,
    parse_bundle,
    parse_tile,
    tile_bytes,
    tiles_of,
    width_at,
)
from paraph.protocol.tree import Tree, leaf_hash

LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(70_000)]
TREE = Tree(LEAVES)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 5), "tile/0/005"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(0, 1000), "tile/0/x001/000"),
        (Tile(3, 1_234_067), "tile/3/x001/x234/067"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(1, 1, 17), "tile/1/001.p/17"),
        (Tile(2, 0, 1), "tile/2/000.p/1"),
        (Tile(2, 0, 255), "tile/2/000.p/255"),
        (Tile(ENTRIES, 0), "tile/entries/000"),
        (Tile(ENTRIES, 1000, 9), "tile/entries/x001/000.p/9"),
        (Tile(63, 0), "tile/63/000"),
        (Tile(0, MAX_INDEX), "tile/0/x009/x007/x199/x254/x740/991"),
    ],
)
def test_paths_both_ways(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.parse(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/5",
        "tile/0/0005",
        "tile/0/x000/005",
        "tile/0/x001/x000/",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/00/005",
        "tile/64/000",
        "tile/-1/000",
        "tile/99/000",
        "tile/100/000",
        "tile/x/000",
        "tile/entries/000/",
        "tile/entries",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/1000",
        "tile/0/000.p/",
        "tile/0/000.p",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/x009/x007/x199/x254/x740/992",
        "tile/0/x001/x000/x000/x000/x000/x000/000",
        "tile/0/../000",
    ],
)
def test_any_other_path_is_malformed(path: str) -> None:
    with pytest.raises(MalformedError, match="path of a tile"):
        Tile.parse(path)


@given(st.integers(ENTRIES, 63), st.integers(0, MAX_INDEX), st.integers(1, FULL_WIDTH))
def test_every_tile_has_one_path(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert Tile.parse(tile.path) == tile


@pytest.mark.parametrize(
    ("level", "index", "width"),
    [(-2, 0, 1), (64, 0, 1), (0, -1, 1), (0, MAX_INDEX + 1, 1), (0, 0, 0), (0, 0, 257)],
)
def test_a_tile_out_of_range_is_misuse(level: int, index: int, width: int) -> None:
    with pytest.raises(MisuseError):
        Tile(level, index, width)


def test_the_tiles_of_70000_leaves() -> None:
    tiles = list(tiles_of(70_000))
    for level in (ENTRIES, 0):
        own = [tile for tile in tiles if tile.level == level]
        assert own == [*(Tile(level, n) for n in range(273)), Tile(level, 273, 112)]
    assert [tile for tile in tiles if tile.level > 0] == [
        Tile(1, 0),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]


def test_the_tiles_at_the_edges() -> None:
    assert list(tiles_of(0)) == []
    assert list(tiles_of(1)) == [Tile(ENTRIES, 0, 1), Tile(0, 0, 1)]
    assert list(tiles_of(255)) == [Tile(ENTRIES, 0, 255), Tile(0, 0, 255)]
    assert list(tiles_of(256)) == [Tile(ENTRIES, 0), Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(257, since=256)) == [Tile(ENTRIES, 1, 1), Tile(0, 1, 1)]
    assert list(tiles_of(257, since=257)) == []
    assert list(tiles_of(512, since=255)) == [
        Tile(ENTRIES, 0),
        Tile(ENTRIES, 1),
        Tile(0, 0),
        Tile(0, 1),
        Tile(1, 0, 2),
    ]


@pytest.mark.parametrize(
    ("level", "index", "size", "width"),
    [
        (0, 0, 0, 0),
        (0, 0, 1, 1),
        (ENTRIES, 0, 255, 255),
        (0, 0, 256, 256),
        (0, 1, 256, 0),
        (0, 1, 257, 1),
        (1, 0, 255, 0),
        (1, 0, 256, 1),
        (1, 0, 65_535, 255),
        (1, 0, 65_536, 256),
        (2, 0, 65_535, 0),
        (2, 0, 65_536, 1),
        (0, 273, 70_000, 112),
        (1, 1, 70_000, 17),
        (0, 5, 256, 0),
    ],
)
def test_widths(level: int, index: int, size: int, width: int) -> None:
    assert width_at(level, index, size) == width


def test_an_item_is_the_root_of_the_tile_below() -> None:
    top = tile_bytes(TREE, Tile(1, 1, 17))
    for item in range(17):
        below = tile_bytes(TREE, Tile(0, 256 + item))
        assert Tree(parse_tile(below, 256)).root() == top[32 * item : 32 * item + 32]
    whole = parse_tile(tile_bytes(TREE, Tile(1, 0)), 256)
    assert Tree(whole).root() == tile_bytes(TREE, Tile(2, 0, 1))


def test_the_root_can_be_rebuilt_from_the_tiles_of_level_0() -> None:
    rebuilt = Tree()
    for tile in tiles_of(70_000):
        if tile.level == 0:
            rebuilt.append_many(parse_tile(tile_bytes(TREE, tile), tile.width))
    assert rebuilt.root() == TREE.root()
    for tile in tiles_of(70_000):
        if tile.level >= 0:
            assert tile_bytes(rebuilt, tile) == tile_bytes(TREE, tile)


@pytest.mark.parametrize("tile", [Tile(0, 273, 113), Tile(0, 274, 1), Tile(9, 0, 1), Tile(2, 0)])
def test_a_tile_that_the_tree_does_not_have_is_misuse(tile: Tile) -> None:
    with pytest.raises(MisuseError):
        tile_bytes(TREE, tile)


def test_a_bundle_is_no_tile_of_hashes() -> None:
    with pytest.raises(MisuseError, match="tile of hashes"):
        tile_bytes(TREE, Tile(ENTRIES, 0))


def test_a_tile_of_another_length_is_malformed() -> None:
    assert parse_tile(LEAVES[0] + LEAVES[1], 2) == (LEAVES[0], LEAVES[1])
    for length in (31, 33, 63, 65):
        with pytest.raises(MalformedError):
            parse_tile(bytes(length), 2 if length > 60 else 1)


def test_bundles_both_ways() -> None:
    entries = (b"one", b"", b"x" * MAX_ENTRY_BYTES)
    data = entry_bundle(entries)
    assert data[:7] == b"\x00\x03one\x00\x00"
    assert parse_bundle(data, 3) == entries
    full = tuple(bytes([number]) for number in range(FULL_WIDTH))
    assert parse_bundle(entry_bundle(full), FULL_WIDTH) == full


def test_a_bundle_over_its_limits_is_misuse() -> None:
    with pytest.raises(MisuseError, match="1 to 256"):
        entry_bundle([])
    with pytest.raises(MisuseError, match="1 to 256"):
        entry_bundle([b""] * 257)
    with pytest.raises(MisuseError, match="65535"):
        entry_bundle([bytes(MAX_ENTRY_BYTES + 1)])


def test_a_bundle_cut_or_followed_is_malformed() -> None:
    data = entry_bundle([b"one", b"two", b""])
    for at in range(len(data)):
        with pytest.raises(MalformedError):
            parse_bundle(data[:at], 3)
    with pytest.raises(MalformedError, match="exactly 3"):
        parse_bundle(data + b"\x00", 3)
    for width in (0, 2, 4):
        with pytest.raises(MalformedError):
            parse_bundle(data, width)


@given(st.binary(max_size=40), st.integers(0, 6))
def test_any_bytes_are_a_bundle_or_malformed(data: bytes, width: int) -> None:
    try:
        entries = parse_bundle(data, width)
    except MalformedError:
        return
    assert len(entries) == width
    assert b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries) == data
