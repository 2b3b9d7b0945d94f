"""While a large home opens: how far it has come, that it can be given up, and why it failed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest

from paraph.client import progress
from paraph.client.keys.home import Home
from paraph.client.web import office as offices
from paraph.client.web.office import Office
from paraph.client.web.opening import open_channels
from paraph.client.web.pages import door
from paraph.protocol.errors import IntegrityError
from tests.support.commands import PASSPHRASE, Person
from tests.support.pages import OWN, Pages, pages
from tests.support.slow_opening import Slow

SCRIPT = {"Host": "desk.localhost:1", "HX-Request": "true", **OWN}


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """Return what opens the channels from here on; nobody waits for it without being told."""
    made = Slow()
    monkeypatch.setattr(door, "PATIENCE_S", 0)
    monkeypatch.setattr(offices, "open_channels", made)
    yield made
    made.goes_on.set()


@contextlib.asynccontextmanager
async def opened_once(person: Person, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pages]:
    """Give the pages of a desk that opens as desks do this once."""
    async with contextlib.AsyncExitStack() as ends:
        with monkeypatch.context() as undone:
            undone.setattr(offices, "open_channels", open_channels)
            seen = await ends.enter_async_context(pages(person))
        yield seen


async def test_a_home_that_opens_slowly_shows_how_far_it_has_come_and_then_goes_on(
    desks: tuple[Person, Person], slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_once(desks[0], monkeypatch) as seen:
        front = seen.path
        await seen.post("/lock", {})
        shown = await seen.post("/unlock", {"passphrase": PASSPHRASE, "back": front})
        assert "Opening the desk" in shown
        assert await asyncio.to_thread(slow.told.wait, 60)
        for path in (f"/opening?back={front}", f"/unlock?back={front}", front):
            page = await seen.get(path)
            assert "Entries read: 64 of 4096" in page
            assert '<progress id="read" max="4096" value="64">' in page
            assert f'href="/opening?back={front}"' in page
            assert 'type="password"' not in page
        asked = await seen.client.get(f"/opening?back={front}", headers=SCRIPT)
        assert "HX-Redirect" not in asked.headers
        assert 'id="opening"' in await asked.text()
        slow.goes_on.set()
        await seen.office.opened()
        asked = await seen.client.get(f"/opening?back={front}", headers=SCRIPT)
        assert asked.headers["HX-Redirect"] == f"/opening?back={front}"
        assert "Memorandum" in await seen.get(f"/opening?back={front}")
        assert "Memorandum" in await seen.get("/opening?back=//evil.com")


async def test_whoever_locks_while_it_opens_is_not_kept_waiting_for_the_rest(
    desks: tuple[Person, Person], slow: Slow
) -> None:
    office = Office(Home(desks[0].home), desks[0].tools)
    await office.begin(PASSPHRASE.encode())
    assert await asyncio.to_thread(slow.told.wait, 60)
    assert (office.is_opening, office.is_locked) == (True, True)
    locking = asyncio.create_task(office.lock())
    await asyncio.sleep(0)
    slow.goes_on.set()
    await locking
    assert slow.done == 0  # it ended at the next word of how far it had come
    assert (office.is_opening, office.is_locked, office.desks) == (False, True, ())
    await office.unlock(PASSPHRASE.encode())  # and it opens afterwards
    assert not office.is_locked
    await office.close()


async def test_it_locks_whatever_goes_wrong_while_it_opens(
    desks: tuple[Person, Person], slow: Slow
) -> None:
    office = Office(Home(desks[0].home), desks[0].tools)
    slow.failures = (OSError("no disk"),)
    await office.begin(PASSPHRASE.encode())
    assert await asyncio.to_thread(slow.told.wait, 60)
    locking = asyncio.create_task(office.lock())
    slow.goes_on.set()
    await locking
    assert (office.is_opening, office.is_locked) == (False, True)


async def test_why_a_home_does_not_open_is_told_once_and_the_passphrase_asked_for_again(
    desks: tuple[Person, Person], slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_once(desks[0], monkeypatch) as seen:
        await seen.post("/lock", {})
        slow.failures = (IntegrityError("expected another root", hint="restore it"),)
        assert "Opening the desk" in await seen.post("/unlock", {"passphrase": PASSPHRASE})
        slow.goes_on.set()
        onward = ""
        for _ in range(10_000):  # as the page does
            asked = await seen.client.get("/opening", headers=SCRIPT)
            if onward := asked.headers.get("HX-Redirect", ""):
                break
        assert onward == "/opening?back=/"
        assert "xpected another root" in await seen.get("/opening", status=500)
        assert 'type="password"' in await seen.get("/opening")
        slow.failures = ()
        await seen.post("/unlock", {"passphrase": PASSPHRASE})
        assert await seen.office.opened()


def test_a_part_counts_as_a_part_and_an_inner_watch_takes_nothing_from_an_outer_one() -> None:
    outer: list[tuple[str, int, int]] = []
    inner: list[tuple[str, int, int]] = []
    with progress.part(1, 2):
        progress.tell("bytes", 1, 1)  # nobody watches
    with progress.watching(lambda *told: outer.append(told)):
        with progress.part(100, 300):
            progress.tell("entries", 20, 200)
        with progress.watching(lambda *told: inner.append(told)):
            progress.tell("bytes", 5, 6)
    progress.tell("bytes", 6, 6)
    assert outer == [("entries", 120, 300), ("bytes", 5, 6)]
    assert inner == [("bytes", 5, 6)]
