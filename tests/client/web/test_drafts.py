"""Drafts in the browser: saved while they are written, never written over, kept on this side."""

from __future__ import annotations

import contextlib
import http.client
import re
import subprocess
import sys
from html import unescape
from urllib.parse import SplitResult, urlencode, urlsplit

import pytest

from paraph.client.negotiating import bilingual
from paraph.client.negotiating.editing import revision
from paraph.client.negotiating.kept_drafts import DraftFolder
from paraph.client.web import draft_view
from paraph.protocol.statements.header import NamedMention
from paraph.protocol.statements.versions import Delete, InsertAfter
from tests.support.commands import PASSPHRASE, Person
from tests.support.pages import OWN, Pages, pages

HOSTILE = "<script>alert(1)</script>\u202e</textarea>]"
AUTOSAVE = {"HX-Request": "true"}


def _folder(person: Person) -> DraftFolder:
    return DraftFolder(person.home)


def _words(person: Person, cid: str, language: str = "en", number: int = 1) -> str:
    draft = bilingual.parse(_folder(person).read(number), ("en", "ru"))
    return next(each.part.words[language] for each in draft.entries if each.part.cid == cid)


def _cids(person: Person, number: int = 1) -> list[str]:
    draft = bilingual.parse(_folder(person).read(number), ("en", "ru"))
    return [f"{'-' * each.deleted}{each.part.cid}" for each in draft.entries]


def _form(page: str, cid: str, **changed: str) -> dict[str, str]:
    # What a browser would post of an open clause: its hidden fields, and its text areas.
    form = page[page.index(f'id="clause-{cid}"') :]
    form = form[: form.index("</form>")]
    found = {}
    for tag in re.findall("<input [^>]*>", form):
        named = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if named.get("type") == "hidden":
            found[named["name"]] = unescape(named["value"])
    for name, words in re.findall(
        r'<textarea [^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL
    ):
        found[name] = unescape(words)
    return {**found, **{name.replace("_", "-"): words for name, words in changed.items()}}


async def _begun(seen: Pages, cid: str = "distance") -> str:
    await seen.post("drafts", {"from": "head"})
    return await seen.get(f"drafts/1?open={cid}")


async def _autosave(seen: Pages, cid: str, form: dict[str, str]) -> str:
    path = f"{seen.path}/drafts/1/clause/{cid}"
    answer = await seen.client.post(path, data=form, headers={**seen.own, **AUTOSAVE})
    assert answer.status == 200
    return await answer.text()


async def test_a_pause_saves_the_words_and_says_when(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        page = await _begun(seen)
        told = await _autosave(seen, "distance", _form(page, "distance", words_en="Keep four."))
        assert "Saved" in told
        assert _words(usa, "distance") == "Keep four."
        assert _words(usa, "distance", "ru") == "Держать [USA: три] мили."
        assert '<del><span class="unseen">deleted: </span>' in told  # beside: the parent's words
        # The next pause begins from what was saved, as the answer says.
        seen_now = re.search('name="seen-words-en" value="([0-9a-f]+)"', told)
        assert seen_now is not None
        form = _form(page, "distance", words_en="Keep five.") | {"seen-words-en": seen_now[1]}
        assert "Saved" in await _autosave(seen, "distance", form)
        assert _words(usa, "distance") == "Keep five."


def test_a_killed_desk_has_kept_what_it_called_saved(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    usa.ok("draft", "new", "--offline")
    asked = [sys.executable, "-m", "tests.support.desk_process", str(usa.home), PASSPHRASE]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, text=True) as desk:
        try:
            assert desk.stdout is not None
            _write_one_pause(urlsplit(desk.stdout.readline().strip()), "Just before the crash.")
        finally:
            desk.kill()
    assert _words(usa, "distance") == "Just before the crash."
    left = (each.name for each in (usa.home / "drafts").iterdir())
    assert [each for each in left if "draft" in each] == ["0001.draft"]


def _write_one_pause(address: SplitResult, words: str) -> None:
    # In a browser's place: comes in, opens a clause, writes, hears that it is saved.
    cookie: dict[str, str] = {}
    wire = http.client.HTTPConnection("127.0.0.1", address.port or 0, timeout=60)

    def ask(method: str, path: str, form: dict[str, str] | None = None, **more: str) -> str:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        wire.request(method, path, urlencode(form or {}), {**OWN, **kind, **cookie, **more})
        answer = wire.getresponse()
        if kept := answer.getheader("Set-Cookie"):
            cookie["Cookie"] = kept.split(";")[0]
        body = answer.read().decode()
        return ask("GET", answer.getheader("Location") or "/") if answer.status == 303 else body

    with contextlib.closing(wire):
        ask("POST", "/enter", {"token": address.query.removeprefix("token=")})
        room = re.search('href="(/n/[0-9a-f]+)/drafts"', ask("GET", "/"))
        assert room is not None
        form = _form(ask("GET", f"{room[1]}/drafts/1?open=distance"), "distance", words_en=words)
        told = ask("POST", f"{room[1]}/drafts/1/clause/distance", form, **AUTOSAVE)
        assert "Saved" in told


async def test_two_windows_never_write_over_each_other(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        page = await _begun(seen)
        one = _form(page, "distance", words_en="Of one window.")
        other = _form(page, "distance", words_en="Of the other.", words_ru="Другого окна.")
        await _autosave(seen, "distance", one)
        told = await _autosave(seen, "distance", other)
        assert _words(usa, "distance") == "Of one window."
        assert "Of one window." in told
        assert "Nothing was overwritten" in told
        assert _words(usa, "distance", "ru") == "Другого окна."  # nobody else wrote there
        # Without scripts the same page says it, with both wordings.
        page = await seen.post("drafts/1/clause/distance", {**other, "act": "keep"}, status=409)
        assert "Of the other.</textarea>" in page
        assert "Of one window." in page
        # To keep one's own is an act, and goes by what was seen.
        mine = _form(page, "distance") | {"act": "mine-words-en"}
        await seen.post("drafts/1/clause/distance", mine)
        assert _words(usa, "distance") == "Of the other."


async def test_words_of_another_window_are_not_taken_for_seen(
    desks: tuple[Person, Person],
) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        page = await _begun(seen)
        await _autosave(seen, "distance", _form(page, "distance", words_ru="Другого окна."))
        told = await _autosave(seen, "distance", _form(page, "distance", words_en="Mine."))
        assert 'name="seen-words-ru"' not in told  # the old words still stand in that field
        assert "Another window has newer words" in told
        assert _words(usa, "distance", "ru") == "Другого окна."


async def test_clauses_are_made_moved_split_merged_and_deleted(
    desks: tuple[Person, Person],
) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        page = await _begun(seen)

        async def act(cid: str, name: str, **changed: str) -> str:
            here = await seen.get(f"drafts/1?open={cid}")
            form = _form(here, cid, **changed) | {"act": name}
            return await seen.post(f"drafts/1/clause/{cid}", form)

        page = await act("distance", "insert", words_en="Saved with the act.")
        assert _words(usa, "distance") == "Saved with the act."
        assert _cids(usa) == ["title", "distance", "clause-2"]
        assert 'id="clause-clause-2" class="clause is-open"' in page
        await act("clause-2", "up", words_en="New.", words_ru="Новый.", heading_en="A heading")
        assert _cids(usa) == ["title", "clause-2", "distance"]
        await act("distance", "split", **{"cut-en": "5", "cut-ru": "0"})
        assert _cids(usa) == ["title", "clause-2", "distance", "distance-2"]
        assert (_words(usa, "distance"), _words(usa, "distance-2")) == ("Saved", "with the act.")
        await act("distance", "merge")
        assert _cids(usa) == ["title", "clause-2", "distance"]
        assert _words(usa, "distance") == "Saved with the act."
        await act("distance", "remove")
        assert _cids(usa) == ["title", "clause-2", "-distance"]
        page = await seen.post("drafts/1/undo", {})
        assert _cids(usa) == ["title", "clause-2", "distance"]
        assert "Undo the last step" not in page
        await act("distance", "remove")
        await seen.post("drafts/1/restore", {"cid": "distance"})
        assert _words(usa, "distance") == "Keep [USA: three] miles."
        page = await act("distance", "recast")
        assert _cids(usa) == ["title", "clause-2", "distance-2", "-distance"]
        assert 'name="heading-en"' in page
        assert "does not fit" not in page
        told = usa_check(usa)
        assert told["clauses"] == 3


def usa_check(person: Person) -> dict[str, int]:
    file = bilingual.parse(_folder(person).read(1), ("en", "ru"))
    return {"clauses": sum(not each.deleted for each in file.entries)}


async def test_nothing_leaves_before_it_was_looked_over_and_signed(
    desks: tuple[Person, Person],
) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        desk = seen.office.desks[0]
        size = desk.replica.size
        page = await _begun(seen)
        await seen.post(
            "drafts/1/clause/distance",
            _form(page, "distance", words_en="Keep four miles.", words_ru="Держать четыре мили."),
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
        page = await _begun(seen)
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
        page = await _begun(seen)
        ours = _form(
            page, "distance", words_en="Keep four miles.", words_ru="Держать [USA: три] мили!"
        )
        await seen.post("drafts/1/clause/distance", ours)
        page = await _begun(theirs)
        made = _form(page, "distance", words_en="Keep five miles.")
        await theirs.post("drafts/1/clause/distance", made)
        await theirs.say("drafts/1/table", {"kind": "counter_draft"})
        await seen.office.desks[0].sync()
        before = _folder(usa).read(1)
        page = await seen.get("drafts/1")
        assert "sent version 2 meanwhile." in page
        assert "overtaken" in await seen.get("drafts")
        refused = await seen.post("drafts/1/table", {"kind": "counter_draft"}, status=409)
        assert "nothing was overwritten" in refused.lower()
        page = await seen.get("drafts/1/rebase")
        assert "1 clause where both changed the same words" in page
        assert "Please choose one." in await seen.post("drafts/1/rebase", {}, status=400)
        await seen.post("drafts/1/rebase", {"choice-distance": "both"})
        assert _folder(usa).read(1) == before
        assert _words(usa, "distance", number=2) == "Keep [USA: four] [RUS: five] miles."
        assert _words(usa, "distance", "ru", 2) == "Держать [USA: три] мили!"
        assert "1 change of version 2" in await seen.get("drafts/2/table")


async def test_a_rival_text_is_tabled_only_on_purpose(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        await seen.post("drafts", {"from": "whole"})
        form = _form(await seen.get("drafts/1?open=clause-1"), "clause-1", words_en="Ours.")
        why = {"proposal": "P-7", "finding": "F-1", "act": "close"}
        await seen.post("drafts/1/clause/clause-1", form | why)
        assert "| proposal: P-7 | finding: F-1" in _folder(usa).read(1)
        await seen.post("drafts/1/table", {"kind": "tabled_draft"}, status=409)
        await seen.say("drafts/1/table", {"kind": "tabled_draft", "branch": "1"})
        await seen.office.desks[0].sync()
        assert len(seen.office.rooms()[0].talks.heads) == 2


async def test_a_change_of_a_redline_is_taken_or_countered(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    async with pages(usa) as seen, pages(rus) as theirs:
        page = await _begun(theirs)
        made = _form(page, "distance", words_en="Keep five miles.")
        await theirs.post("drafts/1/clause/distance", made)
        await theirs.say("drafts/1/table", {"kind": "counter_draft"})
        await seen.office.desks[0].sync()
        change = {"from": "1", "to": "2", "cid": "distance"}
        page = await seen.post("drafts/from-change", {**change, "act": "counter"})
        assert 'id="clause-distance" class="clause is-open"' in page
        # Ours beside theirs: only our own words are to be edited.
        assert _words(usa, "distance") == "Keep [USA: three] [RUS: five] miles."
        await seen.post("drafts/from-change", {**change, "act": "counter"})  # and not once more
        assert _words(usa, "distance") == "Keep [USA: three] [RUS: five] miles."
        back = {"from": "2", "to": "1", "cid": "distance", "act": "accept"}
        await seen.post("drafts/from-change", back)
        assert _words(usa, "distance") == "Keep [USA: three] miles."
        assert len(_folder(usa).kept(("en", "ru"))) == 1  # the same draft, as long as it is open
        await seen.post("drafts/from-change", {**change, "act": "shout"}, status=400)


async def test_a_draft_is_thrown_away_only_when_that_was_confirmed_and_comes_back(
    desks: tuple[Person, Person],
) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        await _begun(seen)
        before = _folder(usa).read(1)
        assert "Throw draft 1 away?" in await seen.get("drafts/1/throw-away")
        assert _folder(usa).read(1) == before
        page = await seen.post("drafts/1/throw-away", {})
        assert "Thrown away" in page
        await seen.get("drafts/1", status=400)
        await seen.post("drafts", {"from": "head"})  # a number is not given twice
        await seen.post("drafts/1/take-back", {})
        assert _folder(usa).read(1) == before
        assert len(_folder(usa).kept(("en", "ru"))) == 2


async def test_agreed_words_are_not_changed_without_saying_why(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        for seen in (usa, rus):
            await seen.sync()
            head = next(seen.office.rooms()[0].talks.versions.values()).index
            await seen.say(f"positions/take?v={head}", {"others": "ad_referendum"})
        await usa.sync()
        page = await _begun(usa, "title")
        assert "All sides agree" not in page
        told = await _autosave(usa, "title", _form(page, "title", words_en="Another"))
        assert "All sides agree to the words as they stood." in told
        assert '<details class="more small" open>' in await usa.get("drafts/1?open=title")
        ahead = await usa.get("drafts/1/table")
        assert re.search('#clause-title"><bdi dir="auto">title</bdi></a>: all sides agree', ahead)
        refused = await usa.post("drafts/1/table", {"kind": "counter_draft"}, status=409)
        assert "say in the draft, below the clause, which proposal" in refused
        assert "== title" not in refused
        page = await usa.get("drafts/1?open=title")
        told = await _autosave(usa, "title", {**_form(page, "title"), "proposal": "P-1"})
        assert "All sides agree" not in told
        await usa.post(
            "drafts/1/clause/title", {**_form(page, "title"), "proposal": "", "act": "remove"}
        )
        assert "All sides agree" in await usa.get("drafts/1")


async def test_hostile_words_are_shown_inert_and_come_back_to_the_letter(
    desks: tuple[Person, Person],
) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        page = await _begun(seen)
        told = await _autosave(seen, "distance", _form(page, "distance", words_en=HOSTILE))
        assert _words(usa, "distance") == HOSTILE
        assert "<script>alert" not in told
        assert "do not pair" in told
        page = await seen.get("drafts/1?open=distance&open=<b>&open=nowhere")
        assert "<script>alert" not in page
        assert "<b>" not in page
        assert _form(page, "distance")["words-en"] == HOSTILE
        closed = await seen.get("drafts/1")
        assert "\u202e" not in closed  # what turns the direction of writing is named instead
        assert "&lt;U+202E&gt;" in closed
        form = _form(page, "distance") | {"act": "after", "after": HOSTILE}
        await seen.post("drafts/1/clause/distance", form, status=409)
        await seen.post("drafts/1/clause/nowhere", {"act": "remove"}, status=409)
        for path in ("drafts/2", "drafts/1/rebase", "drafts/1/carry"):
            await seen.get(path, status=400)
        await seen.get("drafts/x", status=404)


async def test_what_the_mandate_says_and_notes_stay_in_internal_dress(
    mandated: tuple[Person, Person],
) -> None:
    usa, rus = mandated
    async with pages(usa) as seen:
        note = {"kind": "fallback", "clause": "distance", "body": "Five is our canary floor."}
        page = await seen.post("inside", note)
        assert "Five is our canary floor." in page
        page = await _begun(seen)
        assert "1 note on this clause" in page
        form = _form(page, "distance", words_en="The Sides plan joint operations.")
        told = await _autosave(seen, "distance", form)
        assert "The mandate asks for an authority:" in told
        assert told.index('class="inside') < told.index("joint operations</bdi> —")
        assert "canary" not in _folder(usa).read(1)
        for path in ("comments?show=all", "text", ""):
            shown = await seen.get(path)
            counts = re.findall(r'id="show-all"[^>]*>[^<]*<span class="number">(\d+)', shown)
            assert counts in ([], ["0"])  # no count between the parties includes a note
    async with pages(rus) as theirs:
        for path in ("", "text", "comments", "inside"):
            assert "canary" not in await theirs.get(path)


async def test_every_field_has_a_name_and_every_act_a_button(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as seen:
        page = await _begun(seen)
        for tag in re.findall("<textarea [^>]*>", page):
            attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
            assert f'<label for="{attributes["id"]}">' in page
            assert attributes["lang"] in ("en", "ru")
            assert attributes["dir"] == "auto"
        assert "accesskey" not in page.split("<main")[1]
        assert 'role="status"' in page.split("<main")[1]
        ids = re.findall(' id="([^"]+)"', page)
        assert sorted(set(ids)) == sorted(ids)
        for act in ("keep", "close", "insert", "split", "merge", "up", "down", "remove"):
            assert f'<button name="act" value="{act}"' in page
        assert "<kbd>F2</kbd>" in page


async def test_a_draft_of_another_hand_keeps_its_notes_and_is_told_what_ails_it(
    desks: tuple[Person, Person],
) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        page = await _begun(seen)
        noted = _folder(usa).read(1).replace("-- en\nKeep", "# ask the lawyers\n-- en\nKeep")
        _folder(usa).save(noted)
        await _autosave(seen, "distance", _form(page, "distance", words_en="Keep six."))
        kept = _folder(usa).read(1)
        assert "# ask the lawyers" in kept
        assert "# local draft 1" in kept
        _folder(usa).save(kept.replace("| operative", "| preamble"))
        assert "It does not fit the version that it changes yet:" in await seen.get("drafts/1")
        _folder(usa).save("# local draft 1\nnonsense\n")
        assert "needs a look" in await seen.get("drafts")
        await seen.get("drafts/1", status=400)


async def test_a_long_text_is_written_page_by_page(
    desks: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_view, "PER_PAGE", 1)
    usa, _ = desks
    async with pages(usa) as seen:
        await seen.post("drafts", {"from": "head"})
        first, second = _cids(usa)[:2]
        page = await seen.get("drafts/1")
        assert (f'id="clause-{first}"' in page, f'id="clause-{second}"' in page) == (True, False)
        assert f'<option value="{second}">' in page  # one may move behind it all the same
        page = await seen.get("drafts/1?page=2")
        assert (f'id="clause-{first}"' in page, f'id="clause-{second}"' in page) == (False, True)
        # The page follows what is opened last, and a save comes back to its clause.
        page = await seen.get(f"drafts/1?open={first}&open={second}")
        form = _form(page, second, words_en="Other words.") | {"act": "close"}
        page = await seen.post(f"drafts/1/clause/{second}?open={first}&open={second}", form)
        assert (f'id="clause-{first}"' in page, f'id="clause-{second}"' in page) == (False, True)
        assert _words(usa, second) == "Other words."


async def test_a_draft_is_offered_as_a_proposal_and_against_one(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await _begun(usa)
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
