"""Files that go with statements: attached, listed, saved, and what bad ones get."""

import hashlib
from pathlib import Path

import pytest

from paraph.client.negotiating.attachments import safe_name
from tests.support.commands import write
from tests.support.exchange import exchanging, send_base


def test_a_file_goes_with_a_comment_and_is_saved_by_the_other_side(tmp_path: Path) -> None:
    usa, rus, front = exchanging(tmp_path)
    send_base(usa)
    chart = Path(usa.path("карта.bin"))
    chart.write_bytes(hashlib.shake_256(b"chart").digest(300_000))
    note = write(usa, "note.txt", "A note.")
    sent = usa.json("comment", "See the chart.", "--attach", str(chart), "--attach", note)
    at = str(sent["index"])
    rus.ok("sync")
    listed = rus.json("attachment", "list", at)["attachments"]
    assert {each["name"]: each["bytes"] for each in listed} == {"карта.bin": 300_000, "note.txt": 7}
    number = next(str(each["number"]) for each in listed if each["name"] == "карта.bin")
    folder = tmp_path / "saved"
    folder.mkdir()
    told = rus.json("attachment", "save", at, number, "-o", str(folder))
    assert Path(told["path"]) == folder / "карта.bin"
    assert (folder / "карта.bin").read_bytes() == chart.read_bytes()
    assert [each.name for each in folder.iterdir()] == ["карта.bin"]

    # nothing is written over unasked
    again = ("attachment", "save", at, number, "-o", str(folder / "карта.bin"))
    (folder / "карта.bin").write_bytes(b"mine")
    assert "[file-exists]" in rus.fails(2, *again)
    assert (folder / "карта.bin").read_bytes() == b"mine"
    rus.ok(*again, "--force")
    assert (folder / "карта.bin").read_bytes() == chart.read_bytes()
    link = folder / "link"
    link.symlink_to(folder / "elsewhere")
    assert "[file-exists]" in rus.fails(2, *again[:-1], str(link), "--force")
    assert "[unknown-attachment]" in rus.fails(2, "attachment", "save", at, "3")

    # the author has them too, and a statement without any has an empty list
    assert len(usa.json("attachment", "list", at)["attachments"]) == 2
    assert rus.json("attachment", "list", str(sent["index"] - 1))["attachments"] == []

    # nothing stands under the name where a byte of the blob is wrong
    (home,) = (tmp_path / "rus" / "channels").iterdir()
    blob = max((home / "attachments").iterdir(), key=lambda each: each.stat().st_size)
    whole = bytearray(blob.read_bytes())
    whole[-1] ^= 1
    blob.write_bytes(whole)
    (folder / "карта.bin").unlink()
    link.unlink()
    rus.fails(3, *again)
    assert list(folder.iterdir()) == []
    assert front.relays


def test_too_many_or_no_files_are_refused_before_anything_is_sealed(tmp_path: Path) -> None:
    usa, _, _ = exchanging(tmp_path)
    send_base(usa)
    note = write(usa, "note.txt", "A note.")
    many = [each for _ in range(17) for each in ("--attach", note)]
    assert "[oversize]" in usa.fails(7, "comment", "See.", *many)
    usa.fails(2, "comment", "See.", "--attach", usa.path("missing"))
    (home,) = (tmp_path / "usa" / "channels").iterdir()
    assert not (home / "attachments").exists() or not list((home / "attachments").iterdir())


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\con.txt", "_con.txt"),
        ("-rf", "rf"),
        (".bashrc", "bashrc"),
        ("map\u202efdp.exe", "mapfdp.exe"),
        ("a\nb", "ab"),
        ("...", ""),
        ("/", ""),
        ("\udce4.txt", "txt"),
        ("карта 1.pdf", "карта 1.pdf"),
    ],
)
def test_a_peers_file_name_is_never_a_path(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("name", ["a" * 300 + ".pdf", "ж" * 300 + ".tar.gz", "x" * 300])
def test_a_long_name_fits_any_disk_and_keeps_its_suffix(name: str) -> None:
    made = safe_name(name)
    assert 100 < len(made.encode()) <= 200
    assert "." not in name or made.endswith(name.rpartition(".")[2])
