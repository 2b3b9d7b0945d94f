"""The unlocked home behind the pages: locking, unlocking, following, what a hint tells."""

from __future__ import annotations

import asyncio
import base64
import gc
import io
import logging
import re
import weakref
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from aiohttp import ClientResponse

from paraph.client.keys.home import Home
from paraph.client.keys.vault import HeldKey, Vault
from paraph.client.web import app, asked, language, trouble
from paraph.client.web.hints import Came, Hints
from paraph.client.web.office import Office
from paraph.client.web.presence import PRESENCE, Presence
from paraph.client.web.rendering import VIEWS
from paraph.client.writing import composing
from paraph.client.writing.drafts import Opening
from paraph.protocol.errors import (
    EquivocationError,
    LockedError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.negotiation.lineage import lineage_of
from tests.support.commands import PASSPHRASE, Person
from tests.support.pages import OWN, Pages, pages

STREAM = {"Host": "desk.localhost:1", **OWN}
LIVE = {**STREAM, "Paraph-Live": "1"}


async def hint(stream: ClientResponse) -> tuple[str, int]:
    """Return the next hint of a stream."""
    kind = (await stream.content.readline()).decode().removeprefix("event: ").strip()
    number = int((await stream.content.readline()).decode().removeprefix("data: "))
    assert await stream.content.readline() == b"\n"
    return kind, number


async def hints(seen: Pages, *kinds: str) -> AsyncGenerator[int, None]:
    """Yield the numbers of hints of *kinds*, the first one included."""
    stream = await seen.client.get("/hints", headers=STREAM)
    kind, number = await hint(stream)
    assert kind == "hello"
    try:
        yield number
        while True:
            kind, number = await hint(stream)
            if kind in kinds:
                yield number
    finally:
        stream.close()


async def test_locking_forgets_keys_and_desks_and_every_page_asks_for_the_passphrase(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        front = seen.path
        seen.office.hints.tell("changed", (Came(b"", "RUS", "comment-made"),))
        assert seen.office.hints.news(0) != ()
        seeds = {key.signing for key in seen.office.vault.content.keys}
        content = id(seen.office.vault.content)
        held = [weakref.ref(each) for each in seen.office.desks]
        await seen.post("/lock", {})
        assert (seen.office.is_locked, seen.office.desks, seen.office.chancery) == (True, (), None)
        with pytest.raises(LockedError):
            _ = seen.office.vault
        assert seen.office.hints.news(0) == ()
        assert [each() for each in held if each() is not None] == []
        vaults = (each for each in gc.get_objects() if isinstance(each, Vault))
        assert content not in {id(each.content) for each in vaults}
        assert not [
            each for each in gc.get_objects() if isinstance(each, HeldKey) and each.signing in seeds
        ]
        for path in ("/", front, *(front + view for view, _ in VIEWS), "/trust", "/settings"):
            page = await seen.get(path)
            assert 'type="password"' in page
            assert "Memorandum" not in page
        posted = await seen.client.post(front + "/comments", data={"kind": "x"}, headers=STREAM)
        assert 'name="back" value="/"' in await posted.text()


async def test_locking_forgets_what_was_computed_of_the_texts(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        await seen.get("text")
        talks = seen.office.rooms()[0].talks
        before = lineage_of(talks.versions)
        assert lineage_of(talks.versions) is before
        await seen.post("/lock", {})
        assert lineage_of(talks.versions) is not before


async def test_unlocking_goes_on_where_the_person_was(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as seen:
        front = seen.path
        await seen.post("/lock", {})
        form = await seen.get(f"{front}?a=1")
        assert f'name="back" value="{front}?a=1"' in form
        wrong = await seen.post("/unlock", {"passphrase": "no", "back": front}, status=403)
        assert "does not open" in wrong
        assert f'value="{front}"' in wrong
        again = await seen.post("/unlock", {"passphrase": PASSPHRASE, "back": front})
        assert "Memorandum" in again
        assert seen.office.trouble is None
        following = seen.office.following(seen.office.desks[0])
        await following.stop()
        for trouble, told, not_told in (
            (UnavailableError("nobody answers"), "relay is not heard", "cannot go on with it"),
            (RefusedError("busy", code="busy"), "cannot go on with it", "relay is not heard"),
        ):
            following.trouble = trouble
            page = await seen.get("")
            assert told in page
            assert not_told not in page


async def test_nobody_is_led_to_another_host(desks: tuple[Person, Person]) -> None:
    elsewhere = (
        "//evil.com", "/\\evil.com", "https://evil.com", "evil.com", "/\t/evil.com",
        "/a\r\nSet-Cookie: a=b", "javascript:alert(1)", "", "/a b",
    )  # fmt: skip
    for each in elsewhere:
        assert (each, asked.own_path(each)) == (each, "/")
    for own in ("/", "/n/00/text?a=b&c=%20#d", "/trust"):
        assert asked.own_path(own) == own
    async with pages(desks[0]) as seen:
        for path in ("/language", "/theme", "/unlock"):
            form = {
                "back": "//evil.com", "language": "ru", "theme": "dark", "passphrase": PASSPHRASE,
            }  # fmt: skip
            answer = await seen.client.post(path, data=form, headers=STREAM, allow_redirects=False)
            assert answer.headers["Location"] == "/"


async def test_two_tries_to_unlock_wait_for_each_other_and_open_one_office(
    desks: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(Home(desks[0].home), desks[0].tools)
    at_work, most = 0, 0
    open_vault = office.tools.open_vault

    def opening(path: Path, passphrase: bytes) -> Vault:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        found = open_vault(path, passphrase)
        at_work -= 1
        return found

    monkeypatch.setattr(office.tools, "open_vault", opening)
    await asyncio.gather(*(office.unlock(PASSPHRASE.encode()) for _ in range(3)))
    assert most == 1
    assert len(office.desks) == 1
    await office.close()


async def test_who_is_gone_is_locked_out_before_the_next_answer(
    desks: tuple[Person, Person],
) -> None:
    now = [0.0]
    async with pages(desks[0]) as seen:
        made = seen.client.app
        assert made is not None
        presence = Presence(60, lambda: now[0])
        made._state[PRESENCE] = presence  # noqa: SLF001 - aiohttp freezes its keys
        now[0] = 59
        assert "Memorandum" in await seen.get(seen.path)
        now[0] = 100  # a refetch by a hint is nobody
        live = await seen.client.get(seen.path, headers=LIVE)
        assert "Memorandum" in await live.text()
        front = seen.path
        now[0] = 118.5
        await presence.lock_if_gone(seen.office)
        assert "Memorandum" in await (await seen.client.get(front, headers=LIVE)).text()
        now[0] = 119
        assert 'type="password"' in await seen.get(front)
        assert not Presence(0, lambda: 1e9).is_gone


async def test_who_comes_while_the_person_is_gone_needs_the_passphrase(
    desks: tuple[Person, Person],
) -> None:
    now = [0.0]
    async with pages(desks[0]) as seen:
        front, made = seen.path, seen.client.app
        assert made is not None
        made._state[PRESENCE] = Presence(60, lambda: now[0])  # noqa: SLF001 - aiohttp freezes them
        now[0] = 8 * 3_600  # the machine slept, and the clock was not looked at since
        told = await seen.post("/unlock", {"passphrase": "wrong"}, status=403)
        assert 'type="password"' in told
        assert seen.office.desks == ()
        again = {"passphrase": PASSPHRASE, "back": front}
        assert "Memorandum" in await seen.post("/unlock", again)


async def test_a_wrong_passphrase_is_told_also_where_it_is_open(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        with pytest.raises(LockedError):
            await seen.office.begin(b"wrong")
        assert not seen.office.is_locked


async def test_it_locks_at_once_whatever_somebody_waits_for(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as seen:
        front = seen.path

        async def speak() -> None:
            async with seen.office.speaking():
                raise AssertionError("it was locked before")

        async with seen.office.speaking():  # who speaks waits for a relay that does not answer
            waiting = asyncio.create_task(speak())
            locking = asyncio.create_task(seen.office.lock())
            opening = asyncio.create_task(seen.office.unlock(PASSPHRASE.encode()))
            assert 'type="password"' in await seen.get(front)
            assert not locking.done()
        with pytest.raises(LockedError):
            await waiting
        await asyncio.gather(locking, opening)  # the old desks are closed before new ones open
        assert "Memorandum" in await seen.get(front)


async def test_no_page_holds_a_key(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as seen:
        content = seen.office.vault.content
        secrets = [*content.roots, *content.archives]
        for key in content.keys:
            secrets += [key.signing, key.sealing]
        assert len(secrets) >= 4
        front = seen.path
        shown = [
            await (await seen.client.get(path, headers=STREAM)).read()
            for path in (
                "/", *(front + view for view, _ in VIEWS), "/trust", "/settings", "/keys",
                "/nothing", "/n/00", "/unlock", "/enter", "/news?after=0",
            )
        ]  # fmt: skip
        for secret in secrets:
            assert len(secret) >= 32
            for page in shown:
                assert not holds(page, secret)
        # The same search finds what does stand there.
        assert any(holds(page, seen.office.rooms()[0].talks.identity) for page in shown)
        for written in (
            secrets[0], secrets[0].hex().upper().encode(),
            b"<p>" + base64.b64encode(b"." + secrets[0]), base64.urlsafe_b64encode(secrets[0]),
        ):  # fmt: skip
            assert holds(written, secrets[0])


def holds(page: bytes, secret: bytes) -> bool:
    """Tell whether *secret* stands in *page*: as it is, in hex, in base64 at any offset."""
    if secret in page or secret.hex().encode() in page.lower():
        return True
    for offset in range(3):
        coded = base64.b64encode(bytes(offset) + secret)
        inner = coded[4 if offset else 0 : -4]
        if inner in page or inner.translate(bytes.maketrans(b"+/", b"-_")) in page:
            return True
    return False


async def test_what_one_desk_says_is_on_the_other_within_a_second(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        told = hints(rus, "changed")
        while await rus.get("/news?after=0") != "USA: negotiation, version":
            await anext(told)
        before = rus.office.hints.number
        assert "A quiet question" not in await rus.get("comments")
        desk = usa.office.desks[0]
        desk.door = None
        async with asyncio.timeout(1):
            await desk.comment("A quiet question?")
            while "USA: comment" not in (words := await rus.get(f"/news?after={before}")):
                await anext(told)
        assert words == "USA: comment"
        assert "A quiet question" not in words
        await desk.comment("Another one?")
        while "(2)" not in (words := await rus.get(f"/news?after={before}")):
            await anext(told)
        assert words == "USA: comment (2)"
        assert "A quiet question?" in await rus.get("comments")
        assert await rus.get(f"/news?after={rus.office.hints.number}") == ""
        assert (await rus.get("/news?after=x")).endswith(words.removeprefix("USA: "))
        assert await usa.get("/news?after=0") == ""  # nobody is told what they said themselves
        await told.aclose()


async def test_a_page_that_was_made_before_it_listened_sees_that_it_is_behind(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        page = await seen.get(seen.path)
        (number,) = re.findall(r'data-hint="([0-9]+)"', page)
        seen.office.hints.tell("changed")
        told = hints(seen)
        assert await anext(told) == int(number) + 1
        await told.aclose()


async def test_a_closed_tab_leaves_no_trace(
    desks: tuple[Person, Person],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with pages(desks[0]) as seen:
            before = set(seen.office.hints._listening)  # noqa: SLF001 - nobody's business
            streams = [await seen.client.get("/hints", headers=STREAM) for _ in range(4)]
            for stream in streams:
                await hint(stream)
                stream.close()
            for _ in range(20):
                seen.office.hints.tell("changed")
                await seen.get("/unlock")
            assert seen.office.hints._listening == before  # noqa: SLF001
    assert [each.message for each in caplog.records if each.levelno >= logging.WARNING] == []
    assert capsys.readouterr().err == ""


def test_hints_that_wait_are_few_and_news_are_forgotten() -> None:
    told = Hints()
    for _ in range(1000):
        told.tell("changed")
    assert told.number == 1000
    told.forget()
    assert told.news(0) == ()


async def test_a_mistake_of_ours_is_a_calm_page_and_one_line_without_content(
    desks: tuple[Person, Person],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> str:
        raise ValueError("words of a draft")

    async with pages(desks[0]) as seen:
        monkeypatch.setattr(language, "words", fail)
        page = await seen.get("/news?after=0", status=500)
    said = capsys.readouterr().err
    assert "This program made a mistake" in page
    assert "Nothing was sent" in page
    assert re.fullmatch(
        r"a mistake of this program: ValueError in test_office.py:[0-9]+, GET /news\n", said
    )
    for each in (page, said):
        assert "words of a draft" not in each
        assert "Traceback" not in each


def test_what_the_server_has_to_say_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    log = trouble.quiet()
    assert trouble.quiet() is log
    assert sum("OneLine" in type(each).__name__ for each in log.handlers) == 1
    try:
        int("words of a draft")
    except ValueError:
        log.exception("Error handling request from %s", "somebody")
    log.error("Unhandled %s", "words of a draft")
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert not any("words of a draft" in each for each in said)


async def test_forms_are_bounded(
    desks: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with pages(desks[0]) as seen:
        large = await seen.client.post(
            f"{seen.path}/comments",
            data=io.BytesIO(bytes(app.MOST_POSTED + 1)),
            headers={**STREAM, "Content-Type": "application/x-www-form-urlencoded"},
        )
        assert large.status == 413
        assert "too large" in await large.text()
        for path in ("/enter", "/unlock", f"{seen.path}/comments"):
            for kind in (
                "multipart/form-data; boundary=x",
                "multipart/form-data",
                "application/x-www-form-urlencoded; charset=utf-9",
            ):
                other = await seen.client.post(
                    path, data=b"a=b", headers={**STREAM, "Content-Type": kind}
                )
                assert (other.status, await other.text()) == (415, "Expected a form, in UTF-8.\n")
            odd = await seen.client.post(
                path,
                data=b"a=\xff",
                headers={**STREAM, "Content-Type": "application/x-www-form-urlencoded"},
            )
            assert (odd.status, odd.headers["Cache-Control"]) == (415, "no-store")
        monkeypatch.setattr(app, "MOST_POSTED_S", 0.01)
        assert seen.client.port is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", seen.client.port)
        (own,) = seen.client.session.cookie_jar
        writer.write(
            "POST /language HTTP/1.1\r\nHost: desk.localhost:1\r\n"
            f"Cookie: {own.key}={own.value}\r\n"
            "Sec-Fetch-Site: same-origin\r\nContent-Length: 9\r\n\r\nlang".encode()
        )
        assert (await reader.readline()).split()[1] == b"408"
        writer.close()
        await writer.wait_closed()


async def test_a_channel_whose_relay_was_found_out_is_read_and_nothing_else(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        (desk,) = seen.office.desks
        desk.replica.home.accuse("the relay showed two histories", {"one.note": b"1"})
        await seen.office.lock()
        page = await seen.post("/unlock", {"passphrase": PASSPHRASE})
        assert "showed two histories of one log" in page
        assert "Memorandum" in await seen.get("text")
        (desk,) = seen.office.desks
        assert seen.office.convicted == (desk,)
        size = desk.replica.size
        with pytest.raises(EquivocationError):
            await desk.sync()
        titles = dict.fromkeys(desk.state.languages, "Another")
        opening = Opening(titles=titles, instrument="mou", legal_character="non_binding")
        with pytest.raises(EquivocationError):
            await desk.say(composing.opened(desk.header(composing.new_negotiation()), opening))
        refused = await seen.post(
            "comments/new", {"body": "Hello?", "kind": "question"}, status=409
        )
        assert "refused for good" in refused
        assert (desk.replica.size, desk.outbox.pending()) == (size, ())
        assert seen.office.trouble is None
