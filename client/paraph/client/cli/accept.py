"""`paraph party accept`: new keys of the other side, held until a person accepts them."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import at_desk, desk_options
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import emit, note, table

if TYPE_CHECKING:
    from paraph.client.negotiating.newcomers import Newcomer

_COLUMNS = ("party", "role", "key", "since", "enrolled by", "said")


@click.command(
    epilog=example(
        "paraph party accept",
        "paraph party accept 3f2a9c01",
        'paraph party accept 3f2a9c01 --words "beard sequel dinner twenty room pencil jaguar hold"',
    )
)
@click.argument("key", required=False, default="", metavar="[KEY|ROLE]")
@click.option("--words", "typed", help="The eight words, instead of being asked for them.")
@click.option("--fingerprint", help="The whole id of the key as they read it, 64 hex digits.")
@click.option("--who", help="Who accepts.  [default: your user name]")
@click.option("--offline", is_flag=True, help="Do not ask the relay for what is new.")
@desk_options
@seated
def accept(
    seat: Seat,
    *,
    key: str,
    typed: str | None,
    fingerprint: str | None,
    who: str | None,
    offline: bool,
    name: str,
    role: str | None,
) -> None:
    """Accept a new key of the other side; without KEY, list those that are still to be accepted.

    What a new key says stands in the log as all else does, but this desk does not show it, no bot
    acknowledges it, and nobody concludes, before somebody here accepted it. Call them on a line on
    which you know the voice, ask whose key it is, and type the words that `paraph member list
    --words` shows there. Wrong words end with exit code 3 and change nothing.
    """
    from paraph.client.negotiating import newcomers

    async def work() -> None:
        async with at_desk(seat, name, role, offline=offline) as (desk, _):
            if not key:
                found = newcomers.newcomers(desk)
                lines = table(_COLUMNS, [_row(each) for each in found])
                emit(
                    seat.as_json,
                    {"waiting": [_value(each) for each in found]},
                    lines if found else ["no new key of the other side is to be accepted"],
                )
                return
            chosen = newcomers.find(desk, key)
            member = chosen.member
            said = fingerprint or typed
            if said is None:
                note(f"key {member.id.hex()} of {member.party}, {member.role}")
                said = click.prompt(f"The words that {member.party} reads", err=True, type=str)
            newcomers.compare(member, said)
            by = who or getpass.getuser()
            newcomers.accept(desk, [member.id.hex()], who=by, now=seat.now())
            emit(
                seat.as_json,
                {**_value(chosen), "who": by},
                [f"accepted   {member.party} {member.role} {member.id.hex()[:16]}, by {by}"],
            )

    run(work())


def _row(each: Newcomer) -> tuple[str, ...]:
    member = each.member
    return (
        member.party,
        member.role,
        member.id.hex()[:16],
        str(member.enrolled_at),
        _signer(each),
        str(each.spoke),
    )


def _value(each: Newcomer) -> dict[str, object]:
    member = each.member
    return {
        "party": member.party,
        "role": member.role,
        "key": member.id,
        "holder": member.holder,
        "since": member.enrolled_at,
        "enrolled_by": _signer(each),
        "said": each.spoke,
    }


def _signer(each: Newcomer) -> str:
    return "roots" if each.by_roots else "registrar"
