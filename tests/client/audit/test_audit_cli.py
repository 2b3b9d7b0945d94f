"""`paraph audit`: the verdict first, the first break named, an exit code for scripts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from paraph.client.audit import bundle
from paraph.client.cli import cli
from paraph.client.keys.trust import dump_trust
from paraph.protocol import signed
from paraph.protocol.evidence import DoubleSequenceEvidence, ForkEvidence
from paraph.protocol.names import Digest
from paraph.protocol.statements.clear import EnrolEntry
from paraph.protocol.statements.envelope import ClearContent
from tests.client.audit.made import make
from tests.support.anchors import anchor_of
from tests.support.channel import Channel, make_channel
from tests.support.commands import found_channel, two_parties
from tests.support.exchange import send_base


def audit(*arguments: object) -> Result:
    result = CliRunner().invoke(cli, ["audit", *map(str, arguments)])
    assert "Traceback" not in result.output
    return result


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audit")
    made = make(folder / "record", size=14)
    (folder / "trust.json").write_bytes(dump_trust(made.anchor))
    (folder / "other.json").write_bytes(dump_trust(anchor_of(make_channel(roles=()).log)))
    return folder


@pytest.fixture
def record(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original / "record", tmp_path / "record")
    return tmp_path / "record"


def test_an_intact_record_ends_with_0_and_says_so_first(original: Path, record: Path) -> None:
    result = audit("verify", record, "--trust", original / "trust.json")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "verdict      INTACT: every entry is proven by the trusted keys"
    assert lines[1] == "still valid  entries below 14"
    assert any(line.startswith("not checked  what sealed statements say") for line in lines)
    assert result.stderr == ""


def test_without_trust_it_never_ends_with_0(record: Path) -> None:
    result = audit("verify", record)
    assert result.exit_code == 3
    assert result.stdout.startswith("verdict      UNTRUSTED")
    assert "no trust file was given" in result.stdout


def test_another_channels_trust_is_a_problem(original: Path, record: Path) -> None:
    result = audit("verify", record, "--trust", original / "other.json")
    assert result.exit_code == 3
    assert result.stdout.startswith("verdict      BROKEN")
    assert "still valid  nothing is proven" in result.stdout


def test_the_first_break_is_named_and_what_stays_valid(original: Path, record: Path) -> None:
    path = record / next(each for each in bundle.list_files(record) if "journal/" in each)
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(bytes(data))
    result = audit("verify", record, "--trust", original / "trust.json")
    assert result.exit_code == 3
    lines = result.stdout.splitlines()
    assert lines[0].startswith("verdict      BROKEN")
    assert lines[1].startswith("first break  journal/000000: ")
    assert lines[2] == "still valid  entries below 14"  # a later note covers them


def test_json_says_the_same_and_twice_the_same(original: Path, record: Path) -> None:
    arguments = ("verify", record, "--trust", original / "trust.json", "--json")
    first, second = audit(*arguments), audit(*arguments)
    assert (first.exit_code, first.stdout) == (second.exit_code, second.stdout)
    value = json.loads(first.stdout)
    assert (value["format"], value["verdict"], value["first_break"]) == (
        "paraph-audit/1",
        "intact",
        None,
    )
    assert value["intact_below"] == value["entries"] == 14
    assert value["problems"] == []
    (record / "journal" / "000000").unlink()
    broken = json.loads(audit(*arguments).stdout)
    assert broken["verdict"] == "broken"
    assert broken["first_break"] == broken["problems"][0]
    assert set(broken) == set(value)


@pytest.mark.parametrize("missing", ["record", "trust"])
def test_what_cannot_be_read_ends_with_2(original: Path, tmp_path: Path, missing: str) -> None:
    record = tmp_path / "none" if missing == "record" else original / "record"
    trust = tmp_path / "none" if missing == "trust" else original / "trust.json"
    result = audit("verify", record, "--trust", trust)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "hint:" in result.stderr


def test_a_trust_file_that_is_none_ends_with_2(tmp_path: Path, record: Path) -> None:
    (tmp_path / "trust.json").write_text("{}")
    assert audit("verify", record, "--trust", tmp_path / "trust.json").exit_code == 2


# ------------------------------------------------------------------ export


def test_a_home_exports_what_its_own_trust_file_verifies(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus, "--exercise")
    usa.ok("bot", "run", "--once")
    rus.ok("bot", "run", "--once")
    send_base(usa)
    rus.ok("bot", "run", "--once")
    made: dict[str, Any] = json.loads(_export(rus.home, tmp_path / "record", "--json").stdout)
    assert (made["bodies"], made["bodies_absent"]) == (3, 0)
    result = audit("verify", tmp_path / "record", "--trust", made["trust"], "--json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert report["placed"]["sealed"] == 3
    again = _export(rus.home, tmp_path / "record")
    assert again.exit_code == 2
    assert "exists already" in again.stderr
    told = _export(rus.home, tmp_path / "record-2").stdout
    assert f"paraph audit verify {tmp_path}/record-2 --trust {made['trust']}" in told


def _export(home: Path, folder: Path, *more: str) -> Result:
    return audit("export", "--home", home, "-o", folder, *more)


# ------------------------------------------------------------------ evidence


@pytest.fixture(scope="module")
def channel() -> Channel:
    return make_channel()


@pytest.fixture
def trust(channel: Channel, tmp_path: Path) -> Path:
    path = tmp_path / "trust.json"
    path.write_bytes(dump_trust(anchor_of(channel.log)))
    return path


def two_notes(channel: Channel, *, same: bool = False) -> tuple[bytes, bytes]:
    origin, size = channel.log.origin, channel.log.size
    other = channel.log.root if same else Digest(bytes(32))
    return channel.note(), channel.log_secret.sign(origin, size, other)


def test_a_fork_is_proven_with_the_trust_file_alone(
    channel: Channel, trust: Path, tmp_path: Path
) -> None:
    first, second = two_notes(channel)
    (tmp_path / "fork").write_bytes(ForkEvidence(first=first, second=second, leaves=()).encode())
    result = audit("evidence", tmp_path / "fork", "--trust", trust)
    assert result.exit_code == 0
    assert result.stdout.startswith("proven       the log signed two histories of size")
    value = json.loads(audit("evidence", tmp_path / "fork", "--trust", trust, "--json").stdout)
    assert (value["proven"], value["kind"]) == (True, "fork-evidence")


def test_two_notes_that_agree_prove_nothing(channel: Channel, trust: Path, tmp_path: Path) -> None:
    first, second = two_notes(channel, same=True)
    (tmp_path / "fork").write_bytes(ForkEvidence(first=first, second=second, leaves=()).encode())
    result = audit("evidence", tmp_path / "fork", "--trust", trust)
    assert result.exit_code == 3
    assert result.stdout.startswith("proven       nothing: ")
    value = json.loads(audit("evidence", tmp_path / "fork", "--trust", trust, "--json").stdout)
    assert (value["proven"], value["code"]) == (False, "forged")


def test_the_folder_in_which_a_desk_kept_two_notes_is_evidence(
    channel: Channel, trust: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    assert audit("evidence", folder, "--trust", trust).exit_code == 3
    for name, note in zip(("a.note", "b.note"), two_notes(channel), strict=True):
        (folder / name).write_bytes(note)
    (folder / "REFUSED").write_text("why\n")
    assert audit("evidence", folder, "--trust", trust).exit_code == 0


def test_a_doubled_number_is_proven_against_its_key(
    channel: Channel, trust: Path, tmp_path: Path
) -> None:
    officer = channel.party("RUS").person("desk_officer")
    number, previous = channel.log.next_sequence(officer.id)
    envelopes = [
        channel.seal(officer, record, sequence=number, previous=previous)[0]
        for record in (b"one", b"two")
    ]
    enrolments = tuple(
        content.payload.document
        for envelope in channel.envelopes
        if isinstance(content := signed.read(envelope).statement.content, ClearContent)
        and isinstance(content.payload, EnrolEntry)
    )
    evidence = DoubleSequenceEvidence(
        founding=channel.founding, enrolments=enrolments, first=envelopes[0], second=envelopes[1]
    )
    (tmp_path / "double").write_bytes(evidence.encode())
    result = audit("evidence", tmp_path / "double", "--trust", trust)
    assert result.exit_code == 0
    assert "desk_officer key of RUS" in result.stdout


@pytest.mark.parametrize(("data", "code"), [(b"no evidence", 3), (None, 2)])
def test_a_file_that_is_no_evidence(
    trust: Path, tmp_path: Path, data: bytes | None, code: int
) -> None:
    if data is not None:
        (tmp_path / "file").write_bytes(data)
    result = audit("evidence", tmp_path / "file", "--trust", trust)
    assert result.exit_code == code


def test_evidence_needs_a_trust_file(tmp_path: Path) -> None:
    assert audit("evidence", tmp_path / "file").exit_code == 2
