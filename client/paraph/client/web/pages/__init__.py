"""The views, one module each. A module's ``ROUTES`` say at which addresses it answers."""

from collections.abc import Iterator
from typing import Final

from aiohttp import web

from paraph.client.web.pages import (
    actions,
    begin,
    clause,
    clearances,
    commenting,
    comments,
    conclusion,
    conferences,
    consolidate,
    dispatches,
    door,
    draft,
    draft_offer,
    draft_table,
    drafts,
    export,
    findings,
    front,
    glossary,
    inside,
    joint,
    leaving,
    log,
    mandate,
    note,
    outcomes,
    packages,
    positions,
    proposals,
    proposing,
    redline,
    said,
    schedule,
    search,
    settings,
    side_documents,
    silence,
    text,
    trust,
    typed,
    versions,
)

# Named twice: the rules of this tree ban imports by name, and what is imported must be used.
# A test finds a view that is not listed.
_MODULES: Final = (
    actions,
    begin,
    clause,
    clearances,
    commenting,
    comments,
    conclusion,
    conferences,
    consolidate,
    dispatches,
    door,
    draft,
    draft_offer,
    draft_table,
    drafts,
    export,
    findings,
    front,
    glossary,
    inside,
    joint,
    leaving,
    log,
    mandate,
    note,
    outcomes,
    packages,
    positions,
    proposals,
    proposing,
    redline,
    said,
    schedule,
    search,
    settings,
    side_documents,
    silence,
    text,
    trust,
    typed,
    versions,
)


def routes() -> Iterator[web.RouteDef]:
    """Yield the routes of every view."""
    for module in _MODULES:
        yield from module.ROUTES
