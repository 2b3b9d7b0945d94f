"""`paraph bot`: run once and until stopped, JSON lines, hooks, what is parked."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import sys
from pathlib import Path

import pytest

from paraph.client.bot import Hook, Notice
from paraph.client.bot.ledger import Ledger
from paraph.protocol.errors import InputError
from paraph.protocol.wire import Placed
from tests.support.commands import Person, found_channel, two_parties
from tests.support.desks import folder_of, heartbeats
from tests.support.exchange import send_base
from tests.support.memory_front import MemoryFront

STATEMENT = "ab" * 32


@pytest.fixture
def desks(tmp_path: Path) -> tuple[Person, Person, MemoryFront]:
    usa, rus, front = two_parties(tmp_path)
    found_channel(usa, rus, "--exercise")
    return usa, rus, front


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_two_bots_run_once_open_the_channel_and_acknowledge(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, rus, _ = desks
    for person in (usa, rus):
        assert [each["kind"] for each in lines(person.ok("bot", "run", "--once", "--json"))] == [
            "heartbeat"
        ]
    send_base(usa)
    told = lines(rus.ok("bot", "run", "--once", "--json"))
    assert [each["kind"] for each in told].count("received") == 2  # the opening and the version
    assert "acknowledged" in [each["kind"] for each in told]
    again = lines(rus.ok("bot", "run", "--once", "--json"))
    assert "received" not in [each["kind"] for each in again]
    shown = usa.ok("log")
    assert "acknowledgement-given" in shown


def test_for_people_it_prints_lines(desks: tuple[Person, Person, MemoryFront]) -> None:
    usa, rus, _ = desks
    heartbeats(rus)
    printed = usa.ok("bot", "run", "--once")
    assert "heartbeat  verified" in printed


def test_a_signal_ends_it_after_what_is_in_hand(
    desks: tuple[Person, Person, MemoryFront], monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, rus, front = desks
    usa.ok("bot", "run", "--once")
    rus.ok("bot", "run", "--once")
    send_base(usa)
    (relay,) = front.relays.values()
    submit = relay.submit

    async def interrupted(envelope: bytes, body: bytes) -> Placed:
        placed = await submit(envelope, body)
        os.kill(os.getpid(), signal.SIGTERM)
        return placed

    monkeypatch.setattr(relay, "submit", interrupted)
    told = lines(rus.ok("bot", "run", "--json"))
    assert [each["kind"] for each in told].count("acknowledged") == 1


def test_an_unreachable_relay_and_a_wrong_passphrase_have_their_exit_codes(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, _, front = desks
    front.down = True
    assert "cannot reach the relay" in usa.fails(4, "bot", "run", "--once")
    usa.passphrase_file.write_text("another passphrase\n")
    assert "error:" in usa.fails(5, "bot", "run", "--once")


def test_a_home_without_a_bots_key_is_told_what_to_do(
    tmp_path: Path, desks: tuple[Person, Person, MemoryFront]
) -> None:
    usa, _, front = desks
    other = Person(tmp_path, "other", front)
    assert "holds no key file [no-vault]" in other.fails(2, "bot", "run", "--once")
    with contextlib.closing(Ledger.open(folder_of(usa).path, "bot")):
        assert "runs already" in usa.fails(2, "bot", "run", "--once")


def test_what_is_parked_is_listed_and_put_back(desks: tuple[Person, Person, MemoryFront]) -> None:
    usa, _, _ = desks
    assert usa.ok("bot", "dead", "list") == "nothing is parked\n"
    ledger = Ledger.open(folder_of(usa).path, "mine")
    ledger.write(
        {
            "do": "park", "id": STATEMENT, "handler": "file", "index": 7,
            "reason": "no file", "attempts": 8, "at": 1_445_000_000_000,
        }
    )  # fmt: skip
    listed = usa.json("bot", "dead", "list", "--name", "mine")
    assert listed["parked"] == [
        {
            "id": STATEMENT, "handler": "file", "index": 7,
            "reason": "no file", "attempts": 8, "at": 1_445_000_000_000,
        }
    ]  # fmt: skip
    assert "no file" in usa.ok("bot", "dead", "list", "--name", "mine")
    usa.fails(2, "bot", "dead", "requeue", "--name", "mine")
    usa.fails(2, "bot", "dead", "requeue", "8", "--name", "mine")
    usa.fails(2, "bot", "dead", "requeue", "abc", "--name", "mine")
    assert "requeued   #7" in usa.ok("bot", "dead", "requeue", "abab", "--name", "mine")
    assert usa.json("bot", "dead", "list", "--name", "mine")["parked"] == []
    ledger.refresh()
    assert list(ledger.memory.again.values()) == [7]
    ledger.close()


# ------------------------------------------------------------------ hooks

NOTICE = Notice(kind="escalation", at=1, channel="00", index=3, text="nobody has looked")


def command(code: str, *arguments: str) -> str:
    return shlex.join([sys.executable, "-c", code, *arguments])


async def test_a_hook_gets_the_notice_on_its_standard_input(tmp_path: Path) -> None:
    failed: list[str] = []
    target = tmp_path / "came"
    code = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    await Hook(command(code, str(target)), failed.append)(NOTICE)
    assert json.loads(target.read_text())["kind"] == "escalation"
    assert failed == []


async def test_a_hook_that_fails_costs_a_warning_and_nothing_else() -> None:
    failed: list[str] = []
    await Hook(command("raise SystemExit(3)"), failed.append)(NOTICE)
    await Hook("/no/such/program", failed.append)(NOTICE)
    assert failed == [
        "the hook ended with code 3",
        "the hook did not start: No such file or directory",
    ]


async def test_a_hook_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[str] = []
    monkeypatch.setattr("paraph.client.bot.notices.HOOK_S", 0.05)
    await Hook(command("import signal; signal.pause()"), failed.append)(NOTICE)
    assert failed == ["the hook did not end within 0.05 s"]


@pytest.mark.parametrize("text", ["", "  ", "'"])
def test_a_hook_needs_a_command(text: str) -> None:
    with pytest.raises(InputError):
        Hook(text, print)


def test_reminders_reach_the_hook_and_receipts_do_not(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, rus, _ = desks
    usa.ok("bot", "run", "--once")
    rus.ok("bot", "run", "--once")
    send_base(usa)
    target = rus.folder / "woken"
    hook = command("import sys; open(sys.argv[1], 'a').write(sys.stdin.read())", str(target))
    rus.ok("bot", "run", "--once", "--hook", hook)
    assert not target.exists()
    rus.tools.time += 7 * 3600 * 1000
    rus.ok("bot", "run", "--once", "--hook", hook)
    assert {each["kind"] for each in lines(target.read_text())} == {"escalation"}
