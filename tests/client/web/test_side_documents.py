"""Side documents in the browser: written, changed, agreed; minutes begun from the record."""

import html
import re

from paraph.client.web.acts import ACTS
from tests.client.web.schedule import plan
from tests.support.commands import Person
from tests.support.pages import Pages, pages

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
        assert 'value="sd1-2"' in form
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
        # What does not stand in the form would be taken out of the text.
        longer = {**same, "cid-201": "sd1-201", "words-201-en": "More.", "do": "more"}
        refused = await rus.post("side-documents/SD-1/text", longer, status=400)
        assert "more clauses than a form takes" in refused
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
        odd = {**TEXT, "words-1-en": "On \x07rescue", "words-2-ru": "Мы \u0378поговорим."}
        told = await usa.post("side-documents/SD-1/text", odd, status=400)
        assert 'id="words-1-en-fault" role="alert">Character 4, U+0007, is none' in told
        assert 'id="words-2-ru-fault" role="alert">Character 4, U+0378, is none' in told
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


def _fields(page: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    found |= re.findall(r'<textarea id="([^"]+)"[^>]*>([^<]*)</textarea>', page)
    found |= dict.fromkeys(re.findall(r'<select id="(role-[0-9]+)"', page), "operative")
    return {name: html.unescape(said) for name, said in found.items()}


async def _both_write(usa: Pages, rus: Pages, ours: dict[str, str], theirs: dict[str, str]) -> str:
    """Let both change one version; return what our form says when theirs came first."""
    await usa.say("side-documents/new", LETTER)
    await usa.say("side-documents/SD-1/text", TEXT)
    await rus.sync()
    form = _fields(await usa.get("side-documents/SD-1/text"))
    await rus.say("side-documents/SD-1/text", {**form, **theirs})
    await usa.sync()
    return await usa.post("side-documents/SD-1/text", {**form, **ours}, status=409)


async def test_who_writes_while_another_version_comes_is_told_and_loses_nothing(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        told = await _both_write(
            usa,
            rus,
            {"words-2-en": "We will talk \u202esoon.",
             "words-3-en": "Ours.", "words-3-ru": "Наше."},
            {"words-1-en": "On search and rescue", "words-1-ru": "О поиске и спасении",
             "words-2-en": "We will talk later.", "words-3-en": "Theirs.", "words-3-ru": "Их."},
        )  # fmt: skip
        assert "Version 2 came from RUS while you wrote." in told
        form = _fields(told)
        # What only they changed goes along; where both did ours stands, and theirs above it.
        assert form["words-1-en"] == "On search and rescue"
        assert form["words-2-en"] == "We will talk \u202esoon."
        assert re.search(r'id="theirs-2".*?>We will talk later\.</p>', told, re.DOTALL)
        assert {"Ours.", "Theirs."} <= set(form.values())
        await usa.say("side-documents/SD-1/text", form)
        await rus.sync()
        for desk in (usa, rus):
            (document,) = desk.office.rooms()[0].talks.side_documents.values()
            assert len(document.heads) == 1
        seen = await rus.get("side-documents/SD-1")
        assert "On search and rescue" in seen
        assert "Theirs." in seen
        assert "Ours." in seen
        assert "We will talk &lt;U+202E&gt;soon." in seen


async def test_a_clause_that_they_took_out_while_it_was_changed_is_asked_about(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        gone = {"words-2-en": "", "words-2-ru": ""}
        told = await _both_write(usa, rus, {"words-2-en": "We will talk soon."}, gone)
        assert "They took this clause out." in told
        form = _fields(told)
        assert "We will talk soon." in form.values()
        left = {name: "" if "soon" in said or "Мы" in said else said for name, said in form.items()}
        refused = await usa.post("side-documents/SD-1/text", left, status=409)
        assert "nothing is changed" in refused
        await usa.say("side-documents/SD-1/text", form)


async def test_both_begin_a_side_document_at_once(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("side-documents/new", LETTER)
        await rus.sync()
        form = _fields(await usa.get("side-documents/SD-1/text"))
        await rus.say("side-documents/SD-1/text", TEXT)
        await usa.sync()
        ours = {**form, "words-2-en": "We do.", "words-2-ru": "Мы делаем."}
        told = await usa.post("side-documents/SD-1/text", ours, status=409)
        assert "Version 1 came from RUS while you wrote." in told
        assert {"We do.", "We will talk."} <= set(_fields(told).values())


async def test_who_looks_at_what_leaves_is_told_that_another_version_came(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("side-documents/new", LETTER)
        await usa.say("side-documents/SD-1/text", TEXT)
        await rus.sync()
        form = _fields(await usa.get("side-documents/SD-1/text"))
        leaves = await usa.post(
            "side-documents/SD-1/text", {**form, "words-2-en": "We will talk soon."}
        )
        assert "Sign and send" in leaves
        await rus.say("side-documents/SD-1/text", {**form, "words-2-en": "We will talk later."})
        await usa.sync()
        (act,) = usa.client.app[ACTS].open()
        told = await usa.get(f"/leaving/{act.id}")
        assert "Somebody was first" in told
        shown = re.findall(r'name="shown" value="([0-9a-f]+)"', leaves)[0]
        refused = await usa.post(f"/leaving/{act.id}/send", {"shown": shown}, status=409)
        assert "Somebody was first" in refused
        assert act.sent is None
        (kept,) = re.findall(r'name="typed" value="([0-9a-f]+)"', told)
        again = await usa.post(f"/leaving/{act.id}/drop", {"typed": kept}, status=409)
        assert "Version 2 came from RUS while you wrote." in again
        assert "We will talk soon." in _fields(again).values()


async def test_a_second_line_is_sent_on_purpose_alone(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("side-documents/new", LETTER)
        await usa.say("side-documents/SD-1/text", TEXT)
        await rus.sync()
        form = _fields(await usa.get("side-documents/SD-1/text"))
        await usa.post("side-documents/SD-1/text", {**form, "words-2-en": "We will talk soon."})
        await rus.say("side-documents/SD-1/text", {**form, "words-2-en": "We will talk later."})
        await usa.sync()
        (act,) = usa.client.app[ACTS].open()
        told = await usa.get(f"/leaving/{act.id}")
        assert "as a second line of the text" in told
        sent = {name: value for name, value in _fields(told).items() if name in {"shown", "size"}}
        assert "Sent" in await usa.post(f"/leaving/{act.id}/send", {**sent, "beside": "1"})
        (document,) = usa.office.rooms()[0].talks.side_documents.values()
        assert len(document.heads) == 2


async def test_words_on_what_was_taken_back_are_a_whole_text_now(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        await usa.say("side-documents/new", LETTER)
        await usa.say("side-documents/SD-1/text", TEXT)
        form = {**_fields(await usa.get("side-documents/SD-1/text")), "words-2-en": "We do."}
        (document,) = usa.office.rooms()[0].talks.side_documents.values()
        await usa.say(f"recall/{document.heads[0].hex()}", {"note": "Too early."})
        told = await usa.post("side-documents/SD-1/text", form, status=409)
        assert "was taken back meanwhile" in told
        assert "We do." in _fields(told).values()
        assert "Sign and send" in await usa.post("side-documents/SD-1/text", _fields(told))


async def test_two_first_texts_are_not_sent_unasked(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await usa.say("side-documents/new", LETTER)
        await rus.sync()
        await usa.post("side-documents/SD-1/text", TEXT)
        await rus.say("side-documents/SD-1/text", TEXT)
        await usa.sync()
        (act,) = usa.client.app[ACTS].open()
        assert "the document has a text already" in await usa.get(f"/leaving/{act.id}")
