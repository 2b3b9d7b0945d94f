"""What is checked before a statement is signed, and what its header says of the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from paraph.client.keys.home import Home
from paraph.client.sending.outbox import Outbox
from paraph.protocol import signed
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import (
    ForgedError,
    IntegrityError,
    MisuseError,
    OutOfTurnError,
    RefusedError,
)
from paraph.protocol.keys import PublicKey
from paraph.protocol.names import Context
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.envelope import Attachment
from paraph.protocol.wire import Placed
from tests.client.sending.seat import Desk, note
from tests.support import negotiating
from tests.support.channel import START, Channel, make_channel
from tests.support.memory_relay import MemoryRelay


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
