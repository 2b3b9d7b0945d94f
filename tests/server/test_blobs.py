"""Blobs in parts: resumable, named by their digest, swept when nobody names them (SPEC 8.3)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from paraph.protocol.errors import ForgedError, RefusedError, UnavailableError
from paraph.protocol.names import ChannelId, Digest, KeyId
from paraph.protocol.wire import Staged
from paraph.server.blobs import FILE_COST, Blobs
from tests.support.clock import FakeClock

CHANNEL, KEY, OTHER = ChannelId(b"c" * 32), KeyId(b"k" * 32), KeyId(b"o" * 32)
DATA = bytes(range(256)) * 12
NAME = Digest(hashlib.sha256(DATA).digest())
MOST = len(DATA)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs", FakeClock())


def party_of(key: KeyId) -> str:
    return {KEY: "RUS", OTHER: "USA"}[key]


def stage(blobs: Blobs, offset: int, data: bytes, key: KeyId = KEY, name: Digest = NAME) -> Staged:
    return blobs.stage(CHANNEL, key, party_of(key), name, offset, data, MOST)


@pytest.mark.parametrize("cuts", [[], [1], [1000, 2000], [len(DATA) - 1]])
def test_parts_make_the_whole(blobs: Blobs, cuts: list[int]) -> None:
    ends = [*cuts, len(DATA)]
    start = 0
    for end in ends:
        assert blobs.staged(CHANNEL, KEY, NAME) == Staged(size=start, complete=0)
        answer = stage(blobs, start, DATA[start:end])
        assert answer == Staged(size=end, complete=int(end == len(DATA)))
        start = end
    assert blobs.read(CHANNEL, NAME, len(DATA)) == DATA
    assert blobs.staged(CHANNEL, OTHER, NAME) == Staged(size=len(DATA), complete=1)


def test_an_upload_goes_on_after_a_restart(blobs: Blobs, tmp_path: Path) -> None:
    stage(blobs, 0, DATA[:1000])
    again = Blobs(tmp_path / "blobs", FakeClock())
    assert again.staged(CHANNEL, KEY, NAME).size == 1000
    assert stage(again, 1000, DATA[1000:]).complete


def test_a_part_in_the_wrong_place_changes_nothing(blobs: Blobs) -> None:
    stage(blobs, 0, DATA[:1000])
    for offset in (1, 999, 1001, 2000):
        assert stage(blobs, offset, b"x") == Staged(size=1000, complete=0)
    assert stage(blobs, 1000, DATA[1000:]).complete
    assert stage(blobs, 0, b"more") == Staged(size=len(DATA), complete=1)


def test_a_first_part_begins_anew(blobs: Blobs) -> None:
    stage(blobs, 0, b"x" * 3000)
    assert stage(blobs, 0, DATA[:10]) == Staged(size=10, complete=0)
    assert stage(blobs, 10, DATA[10:]).complete


def test_nobody_spoils_what_somebody_else_uploads(blobs: Blobs) -> None:
    stage(blobs, 0, DATA[:1000])
    stage(blobs, 0, b"garbage", OTHER)
    assert stage(blobs, 1000, DATA[1000:]).complete


def test_a_blob_just_over_its_limit_is_refused(blobs: Blobs) -> None:
    stage(blobs, 0, DATA[:1000])
    with pytest.raises(RefusedError) as caught:
        stage(blobs, 1000, DATA[1000:] + b"x")
    assert caught.value.code == "too-large"
    assert stage(blobs, 1000, DATA[1000:]).complete


def test_what_waits_for_a_statement_is_bounded_for_each_party(tmp_path: Path) -> None:
    """What one party uploads takes nothing from the other."""
    blobs = Blobs(tmp_path / "blobs", FakeClock(), most_staged=FILE_COST + len(DATA))
    stage(blobs, 0, DATA)
    for _ in range(2):
        with pytest.raises(RefusedError) as caught:
            stage(blobs, 0, b"", name=Digest(bytes(32)))
        assert caught.value.code == "quota"
        assert caught.value.retry_after_s > 0
        assert stage(blobs, 0, b"x", OTHER, Digest(b"o" * 32)).size == 1
        blobs = Blobs(tmp_path / "blobs", FakeClock(), most_staged=FILE_COST + len(DATA))
        blobs.sweep(CHANNEL, frozenset(), party_of)  # a restart counts the same
    blobs.named(CHANNEL, NAME)
    blobs.named(CHANNEL, NAME)  # named again: nothing more comes of it
    assert stage(blobs, 0, b"x", name=Digest(bytes(32))).size == 1
    assert blobs.read(CHANNEL, NAME, len(DATA)) == DATA


def test_what_a_statement_is_about_to_name_is_not_swept(tmp_path: Path) -> None:
    clock = FakeClock()
    blobs = Blobs(tmp_path / "blobs", clock)
    stage(blobs, 0, DATA)
    path = blobs.path(CHANNEL, NAME)
    os.utime(path, ns=(clock.now_ms() * 10**6,) * 2)
    clock.advance(24 * 3600 + 1)
    blobs.require(CHANNEL, NAME, len(DATA))
    blobs.sweep(CHANNEL, frozenset(), party_of)
    assert blobs.read(CHANNEL, NAME, len(DATA)) == DATA
    (path.parent / "put here by hand").write_bytes(b"")
    blobs.sweep(CHANNEL, {NAME}, party_of)  # a crash came before its first name was removed
    assert sorted(each.name for each in path.parent.iterdir()) == [NAME.hex(), "put here by hand"]
    blobs.named(CHANNEL, NAME)


def test_files_are_bounded_too_and_not_only_their_bytes(tmp_path: Path) -> None:
    """An upload of nothing costs no byte, but it costs the disk a file."""
    blobs = Blobs(tmp_path / "blobs", FakeClock(), most_staged=3 * FILE_COST)
    names = [Digest(bytes([number]) * 32) for number in range(9)]
    for name in names[:3]:
        stage(blobs, 0, b"", name=name)
        stage(blobs, 0, b"", name=name)  # again: the same file
    for name in names[3:]:
        with pytest.raises(RefusedError) as caught:
            stage(blobs, 0, b"", name=name)
        assert caught.value.code == "quota"
    assert len(list((tmp_path / "blobs" / CHANNEL.hex()).iterdir())) == 3
    blobs.sweep(CHANNEL, frozenset(), party_of)  # a restart counts the same
    with pytest.raises(RefusedError):
        stage(blobs, 0, b"", name=names[3])


def test_a_disk_that_takes_nothing_is_unavailable(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(UnavailableError) as caught:
        stage(blobs, 0, DATA)
    assert caught.value.code == "full"
    monkeypatch.undo()
    assert stage(blobs, 0, DATA).complete


def test_what_is_not_there_is_not_staged(blobs: Blobs) -> None:
    stage(blobs, 0, DATA)
    blobs.require(CHANNEL, NAME, len(DATA))
    for name, size in ((NAME, len(DATA) - 1), (Digest(bytes(32)), len(DATA))):
        with pytest.raises(RefusedError) as caught:
            blobs.require(CHANNEL, name, size)
        assert caught.value.code == "not-staged"


def test_a_file_changed_on_disk_is_not_believed(blobs: Blobs) -> None:
    stage(blobs, 0, DATA)
    blobs.path(CHANNEL, NAME).write_bytes(DATA[:-1] + b"!")
    with pytest.raises(ForgedError):
        blobs.read(CHANNEL, NAME, len(DATA))


def test_a_day_later_only_what_is_named_is_kept(tmp_path: Path) -> None:
    clock = FakeClock()
    blobs = Blobs(tmp_path / "blobs", clock)
    stage(blobs, 0, DATA)
    stage(blobs, 0, b"part", name=Digest(bytes(32)))
    folder = tmp_path / "blobs" / CHANNEL.hex()
    for path in folder.iterdir():
        os.utime(path, ns=(clock.now_ms() * 10**6,) * 2)
    clock.advance(24 * 3600)
    blobs.sweep(CHANNEL, frozenset(), party_of)
    assert len(list(folder.iterdir())) == 3
    clock.advance(1)
    blobs.sweep(CHANNEL, {NAME}, party_of)
    assert [path.name for path in folder.iterdir()] == [NAME.hex()]
    blobs.sweep(CHANNEL, frozenset(), party_of)
    assert not list(folder.iterdir())
    blobs.sweep(ChannelId(b"z" * 32), frozenset(), party_of)


def test_a_body_that_went_into_the_database_is_removed(blobs: Blobs) -> None:
    stage(blobs, 0, DATA)
    blobs.remove(CHANNEL, NAME)
    blobs.remove(CHANNEL, NAME)
    assert blobs.staged(CHANNEL, KEY, NAME) == Staged(size=0, complete=0)
