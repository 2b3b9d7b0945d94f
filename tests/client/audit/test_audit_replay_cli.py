"""`paraph audit replay`: both homes and the chairs' words agree; exit codes for scripts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from paraph.client.audit import bundle
from tests.support.commands import PASSPHRASE, Person, found_channel, two_parties
from tests.support.exchange import send_base


class Audited:
    """Two desks that exchanged a text, a bundle of it, and the trust file."""

    def __init__(self, folder: Path) -> None:
        self.usa, self.rus, _ = two_parties(folder)
        found_channel(self.usa, self.rus, "--exercise")
        for person in (self.usa, self.rus):
            person.ok("bot", "run", "--once")
        send_base(self.usa)
        self.rus.ok("comment", "Why three miles, and not five?")
        self.usa.ok("sync")
        self.bundle = folder / "record"
        self.trust: str = self.usa.json("audit", "export", "-o", str(self.bundle))["trust"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    return Audited(tmp_path_factory.mktemp("replay"))


def replay(made: Audited, person: Person, *, code: int = 0, folder: Path | None = None) -> Any:  # noqa: ANN401 - whatever the command prints
    arguments = ("audit", "replay", str(folder or made.bundle), "--trust", made.trust, "--json")
    result = person.run(*arguments)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_an_auditor_reads_what_both_chairs_read_out(made: Audited) -> None:
    found = replay(made, made.usa)
    assert (found["verdict"], found["whole"], found["halt"]) == ("intact", True, None)
    size = str(found["size"])
    for person in (made.usa, made.rus):
        desk = person.json("vc", "fingerprint", "--size", size)
        assert {each: found[each] for each in ("root", "state", "words")} == {
            each: desk[each] for each in ("root", "state", "words")
        }
    assert replay(made, made.rus) == found  # the other archive, the same bytes
    (talks,) = found["negotiations"]
    (version,) = talks["versions"]
    shown = made.rus.json("text", "show")
    assert version["digests"] == shown["version"]["digests"]
    assert (version["id"], version["index"]) == (shown["version"]["id"], shown["version"]["index"])
    assert version["clauses"] == len(shown["clauses"])
    assert (talks["phase"], found["not_applied"], found["exercise"]) == ("tabled", [], True)


def test_people_get_the_verdict_first_and_the_table(made: Audited) -> None:
    told = made.rus.ok("audit", "replay", str(made.bundle), "--trust", made.trust).splitlines()
    assert told[0] == "verdict      INTACT: every entry is proven by the trusted keys"
    assert told[2].startswith("read         all ")
    assert "EXERCISE" in told
    assert any(line.startswith("KIND ") and line.endswith("EN            RU") for line in told)
    assert not any("what sealed statements say" in line for line in told)


def test_a_body_flipped_is_named_and_ends_with_3(made: Audited, tmp_path: Path) -> None:
    folder = shutil.copytree(made.bundle, tmp_path / "record")
    path = next(each for each in bundle.list_files(folder) if each.startswith("blobs/"))
    data = bytearray((folder / path).read_bytes())
    data[100] ^= 1
    (folder / path).write_bytes(data)
    found = replay(made, made.usa, code=3, folder=folder)
    assert found["first_break"]["where"] == path
    assert found["halt"]["detail"] == "its body in the bundle is not the one that was signed"
    told = made.usa.run("audit", "replay", str(folder), "--trust", made.trust).stdout
    assert f"state up to {found['size']} of {found['entries']} entries: entry" in told


def test_hashes_alone_end_with_1_and_are_told(made: Audited, tmp_path: Path) -> None:
    folder = tmp_path / "record"
    made.usa.ok("audit", "export", "-o", str(folder))
    shutil.rmtree(folder / bundle.BLOBS)
    lines = (folder / "MANIFEST").read_text().splitlines(keepends=True)
    (folder / "MANIFEST").write_text("".join(each for each in lines if "  blobs/" not in each))
    found = replay(made, made.usa, code=1, folder=folder)
    assert (found["verdict"], found["halt"]["code"]) == ("intact", "body-missing")
    assert found["negotiations"] == []


def test_another_archive_ends_with_1_and_says_so(made: Audited, tmp_path: Path) -> None:
    stranger, _, _ = two_parties(tmp_path)
    found = replay(made, stranger, code=1)
    assert (found["verdict"], found["halt"]["code"]) == ("intact", "not-recipient")
    told = stranger.run("audit", "replay", str(made.bundle), "--trust", made.trust).stdout
    assert "it is sealed to other keys than those of this archive (not-recipient)" in told


def test_a_home_without_an_archive_ends_with_2(made: Audited, tmp_path: Path) -> None:
    colleague = Person(tmp_path, "colleague", made.usa.tools.front)
    colleague.ok(
        "member", "request", made.usa.path("ours.charter"), "--party", "USA",
        "--role", "legal_adviser", "-o", str(tmp_path / "request"), "--small",
    )  # fmt: skip
    said = colleague.fails(2, "audit", "replay", str(made.bundle), "--trust", made.trust)
    assert "error: expected the key of an archive in this home [no-archive]" in said
    assert "hint:" in said


def test_without_trust_and_without_bundle(made: Audited, tmp_path: Path) -> None:
    assert made.usa.run("audit", "replay", str(made.bundle)).exit_code == 3
    made.usa.fails(2, "audit", "replay", str(tmp_path / "none"), "--trust", made.trust)
    shutil.copytree(made.bundle, tmp_path / "record")
    shutil.rmtree(tmp_path / "record" / bundle.JOURNAL)
    told = made.usa.run("audit", "replay", str(tmp_path / "record"), "--trust", made.trust)
    assert told.exit_code == 3
    assert "nothing is proven" in told.stdout
    assert PASSPHRASE not in told.output
