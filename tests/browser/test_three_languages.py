"""An Arabic text in a real browser: directions as computed, nothing over the edge, axe."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser import window
from tests.browser.axe import axe
from tests.browser.window import NARROW, OVERFLOWING, SIGNED_IN, WIDE, Window
from tests.browser.world import START_S, Running, Served
from tests.support.commands import PASSPHRASE
from tests.support.three_languages import three_languages

# Where the letters of an element begin, and where the element does: from the right they share
# their right edge.
SET: Final = """
(css) => [...document.querySelectorAll(css)].map((e) => {
  const range = document.createRange();
  range.selectNodeContents(e);
  const words = range.getBoundingClientRect(), box = e.getBoundingClientRect();
  const style = getComputedStyle(e);
  return [style.direction, style.textAlign, Math.round(box.right - words.right)];
})
"""
# Whether the number of a clause stands at the right of its words.
BESIDE: Final = """
(css) => [...document.querySelectorAll(css)].map((e) => {
  const number = e.querySelector(".n").getBoundingClientRect();
  const words = e.querySelector(".words").getBoundingClientRect();
  return [number.left >= words.right - 1, number.left - words.right];
})
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Commands run loops of their own: before the one of the browser, in a thread of their own.
    return tmp_path_factory.mktemp("three")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(home: Path) -> AsyncIterator[Served]:
    usa, _ = await asyncio.to_thread(three_languages, home)
    asked = (sys.executable, "-m", "tests.support.desk_process", str(usa.home), PASSPHRASE)
    process = await asyncio.create_subprocess_exec(*asked, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_S):
            url = (await process.stdout.readline()).decode().strip()
        running = Running(process, home / "desk.log")
        yield Served("usa", running, url, url.partition("/enter")[0])
    finally:
        process.kill()
        await process.wait()


@pytest_asyncio.fixture(loop_scope="session")
async def seen(desk: Served, browser: Browser) -> AsyncIterator[Window]:
    async with window.blank(browser) as (context, page, troubles):
        yield Window(context, page, desk, troubles)


async def test_arabic_in_a_real_browser(seen: Window) -> None:
    page = seen.page
    await page.goto(seen.desk.url)
    await page.locator("form button").first.click()
    await page.wait_for_selector(SIGNED_IN)
    room = page.url
    for view in ("text", "text?clean", "redline?from=v1&to=v2", "clause/distance", "proposals/new"):
        await page.goto(f"{room}/{view}")
        for size in (WIDE, NARROW):
            await seen.resize(size)
            assert await page.evaluate(OVERFLOWING) == [], (view, size)
        await axe(page)

    await page.goto(f"{room}/text?clean")
    for size in (WIDE, NARROW):
        await seen.resize(size)
        for code in ("fr", "el"):
            found = await page.evaluate(SET, f'#clause-distance [lang="{code}"] .words')
            assert [(direction, align) for direction, align, _ in found] == [("ltr", "start")]
        # It begins with Latin letters, and is set from the right all the same: at its right edge.
        (arabic,) = await page.evaluate(SET, '#clause-distance [lang="ar"] .words')
        assert arabic[:2] == ["rtl", "start"]
        assert arabic[2] <= 1
        ((right, _),) = await page.evaluate(BESIDE, '#clause-distance [lang="ar"]')
        assert right, "the number hangs at the right of its words"
    # What the desk says itself, in English here, goes on from left to right.
    assert await page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == "ltr"
    assert await page.evaluate("getComputedStyle(document.body).direction") == "ltr"
