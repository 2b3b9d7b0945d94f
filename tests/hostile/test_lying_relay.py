"""Every lie that a relay can tell to a reader: refused or alarmed, and proven where it can be.

SPEC 6.6 to 6.8. What a third party is shown is made of what the reader has on its disk.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from paraph.client.keys.home import ChannelHome
from paraph.client.log.replica import Replica
from paraph.protocol import signed
from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.errors import (
    EquivocationError,
    ForgedError,
    MalformedError,
    PeerError,
    UnavailableError,
)
from paraph.protocol.names import Digest
from paraph.protocol.relay import RelayChannel
from paraph.protocol.tree import Tree
from paraph.protocol.wire import Entries
from tests.hostile import kept
from tests.hostile.histories import beat, next_number, say, view_of
from tests.hostile.lying_relay import LyingRelay
from tests.support.anchors import anchor_of
from tests.support.channel import Channel, make_channel
from tests.support.memory_relay import MemoryRelay
from tests.support.parties import Person


@pytest.fixture
def author(channel: Channel) -> Person:
    return channel.party("RUS").person("desk_officer")


async def place(relay: LyingRelay, author: Person, record: bytes = b"words") -> int:
    envelope, body = say(relay.honest.channel, author, record)
    return (await relay.honest.submit(envelope, body)).index


def alarms(replica: Replica) -> set[str]:
    return {each.name for each in replica.alarms()}


def test_the_lying_relay_is_a_relay_of_the_protocol(relay: LyingRelay) -> None:
    checked: RelayChannel = relay
    assert checked is relay


async def test_without_a_lie_nothing_is_refused_or_alarmed(
    relay: LyingRelay, replica: Replica, folder: ChannelHome, author: Person, tmp_path: Path
) -> None:
    """The positive control of this file: the same checks, an honest relay, and no finding."""
    for _ in range(3):
        await place(relay, author)
    await replica.sync(relay)
    await replica.fetch_bodies(relay)
    assert replica.size == relay.honest.channel.log.size == replica.held()
    assert replica.alarms() == ()
    with pytest.raises(PeerError, match="breaks a rule"):
        kept.third_party(tmp_path, relay.honest.channel.founding, kept.placement(folder))


# ------------------------------------------------------------------ drop


@pytest.mark.parametrize("back", range(1, 6))
async def test_an_entry_left_out_of_what_is_served_ends_the_channel(
    relay: LyingRelay, replica: Replica, author: Person, back: int
) -> None:
    for _ in range(5):
        await place(relay, author)
    gone = relay.honest.channel.log.size - back

    def without(served: Entries) -> Entries:
        at = max(gone - served.start, 0)
        envelopes = served.envelopes[:at] + served.envelopes[at + 1 :]
        return dataclasses.replace(served, envelopes=envelopes)

    relay.entries_lie = without
    with pytest.raises((EquivocationError, UnavailableError)):
        await replica.sync(relay)
    assert replica.size == 0, "nothing of it was shown"


async def test_a_statement_dropped_from_the_log_shows_as_a_gap_that_convicts_the_relay(
    relay: LyingRelay, replica: Replica, folder: ChannelHome, author: Person, tmp_path: Path
) -> None:
    channel = relay.honest.channel
    channel.seal(author, b"never placed")
    second, body = channel.seal(author, b"placed without the one before")
    assert relay.force(second, body).void == "gap"
    await replica.sync(relay)
    assert "void-gap" in alarms(replica)
    assert replica.index_of(signed.read(second).id) is None
    said = kept.third_party(tmp_path, channel.founding, kept.placement(folder))
    assert said.endswith("against the rule gap")


async def test_entries_that_are_announced_and_withheld_are_not_waited_for_in_silence(
    relay: LyingRelay, replica: Replica, author: Person
) -> None:
    await place(relay, author)
    relay.entries_lie = lambda served: dataclasses.replace(served, envelopes=served.envelopes[:-1])
    with pytest.raises(UnavailableError) as caught:
        await replica.sync(relay)
    assert caught.value.code == "withheld"


# ------------------------------------------------------------------ replay


async def test_a_statement_placed_twice_counts_once_and_convicts_the_relay(
    relay: LyingRelay, replica: Replica, folder: ChannelHome, author: Person, tmp_path: Path
) -> None:
    channel = relay.honest.channel
    index = await place(relay, author)
    envelope = channel.envelopes[index]
    assert relay.force(envelope).void == "duplicate"
    assert relay.force(channel.again(author, envelope)).void == "duplicate"
    await replica.sync(relay)
    assert replica.index_of(signed.read(envelope).id) == index
    assert replica.log.next_sequence(author.id)[0] == 2
    assert "void-duplicate" in alarms(replica)
    said = kept.third_party(tmp_path, channel.founding, kept.placement(folder))
    assert said.endswith("against the rule duplicate")


async def test_an_old_answer_replayed_changes_nothing(
    relay: LyingRelay, replica: Replica, author: Person
) -> None:
    await replica.sync(relay)
    old = await relay.honest.entries(0)
    await place(relay, author)
    await replica.sync(relay)
    size, head = replica.size, replica.head
    assert await replica.absorb(old) == range(size, size)
    assert (replica.size, replica.head) == (size, head)


async def test_a_heartbeat_of_the_past_is_no_new_sign_of_life(
    relay: LyingRelay, replica: Replica
) -> None:
    channel = relay.honest.channel
    bot = channel.party("RUS").person("bot")
    heartbeat = next(e for e in channel.later() if signed.read(e).statement.sender == bot.id)
    await replica.sync(relay)
    before = replica.log.log_time
    relay.force(heartbeat)
    await replica.sync(relay)
    assert replica.log.log_time == before
    assert "void-duplicate" in alarms(replica)


async def test_a_statement_of_another_channel_is_void_here(
    relay: LyingRelay, replica: Replica
) -> None:
    other = make_channel()
    envelope, _ = other.seal(other.party("RUS").person("desk_officer"), b"said elsewhere")
    assert relay.force(envelope).void == "wrong-channel"
    await replica.sync(relay)
    assert "void-wrong-channel" in alarms(replica)


# ------------------------------------------------------------------ reorder


async def test_entries_served_in_another_order_are_refused(
    relay: LyingRelay, replica: Replica, author: Person
) -> None:
    for _ in range(2):
        await place(relay, author)

    def swapped(served: Entries) -> Entries:
        *first, a, b = served.envelopes
        return dataclasses.replace(served, envelopes=(*first, b, a))

    relay.entries_lie = swapped
    with pytest.raises(EquivocationError):
        await replica.sync(relay)
    assert replica.size == 0


async def test_statements_placed_in_another_order_are_void_until_their_turn_comes(
    relay: LyingRelay, replica: Replica, folder: ChannelHome, author: Person, tmp_path: Path
) -> None:
    channel = relay.honest.channel
    first, second = channel.seal(author, b"one"), channel.seal(author, b"two")
    assert relay.force(*second).void == "gap"
    assert not relay.force(*first).void
    assert not relay.force(*second).void
    await replica.sync(relay)
    size = replica.size
    assert replica.index_of(signed.read(second[0]).id) == size - 1
    said = kept.third_party(tmp_path, channel.founding, kept.placement(folder))
    assert said.endswith("against the rule gap")


# ------------------------------------------------------------------ changed bytes


async def test_an_entry_changed_on_its_way_is_refused(
    relay: LyingRelay, replica: Replica, author: Person
) -> None:
    await place(relay, author)

    def changed(served: Entries) -> Entries:
        last = bytearray(served.envelopes[-1])
        last[len(last) // 2] ^= 1
        return dataclasses.replace(served, envelopes=(*served.envelopes[:-1], bytes(last)))

    relay.entries_lie = changed
    with pytest.raises(EquivocationError):
        await replica.sync(relay)
    assert replica.size == 0


async def test_an_entry_served_otherwise_the_second_time_is_refused_and_alarmed(
    relay: LyingRelay, replica: Replica, author: Person
) -> None:
    await place(relay, author)
    await replica.sync(relay)
    served = await relay.honest.entries(0)
    envelopes = (*served.envelopes[:-1], relay.honest.channel.envelopes[3])
    with pytest.raises(ForgedError):
        await replica.absorb(dataclasses.replace(served, envelopes=envelopes))
    assert "entry-differs" in alarms(replica)


async def test_a_withheld_body_keeps_what_is_held_below_it(
    relay: LyingRelay, replica: Replica, author: Person
) -> None:
    index = await place(relay, author)
    digests = list(relay.honest.bodies)
    taken = {digest: relay.honest.bodies.pop(digest) for digest in digests}
    await place(relay, author)
    await replica.sync(relay)
    assert await replica.fetch_bodies(relay) == 1
    assert "body-missing" in alarms(replica)
    assert (replica.held(), replica.size) == (index, index + 2)
    relay.honest.bodies |= taken
    await replica.fetch_bodies(relay)
    assert replica.held() == replica.size


async def test_a_changed_body_is_not_kept_and_alarmed(
    relay: LyingRelay, replica: Replica, author: Person
) -> None:
    index = await place(relay, author)
    await replica.sync(relay)
    lies: list[Callable[[bytes], bytes]] = [
        lambda body: body[:-1] + bytes([body[-1] ^ 1]),
        lambda body: body + b"\0",
        lambda _: b"",
    ]
    for lie in lies:
        relay.body_lie = lie
        assert await replica.fetch_bodies(relay) == 0
    assert "body-differs" in alarms(replica)
    assert replica.held() == index


async def test_the_body_of_another_statement_is_not_kept(
    relay: LyingRelay, replica: Replica, author: Person
) -> None:
    index = await place(relay, author, b"one")
    other = next(iter(relay.honest.bodies.values()))
    await place(relay, author, b"two")
    await replica.sync(relay)
    relay.body_lie = lambda _: other
    assert await replica.fetch_bodies(relay) == 1, "only the one that it is"
    assert replica.held() == index + 1


# ------------------------------------------------------------------ heads


async def test_entries_without_a_head_are_never_shown(
    relay: LyingRelay, replica: Replica, author: Person
) -> None:
    await place(relay, author)
    served = await relay.honest.entries(0)
    assert await replica.absorb(dataclasses.replace(served, note=b"")) == range(0)
    assert replica.size == 0
    assert not replica.is_settled


def with_note(note: bytes, served: Entries) -> Entries:
    return dataclasses.replace(served, note=note)


async def test_a_head_of_other_keys_is_refused_and_accuses_nobody(
    relay: LyingRelay, replica: Replica, folder: ChannelHome
) -> None:
    log = relay.honest.channel.log
    stranger = LogSecret.generate().sign(log.origin, log.size, log.root)
    half = LogSecret.from_seed(relay.honest.channel.log_secret.seed[:32] + bytes(32))
    for note in (stranger, half.sign(log.origin, log.size, log.root)):
        relay.entries_lie = functools.partial(with_note, note)
        with pytest.raises(ForgedError):
            await replica.sync(relay)
    assert replica.size == 0
    assert not folder.evidence.exists()


async def test_a_head_of_another_origin_is_refused(relay: LyingRelay, replica: Replica) -> None:
    channel = relay.honest.channel
    note = channel.log_secret.sign("other.example/log", channel.log.size, channel.log.root)
    relay.entries_lie = lambda served: dataclasses.replace(served, note=note)
    with pytest.raises((ForgedError, MalformedError)):
        await replica.sync(relay)


# ------------------------------------------------------------------ two histories


async def test_two_histories_of_one_size_convict_the_relay(
    relay: LyingRelay, replica: Replica, folder: ChannelHome, author: Person, tmp_path: Path
) -> None:
    other = view_of(relay.honest.channel)
    await place(relay, author, b"what USA is shown")
    await replica.sync(relay)
    other_relay = MemoryRelay(other)
    await other_relay.submit(*say(other, author, b"what RUS was shown"))
    with pytest.raises(EquivocationError):
        replica.observe(other_relay.note)
    said = kept.third_party(tmp_path, other.founding, kept.fork(folder))
    assert said == f"the log signed two histories of size {replica.size}"
    replica.close()
    with pytest.raises(EquivocationError, match="for good"):
        Replica.load(folder)


@pytest.mark.parametrize(("back", "more"), [(1, 1), (3, 1), (3, 2), (3, 3), (5, 4)])
async def test_a_rolled_back_relay_that_goes_on_is_convicted(
    relay: LyingRelay,
    replica: Replica,
    folder: ChannelHome,
    author: Person,
    back: int,
    more: int,
    tmp_path: Path,
) -> None:
    """Rollback, then other entries, up to the size that the reader has."""
    before: list[Channel] = []
    for number in range(5):
        before.append(view_of(relay.honest.channel))
        await place(relay, author, b"%d" % number)
    await replica.sync(relay)
    restored = MemoryRelay(before[-back])
    for _ in range(more):
        restored.channel.place(beat(restored.channel, restored.channel.party("RUS").person("bot")))
    with pytest.raises(EquivocationError):
        replica.observe(restored.note)
    said = kept.third_party(tmp_path, before[0].founding, kept.fork(folder))
    assert "two histories" in said or "does not contain" in said
    with pytest.raises(EquivocationError):
        await replica.sync(restored)


async def test_a_rolled_back_relay_that_outgrew_the_reader_is_convicted_by_its_own_entries(
    relay: LyingRelay, replica: Replica, folder: ChannelHome, author: Person, tmp_path: Path
) -> None:
    before = view_of(relay.honest.channel)
    await place(relay, author)
    await replica.sync(relay)
    restored = MemoryRelay(before)
    for _ in range(3):
        restored.channel.place(beat(before, before.party("RUS").person("bot")))
    with pytest.raises(EquivocationError):
        await replica.sync(restored)
    # The replica asked the liar for its whole history, which makes a proof of the two notes.
    said = kept.third_party(tmp_path, before.founding, kept.fork(folder))
    assert "does not contain" in said


async def test_a_rolled_back_relay_that_hides_its_entries_is_refused_without_a_proof(
    relay: LyingRelay, replica: Replica, folder: ChannelHome, author: Person
) -> None:
    """Two notes of two sizes, and nobody has the entries of the larger: kept, and no more."""
    before = LyingRelay(MemoryRelay(view_of(relay.honest.channel)))
    await place(relay, author)
    await replica.sync(relay)
    size = replica.size
    for _ in range(3):
        before.honest.channel.place(
            beat(before.honest.channel, before.honest.channel.party("RUS").person("bot"))
        )
    before.entries_lie = lambda served: (
        served if served.start >= size else dataclasses.replace(served, envelopes=())
    )
    with pytest.raises(EquivocationError):
        await replica.sync(before)
    assert len(list(folder.evidence.glob("*.note"))) == 2
    with pytest.raises(PeerError):
        kept.fork(folder).verify(anchor_of(replica.log))
    with pytest.raises(EquivocationError):
        await replica.sync(relay)


async def test_a_relay_that_shows_an_older_log_is_not_believed_and_not_accused(
    relay: LyingRelay, replica: Replica, folder: ChannelHome, author: Person
) -> None:
    """An older head proves nothing: it may be a slow copy. What was verified stays."""
    older = MemoryRelay(view_of(relay.honest.channel))
    await place(relay, author)
    await replica.sync(relay)
    size = replica.size
    with pytest.raises((UnavailableError, MalformedError)):
        await replica.reach(older, size + 1)
    assert replica.size == size
    assert not folder.evidence.exists()


async def test_a_head_over_leaves_that_nobody_may_have_ends_the_channel(
    relay: LyingRelay, replica: Replica
) -> None:
    size = relay.honest.channel.log.size
    invented = Tree([Digest(bytes([index]) * 32) for index in range(size)])
    relay.entries_lie = lambda served: dataclasses.replace(served, note=relay.sign_over(invented))
    with pytest.raises(EquivocationError):
        await replica.sync(relay)
    relay.entries_lie = lambda served: served
    with pytest.raises(EquivocationError):
        await replica.sync(relay)


# ------------------------------------------------------------------ against the rules


async def test_an_entry_against_a_rule_is_void_alarmed_and_proven(
    relay: LyingRelay, replica: Replica, folder: ChannelHome, author: Person, tmp_path: Path
) -> None:
    channel = relay.honest.channel
    seen = (channel.log.size, channel.log.root)
    officer = channel.party("USA").person("desk_officer")
    await place(relay, officer)
    late, body = channel.seal(author, b"alone", exclusive=True, seen=seen)
    assert relay.force(late, body).void == "exclusive"
    await replica.sync(relay)
    assert "void-exclusive" in alarms(replica)
    said = kept.third_party(tmp_path, channel.founding, kept.placement(folder))
    assert said.endswith("against the rule exclusive")


async def test_two_statements_under_one_number_convict_the_key_not_the_relay(
    relay: LyingRelay, replica: Replica, folder: ChannelHome, author: Person, tmp_path: Path
) -> None:
    channel = relay.honest.channel
    number = next_number(channel, author)
    first = channel.seal(author, b"we accept", **number)
    second, body = channel.seal(author, b"we reject", **number)
    await relay.honest.submit(*first)
    assert relay.force(second, body).void == "double-sequence"
    await replica.sync(relay)
    evidence = kept.double_sequence(folder, first[0], second)
    said = kept.third_party(tmp_path, channel.founding, evidence)
    assert said.startswith("a desk_officer key of RUS signed two statements under number 1")
