"""The door of a shared channel: nothing leaves before mandate, clearance and inspection let it.

Every command that speaks passes it (:func:`paraph.client.cli.at_desk.at_desk` hangs it in). What is
found out is said here and in the internal channel; the other side never sees any of it. A party
without an internal channel may keep its mandate in this home (`paraph mandate set --here`); who
confirmed a trip word is then noted in this home's file ``authority.log`` and nowhere else.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import click

from paraph.client.cli import inspection
from paraph.client.cli.chancery import inside, local_mandate, no_internal_channel
from paraph.client.cli.context import Seat
from paraph.client.cli.leaving import HeldBackError, Leave, leave, on_terminal
from paraph.client.cli.output import note
from paraph.client.cli.sent import print_sent
from paraph.protocol.errors import InputError, RefusedError

if TYPE_CHECKING:
    from paraph.client.desk import Desk
    from paraph.client.negotiating.clearance import Judgement
    from paraph.client.sent import Sent
    from paraph.protocol.statements.content import Content

AUTHORITY_FILE = "authority.log"


class Door:
    """Lets records of a shared channel leave, or says why not. See ``Desk.door``."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._passed: list[Content] = []

    async def __call__(self, desk: Desk, contents: tuple[Content, ...]) -> tuple[Content, ...]:
        """Return what may leave in the place of *contents*: the same, with attachments, or cleared.

        Raises:
            RefusedError: Codes ``not-cleared``, ``internal-leak``.
            InputError: Code ``unconfirmed``: somebody must be asked, and nobody is there.
            HeldBackError: The command asked for clearance, or to be shown what would leave.
        """
        from paraph.protocol.statements.exchanges import AcknowledgementGiven

        if all(each in self._passed for each in contents) or desk.state.internal:
            return contents
        if isinstance(contents[0], AcknowledgementGiven) and not contents[0].reason:
            return contents  # no words of its own: which statements, and how far
        wanted = leave()
        async with inside(self._seat, desk.role) as chancery:
            allowed = await self._allowed(desk, contents, chancery, wanted)
        self._passed += allowed
        return allowed

    async def _allowed(
        self, desk: Desk, contents: tuple[Content, ...], chancery: Desk | None, wanted: Leave
    ) -> tuple[Content, ...]:
        from paraph.client.negotiating import attachments, clearance, leaks, oddities

        files = [attachments.plain_of(path) for path in wanted.attach]
        attachments.require_room(desk, contents[-1], wanted.attach)
        within = chancery.state if chancery is not None else None
        if within is not None and (found := leaks.ids(within, contents)):
            raise RefusedError(
                f"this never leaves: {found[0]}",
                code="internal-leak",
                hint="take the reference out: the other side must not know that it exists",
            )
        judged = clearance.judge(desk, contents, within, local_mandate(self._seat), files)
        odd = (*oddities.warnings(desk.state, contents), *judged.traces)
        if wanted.show:
            inspection.show(self._seat, desk, contents, files, judged, odd)
            raise HeldBackError("nothing was sent")
        if wanted.ask:
            await self._ask(desk, contents, chancery, judged, wanted)
            raise HeldBackError("nothing was sent")
        if judged.lacks:
            judged = await self._confirmed(desk, contents, chancery, judged, wanted)
        leaving = judged.cleared or contents
        self._ask_people(desk, leaving, () if judged.cleared else files, judged, odd, wanted)
        if judged.cleared:
            return judged.cleared
        return (*contents[:-1], attachments.attach(desk, contents[-1], wanted.attach))

    async def _ask(
        self,
        desk: Desk,
        contents: tuple[Content, ...],
        chancery: Desk | None,
        judged: Judgement,
        wanted: Leave,
    ) -> None:
        if chancery is None:
            raise no_internal_channel()
        if judged.clearance is not None and judged.clearance.standing != "refused":
            raise InputError(
                f"clearance {judged.clearance.number} was asked for these words and is"
                f" {judged.clearance.standing}",
                code="asked-before",
                hint="paraph clear list",
            )
        _, sent = await self._asked(desk, contents, chancery, judged, wanted)
        print_sent(self._seat, chancery, sent)

    async def _asked(
        self,
        desk: Desk,
        contents: tuple[Content, ...],
        chancery: Desk,
        judged: Judgement,
        wanted: Leave,
    ) -> tuple[tuple[Content, ...], Sent]:
        from paraph.client.negotiating import attachments, clearance

        last = attachments.attach(desk, contents[-1], wanted.attach)
        whole = (*contents[:-1], last)
        return whole, await chancery.say(clearance.asking(whole, desk, chancery, judged))

    async def _confirmed(
        self,
        desk: Desk,
        contents: tuple[Content, ...],
        chancery: Desk | None,
        judged: Judgement,
        wanted: Leave,
    ) -> Judgement:
        # The one thing that may be made good here: an authority that has confirmed trip words.
        from paraph.protocol.statements.internal import CONFIRMED, ClearanceGiven

        for hit in judged.hits:
            note(f'mandate: {hit.where}: "{hit.found}" touches "{hit.word}"')
        if judged.lacks != ("authority",) or not wanted.authority:
            raise _not_cleared(judged, has_internal=chancery is not None)
        if chancery is None:
            self._note_authority(desk, judged, wanted.authority)
            return dataclasses.replace(judged, hits=())
        if chancery.role not in judged.authority:
            raise _not_cleared(judged, has_internal=True)
        if judged.clearance is not None:
            whole, asked = judged.cleared, judged.clearance.statement
        else:
            whole, sent = await self._asked(desk, contents, chancery, judged, wanted)
            asked = sent.id
        said = ClearanceGiven(
            header=chancery.header(contents[-1].header.negotiation),
            asked=asked,
            step=CONFIRMED,
            note=wanted.authority,
        )
        await chancery.say(said)
        return dataclasses.replace(judged, hits=(), cleared=whole)

    def _note_authority(self, desk: Desk, judged: Judgement, who: str) -> None:
        path = self._seat.home.path / AUTHORITY_FILE
        line = json.dumps(
            {
                "at": self._seat.now(),
                "who": who,
                "channel": desk.channel.hex(),
                "hits": [[each.where, each.word, each.found] for each in judged.hits],
            },
            ensure_ascii=False,
        )
        path.touch(mode=0o600)
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def _ask_people(
        self,
        desk: Desk,
        contents: tuple[Content, ...],
        files: list[Any] | tuple[()],
        judged: Judgement,
        odd: tuple[str, ...],
        wanted: Leave,
    ) -> None:
        if wanted.yes or not (odd or (wanted.confirm and on_terminal())):
            for each in odd:
                note(f"warning: {each}")
            return
        if not on_terminal():
            for each in odd:
                note(f"warning: {each}")
            raise InputError(
                f"something is to be looked at first: {odd[0]}",
                code="unconfirmed",
                hint="nothing was sent. Mend it, or send it as it is with --yes",
            )
        inspection.show(self._seat, desk, contents, files, judged, odd, to_people=True)
        if not click.confirm("Send this?", default=False, err=True):
            raise click.Abort


def _not_cleared(judged: Judgement, *, has_internal: bool) -> RefusedError:
    lacks = judged.lacks
    number = judged.clearance.number if judged.clearance is not None else 0
    if "refused" in lacks:
        return RefusedError(
            f"clearance {number} of exactly these words was refused",
            code="not-cleared",
            hint=f"paraph clear show {number} tells why; other words may be asked for anew",
        )
    authority = " or ".join(judged.authority)
    what = " and ".join(
        f"the confirmation of {authority}" if each == "authority" else "a release" for each in lacks
    )
    if not has_internal:
        hint = 'nothing was sent. When it is confirmed: --authority-confirmed "WHO"'
    elif not number:
        hint = "nothing was sent. The same command with --ask asks for it"
    else:
        hint = f"nothing was sent. Clearance {number} is asked for: paraph clear list"
    return RefusedError(f"this needs {what} first", code="not-cleared", hint=hint)
