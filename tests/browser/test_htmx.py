"""The vendored htmx under the desk's own policy and configuration: a page looks again in place."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web
from playwright.async_api import Browser, Page

from paraph.client.web.assets import STATIC
from paraph.client.web.guard import HEADERS
from tests.browser import window
from tests.support.serving import serving

TEMPLATES: Final = STATIC.with_name("templates")
AGAIN: Final = 'document.body.dispatchEvent(new CustomEvent("doc-changed"))'


def _found(template: str, pattern: str) -> str:
    # The real configuration, so that a change of it is a change of what is tested.
    found = re.search(pattern, (TEMPLATES / template).read_text(encoding="utf-8"))
    assert found is not None
    return found[0]


class Growing:
    """A page that has one more row on top each time it is asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False
        self._meta = _found("parts/htmx.html", "<meta name=\"htmx-config\" content='[^']*'>")
        self._script = _found("parts/htmx.html", '<script src="[^"]*htmx[^"]*"[^>]*></script>')
        self._live = _found("parts/live.html", "(?s).*").strip()

    async def page(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.broken:
            return web.Response(status=500, text="<main id=main>broken</main>", headers=HEADERS)
        rows = "".join(
            f'<li id="row-{row}"><a id="to-{row}" href="/">{row}</a></li>'
            for row in range(self.asked, -40, -1)
        )
        text = f"""<!doctype html><html lang="en"><head><title>{request.query_string}</title>
{self._meta}{self._script}</head><body><main id="main" {self._live}><h1>{self.asked}</h1>
<details id="more"><summary>more</summary>{self.asked}</details><ul>{rows}</ul>
<form><textarea id="text">theirs {self.asked}</textarea></form>
<form hx-morph-skip><input id="mine" value="{self.asked}"></form></main></body></html>"""
        return web.Response(text=text, content_type="text/html", headers=HEADERS)


async def _again(page: Page, number: int) -> None:
    await page.evaluate(AGAIN)
    await page.wait_for_selector(f"h1:text-is('{number}')")


async def test_nothing_moves_under_a_person_when_a_page_looks_again(browser: Browser) -> None:
    growing = Growing()
    routes = (web.get("/", growing.page), web.static("/static/", STATIC))
    async with serving(*routes) as origin, window.blank(browser) as (_, page, troubles):
        await page.goto(f"{origin}/?v=2&clause=c-1")
        await page.click("#more summary")
        await page.fill("#mine", "kept")
        await page.focus("#text")
        await page.evaluate("text.setSelectionRange(2, 4)")
        await _again(page, 2)
        await _again(page, 3)
        assert await page.title() == "v=2&clause=c-1"
        assert await page.evaluate("[document.activeElement.id, more.open, mine.value]") == [
            "text",
            True,
            "kept",
        ]
        assert await page.evaluate("[text.selectionStart, text.selectionEnd]") == [2, 4]
        await page.focus("#to--30")
        await _again(page, 4)
        assert await page.evaluate("document.activeElement.id") == "to--30"
        assert await page.locator("main").count() == 1

        # A page that fails changes nothing, and the next hint finds the page as alive as before.
        growing.broken = True
        async with troubles.expected("status 500", "status of 500"):
            await page.evaluate(AGAIN)
        assert await page.text_content("h1") == "4"
        growing.broken = False
        await _again(page, 6)
