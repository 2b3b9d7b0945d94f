"""A submission: the same bytes again, the same number twice, many at once (SPEC 8.4)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from paraph.protocol.errors import RefusedError
from paraph.protocol.proof import verify_proof
from paraph.protocol.tree import leaf_hash
from paraph.protocol.wire import Conflict, Placed
from paraph.server.service import RelayService
from tests.support.channel import Channel
from tests.support.parties import Person
from tests.support.relay import at, code_of, relay_with


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
