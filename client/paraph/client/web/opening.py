"""Opening every channel of a home, in a thread: a large one takes seconds."""

from __future__ import annotations

import contextlib

from paraph.client import progress
from paraph.client.channel.desk import Desk
from paraph.client.channel.tools import Tools
from paraph.client.keys.home import Home
from paraph.client.keys.vault import Vault
from paraph.client.negotiating import ahead
from paraph.protocol.errors import InputError
from paraph.protocol.names import ChannelId
from paraph.protocol.negotiation.state import State


def open_channels(home: Home, vault: Vault, tools: Tools, role: str | None) -> tuple[Desk, ...]:
    """Open the desks of a home and read everything that is on its disk.

    How far the reading has come is told to whoever watches (:mod:`paraph.client.progress`).
    A channel whose relay once showed two histories is opened too: what was verified before stays
    to be read, and nothing more is taken in or said.

    Args:
        home: The folder.
        vault: Its open key file.
        tools: Relay and clock.
        role: Which key speaks, where a channel has several and this is one of them.

    Returns:
        Open desks, those of shared channels first.

    Raises:
        InputError: The home has no channel that this person's keys speak in.
    """
    desks: list[Desk] = []
    with contextlib.ExitStack() as unless_done:
        for folder in home.channels():
            link = tools.link(folder.relay)
            speaks = _role_in(vault, folder.channel, role)
            desk = Desk.open(home, vault, folder, speaks, link, clock=tools.now, accused=True)
            unless_done.callback(desk.replica.close)
            desks.append(desk)
        _read(home, desks)
        if not desks:
            raise InputError(
                "this home has no channel yet",
                code="channel",
                hint="paraph channel propose or accept founds one; paraph member request joins"
                " one of your party",
            )
        unless_done.pop_all()
    return tuple(sorted(desks, key=lambda desk: desk.state.internal))


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
