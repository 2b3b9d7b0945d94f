"""Packages of clauses in the browser: tied and untied by both sides, one after the other."""

import re

from tests.support.commands import Person
from tests.support.pages import Pages, pages


def _way(seen: str, name: str) -> str:
    found = re.search(rf'action="([^"]*/{name}/[0-9a-f]{{64}})"', seen)
    assert found, seen
    return found[1]


async def _agree(desk: Pages, button: str) -> None:
    await desk.sync()
    seen = await desk.get("positions")
    assert button in seen
    await desk.say(_way(seen, "agree"), {"back": f"{desk.path}/positions"})


async def test_a_package_is_tied_by_both_and_untied_by_both(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        assert "There are none." in await usa.get("positions")
        form = await usa.get("packages/new")
        assert 'name="cid" value="distance"' in form
        tie = (("cid", "distance"), ("cid", "title"), ("title-en", "Both or none"))
        await usa.say("packages/new", tie)
        seen = await usa.get("positions")
        assert "proposed, not agreed by both" in seen
        assert "Both or none" in seen
        assert "Agree to this package" not in seen  # our own: the other side agrees
        assert "Recall" in seen
        await _agree(rus, "Agree to this package")
        seen = await rus.get("positions")
        assert "tied by both" in seen
        (untie,) = re.findall(r'href="([^"]*/untie)"', seen)
        asked = await rus.get(untie)
        assert "Its clauses go their own ways once the other side agrees" in asked
        await rus.say(untie, {})
        assert "Agree to untie it" not in await rus.get("positions")
        await _agree(usa, "Agree to untie it")
        seen = await usa.get("positions")
        assert "untied by both" in seen
        assert "Agree to untie it" not in seen


async def test_one_clause_is_no_package_and_what_was_typed_stays(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        typed = {"cid": "distance", "title-en": "Alone"}
        again = await usa.post("packages/new", typed, status=400)
        assert "Please tick two clauses at least." in again
        assert 'value="distance" checked' in again
        assert 'value="Alone"' in again
        await usa.get(f"packages/{'0' * 64}/untie", status=404)


async def test_a_package_that_is_untied_already_is_not_untied_again(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        await usa.say("packages/new", (("cid", "distance"), ("cid", "title")))
        package = next(each for _, each in usa.office.rooms()[0].talks.packages.items())
        again = await usa.post(f"packages/{package.statement.hex()}/untie", {}, status=409)
        assert "This was not done." in again
