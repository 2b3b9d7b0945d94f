"""Two newest versions of one text made one, of a side document too, and clauses tied together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.hand import Hand, answer, at, hand_over, write
from tests.browser.looking import looked_at
from tests.browser.world import World, founded

BESIDE = {
    "en": "Aircraft show lights by night [USA: and in fog].",
    "ru": "Ночью [USA: и в тумане] воздушные суда несут огни.",
}
BOTH = "by night [USA: and in fog] [RUS: and by day]."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with founded(tmp_path) as found, found.bot("usa.desk"), found.bot("rus.desk"):
        yield found


async def test_a_fork_is_consolidated_and_clauses_are_tied(world: World, browser: Browser) -> None:
    async with at(world, browser, "usa.desk") as usa, at(world, browser, "rus.desk") as rus:
        await hand_over(usa, rus)
        await answer(usa, rus)
        await begin_another_line(usa)
        await consolidate(usa)
        await rus.open("Text")
        await expect(rus.main.get_by_text("and in fog")).to_be_visible()
        await expect(rus.main.get_by_text("two lines of the text")).to_have_count(0)
        await tie(usa, rus)
        await untie(usa, rus)
        await write_both(usa, rus)
        await join(rus)


async def begin_another_line(usa: Hand) -> None:
    """The first version is changed on purpose, beside the one that came."""
    await usa.open("Drafts")
    await usa.page.get_by_text("From another version, a proposal, or anew").click()
    first = usa.page.locator("#from-version option").last
    await usa.page.locator("#from-version").select_option(await first.get_attribute("value"))
    await usa.page.locator("#begin-version").click()
    await write(usa, "clause-1", BESIDE)
    await usa.press("Inspect what leaves")
    await usa.page.get_by_label("Begin another line of the text").check()
    await usa.press("Inspect what leaves")
    await usa.sign()


async def consolidate(usa: Hand) -> None:
    """Both stand side by side; where both changed the same words a person chooses."""
    await usa.open("Text")
    await usa.press("Consolidate them")
    await looked_at(usa.window)
    async with usa.window.troubles.expected("status 400", "status of 400"):
        await usa.press("Make the draft that joins them")
        await expect(usa.main.get_by_text("Please choose one.")).to_be_visible()
    both = usa.page.get_by_label("Both: side by side in brackets")
    for choice in await both.all():
        await choice.check()
    await usa.press("Make the draft that joins them")
    await expect(usa.main.get_by_text("Joins versions")).to_be_visible()
    await usa.press("Inspect what leaves")
    await usa.press("Inspect what leaves")
    await usa.sign()
    await usa.open("Text")
    await expect(usa.main).to_contain_text(BOTH)
    await expect(usa.main.get_by_text("two lines of the text")).to_have_count(0)


async def tie(usa: Hand, rus: Hand) -> None:
    """Two clauses stand or fall together, once both sides say so."""
    await usa.open("Positions")
    await usa.press("Tie clauses into a package")
    for box in await usa.page.get_by_role("checkbox", name="clause-1").all():
        await box.check()
    await usa.page.get_by_role("checkbox", name="title").check()
    await usa.press("Inspect what leaves")
    await usa.sign()
    await rus.open("Positions")
    await rus.press("Agree to this package")
    await rus.sign()
    await expect(rus.main.get_by_text("tied by both", exact=True)).to_be_visible()


async def untie(usa: Hand, rus: Hand) -> None:
    """And go their own ways again."""
    await rus.press("Untie")
    await looked_at(rus.window)
    await rus.press("Inspect what leaves")
    await rus.sign()
    await usa.open("Positions")
    await usa.press("Agree to untie it")
    await usa.sign()
    await expect(usa.main.get_by_text("untied by both", exact=True)).to_be_visible()


async def write_both(usa: Hand, rus: Hand) -> None:
    """Both change the text of a side document, and neither has seen what the other writes."""
    await usa.open("Side documents")
    await usa.press("Open a side document")
    await usa.page.get_by_label("Title · en").fill("On lamps")
    await usa.press("Inspect what leaves")
    await usa.sign()
    await put(usa, "Lamps are white.")
    await usa.sign()
    await put(usa, "Lamps are bright.")
    await put(rus, "Lamps are green.")
    await usa.sign()
    async with rus.window.troubles.expected("status 409", "status of 409"):
        await rus.press("Sign and send")
        await expect(rus.page.get_by_role("heading", name="Somebody was first")).to_be_visible()
    await looked_at(rus.window)
    await rus.page.get_by_label("send mine as a second line").check()
    await rus.sign()


async def put(hand: Hand, words: str) -> None:
    """Write the first clause of it, up to the page of what leaves."""
    document = hand.page.url.rpartition("/n/")[2].partition("/")[0]
    await hand.window.go(f"/n/{document}/side-documents/SD-1/text")
    await hand.page.locator('[name="words-1-en"]').fill(words)
    await hand.page.locator('[name="words-1-ru"]').fill("Огни.")
    await hand.press("Inspect what leaves")
    await expect(hand.page.get_by_role("heading", name="What leaves")).to_be_visible()


async def join(rus: Hand) -> None:
    """The two lines of it are joined, clause by clause."""
    await rus.open("Side documents")
    await rus.main.get_by_role("link", name="SD-1").click()
    await rus.press("Consolidate them")
    await looked_at(rus.window)
    for choice in await rus.page.get_by_label("Both: side by side in brackets").all():
        await choice.check()
    await rus.press("Inspect what leaves")
    await rus.sign()
    await expect(rus.main.get_by_text("two lines of text")).to_have_count(0)
    await expect(rus.main.get_by_text("Lamps are [RUS: green] [USA: bright].")).to_be_visible()
