"""The remembered head: two places, of which a torn write spoils the older one only."""

from pathlib import Path

import pytest

from paraph.client.files import PRIVATE_FOLDER
from paraph.client.log.head import HeadFile
from paraph.protocol.errors import IntegrityError, UnavailableError
from paraph.protocol.names import ChannelId

CHANNEL = ChannelId(bytes(range(32)))
PLACE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "channel"
    folder.mkdir(mode=PRIVATE_FOLDER)
    return folder / "head"


def remembered(path: Path) -> int:
    head = HeadFile(path, CHANNEL).read()
    assert head is not None
    return head.size


def test_nothing_is_remembered_before_the_first_head(path: Path) -> None:
    assert HeadFile(path, CHANNEL).read() is None


def test_the_largest_head_is_remembered_and_a_smaller_one_changes_nothing(path: Path) -> None:
    file = HeadFile(path, CHANNEL)
    for size in (3, 4, 9, 17):
        file.advance(size, bytes(32))
        assert remembered(path) == size
    HeadFile(path, CHANNEL).advance(16, bytes(32))
    assert remembered(path) == 17


def test_the_file_never_grows(path: Path) -> None:
    file = HeadFile(path, CHANNEL)
    for size in range(1, 9):
        file.advance(size, bytes(32))
        assert path.stat().st_size == 2 * PLACE


@pytest.mark.parametrize("at", [0, 1, 2, 40, 120])
@pytest.mark.parametrize("place", [0, PLACE])
def test_a_spoiled_place_leaves_the_head_in_the_other(path: Path, place: int, at: int) -> None:
    file = HeadFile(path, CHANNEL)
    file.advance(5, bytes(32))
    file.advance(6, bytes(32))
    data = bytearray(path.read_bytes())
    data[place + at] ^= 1
    path.write_bytes(data)
    assert remembered(path) in {5, 6}


def test_the_next_head_goes_where_the_older_one_stood(path: Path) -> None:
    file = HeadFile(path, CHANNEL)
    for size in (5, 6, 7):
        before = path.read_bytes() if path.exists() else b""
        file.advance(size, bytes(32))
        after = path.read_bytes()
        changed = [place for place in (0, PLACE) if before[place:][:PLACE] != after[place:][:PLACE]]
        assert len(changed) == (2 if size == 5 else 1)
        assert remembered(path) == size


def test_two_processes_advance_one_file(path: Path) -> None:
    first, second = HeadFile(path, CHANNEL), HeadFile(path, CHANNEL)
    first.advance(5, bytes(32))
    second.advance(6, bytes(32))
    first.advance(7, bytes(32))
    second.advance(8, bytes(32))
    assert remembered(path) == 8


def test_two_spoiled_places_are_refused(path: Path) -> None:
    HeadFile(path, CHANNEL).advance(5, bytes(32))
    path.write_bytes(bytes(2 * PLACE))
    with pytest.raises(IntegrityError, match="damaged"):
        HeadFile(path, CHANNEL).read()


def test_a_disk_that_fails_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = HeadFile(path, CHANNEL)
    file.advance(5, bytes(32))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.pwrite", full)
    with pytest.raises(UnavailableError, match="No space"):
        file.advance(6, bytes(32))
    assert remembered(path) == 5
