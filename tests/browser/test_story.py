"""One memorandum from a first draft to two signatures, by browser alone, on both desks."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Error, Locator, Page, expect

from tests.browser import window
from tests.browser.axe import axe
from tests.browser.window import Window
from tests.browser.world import World, founded

TITLE = {"en": "Memorandum on Lights", "ru": "Меморандум об огнях"}
CLOSED = {
    "en": "Aircraft show lights by night and by day.",
    "ru": "Ночью и днём воздушные суда несут огни.",
}
FIRST = {"en": "Aircraft show lights by night.", "ru": "Ночью воздушные суда несут огни."}
COUNTERED = {
    "en": "Aircraft show lights by night [RUS: and by day].",
    "ru": "Ночью [RUS: и днём] воздушные суда несут огни.",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Hand:
    """A person at a browser.

    Attributes:
        window: What they look at.
    """

    window: Window

    @property
    def page(self) -> Page:
        return self.window.page

    async def press(self, words: str) -> None:
        """Press the button, or follow the link, of these words."""
        name = self.page.get_by_role("button", name=words, exact=True)
        await name.or_(self.page.get_by_role("link", name=words, exact=True)).first.click()

    async def open(self, view: str) -> None:
        """Open a view by its name in the navigation."""
        views = self.page.get_by_role("navigation", name="Views")
        await views.get_by_role("link", name=view, exact=True).click()

    async def sign(self) -> None:
        """Look at what leaves, sign and send it, and go on."""
        await expect(self.page.get_by_role("heading", name="What leaves")).to_be_visible()
        await self.press("Sign and send")
        await expect(self.page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        await self.press("Go on")

    @property
    def main(self) -> Locator:
        return self.page.locator("#main")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with founded(tmp_path) as found, found.bot("usa.desk"), found.bot("rus.desk"):
        yield found


@contextlib.asynccontextmanager
async def at(world: World, browser: Browser, person: str) -> AsyncIterator[Hand]:
    """Sit down at the desk of *person*."""
    async with (
        world.desk(person, "--lock-after", "0") as desk,
        window.at_desk(browser, desk, await window.enter(browser, desk)) as found,
    ):
        await found.go("/")
        try:
            yield Hand(found)
        except (AssertionError, Error) as error:  # what this person saw when it went wrong
            error.add_note(f"{person} at {found.page.url}")
            error.add_note(await found.page.locator("#main").aria_snapshot())
            raise


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


async def hand_over(usa: Hand, rus: Hand) -> None:
    """A first draft is handed over, and stands on the other desk."""
    await usa.press("Open a negotiation")
    await axe(usa.page)  # no crawl comes here: the desks of its world have a negotiation
    for code, words in TITLE.items():
        await usa.page.get_by_label(f"Title ({code})").fill(words)
    await usa.press("Inspect what leaves")
    await usa.sign()
    await expect(rus.main.get_by_text(TITLE["en"])).to_be_visible()  # it came by itself

    await usa.press("The first text")
    await write(usa, "title", TITLE)
    await write(usa, "clause-1", FIRST)
    await usa.press("Inspect what leaves")
    await usa.press("Inspect what leaves")
    await usa.sign()

    await rus.press(TITLE["en"])
    await rus.open("Text")
    await expect(rus.main.get_by_text(FIRST["ru"])).to_be_visible()


async def write(hand: Hand, cid: str, words: dict[str, str]) -> None:
    """Write a clause of the open draft in every language, and close it."""
    clause = hand.page.locator(f"#clause-{cid}")
    await clause.get_by_role("button", name=f"Edit {cid}").click()
    for code, each in words.items():
        await clause.get_by_label(f"Words ({code})").fill(each)
    await clause.get_by_role("button", name="Save and close").click()
    await expect(clause.get_by_role("button", name=f"Edit {cid}")).to_be_visible()


async def answer(usa: Hand, rus: Hand) -> None:
    """The other side supports it in principle, and answers with a counter-draft in brackets."""
    await rus.open("Positions")
    await rus.press("Take positions")
    await rus.page.get_by_label("On every other clause").select_option("in_principle")
    await rus.press("Inspect what leaves")
    await rus.sign()

    await rus.open("Drafts")
    await rus.press("From the newest version")
    await write(rus, "clause-1", COUNTERED)
    await rus.press("Inspect what leaves")
    await rus.press("Inspect what leaves")
    await rus.sign()

    await usa.open("Where it stands")
    await expect(usa.main.get_by_role("link", name="1. clause-1")).to_be_visible()
    await usa.open("Text")
    await expect(usa.main.get_by_text("and by day")).to_be_visible()


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
