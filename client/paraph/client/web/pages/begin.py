"""Opening a negotiation: what the instrument is called and what kind it is; its text follows."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.channel.desk import Desk
from paraph.client.web import asked, leaving, saying
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.web.words import CHARACTERS, INSTRUMENTS
from paraph.client.writing import composing
from paraph.client.writing.drafts import Opening
from paraph.protocol.errors import ParaphError

MOST_TITLE: Final = 300


def _shared(request: web.Request) -> dict[str, Desk]:
    desks = asked.office(request).desks
    return {desk.channel.hex(): desk for desk in desks if not desk.state.internal}


def _languages(desks: dict[str, Desk]) -> tuple[str, ...]:
    return tuple(sorted({each for desk in desks.values() for each in desk.state.languages}))


def _page(request: web.Request, form: Posted, status: int = 200) -> web.Response:
    desks = _shared(request)
    return page(
        request,
        "begin.html",
        status=status,
        form=form,
        channels=[
            (channel, " · ".join((*desk.state.parties, channel[:8])))
            for channel, desk in desks.items()
        ],
        texts=_languages(desks),
        instruments=INSTRUMENTS,
        characters=CHARACTERS,
    )


async def ask(request: web.Request) -> web.Response:
    """Ask what the negotiation is about."""
    return _page(request, Posted.empty(instrument="mou", legal_character="non_binding"))


async def begin(request: web.Request) -> web.Response:
    """Compose the opening, and show what would leave."""
    form, desks = await Posted.read(request), _shared(request)
    only = next(iter(desks), "")
    chosen = form.choice("channel", desks, otherwise=only if len(desks) == 1 else "")
    desk = desks.get(chosen)
    if desk is None:
        return _page(request, form, 400)
    if form.again:
        return _page(request, form)
    titles = {each: form.words(f"title-{each}", most=MOST_TITLE) for each in desk.state.languages}
    instrument = form.choice("instrument", INSTRUMENTS)
    character = form.choice("legal_character", CHARACTERS)
    if form.faults:
        return _page(request, form, 400)
    identity = composing.new_negotiation()
    opening = Opening(titles=titles, instrument=instrument, legal_character=character)
    try:
        content = composing.opened(desk.header(identity), opening)
        raise leaving.propose(
            request,
            desk,
            content,
            back="/begin",
            after=f"/n/{identity.hex()}/drafts",
            origin=saying.origin(request, form),
        )
    except ParaphError as error:
        form.refused("titles", error)
        return _page(request, form, 400)


ROUTES: Final = (web.get("/begin", ask), web.post("/begin", begin))
