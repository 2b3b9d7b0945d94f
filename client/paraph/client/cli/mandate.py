"""`paraph mandate set | show`: what this party may negotiate, in its internal channel only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from paraph.client.cli.at_desk import at_desk
from paraph.client.cli.chancery import inside
from paraph.client.cli.context import INTERNAL, Seat, example, run, seated
from paraph.client.cli.example_file import example_option
from paraph.client.cli.output import emit
from paraph.client.cli.sent import print_sent
from paraph.protocol import roles
from paraph.protocol.errors import InputError
from paraph.protocol.statements.header import NO_NEGOTIATION, ContentHeader

if TYPE_CHECKING:
    from paraph.protocol.statements.internal import MandateSet


@click.group(epilog=example("paraph mandate set mandate.yaml", "paraph mandate show"))
def mandate() -> None:
    """Set and show your party's mandate. The other side never sees any of it."""


def _example() -> str:
    from paraph.client.negotiating.mandate import EXAMPLE

    return EXAMPLE


@mandate.command(
    "set",
    epilog=example(
        "paraph mandate set --example > mandate.yaml", "paraph mandate set mandate.yaml"
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--negotiation", default="", metavar="ID", help="For this one only, by its whole id.")
@click.option("--here", is_flag=True, help="Keep it in this home, without an internal channel.")
@click.option("--role", type=click.Choice(roles.ROLES), help="Role, if you have several.")
@example_option(_example)
@seated
def set_(seat: Seat, *, file: Path, negotiation: str, here: bool, role: str | None) -> None:
    """Put the mandate in FILE in the place of the one before.

    Scope, subjects out of scope, trip words per language, who may commit, and which kinds must be
    released before they leave. With --here it is kept in this home alone: nobody else of your
    party is held to it, and who confirmed a trip word is noted in this home.
    """
    from paraph.client.negotiating import mandate as mandates
    from paraph.client.negotiating.chancery import no_internal_channel

    written = mandates.read(file)
    identity = _negotiation(negotiation)

    async def put() -> None:
        if seat.internal() is None:
            raise no_internal_channel()
        async with at_desk(seat, INTERNAL, role) as (desk, _):
            content = mandates.parse(written, desk.header(identity), desk.state.languages)
            print_sent(seat, desk, await desk.say(content))

    if here:
        _keep_here(seat, written, identity)
    else:
        run(put())


def _keep_here(seat: Seat, written: Any, identity: bytes) -> None:  # noqa: ANN401 - a file read
    from paraph.client.negotiating import chancery
    from paraph.client.negotiating import mandate as mandates

    header = ContentHeader.plain(negotiation=identity, dated=seat.now(), acting_role=roles.HEAD)
    content = mandates.parse(written, header, seat.languages())
    chancery.keep_mandate(seat.home, content)
    path = seat.home.path / chancery.MANDATE_FILE
    emit(seat.as_json, {"kept": str(path), "name": content.name}, [f"kept       {content.name}"])


def _negotiation(text: str) -> bytes:
    if not text:
        return NO_NEGOTIATION
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != len(NO_NEGOTIATION):
        raise InputError(
            "expected the whole id of a negotiation: 32 hexadecimal digits",
            hint="paraph show N --json has it, in content.header",
        )
    return found


@mandate.command(epilog=example("paraph mandate show --json"))
@seated
def show(seat: Seat) -> None:
    """Show the mandate in force."""
    from paraph.client.negotiating.chancery import local_mandate

    async def look() -> None:
        found: list[MandateSet] = []
        async with inside(seat) as desk:
            if desk is not None:
                found = [each.content for each in desk.state.mandates.values()]
        local = local_mandate(seat.home)
        if not found and local is not None:
            found = [local]
        value = {"mandates": [each.to_map() for each in found]}
        emit(seat.as_json, value, [line for each in found for line in _lines(each)] or ["none"])

    run(look())


def _lines(content: MandateSet) -> list[str]:
    about = content.header.negotiation
    lines = [f"mandate    {content.name}"]
    if about != NO_NEGOTIATION:
        lines.append(f"for        {about.hex()}")
    lines += [f"scope {each.language}   {each.words}" for each in content.scope]
    lines += [f"not        {each}" for each in content.out_of_scope]
    lines += [
        f"trip {each.language}    {word}" for each in content.trip_words for word in each.words
    ]
    for name, listed in (
        ("ad ref", content.ad_referendum),
        ("final", content.final),
        ("clear", content.clear_first),
        ("legal", content.legal_first),
    ):
        if listed:
            lines.append(f"{name:<10} {', '.join(listed)}")
    return lines
