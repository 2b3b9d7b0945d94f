"""One namespace in three folders (docs/adr/0001)."""

from importlib.metadata import entry_points, files
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("protocol", "server", "client")
BUILT = {"__pycache__"}


@pytest.mark.parametrize("part", PARTS)
def test_paraph_stays_a_namespace(part: str) -> None:
    assert [path.name for path in (ROOT / part / "paraph").glob("*.py")] == []


@pytest.mark.parametrize("part", PARTS)
def test_each_folder_holds_one_package(part: str) -> None:
    inside = {path.name for path in (ROOT / part / "paraph").iterdir()} - BUILT
    assert inside == {part}


@pytest.mark.parametrize("part", PARTS)
def test_each_package_is_typed(part: str) -> None:
    assert (ROOT / part / "paraph" / part / "py.typed").exists()


@pytest.mark.parametrize("part", PARTS)
def test_every_folder_with_code_is_a_package(part: str) -> None:
    folders = {path.parent for path in (ROOT / part / "paraph" / part).rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_part_stands_in_the_way_of_another() -> None:
    # A ruff.toml of its own would replace the banned names of the whole tree, not add to them.
    strays = [*ROOT.glob("*/ruff.toml"), *ROOT.glob("*/.ruff.toml"), *ROOT.glob("*/pyproject.toml")]
    assert strays == []


def test_the_distribution_is_installed() -> None:
    assert files("paraph")


def test_two_commands_are_installed() -> None:
    ours = {entry.name for entry in entry_points(group="console_scripts") if entry.dist is not None}
    assert {"paraph", "paraph-relay"} <= ours
