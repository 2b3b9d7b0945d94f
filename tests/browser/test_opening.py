"""The page that shows how far a large home has been opened, and leads on by itself."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from paraph.client.channel.tools import Tools
from paraph.client.demo.cast import PASSPHRASE
from paraph.client.keys.home import Home
from paraph.client.web import language
from paraph.client.web import office as offices
from paraph.client.web.office import Office
from paraph.client.web.pages import door
from paraph.client.web.serving import serving
from tests.browser import window
from tests.browser.axe import axe
from tests.browser.window import LANGUAGES, NARROW, OVERFLOWING, SCHEMES, SIGNED_IN, WIDE
from tests.browser.world import World
from tests.support.slow_opening import Slow


async def test_opening_is_watched_and_leads_on_by_itself(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In this process, so that it opens when the test has seen enough.
    slow = Slow()
    monkeypatch.setattr(door, "PATIENCE_S", 0)
    monkeypatch.setattr(offices, "open_channels", slow)
    office = Office(Home(world.homes["usa.legal"]), Tools())
    async with serving(office) as served, window.blank(browser) as (context, page, _):
        await page.goto(served.address())
        await page.locator("form button").first.click()
        await page.fill('input[type="password"]', PASSPHRASE.decode())
        await page.locator("form button.act").click()
        bar = page.locator("progress[max]")
        await bar.wait_for()  # its scripts ask again, and show what was told meanwhile
        assert await bar.get_attribute("value") == "64"
        for spoken in LANGUAGES:
            await context.add_cookies(
                [{"name": language.COOKIE, "value": spoken, "url": served.origin}]
            )
            await page.reload()
            await page.wait_for_selector(f'html[lang="{spoken}"]')
            for scheme in SCHEMES:
                await page.emulate_media(color_scheme=scheme)
                await axe(page)
            for width, height in (NARROW, WIDE):
                await page.set_viewport_size({"width": width, "height": height})
                assert await page.evaluate(OVERFLOWING) == []
        slow.goes_on.set()
        await page.wait_for_selector(SIGNED_IN)
