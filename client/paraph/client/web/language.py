"""The languages of the desk itself: English in the templates, others from committed catalogues.

The texts of a negotiation are in its own languages; this is about buttons and headings.
"""

from __future__ import annotations

import functools
import gettext
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from aiohttp import web

from paraph.protocol.statements.header import Wording

FOLDER: Final = Path(__file__).with_name("locale")
DOMAIN: Final = "desk"
LANGUAGES: Final = {"en": "English", "ru": "Русский"}
"""What a person may choose, each under its own name."""
COOKIE: Final = "paraph-language"


@functools.cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the words of *language*; English needs none."""
    return gettext.translation(DOMAIN, FOLDER, [language], fallback=language == "en")


def chosen(request: web.Request) -> str:
    """Return the language that the person chose, or the browser prefers, or English."""
    kept = request.cookies.get(COOKIE, "")
    if kept in LANGUAGES:
        return kept
    for part in request.headers.get("Accept-Language", "").split(","):
        wanted = part.split(";")[0].strip().lower().split("-")[0]
        if wanted in LANGUAGES:
            return wanted
    return "en"


def own(wordings: Sequence[Wording], *wanted: str) -> Wording | None:
    """Return the wording in the first of the languages *wanted* that has one, or any."""
    by = {each.language: each for each in wordings}
    return next((by[each] for each in wanted if each in by), next(iter(wordings), None))


def words(request: web.Request) -> gettext.NullTranslations:
    """Return the catalogue for *request*: ``words(request).gettext("…")``."""
    return catalogue(chosen(request))
