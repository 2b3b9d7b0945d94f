import re
from pathlib import Path

import pytest

from tests.support.commands import Person
from tests.support.exchange import exchanging
from tests.support.pages import pages

Two = tuple[Person, Person]


@pytest.fixture
def silent(tmp_path: Path) -> Two:
    usa, rus, _ = exchanging(tmp_path)
    return usa, rus


FORM = {
    "title-en": "Memorandum on Lights",
    "title-ru": "Меморандум об огнях",
    "instrument": "mou",
    "legal_character": "non_binding",
}


async def test_a_negotiation_is_opened_from_an_empty_desk(silent: Two) -> None:
    async with pages(silent[0]) as seen:
        assert "/begin" in await seen.get("/")
        shown = await seen.post("/begin", FORM)
        assert "Меморандум об огнях" in shown
        assert seen.office.rooms() == ()  # shown is not sent
        (kept,) = re.findall('name="typed" value="([0-9a-f]+)"', shown)
        assert 'value="Меморандум об огнях"' in await seen.post("/begin", {"typed": kept})
    async with pages(silent[1]) as theirs:
        assert theirs.office.rooms() == ()


async def test_a_title_is_wanted_in_every_language(silent: Two) -> None:
    async with pages(silent[0]) as seen:
        shown = await seen.post("/begin", {**FORM, "title-ru": " "}, status=400)
    assert "Memorandum on Lights" in shown
    assert 'id="title-ru-fault"' in shown


async def test_the_first_text_is_drafted_where_nothing_was_tabled(silent: Two) -> None:
    async with pages(silent[0]) as seen:
        shown = await seen.post("/begin", FORM)
        act = re.search(r"/leaving/(\w+)/send", shown)
        fields = dict(re.findall(r'name="(shown|size)" value="(\w*)"', shown))
        assert act is not None
        await seen.post(f"/leaving/{act[1]}/send", fields)
        assert "clause-1" in await seen.post("drafts", {"from": "whole"})


async def test_without_a_channel_nothing_can_be_opened(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as seen:
        kept, seen.office.desks = seen.office.desks, ()  # as with a channel of our own alone
        for path in ("/", "/begin"):
            page = await seen.get(path)
            assert "no channel with another party yet" in page
            assert "Title (" not in page
            assert 'href="/begin"' not in page
        seen.office.desks = kept
