"""What somebody types is not lost: neither to a desk that locks, nor to a second thought."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.browser import window
from tests.browser.axe import axe
from tests.browser.window import SIGNED_IN
from tests.browser.world import World

HALF = "Half a sentence, and then the desk"


async def _lock(page: Page) -> None:
    await page.locator(SIGNED_IN).get_by_role("button").click()
    await expect(page.locator("#passphrase")).to_be_visible()


async def test_what_was_typed_outlives_a_lock_and_a_look_at_what_leaves(
    world: World, browser: Browser
) -> None:
    async with (
        world.desk("usa.legal", "--lock-after", "0") as desk,
        window.at_desk(browser, desk, await window.enter(browser, desk)) as seen,
    ):
        page, form = seen.page, f"{world.room}/comments/new"
        await seen.go(form)
        await page.fill("#body", HALF)
        other = await seen.context.new_page()
        for _ in range(2):  # the second time what was typed stands in the form from the beginning
            await other.goto(f"{desk.origin}{world.room}/drafts")
            await _lock(other)
            await expect(page.locator("#passphrase")).to_be_visible()
            await page.fill("#passphrase", world.passphrase.read_text().strip())
            await page.get_by_role("button").click()
            await page.wait_for_url("**/typed")
            for size in (window.NARROW, window.WIDE):
                await seen.resize(size)
                await axe(page)
            await page.get_by_role("button", name="Go on with it").click()
            await expect(page.locator("#body")).to_have_value(HALF)
        await page.get_by_role("button", name="Inspect what leaves").click()
        await page.get_by_role("button", name="Back to what you wrote").click()
        await expect(page.locator("#body")).to_have_value(HALF)
        # The way of the browser leads there as well, and every page that is left by mistake.
        await seen.go(form)
        await page.fill("#body", f"{HALF} again")
        await page.get_by_role("button", name="Inspect what leaves").click()
        await page.wait_for_url("**/leaving/*")
        await page.go_back()
        await expect(page.locator("#body")).to_have_value(f"{HALF} again")


async def test_a_draft_that_is_locked_in_a_word_is_there_again_afterwards(
    world: World, browser: Browser
) -> None:
    async with (
        world.desk("usa.hod", "--lock-after", "0") as desk,
        window.at_desk(browser, desk, await window.enter(browser, desk)) as seen,
    ):
        page = seen.page
        await seen.go(f"{world.room}/drafts")
        await page.click("#begin-head")
        await page.click("#edit-c-scope")
        other = await seen.context.new_page()
        await other.goto(f"{desk.origin}{world.room}/drafts")
        await page.locator("#words-en-c-scope").fill(HALF)
        await _lock(other)
        await expect(page.locator("#passphrase")).to_be_visible()
        await page.fill("#passphrase", world.passphrase.read_text().strip())
        await page.get_by_role("button").click()
        # Saved by its pause, or kept by the lock: there in either case.
        await page.wait_for_selector(SIGNED_IN)
        if page.url.endswith("/typed"):
            await page.get_by_role("button", name="Go on with it").click()
        await expect(page.locator("#words-en-c-scope")).to_have_value(HALF)
