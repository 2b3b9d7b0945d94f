"""What other pages on this machine can do to a desk, tried in the browser: nothing."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from playwright.async_api import Browser

from tests.browser import window
from tests.browser.conftest import Entered
from tests.browser.window import REBOUND, SIGNED_IN, Window
from tests.browser.world import World
from tests.support.serving import serving

REFUSED: Final = ("status 403", "status of 403")


class Foreign:
    """Pages of somebody else on this machine; they know the address of the desk.

    Attributes:
        cookies: Every cookie header that came along.
    """

    def __init__(self, desk: str) -> None:
        self._desk = desk
        self.cookies: list[str] = []

    def routes(self) -> tuple[web.RouteDef, ...]:
        """Return its routes."""
        return web.get("/", self._page), web.get("/seen", self._seen)

    async def _page(self, request: web.Request) -> web.Response:
        self._note(request)
        text = f"""<!doctype html><html lang="en"><title>other</title>
<a id="visit" href="{self._desk}/">visit</a>
<form id="lock" method="post" action="{self._desk}/lock"><button>lock</button></form></html>"""
        return web.Response(text=text, content_type="text/html")

    async def _seen(self, request: web.Request) -> web.Response:
        self._note(request)
        return web.Response(text="seen")

    def _note(self, request: web.Request) -> None:
        self.cookies += request.headers.getall("Cookie", [])


async def _is_signed_in(usa: Window, world: World) -> bool:
    await usa.go(world.room)
    return await usa.page.locator(SIGNED_IN).count() == 1


async def test_a_form_of_another_port_changes_nothing(usa: Window, world: World) -> None:
    foreign = Foreign(usa.desk.origin)
    for host in ("127.0.0.1", "other.localhost"):
        async with serving(*foreign.routes()) as origin, usa.troubles.expected(*REFUSED):
            await usa.page.goto(origin.replace("127.0.0.1", host))
            await usa.page.click("#lock button")
            await usa.page.wait_for_url(f"{usa.desk.origin}/lock")
        assert await _is_signed_in(usa, world)


async def test_a_script_of_another_port_neither_acts_nor_reads(usa: Window, world: World) -> None:
    foreign = Foreign(usa.desk.origin)
    async with (
        serving(*foreign.routes()) as origin,
        usa.troubles.expected("CORS policy", "ERR_FAILED", "ERR_BLOCKED_BY_RESPONSE"),
    ):
        await usa.page.goto(origin)
        told = await usa.page.evaluate(
            """async (desk) => {
              const ask = (path, how) => fetch(desk + path, how).then(
                async (answer) => answer.type + (await answer.text()), () => "refused");
              return [
                await ask("/", { credentials: "include" }),
                await ask("/lock", { method: "POST", mode: "no-cors", credentials: "include" }),
              ];
            }""",
            usa.desk.origin,
        )
        assert told[0] == "refused"
        assert told[1] in {"refused", "opaque"}
    assert await _is_signed_in(usa, world)


async def test_another_port_is_not_told_the_session(usa: Window, world: World) -> None:
    assert await _is_signed_in(usa, world)
    foreign = Foreign(usa.desk.origin)
    async with serving(*foreign.routes()) as origin:
        for host in ("127.0.0.1", "localhost", "other.localhost"):
            await usa.page.goto(origin.replace("127.0.0.1", host) + "/seen")
        assert foreign.cookies == []
        # The control: under the desk's own name, which nobody else can know, it would be told.
        name = urlsplit(usa.desk.origin).hostname
        await usa.page.goto(f"http://{name}:{urlsplit(origin).port}/seen")
    assert "paraph-" in foreign.cookies[0]


async def test_a_name_that_was_rebound_to_this_machine_is_not_answered(usa: Window) -> None:
    port = usa.desk.origin.rsplit(":", 1)[1]
    for name in (REBOUND, f"127.0.0.1.{REBOUND}", "elsewhere.localhost"):
        untrusted = ("Cross-Origin-Opener-Policy",) if REBOUND in name else ()
        async with usa.troubles.expected("status 421", "status of 421", *untrusted):
            found = await usa.page.goto(f"http://{name}:{port}/")
            assert found is not None
            assert found.status == 421
            assert "paraph desk" in await usa.page.inner_text("body")


async def test_a_link_from_elsewhere_arrives_after_one_click(usa: Window) -> None:
    foreign = Foreign(usa.desk.origin)
    async with serving(*foreign.routes()) as origin:
        await usa.page.goto(origin)
        async with usa.troubles.expected(*REFUSED):
            await usa.page.click("#visit")
            await usa.page.wait_for_selector("main h1")
        await usa.page.click('main a[href="/"]')
        await usa.page.wait_for_selector(SIGNED_IN)


async def test_an_address_lets_one_browser_in_once(usa_entered: Entered, browser: Browser) -> None:
    async with window.blank(browser) as (_, page, troubles):
        await page.goto(usa_entered.desk.url)
        async with troubles.expected(*REFUSED):
            await page.locator("form button").first.click()
            await page.wait_for_selector("[role=alert]")
        async with troubles.expected(*REFUSED):
            await page.goto(usa_entered.desk.origin)
        assert await page.locator(SIGNED_IN).count() == 0


async def test_a_page_runs_and_loads_nothing_of_others_and_stands_in_no_frame(
    usa: Window, world: World
) -> None:
    await usa.go(world.room)
    foreign = Foreign(usa.desk.origin)
    async with serving(*foreign.routes()) as origin:
        async with usa.troubles.expected(
            "script-src", "img-src", "style-src", "Refused to connect", "csp$", "connect-src"
        ):
            await usa.page.evaluate(
                """async (origin) => {
                  const script = document.createElement("script");
                  script.textContent = "document.body.dataset.ran = 1";
                  const style = document.createElement("style");
                  style.textContent = "body { display: none }";
                  const image = document.createElement("img");
                  image.src = origin + "/seen";
                  document.body.append(script, style, image);
                  await fetch(origin + "/seen", { mode: "no-cors" }).catch(() => null);
                }""",
                origin,
            )
        assert await usa.page.evaluate("document.body.dataset.ran ?? ''") == ""
        assert await usa.page.is_visible("h1")

        await usa.page.goto(origin)
        async with usa.troubles.expected("frame-ancestors", "ERR_BLOCKED", "403"):
            await usa.page.evaluate(
                """(desk) => {
                  const frame = document.createElement("iframe");
                  frame.src = desk + "/";
                  document.body.append(frame);
                }""",
                usa.desk.origin,
            )
    assert not re.search("paraph", str(foreign.cookies))
