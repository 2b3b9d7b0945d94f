"""Links lead somewhere, and what a document says is in the tree is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`((?:tests|docs|protocol|server|client|bench)/[\w./-]*\w)`")
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/**/*.md", "protocol/*.md", "server/*.md", "client/*.md")
    for path in ROOT.glob(pattern)
)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    path = ROOT / document
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_is_named_is_there(document: str) -> None:
    named = NAMED.findall((ROOT / document).read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_decision_is_in_the_list_and_numbered_without_a_gap() -> None:
    folder = ROOT / "docs" / "adr"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
    listed = LINK.findall((folder / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == records


def test_a_link_to_nowhere_and_a_file_that_is_not_there_are_seen() -> None:
    assert LINK.findall("[a](b.md) [c](https://d) [e](#f) [g](h.md#i)") == ["b.md", "h.md"]
    assert NAMED.findall("`tests/packaging` and `tests/x_y.py` but not `make test`") == [
        "tests/packaging",
        "tests/x_y.py",
    ]
