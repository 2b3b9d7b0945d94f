"""Proposals in the browser: made with words in both languages, answered in turn, taken back."""

import re

from tests.support.commands import Person
from tests.support.pages import pages

NEW = {
    "title-en": "Four miles",
    "clause": "distance",
    "words-en": "Keep [USA: four] miles.",
    "words-ru": "Держать [USA: четыре] мили.",
    "why-en": "A habit.",
}


def offered(page: str) -> list[str]:
    return re.findall(r'name="answer" value="(\w+)"', page)


async def test_a_proposal_is_made_countered_in_other_words_and_accepted(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        form = await usa.get("proposals/new?clause=distance")
        assert "Держать [USA: три] мили.</textarea>" in form
        await usa.say("proposals/new", NEW)
        assert "turn of" in await usa.get("proposals")
        assert offered(await usa.get("proposals/P-1")) == ["withdraw"]
        await rus.sync()
        listed = await rus.get("proposals?show=us")
        assert "Four miles" in listed
        assert "our turn" in listed
        page = await rus.get("proposals/P-1")
        assert "<ins>four</ins>" in page
        assert "<del>три</del>" in page
        assert "A habit." in page
        assert offered(page) == ["accept", "counter", "reserve", "reject", "consider"]
        await rus.say("proposals/P-1/counter", {
            "words-en": "Keep five miles.", "words-ru": "Держать пять миль.", "note": "Five.",
        })  # fmt: skip
        await usa.sync()
        page = await usa.get("proposals/P-1")
        assert "Five." in page
        assert "<ins>five</ins>" in page
        moves = page.partition('<ol class="plain talk">')[2].partition("</ol>")[0]
        assert moves.count("<time") == moves.count("<li")  # each says when
        assert offered(page) == ["accept", "counter", "reject", "consider", "withdraw"]
        await usa.say("proposals/P-1", {"answer": "accept", "note": ""})
        await rus.sync()
        page = await rus.get("proposals/P-1")
        assert "accepted ad referendum" in page
        assert "confirm" in offered(page)
        await rus.say("proposals/P-1", {"answer": "confirm"})
        await usa.sync()
        await usa.say("proposals/P-1", {"answer": "confirm"})
        assert 'Ended <span class="number">1' in await usa.get("proposals")


async def test_an_answer_out_of_turn_is_refused_and_nothing_typed_is_lost(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        await usa.say("proposals/new", NEW)
        again = await usa.post(
            "proposals/P-1", {"answer": "reject", "note": "Never mind."}, status=409
        )
        assert "expected RUS to answer" in again
        again = await usa.post("proposals/P-1", {"answer": "counter", "note": ""}, status=400)
        assert "Please say what you offer instead" in again
        again = await usa.post(
            "proposals/P-1",
            {"answer": "withdraw", "note": "Typed.", "reply_by": "soon"},
            status=400,
        )
        assert "Typed.</textarea>" in again
        assert "Please give date and time" in again


async def test_a_proposal_without_title_or_in_one_language_stays_at_the_form(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        again = await usa.post("proposals/new", {**NEW, "title-en": ""}, status=400)
        assert "Please give a title in one language." in again
        assert "Keep [USA: four] miles.</textarea>" in again
        again = await usa.post("proposals/new", {**NEW, "words-ru": ""}, status=400)
        assert "Please fill this in." in again
        again = await usa.post("proposals/new", {**NEW, "clause": "nowhere"}, status=409)
        assert "there is no clause" in again
        chosen = await usa.post("proposals/new", {**NEW, "clause": "title", "do": "clause"})
        assert "Меморандум</textarea>" in chosen
        assert "A habit.</textarea>" in chosen


async def test_an_idea_outside_the_text_needs_no_words_and_hostile_ones_are_inert(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("proposals/new", {"title-en": "<img src=x>\u202eidea", "clause": ""})
        await rus.sync()
        for path in ("proposals", "proposals/P-1"):
            page = await rus.get(path)
            assert "<img" not in page
            assert "&lt;img src=x&gt;&lt;U+202E&gt;idea" in page
            assert "outside the text" in page
        await rus.get("proposals/P-7", status=404)


async def test_what_nobody_answered_is_recalled(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("proposals/new", NEW)
        link = re.search(r"/recall/[0-9a-f]{64}", await usa.get("proposals/P-1"))
        assert link
        await usa.say(link[0][1:], {"reason": "The wrong clause."})
        await rus.sync()
        assert "recalled" in await rus.get("proposals?show=ended")
        assert "It cannot be recalled" in await rus.get(link[0][1:])
