"""One clause: its words, its history across numbers and splits, what was said about it."""

import html
import re
from pathlib import Path

import pytest

from tests.client.web.instrument import say, two_versions
from tests.support.chancery import MANDATE, chancery
from tests.support.commands import Person, write
from tests.support.exchange import exchanging
from tests.support.pages import pages

GONE = "kind: counter_draft\noperations:\n  - {op: delete, cid: tests}\n"


@pytest.fixture
def world(tmp_path: Path) -> tuple[Person, Person]:
    usa, rus, _ = exchanging(tmp_path)
    two_versions(usa, rus)
    shared = usa.json("text", "show")["channel"]
    usa.ok("position", "take", "distance=reserve", "--channel", shared)
    say(usa, "gone.yaml", GONE)
    head = chancery(usa)
    head.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE))
    rus.ok("sync")
    return usa, rus


async def test_a_clause_shows_who_changed_what_when_and_who_holds_what(
    world: tuple[Person, Person],
) -> None:
    async with pages(world[0]) as usa:
        found = await usa.get("clause/distance")
        line = await usa.get("clause/line?v=v2")
        tests = await usa.get("clause/tests")
        missing = await usa.get("clause/nothing", status=400)
        heard = await usa.get("clause/distance?all")
    assert '<ins class="by-1">' in found
    assert "reworded" in found
    assert "renumbered" not in line
    assert "split" in line
    assert "<code>line</code>" in tests
    assert "not in version 3 any more" in tests
    assert "left the text" in tests
    assert "No version up to this one has a clause" in missing
    assert 'href="' in heard
    assert '<td class="words" lang="en" dir="auto">five</td>' in found
    assert '<td class="words" lang="ru" dir="auto">пять</td>' in found
    assert "reserved" in found
    assert "on the words of" in found


async def test_references_in_the_history_are_numbers_of_the_version_they_stand_in(
    world: tuple[Person, Person],
) -> None:
    async with pages(world[0]) as usa:
        steps = (await usa.get("clause/distance")).split('<li id="step-')[1:]
        brackets = await usa.get("clause/line")
    newest, first = (re.sub(r"</?a[^>]*>", "", each) for each in (steps[0], steps[-1]))
    assert "miles, as in 3." in newest
    assert "miles, as in 2." in first
    assert "{ref:" not in "".join(steps)
    assert "{ref:" not in brackets


async def test_from_a_step_of_its_history_the_way_leads_to_what_has_changed_since(
    world: tuple[Person, Person],
) -> None:
    async with pages(world[0]) as usa:
        found = await usa.get("clause/distance")
        ways = re.findall(r'id="since-[0-9]+" href="([^"]*)"', found)
        since = await usa.get(html.unescape(ways[-1]).partition("#")[0])
        line = await usa.get("clause/line")
    assert ways[-1].endswith("&amp;at=distance#clause-distance")
    assert len(re.findall('id="since-', line)) == 1  # from before it was split, and never later
    assert 'id="clause-distance"' in since
    assert "[RUS: five]" in since


async def test_the_mandate_stands_on_our_side_only(world: tuple[Person, Person]) -> None:
    async with pages(world[0]) as usa, pages(world[1]) as rus:
        ours = await usa.get("clause/distance")
        theirs = await rus.get("clause/distance")
    assert "Canary Directorate" in ours
    assert '<p class="inside-word">Internal</p>' in ours
    assert "Canary Directorate" not in theirs
    assert "Internal" not in theirs
