"""The door of a shared channel: nothing leaves before mandate, clearance and inspection let it.

Every command that speaks passes it (:func:`paraph.client.cli.at_desk.at_desk` hangs it in). What is
found out (:mod:`paraph.client.negotiating.leaving`) is said here and in the internal channel; the
other side never sees any of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from paraph.client.cli import inspection
from paraph.client.cli.chancery import inside
from paraph.client.cli.context import Seat
from paraph.client.cli.leaving import HeldBackError, Leave, leave, on_terminal
from paraph.client.cli.output import note
from paraph.client.cli.sent import print_sent
from paraph.protocol.errors import InputError

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.leaving import Outlook
    from paraph.protocol.statements.content import Content


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
        from paraph.client.negotiating import leaving

        if all(each in self._passed for each in contents) or leaving.needs_no_look(desk, contents):
            return contents
        wanted = leave()
        async with inside(self._seat, desk.role) as chancery:
            allowed = await self._allowed(desk, contents, chancery, wanted)
        self._passed += allowed
        return allowed

    async def _allowed(
        self, desk: Desk, contents: tuple[Content, ...], chancery: Desk | None, wanted: Leave
    ) -> tuple[Content, ...]:
        from paraph.client.negotiating import leaving
        from paraph.client.negotiating.chancery import local_mandate

        mandate = local_mandate(self._seat.home)
        outlook = leaving.look_over(desk, contents, chancery, mandate, wanted.attach)
        if outlook.leaks:
            raise outlook.refusal()
        if wanted.show:
            inspection.show(self._seat, desk, outlook)
            raise HeldBackError("nothing was sent")
        if wanted.ask:
            sent = await leaving.ask(desk, outlook, chancery)
            assert chancery is not None  # otherwise it was refused
            print_sent(self._seat, chancery, sent)
            raise HeldBackError("nothing was sent")
        if outlook.judged.lacks:
            outlook = await self._confirmed(desk, outlook, chancery, wanted)
        self._ask_people(desk, outlook, wanted)
        return leaving.let_leave(desk, outlook)

    async def _confirmed(
        self, desk: Desk, outlook: Outlook, chancery: Desk | None, wanted: Leave
    ) -> Outlook:
        # The one thing that may be made good here: an authority that has confirmed trip words.
        from paraph.client.negotiating import leaving

        for hit in outlook.judged.hits:
            note(f'mandate: {hit.where}: "{hit.found}" touches "{hit.word}"')
        if not wanted.authority:
            raise outlook.refusal()
        return await leaving.confirm_authority(
            desk, outlook, chancery, wanted.authority, self._seat.home, self._seat.now()
        )

    def _ask_people(self, desk: Desk, outlook: Outlook, wanted: Leave) -> None:
        odd = outlook.warnings
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
        inspection.show(self._seat, desk, outlook, to_people=True)
        if not click.confirm("Send this?", default=False, err=True):
            raise click.Abort
