"""What comes is shown and told while nothing moves under a person; one stream for all windows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser import window
from tests.browser.conftest import Entered
from tests.browser.window import SIGNED_IN, WAIT_MS
from tests.browser.world import World, played

expect.set_options(timeout=WAIT_MS)
TABS = 8
"""More windows than a browser keeps connections to one host."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with played(tmp_path_factory.mktemp("live")) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def entered(own: World, browser: Browser) -> AsyncIterator[Entered]:
    async with own.desk("rus.desk") as desk:
        yield Entered(desk, await window.enter(browser, desk))


async def test_a_comment_appears_and_is_told_without_its_words(
    own: World, entered: Entered, browser: Browser
) -> None:
    async with window.at_desk(browser, entered.desk, entered.session) as rus:
        await rus.go(f"{own.room}/comments?show=all")
        await own.say("usa.desk", "comment", "A quiet question?")
        await expect(rus.page.locator("#main")).to_contain_text("A quiet question?")
        told = rus.page.locator("#said")
        await expect(told).to_contain_text("USA: comment")
        await expect(told).not_to_contain_text("quiet")
        assert await told.get_attribute("aria-live") == "polite"


async def test_news_wait_while_somebody_writes(
    own: World, entered: Entered, browser: Browser
) -> None:
    async with window.at_desk(browser, entered.desk, entered.session) as rus:
        await rus.go(f"{own.room}/comments?show=all")
        main, later = rus.page.locator("#main"), rus.page.locator("#later")
        await rus.page.locator("#find").fill("half a wo")
        await own.say("usa.desk", "comment", "A second question?")
        await expect(later).to_be_visible()
        await expect(main).not_to_contain_text("A second question?")
        await rus.page.locator("#find").press_sequentially("rd")
        await expect(rus.page.locator("#find")).to_have_value("half a word")
        await rus.page.locator("#find").blur()
        await expect(main).to_contain_text("A second question?")
        await expect(later).to_be_hidden()
        await rus.page.locator("#find").focus()
        await own.say("usa.desk", "comment", "A third question?")
        await later.get_by_role("button").click()
        await expect(main).to_contain_text("A third question?")
        await expect(later).to_be_hidden()


async def test_many_windows_are_served_and_all_locked_at_once(
    own: World, entered: Entered, browser: Browser
) -> None:
    async with window.at_desk(browser, entered.desk, entered.session) as rus:
        tabs = [rus.page, *[await rus.context.new_page() for _ in range(TABS)]]
        for tab in tabs:
            await tab.goto(f"{entered.desk.origin}{own.room}/comments?show=all")
        await own.say("usa.desk", "comment", "A fourth question?")
        for tab in tabs:
            await expect(tab.locator("#main")).to_contain_text("A fourth question?")
        # Whoever listened is closed; another window listens on.
        await tabs.pop(0).close()
        await own.say("usa.desk", "comment", "A fifth question?")
        for tab in tabs:
            await expect(tab.locator("#main")).to_contain_text("A fifth question?")
        await tabs[0].locator(SIGNED_IN).get_by_role("button").click()
        for tab in tabs:
            await expect(tab.locator("#passphrase")).to_be_visible()
