"""A page as everybody may meet it: every language and scheme, wide and narrow."""

from __future__ import annotations

from tests.browser.axe import axe
from tests.browser.window import LANGUAGES, NARROW, OVERFLOWING, SCHEMES, WIDE, Language, Window
from tests.support.said import foreign


async def looked_at(seen: Window) -> None:
    """Fail if the page that is open is wrong to anybody; it is English again afterwards.

    The language is chosen by the button of the page: it must have one, and be another than the
    answer to a form, which nobody can ask for again.
    """
    for spoken in LANGUAGES:
        await seen.speak(spoken)
        await looked_at_as_it_is(seen, spoken)
    await seen.speak("en")


async def looked_at_as_it_is(seen: Window, spoken: Language) -> None:
    """Fail if the page that is open, in the language *spoken*, is wrong in any scheme or width."""
    left = list(foreign(await seen.page.content(), spoken))
    assert not left, left
    for scheme in SCHEMES:
        await seen.dress(scheme)
        await axe(seen.page)
    for size in (NARROW, WIDE):
        await seen.resize(size)
        assert await seen.page.evaluate(OVERFLOWING) == [], size
    await seen.dress("light")
