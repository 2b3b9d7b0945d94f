"""Side documents in the browser: written, changed, agreed; minutes begun from the record."""

from tests.client.web.schedule import plan
from tests.support.commands import Person
from tests.support.pages import pages

LETTER = {"kind": "side_letter", "title-en": "On rescue", "title-ru": "О спасении",
          "clause": "distance"}  # fmt: skip
TEXT = {
    "role-1": "title", "words-1-en": "On rescue", "words-1-ru": "О спасении",
    "role-2": "operative", "words-2-en": "We will talk.", "words-2-ru": "Мы поговорим.",
}  # fmt: skip


async def test_a_side_letter_is_written_changed_and_agreed(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("side-documents/new", LETTER)
        assert "It has no text yet." in await usa.get("side-documents/SD-1")
        form = await usa.get("side-documents/SD-1/text")
        assert "On rescue</textarea>" in form
        await usa.say("side-documents/SD-1/text", TEXT)
        await rus.sync()
        assert "drafted" in await rus.get("side-documents")
        seen = await rus.get("side-documents/SD-1")
        assert "1. Мы поговорим." in seen
        assert "Confirm version 1" in seen
        assert "Confirm version 1" not in await usa.get("side-documents/SD-1")
        form = await rus.get("side-documents/SD-1/text")
        assert 'name="cid-2" value="sd1-1"' in form or 'value="sd1-2"' in form
        same = {
            "cid-1": "sd1-1",
            "words-1-en": "On rescue",
            "words-1-ru": "О спасении",
            "cid-2": "sd1-2",
            "words-2-en": "We will talk.",
            "words-2-ru": "Мы поговорим.",
        }
        refused = await rus.post("side-documents/SD-1/text", same, status=409)
        assert "nothing is changed" in refused
        await rus.say(
            "side-documents/SD-1/text",
            {**same, "words-2-en": "We will talk soon.", "words-2-ru": "Мы скоро поговорим."},
        )
        await usa.sync()
        assert "We will talk soon." in await usa.get("side-documents/SD-1")
        await usa.say("side-documents/SD-1/confirm", {})
        await rus.sync()
        assert "agreed" in await rus.get("side-documents")


async def test_a_text_in_one_language_and_an_empty_one_stay_at_the_form(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        await usa.say("side-documents/new", LETTER)
        half = await usa.post("side-documents/SD-1/text", {**TEXT, "words-2-ru": ""}, status=400)
        assert "Please fill this in." in half
        assert "We will talk.</textarea>" in half
        empty = await usa.post("side-documents/SD-1/text", {"role-1": "operative"}, status=400)
        assert "Please write one clause at least." in empty
        more = await usa.post("side-documents/SD-1/text", {**TEXT, "do": "more"})
        assert "We will talk.</textarea>" in more
        assert 'role="alert"' not in more
        await usa.get("side-documents/SD-4", status=404)


async def test_minutes_are_begun_from_the_record_and_commented(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("conference/new", plan(usa))
        await usa.say("conferences/VC-1/outcomes", {"result-c:distance": "reserved_by_RUS"})
        lacking = await usa.post("side-documents/new", {"kind": "agreed_minutes"}, status=400)
        assert "Please choose the conference" in lacking
        opening = {"kind": "agreed_minutes", "conference": "VC-1"}
        await usa.say("side-documents/new", opening)
        form = await usa.get("side-documents/SD-1/text")
        assert "позицию зарезервировала сторона RUS" in form
        await usa.say("side-documents/SD-1/text", {
            "cid-1": "m-title", "role-1": "title", "words-1-en": "Minutes", "words-1-ru": "Запись",
        })  # fmt: skip
        await rus.sync()
        assert "drafted" in await rus.get("conferences/VC-1")
        talks = rus.office.rooms()[0].talks
        (document,) = (each for _, each in talks.side_documents.items())
        version = talks.versions.get(document.heads[0])
        assert version is not None
        await rus.say(
            "comments/new",
            {
                "v": str(version.index),
                "clause": "m-title",
                "quote": "",
                "kind": "drafting",
                "body": "<i>Agreed</i> minutes.",
            },
        )
        await usa.sync()
        seen = await usa.get("side-documents/SD-1")
        assert "&lt;i&gt;Agreed&lt;/i&gt; minutes." in seen
        assert "SD-1 v1" in await usa.get("comments/C-1")


async def test_the_public_line_says_what_stays_undisclosed(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        wrong = {**LETTER, "withheld-RUS": "The text."}
        again = await usa.post("side-documents/new", wrong, status=409)
        assert "The text.</textarea>" in again
        await usa.say(
            "side-documents/new",
            {
                "kind": "public_line",
                "text_public": "1",
                "withheld-RUS": "The text\u202e.\nThe annex.",
            },
        )
        await rus.sync()
        seen = await rus.get("side-documents/SD-1")
        assert "may be published" in seen
        assert "The text&lt;U+202E&gt;." in seen
        assert "The annex." in seen
