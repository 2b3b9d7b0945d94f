"""New keys of the other side: told, asked about aloud, accepted; until then nobody concludes.

And no page shows what they say.
"""

from __future__ import annotations

import asyncio

from paraph.client.negotiating import concluding, newcomers
from paraph.client.negotiating.kept_drafts import DraftFolder
from tests.support import strangers
from tests.support.commands import Person, colleague
from tests.support.pages import Pages, pages
from tests.support.strangers import CANARY, spoken

VIEWS = (
    "", "text", "text?clean&whole", "text?v=v2", "versions", "clause/distance", "redline",
    "comments", "comments/C-1", "proposals", "proposals/P-1", "positions", "conferences",
    "dispatches", "dispatches/RUS-1", "silence", "conclusion", "side-documents", "glossary",
    "findings", "log", "trust", "drafts", "/", "/trust", "/search?q=why", "/search?q=with",
)  # fmt: skip
SAYS = ("text", "comments/C-1", "proposals/P-1", "dispatches/RUS-1", "/search?q=why")
"""Views on which words that were held stand once they are not."""


def rules(seen: Pages) -> set[str]:
    room = seen.office.rooms()[0]
    head = room.talks.versions.get(room.talks.heads[-1])
    assert head is not None
    return {each.rule for each in concluding.here(room.desk, seen.office.home.book, head)}


async def test_a_new_key_is_told_and_bars_the_conclusion_until_somebody_accepted_it(
    desks: tuple[Person, Person],
) -> None:
    rus = desks[1]
    async with pages(desks[0]) as usa:
        desk, front = usa.office.desks[0], "nobody here has accepted"
        assert newcomers.newcomers(desk) == ()
        assert not (desk.replica.home.path / newcomers.FILE).exists()  # the roots come first
        await usa.compare(spoken(rus)["en"])
        assert front not in await usa.get("")  # what stands in the log at first is known
        # A key that the roots signed is accepted by policy.
        await asyncio.to_thread(colleague, rus, "registrar")
        await asyncio.to_thread(rus.ok, "member", "add", "--self", "--role", "registrar")
        await asyncio.to_thread(rus.ok, "sync")
        await usa.sync()
        assert front not in await usa.get("")
        officer, _ = await asyncio.to_thread(colleague, rus, "desk_officer")
        await usa.sync()
        assert [each.role for each in desk.replica.log.trust.members()][-1] == "desk_officer"
        assert front in await usa.get("")
        assert "key-unaccepted" not in rules(usa)  # it has said nothing yet
        (new,) = newcomers.newcomers(desk)
        await asyncio.to_thread(rus.ok, "member", "grant", new.member.id.hex())
        await asyncio.to_thread(strangers.talks, officer)
        await usa.sync()
        assert "It said 4 things." in await usa.get("")
        assert "key-unaccepted" in rules(usa)
        (new,) = newcomers.newcomers(desk)
        assert not new.by_roots
        index = desk.replica.size - 1
        assert "Held: a new key" in await usa.get(f"said/{index}")
        trust = await usa.get("trust")
        assert "New keys of the other side" in trust
        assert "enrolled by their registrar" in trust
        assert newcomers.spoken(new.member)["en"] in trust
        way = f"/trust/{desk.channel.hex()}/accept"
        form = {"accepted_by": "Anna", "back": f"{usa.path}/trust"}
        assert "Please tick the keys" in await usa.post(way, form, status=400)
        foreign = {**form, "key": "00" * 32}
        assert "Please tick the keys" in await usa.post(way, foreign, status=400)
        accepted = await usa.post(way, {**form, "key": new.member.id.hex()})
        assert "New keys of the other side" not in accepted
        assert front not in await usa.get("")
        assert "key-unaccepted" not in rules(usa)
        assert "eld: a new key" not in await usa.get(f"said/{index}")
        # What is damaged is known of nobody: every key is asked about anew.
        (desk.replica.home.path / newcomers.FILE).write_text("{}")
        assert len(newcomers.newcomers(desk)) >= 1


async def test_what_a_held_key_does_in_codes_is_marked_until_somebody_accepted_it(
    desks: tuple[Person, Person],
) -> None:
    person, rus = desks
    officer = await asyncio.to_thread(strangers.stranger, person, rus)
    await asyncio.to_thread(officer.ok, "position", "take", "distance=reserve")
    await asyncio.to_thread(officer.ok, "propose", "make", "en=One", "ru=Один")
    await asyncio.to_thread(officer.ok, "answer", "P-1", "withdraw")
    marked = (
        "text", "clause/distance", "positions", "proposals?show=all", "proposals/P-1",
    )  # fmt: skip
    async with pages(person) as usa:
        for view in marked:
            found = await usa.get(view)
            assert "3 statements here were said under a key that is held" in found, view
            assert '<span class="chip held-key">key held</span>' in found, view
        moves = await usa.get("proposals/P-1")
        assert moves.count("held-key") == 2  # made, and withdrawn
        key = strangers.key_of(officer)
        await asyncio.to_thread(
            person.ok, "party", "accept", key[:8], "--fingerprint", key, "--who", "Anna"
        )
        for view in marked:
            found = await usa.get(view)
            assert "key that is held" not in found, view
            assert "held-key" not in found, view


async def test_no_page_shows_what_a_new_key_said_before_somebody_accepted_it(
    desks: tuple[Person, Person],
) -> None:
    person, rus = desks
    officer = await asyncio.to_thread(strangers.stranger, person, rus)
    await asyncio.to_thread(strangers.talks, officer)
    async with pages(person) as usa:
        desk = usa.office.desks[0]
        said = [f"said/{index}" for index in range(desk.replica.size)]
        for view in (*VIEWS, *said):
            assert CANARY not in await usa.get(view), view
        text = await usa.get("text")
        assert "the newest version that is not held" in text
        assert "three" in text
        assert "held: a new key" in text
        assert "held: a new key" in await usa.get("comments/C-1")
        alone = await usa.get("redline")
        assert "the only version that is shown here" in alone
        assert "· held back</option>" in alone
        assert "Acknowledge" not in await usa.get(f"said/{desk.replica.size - 1}")
        key = strangers.key_of(officer)
        await asyncio.to_thread(
            person.ok, "party", "accept", key[:8], "--fingerprint", key, "--who", "Anna"
        )  # another program of this home: the open desk sees it
        for view in SAYS:
            assert CANARY in await usa.get(view), view
        assert "eld: a new key" not in await usa.get(f"said/{desk.replica.size - 1}")


async def test_no_draft_begins_with_the_line_that_stands_for_held_words(
    desks: tuple[Person, Person],
) -> None:
    person, rus = desks
    officer = await asyncio.to_thread(strangers.stranger, person, rus)
    await asyncio.to_thread(strangers.talks, officer)
    change = {"from": "v1", "to": "v2", "cid": "distance"}
    ways = (
        ("drafts", {"from": "v2"}),
        ("drafts/from-change", {**change, "act": "accept"}),
        ("drafts/from-change", {**change, "act": "counter"}),
    )
    async with pages(person) as usa:
        for way, form in ways:
            told = await usa.post(way, form, status=403 if "act" in form else 400)
            assert "eld: a new key of RUS" in told, form
        assert DraftFolder(usa.office.home.path).files() == ()
