"""Pages in states that no link leads to: nothing said yet, a form sent back, nothing there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, expect

from paraph.client.web.rendering import VIEWS
from tests.browser.conftest import speaking
from tests.browser.hand import TITLE, Hand, at
from tests.browser.keyboard import Keys
from tests.browser.looking import looked_at, looked_at_as_it_is
from tests.browser.window import LANGUAGES, Language, Window
from tests.browser.world import World, founded

FORMS: Final = (
    "actions/new",
    "comments/inside",
    "comments/new",
    "conference/new",
    "dispatches/new",
    "findings/new",
    "glossary/new",
    "packages/new",
    "positions/take",
    "proposals/new",
    "silence/new",
    "trust",
)
"""Pages whose form, with nothing in it, comes back with what is wrong."""
SENT_EMPTY: Final = """
() => {
  const form = document.querySelector("#main form[method=post]");
  for (const each of form.elements) {
    if (each.matches("input[type=checkbox]")) each.checked = false;
    else if (each.matches("input:not([type=hidden], [type=radio]), textarea")) each.value = "";
  }
  form.noValidate = true;
  form.requestSubmit(form.querySelector("button.act"));
}
"""


async def test_a_negotiation_in_which_nothing_was_said(tmp_path: Path, browser: Browser) -> None:
    async with founded(tmp_path) as world, at(world, browser, "usa.desk", Keys) as usa:
        await looked_at(usa.window)  # no negotiation yet
        await usa.press("Open a negotiation")
        await looked_at(usa.window)
        for code, words in TITLE.items():
            await usa.fill(usa.page.get_by_label(f"Title ({code})"), words)
        await usa.press("Inspect what leaves")
        await looked_at(usa.window)
        await usa.sign()
        room = "/".join(usa.page.url.split("/")[3:5])
        for view, _ in VIEWS:
            await usa.window.go(f"/{room}{view}")
            await looked_at(usa.window)
        await accept_a_key(usa, world)


async def accept_a_key(usa: Hand, world: World) -> None:
    """A key that came after the roots were compared is asked about, and accepted by keyboard."""
    channel = world.channel.hex()
    charter = world.homes["rus.desk"] / "channels" / channel / "charter"
    asked = str(world.folder / "linguist.request")
    who = ("--party", "RUS", "--role", "linguist", "--small")
    world.homes["rus.new"] = world.folder / "new"
    await world.say(
        "rus.desk", "member", "add", "--self", "--role", "registrar", "--channel", channel
    )
    await world.say("rus.new", "member", "request", str(charter), "-o", asked, *who)
    await world.say("rus.desk", "member", "add", asked)
    await usa.open("Trust")
    told = usa.page.get_by_role("heading", name="New keys of the other side")
    await expect(told).to_be_visible()
    await looked_at(usa.window)
    await usa.check(usa.page.get_by_role("checkbox", name="linguist"))
    await usa.fill(usa.page.get_by_label("Who accepts"), "Anna")
    await usa.press("Accept these keys")
    await expect(told).to_have_count(0)


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
async def test_a_form_that_comes_back(
    usa: Window, world: World, form: str, spoken: Language
) -> None:
    await speaking(usa, spoken)
    await usa.go(f"{world.room}/{form}")
    async with usa.troubles.expected("status 400", "status of 400"), usa.page.expect_navigation():
        await usa.page.evaluate(SENT_EMPTY)
    assert await usa.page.locator("#main [role=alert]").count()
    await looked_at_as_it_is(usa, spoken)


@pytest.mark.parametrize("spoken", LANGUAGES)
async def test_a_page_that_is_not_there(usa: Window, world: World, spoken: Language) -> None:
    await speaking(usa, spoken)
    for path in ("/nowhere", f"{world.room}/text?v=99999", "/n/00/text"):
        async with usa.troubles.expected("status 4", "status of 4"):
            await usa.go(path)
        await looked_at_as_it_is(usa, spoken)
