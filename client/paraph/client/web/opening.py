"""Opening every channel of a home, in a thread: a large one takes seconds."""

from __future__ import annotations

import contextlib
import dataclasses

from paraph.client import progress
from paraph.client.channel.desk import Desk
from paraph.client.channel.tools import Tools
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.keys.vault import Vault
from paraph.client.negotiating import ahead
from paraph.protocol.errors import EquivocationError, InputError
from paraph.protocol.names import ChannelId
from paraph.protocol.negotiation.state import State


@dataclasses.dataclass(frozen=True, slots=True)
class Refused:
    """A channel whose relay was found out; it does not open any more.

    Attributes:
        folder: Where it stands, with the evidence.
        error: What is told.
    """

    folder: ChannelHome
    error: EquivocationError


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """What a home has.

    Attributes:
        desks: Open desks, those of shared channels first.
        refused: Channels that do not open any more.
    """

    desks: tuple[Desk, ...]
    refused: tuple[Refused, ...]


def open_channels(home: Home, vault: Vault, tools: Tools, role: str | None) -> Opened:
    """Open the desks of a home and read everything that is on its disk.

    How far the reading has come is told to whoever watches (:mod:`paraph.client.progress`).
    A channel whose relay once showed two histories stays shut, and hinders no other.

    Args:
        home: The folder.
        vault: Its open key file.
        tools: Relay and clock.
        role: Which key speaks, where a channel has several and this is one of them.

    Raises:
        InputError: The home has no channel that this person's keys speak in.
    """
    desks: list[Desk] = []
    refused: list[Refused] = []
    with contextlib.ExitStack() as unless_done:
        for folder in home.channels():
            link = tools.link(folder.relay)
            speaks = _role_in(vault, folder.channel, role)
            try:
                desk = Desk.open(home, vault, folder, speaks, link, clock=tools.now)
            except EquivocationError as error:
                refused.append(Refused(folder, error))
            else:
                unless_done.callback(desk.replica.close)
                desks.append(desk)
        _read(home, desks)
        if not desks and not refused:
            raise InputError(
                "this home has no channel yet",
                code="channel",
                hint="paraph channel propose or accept founds one; paraph member request joins"
                " one of your party",
            )
        unless_done.pop_all()
    return Opened(tuple(sorted(desks, key=lambda desk: desk.state.internal)), tuple(refused))


def _role_in(vault: Vault, channel: ChannelId, role: str | None) -> str | None:
    held = {key.role for key in vault.content.held(channel)}
    return role if role in held else None


def _read(home: Home, desks: list[Desk]) -> None:
    total, before = sum(desk.replica.size for desk in desks), 0
    for desk in desks:
        with progress.part(before, total):
            desk.read()
        before += desk.replica.size
        _look_ahead(home, desk.state)


def _look_ahead(home: Home, state: State) -> None:
    # What the first screen rests on belongs to the opening: its first view is like the next.
    for talks in state.negotiations.values():
        for _ in ahead.for_the_first_screen(state, talks):
            pass
    if not state.internal:
        for _ in ahead.for_the_drafts(home, state):
            pass
