"""`paraph agree`: stand behind what the other side said and both must agree to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import Voice, say_so, speaking
from paraph.client.cli.context import Seat, example, run, seated

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.protocol.statements.joint import AgreedTo


@click.command(epilog=example("paraph agree 31"))
@click.argument("ref", metavar="REF")
@speaking
@seated
def agree(seat: Seat, *, ref: str, voice: Voice) -> None:
    """Agree to REF: outcomes, a change of a schedule, an action, whatever needs both sides.

    Your side counts for what it said itself. What follows, follows at once: outcomes that both
    sides agree to set positions.
    """
    from paraph.client.channel import views
    from paraph.protocol.statements.joint import AgreedTo

    def make(desk: Desk, identity: bytes) -> AgreedTo:
        header = desk.header(identity, voice.manner)
        return AgreedTo(header=header, subject=views.find(desk, ref).id)

    run(say_so(seat, voice, make))
