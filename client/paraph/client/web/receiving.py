"""Saying how far we have come with a statement of the other side: a person does, no page by itself.

Rungs leave at once, as they are one word; a reason why something is not taken is words, and leaves
after they were looked over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web

from paraph.client.web import asked, leaving, saying
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.writing import composing
from paraph.protocol import roles
from paraph.protocol.statements.exchanges import RUNGS, AcknowledgementGiven

PERSONAL: Final = RUNGS[1:]
"""Rungs that a person says."""
MOST_REASON: Final = 2_000


def higher(rung: str) -> tuple[str, ...]:
    """Return what is left to say above *rung*: none is taken back by a lower one."""
    said = PERSONAL.index(rung) + 1 if rung in PERSONAL else 0
    return PERSONAL[said:]


def sayable(room: Room, statement: bytes) -> tuple[str, ...]:
    """Return the rungs that we may still say of *statement*; none of what is not received."""
    entry = room.state.entries.get(statement)
    if (
        entry is None
        or entry.party == room.desk.party
        or entry.said.role == roles.BOT
        or entry.kind == AcknowledgementGiven.KIND
        or not saying.may(room, "acknowledge")
    ):
        return ()
    return higher(room.desk.rung(entry.index, statement))


async def receive(
    request: web.Request,
    room: Room,
    statement: bytes,
    *,
    back: str,
    again: Callable[[Posted, int], web.Response],
) -> web.Response:
    """Say what the form says of *statement*, and go *back*; *again* shows it, with a status."""
    office, form = asked.office(request), await Posted.read(request)
    if form.again:
        return again(form, 200)
    refuses = form.ticked("not_taken")
    rung = form.choice("rung", PERSONAL)
    reason = form.words("reason", most=MOST_REASON, needed=refuses)
    if form.faults:
        return again(form, 400)
    content = composing.acknowledged(
        saying.plain(room),
        [statement],
        rung=rung,
        outcome="not_taken" if refuses else "ok",
        reason=reason if refuses else "",
    )
    if refuses:
        origin = saying.origin(request, form)
        raise leaving.propose(request, room.desk, content, back=back, origin=origin)
    async with office.speaking():
        await room.desk.say(content)
    office.hints.tell("changed")
    raise web.HTTPSeeOther(back)
