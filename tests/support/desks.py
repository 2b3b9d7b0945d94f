"""The desk of a person below the command line, and what the bot of a home says there."""

from __future__ import annotations

import asyncio

from paraph.client.channel.desk import Desk
from paraph.client.keys import cards
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.keys.vault import Vault
from paraph.client.writing.blocks import instant
from tests.support.channel import START
from tests.support.commands import PASSPHRASE, Person


def vault_of(person: Person) -> Vault:
    """Return the open key file of a home."""
    return person.tools.open_vault(Home(person.home).vault_path, PASSPHRASE.encode())


def folder_of(person: Person, *, internal: bool = False) -> ChannelHome:
    """Return the folder of the one shared channel, or of the one internal one."""
    parties = 1 if internal else 2
    (found,) = (
        each
        for each in Home(person.home).channels()
        if len(cards.read(each.charter, cards.CharterFile).manifests) == parties
    )
    return found


def desk_of(person: Person, role: str | None = None, *, internal: bool = False) -> Desk:
    """Return the open desk of a home in one channel; close it."""
    folder, tools = folder_of(person, internal=internal), person.tools
    return Desk.open(
        Home(person.home), vault_of(person), folder, role, tools.front, clock=tools.now
    )


async def synced(person: Person, role: str | None = None) -> Desk:
    """Do the same, with everything fetched and read."""
    found = desk_of(person, role)
    await found.sync()
    return found


def heartbeats(*people: Person, dated: int = 0, internal: bool = False) -> None:
    """Let the bots of *people* give a sign of life, where no loop runs.

    Args:
        people: At whose homes.
        dated: POSIX ms, in an exercise; the wall clock without it.
        internal: In the internal channel instead of the shared one.
    """
    for person in people:
        asyncio.run(_heartbeat(person, dated, internal=internal))


async def _heartbeat(person: Person, dated: int, *, internal: bool) -> None:
    async with desk_of(person, "bot", internal=internal) as bot:
        await bot.sync()
        assert (await bot.heartbeat(dated=dated)).is_logged


def beat(at: str, *people: Person) -> None:
    """Let the bots of *people* say that it is *at*, an instant as people write it."""
    heartbeats(*people, dated=instant(at))


def hours_pass(*people: Person, hours: int) -> None:
    """Let the wall clocks of *people* be so many hours on, and their bots say so, twice."""
    for person in people:
        person.tools.time = max(person.tools.time, START + hours * 3_600_000)
    for _ in range(2):
        heartbeats(*people)
