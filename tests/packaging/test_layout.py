"""One namespace in three folders (docs/adr/0001)."""

import ast
from collections.abc import Iterator
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


def imported_tests(source: str) -> Iterator[str]:
    """Yield the modules of tests that *source* imports."""
    for node in ast.walk(ast.parse(source)):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{each.name}" for each in node.names]
        yield from (name for name in names if ".test_" in name and name.startswith("tests."))


def test_nothing_is_imported_from_a_test() -> None:
    # What two of them need stands in tests/support, or in a module of their folder.
    found = {
        str(path.relative_to(ROOT)): names
        for folder in ("tests", "bench")
        for path in (ROOT / folder).rglob("*.py")
        if (names := list(imported_tests(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


def test_an_import_from_a_test_is_seen() -> None:
    assert list(imported_tests("def f():\n from tests.server.test_web import a")) == [
        "tests.server.test_web.a"
    ]
    assert list(imported_tests("from tests.server import test_web")) == ["tests.server.test_web"]
    assert list(imported_tests("import tests.server.test_web")) == ["tests.server.test_web"]
    assert list(imported_tests("from aiohttp.test_utils import a")) == []


def test_no_part_stands_in_the_way_of_another() -> None:
    # A ruff.toml of its own would replace the banned names of the whole tree, not add to them.
    strays = [*ROOT.glob("*/ruff.toml"), *ROOT.glob("*/.ruff.toml"), *ROOT.glob("*/pyproject.toml")]
    assert strays == []


def test_the_distribution_is_installed() -> None:
    assert files("paraph")


def test_two_commands_are_installed() -> None:
    ours = {entry.name for entry in entry_points(group="console_scripts") if entry.dist is not None}
    assert {"paraph", "paraph-relay"} <= ours
