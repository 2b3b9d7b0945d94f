"""The outbox: one statement however often it is sent, logged when its place is proven."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from paraph.client.log.store import ChannelStore
from paraph.protocol import signed
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import EquivocationError, ForgedError, PeerError, UnavailableError
from paraph.protocol.proof import verify_proof
from paraph.protocol.tree import leaf_hash
from paraph.protocol.wire import Entries, Placed
from tests.client.sending.seat import Desk, note
from tests.support import negotiating
from tests.support.channel import Channel
from tests.support.memory_relay import MemoryRelay


async def test_a_statement_is_on_disk_before_it_is_sent_and_logged_when_it_is_proven(
    desk: Desk, relay: MemoryRelay
) -> None:
    row = desk.outbox.prepare_sealed(negotiating.opened())
    assert (row.state, row.sequence, row.index) == (Delivery.SIGNED, 1, -1)
    with_other_eyes = ChannelStore.open(desk.replica.home.database, desk.replica.home.channel)
    assert with_other_eyes.pending(desk.outbox.key) == (row,)
    assert with_other_eyes.body(row.body) is not None
    with_other_eyes.close()
    (sent,) = await desk.outbox.send(relay)
    assert (sent.state, sent.id) == (Delivery.LOGGED, row.id)
    assert relay.channel.envelopes[sent.index] == row.envelope
    index, head = verify_proof(sent.proof, leaf_hash(row.envelope), desk.replica.log_keys)
    assert (index, head.size) == (sent.index, desk.replica.size)
    assert desk.outbox.pending() == ()


async def test_seen_is_the_newest_verified_head_and_its_note_is_kept(
    desk: Desk, relay: MemoryRelay
) -> None:
    head = desk.replica.head
    row = desk.outbox.prepare_sealed(note())
    statement = signed.read(row.envelope).statement
    assert (statement.seen.size, statement.seen.root) == (head.size, head.root)
    assert statement.anchor == bytes(32)
    await desk.outbox.send(relay)
    desk.outbox.prepare_sealed(note())
    await desk.outbox.send(relay)
    named = "SELECT size FROM notes WHERE named = 1 ORDER BY size"
    kept = desk.replica.store._all(named)  # noqa: SLF001 - as on the disk
    assert kept == [(head.size,), (head.size + 1,)]


async def test_many_travel_together_and_arrive_in_order(desk: Desk, relay: MemoryRelay) -> None:
    for number in range(70):
        desk.outbox.prepare_sealed(note(f"{number}"))
    ended = await desk.outbox.send(relay)
    assert [row.sequence for row in ended] == list(range(1, 71))
    assert [row.index for row in ended] == list(range(11, 81))
    assert len(relay.submitted) == 70


async def test_a_lost_answer_is_unknown_and_the_same_bytes_are_sent_again(
    desk: Desk, channel: Channel
) -> None:
    class LosesAnswers(MemoryRelay):
        lose = 1

        async def submit(self, envelope: bytes, body: bytes) -> Placed:
            placed = await super().submit(envelope, body)
            if self.lose:
                self.lose -= 1
                raise UnavailableError("no answer")
            return placed

        async def entries(self, start: int) -> Entries:
            if self.lose:
                raise UnavailableError("no answer")
            return await super().entries(start)

    relay = LosesAnswers(channel)
    row = desk.outbox.prepare_sealed(note())
    relay.lose = 10**6
    with pytest.raises(UnavailableError):
        await desk.outbox.send(relay, attempts=3)
    assert desk.outbox.pending()[0].state is Delivery.UNKNOWN
    relay.lose = 0
    (sent,) = await desk.outbox.send(relay)
    assert sent.state is Delivery.LOGGED
    assert set(relay.submitted) == {row.envelope}
    assert len(relay.submitted) == 4
    assert channel.log.size == sent.index + 1


async def test_a_crash_after_the_relay_placed_it_makes_no_second_statement(
    seat: Callable[..., Desk], desk: Desk, relay: MemoryRelay
) -> None:
    row = desk.outbox.prepare_sealed(note())
    await relay.submit(row.envelope, desk.replica.body(row.body) or b"")  # and then we died
    desk.replica.close()
    again = seat()
    size = relay.channel.log.size
    (sent,) = await again.outbox.send(relay)
    assert (sent.id, sent.state) == (row.id, Delivery.LOGGED)
    assert relay.channel.log.size == size


async def test_a_statement_found_in_the_log_needs_no_answer(desk: Desk, relay: MemoryRelay) -> None:
    row = desk.outbox.prepare_sealed(note())
    await relay.submit(row.envelope, desk.replica.body(row.body) or b"")
    await desk.replica.sync(relay)
    submitted = len(relay.submitted)
    (sent,) = await desk.outbox.send(relay)
    assert sent.state is Delivery.LOGGED
    assert len(relay.submitted) == submitted


async def test_a_placed_envelope_with_other_signature_bytes_is_checked_and_taken(
    desk: Desk, relay: MemoryRelay
) -> None:
    row = desk.outbox.prepare_sealed(note())
    other = relay.channel.again(desk.person, row.envelope)
    assert other != row.envelope
    await relay.submit(other, desk.replica.body(row.body) or b"")
    (sent,) = await desk.outbox.send(relay)
    verify_proof(sent.proof, leaf_hash(other), desk.replica.log_keys)


@pytest.mark.parametrize(
    "lie",
    [
        lambda placed, _: dataclasses.replace(placed, index=placed.index - 1),
        lambda placed, other: dataclasses.replace(placed, proof=other.proof, index=other.index),
        lambda placed, other: dataclasses.replace(placed, envelope=other.envelope),
        lambda placed, _: dataclasses.replace(placed, proof=placed.proof[:-40] + bytes(40)),
        lambda placed, _: dataclasses.replace(placed, proof=b""),
    ],
)
async def test_an_answer_that_proves_nothing_is_forged_and_alarmed(
    desk: Desk, channel: Channel, lie: Callable[[Placed, Placed], Placed]
) -> None:
    class Lying(MemoryRelay):
        async def submit(self, envelope: bytes, body: bytes) -> Placed:
            placed = await super().submit(envelope, body)
            return lie(placed, self.answer(10, b""))

    row = desk.outbox.prepare_sealed(note())
    with pytest.raises(PeerError):
        await desk.outbox.send(Lying(channel))
    assert desk.replica.alarms()[0].name == "proof-forged"
    pending = desk.outbox.row(row.id)
    assert pending is not None
    assert pending.state is Delivery.UNKNOWN
    (sent,) = await desk.outbox.send(MemoryRelay(channel))  # the positive control
    assert sent.state is Delivery.LOGGED


async def test_a_proof_under_another_history_is_two_histories(desk: Desk, channel: Channel) -> None:
    fork = Channel(channel.parties, channel.charter, channel.log_secret, channel.founding)
    for each in channel.envelopes[len(channel.founding) : -1]:
        fork.place(each)
    bot = fork.party("USA").person("bot")
    bot.sequence, bot.previous = 0, channel.id
    fork.place(fork.heartbeat(bot))
    desk.outbox.prepare_sealed(note())
    size = fork.log.size

    class Forking(MemoryRelay):
        async def submit(self, envelope: bytes, body: bytes) -> Placed:  # noqa: ARG002
            self.channel.log.append(envelope)  # void there, since it saw another head
            self.channel.envelopes.append(envelope)
            return self.answer(size, envelope)

    with pytest.raises(EquivocationError):
        await desk.outbox.send(Forking(fork))
    assert desk.replica.home.evidence.exists()


async def test_a_void_entry_proves_nothing(desk: Desk, channel: Channel) -> None:
    row = desk.outbox.prepare_sealed(note())

    class Voiding(MemoryRelay):
        async def submit(self, envelope: bytes, body: bytes) -> Placed:  # noqa: ARG002
            if channel.log.size == 11:  # with a bent signature the entry is void
                bent = envelope[:-1] + bytes([envelope[-1] ^ 1])
                channel.log.append(bent)
                channel.envelopes.append(bent)
            return self.answer(11, envelope)

    with pytest.raises(ForgedError):
        await desk.outbox.send(Voiding(channel))
    assert desk.outbox.pending()[0].id == row.id
