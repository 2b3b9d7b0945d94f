"""What every form that says something shares: how it is said, what may be said, refusals.

A form is read into a :class:`~paraph.client.web.posted.Posted`; its record is made, tried against
the rules, and handed to :mod:`paraph.client.web.leaving`, which shows what leaves. Whatever is
wrong stands at the form again, with everything that was typed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from paraph.client.web import leaving
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.typed import TYPED, Typed
from paraph.client.writing.composing import Manner
from paraph.protocol import roles
from paraph.protocol.errors import ParaphError
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.envelope import PRECEDENCES
from paraph.protocol.statements.header import ContentHeader

FORM: Final = "form"
"""Where a fault stands that is not of one field."""
MOST_HANDLING: Final = 64
Make = Callable[[], Content]
"""Makes a record of a form; may note faults at its fields, or raise what a person can mend."""


def manner(form: Posted) -> Manner:
    """Return how a thing is said, as the part ``manner`` of a form asks (parts/saying.html)."""
    return Manner(
        handling=form.words("handling", most=MOST_HANDLING, needed=False),
        reply_by=form.instant("reply_by"),
        latest_useful=form.instant("useful_until"),
        without_prejudice=form.ticked("without_prejudice"),
    )


def header(room: Room, form: Posted) -> ContentHeader:
    """Return the header of a record that a form of *room* makes now."""
    return room.desk.header(room.talks.identity, manner(form))


def plain(room: Room) -> ContentHeader:
    """Return the header of a record without anything special."""
    return room.desk.header(room.talks.identity)


def may(room: Room, action: str) -> bool:
    """Tell whether the role of this desk may do *action* at all."""
    return roles.may(room.desk.role, action)


def refusal(room: Room, make: Make) -> ParaphError | None:
    """Return why a record would be refused if it were said now; nothing if it would not."""
    try:
        leaving.require_sayable(room.desk, (make(),))
    except ParaphError as error:
        return error
    return None


def origin(request: web.Request, form: Posted) -> Typed:
    """Return the fields of *form*, kept so that whoever sees what leaves may go back to them."""
    return request.app[TYPED].keep(request.path_qs, form.fields, waits=False)


async def say(
    request: web.Request,
    room: Room,
    form: Posted,
    make: Make,
    *,
    again: Callable[[int], web.Response],
    back: str,
    after: str = "",
    exclusive: bool = False,
) -> web.Response:
    """Hand over the record of a form to the page that shows what leaves.

    Args:
        request: The posted form.
        room: Where it is said.
        form: The form; faults are noted in it.
        make: Makes the record.
        again: Shows the form again, with a status.
        back: Path to go to if it is not said.
        after: Path to go to once it is; *back*, if not given.
        exclusive: Place it only if nobody else said anything meanwhile.
    """

    async def hand_over(content: Content) -> web.HTTPSeeOther:
        chosen = form.choice("precedence", PRECEDENCES, otherwise="routine")
        return leaving.propose(
            request,
            room.desk,
            content,
            back=back,
            after=after,
            exclusive=exclusive,
            precedence=chosen,
            origin=origin(request, form),
        )

    return await _tried(form, make, hand_over, again)


async def keep_inside(
    request: web.Request,
    form: Posted,
    make: Make,
    *,
    again: Callable[[int], web.Response],
    back: str,
) -> web.Response:
    """Say the record of a form in the internal channel, where it stays; then go *back*."""

    async def hand_over(content: Content) -> web.HTTPSeeOther:
        return await leaving.keep_inside(request, content, back=back)

    return await _tried(form, make, hand_over, again)


async def _tried(
    form: Posted,
    make: Make,
    hand_over: Callable[[Content], Awaitable[web.HTTPSeeOther]],
    again: Callable[[int], web.Response],
) -> web.Response:
    if form.again:
        form.faults.clear()
        return again(200)
    if form.faults:
        return again(400)
    try:
        content = make()
        if form.faults:
            return again(400)
        way = await hand_over(content)
    except ParaphError as error:
        if form.faults:  # said at the fields
            return again(400)
        form.refused(FORM, error)
        return again(409)
    raise way
