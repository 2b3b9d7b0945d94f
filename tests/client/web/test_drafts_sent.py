"""What becomes of a draft: looked over, tabled, offered, countered, thrown away."""

from __future__ import annotations

import re

from paraph.client.negotiating.editing import revision
from paraph.protocol.statements.header import NamedMention
from paraph.protocol.statements.versions import Delete, InsertAfter
from tests.client.web.drafting import autosave, begun, folder_of, form_of, words_of
from tests.support.commands import Person
from tests.support.pages import pages


async def test_nothing_leaves_before_it_was_looked_over_and_signed(
    desks: tuple[Person, Person],
) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        desk = seen.office.desks[0]
        size = desk.replica.size
        page = await begun(seen)
        await seen.post(
            "drafts/1/clause/distance",
            form_of(page, "distance", words_en="Keep four miles.", words_ru="Держать четыре мили."),
        )
        assert "1 change of version 1" in await seen.get("drafts/1/table")
        await seen.post("drafts/1/table", {"kind": "counter_draft", "status-en": "original"})
        await desk.sync()
        assert (desk.replica.size, desk.outbox.pending()) == (size, ())
        await seen.say("drafts/1/table", {"kind": "counter_draft", "status-en": "original"})
        assert desk.replica.size == size + 1
        assert "as version 2" in await seen.get("drafts")
        assert "It was sent as version 2." in await seen.get("drafts/1")
        await seen.say("drafts/1/carry", {"kind": "transmittal", "body": "Our draft."})
        assert desk.replica.size == size + 2
        talks = seen.office.rooms()[0].talks
        (dispatch,) = (each for _, each in talks.dispatches.items())
        assert len(dispatch.content.carries) == 1


async def test_whose_text_it_is_its_round_and_what_came_of_each_change_are_said_on_the_page(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        await seen.say("side-documents/new", {"kind": "side_letter", "title-en": "A letter"})
        page = await begun(seen)
        added = await seen.post("drafts/1/clause/distance", {"act": "insert"})
        (cid,) = set(re.findall(r'id="clause-(clause-[0-9]+)"', added))
        words = {"words-en": "New.", "words-ru": "Новое.", "seen-words-en": revision(""),
                 "seen-words-ru": revision(""), "act": "keep", "proposal": "P-1",
                 "finding": "", "result": "alternative"}  # fmt: skip
        await seen.post(f"drafts/1/clause/{cid}", words)
        await seen.post("drafts/1/clause/distance", {"act": "remove"})
        gone = {"cid": "distance", "to": "SD-1", "proposal": "P-1", "finding": "",
                "result": "accepted"}  # fmt: skip
        kept = await seen.post("drafts/1/deleted", gone)
        assert "<option selected>SD-1</option>" in kept
        assert 'value="accepted"' in kept
        await seen.post("drafts/1/deleted", {**gone, "cid": "title"}, status=400)
        wrong = {"kind": "counter_draft", "author": "RUS", "round": "two"}
        again = await seen.post("drafts/1/table", wrong, status=409)
        assert "Please choose one." in again
        assert "Please give a number, or nothing." in again
        await seen.say("drafts/1/table", {"kind": "counter_draft", "author": "joint", "round": "2"})
        talks = seen.office.rooms()[0].talks
        head = talks.versions.get(talks.heads[0])
        assert head is not None
        assert (head.content.author, head.content.round) == ("joint", 2)
        (delete,) = (each for each in head.content.operations if isinstance(each, Delete))
        (insert,) = (each for each in head.content.operations if isinstance(each, InsertAfter))
        assert delete.to == (NamedMention(name="SD-1"),)
        assert delete.notes.proposal == (NamedMention(name="P-1"),)
        assert (delete.notes.result, insert.notes.result) == ("accepted", "alternative")
    del page


async def test_a_version_that_came_meanwhile_is_shown_and_never_written_over(
    desks: tuple[Person, Person],
) -> None:
    usa, rus = desks
    async with pages(usa) as seen, pages(rus) as theirs:
        page = await begun(seen)
        ours = form_of(
            page, "distance", words_en="Keep four miles.", words_ru="Держать [USA: три] мили!"
        )
        await seen.post("drafts/1/clause/distance", ours)
        page = await begun(theirs)
        made = form_of(page, "distance", words_en="Keep five miles.")
        await theirs.post("drafts/1/clause/distance", made)
        await theirs.say("drafts/1/table", {"kind": "counter_draft"})
        await seen.office.desks[0].sync()
        before = folder_of(usa).read(1)
        page = await seen.get("drafts/1")
        assert "sent version 2 meanwhile." in page
        assert "overtaken" in await seen.get("drafts")
        refused = await seen.post("drafts/1/table", {"kind": "counter_draft"}, status=409)
        assert "nothing was overwritten" in refused.lower()
        page = await seen.get("drafts/1/rebase")
        assert "1 clause where both changed the same words" in page
        assert "Please choose one." in await seen.post("drafts/1/rebase", {}, status=400)
        await seen.post("drafts/1/rebase", {"choice-distance": "both"})
        assert folder_of(usa).read(1) == before
        assert words_of(usa, "distance", number=2) == "Keep [USA: four] [RUS: five] miles."
        assert words_of(usa, "distance", "ru", 2) == "Держать [USA: три] мили!"
        assert "1 change of version 2" in await seen.get("drafts/2/table")


async def test_a_rival_text_is_tabled_only_on_purpose(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        await seen.post("drafts", {"from": "whole"})
        form = form_of(await seen.get("drafts/1?open=clause-1"), "clause-1", words_en="Ours.")
        why = {"proposal": "P-7", "finding": "F-1", "act": "close"}
        await seen.post("drafts/1/clause/clause-1", form | why)
        assert "| proposal: P-7 | finding: F-1" in folder_of(usa).read(1)
        await seen.post("drafts/1/table", {"kind": "tabled_draft"}, status=409)
        await seen.say("drafts/1/table", {"kind": "tabled_draft", "branch": "1"})
        await seen.office.desks[0].sync()
        assert len(seen.office.rooms()[0].talks.heads) == 2


async def test_a_change_of_a_redline_is_taken_or_countered(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    async with pages(usa) as seen, pages(rus) as theirs:
        page = await begun(theirs)
        made = form_of(page, "distance", words_en="Keep five miles.")
        await theirs.post("drafts/1/clause/distance", made)
        await theirs.say("drafts/1/table", {"kind": "counter_draft"})
        await seen.office.desks[0].sync()
        change = {"from": "1", "to": "2", "cid": "distance"}
        page = await seen.post("drafts/from-change", {**change, "act": "counter"})
        assert 'id="clause-distance" class="clause is-open"' in page
        # Ours beside theirs: only our own words are to be edited.
        assert words_of(usa, "distance") == "Keep [USA: three] [RUS: five] miles."
        await seen.post("drafts/from-change", {**change, "act": "counter"})  # and not once more
        assert words_of(usa, "distance") == "Keep [USA: three] [RUS: five] miles."
        back = {"from": "2", "to": "1", "cid": "distance", "act": "accept"}
        await seen.post("drafts/from-change", back)
        assert words_of(usa, "distance") == "Keep [USA: three] miles."
        assert len(folder_of(usa).kept(("en", "ru"))) == 1  # the same draft, as long as it is open
        await seen.post("drafts/from-change", {**change, "act": "shout"}, status=400)


async def test_a_draft_is_thrown_away_only_when_that_was_confirmed_and_comes_back(
    desks: tuple[Person, Person],
) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        await begun(seen)
        before = folder_of(usa).read(1)
        assert "Throw draft 1 away?" in await seen.get("drafts/1/throw-away")
        assert folder_of(usa).read(1) == before
        page = await seen.post("drafts/1/throw-away", {})
        assert "Thrown away" in page
        await seen.get("drafts/1", status=400)
        await seen.post("drafts", {"from": "head"})  # a number is not given twice
        await seen.post("drafts/1/take-back", {})
        assert folder_of(usa).read(1) == before
        assert len(folder_of(usa).kept(("en", "ru"))) == 2


async def test_agreed_words_are_not_changed_without_saying_why(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        for seen in (usa, rus):
            await seen.sync()
            head = next(seen.office.rooms()[0].talks.versions.values()).index
            await seen.say(f"positions/take?v={head}", {"others": "ad_referendum"})
        await usa.sync()
        page = await begun(usa, "title")
        assert "All sides agree" not in page
        told = await autosave(usa, "title", form_of(page, "title", words_en="Another"))
        assert "All sides agree to the words as they stood." in told
        assert '<details class="more small" open>' in await usa.get("drafts/1?open=title")
        ahead = await usa.get("drafts/1/table")
        assert re.search('#clause-title"><bdi dir="auto">title</bdi></a>: all sides agree', ahead)
        refused = await usa.post("drafts/1/table", {"kind": "counter_draft"}, status=409)
        assert "say in the draft, below the clause, which proposal" in refused
        assert "== title" not in refused
        page = await usa.get("drafts/1?open=title")
        told = await autosave(usa, "title", {**form_of(page, "title"), "proposal": "P-1"})
        assert "All sides agree" not in told
        await usa.post(
            "drafts/1/clause/title", {**form_of(page, "title"), "proposal": "", "act": "remove"}
        )
        assert "All sides agree" in await usa.get("drafts/1")


async def test_a_draft_is_offered_as_a_proposal_and_against_one(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await begun(usa)
        nothing = {"against": "", "title-en": "A clause on radio", "clause": ""}
        assert "changes nothing yet" in await usa.post("drafts/1/offer", nothing, status=400)
        added = await usa.post("drafts/1/clause/distance", {"act": "insert"})
        (cid,) = set(re.findall(r'id="clause-(clause-[0-9]+)"', added))
        words = {"words-en": "Radio is kept.", "words-ru": "Радио ведётся.", "act": "keep",
                 "seen-words-en": revision(""), "seen-words-ru": revision("")}  # fmt: skip
        await usa.post(f"drafts/1/clause/{cid}", words)
        untitled = await usa.post("drafts/1/offer", {**nothing, "title-en": ""}, status=400)
        assert "Please give a title in one language." in untitled
        await usa.say("drafts/1/offer", nothing)
        await rus.sync()
        assert "Radio is kept." in await rus.get("proposals/P-1")
        # The other side offers words of its own against it, from a draft too.
        await rus.post("drafts", {"from": "P-1"})
        page = await rus.get("drafts/1/offer")
        assert '<option value="P-1"' in page
        why = {"against": "P-1", "why-en": "As an annex.", "why-ru": "Как приложение."}
        titled = await rus.post("drafts/1/offer", {**why, "title-ru": "Иначе"}, status=400)
        assert 'id="title-ru-fault" role="alert">A counter keeps the title' in titled
        await rus.say("drafts/1/offer", why)
        await usa.sync()
        proposal = await usa.get("proposals/P-1")
        assert "As an annex." in proposal
        assert "Как приложение." in proposal
        assert len(usa.office.rooms()[0].talks.heads) == 1
        await rus.post("drafts", {"from": "whole"})
        refused = await rus.get("drafts/2/offer", status=400)
        assert "Expected a draft that changes one version" in refused
