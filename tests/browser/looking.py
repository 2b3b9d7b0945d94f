"""A page as everybody may meet it: every language and scheme, wide and narrow."""

from __future__ import annotations

from tests.browser.axe import axe
from tests.browser.window import LANGUAGES, NARROW, OVERFLOWING, SCHEMES, WIDE, Window
from tests.support.said import foreign


async def looked_at(seen: Window) -> None:
    """Fail if the page that is open is wrong to anybody; it is English again afterwards.

    The language is chosen by the button of the page, so that this page must have one, and be
    another than the answer to a form, which nobody can ask for again.
    """
    for spoken in LANGUAGES:
        await seen.speak(spoken)
        left = list(foreign(await seen.page.content(), spoken))
        assert not left, left
        for scheme in SCHEMES:
            await seen.dress(scheme)
            await axe(seen.page)
        for size in (NARROW, WIDE):
            await seen.resize(size)
            assert await seen.page.evaluate(OVERFLOWING) == [], size
    await seen.speak("en")
    await seen.dress("light")
