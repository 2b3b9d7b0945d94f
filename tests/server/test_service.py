"""What a submission goes through, step by step, and what is read back (SPEC 8.4)."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from paraph.protocol import buckets, signed
from paraph.protocol.errors import ForgedError, MalformedError, ParaphError, RefusedError
from paraph.protocol.keys import PublicKey
from paraph.protocol.names import Context, Digest
from paraph.protocol.proof import verify_proof
from paraph.protocol.statements.clear import EnrolEntry, Heartbeat, Withdraw
from paraph.protocol.statements.envelope import Attachment, SealedContent
from paraph.protocol.tree import leaf_hash
from paraph.protocol.wire import Conflict, Placed
from paraph.server.quotas import Rate
from paraph.server.relay import RelayLimits
from paraph.server.service import RelayService
from paraph.server.service_channel import MOST_AHEAD_MS
from tests.support.channel import Channel, Person, make_channel, statement_id
from tests.support.clock import FakeClock
from tests.support.relay import at, relay_with

LARGE = b"x" * 300_000


@pytest.fixture
def channel() -> Channel:
    return make_channel()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def service(
    channel: Channel, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[RelayService]:
    async with relay_with(channel, tmp_path, clock=clock) as made:
        yield made


@pytest.fixture
def officer(channel: Channel) -> Person:
    return channel.party("RUS").person("desk_officer")


@pytest.fixture
def other(channel: Channel) -> Person:
    return channel.party("USA").person("desk_officer")


async def code_of(service: RelayService, channel: Channel, envelope: bytes, body: bytes) -> str:
    with pytest.raises(ParaphError) as caught:
        await at(service, channel, channel.parties[0].carrier).submit(envelope, body)
    return caught.value.code


def index_of(channel: Channel, envelope: bytes, placed: Placed) -> int:
    leaf = leaf_hash(placed.envelope or envelope)
    index, _ = verify_proof(placed.proof, leaf, channel.log_keys)
    return index


# identity


async def test_the_same_bytes_again_get_the_same_place(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    envelope, body = channel.seal(officer, b"x")
    first = await relay.submit(envelope, body)
    again = await relay.submit(envelope, b"")  # the body is not asked for again
    assert index_of(channel, envelope, first) == index_of(channel, envelope, again)
    assert first.envelope == again.envelope == b""
    assert len((await relay.entries(0)).envelopes) == channel.log.size + 1


async def test_the_same_statement_under_other_signature_bytes_gets_the_placed_envelope(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    envelope, body = channel.seal(officer, b"x")
    await relay.submit(envelope, body)
    twin = channel.again(officer, envelope)
    assert twin != envelope
    again = await relay.submit(twin, body)
    assert again.envelope == envelope
    assert index_of(channel, twin, again) == channel.log.size


async def test_both_signatures_of_one_statement_at_once_are_placed_once(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    envelope, body = channel.seal(officer, b"x")
    twins = [envelope, *(channel.again(officer, envelope) for _ in range(7))]
    answers = await asyncio.gather(*(relay.submit(each, body) for each in twins))
    assert {index_of(channel, *each) for each in zip(twins, answers, strict=True)} == {
        channel.log.size
    }
    assert len((await relay.entries(channel.log.size)).envelopes) == 1


async def test_a_twin_with_a_wrong_signature_learns_nothing(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    envelope, body = channel.seal(officer, b"x")
    await at(service, channel, officer).submit(envelope, body)
    forged = envelope[:-1] + bytes([envelope[-1] ^ 1])
    assert await code_of(service, channel, forged, body) == "forged"


async def test_a_placed_statement_is_answered_after_its_key_has_ended(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    envelope, body = channel.seal(officer, b"x")
    channel.place(envelope)
    late = channel.seal(officer, b"late")
    first = await relay.submit(envelope, body)
    await relay.submit(channel.revocation(officer), b"")
    again = await relay.submit(envelope, b"")
    assert again.index == first.index
    assert await code_of(service, channel, *late) == "key-ended"


async def test_another_statement_under_a_taken_number_is_kept_as_evidence(
    service: RelayService, channel: Channel, officer: Person, other: Person
) -> None:
    relay = at(service, channel, officer)
    envelope, body = channel.seal(officer, b"one")
    await relay.submit(envelope, body)
    others = [
        channel.seal(officer, content, sequence=1, previous=channel.id)
        for content in (b"two", b"three")
    ]
    for each in others:
        assert await code_of(service, channel, *each) == "double-sequence"
    for reader in (officer, other):
        found = await at(service, channel, reader).conflicts(0)
        assert found.pairs == (Conflict(placed=envelope, refused=others[0][0]),)
        assert (await at(service, channel, reader).conflicts(1)).pairs == ()


async def test_two_statements_under_one_number_at_once_leave_evidence_too(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    first = channel.seal(officer, b"one")
    second = channel.seal(officer, b"two", sequence=1, previous=channel.id)
    answers = await asyncio.gather(
        relay.submit(*first), relay.submit(*second), return_exceptions=True
    )
    assert isinstance(answers[0], Placed)
    assert getattr(answers[1], "code", "") == "double-sequence"
    found = await relay.conflicts(0)
    assert found.pairs == (Conflict(placed=first[0], refused=second[0]),)


async def test_a_forged_second_statement_is_no_evidence(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    await relay.submit(*channel.seal(officer, b"one"))
    second, body = channel.seal(officer, b"two", sequence=1, previous=channel.id)
    assert await code_of(service, channel, second[:-1] + b"!", body) == "forged"
    assert (await relay.conflicts(0)).pairs == ()


# order


async def test_a_pipelined_run_is_placed_in_its_order(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    run = [channel.seal(officer, b"%d" % number) for number in range(32)]
    answers = await asyncio.gather(*(relay.submit(*each) for each in run))
    assert [each.index for each in answers] == list(range(channel.log.size, channel.log.size + 32))


async def test_an_early_arrival_is_told_of_the_gap_and_placed_later(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    run = [channel.seal(officer, b"%d" % number) for number in range(3)]
    with pytest.raises(RefusedError) as caught:
        await relay.submit(*run[2])
    assert (caught.value.code, caught.value.retry_after_s) == ("gap", 1)
    backwards = await asyncio.gather(
        *(relay.submit(*each) for each in reversed(run)), return_exceptions=True
    )
    assert [getattr(each, "code", "placed") for each in backwards] == ["gap", "gap", "placed"]
    for each in run[1:]:
        await relay.submit(*each)
    found = await relay.entries(channel.log.size)
    assert found.envelopes == tuple(envelope for envelope, _ in run)


async def test_of_eight_who_ask_to_be_alone_one_is(channel: Channel, tmp_path: Path) -> None:
    writers = [channel.enrol(code, "desk_officer") for code in ("RUS", "USA") for _ in range(4)]
    async with relay_with(channel, tmp_path) as service:
        for _ in range(5):
            asked = [channel.seal(each, b"x", exclusive=True) for each in writers]
            answers = await asyncio.gather(
                *(
                    at(service, channel, writer).submit(*made)
                    for writer, made in zip(writers, asked, strict=True)
                ),
                return_exceptions=True,
            )
            codes = [getattr(each, "code", "placed") for each in answers]
            assert sorted(codes) == ["exclusive"] * 7 + ["placed"]
            winner = codes.index("placed")
            channel.place(asked[winner][0])
            for at_fault, writer in enumerate(writers):
                if at_fault != winner:  # its number is free again
                    writer.sequence -= 1
                    if not writer.sequence:
                        writer.previous = channel.id
                    else:
                        writer.previous = channel.log.next_sequence(writer.id)[1]


async def test_a_session_may_have_32_unanswered_and_no_more(
    service: RelayService, channel: Channel, officer: Person, other: Person
) -> None:
    run = [channel.seal(officer, b"%d" % number) for number in range(33)]
    theirs = channel.seal(other, b"x")
    relay = at(service, channel, officer)
    answers = await asyncio.gather(
        *(relay.submit(*each) for each in run),
        at(service, channel, other).submit(*theirs),
        return_exceptions=True,
    )
    codes = [getattr(each, "code", "placed") for each in answers]
    assert codes == ["placed"] * 32 + ["busy"] + ["placed"]
    await relay.submit(*run[32])


# what is refused


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


# bodies and attachments


async def test_a_body_comes_back_as_it_was_sent(
    service: RelayService, channel: Channel, officer: Person, other: Person
) -> None:
    envelope, body = channel.seal(officer, LARGE)
    await at(service, channel, officer).submit(envelope, body)
    digest = Digest(hashlib.sha256(body).digest())
    assert await at(service, channel, other).body(digest) == body
    with pytest.raises(RefusedError) as caught:
        await at(service, channel, other).body(Digest(bytes(32)))
    assert caught.value.code == "body"


async def test_a_staged_body_moves_into_the_entry_s_transaction(
    service: RelayService, channel: Channel, officer: Person, tmp_path: Path
) -> None:
    relay = at(service, channel, officer)
    envelope, body = channel.seal(officer, LARGE)
    digest = Digest(hashlib.sha256(body).digest())
    assert (await relay.staged(digest)).size == 0
    assert (await relay.stage(digest, 0, body[:100_000])).complete == 0
    assert await code_of(service, channel, envelope, b"") == "not-staged"
    assert (await relay.stage(digest, 100_000, body[100_000:])).complete == 1
    await relay.submit(envelope, b"")
    assert await relay.body(digest) == body
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    await relay.submit(envelope, b"")


def attachment(size: int = 4096) -> tuple[Attachment, bytes]:
    data = bytes(buckets.ciphertext_size(size))
    return Attachment(digest=hashlib.sha256(data).digest(), size=len(data)), data


async def test_attachments_are_there_before_the_statement_that_names_them(
    service: RelayService, channel: Channel, officer: Person, other: Person
) -> None:
    relay = at(service, channel, officer)
    listed, data = attachment()
    digest = Digest(listed.digest)
    envelope, body = channel.seal(officer, b"x", attachments=(listed,))
    assert await code_of(service, channel, envelope, body) == "not-staged"
    assert (await relay.stage(digest, 0, data)).complete
    with pytest.raises(RefusedError) as caught:  # staged, but no statement names it
        await relay.blob_path(digest)
    assert caught.value.code == "not-found"
    await relay.submit(envelope, body)
    assert (await at(service, channel, other).blob_path(digest)).read_bytes() == data


async def test_an_attachment_of_another_size_or_no_bucket_is_refused(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    listed, data = attachment()
    await at(service, channel, officer).stage(Digest(listed.digest), 0, data)
    larger = dataclasses.replace(listed, size=buckets.ciphertext_size(8192))
    odd = dataclasses.replace(listed, size=listed.size + 1)
    for wrong, code in ((larger, "not-staged"), (odd, "bucket")):
        made = channel.seal(officer, b"x", attachments=(wrong,))
        officer.sequence, officer.previous = 0, channel.id
        assert await code_of(service, channel, *made) == code


async def test_who_may_not_send_may_not_stage(channel: Channel, tmp_path: Path) -> None:
    auditor = channel.enrol("RUS", "auditor")
    officer = channel.party("RUS").person("desk_officer")
    channel.place(channel.revocation(officer))
    async with relay_with(channel, tmp_path) as service:
        for person, code in ((auditor, "read-only"), (officer, "key-ended")):
            with pytest.raises(RefusedError) as caught:
                await at(service, channel, person).stage(Digest(bytes(32)), 0, b"x")
            assert caught.value.code == code


async def test_errors_of_submissions_are_of_the_taxonomy(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    envelope, body = channel.seal(officer, b"x")
    for cut in range(0, len(envelope), 97):
        spoiled = envelope[:cut] + bytes([envelope[cut] ^ 0x41]) + envelope[cut + 1 :]
        with pytest.raises((MalformedError, ForgedError, RefusedError, ParaphError)):
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
