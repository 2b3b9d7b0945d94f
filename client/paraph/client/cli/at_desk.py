"""What the commands at a desk share: which channel and key, the first sync, the last line."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from paraph.client.cli.closed import hint_grant
from paraph.client.cli.context import Seat, instant
from paraph.client.cli.door import Door
from paraph.client.cli.leaving import HeldBackError, leave_options
from paraph.client.cli.output import emit, mark_channel, note, watched
from paraph.client.cli.sent import print_sent
from paraph.protocol import roles
from paraph.protocol.errors import InputError, UnavailableError
from paraph.protocol.statements.envelope import PRECEDENCES

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.sending.sent import Sent
    from paraph.client.writing.composing import Manner
    from paraph.protocol.negotiation.state import Negotiation
    from paraph.protocol.statements.content import Content

T = TypeVar("T")
Found = tuple[Mapping[str, object], Iterable[str]]
"""What a command shows: for machines, as one object, and for people, line by line."""


def desk_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options that choose a channel and a key."""
    for option in (
        click.option("--role", type=click.Choice(roles.ROLES), help="Role, if you have several."),
        click.option("--channel", "name", default="", help="Start of its id, or `internal`."),
    ):
        command = option(command)
    return command


def manner_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options of the header that every record has."""
    for option in (
        click.option("--without-prejudice", is_flag=True, help="Not to be cited as a position."),
        click.option(
            "--reply-by", default="", metavar="INSTANT", help="Ask for an answer by then."
        ),
        click.option(
            "--useful-until", default="", metavar="INSTANT", help="It is of no use after that."
        ),
        click.option(
            "--dated", default="", metavar="INSTANT", help="Claimed time.  [default: now]"
        ),
        click.option("--handling", default="", help="Handling label."),
        click.option(
            "--negotiation", default="", metavar="ID", help="Which, if there are several."
        ),
        click.option(
            "--precedence",
            type=click.Choice(PRECEDENCES),
            default="routine",
            show_default=True,
            help="Handling time asked for.",
        ),
    ):
        command = option(command)
    return leave_options(command)


@dataclasses.dataclass(frozen=True, slots=True)
class Voice:
    """Where and how a command speaks: what :func:`speaking` makes of its options.

    Attributes:
        name: Start of the channel's id, or ``internal``; empty for the one there is.
        role: Role, if this home has several.
        negotiation: Start of its id; empty for the one there is.
        precedence: Handling time asked for.
        manner: What the header of the record says.
    """

    name: str
    role: str | None
    negotiation: str
    precedence: str
    manner: Manner


def speaking(command: Callable[..., T]) -> Callable[..., T]:
    """Give *command* a :class:`Voice` and the options that make one; stands above ``seated``."""

    @manner_options
    @desk_options
    @functools.wraps(command)
    def run(
        *args: Any,  # noqa: ANN401 - whatever options the command has
        name: str,
        role: str | None,
        negotiation: str,
        precedence: str,
        handling: str,
        dated: str,
        reply_by: str,
        useful_until: str,
        without_prejudice: bool,
        **options: Any,  # noqa: ANN401 - the same
    ) -> T:
        from paraph.client.writing.composing import Manner

        manner = Manner(
            dated=instant(dated, "--dated"),
            reply_by=instant(reply_by, "--reply-by"),
            latest_useful=instant(useful_until, "--useful-until"),
            handling=handling,
            without_prejudice=without_prejudice,
        )
        voice = Voice(name, role, negotiation, precedence, manner)
        return command(*args, voice=voice, **options)

    return run


@asynccontextmanager
async def at_desk(
    seat: Seat, name: str, role: str | None, *, offline: bool = False
) -> AsyncIterator[tuple[Desk, bool]]:
    """Open a desk, fetch what is new, and give it with whether the relay was reached."""
    from paraph.client.channel.desk import Desk

    folder = seat.channel(name)
    link = None if offline else seat.tools.link(folder.relay)
    opened = Desk.open(seat.home, seat.vault, folder, role, link, clock=seat.now)
    async with opened as desk:
        desk.door = Door(seat)
        mark_channel(desk.channel, exercise=desk.is_exercise)
        with watched():
            desk.read()
        reached = not offline
        if reached:
            try:
                with watched():
                    await desk.sync()
            except UnavailableError as error:
                reached = False
                note(f"warning: {error}; shown is what was verified before")
        _warn(desk)
        with watched(), contextlib.suppress(HeldBackError):
            yield desk, reached


def _warn(desk: Desk) -> None:
    if desk.reader.halt is not None:
        note(f"warning: {desk.reader.up_to}")
    hint_grant(desk)
    _tell_held(desk)
    for alarm in desk.replica.alarms():
        where = f" at entry {alarm.index}" if alarm.index >= 0 else ""
        note(f"alarm: {alarm.name}{where}: {alarm.detail}")


def _tell_held(desk: Desk) -> None:
    from paraph.client.negotiating.newcomers import newcomers

    for each in newcomers(desk):
        if each.spoke:
            key = f"{each.member.party}, {each.member.role} {each.member.id.hex()[:16]}"
            note(f"held: {each.spoke} said under a new key of {key}: paraph party accept")
    for talks in desk.state.negotiations.values():
        for version, why in desk.screen.hidden(talks):
            note(f"version {version.number} (#{version.index}) is not shown; {why}")


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """Where a command looks: what :func:`looking` makes of its options.

    Attributes:
        name: Start of the channel's id, or ``internal``; empty for the one there is.
        role: Role, if this home has several.
        negotiation: Start of its id; empty for the one there is.
        offline: What was verified before is enough.
    """

    name: str
    role: str | None
    negotiation: str
    offline: bool


def looking(command: Callable[..., T]) -> Callable[..., T]:
    """Give *command* a :class:`View` and the options that make one; stands above ``seated``."""

    @click.option("--negotiation", default="", metavar="ID", help="Which, if there are several.")
    @click.option("--offline", is_flag=True, help="Do not ask the relay for what is new.")
    @desk_options
    @functools.wraps(command)
    def run(
        *args: Any,  # noqa: ANN401 - whatever options the command has
        name: str,
        role: str | None,
        negotiation: str,
        offline: bool,
        **options: Any,  # noqa: ANN401 - the same
    ) -> T:
        return command(*args, view=View(name, role, negotiation, offline), **options)

    return run


@asynccontextmanager
async def look(seat: Seat, view: View) -> AsyncIterator[tuple[Desk, bytes | None]]:
    """Open a desk to look at a negotiation, and give it with the id that *view* names, if any."""
    async with at_desk(seat, view.name, view.role, offline=view.offline) as (desk, _):
        yield desk, negotiation_id(seat, desk, view.negotiation)


async def show_found(seat: Seat, view: View, find: Callable[[Desk, Negotiation], Found]) -> None:
    """Print what *find* finds at a desk in one negotiation."""
    async with look(seat, view) as (desk, wanted):
        emit(seat.as_json, *find(desk, desk.negotiation(wanted)))


async def say_so(seat: Seat, voice: Voice, make: Callable[[Desk, bytes], Content]) -> None:
    """Say one record at a desk, and print what became of it.

    Args:
        seat: Where the command runs.
        voice: Where and how it speaks.
        make: Makes the record; it is given the desk and the negotiation id.

    Raises:
        UnavailableError: It waits in the outbox.
    """
    from paraph.client.writing import composing

    async def work(desk: Desk) -> Sent:
        wanted = negotiation_id(seat, desk, voice.negotiation)
        identity = composing.choose_negotiation(desk.state, wanted)
        return await desk.say(make(desk, identity), precedence=voice.precedence)

    await say(seat, voice.name, voice.role, work)


async def say(
    seat: Seat, name: str, role: str | None, make: Callable[[Desk], Awaitable[Sent]]
) -> None:
    """Say one thing at a desk, and print what became of it.

    Raises:
        UnavailableError: It waits in the outbox.
    """
    async with at_desk(seat, name, role) as (desk, _):
        sent = await make(desk)
        print_sent(seat, desk, sent)
        if not sent.is_logged:
            raise UnavailableError(
                "the relay did not answer: the statement waits in the outbox",
                code="queued",
                hint="paraph sync sends the same bytes again; do not say it anew",
            )


def negotiation_id(seat: Seat, desk: Desk, text: str) -> bytes | None:
    """Return the negotiation whose id begins with *text*; nothing for nothing.

    In an internal channel a note is about a negotiation that stands in a shared one: that of
    this home's shared channels is taken, or a whole id.

    Raises:
        InputError: None, or several.
    """
    known = {identity for identity, _ in desk.state.negotiations.items()}
    if desk.state.internal:
        known |= _shared_negotiations(seat, desk)
        if not text and len(known) != 1:
            text = "one"  # told below: none, or several
    if not text:
        return next(iter(known)) if desk.state.internal else None
    if desk.state.internal and re.fullmatch("[0-9a-f]{32}", text):
        return bytes.fromhex(text)
    found = [each for each in known if each.hex().startswith(text) or text == "one"]
    if len(found) == 1:
        return found[0]
    raise InputError(
        f"expected one negotiation, found {len(found) or 'none'}",
        code="unknown-negotiation",
        hint="give the start of its id; paraph show N --json has it, in content.header",
    )


def _shared_negotiations(seat: Seat, desk: Desk) -> set[bytes]:
    from paraph.client.log.replica import Replica
    from paraph.client.reading.opened import Reader

    found: set[bytes] = set()
    for folder in seat.home.channels():
        if folder.channel == desk.channel:
            continue
        replica = Replica.load(folder)
        try:
            reader = Reader(replica, seat.vault.content.openers(folder.channel))
            reader.advance()
            if not reader.state.internal:
                found |= {identity for identity, _ in reader.state.negotiations.items()}
        finally:
            replica.close()
    return found


def version_id(desk: Desk, text: str) -> bytes:
    """Return the statement id that *text* names; in an internal channel also a whole id."""
    from paraph.client.channel import views

    if desk.state.internal and re.fullmatch("[0-9a-f]{64}", text):
        return bytes.fromhex(text)
    return views.find(desk, text).id
