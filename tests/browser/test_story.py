"""One memorandum from a first draft to two signatures, by browser and keyboard alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.hand import TITLE, Hand, answer, at, hand_over, write
from tests.browser.keyboard import Keys
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
    async with (
        at(world, browser, "usa.desk", Keys) as usa,
        at(world, browser, "rus.desk", Keys) as rus,
    ):
        await compare_roots(usa, rus)
        await hand_over(usa, rus)
        await answer(usa, rus)
        await take_up_changes(usa)
        await comment(usa, rus)
        await object_in_time(usa, rus)
        await hold_a_conference(usa, rus)
        await close_brackets(usa, rus)
        async with (
            at(world, browser, "usa.hod", Keys) as first,
            at(world, browser, "rus.hod", Keys) as second,
        ):
            await initial((usa, first), (rus, second))
            await prepare_originals(usa, first, second)
        async with (
            at(world, browser, "usa.sig", Keys) as first,
            at(world, browser, "rus.sig", Keys) as second,
        ):
            for signatory in (first, second):
                await sign_originals(signatory)
        for each in (usa, rus):
            await each.open("Where it stands")
            await expect(each.main.locator(".phase")).to_contain_text("in effect")


async def compare_roots(usa: Hand, rus: Hand) -> None:
    """What one side reads aloud is typed in by the other."""
    for each in (usa, rus):
        await each.press("Settings")
        await each.press("Trust")
    own = rus.page.locator(".channel:not(.inside) .side").first
    said = await own.locator(".root-words dd[lang=ru]").inner_text()
    theirs = usa.page.locator(".channel:not(.inside) .side").last
    await usa.click(theirs.locator("summary"))
    await usa.fill(theirs.get_by_label("The words that they read"), said)
    await usa.press("Compare")
    await expect(theirs).to_contain_text("by words")
    for each in (usa, rus):
        await each.press("Paraph")


async def take_up_changes(usa: Hand) -> None:
    """One change of theirs is accepted into a draft; another draft answers it in other words."""
    for act, words in (("Accept", "and by day"), ("Counter", "and by day")):
        await usa.open("Text")
        await usa.press("Redline against v1")
        await usa.click(usa.main.get_by_role("button", name=act).first)
        await expect(usa.page).to_have_url(re.compile("/drafts/[0-9]+"))
        await expect(usa.main).to_contain_text(words)
        await usa.press("Throw away")
        await usa.press("Throw away")


async def object_in_time(usa: Hand, rus: Hand) -> None:
    """A clause is put under silence, and the other side breaks it."""
    await rus.open("Silence")
    await rus.press("Put words under silence")
    await rus.choose(rus.page.get_by_label("Clause"), "clause-1")
    until = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    await rus.fill(rus.page.get_by_label("Expires at"), f"{until:%Y-%m-%dT%H:%MZ}")
    await rus.press("Inspect what leaves")
    await rus.sign()
    await usa.open("Silence")
    await usa.press("Break silence")
    await usa.fill(usa.page.get_by_label("Why"), "By day nobody sees them.")
    await usa.press("Inspect what leaves")
    await usa.sign()
    await rus.open("Silence")
    await expect(rus.main.get_by_text("By day nobody sees them.")).to_be_visible()


async def comment(usa: Hand, rus: Hand) -> None:
    """A question on the words in brackets is asked, answered and closed."""
    await usa.open("Comments")
    await usa.press("Comment")
    await usa.fill(usa.page.get_by_label("What you say"), "Which lights are meant by day?")
    await usa.press("Inspect what leaves")
    await usa.sign()

    await rus.open("Comments")
    await rus.click(rus.main.get_by_role("link", name="C-1"))
    await rus.fill(rus.page.get_by_label("What you say"), "Those that are shown by night.")
    await rus.press("Inspect what leaves")
    await rus.sign()
    await expect(usa.main.get_by_text("Those that are shown by night.")).to_be_visible()
    await usa.click(usa.main.get_by_role("link", name="C-1"))
    await usa.fill(usa.page.get_by_label("What you say"), "Thank you, that is clear.")
    await usa.press("Close the thread with this")
    await usa.sign()
    await rus.open("Comments")
    await rus.click(rus.main.get_by_role("link", name="Closed"))
    await expect(rus.main.get_by_text("Which lights are meant by day?")).to_be_visible()


async def hold_a_conference(usa: Hand, rus: Hand) -> None:
    """A conference is announced, its words are read out, and both agree to what it came to."""
    await rus.open("Conferences")
    await rus.press("Propose a conference")
    await rus.fill(rus.page.get_by_label("Name", exact=True), "VC-2")
    await rus.fill(rus.page.get_by_label("Begins at"), f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%MZ}")
    await rus.press("Inspect what leaves")
    await rus.sign()

    await usa.open("Conferences")
    await usa.click(usa.main.get_by_role("link", name="VC-2"))
    await rus.open("Conferences")
    await rus.click(rus.main.get_by_role("link", name="VC-2"))
    size = await usa.page.get_by_label("The chairs fix the size").input_value()
    read_out = []
    for each in (usa, rus):
        await each.fill(each.page.get_by_label("The chairs fix the size"), size)
        await each.press("Show its words")
        await expect(each.main.get_by_text(f"up to entry {size}.")).to_be_visible()
        read_out.append(await each.main.locator(".spoken[lang=en]").inner_text())
    assert read_out[0] == read_out[1]

    await usa.press("Hold it: choose outcomes")
    outcome = usa.page.get_by_role("group", name="clause-1")
    await usa.check(outcome.get_by_label("stays in brackets"))
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
    await usa.choose(usa.page.get_by_label("What kind of version it is"), "consolidated")
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
        await head.choose(head.page.get_by_label("On every other clause"), "agree")
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
    await officer.click(form.locator("summary"))
    people = form.get_by_label("Person")
    person = await people.locator("option", has_text=role).get_attribute("value")
    assert person is not None
    await officer.choose(people, person)
    for code in TITLE:
        await officer.fill(form.get_by_label(f"Office, in {code}"), role)
    await officer.fill(form.get_by_label("Issued by, an office"), "Ministry")
    await officer.click(form.get_by_role("button", name="Inspect what leaves"))
    await officer.sign()


async def prepare_originals(officer: Hand, ours: Hand, theirs: Hand) -> None:
    """One side proposes the originals and the effect, the head of the other agrees to both."""
    await officer.open("Conclusion")
    await officer.click(officer.page.locator("#set-alternat summary"))
    # The text names no party, so a person says who is first.
    await officer.choose(officer.page.get_by_label("The text names first"), "USA")
    await inspect(officer, "#set-alternat")
    await ours.open("Conclusion")
    await ours.click(ours.page.locator("#state-effect summary"))
    await inspect(ours, "#state-effect")
    await theirs.open("Conclusion")
    await theirs.press("Agree to these originals")
    await theirs.sign()
    await theirs.press("Agree to this")
    await theirs.sign()


async def inspect(hand: Hand, section: str) -> None:
    """Send the form of a section that is open."""
    form = hand.page.locator(section)
    await hand.click(form.get_by_role("button", name="Inspect what leaves"))
    await hand.sign()


async def sign_originals(signatory: Hand) -> None:
    """Sign both originals."""
    await signatory.open("Conclusion")
    for code in ("USA", "RUS"):
        await signatory.press(f"Sign the original of {code}")
        await signatory.sign()
