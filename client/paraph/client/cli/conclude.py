"""`paraph gate`, `powers`, `initial`, `sign`, `unsign`: a text becomes a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import View, Voice, look, looking, say_so, speaking
from paraph.client.cli.context import Seat, example, pairs, run, seated
from paraph.client.cli.output import emit
from paraph.protocol.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.concluding import Checklist
    from paraph.protocol.keys import Signer
    from paraph.protocol.negotiation.state.conclusion import Act
    from paraph.protocol.statements.conclusion import (
        ConclusionWithdrawn,
        FullPowersShown,
        Initialled,
        Signed,
    )


@click.command(epilog=example("paraph gate", "paraph gate 41 --json", "paraph gate --to-sign"))
@click.argument("version", metavar="[REF]", default="")
@click.option("--to-sign", is_flag=True, help="What bars a signature.  [default: an initial]")
@looking
@seated
def gate(
    seat: Seat,
    *,
    version: str,
    to_sign: bool,
    view: View,
) -> None:
    """Show what still bars you from initialling or signing the text, and who has done so.

    REF is a version; the head is looked at if none is given, or what was initialled, to sign it.
    """
    from paraph.client.channel import views
    from paraph.client.negotiating import concluding
    from paraph.client.writing import composing

    async def work() -> None:
        async with look(seat, view) as (desk, wanted):
            identity = composing.choose_negotiation(desk.state, wanted)
            found = concluding.checklist(
                desk,
                seat.home.book,
                identity,
                "sign" if to_sign else "initial",
                views.find(desk, version).id if version else None,
            )
            emit(seat.as_json, _gate_value(found), _gate_lines(desk, found))

    run(work())


def _gate_value(found: Checklist) -> dict[str, object]:
    return {
        "phase": found.phase.word,
        "rectified": found.phase.rectified,
        "to": found.purpose,
        "version": {"id": found.version.statement, "index": found.version.index},
        "ready": found.is_ready,
        "open": [
            {"rule": each.rule, "clause": each.clause or None, "expected": each.expected}
            for each in (*found.open, *found.here)
        ],
        "needed": {
            code: {"initial": initial, "sign": sign}
            for code, (initial, sign) in found.needed.items()
        },
        "acts": [_act_value(each) for each in found.acts],
        "alternat": found.alternat.said.statement if found.alternat is not None else None,
    }


def _act_value(act: Act) -> dict[str, object]:
    return {
        "index": act.said.index,
        "id": act.said.statement,
        "party": act.act.party,
        "holder": act.act.holder,
        "capacity": {each.language: each.words for each in act.act.capacity},
        "original": act.act.original or None,
        "languages": list(act.act.languages),
    }


def _gate_lines(desk: Desk, found: Checklist) -> Iterator[str]:
    from paraph.client.negotiating import concluding

    number, index = found.version.number, found.version.index
    yield f"phase      {found.phase.word}{', corrected' if found.phase.rectified else ''}"
    yield f"version    {number} (#{index}), {found.version.content.version_kind}"
    for language, digest in found.version.digests.items():
        yield f"digest {language}  {digest.hex()}"
    for each in (*found.open, *found.here):
        yield f"open       {each}"
    for act in found.acts:
        yield f"#{act.said.index:<9} {concluding.act_line(desk, act)}"
    for code, (initial, sign) in found.needed.items():
        yield f"needed     {code}: {initial} to initial, {sign} to sign each original"
    if found.is_ready:
        yield f"ready      to {found.purpose}"


@click.command(
    epilog=example(
        "paraph powers --for sign --capacity en='Minister of Defence' --issued-by 'Head of State'",
        "paraph powers --holder 3f6a --for initial --capacity en='Head of Section' --issued-by MFA",
    )
)
@click.option(
    "--for",
    "purpose",
    type=click.Choice(("initial", "sign", "both")),
    default="both",
    show_default=True,
    help="What the person may do.",
)
@click.option(
    "--holder", default="", metavar="ID", help="Start of the person's id.  [default: you]"
)
@click.option(
    "--capacity", multiple=True, required=True, metavar="LANG=TEXT", help="Office; repeat."
)
@click.option("--issued-by", required=True, help="Office that issued them.")
@speaking
@seated
def powers(
    seat: Seat,
    *,
    purpose: str,
    holder: str,
    capacity: tuple[str, ...],
    issued_by: str,
    voice: Voice,
) -> None:
    """Show the other side the full powers of a person of yours: who may initial or sign.

    The person is named by the opaque id of the enrolment (paraph member list), never by name.
    """
    from paraph.client.negotiating import concluding

    def make(desk: Desk, identity: bytes) -> FullPowersShown:
        header = desk.header(identity, voice.manner)
        found = _holder(desk, holder) if holder else desk.member.holder
        offices = pairs(capacity, "--capacity")
        return concluding.powers_shown(header, found, purpose, offices, issued_by)

    run(say_so(seat, voice, make))


def _holder(desk: Desk, text: str) -> bytes:
    found = {
        member.holder
        for member in desk.replica.log.trust.members()
        if member.party == desk.party and member.holder.hex().startswith(text.lower())
    }
    if len(found) == 1:
        return found.pop()
    raise InputError(
        f"expected one person of {desk.party} whose id begins so, found {len(found) or 'none'}",
        code="unknown-holder",
        hint="paraph member list shows them",
    )


def _signer(seat: Seat, desk: Desk) -> Signer:
    from paraph.client.keys import members

    return members.choose_key(seat.vault, desk.channel, desk.role).signer


@click.command(epilog=example("paraph initial", "paraph initial 41 --role head_of_delegation"))
@click.argument("version", metavar="[REF]", default="")
@speaking
@seated
def initial(seat: Seat, *, version: str, voice: Voice) -> None:
    """Initial version REF, or the head: from the first initial on the text is frozen.

    Nothing may stand open (paraph gate). It can be taken back until the last required initial of
    both sides is placed.
    """
    from paraph.client.channel import views
    from paraph.client.negotiating import concluding

    def make(desk: Desk, identity: bytes) -> Initialled:
        header = desk.header(identity, voice.manner)
        wanted = views.find(desk, version).id if version else None
        signer = _signer(seat, desk)
        return concluding.initialled(desk, signer, seat.home.book, header, wanted)

    run(say_so(seat, voice, make))


@click.command(epilog=example("paraph sign --original USA", "paraph sign --original RUS"))
@click.option("--original", required=True, metavar="CODE", help="Party that keeps the original.")
@speaking
@seated
def sign(seat: Seat, *, original: str, voice: Voice) -> None:
    """Sign the original that a party keeps; both originals need every signature.

    The text is the one that both sides initialled, the original is as both agreed (paraph
    alternat). It can be taken back until the last required signature of both sides is placed.
    """
    from paraph.client.negotiating import concluding

    def make(desk: Desk, identity: bytes) -> Signed:
        header = desk.header(identity, voice.manner)
        signer = _signer(seat, desk)
        return concluding.signed(desk, signer, seat.home.book, header, original)

    run(say_so(seat, voice, make))


@click.command(epilog=example("paraph unsign 44 --reason 'The annex is not the last one.'"))
@click.argument("ref", metavar="REF")
@click.option("--reason", default="", help="Why.")
@speaking
@seated
def unsign(seat: Seat, *, ref: str, reason: str, voice: Voice) -> None:
    """Take an initial or a signature of your side back, before the last required one."""
    from paraph.client.channel import views
    from paraph.protocol.statements.conclusion import ConclusionWithdrawn

    def make(desk: Desk, identity: bytes) -> ConclusionWithdrawn:
        header = desk.header(identity, voice.manner)
        return ConclusionWithdrawn(header=header, subject=views.find(desk, ref).id, reason=reason)

    run(say_so(seat, voice, make))
