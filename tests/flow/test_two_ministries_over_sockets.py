"""The same road with the commands that people type, each a process, over TLS to a relay process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.exchange import BASE, COUNTER

PARAPH = (sys.executable, "-c", "from paraph.client.cli import main; main()")
RELAY = (sys.executable, "-m", "paraph.server")


def run(*command: str, exit_code: int = 0) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == exit_code, (command[3:], ran.returncode, ran.stdout, ran.stderr)
    assert "Traceback" not in ran.stderr
    return ran.stdout


class Ministry:
    """One home, and the commands that are run in it."""

    def __init__(self, folder: Path, code: str) -> None:
        self.folder = folder
        self.code = code
        self.home = folder / code
        self.passphrase = folder / f"{code}.passphrase"
        self.passphrase.write_text("correct horse battery staple\n")
        self.passphrase.chmod(0o600)

    def file(self, name: str, text: str = "") -> str:
        if text:
            (self.folder / name).write_text(text)
        return str(self.folder / name)

    def say(self, *arguments: str) -> str:
        where = ("--home", str(self.home), "--passphrase-file", str(self.passphrase))
        return run(*PARAPH, *arguments, *where)

    def ask(self, *arguments: str) -> Any:  # noqa: ANN401 - whatever the command prints
        return json.loads(self.say(*arguments, "--json"))

    def bot(self) -> None:
        """Let the stock bot do what is due now."""
        self.say("bot", "run", "--once", "--json")


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    home = tmp_path_factory.mktemp("flow") / "relay"
    made = json.loads(
        run(*RELAY, "init", str(home), "--port", "0", "--party", "USA", "--party", "RUS", "--json")
    )
    with (
        home.with_name("relay.log").open("wb") as log,
        subprocess.Popen(
            [*RELAY, "serve", str(home)], stdout=subprocess.PIPE, stderr=log
        ) as process,
    ):
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["ready"]
            yield home, {each["party"]: each["code"] for each in made["codes"]}
            process.terminate()
            assert process.wait(30) == 0
        finally:
            if process.poll() is None:
                process.kill()


@pytest.fixture(scope="module")
def ministries(relay: tuple[Path, dict[str, str]]) -> tuple[Ministry, Ministry]:
    """Two parties, a channel between them, and a sign of life of each bot."""
    home, codes = relay
    card = str(home / "relay.card")
    usa, rus = (Ministry(home.parent, code) for code in ("USA", "RUS"))
    for each, name in ((usa, "Department"), (rus, "Министерство")):
        each.say(
            "party", "init", each.code, "--name", f"en={name}", "--roots", "1", "--small",
            "-o", each.file(f"{each.code}.card"),
        )  # fmt: skip
    charter = usa.file("ours.charter")
    usa.say(
        "channel", "propose", "--peer", usa.file("RUS.card"), "--relay", card,
        "--code", codes["USA"], "-o", charter, "--exercise",
    )  # fmt: skip
    rus.say("channel", "accept", charter, "--code", codes["RUS"], "--yes")
    usa.say("channel", "accept", charter, "--yes")
    for each in (usa, rus):
        each.bot()
    return usa, rus


def test_drafts_comments_and_receipts_go_back_and_forth_and_an_audit_proves_them(
    ministries: tuple[Ministry, Ministry], tmp_path: Path
) -> None:
    usa, rus = ministries
    first = usa.ask("send", usa.file("base.yaml", BASE))
    assert (first["state"], first["type"]) == ("logged", "version-tabled")
    waiting = rus.ask("inbox")["waiting"]
    assert [each["type"] for each in waiting] == ["negotiation-opened", "version-tabled"]
    second = rus.ask("send", rus.file("counter.yaml", COUNTER))
    comment = rus.ask(
        "comment", "Why three?", "--on", str(first["index"]), "--clause", "distance",
        "--lang", "en", "--quote", "three",
    )  # fmt: skip
    assert (second["state"], comment["state"]) == ("logged", "logged")
    rus.bot()
    usa.bot()
    theirs, ours = usa.ask("log"), rus.ask("log")
    assert theirs["size"] == ours["size"]
    rows = {each["index"]: each for each in theirs["entries"]}
    assert rows[first["index"]]["state"] == "fetched", "RUS's bot has acknowledged it"
    rows = {each["index"]: each for each in ours["entries"]}
    assert rows[second["index"]]["state"] == "fetched"
    shown = usa.ask("show", str(second["index"]))
    words = {each["cid"]: each for each in shown["version"]["clauses"]}
    assert "[RUS: five]" in json.dumps(words["distance"])
    record = tmp_path / "record"
    exported = rus.ask("audit", "export", "-o", str(record))
    assert exported["bodies_absent"] == 0
    report = json.loads(
        run(*PARAPH, "audit", "verify", str(record), "--trust", exported["trust"], "--json")
    )
    assert (report["verdict"], report["problems"]) == ("intact", [])
    run(*PARAPH, "audit", "verify", str(record), exit_code=3)
