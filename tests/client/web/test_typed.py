"""What was typed is never lost: a desk that locks, a rule that refuses, a second thought."""

import html
import re

import pytest

from paraph.client.web.acts import ACTS
from paraph.client.web.typed import MOST, TYPED, Kept
from paraph.protocol.errors import InputError
from tests.support.commands import PASSPHRASE, Person
from tests.support.pages import Pages, pages

LONG = "What of the crews?\nThey fly at night\u202e & <b>low</b>."
COMMENT = {
    "kind": "question",
    "body": LONG,
    "clause": "",
    "quote": "",
    "reply_by": "2030-01-01T10:00Z",
}


async def unlock(seen: Pages) -> str:
    return await seen.post("/unlock", {"passphrase": PASSPHRASE, "back": "/typed"})


def typed_in(page: str) -> str:
    (found,) = re.findall('name="typed" value="([0-9a-f]{16})"', page)
    return str(found)


def area(page: str, name: str) -> str:
    (found,) = re.findall(f'<textarea id="{name}"[^>]*>([^<]*)</textarea>', page)
    return html.unescape(found)


async def test_what_is_posted_to_a_locked_desk_is_shown_again_after_unlocking(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        path = usa.path
        await usa.office.lock()
        refused = await usa.post(f"{path}/comments/new", COMMENT)
        assert "This desk is locked" in refused
        assert 'name="back" value="/typed"' in refused
        assert LONG not in html.unescape(refused)
        waits = await unlock(usa)
        assert "What of the crews?" in waits
        assert f'action="{path}/comments/new"' in waits
        again = await usa.post("comments/new", {"typed": typed_in(waits)})
        assert area(again, "body") == LONG
        assert 'value="2030-01-01T10:00Z"' in again
        assert 'role="alert"' not in again
        assert not usa.client.app[ACTS].open()
        assert "What of the crews?" not in await usa.get("/typed")


async def test_what_a_window_holds_goes_before_its_page(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa:
        path = f"{usa.path}/comments/new"
        where = {"typed-for": path}
        await usa.office.lock()
        await usa.post("/typed/before-locking", {**COMMENT, **where}, status=204)
        await usa.post(
            "/typed/before-locking", {**COMMENT, "typed-for": "/leaving/1/send"}, status=409
        )
        # The same once more: by its window and by its form.
        await usa.post(path, COMMENT)
        again = await usa.post("comments/new", {"typed": typed_in(await unlock(usa))})
        assert area(again, "body") == LONG


async def test_one_word_is_text_in_any_alphabet(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa:
        path = usa.path
        await usa.office.lock()
        for word in ("Unacceptable.", "unacceptable", "Нет"):
            await usa.post(f"{path}/comments/new", {"kind": "question", "body": word})
        waits = await unlock(usa)
        assert {"Unacceptable.", "unacceptable"} <= set(re.split("[<>]", waits))
        assert "Нет" in waits


async def test_what_was_sent_is_not_kept(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa:
        leaves = await usa.post("comments/new", COMMENT)
        (act,) = usa.client.app[ACTS].open()
        assert act.typed is not None
        assert usa.client.app[TYPED].find(act.typed.id) == act.typed
        (shown,) = re.findall('name="shown" value="([0-9a-f]+)"', leaves)
        await usa.post(f"/leaving/{act.id}/send", {"shown": shown})
        assert act.sent is not None
        with pytest.raises(InputError, match="not kept any more"):
            usa.client.app[TYPED].find(act.typed.id)


async def test_a_click_on_a_locked_desk_is_no_text(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa:
        path = usa.path
        await usa.office.lock()
        assert 'name="back" value="/"' in await usa.post(f"{path}/drafts", {"from": "head"})
        agreed = {"act": "agree", "back": f"{path}/positions"}
        assert 'name="back" value="/"' in await usa.post(f"{path}/positions", agreed)
        # Nor are words that still stand in a window that saves them by itself.
        clause, words = f"{path}/drafts/1/clause/distance", {"words-en": "Four miles."}
        headers = {**usa.own, "HX-Request": "true"}
        await usa.client.post(clause, data=words, headers=headers)
        kept = f"/leaving/{'0' * 16}"
        assert f'name="back" value="{kept}"' in await usa.post(f"{kept}/send", {"who": "by word"})
        assert "Nothing waits." in await unlock(usa)


async def test_whoever_looked_at_what_leaves_goes_back_to_what_was_written(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa:
        leaves = await usa.post("comments/new", COMMENT)
        assert "Sign and send" in leaves
        assert len(usa.client.app[ACTS].open()) == 1
        (act,) = usa.client.app[ACTS].open()
        for number in range(MOST):  # what was kept for it is dropped for what is newer
            usa.client.app[TYPED].keep(f"/n/{number}", (), waits=False)
        again = await usa.post(f"/leaving/{act.id}/drop", {"typed": typed_in(leaves)})
        assert area(again, "body") == LONG
        assert not usa.client.app[ACTS].open()
        reloaded = await usa.post("comments/new", {"typed": typed_in(leaves)})
        assert area(reloaded, "body") == LONG


async def test_what_a_page_refuses_altogether_is_kept(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa:
        refused = await usa.post("comments/C-9", COMMENT, status=404)
        assert "/typed" not in refused
        await usa.post("drafts", {"from": "head"})
        gone = {"cid": "nowhere", "to": "SD-1", "result": "It stands there now, in full."}
        refused = await usa.post("drafts/1/deleted", gone, status=400)
        assert 'href="/typed"' in refused
        assert "It stands there now" in await usa.get("/typed")


async def test_unknown_kept_words_are_refused(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa:
        refused = await usa.post("comments/new", {"typed": "0" * 16}, status=400)
        assert "not kept any more" in refused


def test_few_are_kept_and_those_somebody_waits_for_longest() -> None:
    kept = Kept()
    waits = kept.keep("/n/1/comments/new", (("kind", "legal"), ("body", "A first.")), waits=True)
    others = [kept.keep("/n/1/comments/new", (), waits=False) for _ in range(MOST)]
    assert kept.waiting() == [waits]
    assert kept.find(waits.id).words == ("A first.",)
    assert kept.waiting() == []
    with pytest.raises(InputError, match="not kept any more"):
        kept.find(others[0].id)
