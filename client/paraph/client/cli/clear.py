"""`paraph clear`: what leaves is asked for, reviewed and released in the internal channel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from paraph.client.cli.at_desk import Voice, at_desk, speaking
from paraph.client.cli.chancery import inside
from paraph.client.cli.context import INTERNAL, Seat, example, run, seated
from paraph.client.cli.draft_send import Place, placing, send_draft
from paraph.client.cli.leaving import leave
from paraph.client.cli.output import emit, say, table
from paraph.client.cli.sent import print_sent
from paraph.client.clock import when
from paraph.protocol import roles

if TYPE_CHECKING:
    from paraph.protocol.negotiation.state import Clearance, State

T = TypeVar("T")


@click.group(epilog=example("paraph clear ask counter.draft", "paraph clear list"))
def clear() -> None:
    """Clear what leaves: four eyes, in your internal channel, byte for byte."""


@clear.command(epilog=example("paraph clear ask counter.draft"))
@click.argument("file", type=click.Path(path_type=Path))
@placing
@speaking
@seated
def ask(seat: Seat, *, file: Path, place: Place, voice: Voice) -> None:
    """Ask that the draft in FILE may leave. Other statements: their own command with --ask.

    The exact bytes are kept; when they are released, the same command sends these. One byte
    changed is another draft.
    """
    leave().ask = True
    send_draft(seat, file, place, voice)


def _as_map(each: Clearance) -> dict[str, Any]:
    content = each.content
    return {
        "number": each.number,
        "id": each.statement,
        "index": each.index,
        "state": each.standing,
        "subject": content.subject,
        "asked_by": each.role,
        "needs": content.needs,
        "authority_confirmed": each.is_confirmed,
        "hits": [hit.to_map() for hit in content.hits],
        "digest": content.digest,
        "target": content.target,
        "dated": when(content.header.dated) or None,
        "steps": [{"step": one.step, "role": one.role, "note": one.note} for one in each.steps],
    }


@clear.command("list", epilog=example("paraph clear list --all"))
@click.option("--all", "everything", is_flag=True, help="Also what is released or refused.")
@seated
def list_(seat: Seat, *, everything: bool) -> None:
    """List what waits for a review, an authority or a release."""
    from paraph.client.negotiating.chancery import no_internal_channel
    from paraph.client.negotiating.releases import waits_for

    async def look() -> None:
        async with inside(seat) as desk:
            if desk is None:
                raise no_internal_channel()
            inner = desk.state
        found = sorted((each for _, each in inner.clearances.items()), key=lambda each: each.number)
        shown = [each for each in found if everything or waits_for(inner, each)]
        rows = [
            [
                str(each.number),
                each.standing,
                _missing(inner, each),
                each.role,
                when(each.content.header.dated),
                each.content.subject,
            ]
            for each in shown
        ]
        columns = ("no", "state", "waits for", "asked by", "dated", "subject")
        value = {"clearances": [_as_map(each) for each in shown]}
        emit(seat.as_json, value, () if seat.as_json else table(columns, rows))

    run(look())


def _missing(state: State, each: Clearance) -> str:
    from paraph.client.negotiating.releases import waits_for

    return ", ".join(f"{what} by {who}" for what, who in waits_for(state, each))


@clear.command(epilog=example("paraph clear show 3"))
@click.argument("number", metavar="NO")
@seated
def show(seat: Seat, *, number: str) -> None:
    """Show what is to leave, field by field, and what was said of it."""
    from paraph.client.negotiating import inspection
    from paraph.client.negotiating.chancery import no_internal_channel
    from paraph.client.negotiating.releases import named, waits_for
    from paraph.protocol.statements.content import decode_content

    async def look() -> None:
        async with inside(seat) as desk:
            if desk is None:
                raise no_internal_channel()
            found = named(desk.state, number)
            waits = waits_for(desk.state, found)
        parts = [decode_content(each).to_map() for each in found.content.parts]
        emit(seat.as_json, {**_as_map(found), "parts": parts}, ())
        if seat.as_json:
            return
        say(f"clearance  {found.number} {found.standing}: {found.content.subject}")
        for what, who in waits:
            say(f"waits for  {what} by {who}")
        for hit in found.content.hits:
            say(f'mandate    {hit.where}: "{hit.found}" touches "{hit.word}"')
        for one in found.steps:
            say(f"{one.step:<10} {one.role}: {one.note}")
        for part in parts:
            for path, value in inspection.flat(part):
                say(f"  {path}: {value}")

    run(look())


def _step(seat: Seat, number: str, step: str, note: str, role: str | None) -> None:
    from paraph.client.negotiating import releases
    from paraph.client.negotiating.chancery import no_internal_channel

    async def give() -> None:
        if seat.internal() is None:
            raise no_internal_channel()
        async with at_desk(seat, INTERNAL, role or _clearing_role(seat)) as (desk, _):
            found = releases.named(desk.state, number)
            print_sent(seat, desk, await desk.say(releases.step(desk, found, step, note)))

    run(give())


def _clearing_role(seat: Seat) -> str | None:
    # Of several roles of a home, the one that may clear; where that is not one, the usual choice.
    folder = seat.internal()
    keys = seat.vault.content.held(folder.channel) if folder is not None else ()
    able = {key.role for key in keys if key.state != "retired" and roles.may(key.role, "clear")}
    return able.pop() if len(able) == 1 else None


def _step_options(command: Callable[..., T]) -> Callable[..., T]:
    for option in (
        click.option("--role", type=click.Choice(roles.ROLES), help="Role, if you have several."),
        click.option("--note", default="", help="Why, or on whose word."),
        click.argument("number", metavar="NO"),
    ):
        command = option(command)
    return command


@clear.command(epilog=example("paraph clear review 3 --note 'Reference corrected.'"))
@_step_options
@seated
def review(seat: Seat, *, number: str, note: str, role: str | None) -> None:
    """Say that you have reviewed it; a legal adviser's review is what `legal` waits for."""
    _step(seat, number, "reviewed", note, role)


@clear.command(epilog=example("paraph clear confirm 3 --note 'Minister, by telephone'"))
@_step_options
@seated
def confirm(seat: Seat, *, number: str, note: str, role: str | None) -> None:
    """Confirm its trip words as the authority that the mandate names."""
    _step(seat, number, "authority_confirmed", note, role)


@clear.command(epilog=example("paraph clear release 3"))
@_step_options
@seated
def release(seat: Seat, *, number: str, note: str, role: str | None) -> None:
    """Let it leave; not by the person who asked."""
    _step(seat, number, "released", note, role)


@clear.command(epilog=example("paraph clear refuse 3 --note 'Not before VC-3.'"))
@_step_options
@seated
def refuse(seat: Seat, *, number: str, note: str, role: str | None) -> None:
    """Keep it back, also after a release; say why."""
    _step(seat, number, "refused", note, role)
