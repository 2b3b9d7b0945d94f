"""Two newest versions of one text in the browser: what differs, and making one of them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support import letters
from tests.support.commands import Person, write
from tests.support.pages import Pages, pages

OURS = """\
kind: counter_draft
operations:
  - {op: replace, cid: distance, en: "Keep [USA: four] miles.", ru: "Держать [USA: четыре] мили."}
  - {op: insert_after, after: distance, cid: radio, role: operative, en: "Radio.", ru: "Радио."}
"""
THEIRS = """\
kind: counter_draft
parent: PARENT
operations:
  - {op: replace, cid: distance, en: "Keep [RUS: five] miles.", ru: "Держать [RUS: пять] миль."}
  - {op: replace, cid: title, en: "Memorandum on Safety", ru: "Меморандум о безопасности"}
  - {op: insert_after, after: distance, cid: crews, role: operative, en: "Crews.", ru: "Экипажи."}
"""


@pytest.fixture
def forked(desks: tuple[Person, Person]) -> tuple[Person, Person]:
    # Both changed the first version at the same time.
    usa, rus = desks
    first = usa.json("log")["entries"]
    parent = max(each["index"] for each in first if each["type"] == "version-tabled")
    usa.ok("send", write(usa, "ours.yaml", OURS))
    rus.ok("send", write(rus, "theirs.yaml", THEIRS.replace("PARENT", str(parent))), "--branch")
    usa.ok("sync")
    return usa, rus


def _heads(desk: Pages) -> list[Any]:
    talks = desk.office.rooms()[0].talks
    return [talks.versions.get(each) for each in talks.heads]


def _words(desk: Pages, cid: str) -> str:
    (head,) = _heads(desk)
    part = head.text.find(cid)
    assert part is not None
    return str(part.words["en"])


async def test_two_newest_versions_are_made_one_with_both_as_parents(
    forked: tuple[Person, Person],
) -> None:
    async with pages(forked[0]) as usa, pages(forked[1]) as rus:
        ours, theirs = (str(each.index) for each in _heads(usa))
        for path in ("", "text", "drafts"):
            assert f'href="{usa.path}/consolidate"' in await usa.get(path)
        seen = await usa.get("consolidate")
        assert "1 clause where both changed the same words" in seen
        assert "that only v2 changed" in seen
        assert "that only v3 changed" in seen
        assert "Crews." in seen
        turned = await usa.get(f"consolidate?first={theirs}&second={ours}")
        assert "Consolidate v3 and v2" in turned
        form = {"first": ours, "second": theirs}
        again = await usa.post("consolidate", form, status=400)
        assert "Please choose one." in again
        draft = await usa.post("consolidate", {**form, "choice-distance": "both"})
        assert "Joins versions 2 and 3" in draft
        table = await usa.get("drafts/1/table")
        assert "It joins versions 2 and 3:" in table
        assert '<option value="consolidated" selected>' in table
        await usa.say("drafts/1/table", {"kind": "consolidated"})
        assert _words(usa, "distance") == "Keep [RUS: five] [USA: four] miles."
        assert (_words(usa, "radio"), _words(usa, "crews")) == ("Radio.", "Crews.")
        assert _words(usa, "title") == "Memorandum on Safety"
        (head,) = _heads(usa)
        assert len(head.content.parents) == 2
        assert "sent" in await usa.get("drafts")
        await rus.sync()
        assert _words(rus, "distance") == _words(usa, "distance")
        # There is one line again.
        assert "nothing has to be joined" in await usa.get("consolidate", status=400)


async def test_a_draft_that_joins_is_told_when_a_line_went_on(
    forked: tuple[Person, Person],
) -> None:
    async with pages(forked[0]) as usa:
        ours, theirs = (str(each.index) for each in _heads(usa))
        form = {"first": ours, "second": theirs, "choice-distance": "theirs"}
        await usa.post("consolidate", form)
        await usa.post("consolidate", {**form, "choice-distance": "ours"})
        await usa.say("drafts/1/table", {"kind": "consolidated"})
        late = await usa.get("drafts/2")
        assert "Your draft is as it was" in late
        assert "Read the newest version" in late
        assert "/rebase" not in late
        assert "See what came meanwhile" in await usa.get("drafts")
        await usa.get("drafts/2/rebase", status=400)


async def test_a_clause_that_a_machine_made_up_is_never_one_of_the_second_line(
    forked: tuple[Person, Person],
) -> None:
    async with pages(forked[0]) as usa:
        ours, theirs = (str(each.index) for each in _heads(usa))
        form = {"first": ours, "second": theirs, "choice-distance": "theirs"}
        await usa.post("consolidate", form)
        made = await usa.post("drafts/1/clause/radio?open=radio", {"act": "insert"})
        (cid,) = set(re.findall(r'id="clause-(clause-[0-9]+)"', made))
        talks = usa.office.rooms()[0].talks
        assert all(cid not in version.text.used for _, version in talks.versions.items())


@pytest.fixture
def documents(desks: tuple[Person, Person]) -> tuple[Person, Person]:
    assert letters.letter(*desks) == "SD-1"
    return desks


async def test_two_lines_of_a_side_document_are_joined(
    documents: tuple[Person, Person],
) -> None:
    async with pages(documents[0]) as usa, pages(documents[1]) as rus:
        await letters.fork(usa, rus)
        await usa.sync()
        page = await usa.get("side-documents/SD-1")
        assert "two lines of text" in page
        assert f'href="{usa.path}/side-documents/SD-1/join"' in page
        seen = await usa.get("side-documents/SD-1/join")
        assert "1 clause where both changed the same words" in seen
        talks = usa.office.rooms()[0].talks
        (found,) = (each for _, each in talks.side_documents.items())
        first, second = (str(talks.versions.get(each).index) for each in found.heads)  # type: ignore[union-attr]
        form = {"first": first, "second": second}
        again = await usa.post("side-documents/SD-1/join", form, status=400)
        assert "Please choose one." in again
        await usa.say("side-documents/SD-1/join", {**form, "choice-a": "theirs"})
        await rus.sync()
        page = await rus.get("side-documents/SD-1")
        assert "two lines of text" not in page
        assert "First." in page
        assert "Due." in page
