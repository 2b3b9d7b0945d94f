"""A draft in a real browser: saved at every pause, never written over, there after a crash."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import signal
from pathlib import Path

from playwright.async_api import Browser, Page, Route

from paraph.client.negotiating.kept_drafts import DraftFolder
from tests.browser import window
from tests.browser.window import Window
from tests.browser.world import World

SAVED = ".saved .good"
ANSWER = """
() => {
  document.querySelector("#reference button.act").click();
  return document.activeElement.value;
}
"""

SELECTED = """
(words) => {
  getSelection().selectAllChildren(words);
  return String(getSelection());
}
"""


async def _begun(page: Page, origin: str, room: str) -> int:
    await page.goto(f"{origin}{room}/drafts")
    await page.click("#begin-head")
    await page.wait_for_selector("ol.sheet")
    found = re.search("drafts/([0-9]+)$", page.url)
    assert found is not None
    return int(found[1])


async def _held(page: Page, pattern: str) -> asyncio.Event:
    """Hold what the page asks for at *pattern* until the event is set."""
    goes = asyncio.Event()

    async def late(route: Route) -> None:
        await goes.wait()
        await route.continue_()

    await page.route(pattern, late)
    return goes


def _kept(home: Path, number: int) -> str:
    return DraftFolder(home).read(number)


async def test_words_are_kept_at_every_pause_and_at_every_way_on(usa: Window, world: World) -> None:
    page, home = usa.page, world.homes["usa.desk"]
    number = await _begun(page, usa.desk.origin, world.room)
    here = f"{usa.desk.origin}{world.room}/drafts/{number}"
    await page.click("#edit-c-scope")
    await page.locator("#words-en-c-scope").fill("Kept at a pause.")
    await page.wait_for_selector(SAVED)
    assert "Kept at a pause." in _kept(home, number)
    # Whoever writes and goes on at once, by a button, a link or a key, loses nothing.
    await page.locator("#words-en-c-scope").fill("Kept before a button.")
    await page.click("button[value='insert']")
    await page.wait_for_url("**#clause-clause-2")
    assert "Kept before a button." in _kept(home, number)
    await page.locator("#words-en-clause-2").fill("Kept before a link.")
    await page.click(f"nav.views a[href$='{world.room}/comments']")
    await page.wait_for_url("**/comments")
    assert "Kept before a link." in _kept(home, number)
    await page.goto(f"{here}?open=clause-2#clause-clause-2")
    await page.click("#clause-clause-2 details.more summary")
    await page.locator("#proposal-clause-2").fill("P-13")
    await page.click(f"nav.views a[href$='{world.room}/comments']")
    await page.wait_for_url("**/comments")
    assert "P-13" in _kept(home, number)
    await page.goto(f"{here}?open=clause-2")
    area = page.locator("#words-en-clause-2")
    await area.fill("See ")
    for key in ("F2", "r", *"c-terms", "Enter", "F2", "b", *"two"):
        await page.keyboard.press(key)
    assert await area.input_value() == "See {ref:c-terms}[USA: two]"
    for key in ("F2", "r", *"c-terms"):
        await page.keyboard.press(key)
    # The answer itself inserts: whoever types on meets no other field meanwhile.
    assert await page.evaluate(ANSWER) == "See {ref:c-terms}[USA: two{ref:c-terms}]"
    async with page.expect_navigation():
        await page.keyboard.press("Control+Enter")
    assert "See {ref:c-terms}[USA: two{ref:c-terms}]" in _kept(home, number)


async def test_words_typed_before_the_scripts_came_are_kept(usa: Window, world: World) -> None:
    page, home = usa.page, world.homes["usa.desk"]
    number = await _begun(page, usa.desk.origin, world.room)
    typed = await _held(page, "**/static/**/*.js")
    here = f"{usa.desk.origin}{world.room}/drafts/{number}?open=c-scope"
    await page.goto(here, wait_until="commit")
    await page.locator("#words-en-c-scope").fill("Typed at once.")
    typed.set()
    await page.wait_for_selector(SAVED)
    assert "Typed at once." in _kept(home, number)


async def test_a_field_keeps_its_selection_when_another_one_was_saved(
    usa: Window, world: World
) -> None:
    page = usa.page
    await _begun(page, usa.desk.origin, world.room)
    await page.click("#edit-c-scope")
    chosen = await _held(page, "**/clause/c-scope")
    await page.locator("#words-en-c-scope").fill("Saved late.")
    await page.locator("#words-ru-c-scope").focus()
    await page.keyboard.press("Control+A")
    chosen.set()
    await page.wait_for_selector(SAVED)
    await page.keyboard.type("Вместо всего.")
    assert await page.locator("#words-ru-c-scope").input_value() == "Вместо всего."


async def test_what_stands_beside_the_words_stays_selected(usa: Window, world: World) -> None:
    page = usa.page
    await _begun(page, usa.desk.origin, world.room)
    await page.click("#edit-c-scope")
    await page.locator("#words-en-c-scope").fill("Nothing of before.")
    await page.wait_for_selector(SAVED)
    chosen = await _held(page, "**/clause/c-scope")
    await page.locator("#words-ru-c-scope").press_sequentially(".")
    await page.locator("#words-ru-c-scope").blur()
    words = await page.locator("#beside-en-c-scope del").first.evaluate(SELECTED)
    chosen.set()
    await page.wait_for_selector(SAVED)
    assert await page.evaluate("String(getSelection())") == words != ""


async def test_a_press_lands_on_what_it_began_on_while_words_are_saved(
    usa: Window, world: World
) -> None:
    page = usa.page
    await _begun(page, usa.desk.origin, world.room)
    await page.click("#edit-c-scope")
    pressed = await _held(page, "**/clause/c-scope")
    await page.locator("#words-en-c-scope").fill("Many words. " * 99)
    await page.locator("button[name=act][value=insert]").hover()
    await page.mouse.down()
    async with page.expect_response("**/clause/c-scope"):
        pressed.set()
    await page.mouse.up()
    await page.wait_for_url("**#clause-clause-2")


async def test_two_clicks_are_one_step(usa: Window, world: World) -> None:
    page = usa.page
    await _begun(page, usa.desk.origin, world.room)
    await page.click("#edit-c-scope")
    before = await page.locator("ol.sheet > li").count()
    answered, clicked = asyncio.Event(), asyncio.Event()
    browser = await usa.context.new_cdp_session(page)

    async def late(event: dict[str, object]) -> None:
        answered.set()
        await clicked.wait()
        await browser.send("Fetch.continueRequest", {"requestId": event["requestId"]})

    browser.on("Fetch.requestPaused", late)
    answers = {"urlPattern": "*/clause/c-scope*", "requestStage": "Response"}
    await browser.send("Fetch.enable", {"patterns": [answers]})
    await page.clock.set_fixed_time(dt.datetime.now(dt.UTC))  # however slow the machine is
    await page.locator("button[name=act][value=insert]").hover()
    for _ in range(2):
        await page.mouse.down()
        await page.mouse.up()
        await answered.wait()
    clicked.set()
    await page.wait_for_url("**#clause-clause-2")
    assert await page.locator("ol.sheet > li").count() == before + 1


async def test_two_windows_are_told_of_each_other(usa: Window, world: World) -> None:
    page, home = usa.page, world.homes["usa.desk"]
    number = await _begun(page, usa.desk.origin, world.room)
    here = f"{usa.desk.origin}{world.room}/drafts/{number}?open=c-scope"
    await page.goto(here)
    other = await usa.context.new_page()
    await other.goto(here)
    await other.locator("#words-en-c-scope").fill("Of the other window.")
    await other.wait_for_selector(SAVED)
    await page.locator("#words-en-c-scope").fill("Of this window.")
    await page.wait_for_selector(".saved .fault")
    assert "Of the other window." in _kept(home, number)
    assert "Of this window." not in _kept(home, number)
    assert "Of the other window." in await page.locator("#clause-c-scope .notice").inner_text()
    # Whoever is on a button by the keyboard stays there when an answer tells the same once more.
    mine = page.locator("button[value='mine-words-en']")
    await page.locator("#words-en-c-scope").fill("Of this window!")
    await mine.focus()
    await page.wait_for_selector(".saved .fault")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    assert "Of this window!" in _kept(home, number)


async def test_a_killed_desk_is_told_and_the_draft_is_there_afterwards(
    browser: Browser, world: World
) -> None:
    person = "usa.legal"
    home = world.homes[person]
    gone = ("ERR_CONNECTION_REFUSED", "failed request")
    async with world.desk(person) as desk:
        session = await window.enter(browser, desk)
        async with window.at_desk(browser, desk, session) as legal:
            number = await _begun(legal.page, desk.origin, world.room)
            await legal.page.click("#edit-c-scope")
            area = legal.page.locator("#words-en-c-scope")
            await area.fill("Called saved before the crash.")
            await legal.page.wait_for_selector(SAVED)
            async with legal.troubles.expected(*gone):
                await desk.running.stop(signal.SIGKILL)
                await area.fill("Written while nobody answers.")
                await legal.page.wait_for_function(
                    "() => document.querySelector('.saved').textContent.includes('does not answer')"
                )
            legal.troubles.found.clear()  # the hints are asked for again until the window closes
            assert await area.input_value() == "Written while nobody answers."
    assert "Called saved before the crash." in _kept(home, number)
    async with world.desk(person) as again:
        session = await window.enter(browser, again)
        async with window.at_desk(browser, again, session) as legal:
            await legal.go(f"{world.room}/drafts/{number}?open=c-scope")
            found = await legal.page.locator("#words-en-c-scope").input_value()
            assert found == "Called saved before the crash."
            assert "saved last" in await legal.page.inner_text(".draft-about")
