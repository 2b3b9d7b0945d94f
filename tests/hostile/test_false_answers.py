"""What a relay may answer to a submission, and why none of it is believed (SPEC 6.5, 8.4).

A statement is *logged* only when its sender's own verified log holds it. Whatever the relay says
instead, the row stays *unknown*, the same bytes are sent again, and the honest answer ends it.
"""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import pytest

from paraph.client.log.outgoing import OutboxRow
from paraph.client.log.replica import Replica
from paraph.client.sending.outbox import Outbox
from paraph.protocol import signed
from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import (
    EquivocationError,
    ForgedError,
    MalformedError,
    OutOfTurnError,
    PeerError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.proof import TlogProof
from paraph.protocol.wire import Placed
from tests.hostile import kept
from tests.hostile.histories import beat, say, view_of
from tests.hostile.lying_relay import LyingRelay, note_in
from tests.support.memory_relay import MemoryRelay
from tests.support.negotiating import comment


@pytest.fixture
def sender(outbox: Outbox) -> Replica:
    """The verified log of the desk that sends."""
    return outbox._replica  # noqa: SLF001


async def prepared(outbox: Outbox, sender: Replica, relay: LyingRelay) -> OutboxRow:
    await sender.sync(relay.honest)
    return outbox.prepare_sealed(comment())


async def ends_well(outbox: Outbox, relay: LyingRelay, row: OutboxRow) -> None:
    """Whatever was answered before: the same bytes reach the log, once."""
    relay.placed_lie = lambda _, placed: placed
    relay.drops = lambda _: False
    await outbox.send(relay)
    now = outbox.row(row.id)
    assert now is not None
    assert (now.state, now.envelope) == (Delivery.LOGGED, row.envelope)
    log = relay.honest.channel.log
    assert [e for e in relay.honest.channel.envelopes if e == row.envelope] == [row.envelope]
    assert log.placed[row.id] == now.index


def is_unknown(outbox: Outbox, row: OutboxRow) -> bool:
    now = outbox.row(row.id)
    return now is not None and now.state is Delivery.UNKNOWN and now.index == -1


async def test_an_honest_answer_is_believed(
    outbox: Outbox, sender: Replica, relay: LyingRelay
) -> None:
    """The positive control: the same path, no lie, no alarm."""
    row = await prepared(outbox, sender, relay)
    await ends_well(outbox, relay, row)
    assert sender.alarms() == ()


async def test_a_lost_submission_is_unknown_and_sent_again(
    outbox: Outbox, sender: Replica, relay: LyingRelay
) -> None:
    row = await prepared(outbox, sender, relay)
    relay.drops = lambda _: True
    with pytest.raises(UnavailableError):
        await outbox.send(relay)
    assert is_unknown(outbox, row)
    await ends_well(outbox, relay, row)


async def test_a_lost_answer_is_unknown_and_the_statement_is_placed_once(
    outbox: Outbox, sender: Replica, relay: LyingRelay
) -> None:
    row = await prepared(outbox, sender, relay)

    def lost(_: bytes, __: Placed) -> Placed:
        raise UnavailableError("the connection was lost")

    relay.placed_lie = lost
    with pytest.raises(UnavailableError):
        await outbox.send(relay)
    assert is_unknown(outbox, row)
    assert row.id in relay.honest.channel.log.placed, "it was placed, and nobody could know"
    await ends_well(outbox, relay, row)


def proving(relay: LyingRelay, index: int, _: bytes, placed: Placed) -> Placed:
    return relay.prove(placed, index)


async def test_a_proof_of_another_statement_is_refused_and_alarmed(
    outbox: Outbox, sender: Replica, relay: LyingRelay
) -> None:
    row = await prepared(outbox, sender, relay)
    for index in range(relay.honest.channel.log.size):
        relay.placed_lie = functools.partial(proving, relay, index)
        with pytest.raises(ForgedError):
            await outbox.send(relay)
    assert is_unknown(outbox, row)
    assert {each.name for each in sender.alarms()} == {"proof-forged"}
    await ends_well(outbox, relay, row)


async def test_a_proof_of_another_statement_with_its_envelope_is_refused(
    outbox: Outbox, sender: Replica, relay: LyingRelay
) -> None:
    """The relay answers with somebody else's place and with that very envelope."""
    row = await prepared(outbox, sender, relay)
    channel = relay.honest.channel

    def swapped(_: bytes, placed: Placed) -> Placed:
        other = relay.prove(placed, placed.index - 1)
        return dataclasses.replace(other, envelope=channel.envelopes[placed.index - 1])

    relay.placed_lie = swapped
    with pytest.raises(PeerError):
        await outbox.send(relay)
    assert is_unknown(outbox, row)
    await ends_well(outbox, relay, row)


async def test_another_statement_of_the_same_key_is_not_the_one_sent(
    outbox: Outbox, sender: Replica, relay: LyingRelay
) -> None:
    first = await prepared(outbox, sender, relay)
    await outbox.send(relay)
    second = outbox.prepare_sealed(comment(body="And why not?"))

    def swapped(_: bytes, placed: Placed) -> Placed:
        index = relay.honest.channel.log.placed[first.id]
        return dataclasses.replace(relay.prove(placed, index), envelope=first.envelope)

    relay.placed_lie = swapped
    with pytest.raises(ForgedError, match="the statement that was sent"):
        await outbox.send(relay)
    assert is_unknown(outbox, second)
    await ends_well(outbox, relay, second)


async def test_the_same_statement_under_other_signature_bytes_is_the_one_sent(
    outbox: Outbox, sender: Replica, relay: LyingRelay
) -> None:
    """Somebody who has the bytes placed them first; signatures are not unique."""
    row = await prepared(outbox, sender, relay)
    channel = relay.honest.channel
    author = channel.party("RUS").person("desk_officer")
    again = channel.again(author, row.envelope)
    body = sender.body(row.body)
    assert body is not None
    await relay.honest.submit(again, body)
    await outbox.send(relay)
    now = outbox.row(row.id)
    assert now is not None
    assert now.state is Delivery.LOGGED
    assert channel.envelopes[now.index] == again
    assert sender.alarms() == ()


async def test_a_proof_whose_parts_were_changed_is_refused(
    outbox: Outbox, sender: Replica, relay: LyingRelay
) -> None:
    row = await prepared(outbox, sender, relay)

    def index_off(_: bytes, placed: Placed) -> Placed:
        return dataclasses.replace(placed, index=placed.index - 1)

    def no_hashes(_: bytes, placed: Placed) -> Placed:
        proof = TlogProof.decode(placed.proof)
        return dataclasses.replace(placed, proof=TlogProof(proof.index, (), proof.note).encode())

    def no_proof(_: bytes, placed: Placed) -> Placed:
        return dataclasses.replace(placed, proof=b"")

    def stranger(_: bytes, placed: Placed) -> Placed:
        log, proof = relay.honest.channel.log, TlogProof.decode(placed.proof)
        note = LogSecret.generate().sign(log.origin, log.size, log.root)
        return dataclasses.replace(
            placed, proof=TlogProof(proof.index, proof.hashes, note).encode()
        )

    for lie in (index_off, no_hashes, no_proof, stranger):
        relay.placed_lie = lie
        with pytest.raises((ForgedError, MalformedError)):
            await outbox.send(relay)
        assert is_unknown(outbox, row)
    await ends_well(outbox, relay, row)


async def test_a_proof_in_a_forked_history_convicts_the_relay(
    outbox: Outbox, sender: Replica, relay: LyingRelay, tmp_path: Path
) -> None:
    """The statement is placed where nobody else will see it; the answer is signed all the same."""
    row = await prepared(outbox, sender, relay)
    fork = MemoryRelay(view_of(relay.honest.channel))
    bot = relay.honest.channel.party("USA").person("bot")
    relay.honest.channel.place(beat(relay.honest.channel, bot))
    await sender.sync(relay.honest)
    answers: list[Placed] = []

    def elsewhere(_: bytes, placed: Placed) -> Placed:
        del placed
        answers.append(fork.answer(fork.channel.log.placed[row.id], row.envelope))
        return answers[-1]

    body = sender.body(row.body)
    assert body is not None
    await fork.submit(row.envelope, body)
    relay.placed_lie = elsewhere
    with pytest.raises(EquivocationError):
        await outbox.send(relay)
    assert is_unknown(outbox, row)
    assert note_in(answers[0], fork)
    said = kept.third_party(tmp_path, relay.honest.channel.founding, kept.fork(sender.home))
    assert "the log signed" in said
    with pytest.raises(EquivocationError):
        await outbox.send(relay.honest)


async def test_a_place_that_turns_out_void_is_no_place(
    outbox: Outbox, sender: Replica, relay: LyingRelay, tmp_path: Path
) -> None:
    """The relay places the second before the first and proves it: the entry is void."""
    first = await prepared(outbox, sender, relay)
    second = outbox.prepare_sealed(comment(body="And why not?"))
    entry = relay.force(second.envelope)
    assert entry.void == "gap"
    await sender.sync(relay)
    assert sender.index_of(second.id) is None
    body = sender.body(second.body)
    assert body is not None
    relay.honest.bodies[second.body] = body
    ended = await outbox.send(relay)
    assert [row.id for row in ended] == [first.id, second.id]
    assert ended[1].index > ended[0].index > entry.index
    assert "void-gap" in {each.name for each in sender.alarms()}
    said = kept.third_party(tmp_path, relay.honest.channel.founding, kept.placement(sender.home))
    assert said.endswith("against the rule gap")


@pytest.mark.parametrize(
    "code", ["exclusive", "double-sequence", "key-ended", "recipients", "previous", "inconsistent"]
)
async def test_a_refusal_that_the_verified_log_contradicts_is_alarmed_and_frees_no_number(
    outbox: Outbox, sender: Replica, relay: LyingRelay, code: str
) -> None:
    row = await prepared(outbox, sender, relay)
    relay.refuses_with = code
    with pytest.raises(RefusedError):
        await outbox.send(relay)
    assert is_unknown(outbox, row)
    assert f"refused-{code}" in {each.name for each in sender.alarms()}
    relay.refuses_with = ""
    await ends_well(outbox, relay, row)


async def test_a_true_refusal_frees_the_number_because_the_verified_log_says_so(
    outbox: Outbox, sender: Replica, relay: LyingRelay
) -> None:
    """The positive control of the test above: the same code, and this time a cause."""
    await sender.sync(relay.honest)
    row = outbox.prepare_sealed(comment(), exclusive=True)
    officer = relay.honest.channel.party("USA").person("desk_officer")
    await relay.honest.submit(*say(relay.honest.channel, officer))
    await outbox.send(relay)
    now = outbox.row(row.id)
    assert now is not None
    assert (now.state, now.reason) == (Delivery.UNPLACEABLE, "exclusive")
    again = outbox.prepare_sealed(comment())
    assert signed.read(again.envelope).statement.sequence == 1
    await ends_well(outbox, relay, again)


async def test_an_entry_that_no_head_covers_frees_no_number(
    outbox: Outbox, sender: Replica, relay: LyingRelay
) -> None:
    """A relay and the other ministry together could else make an honest key sign a number twice.

    The foreign entry is signed well, and the relay signs no head over it: once it has made the
    sender give the number up, both forget it, and the relay places the first statement.
    """
    await sender.sync(relay.honest)
    row = outbox.prepare_sealed(comment(), exclusive=True)
    channel = relay.honest.channel
    foreign, _ = say(view_of(channel), channel.party("USA").person("desk_officer"))
    relay.entries_lie = lambda served: dataclasses.replace(
        served, envelopes=(*served.envelopes, foreign)
    )
    relay.refuses_with = "exclusive"
    with pytest.raises(RefusedError):
        await outbox.send(relay)
    assert is_unknown(outbox, row)
    with pytest.raises(OutOfTurnError):  # and nothing else is signed meanwhile
        outbox.prepare_sealed(comment())


async def test_one_desk_shown_another_history_cannot_speak_in_the_first(
    outbox: Outbox, sender: Replica, relay: LyingRelay
) -> None:
    """It names the head that it was shown: an honest log refuses it, and the desk finds out why."""
    fork = MemoryRelay(view_of(relay.honest.channel))
    fork.channel.place(beat(fork.channel, fork.channel.party("RUS").person("bot")))
    relay.honest.channel.place(
        beat(relay.honest.channel, relay.honest.channel.party("USA").person("bot"))
    )
    await sender.sync(fork)
    row = outbox.prepare_sealed(comment())
    with pytest.raises(EquivocationError):
        await outbox.send(relay)
    assert row.id not in relay.honest.channel.log.placed


async def test_of_thirty_two_on_their_way_any_may_be_lost(
    outbox: Outbox, sender: Replica, relay: LyingRelay
) -> None:
    await sender.sync(relay.honest)
    rows = [outbox.prepare_sealed(comment(body=f"Question {number}?")) for number in range(12)]
    lost = {rows[at].envelope for at in (0, 3, 4, 11)}

    def once(envelope: bytes) -> bool:
        found = envelope in lost
        lost.discard(envelope)
        return found

    relay.drops = once
    ended = await outbox.send(relay)
    assert {each.id for each in ended} == {each.id for each in rows}
    assert all(each.state is Delivery.LOGGED for each in ended)
    placed = relay.honest.channel.log.placed
    indices = [placed[each.id] for each in rows]
    assert indices == sorted(indices)
    assert sender.alarms() == ()
