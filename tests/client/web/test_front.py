import re

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


async def test_what_the_first_screen_listed_is_said_to_be_seen_and_nothing_else(
    desks: Desks,
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        front = await rus.get("")
        listed = re.findall(r'name="statement" value="([0-9a-f]{64})"', front)
        await usa.say("comments/new", {"body": "Did you see it?", "kind": "question"})
        await rus.sync()  # it came while the page was open
        after = await rus.post("seen", {"statement": listed[0]})
        assert listed
        assert "version v1" not in after
        assert "comment C-1" in after
        size = rus.office.desks[0].replica.size
        await rus.post("seen", {"statement": listed[0]})  # pressed twice
        await rus.post("seen", {"statement": "00" * 32})
        assert rus.office.desks[0].replica.size == size
        await usa.sync()
        assert "displayed" in await usa.get("")


async def test_a_statement_shows_every_field_of_what_it_says(desks: Desks) -> None:
    async with pages(desks[1]) as seen:
        index = next(each.index for _, each in seen.office.rooms()[0].talks.versions.items())
        shown = await seen.get(f"said/{index}")
    assert "Keep [USA: three] miles." in shown
    assert "Держать [USA: три] мили." in shown


async def test_a_statement_that_is_not_there_is_said_so(desks: Desks) -> None:
    async with pages(desks[0]) as seen:
        assert "Expected an index below" in await seen.get("said/9999", status=400)


async def test_an_answer_has_no_number_of_its_own(desks: Desks) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("comments/new", {"body": "Why three?", "kind": "question"})
        await rus.sync()
        await rus.say("comments/C-1", {"body": "It is the custom.", "kind": "answer"})
        await usa.sync()
        front = await usa.get("")
        assert "comment C-1" in front
        assert "C-0" not in front


async def test_the_log_is_told_in_the_language_of_its_reader(desks: Desks) -> None:
    async with pages(desks[1]) as seen:
        await seen.post("/language", {"language": "ru", "back": "/"})
        log = await seen.get("log")
    assert "внесённый проект: 2 пункта" in log
    assert "Меморандум о безопасности полётов" in log  # its title, as its reader would say it


async def test_a_page_below_a_view_stands_in_it(desks: Desks) -> None:
    async with pages(desks[0]) as seen:
        for path, view in (("glossary", "findings"), ("versions", "text"), ("", "")):
            room = f"{seen.path}/{view}".rstrip("/")
            assert f'href="{room}" aria-current="page"' in await seen.get(path)
