"""The register of clearances: what was asked to leave, who is waited for, and each one's steps.

It stands in the internal channel. A step is said inside, at once, with its own verb; what it lets
leave is shown byte for byte, as it would leave.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Final

from aiohttp import web

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.negotiating import chancery, inspection
from paraph.client.negotiating.outgoing import Outgoing, outgoing
from paraph.client.negotiating.releases import named, possible, step, waits_for
from paraph.client.reading import summaries
from paraph.client.web import asked, saying
from paraph.client.web.leaves import FIELDS_PER_LEAF, PER_LEAF, leaf
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.web.wording import short
from paraph.protocol.errors import MalformedError, ParaphError
from paraph.protocol.negotiation.state import Clearance
from paraph.protocol.sentences import Sentence
from paraph.protocol.statements.content import Content, decode_content
from paraph.protocol.statements.internal import CLEARANCE_STEPS

MOST_FIELDS: Final = 200
"""Fields of one record that its page lists; more stand on a page of their own."""
MOST_NOTE: Final = 2_000


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A clearance as the register lists it.

    Attributes:
        clearance: The clearance.
        subject: What it is to let leave, on one line.
        waits: What it still lacks, and which role gives it.
    """

    clearance: Clearance
    subject: Sentence
    waits: tuple[tuple[str, str], ...]


def inner_of(request: web.Request) -> Desk:
    """Return the desk in the internal channel.

    Raises:
        InputError: Code ``no-internal-channel``.
    """
    found = asked.office(request).chancery
    if found is None:
        raise chancery.no_internal_channel()
    return found


async def register(request: web.Request) -> web.Response:
    """List the clearances, those that wait for somebody first, then the newest first."""
    inner = inner_of(request)
    state = asked.office(request).state(inner)
    rows = [
        Row(each, _subject(request, each), waits_for(state, each))
        for _, each in state.clearances.items()
    ]
    rows.sort(key=lambda row: (not row.waits, -row.clearance.number))
    return page(request, "clearances.html", asked.room_if_any(request), rows=rows)


def _subject(request: web.Request, found: Clearance) -> Sentence:
    # Statements are called as that channel's desk calls them, if this home has a part in it.
    desks = asked.office(request).desks
    desk = next((each for each in desks if each.channel == found.content.target), None)
    name = partial(views.name_of, desk) if desk is not None else short
    return summaries.subject(found.content, name)


async def show(request: web.Request) -> web.Response:
    """Show what one is about, as it would leave, and what was said of it."""
    return _show(request, Posted.empty(), 200)


def _show(request: web.Request, form: Posted, status: int) -> web.Response:
    inner = inner_of(request)
    state = asked.office(request).state(inner)
    found = named(state, request.match_info["number"])
    leaving = _leaving(request, found)
    return page(
        request,
        "clearance.html",
        asked.room_if_any(request),
        status=status,
        clearance=found,
        waits=waits_for(state, found),
        possible=possible(inner, found),
        leaving=leaving,
        leaf=leaf(request, max((each.clauses for each in leaving), default=0), PER_LEAF),
        fields=_fields(found),
        form=form,
        most_fields=MOST_FIELDS,
    )


def _leaving(request: web.Request, found: Clearance) -> tuple[Outgoing, ...]:
    # As its own channel's desk would send it; nothing for a person without a part in that one.
    for desk in asked.office(request).desks:
        if desk.channel == found.content.target:
            try:
                return outgoing(desk, tuple(decode_content(each) for each in found.content.parts))
            except (MalformedError, ParaphError):
                return ()  # a colleague's software asked for what no channel would take
    return ()


def _fields(found: Clearance) -> tuple[tuple[str, str], ...]:
    # For a colleague without a part in that channel: the same bytes, field by field.
    try:
        parts = [decode_content(each).to_map() for each in found.content.parts]
    except MalformedError:
        return ()
    return tuple(row for part in parts for row in inspection.flat(part))


async def fields(request: web.Request) -> web.Response:
    """Show every field of what is to leave, where there are too many for its page."""
    found = named(asked.office(request).state(inner_of(request)), request.match_info["number"])
    back, room = f"{asked.inside(request)}/clearances/{found.number}", asked.room_if_any(request)
    leaving = _leaving(request, found)
    many = max((len(each.sections["record"]) for each in leaving), default=0)
    return page(
        request,
        "fields.html",
        room,
        back=back,
        leaving=leaving,
        leaf=leaf(request, many, FIELDS_PER_LEAF),
    )


async def give(request: web.Request) -> web.Response:
    """Say a step of it inside."""
    form = await Posted.read(request)
    inner = inner_of(request)
    found = named(inner.state, request.match_info["number"])
    what = form.choice("step", CLEARANCE_STEPS)
    note = form.words("note", most=MOST_NOTE, needed=what == "refused")

    def make() -> Content:
        return step(inner, found, what, note)

    return await saying.keep_inside(
        request,
        form,
        make,
        again=lambda status: _show(request, form, status),
        back=f"{asked.inside(request)}/clearances/{found.number}",
    )


ROUTES: Final = tuple(
    route
    for base in asked.INSIDE
    for route in (
        web.get(f"{base}/clearances", register),
        web.get(f"{base}/clearances/{{number}}", show),
        web.get(f"{base}/clearances/{{number}}/fields", fields),
        web.post(f"{base}/clearances/{{number}}", give),
    )
)
