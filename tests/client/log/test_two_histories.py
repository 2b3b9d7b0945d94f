"""Two histories end the channel for good, and the evidence is kept."""

from __future__ import annotations

import dataclasses

import pytest

from paraph.client.keys.home import ChannelHome
from paraph.client.log.replica import Replica
from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.errors import EquivocationError, ForgedError, MalformedError, UnavailableError
from paraph.protocol.tree import leaf_hash
from paraph.protocol.wire import Entries
from tests.client.log.said import bent, say
from tests.support.channel import Channel
from tests.support.memory_relay import MemoryRelay


def other_history(channel: Channel, size: int) -> Channel:
    """The same keys and the same entries up to *size*, then others."""
    fork = Channel(channel.parties, channel.charter, channel.log_secret, channel.founding)
    for each in channel.envelopes[len(channel.founding) : size]:
        fork.place(each)
    return fork


def heartbeat_on(fork: Channel, code: str) -> None:
    bot = fork.party(code).person("bot")
    sequence, previous = fork.log.next_sequence(bot.id)
    bot.sequence, bot.previous = sequence - 1, previous
    fork.place(fork.heartbeat(bot))


@pytest.mark.parametrize("grown", [0, 1, 3])
async def test_another_history_ends_the_channel_for_good_with_both_notes(
    replica: Replica, channel: Channel, folder: ChannelHome, grown: int
) -> None:
    fork = other_history(channel, channel.log.size - 1)
    relay = MemoryRelay(channel)
    await replica.sync(relay)
    heartbeat_on(fork, "RUS")
    for _ in range(grown):
        heartbeat_on(fork, "RUS")
    note = fork.note()
    with pytest.raises(EquivocationError) as caught:
        replica.feed(
            Entries(
                request=0,
                start=channel.log.size,
                envelopes=tuple(fork.envelopes[channel.log.size :]),
                bodies=(),
                note=note,
            )
        )
    assert set(caught.value.evidence) == {replica.head.note, note}
    assert str(folder.evidence) in caught.value.hint
    notes = [each.read_bytes() for each in folder.evidence.glob("*.note")]
    assert len(notes) == 2
    heads = [replica.checkpoint(each) for each in notes]  # as a third party with the log's keys
    assert {each.size for each in heads} == {channel.log.size, fork.log.size}
    with pytest.raises(EquivocationError):
        await replica.sync(relay)
    replica.close()
    with pytest.raises(EquivocationError, match="refused for good") as again:
        Replica.load(folder)
    assert str(folder.evidence) in again.value.hint


async def test_a_smaller_head_of_another_history_is_two_histories(
    replica: Replica, channel: Channel
) -> None:
    fork = other_history(channel, channel.log.size - 2)
    await replica.sync(MemoryRelay(channel))
    heartbeat_on(fork, "USA")
    assert fork.log.size < channel.log.size
    with pytest.raises(EquivocationError):
        replica.observe(fork.note())


@pytest.mark.parametrize("forked", [0, 1, 2, 3])
def test_of_many_heads_at_once_each_must_be_of_this_log(
    replica: Replica, channel: Channel, folder: ChannelHome, forked: int
) -> None:
    """Where pushes wait they are taken in together: none of their heads passes unseen."""
    log, sign = channel.log, channel.log_secret.sign
    start = replica.log.size
    sizes = range(start + 1, start + 5)
    assert sizes.stop <= log.size + 1
    roots = [log.tree.root(size) for size in sizes]
    notes = [sign(log.origin, size, root) for size, root in zip(sizes, roots, strict=True)]
    notes[forked] = sign(log.origin, sizes[forked], leaf_hash(b"another entry"))
    served = [
        Entries(request=0, start=size - 1, envelopes=(channel.envelopes[size - 1],), bodies=(),
                note=note)
        for size, note in zip(sizes, notes, strict=True)
    ]  # fmt: skip
    with pytest.raises(EquivocationError) as caught:
        replica.feed(*served)
    assert notes[forked] in caught.value.evidence
    assert notes[forked] in [each.read_bytes() for each in folder.evidence.glob("*.note")]
    assert replica.size == 0, "nothing of it is shown"


def test_what_is_taken_in_together_is_released_though_a_later_head_is_known(
    replica: Replica, channel: Channel
) -> None:
    """As where the answer to a statement of ours overtakes the pushes before it."""
    log, sign = channel.log, channel.log_secret.sign
    sizes = range(replica.log.size + 1, replica.log.size + 4)
    assert sizes.stop < log.size
    replica.observe(channel.note())
    served = [
        Entries(request=0, start=size - 1, envelopes=(channel.envelopes[size - 1],), bodies=(),
                note=sign(log.origin, size, log.tree.root(size)))
        for size in sizes
    ]  # fmt: skip
    replica.feed(*served)
    assert replica.size == sizes[-1]
    assert replica.is_settled


async def test_an_older_head_is_passed_over(replica: Replica, channel: Channel) -> None:
    old = channel.note()
    relay = MemoryRelay(channel)
    await say(relay)
    await replica.sync(relay)
    assert replica.observe(old).size == channel.log.size - 1
    served = Entries(request=0, start=replica.size, envelopes=(), bodies=(), note=old)
    assert replica.feed(served) == range(replica.size, replica.size)
    assert replica.size == channel.log.size


async def test_a_rolled_back_relay_that_goes_on_is_found_out(
    replica: Replica, channel: Channel
) -> None:
    await replica.sync(MemoryRelay(channel))
    back = other_history(channel, channel.log.size - 3)
    assert await replica.sync(MemoryRelay(back)) == range(replica.size, replica.size)
    for _ in range(3):
        heartbeat_on(back, "RUS")
    with pytest.raises(EquivocationError):
        await replica.sync(MemoryRelay(back))


async def test_a_note_of_other_keys_is_forged_and_no_evidence(
    replica: Replica, channel: Channel, folder: ChannelHome
) -> None:
    note = LogSecret.generate().sign(channel.log.origin, channel.log.size, channel.log.root)
    with pytest.raises(ForgedError):
        replica.feed(
            Entries(request=0, start=0, envelopes=tuple(channel.envelopes), bodies=(), note=note)
        )
    assert not folder.evidence.exists()
    await replica.sync(MemoryRelay(channel))


async def test_other_bytes_for_an_entry_served_before_are_refused_and_alarmed(
    replica: Replica, channel: Channel
) -> None:
    await replica.sync(MemoryRelay(channel))
    other = bent(channel.envelopes[5])
    with pytest.raises(ForgedError, match="entry 5"):
        replica.feed(Entries(request=0, start=5, envelopes=(other,), bodies=(), note=b""))
    assert replica.alarms()[0].name == "entry-differs"
    assert replica.entry(5).envelope == channel.envelopes[5]


async def test_a_gap_in_what_is_served_is_malformed(replica: Replica, channel: Channel) -> None:
    with pytest.raises(MalformedError):
        replica.feed(Entries(request=0, start=4, envelopes=(), bodies=(), note=b""))

    class Skipping(MemoryRelay):
        async def entries(self, start: int) -> Entries:
            return await super().entries(start + 1)

    with pytest.raises(MalformedError):
        await replica.sync(Skipping(channel))


async def test_a_relay_that_withholds_what_it_announces_is_unavailable(
    replica: Replica, channel: Channel
) -> None:
    class Withholding(MemoryRelay):
        async def entries(self, start: int) -> Entries:
            return dataclasses.replace(await super().entries(start), envelopes=())

    with pytest.raises(UnavailableError, match="announces"):
        await replica.sync(Withholding(channel))
