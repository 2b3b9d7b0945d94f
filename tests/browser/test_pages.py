"""Every page of the desk, in both languages and both schemes, wide and narrow."""

from __future__ import annotations

import pytest

from tests.browser.axe import axe
from tests.browser.window import LANGUAGES, SCHEMES, Window
from tests.browser.world import World

PAGES = ("",)


@pytest.mark.parametrize("path", PAGES)
async def test_page_smoke(usa: Window, world: World, path: str) -> None:
    found = await usa.go(world.room + path)
    assert found.status == 200
    for language in LANGUAGES:
        await usa.speak(language)
        for scheme in SCHEMES:
            await usa.dress(scheme)
            await axe(usa.page)
