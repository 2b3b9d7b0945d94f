"""The desk in a browser on a large negotiation: first paint, and from send to the other desk.

Relay and desks are processes of their own, the browser is Chromium. Run by itself with
``python -m bench.desk_live``; where Chromium is missing it says so and measures nothing.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

from playwright.async_api import async_playwright

from bench import relay_process
from bench.figures import median, quantile
from paraph.client.files import write_atomically
from tests.browser import window
from tests.browser.window import CHROMIUM, Window
from tests.browser.world import World
from tests.support.large.homes import PASSPHRASE, Large, large, point_at
from tests.support.large.stage import TALKS

PAINT_MS: Final = 500.0
ARRIVAL_MS: Final = 1_000.0
AGAIN: Final = 7
_PAGES: Final = ("", "/text", "/clause/c-100", "/redline", "/comments", "/positions", "/drafts/1")
_THREAD: Final = "/comments/C-2000"
_PAINTED: Final = """() => new Promise(done => {
  const found = () => performance.getEntriesByName('first-contentful-paint')[0];
  if (found()) done(found().startTime);
  else new PerformanceObserver((_, me) => {
    if (found()) { me.disconnect(); done(found().startTime); }
  }).observe({type: 'paint', buffered: true});
})"""


async def _painted(seen: Window, room: str) -> dict[str, float]:
    found = {}
    for path in _PAGES:
        times = []
        for _ in range(AGAIN):
            await seen.go(room + path)
            times.append(float(await seen.page.evaluate(_PAINTED)))
        first, more = times[0], times[1:]
        found[f"first contentful paint, {path or '/'}"] = quantile(more, 0.95)
        found[f"the same, median, {path or '/'}"] = median(more)
        found[f"the same, when nothing was computed yet, {path or '/'}"] = first
    return found


async def _arrivals(from_: Window, to: Window, room: str) -> list[float]:
    # From the click on "Sign and send" until the words stand on the other desk's page.
    times = []
    await to.go(room + _THREAD)
    for number in range(AGAIN):
        words = f"Answer {number} of a bench."
        await from_.go(room + _THREAD)
        await from_.page.fill('textarea[name="body"]', words)
        await from_.page.click('button[name="do"][value="answer"]')
        button = from_.page.locator("button[form=send]")
        await button.wait_for()
        async with from_.page.expect_navigation():  # the other desk may well be the first
            begun = time.perf_counter()
            await asyncio.gather(
                button.click(no_wait_after=True),
                to.page.wait_for_selector(f"#main >> text={words}", timeout=30_000),
            )
            times.append((time.perf_counter() - begun) * 1000)
    return times


async def _live(made: Large, relay: relay_process.Relay, folder: Path) -> dict[str, float]:
    passphrase = folder / "passphrase"
    write_atomically(passphrase, PASSPHRASE + b"\n")
    desk = made.desk("USA")
    world = World(
        folder=folder,
        passphrase=passphrase,
        homes={code: made.home(code).path for code in ("USA", "RUS")},
        relay=relay,  # type: ignore[arg-type]  # a world asks nothing of it
        channel=desk.channel,
        negotiation=TALKS.hex(),
        statements={},
    )
    desk.replica.close()
    async with (
        async_playwright() as playwright,
        window.chromium(playwright) as browser,
        world.desk("USA") as usa,
        world.desk("RUS") as rus,
    ):
        ours, theirs = await window.enter(browser, usa), await window.enter(browser, rus)
        async with (
            window.at_desk(browser, usa, ours) as seen,
            window.at_desk(browser, rus, theirs) as other,
        ):
            found = await _painted(seen, world.room)
            times = await _arrivals(other, seen, world.room)
    found["from send to the other desk, median"] = median(times)
    found["from send to the other desk, p95"] = quantile(times, 0.95)
    return found


def desk_live() -> dict[str, float]:
    """Return milliseconds: first contentful paint of pages, and from send to appearance."""
    if not Path(CHROMIUM).exists():
        return {}
    home = large()
    with tempfile.TemporaryDirectory(prefix="live-", dir=home.path.parent) as directory:
        folder = Path(directory)
        made = home.copied(folder / "large")
        with relay_process.serving(made.relay) as relay:
            point_at(made, relay.card)
            return asyncio.run(_live(made, relay, folder))


def lines(found: dict[str, float]) -> list[str]:
    """Return the figures for people, each beside its bound."""
    if not found:
        return [f"the desk in a browser: not measured, {CHROMIUM} is missing"]
    return [
        f"{name:56}{took:9.0f} ms  of {ARRIVAL_MS if 'send' in name else PAINT_MS:.0f}"
        for name, took in found.items()
    ]


if __name__ == "__main__":
    print("\n".join(lines(desk_live())))
