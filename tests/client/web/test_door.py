from tests.support.commands import Person
from tests.support.pages import pages


async def test_a_desk_shows_its_one_negotiation(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as seen:
        assert "Memorandum on Flight Safety" in await seen.get("/")
