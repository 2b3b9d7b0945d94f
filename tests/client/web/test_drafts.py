"""A draft on its page: saved at every pause, changed clause by clause, never written over."""

from __future__ import annotations

import contextlib
import http.client
import re
import subprocess
import sys
from urllib.parse import SplitResult, urlencode, urlsplit

import pytest

from paraph.client.negotiating import bilingual
from paraph.client.web import draft_view
from tests.client.web.drafting import AUTOSAVE, autosave, begun, folder_of, form_of, words_of
from tests.support.commands import PASSPHRASE, Person
from tests.support.pages import OWN, pages

HOSTILE = "<script>alert(1)</script>\u202e</textarea>]"


def cids_of(person: Person, number: int = 1) -> list[str]:
    draft = bilingual.parse(folder_of(person).read(number), ("en", "ru"))
    return [f"{'-' * each.deleted}{each.part.cid}" for each in draft.entries]


async def test_a_pause_saves_the_words_and_says_when(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        page = await begun(seen)
        told = await autosave(seen, "distance", form_of(page, "distance", words_en="Keep four."))
        assert "Saved" in told
        assert words_of(usa, "distance") == "Keep four."
        assert words_of(usa, "distance", "ru") == "Держать [USA: три] мили."
        assert '<del><span class="unseen">deleted: </span>' in told  # beside: the parent's words
        # The next pause begins from what was saved, as the answer says.
        seen_now = re.search('name="seen-words-en" value="([0-9a-f]+)"', told)
        assert seen_now is not None
        form = form_of(page, "distance", words_en="Keep five.") | {"seen-words-en": seen_now[1]}
        assert "Saved" in await autosave(seen, "distance", form)
        assert words_of(usa, "distance") == "Keep five."


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
    assert words_of(usa, "distance") == "Just before the crash."
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
        form = form_of(ask("GET", f"{room[1]}/drafts/1?open=distance"), "distance", words_en=words)
        told = ask("POST", f"{room[1]}/drafts/1/clause/distance", form, **AUTOSAVE)
        assert "Saved" in told


async def test_two_windows_never_write_over_each_other(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        page = await begun(seen)
        one = form_of(page, "distance", words_en="Of one window.")
        other = form_of(page, "distance", words_en="Of the other.", words_ru="Другого окна.")
        await autosave(seen, "distance", one)
        told = await autosave(seen, "distance", other)
        assert words_of(usa, "distance") == "Of one window."
        assert "Of one window." in told
        assert "Nothing was overwritten" in told
        assert words_of(usa, "distance", "ru") == "Другого окна."  # nobody else wrote there
        # Without scripts the same page says it, with both wordings.
        page = await seen.post("drafts/1/clause/distance", {**other, "act": "keep"}, status=409)
        assert "Of the other.</textarea>" in page
        assert "Of one window." in page
        # To keep one's own is an act, and goes by what was seen.
        mine = form_of(page, "distance") | {"act": "mine-words-en"}
        await seen.post("drafts/1/clause/distance", mine)
        assert words_of(usa, "distance") == "Of the other."


async def test_words_of_another_window_are_not_taken_for_seen(
    desks: tuple[Person, Person],
) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        page = await begun(seen)
        await autosave(seen, "distance", form_of(page, "distance", words_ru="Другого окна."))
        told = await autosave(seen, "distance", form_of(page, "distance", words_en="Mine."))
        assert 'name="seen-words-ru"' not in told  # the old words still stand in that field
        assert "Another window has newer words" in told
        assert words_of(usa, "distance", "ru") == "Другого окна."


async def test_clauses_are_made_moved_split_merged_and_deleted(
    desks: tuple[Person, Person],
) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        page = await begun(seen)

        async def act(cid: str, name: str, **changed: str) -> str:
            here = await seen.get(f"drafts/1?open={cid}")
            form = form_of(here, cid, **changed) | {"act": name}
            return await seen.post(f"drafts/1/clause/{cid}", form)

        page = await act("distance", "insert", words_en="Saved with the act.")
        assert words_of(usa, "distance") == "Saved with the act."
        assert cids_of(usa) == ["title", "distance", "clause-2"]
        assert 'id="clause-clause-2" class="clause is-open"' in page
        await act("clause-2", "up", words_en="New.", words_ru="Новый.", heading_en="A heading")
        assert cids_of(usa) == ["title", "clause-2", "distance"]
        await act("distance", "split", **{"cut-en": "5", "cut-ru": "0"})
        assert cids_of(usa) == ["title", "clause-2", "distance", "distance-2"]
        assert (words_of(usa, "distance"), words_of(usa, "distance-2")) == (
            "Saved",
            "with the act.",
        )
        await act("distance", "merge")
        assert cids_of(usa) == ["title", "clause-2", "distance"]
        assert words_of(usa, "distance") == "Saved with the act."
        await act("distance", "remove")
        assert cids_of(usa) == ["title", "clause-2", "-distance"]
        page = await seen.post("drafts/1/undo", {})
        assert cids_of(usa) == ["title", "clause-2", "distance"]
        assert "Undo the last step" not in page
        await act("distance", "remove")
        await seen.post("drafts/1/restore", {"cid": "distance"})
        assert words_of(usa, "distance") == "Keep [USA: three] miles."
        page = await act("distance", "recast")
        assert cids_of(usa) == ["title", "clause-2", "distance-2", "-distance"]
        assert 'name="heading-en"' in page
        assert "does not fit" not in page
        told = usa_check(usa)
        assert told["clauses"] == 3


def usa_check(person: Person) -> dict[str, int]:
    file = bilingual.parse(folder_of(person).read(1), ("en", "ru"))
    return {"clauses": sum(not each.deleted for each in file.entries)}


async def test_hostile_words_are_shown_inert_and_come_back_to_the_letter(
    desks: tuple[Person, Person],
) -> None:
    usa, _ = desks
    async with pages(usa) as seen:
        page = await begun(seen)
        told = await autosave(seen, "distance", form_of(page, "distance", words_en=HOSTILE))
        assert words_of(usa, "distance") == HOSTILE
        assert "<script>alert" not in told
        assert "do not pair" in told
        page = await seen.get("drafts/1?open=distance&open=<b>&open=nowhere")
        assert "<script>alert" not in page
        assert "<b>" not in page
        assert form_of(page, "distance")["words-en"] == HOSTILE
        closed = await seen.get("drafts/1")
        assert "\u202e" not in closed  # what turns the direction of writing is named instead
        assert "&lt;U+202E&gt;" in closed
        form = form_of(page, "distance") | {"act": "after", "after": HOSTILE}
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
        page = await begun(seen)
        assert "1 note on this clause" in page
        form = form_of(page, "distance", words_en="The Sides plan joint operations.")
        told = await autosave(seen, "distance", form)
        assert "The mandate asks for an authority:" in told
        assert told.index('class="inside') < told.index("joint operations</bdi> —")
        assert "canary" not in folder_of(usa).read(1)
        for path in ("comments?show=all", "text", ""):
            shown = await seen.get(path)
            counts = re.findall(r'id="show-all"[^>]*>[^<]*<span class="number">(\d+)', shown)
            assert counts in ([], ["0"])  # no count between the parties includes a note
    async with pages(rus) as theirs:
        for path in ("", "text", "comments", "inside"):
            assert "canary" not in await theirs.get(path)


async def test_every_field_has_a_name_and_every_act_a_button(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as seen:
        page = await begun(seen)
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
        page = await begun(seen)
        noted = folder_of(usa).read(1).replace("-- en\nKeep", "# ask the lawyers\n-- en\nKeep")
        folder_of(usa).save(noted)
        await autosave(seen, "distance", form_of(page, "distance", words_en="Keep six."))
        kept = folder_of(usa).read(1)
        assert "# ask the lawyers" in kept
        assert "# local draft 1" in kept
        folder_of(usa).save(kept.replace("| operative", "| preamble"))
        assert "It does not fit the version that it changes yet:" in await seen.get("drafts/1")
        folder_of(usa).save("# local draft 1\nnonsense\n")
        assert "needs a look" in await seen.get("drafts")
        await seen.get("drafts/1", status=400)


async def test_a_long_text_is_written_page_by_page(
    desks: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_view, "PER_PAGE", 1)
    usa, _ = desks
    async with pages(usa) as seen:
        await seen.post("drafts", {"from": "head"})
        first, second = cids_of(usa)[:2]
        page = await seen.get("drafts/1")
        assert (f'id="clause-{first}"' in page, f'id="clause-{second}"' in page) == (True, False)
        assert f'<option value="{second}">' in page  # one may move behind it all the same
        page = await seen.get("drafts/1?page=2")
        assert (f'id="clause-{first}"' in page, f'id="clause-{second}"' in page) == (False, True)
        # The page follows what is opened last, and a save comes back to its clause.
        page = await seen.get(f"drafts/1?open={first}&open={second}")
        form = form_of(page, second, words_en="Other words.") | {"act": "close"}
        page = await seen.post(f"drafts/1/clause/{second}?open={first}&open={second}", form)
        assert (f'id="clause-{first}"' in page, f'id="clause-{second}"' in page) == (False, True)
        assert words_of(usa, second) == "Other words."
