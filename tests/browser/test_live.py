"""What comes is shown and told while nothing moves under a person; one stream for all windows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.browser import window
from tests.browser.conftest import Entered
from tests.browser.window import SIGNED_IN, WAIT_MS
from tests.browser.world import World, played

expect.set_options(timeout=WAIT_MS)
TABS = 8
"""More windows than a browser keeps connections to one host."""
AN_HOUR_AGO = """
(turns) => {
  turns.firstElementChild.remove();
  for (const span of turns.querySelectorAll(".quiet")) span.textContent = "as it was then";
}
"""
SELECT = "(title) => getSelection().selectAllChildren(title)"
LOOK = "document.body.dispatchEvent(new CustomEvent('doc-changed'))"


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


@contextlib.asynccontextmanager
async def _late(page: Page) -> AsyncIterator[asyncio.Event]:
    """Hold what the page asks for when it looks again, until the block ends; set once it asked."""
    asked, goes = asyncio.Event(), asyncio.Event()

    async def held(route: Route) -> None:
        asked.set()
        await goes.wait()
        await route.continue_()

    await page.route(page.url, held)
    yield asked
    async with page.expect_response(page.url):
        goes.set()
    await page.unroute(page.url, held)


async def test_what_was_asked_for_before_somebody_began_waits_as_well(
    own: World, entered: Entered, browser: Browser
) -> None:
    async with window.at_desk(browser, entered.desk, entered.session) as rus:
        page = rus.page
        await rus.go(f"{own.room}/comments?show=all")
        main, later = page.locator("#main"), page.locator("#later")
        async with _late(page) as asked:
            await own.say("usa.desk", "comment", "Before words?")
            await asked.wait()
            await page.locator("#find").press_sequentially("half")
        await expect(later).to_be_visible()
        await expect(main).not_to_contain_text("Before words?")
        async with _late(page) as asked:
            await page.locator("#find").blur()
            await asked.wait()
            await page.locator("h1").evaluate(SELECT)
        await expect(later).to_be_visible()
        await expect(main).not_to_contain_text("Before words?")
        assert await page.evaluate("String(getSelection())") == await page.inner_text("h1")
        await later.get_by_role("button").click()
        await expect(main).to_contain_text("Before words?")

        # A press lands on what it began on, and goes where that leads.
        await page.evaluate("getSelection().removeAllRanges()")
        link = main.locator("article a").nth(2)
        await link.scroll_into_view_if_needed()
        async with _late(page) as asked:
            await own.say("usa.desk", "comment", "Before a press?")
            await asked.wait()
            goes = await link.get_attribute("href")
            await link.hover()
            await page.mouse.down()
        await page.mouse.up()
        await page.wait_for_url(f"**{goes}")


async def test_a_form_that_would_go_waits_for_whoever_wrote_in_it(
    own: World, entered: Entered, browser: Browser
) -> None:
    async with window.at_desk(browser, entered.desk, entered.session) as rus:
        page = rus.page
        await rus.go(f"{own.room}/proposals/P-13")
        await page.locator("#note").fill("Not before the annex is")
        await page.locator("#note").blur()
        await own.say("rus.hod", "answer", "P-13", "counter", "--note", "A colleague was first.")
        await expect(page.locator("#later")).to_be_visible()
        await expect(page.locator("#note")).to_have_value("Not before the annex is")
        await page.locator("#note").fill("")
        await page.locator("#note").blur()
        await expect(page.locator("#answer")).to_have_count(0)


async def test_the_focus_stays_on_what_it_was_on(
    own: World, entered: Entered, browser: Browser
) -> None:
    async with window.at_desk(browser, entered.desk, entered.session) as rus:
        page = rus.page
        await rus.go(own.room)
        turns = page.locator("section[aria-labelledby=turn] ul")
        last = turns.get_by_role("link").last
        name = await last.inner_text()
        await turns.evaluate(AN_HOUR_AGO)
        await last.focus()
        async with page.expect_response(page.url):
            await page.evaluate(LOOK)
        await expect(turns).not_to_contain_text("as it was then")
        await expect(turns.get_by_role("link", name=name, exact=True)).to_be_focused()

        await rus.go(f"{own.room}/comments/new")
        await page.fill("#body", "A sixth question?")
        for words in ("Inspect what leaves", "Sign and send"):
            await page.get_by_role("button", name=words).click()
        await expect(page.get_by_role("link", name="Go on")).to_be_focused()
        settings = page.get_by_role("link", name="Settings")
        await settings.focus()
        await page.locator("h1").evaluate("(title) => title.append(' as it was then')")
        await page.evaluate(LOOK)
        await expect(page.locator("h1")).not_to_contain_text("as it was then")
        await expect(settings).to_be_focused()


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
