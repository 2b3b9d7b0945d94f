"""A browser window on a desk, which fails its test for whatever goes wrong in it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, Literal

from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    Response,
    StorageState,
)

from tests.browser.world import Served

CHROMIUM: Final = "/usr/bin/chromium"
REBOUND: Final = "rebound.example"
"""A name that the browser takes for this machine, as after DNS rebinding."""
FONTS: Final = Path(__file__).with_name("fonts.conf")
# Without a sandbox because tests run as root; nothing is asked of the network by the browser
# itself, which would be refused and show up as errors.
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
    "--disable-lcd-text",
    f"--host-resolver-rules=MAP *.{REBOUND} 127.0.0.1,MAP {REBOUND} 127.0.0.1",
)
WAIT_MS: Final = 15_000
"""How long a test waits for what it expects; a machine that is busy is slow, never wrong."""

Language = Literal["en", "ru"]
Scheme = Literal["light", "dark"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ru")
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
SIGNED_IN: Final = "header form.lock"
"""Only a page behind the door has it."""
OVERFLOWING: Final = """
() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const scrolls = (e) => e && (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX) ||
    scrolls(e.parentElement));
  const over = [...document.body.querySelectorAll("*")]
    .filter((e) => e.getBoundingClientRect().right > wide + 1);
  const loose = over.filter((e) => !scrolls(e.parentElement));
  // Without any it is one that is placed outside of what scrolls around it.
  const placed = over.filter((e) => getComputedStyle(e).position === "absolute");
  const found = loose.length ? loose : placed.length ? placed : over;
  return found.slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
}
"""
"""What goes over the edge of the window, as the beginnings of its elements."""
WIDE: Final = (1280, 900)
NARROW: Final = (390, 844)


@contextlib.asynccontextmanager
async def chromium(playwright: Playwright) -> AsyncIterator[Browser]:
    """Start Debian's Chromium, without a screen."""
    browser = await playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=list(FLAGS),
        env={**os.environ, "FONTCONFIG_FILE": str(FONTS)},
    )
    try:
        yield browser
    finally:
        await browser.close()


@dataclasses.dataclass  # no slots: playwright writes on whom it calls
class Troubles:
    """What went wrong in a window: console errors and warnings, exceptions, failed requests.

    Attributes:
        found: In order, in words.
    """

    found: list[str] = dataclasses.field(default_factory=list)
    _news: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)

    def watch(self, context: BrowserContext) -> None:
        """Begin: every page of *context* is heard, those to come too."""
        context.on(
            "console",
            lambda said: (
                self._note(f"console {said.type}: {said.text} ({said.location.get('url', '')})")
                if said.type in {"error", "warning"}
                else None
            ),
        )
        context.on("weberror", lambda error: self._note(f"exception: {error.error}"))
        context.on("requestfailed", lambda asked: self._failed(asked.url, asked.failure or ""))
        context.on("response", self._answered)

    def _failed(self, url: str, why: str) -> None:
        # A page that is left ends what it was asking for; that is no failure.
        if "ERR_ABORTED" not in why:
            self._note(f"failed request: {url} {why}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"status {response.status}: {response.url}")

    def _note(self, what: str) -> None:
        # The browser asks for the sign of an answer that is no page and names none.
        if "/favicon.ico" not in what:
            self.found.append(what)
            self._news.set()

    @contextlib.asynccontextmanager
    async def expected(self, *patterns: str) -> AsyncIterator[None]:
        """Take what matches one of *patterns* for what the test is about, inside the block.

        Each must come, and is waited for: the console tells late. A failed status is told twice,
        by itself (``status 403``) and by the console (``status of 403``).
        """
        before = len(self.found)
        yield
        wanted = [re.compile(pattern) for pattern in patterns]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAIT_MS / 1000):
                while self._unseen(before, wanted):
                    self._news.clear()
                    await self._news.wait()
        new, unseen = self.found[before:], self._unseen(before, wanted)
        assert not unseen, f"expected trouble did not come: {unseen}; what came: {new}"
        rest = [each for each in new if not any(pattern.search(each) for pattern in wanted)]
        self.found[before:] = rest

    def _unseen(self, before: int, wanted: list[re.Pattern[str]]) -> list[str]:
        new = self.found[before:]
        return [each.pattern for each in wanted if not any(map(each.search, new))]

    def none(self) -> None:
        """Fail if anything went wrong."""
        assert not self.found, "\n".join(["trouble in the browser:", *self.found])


@dataclasses.dataclass(slots=True)
class Window:
    """One browser profile at one desk.

    Attributes:
        context: The profile.
        page: Its page.
        desk: The desk.
        troubles: What went wrong in it.
    """

    context: BrowserContext
    page: Page
    desk: Served
    troubles: Troubles

    async def go(self, path: str) -> Response:
        """Open a page of the desk and wait until its scripts ran."""
        found = await self.page.goto(f"{self.desk.origin}{path}", wait_until="load")
        assert found is not None
        return found

    async def speak(self, language: Language) -> None:
        """Choose the language of the desk, as a person does."""
        button = self.page.locator(f'header button[name="language"][value="{language}"]')
        if await button.get_attribute("aria-pressed") != "true":
            await button.click()
            await self.page.wait_for_selector(f'html[lang="{language}"]')
            await self.page.wait_for_load_state()  # its colours stand in another file

    async def dress(self, scheme: Scheme) -> None:
        """Prefer light or dark."""
        await self.page.emulate_media(color_scheme=scheme)

    async def resize(self, size: tuple[int, int]) -> None:
        """Give the window another size, CSS pixels."""
        await self.page.set_viewport_size({"width": size[0], "height": size[1]})


@contextlib.asynccontextmanager
async def blank(
    browser: Browser, session: StorageState | None = None
) -> AsyncIterator[tuple[BrowserContext, Page, Troubles]]:
    """Open a new profile that is heard; whatever goes wrong in it fails the block.

    Args:
        browser: The browser.
        session: Cookies to begin with.
    """
    context = await browser.new_context(
        viewport={"width": WIDE[0], "height": WIDE[1]},
        locale="en-GB",
        reduced_motion="reduce",
        storage_state=session,
    )
    context.set_default_timeout(WAIT_MS)
    troubles = Troubles()
    troubles.watch(context)
    try:
        yield context, await context.new_page(), troubles
        troubles.none()
    finally:
        await context.close()


async def enter(browser: Browser, desk: Served) -> StorageState:
    """Come into *desk* by its address, as a person does who was given it; return the session."""
    async with blank(browser) as (context, page, _):
        await page.goto(desk.url)
        await page.locator("form button").first.click()
        await page.wait_for_selector(SIGNED_IN)
        return await context.storage_state()


@contextlib.asynccontextmanager
async def at_desk(browser: Browser, desk: Served, session: StorageState) -> AsyncIterator[Window]:
    """Open a window that is signed in; no page is open yet."""
    async with blank(browser, session) as (context, page, troubles):
        yield Window(context, page, desk, troubles)
