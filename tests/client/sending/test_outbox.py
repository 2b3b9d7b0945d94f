"""The outbox: one statement however often it is sent, and no number free without a proof."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from paraph.client.backoff import Backoff
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.log.replica import Replica
from paraph.client.log.store import ChannelStore
from paraph.client.sending.outbox import Outbox
from paraph.protocol import signed
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import (
    EquivocationError,
    ForgedError,
    IntegrityError,
    MisuseError,
    OutOfTurnError,
    PeerError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.keys import PublicKey
from paraph.protocol.names import Context
from paraph.protocol.proof import verify_proof
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.envelope import Attachment
from paraph.protocol.statements.exchanges import CommentMade
from paraph.protocol.tree import leaf_hash
from paraph.protocol.wire import Entries, Placed
from tests.support import negotiating
from tests.support.channel import START, Channel, Person, make_channel
from tests.support.memory_relay import MemoryRelay


async def at_once(_: float) -> None:
    await asyncio.sleep(0)


class Desk:
    """One key with its own home."""

    def __init__(self, channel: Channel, person: Person, folder: ChannelHome) -> None:
        self.channel = channel
        self.person = person
        self.replica = (
            Replica.load(folder) if folder.exists else Replica.create(folder, channel.founding)
        )
        self.outbox = Outbox(
            self.replica,
            person.signing,
            now=lambda: START + 1,
            backoff=Backoff(sleep=at_once, fraction=lambda: 0.0),
        )


@pytest.fixture
def channel() -> Channel:
    return make_channel()


@pytest.fixture
def relay(channel: Channel) -> MemoryRelay:
    return MemoryRelay(channel)


@pytest.fixture
def seat(channel: Channel, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def sit(code: str = "RUS", role: str = "desk_officer", home: str = "") -> Desk:
        folder = Home(tmp_path / (home or f"{code}-{role}")).channel(channel.id)
        desk = Desk(channel, channel.party(code).person(role), folder)
        made.append(desk)
        return desk

    yield sit
    for each in made:
        each.replica.close()


@pytest.fixture
async def desk(seat: Callable[..., Desk], relay: MemoryRelay) -> Desk:
    sitting = seat()
    await sitting.replica.sync(relay)
    return sitting


def note(body: str = "a comment") -> CommentMade:
    return negotiating.comment(body=body)


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
    assert [size for size, _ in desk.replica.store.notes_named()] == [head.size, head.size + 1]


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


# refusals


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
        async def submit(self, envelope: bytes, body: bytes) -> Placed:  # noqa: ARG002
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


# what is refused before it is signed


async def test_nothing_is_kept_of_what_a_rule_forbids(
    seat: Callable[..., Desk], relay: MemoryRelay
) -> None:
    bot = seat("RUS", "bot")
    with pytest.raises(RefusedError) as unknown:
        bot.outbox.prepare_sealed(note())
    assert unknown.value.code == "unknown-sender"
    await bot.replica.sync(relay)
    with pytest.raises(RefusedError) as role:
        bot.outbox.prepare_sealed(note())
    assert role.value.code == "role"
    officer = seat()
    await officer.replica.sync(relay)
    with pytest.raises(MisuseError):
        officer.outbox.prepare_sealed(
            negotiating.comment(header=negotiating.header("head_of_delegation"))
        )
    with pytest.raises(RefusedError) as clear:
        officer.outbox.prepare_clear(Heartbeat(dated=0, verified=0, held=0))
    assert clear.value.code == "role"
    with pytest.raises(RefusedError) as few:
        officer.outbox.prepare_sealed(note(), recipients=[officer.person.sealing.public])
    assert few.value.code == "recipients"
    assert officer.outbox.rows() == bot.outbox.rows() == ()


async def test_a_tag_is_used_once(desk: Desk, relay: MemoryRelay) -> None:
    row = desk.outbox.prepare_sealed(note(), tag="answer to 7")
    with pytest.raises(OutOfTurnError, match="tag"):
        desk.outbox.prepare_sealed(note(), tag="answer to 7")
    assert desk.outbox.tagged("answer to 7") == row
    assert desk.outbox.tagged("answer to 8") is None
    assert len(await desk.outbox.send(relay)) == 1


async def test_a_heartbeat_says_what_is_verified_and_held(
    seat: Callable[..., Desk], desk: Desk, relay: MemoryRelay
) -> None:
    desk.outbox.prepare_sealed(note())
    (sent,) = await desk.outbox.send(relay)
    bot = seat("USA", "bot")
    await bot.replica.sync(relay)
    # this bot's key has spoken in the channel already, and not from this outbox
    with pytest.raises(IntegrityError) as caught:
        bot.outbox.prepare_heartbeat()
    assert caught.value.code == "key-elsewhere"
    fresh = relay.channel.enrol("USA", "bot")
    await bot.replica.sync(relay)
    outbox = Outbox(bot.replica, fresh.signing, now=lambda: START + 5)
    outbox.prepare_heartbeat(dated=START + 10**6)
    await bot.replica.fetch_bodies(relay)
    outbox.prepare_heartbeat()
    first, second = await outbox.send(relay)
    said = [signed.read(row.envelope).statement.content.payload for row in (first, second)]  # type: ignore[union-attr]
    assert said == [
        Heartbeat(dated=START + 10**6, verified=sent.index + 2, held=sent.index),
        Heartbeat(dated=START + 5, verified=sent.index + 2, held=sent.index + 2),
    ]


async def test_a_restored_copy_of_a_home_never_signs_again(
    seat: Callable[..., Desk], desk: Desk, relay: MemoryRelay
) -> None:
    desk.outbox.prepare_sealed(note())
    await desk.outbox.send(relay)
    copy = seat(home="an older copy")
    await copy.replica.sync(relay)
    with pytest.raises(IntegrityError) as caught:
        copy.outbox.prepare_sealed(note())
    assert caught.value.code == "key-elsewhere"
    assert "makes a new one here" in caught.value.hint
    assert [each.name for each in copy.replica.alarms()] == ["key-elsewhere"]


async def test_two_devices_that_signed_one_number_are_told_so(
    seat: Callable[..., Desk], desk: Desk, relay: MemoryRelay
) -> None:
    copy = seat(home="a copy")
    await copy.replica.sync(relay)
    copy.outbox.prepare_sealed(note("there"))
    desk.outbox.prepare_sealed(note("here"))
    await desk.outbox.send(relay)
    with pytest.raises(IntegrityError) as caught:
        await copy.outbox.send(relay)
    assert caught.value.code == "key-elsewhere"
    assert len(copy.outbox.pending()) == 1


async def test_two_processes_of_a_home_give_each_number_once(
    seat: Callable[..., Desk], desk: Desk, relay: MemoryRelay
) -> None:
    twin = seat()
    rows = [each.outbox.prepare_sealed(note()) for each in (desk, twin, desk, twin)]
    assert [row.sequence for row in rows] == [1, 2, 3, 4]
    ended = await asyncio.gather(desk.outbox.send(relay), twin.outbox.send(relay))
    assert {row.id for each in ended for row in each} == {row.id for row in rows}
    assert [row.state for row in desk.outbox.rows()] == [Delivery.LOGGED] * 4


async def test_the_anchor_is_the_newest_note_that_the_other_party_cosigned(
    tmp_path: Path,
) -> None:
    channel = make_channel(quorum="all")
    relay = MemoryRelay(channel)
    desk = Desk(
        channel,
        channel.party("RUS").person("desk_officer"),
        Home(tmp_path / "home").channel(channel.id),
    )
    await desk.replica.sync(relay)
    assert desk.replica.anchor("RUS") == bytes(32)
    head = newest = desk.replica.head
    for code, expected in (("RUS", False), ("USA", True)):
        party = channel.party(code)
        assert party.cosigner is not None
        channel.place(channel.heartbeat(party.person("bot")))
        bare = desk.replica.checkpoint(relay.note)
        lines = party.cosigner.cosign(f"{code.lower()}.example/cosigner/1", bare, 1_700_000_000)
        relay._notes = {channel.log.size: bare.note + lines}  # noqa: SLF001
        await desk.replica.sync(relay)
        newest = desk.replica.head
        assert (desk.replica.anchor("RUS") == newest.id) is expected
    assert head.size < newest.size
    row = desk.outbox.prepare_sealed(note())
    assert signed.read(row.envelope).statement.anchor == newest.id
    desk.replica.close()


async def test_what_is_too_large_for_the_channel_is_refused_with_its_limits(
    desk: Desk, relay: MemoryRelay
) -> None:
    listed = Attachment(digest=bytes(32), size=(1 << 30) + 1)
    with pytest.raises(RefusedError, match="this channel takes") as caught:
        desk.outbox.prepare_sealed(note(), attachments=[listed])
    assert caught.value.code == "oversize"
    assert desk.outbox.rows() == ()
    desk.outbox.prepare_sealed(note())  # the positive control
    assert len(await desk.outbox.send(relay)) == 1


async def test_a_suspended_key_is_told_so_at_once_and_its_statement_stays(
    seat: Callable[..., Desk], desk: Desk, relay: MemoryRelay
) -> None:
    desk.outbox.prepare_sealed(note())
    channel = relay.channel
    officers = [channel.party("RUS").person("head_of_delegation"), desk.person]
    channel.place(channel.suspension(desk.person, officers))
    with pytest.raises(RefusedError) as caught:
        await desk.outbox.send(relay)
    assert caught.value.code == "suspended"
    assert desk.outbox.pending()[0].state is Delivery.UNKNOWN
    head = seat("RUS", "head_of_delegation")
    await head.replica.sync(relay)
    content = negotiating.opened(header=negotiating.header("head_of_delegation"))
    head.outbox.prepare_sealed(content)  # a colleague, and a suspended recipient, are not stopped
    assert len(await head.outbox.send(relay)) == 1


async def test_what_we_signed_ourselves_is_not_checked_again_and_all_else_is(
    seat: Callable[..., Desk], desk: Desk, relay: MemoryRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bytes] = []
    verify = signed.verify

    def noted(unverified: signed.Unverified, key: PublicKey) -> signed.Verified:
        checked.append(unverified.envelope)
        return verify(unverified, key)

    monkeypatch.setattr(signed, "verify", noted)
    row = desk.outbox.prepare_sealed(note())
    await desk.outbox.send(relay)
    ours = [each for each in checked if each == row.envelope]
    assert len(ours) == 1  # by the relay in this process
    assert row.envelope not in desk.replica.own
    other = seat("USA")
    await other.replica.sync(relay)
    assert checked.count(row.envelope) == 2


async def test_a_signer_that_signs_wrongly_blocks_no_number(channel: Channel, desk: Desk) -> None:
    class Strict(MemoryRelay):
        async def submit(self, envelope: bytes, body: bytes) -> Placed:
            try:
                return await super().submit(envelope, body)
            except ForgedError as error:  # as the wire says it
                raise RefusedError(str(error), code="forged") from error

    class Faulty:
        public = desk.person.signing.public

        def sign(self, context: Context, message: bytes) -> bytes:
            right = desk.person.signing.sign(context, message)
            return right[:-1] + bytes([right[-1] ^ 1])

    faulty = Outbox(desk.replica, Faulty(), now=lambda: START + 1)
    faulty.prepare_sealed(note("wrong"))
    (ended,) = await faulty.send(Strict(channel))
    assert ended.state is Delivery.UNPLACEABLE
    again = desk.outbox.prepare_sealed(note("right"))
    assert again.sequence == ended.sequence
    (ended,) = await desk.outbox.send(Strict(channel))
    assert ended.state is Delivery.LOGGED


# ------------------------------------------------------------------ many at a time


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
