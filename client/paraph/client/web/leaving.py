"""The one place that sends: what a person wants to say is kept, shown, and let go by a second act.

A page composes records and hands them over::

    raise leaving.propose(request, room.desk, content, back=f"{room.path}/comments")

Nothing is signed or sealed until the page at ``/leaving/<id>`` was shown and posted
(:mod:`paraph.client.web.pages.leaving`). What stays inside goes another way: :func:`keep_inside`.
What is meant is kept as an :class:`~paraph.client.web.acts.Act`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from pathlib import Path
from typing import Final

from aiohttp import web

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.channel.views import LogRow
from paraph.client.negotiating import chancery, inspection, overtaken
from paraph.client.negotiating import leaving as rules
from paraph.client.negotiating.leaving import Outlook
from paraph.client.web import asked
from paraph.client.web.acts import ACTS, Act, put_away
from paraph.client.web.office import Office
from paraph.client.web.typed import Typed
from paraph.client.writing import composing
from paraph.protocol.errors import InputError, OutOfTurnError, ParaphError
from paraph.protocol.statements.content import Content, encode_content
from paraph.protocol.statements.versions import VersionTabled

QUIET: Final = frozenset({"heartbeat", "acknowledgement-given"})
"""What says nothing that an answer would have to mind."""


def propose(
    request: web.Request,
    desk: Desk,
    *contents: Content,
    back: str,
    after: str = "",
    files: tuple[Path, ...] = (),
    exclusive: bool = False,
    precedence: str = "routine",
    origin: int | Typed = 0,
) -> web.HTTPSeeOther:
    """Keep what a person wants to say, and return the way to the page that shows it; raise that.

    Args:
        request: The posted form.
        desk: In the shared channel; its key will sign.
        contents: The records, in their order.
        back: Path to go to if it is not said.
        after: Path to go to once it is; *back*, if not given.
        files: To be sealed with the last record.
        exclusive: Place the last only if nobody else said anything meanwhile.
        precedence: Of the last: flash, immediate, priority or routine.
        origin: What it was made from: number of the kept draft, or the fields of the form.

    Raises:
        ParaphError: The rules refuse it, as ``Desk.say`` would: say so at the form.
    """
    require_sayable(desk, contents)
    act = Act(
        id=secrets.token_hex(8),
        channel=desk.channel,
        role=desk.role,
        contents=contents,
        back=back,
        after=after or back,
        files=files,
        exclusive=exclusive,
        precedence=precedence,
        draft=origin if isinstance(origin, int) else 0,
        typed=origin if isinstance(origin, Typed) else None,
        size=desk.replica.size,
        branches=_overtaken(desk, contents) is not None,
    )
    request.app[ACTS].keep(act)
    return web.HTTPSeeOther(f"/leaving/{act.id}")


def require_sayable(desk: Desk, contents: tuple[Content, ...]) -> None:
    """Refuse what the rules would refuse, before anybody looks at it."""
    desk.replica.require_usable()
    state = desk.folded
    for each in contents:
        composing.require_role(desk.role, each)
        state = desk.foresee(state, each)


def _overtaken(desk: Desk, contents: tuple[Content, ...]) -> ParaphError | None:
    # A version on what is no head any more begins a second line of the text: never by accident.
    state = desk.folded
    for each in contents:
        talks = state.negotiations.get(each.header.negotiation)
        if isinstance(each, VersionTabled) and talks is not None:
            try:
                overtaken.require_newest(talks, each)
            except ParaphError as error:
                return error
    return None


async def keep_inside(request: web.Request, content: Content, *, back: str) -> web.HTTPSeeOther:
    """Say *content* in the internal channel, and return the way *back*; raise that.

    Args:
        request: The posted form.
        content: Made with the header of ``office.chancery``.
        back: Path to go to.

    Raises:
        ParaphError: There is no internal channel, or the rules refuse it: say so at the form.
    """
    office = asked.office(request)
    if office.chancery is None:
        raise chancery.no_internal_channel()
    async with office.speaking():
        await office.chancery.say(content)
    office.hints.tell("changed")
    return web.HTTPSeeOther(back)


# ---------------------------------------------------------------------- what its page does


def desk_of(office: Office, act: Act) -> Desk:
    """Return the desk that would say *act*: another object after every unlocking.

    Raises:
        LockedError: This office is locked.
        InputError: Code ``unknown-act``: this home does not speak there any more.
    """
    office.require_open()
    for desk in office.desks:
        if desk.channel == act.channel and desk.role == act.role:
            return desk
    raise InputError("this home does not speak in that channel any more", code="unknown-act")


def look(office: Office, act: Act) -> Outlook:
    """Return what would leave now, and what is said of it."""
    desk = desk_of(office, act)
    if act.cleared is not None:  # a part of it was said: the rest is as it was let go
        return dataclasses.replace(act.cleared, contents=act.contents)
    mandate, inner = chancery.local_mandate(office.home), office.chancery
    # Every leaf of a long text and the act itself ask: looked over once for what is known now.
    now = (act.contents, mandate, *(_known(each) for each in (desk, inner) if each is not None))
    if act.looked is None or act.looked[0] != now or act.files:
        act.looked = (now, rules.look_over(desk, act.contents, inner, mandate, act.files))
    return act.looked[1]


def _known(desk: Desk) -> tuple[object, ...]:
    waiting = len(desk.outbox.pending())
    return id(desk), desk.reader.position, desk.replica.size, waiting, desk.screen.held


def conflict(desk: Desk, outlook: Outlook, *, branches: bool) -> ParaphError | None:
    """Return why it cannot be said any more as it is; nothing if it can.

    Args:
        desk: The desk that would say it.
        outlook: What would leave.
        branches: Whether it is meant as a second line of the text.
    """
    try:
        require_sayable(desk, outlook.leaving)
    except ParaphError as error:
        return error
    return None if branches else _overtaken(desk, outlook.leaving)


def may_branch(desk: Desk, act: Act, outlook: Outlook) -> bool:
    """Tell whether a person may send it as a second line beside the newest version.

    Of a draft that is asked where it is looked over.
    """
    try:
        require_sayable(desk, outlook.leaving)
    except ParaphError:
        return False
    return not act.branches and not act.draft and _overtaken(desk, outlook.leaving) is not None


def came(desk: Desk, since: int) -> tuple[LogRow, ...]:
    """Return what others said from entry *since* on, oldest first; receipts are no words."""
    if desk.replica.size <= since:
        return ()
    return tuple(
        row
        for row in views.log(desk, since)
        if row.index >= 0 and row.party != desk.party and row.type not in QUIET
    )


def digest(desk: Desk, act: Act, outlook: Outlook) -> str:
    """Return what names exactly the bytes that a page shows, under whose key, and to whom.

    It goes with the form: what is not the same any more when it is posted is shown anew.
    """
    parts = [
        *(encode_content(each) for each in outlook.leaving),
        *(each.digest for each in outlook.unsealed),
        *(each.key for each in inspection.recipients(desk)),
        f"{desk.outbox.key.hex()} {desk.role} {act.precedence}".encode(),
        *(each.encode() for each in outlook.warnings),
    ]
    made = hashlib.sha256()
    for part in parts:
        made.update(len(part).to_bytes(8, "big") + part)
    return made.hexdigest()


async def send(
    office: Office,
    act: Act,
    shown: str,
    who: str = "",
    read_to: int = 0,
    *,
    beside: bool = False,
) -> bool:
    """Sign, seal and send what was shown; the outcome stands in the act.

    Args:
        office: Unlocked.
        act: What is meant.
        shown: Digest of what the page showed.
        who: On whose word an authority is confirmed, where one is missing; kept inside.
        read_to: The person has read what came before this entry, and means it all the same;
            otherwise only what was there when it was proposed.
        beside: The person wants a second line of the text, beside a version that came meanwhile.

    Returns:
        Whether it was as shown. If it was not, nothing was done.

    Raises:
        RefusedError: Code ``not-cleared`` or ``internal-leak``: something is missing.
        InputError: A file cannot be read; or code ``unknown-act``: it was put away meanwhile.
    """
    async with office.speaking():
        if act.sent is not None:
            return True
        if act.is_away:
            raise put_away()
        desk, outlook = desk_of(office, act), look(office, act)
        if not secrets.compare_digest(digest(desk, act, outlook).encode(), shown.encode()):
            return False
        branches = act.branches or (beside and may_branch(desk, act, outlook))
        read_to = max(read_to, act.size)
        act.trouble = conflict(desk, outlook, branches=branches) or _crossed(desk, act, read_to)
        if act.trouble is not None:  # somebody was first: nothing is lost, and it is told
            return True
        act.is_leaving = True
        try:
            if who and act.cleared is None and not outlook.may_leave:
                inner, at = office.chancery, office.tools.now()
                outlook = await rules.confirm_authority(desk, outlook, inner, who, office.home, at)
            allowed = rules.let_leave(desk, outlook)
            act.branches = branches
            act.trouble = _crossed(desk, act, read_to)  # while that was noted inside
            if act.trouble is None:
                with office.gate.letting(allowed):
                    await _say(desk, act, outlook, allowed)
        finally:
            act.is_leaving = False
    office.hints.tell("changed")
    return True


def _crossed(desk: Desk, act: Act, read_to: int) -> ParaphError | None:
    # The relay would place it: this desk has seen what came, and the person has not.
    if act.exclusive and came(desk, read_to):
        return OutOfTurnError("somebody said something meanwhile", code="exclusive")
    return None


async def _say(desk: Desk, act: Act, outlook: Outlook, allowed: tuple[Content, ...]) -> None:
    # Each record that was said is taken off the act, so that nothing is ever said twice.
    last = len(allowed) - 1
    try:
        for number, content in enumerate(allowed):
            is_last = number == last
            sent = await desk.say(
                content,
                exclusive=act.exclusive and is_last,
                precedence=act.precedence if is_last else "routine",
            )
            act.contents = allowed[number + 1 :]
            act.last = (content,)
            if is_last:
                act.sent = sent
            else:
                judged = dataclasses.replace(outlook.judged, hits=(), must_release=False)
                judged = dataclasses.replace(judged, cleared=act.contents)
                act.cleared = dataclasses.replace(outlook, contents=act.contents, judged=judged)
    except ParaphError as error:
        act.trouble = error


async def ask(office: Office, act: Act) -> None:
    """Ask in the internal channel that exactly these bytes may leave.

    Raises:
        InputError: Codes ``no-internal-channel``; ``asked-before``.
    """
    async with office.speaking():
        await rules.ask(desk_of(office, act), look(office, act), office.chancery)
    office.hints.tell("changed")
