"""Every page of the desk, as a person meets it: both languages, both schemes, any width, by key."""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from paraph.client.demo.cast import PASSPHRASE
from paraph.client.keys.home import Home
from paraph.client.keys.vault import Vault
from tests.browser import window
from tests.browser.axe import axe
from tests.browser.conftest import speaking
from tests.browser.visits import Site, shown_routes
from tests.browser.window import (
    LANGUAGES,
    NARROW,
    OVERFLOWING,
    SCHEMES,
    SIGNED_IN,
    WIDE,
    Language,
    Scheme,
    Window,
)
from tests.browser.world import World
from tests.support.said import foreign

ZOOMED: Final = (640, 450)
"""What 200 % leaves of a window of 1280 by 900, CSS pixels."""
MOST_KEYS: Final = 150
OF_COLOURS: Final = ("color-contrast", "link-in-text-block")
"""The rules of axe that depend on the scheme: its stylesheet changes colours and nothing else."""
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


async def test_no_link_leads_nowhere(usa_site: Site, rus_site: Site) -> None:
    assert usa_site.broken == {}
    assert rus_site.broken == {}


async def test_a_file_is_kept_and_never_shown_as_a_page(usa_site: Site) -> None:
    assert usa_site.files
    for path, (kind, kept, policy) in usa_site.files.items():
        if kind == "image/svg+xml":  # drawn here, of a digest, and shown under our own policy
            assert "default-src 'none'" in policy, path
        else:
            assert kept.startswith("attachment"), path
            assert "sandbox" in policy, path


async def test_no_page_holds_a_private_byte(usa_site: Site, world: World) -> None:
    content = Vault.open(Home(world.homes["usa.desk"]).vault_path, PASSPHRASE).content
    seeds = [*content.roots, *content.archives]
    seeds += [seed for key in content.keys for seed in (key.signing, key.sealing)]
    assert len(seeds) > 4
    parts = {seed[at : at + 16] for seed in seeds for at in (0, 32)}
    told = {form for part in parts for form in (part.hex(), base64.b64encode(part[:15]).decode())}
    texts = "".join(usa_site.texts.values())
    assert world.negotiation in texts
    assert [form for form in told if form in texts] == []


@pytest.mark.parametrize("route", shown_routes())
async def test_a_page_at_one_desk_in_english(usa: Window, usa_site: Site, route: str) -> None:
    await _look_at(usa, _path(usa_site, route), "en", "light")


@pytest.mark.parametrize("route", shown_routes())
async def test_a_page_at_the_other_desk_in_russian(rus: Window, rus_site: Site, route: str) -> None:
    await _look_at(rus, _path(rus_site, route), "ru", "dark")


def _path(site: Site, route: str) -> str:
    assert route in site.paths, f"no link leads to {route}"
    return site.paths[route][0]


async def _look_at(seen: Window, path: str, language: Language, scheme: Scheme) -> None:
    # Every rule runs in both languages, one at each desk: labels and texts are of a language. Of
    # all rules only those on colours look at what a scheme changes, and they run in both schemes
    # in each language; so no combination is left out, and nothing is looked at twice.
    await speaking(seen, language)
    await seen.dress(scheme)
    found = await seen.go(path)
    assert found.status == 200
    await axe(seen.page)
    await seen.dress("dark" if scheme == "light" else "light")
    await axe(seen.page, *OF_COLOURS)
    await _well_formed(seen)
    await _tab_through(seen)
    for size in (NARROW, ZOOMED):
        await seen.resize(size)
        assert await seen.page.evaluate(OVERFLOWING) == [], size


async def _well_formed(seen: Window) -> None:
    shape = await seen.page.evaluate(SHAPE)
    assert shape["title"].count(" · ") >= 1
    assert {key: shape[key] for key in ("h1", "main", "skip", "twice", "inline", "moves")} == {
        "h1": 1,
        "main": 1,
        "skip": "#main",
        "twice": [],
        "inline": 0,
        "moves": 0,
    }


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_door(world: World, browser: Browser, language: Language) -> None:
    # A desk of its own: to lock one would lock whoever else is there.
    async with world.desk("usa.legal") as desk, window.blank(browser) as (context, page, troubles):
        seen = await speaking(Window(context, page, desk, troubles), language)
        await page.goto(desk.url)
        await _closed(seen)
        await page.locator("form button").first.click()
        await page.wait_for_selector(SIGNED_IN)
        await page.locator(f"{SIGNED_IN} button").click()
        await page.wait_for_selector('input[type="password"]')
        assert urlsplit(page.url).path == "/unlock"
        await _closed(seen)


async def _closed(seen: Window) -> None:
    assert list(foreign(await seen.page.content(), await _language(seen))) == []
    for scheme in SCHEMES:
        await seen.dress(scheme)
        await axe(seen.page)
    for size in (NARROW, ZOOMED, WIDE):
        await seen.resize(size)
        assert await seen.page.evaluate(OVERFLOWING) == [], size


async def _language(seen: Window) -> str:
    return str(await seen.page.evaluate("document.documentElement.lang"))


async def test_every_page_speaks_the_language_of_its_person(usa_site: Site, rus_site: Site) -> None:
    for site, language in ((usa_site, "en"), (rus_site, "ru")):
        told = {
            f"{path}: {words}"
            for path, text in site.texts.items()
            for words in foreign(text, language)
        }
        assert told == set()


async def _tab_through(seen: Window) -> None:
    # From the top to the end, in the order of the page, and one can see where one is.
    await seen.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    before = -1
    for _ in range(MOST_KEYS):
        await seen.page.keyboard.press("Tab")
        here = await seen.page.evaluate(HERE)
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
