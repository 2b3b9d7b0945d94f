"""Search in the browser: by kind, with what matches marked; ours alone in its own dress."""

import asyncio
from pathlib import Path

import pytest

from tests.client.web.instrument import two_versions
from tests.support.commands import Person
from tests.support.exchange import exchanging
from tests.support.pages import pages


@pytest.fixture
def commented(desks: tuple[Person, Person]) -> Person:
    # Commands run loops of their own, so they run before the test's begins.
    usa, rus = desks
    rus.ok("comment", "Почему <b>три</b> мили?")
    return usa


@pytest.fixture
def noted(mandated: tuple[Person, Person]) -> tuple[Person, Person]:
    usa, rus = mandated
    usa.ok("comment", "Our heron stays.", "--channel", "internal")
    return usa, rus


async def test_hits_are_grouped_marked_and_lead_to_their_pages(commented: Person) -> None:
    async with pages(commented) as desk:
        found = await desk.get("/search?q=три")
        assert "&lt;b&gt;<mark>три</mark>" in found
        assert f"{desk.path}/clause/distance" in found
        assert f"{desk.path}/comments/C-1" in found
        assert 'Clauses <span class="number">1' in found
        only = await desk.get("/search?q=три&kind=comment")
        assert "/clause/distance" not in only
        assert "of-comment" in only
        within = await desk.get(f"/search?q=ТРИ&n={desk.path.rpartition('/')[2]}")
        assert "<mark>три</mark>" in within
        for address in (f"{desk.path}/clause/distance", f"{desk.path}/comments/C-1"):
            assert await desk.get(address)


async def test_references_are_found_and_read_as_numbers(tmp_path: Path) -> None:
    usa, rus, _ = await asyncio.to_thread(exchanging, tmp_path)
    await asyncio.to_thread(two_versions, usa, rus)
    async with pages(usa) as desk:
        found = await desk.get('/search?q="as in 3"')
        assert "{ref:" not in found
        assert f"{desk.path}/clause/distance" in found
        assert "/clause/distance" not in await desk.get('/search?q="ref line"')


async def test_what_is_internal_stands_apart_and_the_other_side_finds_nothing(
    noted: tuple[Person, Person],
) -> None:
    usa, rus = noted
    async with pages(usa) as desk:
        found = await desk.get("/search?q=heron")
        inside = found.partition('class="found inside"')[2]
        assert "<mark>heron</mark>" in inside
        assert "Internal" in inside
        assert "Our mandate" in await desk.get("/search?q=canary")
    async with pages(rus) as desk:
        assert "Nothing was found" in await desk.get("/search?q=heron")


async def test_words_that_are_none_are_told_at_the_field_and_hostile_ones_are_inert(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as desk:
        assert "All words must occur" in await desk.get("/search")
        assert 'id="wrong"' in await desk.get("/search?q=...", status=400)
        hostile = await desk.get('/search?q="><script>alert(1)</script>')
        assert "<script>alert" not in hostile
        long = await desk.get("/search?q=" + "a" * 600, status=400)
        assert 'id="wrong"' in long
