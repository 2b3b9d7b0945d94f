"""The bot's file: what is written is there after a crash, wherever it was cut."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from paraph.client.bot import ledger as ledgers
from paraph.client.bot.ledger import Ledger
from paraph.client.bot.memory import MOST_IN_BATCH, Memory
from paraph.protocol.errors import InputError, IntegrityError, UnavailableError

FILE = "bot-mine.jsonl"
STATEMENTS = [f"{number:064x}" for number in range(600)]


def done(index: int, handler: str = "h", *, asked: bool = False) -> dict[str, object]:
    statement = STATEMENTS[index]
    line: dict[str, object] = {"do": "done", "id": statement, "handler": handler, "index": index}
    if asked:
        line["asked"] = {statement: ["00" * 16, "ok", ""]}
    return line


def park(index: int, handler: str = "h") -> dict[str, object]:
    return {
        "do": "park", "id": STATEMENTS[index], "handler": handler, "index": index,
        "reason": "why", "attempts": 3, "at": 5,
    }  # fmt: skip


def past(index: int) -> dict[str, object]:
    return {"do": "past", "index": index}


def look(memory: Memory) -> dict[str, object]:
    return dict(vars(memory))


def busy(folder: Path) -> Ledger:
    """A ledger in which something of every kind has happened."""
    ledger = Ledger.open(folder, "mine")
    ledger.write(past(0), past(1), done(3, asked=True), past(3))
    ledger.write(*ledger.memory.next_batches(7))
    ledger.write(done(4, asked=True))
    ledger.tried((STATEMENTS[5], "h"))
    ledger.tried((STATEMENTS[5], "h"))
    ledger.write(park(6), park(7))
    ledger.requeue(STATEMENTS[7])
    ledger.write({"do": "watch", "id": STATEMENTS[3], "facts": {"index": 3, "seen": False}})
    ledger.write({"do": "watch", "id": STATEMENTS[3], "facts": {"seen": True}})
    ledger.write({"do": "watch", "id": STATEMENTS[4], "facts": {"index": 4}})
    ledger.write({"do": "unwatch", "id": STATEMENTS[4]})
    ledger.write({"do": "told", "what": "something"})
    return ledger


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    before = busy(tmp_path)
    before.close()
    after = Ledger.open(tmp_path, "mine")
    assert look(after.memory) == look(before.memory)
    assert after.memory.cursor == 2
    assert after.memory.finished == {3}
    assert after.memory.is_settled((STATEMENTS[3], "h"))
    assert after.memory.attempts((STATEMENTS[5], "h")) == 2
    assert after.memory.again == {(STATEMENTS[7], "h"): 7}
    assert list(after.memory.asked) == [STATEMENTS[4]]
    assert [batch.subjects for batch in after.memory.batches.values()] == [(STATEMENTS[3],)]
    assert after.memory.watched == {STATEMENTS[3]: {"index": 3, "seen": True}}
    after.close()


def test_a_file_written_anew_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = busy(tmp_path)
    before.close()
    lines = (tmp_path / FILE).read_bytes().count(b"\n")
    monkeypatch.setattr(ledgers, "COMPACT_ABOVE", 3)
    after = Ledger.open(tmp_path, "mine")
    assert look(after.memory) == look(before.memory)
    after.close()
    monkeypatch.undo()
    again = Ledger.open(tmp_path, "mine")
    assert look(again.memory) == look(before.memory)
    assert (tmp_path / FILE).read_bytes().count(b"\n") != lines  # the control
    again.close()


def test_a_file_cut_anywhere_gives_a_state_that_was_once_true(tmp_path: Path) -> None:
    ledger = busy(tmp_path)
    ledger.close()
    data = (tmp_path / FILE).read_bytes()
    lines = data.splitlines(keepends=True)
    ends = [at + 1 for at, byte in enumerate(data) if byte == 0x0A]
    for at in sorted({*range(0, len(data), 17), *ends, *(end - 1 for end in ends)}):
        (tmp_path / FILE).write_bytes(data[:at])
        found = Ledger.open(tmp_path, "mine", run=False)
        whole = data[:at].count(b"\n")
        memory = Memory()
        for line in lines[:whole]:
            memory.apply(json.loads(line))
        assert look(found.memory) == look(memory)
        assert (tmp_path / FILE).read_bytes() == b"".join(lines[:whole])


@pytest.mark.parametrize("line", [b"no json\n", b"{}\n", b'{"do":"unheard"}\n', b"[]\n"])
def test_a_damaged_line_is_told_by_its_number(tmp_path: Path, line: bytes) -> None:
    Ledger.open(tmp_path, "mine").close()
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"do":"told","what":"x"}\n' + line)
    with pytest.raises(IntegrityError, match="line 2"):
        Ledger.open(tmp_path, "mine")


def test_another_process_may_put_back_while_the_bot_runs(tmp_path: Path) -> None:
    running = Ledger.open(tmp_path, "mine")
    running.write(park(2))
    command = Ledger.open(tmp_path, "mine", run=False)
    assert [each.index for each in command.requeue(STATEMENTS[2])] == [2]
    assert command.requeue(STATEMENTS[2]) == ()
    running.write(past(0))
    assert running.memory.parked == {}
    assert running.memory.again == {(STATEMENTS[2], "h"): 2}
    running.write(done(2))
    assert running.memory.again == {}
    running.close()


def test_one_name_runs_once_at_a_time(tmp_path: Path) -> None:
    first = Ledger.open(tmp_path, "mine")
    with pytest.raises(InputError) as refused:
        Ledger.open(tmp_path, "mine")
    assert refused.value.code == "running"
    first.close()
    Ledger.open(tmp_path, "mine").close()


@pytest.mark.parametrize("name", ["", "Mine", "a/b", "..", "x" * 33, "1a", "a\n"])
def test_a_name_is_plain(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        Ledger.open(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_nothing_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger.open(tmp_path, "mine")

    def fail(handle: int) -> None:
        assert handle
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UnavailableError, match="No space left"):
        ledger.write(done(0), past(0))
    assert ledger.memory.cursor == 0
    ledger.close()


def test_what_is_asked_for_leaves_in_batches_and_never_twice(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, "mine")
    ledger.write(*(done(index, asked=True) for index in range(600)))
    ledger.write(*ledger.memory.next_batches(1))
    sizes = [len(each.subjects) for each in ledger.memory.batches.values()]
    assert sizes == [MOST_IN_BATCH, MOST_IN_BATCH, 600 - 2 * MOST_IN_BATCH]
    tags = set(ledger.memory.batches)
    ledger.write({"do": "rewind", "index": 0}, done(5, asked=True))
    assert list(ledger.memory.next_batches(2)) == []
    ledger.close()
    again = Ledger.open(tmp_path, "mine")
    assert set(again.memory.batches) == tags
    again.write(*({"do": "said", "tag": tag} for tag in tags))
    assert again.memory.batches == {}
    again.write(done(5, asked=True))
    assert list(again.memory.next_batches(3)) == []
    again.close()


def test_the_cursor_stays_at_the_first_event_that_is_not_finished() -> None:
    memory = Memory()
    for index in (0, 1, 3, 4):
        memory.apply(past(index))
    assert (memory.cursor, memory.finished) == (2, {3, 4})
    memory.apply(done(3))
    memory.apply(past(2))
    assert (memory.cursor, memory.finished) == (5, set())
    assert not memory.is_settled((STATEMENTS[3], "h"))  # below the cursor nothing is kept
    memory.apply({"do": "rewind", "index": 2})
    assert memory.cursor == 2
