"""What the relay refuses of a submission, and with which code (SPEC 8.4)."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from pathlib import Path

import pytest

from paraph.protocol import signed
from paraph.protocol.errors import PeerError, RefusedError
from paraph.protocol.keys import PublicKey
from paraph.protocol.names import Context
from paraph.protocol.statements.clear import EnrolEntry, Heartbeat, Withdraw
from paraph.protocol.statements.envelope import SealedContent
from paraph.server.quotas import Rate
from paraph.server.relay import RelayLimits
from paraph.server.service import RelayService
from paraph.server.submitting import MOST_AHEAD_MS
from tests.support.channel import Channel, make_channel, statement_id
from tests.support.clock import FakeClock
from tests.support.parties import Person
from tests.support.relay import at, code_of, relay_with


async def test_a_statement_of_another_channel_is_refused(
    service: RelayService, channel: Channel
) -> None:
    elsewhere = make_channel()
    made = elsewhere.seal(elsewhere.party("RUS").person("desk_officer"), b"x")
    assert await code_of(service, channel, *made) == "wrong-channel"


async def test_a_key_that_nobody_enrolled_is_refused(
    service: RelayService, channel: Channel
) -> None:
    stranger = channel.new_person("RUS", "desk_officer")
    assert await code_of(service, channel, *channel.seal(stranger, b"x")) == "unknown-sender"


async def test_what_is_not_an_envelope_is_refused(service: RelayService, channel: Channel) -> None:
    assert await code_of(service, channel, b"", b"") == "malformed"
    assert await code_of(service, channel, bytes(65_535), b"") == "malformed"
    assert await code_of(service, channel, bytes(65_536), b"") == "too-large"


async def test_a_body_over_the_limit_is_refused_before_anything_else(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    envelope, _ = channel.seal(officer, b"x")
    most = 8 * 1024 * 1024 + 256 * 1024
    assert await code_of(service, channel, envelope, bytes(most + 1)) == "too-large"
    assert await code_of(service, channel, envelope, bytes(most)) == "body-digest"


async def test_a_body_that_is_not_the_statement_s_is_refused_and_nothing_is_placed(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    envelope, body = channel.seal(officer, b"x")
    for wrong in (body[:-1] + bytes([body[-1] ^ 1]), body + b"x", body[:-1]):
        assert await code_of(service, channel, envelope, wrong) == "body-digest"
    assert await code_of(service, channel, envelope, b"") == "not-staged"
    assert (await at(service, channel, officer).submit(envelope, body)).index == channel.log.size


async def test_a_body_of_no_bucket_is_refused(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    envelope, body = channel.seal(officer, b"x")
    content = signed.read(envelope).statement.content
    assert isinstance(content, SealedContent)
    longer = body + b"x"
    odd = dataclasses.replace(
        content, body_size=len(longer), body_digest=hashlib.sha256(longer).digest()
    )
    officer.sequence -= 1
    officer.previous = channel.id
    made = channel.sign(officer, channel.statement(officer, odd))
    assert await code_of(service, channel, made, longer) == "bucket"


async def test_a_clear_statement_has_no_body(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    envelope, body = channel.seal(officer, b"x")
    channel.place(envelope)
    await relay.submit(envelope, body)
    withdrawal = channel.clear(officer, Withdraw(entry=channel.log.size - 1))
    assert await code_of(service, channel, withdrawal, b"body") == "malformed"
    await relay.submit(withdrawal, b"")


async def test_a_head_that_is_not_of_this_log_is_refused(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    made = channel.seal(officer, b"x", seen=(channel.log.size, bytes(32)))
    assert await code_of(service, channel, *made) == "inconsistent"


async def test_an_anchor_names_a_note_of_the_journal_that_was_seen(
    service: RelayService, channel: Channel, officer: Person, other: Person
) -> None:
    relay = at(service, channel, officer)
    unknown = channel.seal(officer, b"x", anchor=bytes([1]) * 32)
    assert await code_of(service, channel, *unknown) == "anchor"
    officer.sequence, officer.previous = 0, channel.id

    small = await relay.checkpoint()
    small_id = hashlib.sha256(small).digest()
    theirs, body = channel.seal(other, b"x")
    channel.place(theirs)
    await relay.submit(theirs, body)
    large_id = hashlib.sha256(await relay.checkpoint()).digest()

    older = (channel.log.size - 1, channel.log.tree.root(channel.log.size - 1))
    too_large = channel.seal(officer, b"x", anchor=large_id, seen=older)
    assert await code_of(service, channel, *too_large) == "anchor"
    officer.sequence, officer.previous = 0, channel.id

    first = channel.seal(officer, b"x", anchor=large_id)
    await relay.submit(*first)
    backwards = channel.seal(officer, b"y", anchor=small_id)
    assert await code_of(service, channel, *backwards) == "anchor"


async def test_anchors_do_not_go_back_after_a_restart(
    channel: Channel, officer: Person, tmp_path: Path
) -> None:
    async with relay_with(channel, tmp_path) as service:
        relay = at(service, channel, officer)
        anchor = hashlib.sha256(await relay.checkpoint()).digest()
        await relay.submit(*channel.seal(officer, b"x", anchor=anchor))
    async with relay_with(channel, tmp_path) as service:
        without = channel.seal(officer, b"y")
        assert await code_of(service, channel, *without) == "anchor"


async def test_a_key_is_held_to_its_rate_and_a_retry_costs_nothing(
    channel: Channel, clock: FakeClock, officer: Person, tmp_path: Path
) -> None:
    limits = RelayLimits(submissions=Rate(per_s=1, burst=6), threads=2)
    async with relay_with(channel, tmp_path, clock=clock, limits=limits) as service:
        relay = at(service, channel, officer)
        run = [channel.seal(officer, b"%d" % number) for number in range(7)]
        for each in run[:6]:
            await relay.submit(*each)
        with pytest.raises(RefusedError) as caught:
            await relay.submit(*run[6])
        assert (caught.value.code, caught.value.retry_after_s) == ("quota", 1)
        for each in run[:6]:
            await relay.submit(*each)
        clock.advance(1)
        await relay.submit(*run[6])


async def test_errors_of_submissions_are_of_the_taxonomy(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    envelope, body = channel.seal(officer, b"x")
    for cut in range(0, len(envelope), 97):
        spoiled = envelope[:cut] + bytes([envelope[cut] ^ 0x41]) + envelope[cut + 1 :]
        with pytest.raises((PeerError, RefusedError)):
            await relay.submit(spoiled, body)
    await relay.submit(envelope, body)
    assert statement_id(envelope) in service.ledger.get(channel.id).log.placed  # type: ignore[union-attr]


@pytest.mark.parametrize("exercise", [False, True])
async def test_a_heartbeat_from_the_future_is_refused_outside_an_exercise(
    tmp_path: Path, exercise: bool
) -> None:
    """Control: in an exercise, where time is free, the same heartbeat is placed."""
    channel = make_channel(exercise=exercise)
    bot = channel.party("RUS").person("bot")
    clock = FakeClock(channel.now)
    async with relay_with(channel, tmp_path, clock=clock) as service:
        relay = at(service, channel, bot)
        limit = clock.now_ms() + MOST_AHEAD_MS
        ahead = Heartbeat(dated=limit + 1, verified=channel.log.size, held=0)
        envelope = channel.clear(bot, ahead, sent_at=limit + 1)
        if exercise:
            assert (await relay.submit(envelope, b"")).index == channel.log.size
            return
        with pytest.raises(RefusedError) as caught:
            await relay.submit(envelope, b"")
        assert (caught.value.code, caught.value.retry_after_s) == ("clock", 1)
        clock.advance(1)
        assert (await relay.submit(envelope, b"")).index == channel.log.size


async def test_a_heartbeat_that_is_placed_is_answered_again_by_a_clock_that_was_set_back(
    tmp_path: Path,
) -> None:
    channel = make_channel(exercise=False)
    bot = channel.party("RUS").person("bot")
    clock = FakeClock(channel.now)
    async with relay_with(channel, tmp_path, clock=clock) as service:
        relay = at(service, channel, bot)
        envelope = channel.heartbeat(bot)
        first = await relay.submit(envelope, b"")
        clock.advance(-2 * MOST_AHEAD_MS / 1000)
        assert (await relay.submit(envelope, b"")).index == first.index


async def test_the_signatures_of_documents_are_checked_in_threads_and_once(
    service: RelayService, channel: Channel, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An enrolment has three signatures, and the loop serves everybody."""
    checked: list[tuple[str, bytes]] = []
    verify = PublicKey.verify

    def noted(self: PublicKey, context: Context, message: bytes, signature: bytes) -> None:
        checked.append((threading.current_thread().name.partition("_")[0], signature))
        verify(self, context, message, signature)

    carrier = channel.party("RUS").carrier
    document = channel.enrolment(channel.new_person("RUS", "linguist"))
    sent = [
        channel.clear(carrier, EnrolEntry(document=document)),
        channel.revocation(officer),
    ]
    monkeypatch.setattr(PublicKey, "verify", noted)
    for envelope in sent:
        await at(service, channel, carrier).submit(envelope, b"")
    assert {thread for thread, _ in checked} == {"check"}
    assert len(checked) == len(set(checked)) >= 5


async def test_a_document_of_a_wrong_signature_is_refused_in_its_turn(
    service: RelayService, channel: Channel
) -> None:
    carrier = channel.party("RUS").carrier
    document = channel.enrolment(channel.new_person("RUS", "linguist"))
    first = document.signatures[0]
    forged = dataclasses.replace(first, signature=first.signature[:-1] + b"\xff")
    wrong = dataclasses.replace(document, signatures=(forged, *document.signatures[1:]))
    envelope = channel.clear(carrier, EnrolEntry(document=wrong))
    assert await code_of(service, channel, envelope, b"") == "forged"
