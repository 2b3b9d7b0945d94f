"""Many statements made and sent at a time."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools

import pytest

from paraph.protocol import signed
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import MisuseError, RefusedError
from paraph.protocol.wire import Placed
from tests.client.sending.seat import Desk, note
from tests.support.channel import Channel
from tests.support.memory_relay import MemoryRelay


async def test_many_are_signed_in_threads_and_durable_together(
    desk: Desk, relay: MemoryRelay
) -> None:
    await desk.outbox.send(relay)
    before = desk.outbox.prepare_sealed(note("before"))
    rows = await desk.outbox.prepare_many([note(f"number {at}") for at in range(5)])
    assert [row.sequence for row in rows] == [before.sequence + at for at in range(1, 6)]
    assert desk.outbox.pending() == (before, *rows)
    for one, two in itertools.pairwise((before, *rows)):
        assert signed.read(two.envelope).statement.previous == one.id
    assert await desk.outbox.prepare_many([]) == []
    ended = await desk.outbox.send(relay)
    assert [row.state for row in ended] == [Delivery.LOGGED] * 6


async def test_of_many_none_is_kept_if_one_must_not_be(desk: Desk) -> None:
    other = dataclasses.replace(
        note(), header=dataclasses.replace(note().header, acting_role="legal_adviser")
    )
    with pytest.raises(MisuseError):
        await desk.outbox.prepare_many([note(), other])
    with pytest.raises(RefusedError):
        await desk.outbox.prepare_many([note()], recipients=[])
    assert desk.outbox.pending() == ()


async def test_many_take_other_numbers_if_theirs_are_given_meanwhile(
    desk: Desk, relay: MemoryRelay
) -> None:
    making = asyncio.create_task(desk.outbox.prepare_many([note("one"), note("two")]))
    await asyncio.sleep(0)
    between = desk.outbox.prepare_sealed(note("between"))
    rows = await making
    assert [row.sequence for row in rows] == [between.sequence + 1, between.sequence + 2]
    assert [row.state for row in await desk.outbox.send(relay)] == [Delivery.LOGGED] * 3


async def test_what_is_prepared_while_others_are_under_way_joins_them(
    channel: Channel, desk: Desk
) -> None:
    class Late(MemoryRelay):
        async def submit(self, envelope: bytes, body: bytes) -> Placed:
            if not self.submitted:
                for text in ("two", "three"):
                    desk.outbox.prepare_sealed(note(text))
            return await super().submit(envelope, body)

    relay = Late(channel)
    desk.outbox.prepare_sealed(note("one"))
    ended = await desk.outbox.send(relay)
    assert [row.state for row in ended] == [Delivery.LOGGED] * 3
    await desk.outbox.room(0)


async def test_an_exclusive_statement_does_not_join_those_under_way(
    channel: Channel, desk: Desk
) -> None:
    proven: list[int] = []

    class Late(MemoryRelay):
        async def submit(self, envelope: bytes, body: bytes) -> Placed:
            proven.append(len(desk.outbox.rows()) - len(desk.outbox.pending()))
            if not self.submitted:
                desk.outbox.prepare_sealed(note("alone"), exclusive=True)
            return await super().submit(envelope, body)

    relay = Late(channel)
    desk.outbox.prepare_sealed(note("one"))
    before = len(desk.outbox.rows()) - 1
    await desk.outbox.send(relay)
    assert proven == [before, before + 1], "only when the one before it was proven"


async def test_room_is_made_by_proofs(desk: Desk, relay: MemoryRelay) -> None:
    await desk.outbox.prepare_many([note("one"), note("two")])
    waiting = asyncio.create_task(desk.outbox.room(1))
    await asyncio.sleep(0)
    assert not waiting.done()
    await desk.outbox.send(relay)
    await waiting


async def test_our_statement_under_other_signature_bytes_is_checked(
    desk: Desk, relay: MemoryRelay
) -> None:
    row = desk.outbox.prepare_sealed(note())
    forged = row.envelope[:-1] + bytes([row.envelope[-1] ^ 1])
    assert signed.read(forged).id == row.id
    relay.channel.log.append(forged)
    relay.channel.envelopes.append(forged)
    await desk.replica.sync(relay)
    assert desk.replica.entry(desk.replica.size - 1).void
    assert desk.outbox.pending() == (row,)
