"""The verified log: nothing is used before a head covers it."""

from __future__ import annotations

from pathlib import Path

import pytest

from paraph.client.keys.home import ChannelHome, Home
from paraph.client.log.replica import Replica
from paraph.protocol.errors import MisuseError
from paraph.protocol.wire import Entries
from tests.client.log.said import bent, say
from tests.support.channel import Channel, make_channel
from tests.support.memory_relay import MemoryRelay


async def test_a_sync_takes_in_everything_and_releases_it(
    replica: Replica, relay: MemoryRelay
) -> None:
    await say(relay)
    released = await replica.sync(relay)
    assert released == range(relay.channel.log.size)
    assert (replica.size, replica.head.root) == (relay.channel.log.size, relay.channel.log.root)
    assert [each.envelope for each in replica.entries()] == relay.channel.envelopes
    assert replica.alarms() == ()
    assert await replica.sync(relay) == range(replica.size, replica.size)


async def test_what_was_taken_in_is_there_after_a_restart(
    replica: Replica, relay: MemoryRelay, folder: ChannelHome
) -> None:
    await say(relay)
    await replica.sync(relay)
    replica.close()
    again = Replica.load(folder)
    assert (again.size, again.head.root) == (relay.channel.log.size, relay.channel.log.root)
    assert again.log.next_sequence(relay.channel.party("RUS").person("desk_officer").id)[0] == 2
    await say(relay)
    assert len(await again.sync(relay)) == 1
    again.close()


async def test_an_entry_is_not_released_before_a_head_covers_it(
    replica: Replica, channel: Channel
) -> None:
    everything = Entries(
        request=0, start=0, envelopes=tuple(channel.envelopes), bodies=(), note=b""
    )
    assert replica.feed(everything) == range(0)
    assert replica.log.size == channel.log.size
    assert replica.size == 0
    assert not replica.is_settled
    with pytest.raises(MisuseError):
        replica.entry(0)
    head = Entries(request=0, start=channel.log.size, envelopes=(), bodies=(), note=channel.note())
    assert replica.feed(head) == range(channel.log.size)
    assert replica.is_settled


async def test_a_head_ahead_of_the_entries_waits_for_them(
    replica: Replica, channel: Channel
) -> None:
    first = Entries(
        request=0, start=0, envelopes=tuple(channel.envelopes[:5]), bodies=(), note=channel.note()
    )
    assert replica.feed(first) == range(0)
    rest = Entries(request=0, start=5, envelopes=tuple(channel.envelopes[5:]), bodies=(), note=b"")
    assert replica.feed(rest) == range(channel.log.size)


async def test_an_entry_with_a_bad_signature_is_void_alarmed_and_stays_after_a_restart(
    replica: Replica, channel: Channel, folder: ChannelHome
) -> None:
    officer = channel.party("RUS").person("desk_officer")
    envelope, _ = channel.seal(officer, b"x")
    entry = channel.log.append(bent(envelope))
    channel.envelopes.append(entry.envelope)
    assert entry.void == "forged"
    await replica.sync(MemoryRelay(channel))
    found = replica.entry(entry.index)
    assert (found.void, found.member) == ("forged", None)
    assert [(each.name, each.index) for each in replica.alarms()] == [("void-forged", entry.index)]
    replica.close()
    again = Replica.load(folder)
    assert again.entry(entry.index).void == "forged"
    assert again.log.next_sequence(officer.id)[0] == 1
    again.close()


async def test_undecodable_and_unknown_entries_are_void(replica: Replica, channel: Channel) -> None:
    stranger = channel.new_person("RUS", "desk_officer")
    envelope, _ = channel.seal(stranger, b"x")
    for each in (b"no envelope", envelope):
        channel.log.append(each)
        channel.envelopes.append(each)
    await replica.sync(MemoryRelay(channel))
    voids = [each.void for each in replica.entries(replica.size - 2)]
    assert voids == ["malformed", "unknown-sender"]


async def test_keys_enrolled_in_the_same_batch_are_known_to_what_follows(
    replica: Replica, channel: Channel, relay: MemoryRelay
) -> None:
    for _ in range(20):
        newcomer = channel.enrol("USA", "linguist")
        envelope, body = channel.seal(newcomer, b"at once")
        await relay.submit(envelope, body)
    for _ in range(100):
        await say(relay)
    await replica.sync(relay)
    assert replica.head.root == channel.log.root
    assert not any(each.void for each in replica.entries())


async def test_an_internal_channel_is_replicated_by_the_same_code(tmp_path: Path) -> None:
    channel = make_channel(codes=("RUS",))
    relay = MemoryRelay(channel)
    await say(relay)
    replica = Replica.create(Home(tmp_path / "home").channel(channel.id), channel.founding)
    await replica.sync(relay)
    assert replica.size == channel.log.size
    replica.close()
    again = Replica.load(replica.home)
    assert again.size == channel.log.size
    again.close()
