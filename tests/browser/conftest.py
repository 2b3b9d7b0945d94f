"""One world, one browser and two desks for all tests here, in one loop.

A test that only reads takes ``usa`` or ``rus``, a window that is signed in. A test that changes
what others see makes a world of its own with :func:`tests.browser.world.played`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, StorageState, async_playwright

from paraph.client.web import language
from tests.browser import window
from tests.browser.visits import Site, crawl, prepared
from tests.browser.window import Language, Window
from tests.browser.world import Served, World, played

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the browser and runs in the loop that the world lives in."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.needs("chromium"))
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Entered:
    """A desk and a session there.

    Attributes:
        desk: The desk.
        session: Cookies of a browser that came in.
    """

    desk: Served
    session: StorageState


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright, window.chromium(playwright) as found:
        yield found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with (
        played(tmp_path_factory.mktemp("world")) as found,
        found.bot("usa.desk"),
        found.bot("rus.desk"),
    ):
        yield found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def usa_entered(world: World, browser: Browser) -> AsyncIterator[Entered]:
    async with world.desk("usa.desk") as desk:
        yield Entered(desk, await window.enter(browser, desk))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rus_entered(world: World, browser: Browser) -> AsyncIterator[Entered]:
    async with world.desk("rus.desk") as desk:
        yield Entered(desk, await window.enter(browser, desk))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def usa_site(usa_entered: Entered, browser: Browser, world: World) -> Site:
    return await _all_pages(browser, usa_entered, world, "en")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rus_site(rus_entered: Entered, browser: Browser, world: World) -> Site:
    return await _all_pages(browser, rus_entered, world, "ru")


async def _all_pages(browser: Browser, entered: Entered, world: World, spoken: Language) -> Site:
    async with window.at_desk(browser, entered.desk, entered.session) as found:
        await speaking(found, spoken)
        await found.go(world.room)
        ready = await prepared(found.page, world.room)
        site = await crawl(found.page, world.room, *ready)
        found.troubles.found.clear()  # links that lead nowhere are told by a test of their own
        return site


async def speaking(found: Window, spoken: Language) -> Window:
    """Let a window be in a language from its first page on; the home keeps no choice."""
    await found.context.add_cookies(
        [{"name": language.COOKIE, "value": spoken, "url": found.desk.origin}]
    )
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def usa(usa_entered: Entered, browser: Browser) -> AsyncIterator[Window]:
    async with window.at_desk(browser, usa_entered.desk, usa_entered.session) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def rus(rus_entered: Entered, browser: Browser) -> AsyncIterator[Window]:
    async with window.at_desk(browser, rus_entered.desk, rus_entered.session) as found:
        yield found
