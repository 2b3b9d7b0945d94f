"""Each check of the doctor, broken once: the finding, its fix and the exit code."""

import asyncio
import dataclasses
import datetime as dt
import os
import re
import resource
import shutil
from pathlib import Path

import apsw
import pytest

from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.errors import ParaphError
from paraph.server import cards, config, doctor, tls
from paraph.server.config import CONFIG_FILE
from paraph.server.doctor import FAIL, OK, WARN, Finding
from paraph.server.init import make, settings
from paraph.server.serving import open_service
from tests.server.process import CODES, Process
from tests.support.channel import ORIGIN_PREFIX, Channel, make_channel
from tests.support.relay import place_all


def never(error: ParaphError) -> None:
    raise error


@pytest.fixture(scope="module")
def channel() -> Channel:
    return make_channel()


@pytest.fixture
async def home(tmp_path: Path, channel: Channel) -> Path:
    """A relay with one channel and 11 entries."""
    home = tmp_path / "relay"
    wanted = settings(home, host="127.0.0.1", port=0, origin=ORIGIN_PREFIX)
    made = await make(wanted, CODES)
    cards.write_log_key(home / "log.key", channel.log_secret)
    cards.write_card(home, cards.make_card(wanted, made.card.address, channel.log_secret.public))
    service = open_service(config.load(home), never)
    await service.start()
    for party in channel.parties:
        await service.admit(party.admission(dict(made.codes)[party.code]))
    await service.found(channel.founding_message())
    await place_all(service, channel)
    await service.drain()
    return home


def of(findings: list[Finding], check: str, level: str) -> Finding:
    (found,) = [each for each in findings if each.check == check and each.level == level]
    assert bool(found.fix) == (level != OK)
    return found


def change(home: Path, key: str, value: str) -> None:
    text = (home / CONFIG_FILE).read_text()
    changed = re.sub(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
    assert changed != text
    (home / CONFIG_FILE).write_text(changed)


def test_all_is_well(home: Path, channel: Channel) -> None:
    findings = doctor.examine(home)
    assert {each.level for each in findings} == {OK}
    assert doctor.exit_code(findings) == 0
    says = of(findings, "roots", OK).says
    assert says == f"{channel.log.size} entries in 1 channels give the roots that were signed"


def test_it_changes_nothing(home: Path) -> None:
    def everything() -> dict[Path, bytes]:
        return {each: each.read_bytes() for each in home.rglob("*") if each.is_file()}

    before = everything()
    doctor.examine(home)
    assert everything() == before


async def test_beside_a_relay_that_serves_it_asks_that_one(home: Path) -> None:
    process = await Process(home).start()
    try:
        findings = await asyncio.to_thread(doctor.examine, home)
    finally:
        await process.kill()
    assert {each.level for each in findings} == {OK}
    assert "11 entries" in of(findings, "roots", OK).says
    assert "pin on the card" in of(findings, "reachable", OK).says


def test_no_relay_is_a_failure(tmp_path: Path) -> None:
    findings = doctor.examine(tmp_path)
    assert "not a relay's directory" in of(findings, "settings", FAIL).says
    assert doctor.exit_code(findings) == 1


def test_settings_that_refuse_are_told(home: Path) -> None:
    change(home, "port", '"x"')
    assert "listen.port" in doctor.examine(home)[0].says


def test_modes(home: Path) -> None:
    home.chmod(0o755)
    (home / "log.key").chmod(0o644)
    (home / "relay.db").chmod(0o644)
    findings = doctor.examine(home)
    assert {each.fix for each in findings if each.check == "modes"} == {
        f"chmod 700 {home}", f"chmod 600 {home}/log.key", f"chmod go= {home}/relay.db",
    }  # fmt: skip
    assert doctor.exit_code(findings) == 1


def test_another_log_key_than_the_card_s_is_a_matter_of_integrity(home: Path) -> None:
    cards.write_log_key(home / "log.key", LogSecret.generate())
    findings = doctor.examine(home)
    of(findings, "log key", FAIL)
    assert doctor.exit_code(findings) == 70


def test_no_card_and_a_stale_card_are_warnings(home: Path) -> None:
    pem, key = tls.development_certificate(("127.0.0.1",), dt.datetime.now(dt.UTC))
    (home / "tls.crt").write_bytes(pem)
    (home / "tls.key").write_bytes(key)
    findings = doctor.examine(home)
    assert "pin on the card" in of(findings, "card", WARN).says
    assert doctor.exit_code(findings) == 0
    change(home, "address", '"https://relay.example:443"')
    findings = doctor.examine(home)
    assert "relay.address" in of(findings, "card", WARN).says
    assert "relay.example" in of(findings, "certificate name", WARN).says
    (home / "relay.card").unlink()
    assert of(doctor.examine(home), "card", WARN).fix.startswith("paraph-relay card")


@pytest.mark.parametrize(
    ("days", "level", "says"),
    [
        (-tls.DAYS, FAIL, "it ended on"),
        (29 - tls.DAYS, WARN, "it ends on"),
        (32 - tls.DAYS, OK, "it ends on"),
        (1, FAIL, "after now"),
    ],
)
def test_the_certificate_s_life(home: Path, days: int, level: str, says: str) -> None:
    begins = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    pem, key = tls.development_certificate(("127.0.0.1",), begins)
    (home / "tls.crt").write_bytes(pem)
    (home / "tls.key").write_bytes(key)
    assert says in of(doctor.examine(home), "certificate", level).says


def test_a_certificate_without_its_key(home: Path) -> None:
    (home / "tls.key").unlink()
    findings = doctor.examine(home)
    of(findings, "certificate", FAIL)
    assert doctor.exit_code(findings) == 1


def test_plain_http_is_a_warning(home: Path) -> None:
    change(home, "plain_http", "true")
    change(home, "address", '"http://127.0.0.1:1"')
    assert "no TLS" in of(doctor.examine(home), "certificate", WARN).says


def test_a_disk_that_is_nearly_full(home: Path) -> None:
    free = shutil.disk_usage(home).free // 2**20
    change(home, "min_free_mib", str(free // 2))
    of(doctor.examine(home), "disk", WARN)
    change(home, "min_free_mib", str(free * 2))
    of(doctor.examine(home), "disk", FAIL)


def test_a_clock_that_went_back(home: Path) -> None:
    later = dt.datetime.now(dt.UTC).timestamp() + 3600
    os.utime(home / "relay.db", (later, later))
    assert "in the future" in of(doctor.examine(home), "clock", WARN).says


def test_too_few_descriptors(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 256))
    assert "at most 256 files" in of(doctor.examine(home), "descriptors", WARN).says


def test_a_lost_database_and_a_spoiled_one(home: Path) -> None:
    (home / "relay.db").write_bytes(b"no database at all" * 1000)
    findings = doctor.examine(home)
    of(findings, "database", FAIL)
    assert doctor.exit_code(findings) == 70
    (home / "relay.db").unlink()
    findings = doctor.examine(home)
    assert "missing" in of(findings, "database", FAIL).says
    assert doctor.exit_code(findings) == 70
    assert not (home / "relay.db").exists()


def test_a_restored_older_database(home: Path) -> None:
    with apsw.Connection(str(home / "relay.db")) as connection:
        connection.execute("UPDATE channels SET size = size - 1")
    findings = doctor.examine(home)
    assert "a head of 11 entries was signed, 10 are stored" in of(findings, "roots", FAIL).says
    assert doctor.exit_code(findings) == 70


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entries SET envelope = zeroblob(length(envelope)) WHERE idx = 4",
        "DELETE FROM entries WHERE idx = 10",
        "UPDATE channels SET root = zeroblob(32)",
    ],
)
def test_entries_that_do_not_give_the_root_that_was_signed(home: Path, sql: str) -> None:
    connection = apsw.Connection(str(home / "relay.db"))
    for (name,) in list(connection.execute("SELECT name FROM sqlite_schema WHERE type='trigger'")):
        connection.execute(f'DROP TRIGGER "{name}"')  # whoever tampers does not ask them
    connection.execute(sql)
    connection.close()
    findings = doctor.examine(home)
    of(findings, "roots", FAIL)
    assert doctor.exit_code(findings) == 70


def test_a_missing_last_head(home: Path) -> None:
    next((home / "last-head").iterdir()).unlink()
    findings = doctor.examine(home)
    assert "last signed head" in of(findings, "roots", FAIL).says
    assert doctor.exit_code(findings) == 70


def test_a_finding_is_json() -> None:
    made = Finding("a", WARN, "b", "c")
    assert Finding(**made.as_dict()) == made
    assert dataclasses.asdict(made) == made.as_dict()
