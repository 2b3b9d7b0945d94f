"""The main job on real input: a relay process, two ministries, their bots, an audit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCENARIOS = Path(__file__).parents[1] / "client" / "data"

TABLE = {
    "v1.0": (19, 14, 0, 2, "700581982f18", "c72a6e82a976"),
    "v1.1": (21, 15, 6, 3, "eb05f073a341", "407b0bf4ad38"),
    "v2.0": (21, 15, 9, 3, "7846fc401b1d", "7a4d364b2199"),
    "v2.1": (23, 17, 8, 2, "6c7e3d4bb690", "68d7c30c30d8"),
    "v3.0": (23, 17, 3, 2, "e7d607e588e3", "0bbbcd04783e"),
    "v3.1": (22, 16, 0, 0, "596daabfa0b4", "c28003f659d9"),
    "v3.2": (22, 16, 0, 0, "a9ceb5df8f3f", "a92a95da5391"),
    "v4.0": (22, 16, 0, 0, "a9ceb5df8f3f", "a92a95da5391"),
}
"""Clauses, numbered, brackets, placeholders, digests of the English and the Russian text."""


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


def test_every_version_comment_and_dispatch_stands_in_the_log(played: dict[str, Any]) -> None:
    shared = [each for each in played["statements"] if each["where"] == "shared"]
    kinds = [each["kind"].split(",")[0] for each in shared]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "opening": 1,
        "version": 8,
        "confirmation": 4,
        "comment": 10,
        "reply": 2,
        "dispatch": 12,
        "receipt": 11,
    }
    indices = [each["index"] for each in shared]
    assert indices == sorted(indices)
    receipts = [each for each in shared if each["kind"].startswith("dispatch")]
    assert {each["rung"] for each in receipts} <= {"in_charge", "fetched"}


def test_the_texts_are_those_of_the_table(played: dict[str, Any]) -> None:
    found = {
        each["id"]: (
            each["clauses"],
            each["numbered"],
            each["brackets"]["en"],
            each["placeholders"]["en"],
            each["digests"]["en"][:12],
            each["digests"]["ru"][:12],
        )
        for each in played["versions"]
    }
    assert found == TABLE


def test_internal_comments_stand_in_internal_channels_alone(played: dict[str, Any]) -> None:
    internal = {each["name"]: each["where"] for each in played["statements"]} | {}
    assert internal["C-03"] == "internal RUS"
    assert internal["C-04"] == "internal USA"
    assert played["named_references"] == ["AM-VC2-draft", "AM-VC3-draft", "P-06", "P-11", "SD-1"]


def test_other_parties_and_languages_play_too(tmp_path: Path) -> None:
    scenario = next(SCENARIOS.glob("*.yaml"))
    ran = demo(tmp_path / "out", "--json", "--scenario", str(scenario))
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["audit"]["verdict"] == "intact"
    assert set(found["parties"]).isdisjoint({"USA", "RUS"})


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
