from tests.support.commands import Person
from tests.support.pages import pages

Desks = tuple[Person, Person]


async def test_the_first_screen_answers_the_four_questions(desks: Desks) -> None:
    async with pages(desks[0]) as seen:
        front = await seen.get("")
    for asked in ("Whose turn", "owe", "in brackets", "same text"):
        assert asked in front
    assert "distance" in front  # the clause whose distance is in our brackets


async def test_what_came_is_counted_until_somebody_has_seen_it(desks: Desks) -> None:
    async with pages(desks[1]) as seen:
        front = await seen.get("")
    assert "version v1" in front


async def test_a_statement_shows_every_field_of_what_it_says(desks: Desks) -> None:
    async with pages(desks[1]) as seen:
        index = next(each.index for _, each in seen.office.rooms()[0].talks.versions.items())
        shown = await seen.get(f"said/{index}")
    assert "Keep [USA: three] miles." in shown
    assert "Держать [USA: три] мили." in shown


async def test_a_statement_that_is_not_there_is_said_so(desks: Desks) -> None:
    async with pages(desks[0]) as seen:
        assert "Expected an index below" in await seen.get("said/9999", status=400)
