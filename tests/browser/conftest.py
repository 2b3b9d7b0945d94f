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

from tests.browser import window
from tests.browser.window import Window
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


@pytest_asyncio.fixture(loop_scope="session")
async def usa(usa_entered: Entered, browser: Browser) -> AsyncIterator[Window]:
    async with window.at_desk(browser, usa_entered.desk, usa_entered.session) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def rus(rus_entered: Entered, browser: Browser) -> AsyncIterator[Window]:
    async with window.at_desk(browser, rus_entered.desk, rus_entered.session) as found:
        yield found
