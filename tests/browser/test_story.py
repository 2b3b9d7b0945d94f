"""One memorandum from a first draft to two signatures, by browser alone, on both desks."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.hand import TITLE, Hand, answer, at, hand_over, write
from tests.browser.world import World, founded

CLOSED = {
    "en": "Aircraft show lights by night and by day.",
    "ru": "Ночью и днём воздушные суда несут огни.",
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with founded(tmp_path) as found, found.bot("usa.desk"), found.bot("rus.desk"):
        yield found


async def test_from_a_first_draft_to_two_signatures(world: World, browser: Browser) -> None:
    async with at(world, browser, "usa.desk") as usa, at(world, browser, "rus.desk") as rus:
        await hand_over(usa, rus)
        await answer(usa, rus)
        await comment(usa, rus)
        await hold_a_conference(usa, rus)
        await close_brackets(usa, rus)
        async with at(world, browser, "usa.hod") as first, at(world, browser, "rus.hod") as second:
            await initial((usa, first), (rus, second))
            await prepare_originals(usa, first, second)
        async with at(world, browser, "usa.sig") as first, at(world, browser, "rus.sig") as second:
            for signatory in (first, second):
                await sign_originals(signatory)
        for each in (usa, rus):
            await each.open("Where it stands")
            await expect(each.main.locator(".phase")).to_contain_text("in effect")


async def comment(usa: Hand, rus: Hand) -> None:
    """A question on the words in brackets is asked, answered and closed."""
    await usa.open("Comments")
    await usa.press("Comment")
    await usa.page.get_by_label("What you say").fill("Which lights are meant by day?")
    await usa.press("Inspect what leaves")
    await usa.sign()

    await rus.open("Comments")
    await rus.main.get_by_role("link", name="C-1").click()
    await rus.page.get_by_label("What you say").fill("Those that are shown by night.")
    await rus.press("Inspect what leaves")
    await rus.sign()
    await expect(usa.main.get_by_text("Those that are shown by night.")).to_be_visible()
    await usa.main.get_by_role("link", name="C-1").click()
    await usa.page.get_by_label("What you say").fill("Thank you, that is clear.")
    await usa.press("Close the thread with this")
    await usa.sign()
    await rus.open("Comments")
    await rus.main.get_by_role("link", name="Closed").click()
    await expect(rus.main.get_by_text("Which lights are meant by day?")).to_be_visible()


async def hold_a_conference(usa: Hand, rus: Hand) -> None:
    """A conference is announced, its words are read out, and both agree to what it came to."""
    await rus.open("Conferences")
    await rus.press("Propose a conference")
    await rus.page.get_by_label("Name", exact=True).fill("VC-2")
    await rus.page.get_by_label("Begins at").fill(f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%MZ}")
    await rus.press("Inspect what leaves")
    await rus.sign()

    await usa.open("Conferences")
    await usa.main.get_by_role("link", name="VC-2").click()
    await rus.open("Conferences")
    await rus.main.get_by_role("link", name="VC-2").click()
    size = await usa.page.get_by_label("The chairs fix the size").input_value()
    read_out = []
    for each in (usa, rus):
        await each.page.get_by_label("The chairs fix the size").fill(size)
        await each.press("Show its words")
        await expect(each.main.get_by_text(f"up to entry {size}.")).to_be_visible()
        read_out.append(await each.main.locator(".spoken[lang=en]").inner_text())
    assert read_out[0] == read_out[1]

    await usa.press("Hold it: choose outcomes")
    outcome = usa.page.get_by_role("group", name="clause-1")
    await outcome.get_by_label("stays in brackets").check()
    await usa.press("Inspect what leaves")
    await usa.sign()
    await rus.press("Agree")
    await rus.sign()


async def close_brackets(usa: Hand, rus: Hand) -> None:
    """The brackets go; nothing is left, and the other side has the same text."""
    await usa.open("Drafts")
    await usa.press("From the newest version")
    await write(usa, "clause-1", CLOSED)
    await usa.press("Inspect what leaves")
    await usa.page.get_by_label("What kind of version it is").select_option("consolidated")
    await usa.press("Inspect what leaves")
    await usa.sign()

    await rus.open("Text")
    await expect(rus.main.get_by_text(CLOSED["ru"])).to_be_visible()
    await rus.press("Confirm that we have this text")
    await rus.sign()
    for each in (usa, rus):
        await each.open("Where it stands")
        await expect(each.main.get_by_text("Nothing is in brackets.")).to_be_visible()


async def initial(*delegations: tuple[Hand, Hand]) -> None:
    """Both heads agree to every word, their powers are shown, and they initial the text."""
    for officer, head in delegations:
        await head.open("Positions")
        await head.press("Take positions")
        await head.page.get_by_label("On every other clause").select_option("agree")
        await head.press("Inspect what leaves")
        await head.sign()
        for role in ("head of delegation", "signatory"):
            await show_powers(officer, role)
    for _, head in delegations:
        await head.open("Conclusion")
        await head.press("Initial this text in every language")
        await head.sign()
    for officer, _ in delegations:
        await officer.open("Where it stands")
        await expect(officer.main.locator(".phase")).to_contain_text("authenticated")


async def show_powers(officer: Hand, role: str) -> None:
    """Show the full powers of the person of that role."""
    await officer.open("Conclusion")
    form = officer.page.locator("#show-powers")
    await form.locator("summary").click()
    people = form.get_by_label("Person")
    person = await people.locator("option", has_text=role).get_attribute("value")
    await people.select_option(person)
    for code in TITLE:
        await form.get_by_label(f"Office, in {code}").fill(role)
    await form.get_by_label("Issued by, an office").fill("Ministry")
    await form.get_by_role("button", name="Inspect what leaves").click()
    await officer.sign()


async def prepare_originals(officer: Hand, ours: Hand, theirs: Hand) -> None:
    """One side proposes the originals and the effect, the head of the other agrees to both."""
    await officer.open("Conclusion")
    await officer.page.locator("#set-alternat summary").click()
    # The text names no party, so a person says who is first.
    await officer.page.get_by_label("The text names first").select_option("USA")
    await inspect(officer, "#set-alternat")
    await ours.open("Conclusion")
    await ours.page.locator("#state-effect summary").click()
    await inspect(ours, "#state-effect")
    await theirs.open("Conclusion")
    await theirs.press("Agree to these originals")
    await theirs.sign()
    await theirs.press("Agree to this")
    await theirs.sign()


async def inspect(hand: Hand, section: str) -> None:
    """Send the form of a section that is open."""
    form = hand.page.locator(section)
    await form.get_by_role("button", name="Inspect what leaves").click()
    await hand.sign()


async def sign_originals(signatory: Hand) -> None:
    """Sign both originals."""
    await signatory.open("Conclusion")
    for code in ("USA", "RUS"):
        await signatory.press(f"Sign the original of {code}")
        await signatory.sign()
