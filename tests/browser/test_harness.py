"""What the other tests here rest on is seen to find what it looks for."""

import datetime as dt

import pytest
from aiohttp import web
from playwright.async_api import Browser

from paraph.client.demo import script
from paraph.client.scenario import load, shipped
from paraph.client.web.guard import HEADERS
from tests.browser import axe, window
from tests.browser.world import MIDDLE, World, moved
from tests.support.serving import serving

BAD = """<!doctype html><html><head><title>x</title></head><body><main><h1>x</h1>
<img src="/none.png"><input><p style="color:#ccc">pale</p></main></body></html>"""
GOOD = """<!doctype html><html lang="en"><head><title>x</title></head><body><main><h1>x</h1>
</main></body></html>"""


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html", headers=HEADERS)


async def test_axe_finds_what_is_wrong(browser: Browser) -> None:
    async def page_with(text: str) -> list[str]:
        async with window.blank(browser) as (_, page, __):
            await page.set_content(text)
            return sorted(each["id"] for each in await axe.violations(page))

    assert {"html-has-lang", "image-alt", "label"} <= set(await page_with(BAD))
    assert await page_with(GOOD) == []


async def test_trouble_in_the_browser_fails_a_test_unless_it_is_expected(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bad(_: web.Request) -> web.Response:
        return _html(BAD)

    async with serving(web.get("/", bad)) as origin:
        with pytest.raises(AssertionError, match="Content Security Policy"):
            async with window.blank(browser) as (_, page, __):
                await page.goto(origin)
        async with (
            window.blank(browser) as (_, page, troubles),
            troubles.expected("none.png", "inline style"),
        ):
            await page.goto(origin)
        async with window.blank(browser) as (_, page, troubles):
            expecting = troubles.expected("never said")
            await expecting.__aenter__()
            await page.goto("about:blank")
            monkeypatch.setattr(window, "WAIT_MS", 10)
            with pytest.raises(AssertionError, match="did not come"):
                await expecting.__aexit__(None, None, None)


async def test_a_scenario_is_moved_as_a_whole() -> None:
    now = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    before, after = load(shipped()), load(moved(shipped(), MIDDLE, now))
    by = round((now - dt.datetime.fromisoformat(MIDDLE)).total_seconds() * 1000)
    acts = [[act.at for act in script.acts(scenario)] for scenario in (before, after)]
    assert [at + by for at in acts[0]] == acts[1]


async def test_the_world_is_open_in_the_middle(world: World) -> None:
    told = await world.say("usa.desk", "status")
    assert "negotiating, round 3" in told
    assert "silence S-" in told
