"""Positions in the browser: the matrix, many at once, what a role may not say."""

import pytest

from tests.support.commands import Person, write
from tests.support.exchange import PLAIN
from tests.support.pages import Pages, pages


async def _index(desk: Pages) -> str:
    room = desk.office.rooms()[0]
    version = room.talks.versions.get(room.talks.heads[0])
    assert version is not None
    return str(version.index)


async def test_positions_are_taken_at_once_and_seen_on_the_other_desk(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        assert "no position" in await usa.get("positions")
        take = f"positions/take?v={await _index(usa)}"
        await usa.say(take, {"at-distance": "reserve", "others": "ad_referendum", "note": "n"})
        await rus.sync()
        seen = await rus.get("positions")
        assert '<span aria-hidden="true">R</span><span class="unseen">reserved</span>' in seen
        assert '<span aria-hidden="true">a</span>' in seen
        form = await rus.get(take)
        assert "To agree for good is for a head of delegation" in form
        assert '<option value="agree"' not in form
        await rus.post(take, {"at-title": "agree", "others": ""}, status=400)
        await rus.say(take, {"at-title": "ad_referendum", "others": ""})
        await usa.sync()
        agenda = await usa.get("positions?show=open")
        assert "agreed ad referendum" in agenda
        assert 'Not agreed by both <span class="number">2' in agenda


async def test_nothing_chosen_and_an_unknown_word_stay_at_the_form(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        take = f"positions/take?v={await _index(usa)}"
        again = await usa.post(take, {"others": "", "note": "Typed."}, status=400)
        assert "Please choose a position on one clause at least." in again
        assert "Typed.</textarea>" in again
        again = await usa.post(take, {"at-distance": "maybe", "others": ""}, status=400)
        assert "Please choose one." in again
        again = await usa.post(take, {"at-nowhere": "reserve", "others": ""}, status=409)
        assert "there is no clause" in again


@pytest.fixture
def changed(desks: tuple[Person, Person]) -> tuple[Person, Person]:
    usa, rus = desks
    rus.ok("position", "take", "--all", "ad-ref")
    usa.ok("send", write(usa, "plain.yaml", PLAIN))
    return usa, rus


async def test_changed_words_are_to_be_confirmed_and_old_versions_are_read_only(
    changed: tuple[Person, Person],
) -> None:
    async with pages(changed[1]) as rus:
        seen = await rus.get("positions")
        assert "to be confirmed" in seen
        assert "Take positions" in seen
        first = await rus.get("positions?v=" + _first(rus))
        assert "A newer version stands" in first
        assert "to be confirmed: " not in first


def _first(desk: Pages) -> str:
    talks = desk.office.rooms()[0].talks
    return str(min(each.index for _, each in talks.versions.items()))
