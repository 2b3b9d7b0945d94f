"""A person at a browser, and the first turns of a negotiation between two of them."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator

from playwright.async_api import Browser, Error, Locator, Page, expect

from tests.browser import window
from tests.browser.axe import axe
from tests.browser.window import Window
from tests.browser.world import World

TITLE = {"en": "Memorandum on Lights", "ru": "Меморандум об огнях"}
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

    async def click(self, what: Locator) -> None:
        """Press a button, follow a link, open what is folded."""
        await what.click()

    async def fill(self, what: Locator, words: str) -> None:
        """Write into a field, in place of what stands there."""
        await what.fill(words)

    async def check(self, what: Locator) -> None:
        """Tick a box, or choose one of several."""
        await what.check()

    async def choose(self, what: Locator, value: str) -> None:
        """Choose an option of a list."""
        await what.select_option(value)

    async def press(self, words: str) -> None:
        """Press the button, or follow the link, of these words."""
        name = self.page.get_by_role("button", name=words, exact=True)
        await self.click(name.or_(self.page.get_by_role("link", name=words, exact=True)).first)

    async def open(self, view: str) -> None:
        """Open a view by its name in the navigation."""
        views = self.page.get_by_role("navigation", name="Views")
        await self.click(views.get_by_role("link", name=view, exact=True))

    async def sign(self) -> None:
        """Look at what leaves, sign and send it, and go on."""
        await expect(self.page.get_by_role("heading", name="What leaves")).to_be_visible()
        await self.press("Sign and send")
        await expect(self.page.get_by_role("heading", name="Sent", exact=True)).to_be_visible()
        await self.press("Go on")

    @property
    def main(self) -> Locator:
        return self.page.locator("#main")


@contextlib.asynccontextmanager
async def at(
    world: World, browser: Browser, person: str, kind: type[Hand] = Hand
) -> AsyncIterator[Hand]:
    """Sit down at the desk of *person*; *kind* says how they work."""
    async with (
        world.desk(person, "--lock-after", "0") as desk,
        window.at_desk(browser, desk, await window.enter(browser, desk)) as found,
    ):
        await found.go("/")
        try:
            yield kind(found)
        except (AssertionError, Error) as error:  # what this person saw when it went wrong
            error.add_note(f"{person} at {found.page.url}")
            error.add_note(await found.page.locator("#main").aria_snapshot())
            raise


async def hand_over(usa: Hand, rus: Hand) -> None:
    """A first draft is handed over, and stands on the other desk."""
    await usa.press("Open a negotiation")
    await axe(usa.page)  # no crawl comes here: the desks of its world have a negotiation
    for code, words in TITLE.items():
        await usa.fill(usa.page.get_by_label(f"Title ({code})"), words)
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
    await hand.click(clause.get_by_role("button", name=f"Edit {cid}"))
    for code, each in words.items():
        await hand.fill(clause.get_by_label(f"Words ({code})"), each)
    await hand.click(clause.get_by_role("button", name="Save and close"))
    await expect(clause.get_by_role("button", name=f"Edit {cid}")).to_be_visible()


async def answer(usa: Hand, rus: Hand) -> None:
    """The other side supports it in principle, and answers with a counter-draft in brackets."""
    await rus.open("Positions")
    await rus.press("Take positions")
    await rus.choose(rus.page.get_by_label("On every other clause"), "in_principle")
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
