from tests.support.commands import Person
from tests.support.pages import pages

Desks = tuple[Person, Person]
BUTTON = 'id="confirm"'


async def test_only_the_other_side_s_version_is_confirmed(desks: Desks) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        assert BUTTON not in await usa.get("text")
        assert BUTTON in await rus.get("text")
        head = rus.office.rooms()[0].talks.heads[0].hex()
        assert "digests" in await rus.post(f"confirm/{head}", {})
