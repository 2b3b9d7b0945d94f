"""What the relay refuses: a number is free only by a proof."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typing_extensions import override

from paraph.client.backoff import Backoff
from paraph.client.sending.outbox import Outbox
from paraph.protocol import signed
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import OutOfTurnError, RefusedError
from paraph.protocol.wire import Placed
from tests.client.sending.seat import Desk, note
from tests.support.channel import Channel
from tests.support.memory_relay import MemoryRelay


async def test_an_exclusive_statement_that_came_too_late_frees_its_number(
    desk: Desk, seat: Callable[..., Desk], relay: MemoryRelay
) -> None:
    other = seat("USA")
    await other.replica.sync(relay)
    late = desk.outbox.prepare_sealed(note("late"), exclusive=True)
    with pytest.raises(OutOfTurnError, match="travels alone"):
        desk.outbox.prepare_sealed(note("behind"))
    other.outbox.prepare_sealed(note("first"))
    await other.outbox.send(relay)
    (ended,) = await desk.outbox.send(relay)
    assert (ended.state, ended.reason) == (Delivery.UNPLACEABLE, "exclusive")
    again = desk.outbox.prepare_sealed(note("late"), exclusive=True)
    assert (again.sequence, late.sequence) == (1, 1)
    assert signed.read(again.envelope).statement.seen.size == desk.replica.size
    (sent,) = await desk.outbox.send(relay)
    assert sent.state is Delivery.LOGGED
    assert [row.id for row in desk.outbox.rows()] == [late.id, again.id]


async def test_an_exclusive_statement_waits_for_those_before_it(
    desk: Desk, relay: MemoryRelay
) -> None:
    desk.outbox.prepare_sealed(note("one"))
    desk.outbox.prepare_sealed(note("two"))
    desk.outbox.prepare_sealed(note("three"), exclusive=True)
    ended = await desk.outbox.send(relay)
    assert [row.state for row in ended] == [Delivery.LOGGED] * 3


async def test_a_refusal_that_the_log_does_not_bear_out_frees_nothing(
    desk: Desk, channel: Channel
) -> None:
    class Refusing(MemoryRelay):
        @override
        async def submit(self, envelope: bytes, body: bytes) -> Placed:
            raise RefusedError("somebody was faster", code="exclusive")

    row = desk.outbox.prepare_sealed(note(), exclusive=True)
    with pytest.raises(RefusedError):
        await desk.outbox.send(Refusing(channel))
    assert [each.name for each in desk.replica.alarms()] == ["refused-exclusive"]
    assert desk.outbox.pending()[0].id == row.id
    (sent,) = await desk.outbox.send(MemoryRelay(channel))
    assert sent.id == row.id


async def test_an_ended_key_frees_the_number_of_everything_behind(
    desk: Desk, relay: MemoryRelay
) -> None:
    for _ in range(3):
        desk.outbox.prepare_sealed(note())
    relay.channel.place(relay.channel.revocation(desk.person))
    ended = await desk.outbox.send(relay)
    assert [(row.state, row.reason) for row in ended] == [
        (Delivery.UNPLACEABLE, "key-ended"),
        (Delivery.UNPLACEABLE, "previous"),
        (Delivery.UNPLACEABLE, "previous"),
    ]
    with pytest.raises(RefusedError) as caught:
        desk.outbox.prepare_sealed(note())
    assert caught.value.code == "key-ended"


async def test_an_expired_statement_is_unplaceable(desk: Desk, relay: MemoryRelay) -> None:
    desk.outbox.prepare_sealed(note(), expires_at=desk.replica.log.log_time)
    channel = relay.channel
    for party in channel.parties:
        channel.place(channel.heartbeat(party.person("bot")))
    (ended,) = await desk.outbox.send(relay)
    assert (ended.state, ended.reason) == (Delivery.UNPLACEABLE, "expired")


async def test_what_waiting_cures_is_waited_for_and_stays_pending(
    desk: Desk, channel: Channel
) -> None:
    waits: list[float] = []

    async def count(delay_s: float) -> None:
        waits.append(delay_s)

    class Busy(MemoryRelay):
        left = 2

        async def submit(self, envelope: bytes, body: bytes) -> Placed:
            if self.left:
                self.left -= 1
                raise RefusedError("later", code="quota", retry_after_s=7)
            return await super().submit(envelope, body)

    outbox = Outbox(
        desk.replica, desk.person.signing, backoff=Backoff(sleep=count, fraction=lambda: 0.0)
    )
    outbox.prepare_sealed(note())
    (sent,) = await outbox.send(Busy(channel))
    assert sent.state is Delivery.LOGGED
    assert waits == [7, 7]
    outbox.prepare_sealed(note())
    always = Busy(channel)
    always.left = 99
    with pytest.raises(RefusedError, match="later"):
        await outbox.send(always, attempts=3)
    assert outbox.pending()[0].state is Delivery.UNKNOWN
