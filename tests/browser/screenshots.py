"""Pictures of the desk for the documents: ``python -m tests.browser.screenshots``.

The sample is played up to its middle, as the tests here play it, and each view is kept as a person
sees it: narrow or wide, light or dark, English or Russian.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import Page, async_playwright

from tests.browser import window
from tests.browser.window import NARROW, WIDE, Language, Scheme, Window
from tests.browser.world import World, played

FOLDER: Final = Path(__file__).parents[2] / "docs/screenshots"
MOST_HIGH: Final = 1000
"""Pixels of a page that are kept: what is below shows nothing new."""


@dataclasses.dataclass(frozen=True, slots=True)
class Shot:
    """One picture.

    Attributes:
        name: Of the file, without its ending.
        path: Of the page; below the negotiation unless it begins with a slash.
        language: Of the interface.
        scheme: Light or dark.
        size: Of the window, CSS pixels.
        person: Whose desk.
    """

    name: str
    path: str
    language: Language = "en"
    scheme: Scheme = "light"
    size: tuple[int, int] = WIDE
    person: str = "usa.desk"


SHOTS: Final = (
    Shot("front", ""),
    Shot("front-dark-ru", "", "ru", "dark", WIDE, "rus.desk"),
    Shot("front-narrow", "", size=NARROW),
    Shot("text", "text"),
    Shot("text-dark-ru", "text", "ru", "dark", WIDE, "rus.desk"),
    Shot("redline", "redline"),
    Shot("redline-narrow-ru", "redline", "ru", "light", NARROW, "rus.desk"),
    Shot("comments-ru", "comments", "ru", "light", WIDE, "rus.desk"),
    Shot("proposals", "proposals"),
    Shot("dispatches", "dispatches"),
    Shot("conclusion", "conclusion"),
    Shot("trust", "trust"),
)


async def keep(page: Page, path: Path) -> None:
    """Keep the page as it is now, no higher than a picture in a document may be."""
    high = min(MOST_HIGH, await page.evaluate("document.documentElement.scrollHeight"))
    size = page.viewport_size
    assert size is not None
    await page.screenshot(
        path=path,
        full_page=True,
        animations="disabled",
        clip={"x": 0, "y": 0, "width": size["width"], "height": max(high, size["height"])},
    )


async def _take(found: Window, world: World, shot: Shot, folder: Path) -> None:
    await found.resize(shot.size)
    await found.dress(shot.scheme)
    path = shot.path if shot.path.startswith("/") else f"{world.room}/{shot.path}".rstrip("/")
    await found.go(path)
    await found.speak(shot.language)
    await keep(found.page, folder / f"{shot.name}.png")


async def take(folder: Path, names: list[str]) -> None:
    """Play the sample and keep the pictures in *folder*.

    Args:
        folder: Made if it is not there.
        names: Which; all if there is none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [shot for shot in SHOTS if not names or shot.name in names]
    with tempfile.TemporaryDirectory(prefix="paraph-screenshots-") as away:
        async with (
            async_playwright() as playwright,
            window.chromium(playwright) as browser,
            played(Path(away)) as world,
            world.bot("usa.desk"),
            world.bot("rus.desk"),
        ):
            for person in sorted({shot.person for shot in wanted}):
                async with world.desk(person) as desk:
                    session = await window.enter(browser, desk)
                    async with window.at_desk(browser, desk, session) as found:
                        for shot in wanted:
                            if shot.person == person:
                                await _take(found, world, shot, folder)


def main() -> None:
    """Take the pictures that are named, or all."""
    parser = argparse.ArgumentParser(description="Keep pictures of the desk.")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder [default: %(default)s]")
    parser.add_argument("names", nargs="*", help="which pictures; all without")
    given = parser.parse_args()
    asyncio.run(take(given.out, given.names))


if __name__ == "__main__":
    main()
