"""Every page of the desk, as a person meets it: both languages, both schemes, any width, by key."""

from __future__ import annotations

import base64
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from paraph.client.demo.cast import PASSPHRASE
from paraph.client.home import Home
from paraph.client.vault import Vault
from tests.browser import window
from tests.browser.axe import axe
from tests.browser.conftest import Entered
from tests.browser.visits import Site, crawl, prepared, shown_routes
from tests.browser.window import LANGUAGES, NARROW, WIDE, Window
from tests.browser.world import World

ZOOMED: Final = (640, 450)
"""What 200 % leaves of a window of 1280 by 900, CSS pixels."""
MOST_KEYS: Final = 150
OVERFLOWING: Final = """
() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const scrolls = (e) => e && (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX) ||
    scrolls(e.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter((e) => e.getBoundingClientRect().right > wide + 1 && !scrolls(e.parentElement))
    .slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
}
"""
HERE: Final = """
() => {
  const all = [...document.querySelectorAll("*")];
  const e = document.activeElement;
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  return {
    place: all.indexOf(e),
    what: e.outerHTML.slice(0, 120),
    body: e === document.body,
    shown: box.width > 0 && box.height > 0,
    marked: style.outlineStyle !== "none" || style.boxShadow !== "none",
    radio: e.type === "radio",
  };
}
"""
SHAPE: Final = """
() => ({
  h1: document.querySelectorAll("h1").length,
  title: document.title,
  main: document.querySelectorAll("main#main").length,
  skip: document.querySelector("a")?.getAttribute("href"),
  twice: [...document.querySelectorAll("[id]")].map((e) => e.id)
    .filter((id, at, all) => all.indexOf(id) !== at),
  inline: document.querySelectorAll("[style], [onclick], style, script:not([src])").length,
  moves: document.querySelectorAll("#main[hx-get] [autofocus]").length,
})
"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(usa_entered: Entered, browser: Browser, world: World) -> Site:
    async with window.at_desk(browser, usa_entered.desk, usa_entered.session) as found:
        await found.go(world.room)
        ready = await prepared(found.page, world.room)
        site = await crawl(found.page, world.room, *ready)
        found.troubles.found.clear()  # told by the test below
        return site


@pytest.fixture
def path(site: Site, route: str) -> str:
    assert route in site.paths, f"no link leads to {route}"
    return site.paths[route][0]


async def test_no_link_leads_nowhere(site: Site) -> None:
    assert site.broken == {}


async def test_a_file_is_kept_and_never_shown_as_a_page(site: Site) -> None:
    assert site.files
    for path, (kind, kept, policy) in site.files.items():
        if kind == "image/svg+xml":  # drawn here, of a digest, and shown under our own policy
            assert "default-src 'none'" in policy, path
        else:
            assert kept.startswith("attachment"), path
            assert "sandbox" in policy, path


async def test_no_page_holds_a_private_byte(site: Site, world: World) -> None:
    content = Vault.open(Home(world.homes["usa.desk"]).vault_path, PASSPHRASE).content
    seeds = [*content.roots, *content.archives]
    seeds += [seed for key in content.keys for seed in (key.signing, key.sealing)]
    assert len(seeds) > 4
    parts = {seed[at : at + 16] for seed in seeds for at in (0, 32)}
    told = {form for part in parts for form in (part.hex(), base64.b64encode(part[:15]).decode())}
    texts = "".join(site.texts.values())
    assert world.negotiation in texts
    assert [form for form in told if form in texts] == []


@pytest.mark.parametrize("route", shown_routes())
async def test_a_page_is_accessible_in_both_languages_and_schemes(usa: Window, path: str) -> None:
    await usa.go(path)
    for language in LANGUAGES:
        await usa.speak(language)
        await usa.dress("light")
        await axe(usa.page)
        await usa.dress("dark")
        await axe(usa.page, "color-contrast", "link-in-text-block")


@pytest.mark.parametrize("route", shown_routes())
async def test_a_page_is_well_formed_at_any_width_and_by_key(usa: Window, path: str) -> None:
    found = await usa.go(path)
    assert found.status == 200
    shape = await usa.page.evaluate(SHAPE)
    assert shape["title"].count(" · ") >= 1
    assert {key: shape[key] for key in ("h1", "main", "skip", "twice", "inline", "moves")} == {
        "h1": 1,
        "main": 1,
        "skip": "#main",
        "twice": [],
        "inline": 0,
        "moves": 0,
    }
    await _tab_through(usa)
    for language in LANGUAGES:
        await usa.resize(WIDE)
        await usa.speak(language)
        for size in (NARROW, ZOOMED):
            await usa.resize(size)
            assert await usa.page.evaluate(OVERFLOWING) == [], (language, size)


async def _tab_through(usa: Window) -> None:
    # From the top to the end, in the order of the page, and one can see where one is.
    await usa.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    before = -1
    for _ in range(MOST_KEYS):
        await usa.page.keyboard.press("Tab")
        here = await usa.page.evaluate(HERE)
        if here["body"]:
            return
        assert here["place"] > before, f"goes back: {here['what']}"
        assert here["shown"], f"focus is on something unseen: {here['what']}"
        assert here["marked"], f"focus is not marked: {here['what']}"
        before = here["place"]


async def test_the_skip_link_leads_to_the_page(usa: Window, world: World) -> None:
    await usa.go(world.room)
    await usa.page.keyboard.press("Tab")
    await usa.page.keyboard.press("Enter")
    assert await usa.page.evaluate("document.activeElement.id") == "main"


async def test_another_language_is_of_the_same_page_with_its_query(
    usa: Window, world: World
) -> None:
    await usa.go(f"{world.room}/proposals?show=open")
    await usa.speak("ru")
    assert usa.page.url.endswith("/proposals?show=open")
