"""A home: private folders, a book that is never half written, and evidence that stays."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from paraph.client import files
from paraph.client.keys.home import EMPTY_BOOK, ChannelNote, Home, VerifiedRoots, default_home
from paraph.protocol.errors import EquivocationError, InputError, IntegrityError, UnavailableError
from paraph.protocol.names import ChannelId
from paraph.protocol.wire import RelayCard

CHANNEL = ChannelId(bytes(range(32)))


def test_a_home_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert home.path.stat().st_mode & 0o777 == 0o700
    home.path.chmod(0o750)
    with pytest.raises(InputError) as caught:
        Home(home.path)
    assert caught.value.code == "mode"
    assert "chmod 700" in caught.value.hint


def test_a_file_in_the_way_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(InputError):
        Home(tmp_path / "home")


def test_the_environment_chooses_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARAPH_HOME", str(tmp_path))
    assert default_home() == tmp_path
    monkeypatch.delenv("PARAPH_HOME")
    assert default_home().name == "paraph"


def test_the_book_remembers_who_verified_what(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert home.book == EMPTY_BOOK
    seen = VerifiedRoots(root_set=bytes(32), code="RUS", who="N. N.", how="words", at=1)
    home.change_book(lambda book: dataclasses.replace(book, verified=(*book.verified, seen)))
    assert Home(home.path).book.verification(bytes(32)) == seen
    assert home.book.verification(b"\1" * 32) is None


def test_a_damaged_book_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.change_book(lambda book: book)
    (home.path / "book").write_bytes(b"\0")
    with pytest.raises(IntegrityError, match="damaged"):
        _ = home.book


def test_a_channel_is_found_by_its_name_or_the_beginning_of_its_id(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    other = ChannelId(bytes(32))
    for each in (CHANNEL, other):
        home.channel(each).database.write_bytes(b"")
    note = ChannelNote(channel=CHANNEL, name="flight safety")
    home.change_book(lambda book: dataclasses.replace(book, channels=(note,)))
    assert home.find_channel("flight safety").channel == CHANNEL
    assert home.find_channel(CHANNEL.hex()[:6]).channel == CHANNEL
    for text in ("", "ff"):
        with pytest.raises(InputError, match="expected one channel"):
            home.find_channel(text)
    assert [each.channel for each in home.channels()] == [other, CHANNEL]


def test_a_relay_card_is_kept_with_its_channel(tmp_path: Path) -> None:
    channel = Home(tmp_path / "home").channel(CHANNEL)
    card = RelayCard(
        address="https://127.0.0.1:1",
        pin=bytes(32),
        origin_prefix="relay.example",
        log_ed25519=bytes(32),
        log_mldsa44=bytes(1312),
    )
    with pytest.raises(InputError, match="relay card"):
        _ = channel.relay
    channel.save_relay(card)
    assert channel.relay == card


def test_an_accused_channel_is_refused_for_good_with_its_notes(tmp_path: Path) -> None:
    channel = Home(tmp_path / "home").channel(CHANNEL)
    channel.require_unaccused()
    channel.accuse("two heads of size 4", {"a.note": b"one", "b.note": b"two", "served": b"x"})
    again = Home(tmp_path / "home").channel(CHANNEL)
    with pytest.raises(EquivocationError, match="two heads of size 4") as caught:
        again.require_unaccused()
    assert caught.value.evidence == (b"one", b"two")
    assert str(channel.evidence) in caught.value.hint


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    files.write_atomically(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr("paraph.client.files.os.fsync", full)
    with pytest.raises(UnavailableError) as caught:
        files.write_atomically(path, b"new")
    assert caught.value.code == "disk"
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_file_over_its_limit_is_refused(tmp_path: Path) -> None:
    files.write_atomically(tmp_path / "file", b"1234")
    assert files.read_private(tmp_path / "file", "a file", 4) == b"1234"
    with pytest.raises(InputError, match="at most 3 bytes"):
        files.read_private(tmp_path / "file", "a file", 3)
    with pytest.raises(InputError, match="cannot read"):
        files.read_private(tmp_path, "a file", 3)
