"""Pages from templates. Everything that is rendered is escaped; nothing of a peer is markup."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jinja2
from aiohttp import web

from paraph.client.web import asked, language, theme, wording
from paraph.client.web.acts import ACTS
from paraph.client.web.office import Room

TEMPLATES: Final = Path(__file__).with_name("templates")
N_: Final = str
"""Marks words for the catalogues that are looked up later."""
VIEWS: Final = (
    ("", N_("Where it stands")),
    ("/text", N_("Text")),
    ("/drafts", N_("Drafts")),
    ("/comments", N_("Comments")),
    ("/proposals", N_("Proposals")),
    ("/positions", N_("Positions")),
    ("/findings", N_("Findings")),
    ("/conferences", N_("Conferences")),
    ("/dispatches", N_("Dispatches")),
    ("/silence", N_("Silence")),
    ("/side-documents", N_("Side documents")),
    ("/conclusion", N_("Conclusion")),
    ("/trust", N_("Trust")),
    ("/inside", N_("Inside")),
)
"""The views of a negotiation, as its navigation lists them: address below the room, name."""
UNDER: Final = {
    "actions": "/conferences",
    "clause": "/text",
    "conference": "/conferences",
    "consolidate": "/drafts",
    "glossary": "/findings",
    "log": "/trust",
    "packages": "/positions",
    "redline": "/text",
    "versions": "/text",
}
"""The view that a page belongs to, where its address does not begin with it."""


@functools.cache
def _environment(chosen: str) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    catalogue = language.catalogue(chosen)
    # The extension adds this method, which the types of jinja2 do not tell.
    made.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(wording.filters(catalogue, chosen))
    made.globals.update(languages=language.LANGUAGES, language=chosen, views=VIEWS, under=UNDER)
    return made


def prepare(chosen: str, *templates: str) -> Iterator[str]:
    """Compile templates of one language: those named, or all.

    Yields:
        The name of each, once it is ready.
    """
    made = _environment(chosen)
    for each in templates or made.list_templates(["html"]):
        made.get_template(each)
        yield each


def text(
    request: web.Request,
    template: str,
    room: Room | None = None,
    **context: Any,  # noqa: ANN401 - whatever the template shows
) -> str:
    """Return *template* filled in, in the language of *request*.

    Every template sees, besides *context*: ``room`` (or nothing), ``office``, ``path`` and
    ``path_qs`` of the request, ``language``, ``theme``, whether it ``is_again`` the page of what
    was posted, and how much was looked over and is ``unsent``.
    """
    made = _environment(language.chosen(request)).get_template(template)
    return made.render(
        room=room,
        office=asked.office(request),
        path=request.path,
        path_qs=request.path_qs,
        theme=theme.chosen(request),
        is_again=request.method == "POST",
        unsent=len(request.app[ACTS].open()),
        **context,
    )


def page(
    request: web.Request,
    template: str,
    room: Room | None = None,
    *,
    status: int = 200,
    **context: Any,  # noqa: ANN401 - whatever the template shows
) -> web.Response:
    """Return a page made from *template*; see :func:`text`."""
    return web.Response(
        text=text(request, template, room, **context), content_type="text/html", status=status
    )
