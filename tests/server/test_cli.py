"""`paraph-relay`, as an operator types it: what it prints and with which exit code."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from paraph.protocol.checkpoint import LogSecret
from tests.server.process import make_home, serving

CODE = re.compile(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){5}")


def run(
    *arguments: object, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "paraph.server", *map(str, arguments)],
        capture_output=True, text=True, timeout=60, check=False, cwd=cwd,
        env={**os.environ, **(env or {})},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


def test_the_first_minute_of_an_operator(tmp_path: Path) -> None:
    home = tmp_path / "relay"
    done = run("init", home, "--party", "USA", "--party", "RUS")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(set(CODE.findall(done.stdout))) == 2
    assert re.search(r"pin +([0-9a-f]{4} ){15}[0-9a-f]{4}\n", done.stdout)
    assert f"paraph-relay serve {home}" in done.stdout
    done = run("doctor", home)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("0 failed, 0 warnings, 10 looked at\n")
    done = run("code", home, "--party", "FRA")
    assert (done.returncode, len(CODE.findall(done.stdout))) == (0, 1)
    done = run("card", home)
    assert (done.returncode, "anew" in done.stdout) == (0, False)


def test_json_is_one_object(tmp_path: Path) -> None:
    home = tmp_path / "relay"
    made = json.loads(run("init", "--home", home, "--codes", 3, "--port", 0, "--json").stdout)
    assert made["address"] == "https://127.0.0.1:0"
    assert len({CODE.fullmatch(each["code"]) for each in made["codes"]}) == 3
    told = json.loads(run("doctor", "--json", env={"PARAPH_RELAY_HOME": str(home)}).stdout)
    assert told["ok"] is True
    assert set(told["findings"][0]) == {"check", "level", "says", "fix", "integrity"}
    assert json.loads(run("code", home, "--json").stdout)["party"] == "any party"
    assert json.loads(run("card", home, "--json").stdout)["pin"] == made["pin"]
    done = run("status", home, "--json")
    assert (done.returncode, json.loads(done.stdout)) == (4, {"running": False})


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "Usage"),
        (("frobnicate",), 2, "No such command"),
        (("init",), 2, "expected the relay's directory"),
        (("init", "a", "--home", "b"), 2, "not both"),
        (("init", "a", "--port", "70000"), 2, "70000"),
        (("init", "a", "--host", "0.0.0.0"), 2, "expected --address"),
        (("init", "a", "--plain-http", "--host", "192.0.2.1"), 2, "loopback"),
        (("serve", "nowhere"), 2, "not a relay's directory"),
        (("status", "nowhere"), 2, "hint: make one: paraph-relay init"),
        (("doctor", "nowhere"), 1, ""),
        (("code", "nowhere"), 2, "not a relay's directory"),
        (("card", "nowhere"), 2, "not a relay's directory"),
    ],
)
def test_a_mistake_is_an_error_with_its_exit_code_and_no_traceback(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.returncode == code
    assert says in done.stderr + done.stdout


def test_init_says_when_something_is_there_already(tmp_path: Path) -> None:
    run("init", tmp_path / "relay")
    done = run("init", tmp_path / "relay")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "\nhint: paraph-relay serve" in done.stderr


def test_what_is_stored_and_not_what_was_signed_is_70(tmp_path: Path) -> None:
    home = tmp_path / "relay"
    run("init", home)
    (home / "relay.db").unlink()
    for command in ("serve", "doctor", "code"):
        assert run(command, home).returncode == 70
    assert not (home / "relay.db").exists()


async def test_status_and_code_ask_the_relay_that_serves(tmp_path: Path) -> None:
    home = tmp_path / "relay"
    await make_home(home, LogSecret.generate())
    async with serving(home) as process:
        done = await asyncio.to_thread(run, "status", home)
        assert done.returncode == 0
        assert re.search(r"^  channels +0$", done.stdout, re.MULTILINE)
        assert process.ready["address"] in done.stdout
        done = await asyncio.to_thread(run, "code", home, "--json")
        assert CODE.fullmatch(json.loads(done.stdout)["code"])
        done = await asyncio.to_thread(run, "status", home, "--json")
        assert json.loads(done.stdout)["codes_open"] == 3


def test_help_names_every_command_and_starts_without_the_heavy_modules() -> None:
    done = run("--help")
    assert done.returncode == 0
    for each in ("init", "serve", "status", "doctor", "code", "card"):
        assert re.search(rf"^  {each} ", done.stdout, re.MULTILINE)
    script = "import sys, paraph.server.__main__; print(sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    for heavy in ("aiohttp", "structlog", "cryptography", "apsw"):
        assert f"'{heavy}'" not in loaded
    assert run("--version").stdout.startswith("paraph-relay, version ")


AFTER_THE_DATABASE = """
import sys
import paraph.server.relay, paraph.server.serving
from paraph.server.__main__ import main
def fails(*_, **__): raise RuntimeError("words of somebody")
{where} = fails
main(["serve", sys.argv[1]])
"""


@pytest.mark.parametrize("where", ["paraph.server.relay.Sessions", "paraph.server.serving.Routes"])
def test_a_bug_behind_the_open_database_ends_the_process_with_1_and_says_where(
    tmp_path: Path, where: str
) -> None:
    home = tmp_path / "relay"
    run("init", home, "--port", 0)
    done = subprocess.run(
        [sys.executable, "-c", AFTER_THE_DATABASE.format(where=where), home],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "error: a fault of the relay's own: RuntimeError, " in done.stderr
    assert "words of somebody" not in done.stderr
    assert run("code", home).returncode == 0  # nobody holds the database any more
