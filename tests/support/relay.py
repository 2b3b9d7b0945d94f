"""A real relay in this process: real ledger, real store, no socket."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from paraph.protocol.errors import ParaphError
from paraph.server.clock import Clock
from paraph.server.ledger import Ledger
from paraph.server.relay import RelayFiles, RelayLimits, create_files, open_relay
from paraph.server.service import RelayService
from paraph.server.service_channel import ServiceChannel
from paraph.server.store.sqlite import SqliteStore
from tests.support.channel import Channel
from tests.support.clock import FakeClock
from tests.support.parties import Person


class DeadlyError(AssertionError):
    """The relay wanted to stop the process where no test expected it."""


def never(error: ParaphError) -> None:
    """Stand for the end of a process that no test expects."""
    raise DeadlyError(str(error)) from error


def relay_files(directory: Path) -> RelayFiles:
    """Make the files of a new relay, or return those that are there."""
    files = RelayFiles.under(directory)
    if not files.heads.exists():
        directory.mkdir(exist_ok=True)
        create_files(files)
    return files


def make_relay(
    channel: Channel,
    directory: Path,
    *,
    clock: Clock | None = None,
    fatal: Callable[[ParaphError], None] = never,
    limits: RelayLimits | None = None,
    ledger_type: type[Ledger] = Ledger,
    store_type: type[SqliteStore] = SqliteStore,
) -> RelayService:
    """Open a relay that has *channel*'s log keys; it is not started."""
    return open_relay(
        relay_files(directory),
        channel.log_secret,
        channel.log.charter.origin_prefix,
        fatal=fatal,
        limits=limits or RelayLimits(threads=2),
        clock=clock or FakeClock(),
        ledger_type=ledger_type,
        store_type=store_type,
    )


@contextlib.asynccontextmanager
async def relay_with(
    channel: Channel,
    directory: Path,
    **options: Any,  # noqa: ANN401
) -> AsyncIterator[RelayService]:
    """Run a relay on which *channel* is founded, with every entry that it has.

    Args:
        channel: Founded on the relay, unless the relay has it already.
        directory: The relay's files; used again, it is a restart.
        options: As of :func:`make_relay`.
    """
    service = make_relay(channel, directory, **options)
    try:
        await service.start()
        if service.ledger.get(channel.id) is None:
            await found(service, channel)
            await place_all(service, channel)
        yield service
    finally:
        await service.drain()


async def admit(service: RelayService, channel: Channel) -> None:
    """Admit the root sets of every party."""
    for party in channel.parties:
        await service.admit(party.admission(await service.mint_code(party.code)))


async def found(service: RelayService, channel: Channel) -> None:
    """Admit every party and found the channel."""
    await admit(service, channel)
    await service.found(channel.founding_message())


async def place_all(service: RelayService, channel: Channel) -> None:
    """Place every (clear) entry that follows the founding ones."""
    relay = at(service, channel, channel.parties[0].carrier)
    for envelope in channel.later():
        await relay.submit(envelope, b"")


def at(service: RelayService, channel: Channel, person: Person) -> ServiceChannel:
    """Return the channel as *person* has it, without the ceremony of a session."""
    return service.channel(channel.id, person.id)


async def code_of(service: RelayService, channel: Channel, envelope: bytes, body: bytes) -> str:
    """Return the code with which a submission is refused."""
    with pytest.raises(ParaphError) as caught:
        await at(service, channel, channel.parties[0].carrier).submit(envelope, body)
    return caught.value.code
