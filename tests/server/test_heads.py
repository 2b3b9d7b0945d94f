"""The last signed head, apart from the database (SPEC 8.5)."""

from __future__ import annotations

from pathlib import Path

import pytest

from paraph.protocol.errors import IntegrityError
from paraph.protocol.names import ChannelId
from paraph.protocol.tree import EMPTY_ROOT
from paraph.server.heads import Heads

CHANNEL = ChannelId(b"c" * 32)


def test_the_newest_head_is_read_back(tmp_path: Path) -> None:
    heads = Heads.create(tmp_path / "heads")
    heads.create_channel(CHANNEL, EMPTY_ROOT)
    assert heads.read(CHANNEL) == (0, EMPTY_ROOT)
    for size in range(1, 6):
        heads.write(CHANNEL, size, bytes([size]) * 32)
        assert Heads(tmp_path / "heads").read(CHANNEL) == (size, bytes([size]) * 32)
    assert list(heads.channels()) == [CHANNEL]


def test_a_head_cut_short_leaves_the_one_before(tmp_path: Path) -> None:
    heads = Heads.create(tmp_path / "heads")
    heads.create_channel(CHANNEL, EMPTY_ROOT)
    for size in (1, 2, 3):
        heads.write(CHANNEL, size, bytes([size]) * 32)
    file = tmp_path / "heads" / CHANNEL.hex()
    data = bytearray(file.read_bytes())
    at = data.index(b"3 " + b"03" * 32)
    for cut in range(1, 132):
        torn = bytearray(data)
        torn[at + cut : at + 132] = bytes(132 - cut)
        file.write_bytes(torn)
        assert heads.read(CHANNEL)[0] == 2
    heads.write(CHANNEL, 4, bytes([4]) * 32)
    assert heads.read(CHANNEL)[0] == 4


def test_a_changed_digit_is_not_a_head(tmp_path: Path) -> None:
    heads = Heads.create(tmp_path / "heads")
    heads.create_channel(CHANNEL, EMPTY_ROOT)
    file = tmp_path / "heads" / CHANNEL.hex()
    file.write_bytes(file.read_bytes().replace(b"0 e3", b"7 e3"))
    with pytest.raises(IntegrityError, match="last signed head"):
        heads.read(CHANNEL)


def test_a_channel_founded_again_keeps_its_head(tmp_path: Path) -> None:
    heads = Heads.create(tmp_path / "heads")
    heads.create_channel(CHANNEL, EMPTY_ROOT)
    heads.write(CHANNEL, 3, bytes(32))
    heads.create_channel(CHANNEL, EMPTY_ROOT)
    assert heads.read(CHANNEL)[0] == 3


def test_what_is_missing_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError) as caught:
        Heads(tmp_path / "heads")
    assert "never restored" in caught.value.hint
    with pytest.raises(IntegrityError):
        Heads.create(tmp_path / "heads").read(CHANNEL)
