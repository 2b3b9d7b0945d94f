"""The main job on real input: a relay process, two ministries, their bots, an audit."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar

SCENARIOS = Path(__file__).parents[1] / "client" / "data"

TABLE = {
    "v1.0": (19, 14, 0, 2, "700581982f18", "c72a6e82a976", 3),
    "v1.1": (21, 15, 6, 3, "eb05f073a341", "407b0bf4ad38", 3),
    "v2.0": (21, 15, 9, 3, "7846fc401b1d", "7a4d364b2199", 3),
    "v2.1": (23, 17, 8, 2, "6c7e3d4bb690", "68d7c30c30d8", 3),
    "v3.0": (23, 17, 3, 2, "e7d607e588e3", "0bbbcd04783e", 3),
    "v3.1": (22, 16, 0, 0, "596daabfa0b4", "c28003f659d9", 4),
    "v3.2": (22, 16, 0, 0, "a9ceb5df8f3f", "a92a95da5391", 0),
    "v4.0": (22, 16, 0, 0, "a9ceb5df8f3f", "a92a95da5391", 0),
}
"""Clauses, numbered, brackets, placeholders, digests of the English and Russian text, findings."""


ORIGINALS = {"USA": "a9ceb5df8f3f", "RUS": "2ba07f9bedc4"}
"""Digests of the English text of both originals, which differ by the alternat alone."""


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "paraph.client", "demo", "--out", str(folder), *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    ran = demo(tmp_path_factory.mktemp("demo") / "out", "--json")
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_both_sides_hold_one_root_and_the_audit_proves_it(played: dict[str, Any]) -> None:
    assert played["replicas_equal"]
    assert {each["root"] for each in played["parties"].values()} == {played["audit"]["root"]}
    assert (played["audit"]["verdict"], played["audit"]["problems"]) == ("intact", [])


def test_both_sides_and_the_audit_computed_one_state_and_read_out_the_same_words(
    played: dict[str, Any],
) -> None:
    assert played["states_equal"]
    states = {each["state"] for each in played["parties"].values()}
    assert states == {played["audit"]["state"]}
    read_out = {json.dumps(each["state_words"]) for each in played["parties"].values()}
    assert len(read_out) == 1
    assert set(json.loads(read_out.pop())) == {"en", "ru"}


def test_everything_that_the_scenario_tells_stands_in_the_log(played: dict[str, Any]) -> None:
    shared = [each for each in played["statements"] if each["where"] == "shared"]
    kinds = [each["kind"].split(",")[0] for each in shared]
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {
        "action": 7,
        "action done": 7,
        "after signature": 2,
        "agreement": 8,
        "alternat": 1,
        "answer": 47,
        "closing of a thread": 9,
        "comment": 10,
        "conference announced": 2,
        "confirmation": 6,
        "dispatch": 12,
        "document": 4,
        "effect": 1,
        "finding": 1,
        "finding settled": 1,
        "full powers": 4,
        "initialling": 2,
        "opening": 1,
        "outcomes": 2,
        "positions": 10,
        "proposal": 13,
        "receipt": 11,
        "reply": 2,
        "scrub": 4,
        "signature": 4,
        "silence closed": 4,
        "silence opened": 3,
        "text of a document": 4,
        "version": 8,
    }
    indices = [each["index"] for each in shared]
    assert indices == sorted(indices)
    receipts = [each for each in shared if each["kind"].startswith("dispatch")]
    assert {each["rung"] for each in receipts} <= {"in_charge", "fetched"}


def test_it_comes_to_what_the_scenario_says(played: dict[str, Any]) -> None:
    assert played["dispatches"] == {"USA": 5, "RUS": 6, "joint": 1}
    final = played["final"]
    assert final["phase"] == "suspended"
    assert final["silence"] == {"S-01": "adopted", "S-02": "broken", "S-03": "adopted"}
    accepted = {name for name, word in final["proposals"].items() if word == "accepted"}
    assert accepted == {f"P-{number:02}" for number in range(1, 13)}
    assert final["proposals"]["P-13"] == "withdrawn"
    assert set(final["documents"].values()) == {"agreed"}
    assert (final["findings"], final["threads"]) == ({"F-05": "settled"}, {"closed": 9, "open": 1})
    late = {"VC-3": [("A-03", "USA", "late"), ("A-04", "both", "late")]}
    by_conference = played["actions"]["by_conference"]
    assert {
        due: [(each["id"], each["owner"], each["state"]) for each in rows]
        for due, rows in by_conference.items()
    } == late
    assert {each["state"] for each in played["actions"]["dated"]} == {"done"}
    originals = played["originals"]
    assert {code: each["en"][:12] for code, each in originals.items()} == ORIGINALS


@pytest.mark.parametrize("who", ["desks", "audit"])
def test_the_texts_are_those_of_the_table(played: dict[str, Any], who: str) -> None:
    found = {
        each["id"]: (
            each["clauses"],
            each["numbered"],
            each["brackets"]["en"],
            each["placeholders"]["en"],
            each["digests"]["en"][:12],
            each["digests"]["ru"][:12],
            len(each["findings"]),
        )
        for each in (played if who == "desks" else played["audit"])["versions"]
    }
    assert found == TABLE


def test_the_audit_comes_to_the_same_versions_as_the_desks(played: dict[str, Any]) -> None:
    assert played["audit"]["versions"] == played["versions"]
    assert played["audit"]["not_applied"] == []


def test_internal_comments_stand_in_internal_channels_alone(played: dict[str, Any]) -> None:
    internal = {each["name"]: each["where"] for each in played["statements"]} | {}
    assert internal["C-03"] == "internal RUS"
    assert internal["C-04"] == "internal USA"
    assert internal["M-USA-1"] == "internal USA"


def test_other_parties_and_languages_play_too(tmp_path: Path) -> None:
    scenario = next(SCENARIOS.glob("*.yaml"))
    ran = demo(tmp_path / "out", "--json", "--scenario", str(scenario))
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["audit"]["verdict"] == "intact"
    assert set(found["parties"]).isdisjoint({"USA", "RUS"})


async def test_at_its_end_both_desks_are_open_until_it_is_stopped(tmp_path: Path) -> None:
    scenario = min(SCENARIOS.glob("*.yaml"))
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "paraph.client", "demo", "--desk", "--scenario", str(scenario),
        "--out", str(tmp_path / "out"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stderr is not None
    try:
        async with asyncio.timeout(240), contextlib.AsyncExitStack() as stack:
            found: list[tuple[str, str]] = []
            while len(found) < 2:
                line = (await running.stdout.readline()).decode()
                assert line, (await running.stderr.read()).decode()
                found += re.findall(r"^  ([A-Z]+) +(http://\S+/enter\?token=\S+)$", line)
            assert len({address.split("/")[2] for _, address in found}) == 2
            one, two = [
                Browser(address, await stack.enter_async_context(ClientSession(cookie_jar=jar())))
                for _, address in found
            ]
            for each in (one, two):
                await each.enter()
            path = re.findall(r'href="(/n/[0-9a-f]+)/comments"', await one.get("/"))[0]
            stream = await two.stream()
            home = tmp_path / "out" / found[0][0]
            spoken = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "paraph.client", "comment", "Is this final?", "--yes",
                "--home", str(home), "--passphrase-file", str(tmp_path / "out" / "passphrase"),
            )  # fmt: skip
            assert await spoken.wait() == 0
            while "comment" not in await two.get("/news?after=0"):
                while not (await stream.content.readline()).startswith(b"event:"):
                    pass
            assert "Is this final?" in await two.get(f"{path}/comments?show=all")
            running.send_signal(signal.SIGINT)
            _, said = await running.communicate()
        assert running.returncode == 0
        assert b"Traceback" not in said
        (relay,) = re.findall(rb"the relay runs as process ([0-9]+)", said)
        with pytest.raises(ProcessLookupError):
            os.kill(int(relay), 0)
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


def jar() -> CookieJar:
    # A browser looks for names under .localhost here; a test asks by address.
    return CookieJar(unsafe=True)


class Browser:
    """A browser that came by a printed address."""

    def __init__(self, address: str, session: ClientSession) -> None:
        _, _, host, path = address.split("/", 3)
        self._token = path.removeprefix("enter?token=")
        self._session = session
        self._origin = f"http://127.0.0.1:{host.rsplit(':', 1)[1]}"
        self._headers = {"Host": host, "Sec-Fetch-Site": "same-origin"}

    async def enter(self) -> None:
        answer = await self._session.post(
            f"{self._origin}/enter", data={"token": self._token}, headers=self._headers
        )
        assert answer.status == 200

    async def get(self, path: str) -> str:
        answer = await self._session.get(self._origin + path, headers=self._headers)
        assert answer.status == 200
        return await answer.text()

    async def stream(self) -> ClientResponse:
        return await self._session.get(f"{self._origin}/hints", headers=self._headers)


def test_a_scenario_that_cannot_be_read_is_said_in_two_lines(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("schema: desk-scenario/2\n")
    for path in (broken, tmp_path / "none.yaml"):
        ran = demo(tmp_path / "out", "--scenario", str(path))
        assert ran.returncode == 2
        assert [line.split(":")[0] for line in ran.stderr.splitlines()] == ["error", "hint"]
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter").write_text("dear")
    ran = demo(folder)
    assert ran.returncode == 2
    assert "holds something that is no demo" in ran.stderr
    assert (folder / "letter").read_text() == "dear"
