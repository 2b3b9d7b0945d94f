"""What leaves: shown to the letter, then signed and sent by a second, confirmed act."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import BodyPartReader, web

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.negotiating import leaving as rules
from paraph.client.negotiating import releases
from paraph.client.negotiating.leaving import Outlook
from paraph.client.negotiating.outgoing import outgoing
from paraph.client.web import asked, attaching, leaving
from paraph.client.web.acts import ACTS, Act
from paraph.client.web.leaves import FIELDS_PER_LEAF, PER_LEAF, leaf
from paraph.client.web.office import Office, Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.web.typed import TYPED
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import InputError, ParaphError

MOST_WHO: Final = 2_000
MOST_FIELDS: Final = 200
"""Fields of one record that its page lists; more stand on a page of their own."""
PIECE: Final = 256 * 1024
_NUMBER: Final = re.compile("[0-9]{1,15}")


async def show(request: web.Request) -> web.Response:
    """Show what would leave, or what became of it."""
    act = request.app[ACTS].find(request.match_info["act"])
    if act.sent is not None:
        return _sent(request, act)
    return _page(request, act)


async def waiting(request: web.Request) -> web.Response:
    """List what was proposed and is neither sent nor put away."""
    office = asked.office(request)
    rows = []
    for act in request.app[ACTS].open():
        desk = leaving.desk_of(office, act)
        room = _room(office, desk, act)
        rows.append((act, room, act.contents[-1].KIND, views.summary(desk, act.contents[-1])))
    return page(request, "unsent.html", rows=rows)


async def fields(request: web.Request) -> web.Response:
    """Show every field of what would leave, where there are too many for its page."""
    office, acts = asked.office(request), request.app[ACTS]
    act = acts.find(request.match_info["act"])
    desk, outlook = leaving.desk_of(office, act), leaving.look(office, act)
    found = outgoing(desk, outlook.leaving, outlook.unsealed, precedence=act.precedence)
    many = max(len(each.sections["record"]) for each in found)
    return page(
        request,
        "fields.html",
        _room(office, desk, act),
        back=_path(act),
        leaving=found,
        leaf=leaf(request, many, FIELDS_PER_LEAF),
    )


async def send(request: web.Request) -> web.Response:
    """Sign and send what was shown."""
    form = await Posted.read(request)
    office = asked.office(request)
    act = request.app[ACTS].find(request.match_info["act"])
    who = form.words("who", most=MOST_WHO, needed=False)
    if form.faults:
        return _page(request, act, form=form, status=400)
    shown, size = form.values.get("shown", ""), form.values.get("size", "")
    beside = form.ticked("beside")
    has_read = (beside or form.ticked("anyway")) and _NUMBER.fullmatch(size)
    read_to = int(size) if has_read else 0
    try:
        as_shown = await leaving.send(office, act, shown, who, read_to, beside=beside)
    except ParaphError as error:
        return _page(request, act, form=form, refused=error, status=409)
    if not as_shown:
        return _page(request, act, form=form, is_changed=True, status=409)
    if act.trouble is not None:  # with what was filled in
        return _page(request, act, form=form, status=409)
    if act.sent is not None and act.typed is not None:
        request.app[TYPED].drop(act.typed)
    raise web.HTTPSeeOther(_path(act))


async def ask(request: web.Request) -> web.Response:
    """Ask in the internal channel that exactly this may leave."""
    act = request.app[ACTS].find(request.match_info["act"])
    try:
        await leaving.ask(asked.office(request), act)
    except ParaphError as error:
        return _page(request, act, refused=error, status=409)
    raise web.HTTPSeeOther(_path(act))


async def attach(request: web.Request) -> web.Response:
    """Seal a file for it; the page then shows it with the rest."""
    act = request.app[ACTS].find(request.match_info["act"])
    reader = await request.multipart()
    part = await reader.next()
    try:
        if not isinstance(part, BodyPartReader) or not part.filename:
            raise InputError("expected a file", hint="choose one first")
        await attaching.attach(asked.office(request), act, part.filename, _pieces(part))
    except ParaphError as error:
        return _page(request, act, refused=error, status=409)
    raise web.HTTPSeeOther(_path(act))


async def _pieces(part: BodyPartReader) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(PIECE):
        yield piece


async def detach(request: web.Request) -> web.Response:
    """Take its files out again."""
    act = request.app[ACTS].find(request.match_info["act"])
    attaching.detach(act)
    raise web.HTTPSeeOther(_path(act))


async def drop(request: web.Request) -> web.Response:
    """Put it away, and go to what it was composed from; that is as it was."""
    acts = request.app[ACTS]
    act = acts.find(request.match_info["act"])
    if act.is_leaving or act.sent is not None:
        raise web.HTTPSeeOther(_path(act))
    acts.drop(act)
    if act.typed is None or act.cleared is not None:  # half of it is said: there is no form of it
        raise web.HTTPSeeOther(act.back)
    request.app[TYPED].restore(act.typed)
    raise web.HTTPTemporaryRedirect(act.typed.path)  # posted there, with the id of the fields


async def anew(request: web.Request) -> web.Response:
    """Show it once more, after the log has proven that it can never be placed as it was sent."""
    act = request.app[ACTS].find(request.match_info["act"])
    desk = leaving.desk_of(asked.office(request), act)
    if act.sent is not None and desk.sent(act.sent).state is Delivery.UNPLACEABLE:
        act.contents, act.sent, act.trouble = act.last, None, None
    raise web.HTTPSeeOther(_path(act))


def _path(act: Act) -> str:
    return f"/leaving/{act.id}"


def _room(office: Office, desk: Desk, act: Act) -> Room | None:
    wanted = act.about
    for room in office.rooms():
        if room.desk is desk and room.talks.identity == wanted:
            return room
    return None


def _page(
    request: web.Request,
    act: Act,
    *,
    form: Posted | None = None,
    refused: ParaphError | None = None,
    is_changed: bool = False,
    status: int = 200,
) -> web.Response:
    office = asked.office(request)
    desk, outlook = leaving.desk_of(office, act), leaving.look(office, act)
    found = outgoing(
        desk,
        outlook.leaving,
        outlook.unsealed,
        precedence=act.precedence,
        exclusive=act.exclusive,
    )
    conflict = leaving.conflict(desk, outlook, branches=act.branches)
    matters = act.exclusive or act.trouble is not None or conflict is not None
    return page(
        request,
        "leaving.html",
        _room(office, desk, act),
        status=status,
        act=act,
        form=form or Posted.empty(),
        desk=desk,
        outlook=outlook,
        shown=leaving.digest(desk, act, outlook),
        leaving=found,
        leaf=leaf(request, max(each.clauses for each in found), PER_LEAF),
        conflict=conflict,
        may_branch=conflict is not None and leaving.may_branch(desk, act, outlook),
        came=leaving.came(desk, act.size) if matters else (),
        size=desk.replica.size,
        refused=refused,
        is_changed=is_changed,
        waiting=_waiting(office, outlook),
        may_confirm=rules.may_confirm(outlook, office.chancery),
        releases=_number(outlook),
        most_fields=MOST_FIELDS,
    )


def _waiting(office: Office, outlook: Outlook) -> tuple[tuple[str, str], ...]:
    # Who of our side the clearance waits for that was asked for.
    asked_for, inner = outlook.judged.clearance, office.chancery
    if asked_for is None or inner is None or not outlook.missing:
        return ()
    return releases.waits_for(office.state(inner), asked_for)


def _number(outlook: Outlook) -> int:
    return outlook.number if outlook.is_asked else 0


def _sent(request: web.Request, act: Act) -> web.Response:
    office = asked.office(request)
    desk = leaving.desk_of(office, act)
    assert act.sent is not None
    sent = desk.sent(act.sent)
    act.sent = sent
    return page(
        request,
        "left.html",
        _room(office, desk, act),
        act=act,
        sent=sent,
        never=sent.state is Delivery.UNPLACEABLE,
        rung=desk.rung(sent.index, sent.id) if sent.is_logged else "",
        receiver=desk.others,
    )


ROUTES: Final = (
    web.get("/leaving", waiting),
    web.get("/leaving/{act}", show),
    web.get("/leaving/{act}/fields", fields),
    web.post("/leaving/{act}/send", send),
    web.post("/leaving/{act}/ask", ask),
    web.post("/leaving/{act}/attach", attach),
    web.post("/leaving/{act}/detach", detach),
    web.post("/leaving/{act}/drop", drop),
    web.post("/leaving/{act}/anew", anew),
)
