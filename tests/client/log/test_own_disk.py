"""What the own disk gives back: an older state, a damaged one, another process at work."""

from __future__ import annotations

import dataclasses
import itertools
from concurrent.futures import wait

import apsw
import pytest

from paraph.client.keys.home import ChannelHome
from paraph.client.log.head import HeadFile
from paraph.client.log.replica import Replica
from paraph.protocol.errors import IntegrityError, UnavailableError
from paraph.protocol.names import ChannelId
from paraph.protocol.wire import Entries
from tests.client.log.said import bent, say
from tests.support.channel import Channel
from tests.support.memory_relay import MemoryRelay


async def test_a_database_put_back_is_refused_until_it_is_pinned_anew(
    replica: Replica, relay: MemoryRelay, folder: ChannelHome
) -> None:
    await replica.sync(relay)
    replica.store.close()
    old = folder.database.read_bytes()
    assert not folder.database.with_name("channel.db-wal").exists()
    again = Replica.load(folder)
    await say(relay)
    await again.sync(relay)
    again.close()
    folder.database.write_bytes(old)
    with pytest.raises(IntegrityError) as caught:
        Replica.load(folder)
    assert caught.value.code == "state-lost"
    assert "pin the channel anew" in caught.value.hint
    pinned = Replica.load(folder, repin=True)
    await pinned.sync(relay)
    assert pinned.size == relay.channel.log.size
    pinned.close()
    Replica.load(folder).close()


async def test_lost_state_is_never_begun_again_by_itself(
    replica: Replica, relay: MemoryRelay, folder: ChannelHome
) -> None:
    await replica.sync(relay)
    replica.close()
    head = folder.head.read_bytes()
    folder.head.unlink()
    with pytest.raises(IntegrityError, match="remembered head"):
        Replica.load(folder)
    folder.head.write_bytes(head)
    folder.head.chmod(0o600)
    folder.database.unlink()
    with pytest.raises(IntegrityError, match="missing"):
        Replica.load(folder)
    with pytest.raises(IntegrityError, match="missing"):
        Replica.create(folder, relay.channel.founding)


async def test_a_crash_between_database_and_head_file_recovers_by_itself(
    replica: Replica, relay: MemoryRelay, folder: ChannelHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    await replica.sync(relay)
    size = replica.size
    await say(relay)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(HeadFile, "advance", cut)
        with pytest.raises(KeyboardInterrupt):
            await replica.sync(relay)
    assert replica.size == size  # not released, since it was not remembered
    replica.close()
    again = Replica.load(folder)
    assert again.size == size + 1
    remembered = HeadFile(folder.head, folder.channel).read()
    assert remembered is not None
    assert remembered.size == size + 1
    again.close()


async def test_a_changed_row_is_found_at_start(
    replica: Replica, relay: MemoryRelay, folder: ChannelHome
) -> None:
    await replica.sync(relay)
    rows = list(replica.store.entries(5))
    with replica.store.transaction():
        replica.store.cut(5)
        replica.store.append(
            [dataclasses.replace(rows[0], envelope=bent(rows[0].envelope)), *rows[1:]]
        )
    replica.close()
    with pytest.raises(IntegrityError, match="do not lead to the remembered head"):
        Replica.load(folder)


async def test_a_head_file_of_another_channel_or_damaged_is_refused(
    replica: Replica, relay: MemoryRelay, folder: ChannelHome
) -> None:
    await replica.sync(relay)
    other = HeadFile(folder.head, ChannelId(bytes(32)))
    with pytest.raises(IntegrityError, match="another channel"):
        other.read()
    folder.head.write_bytes(b"\0")
    with pytest.raises(IntegrityError, match="damaged"):
        Replica.load(folder)


async def test_two_processes_of_a_home_share_a_replica(
    replica: Replica, relay: MemoryRelay, folder: ChannelHome
) -> None:
    second = Replica.load(folder)
    await say(relay)
    await replica.sync(relay)
    second.refresh()
    assert second.size == replica.size
    await say(relay)
    await second.sync(relay)
    await say(relay)
    await replica.sync(relay)  # it has not seen what the other one stored
    await second.sync(relay)
    assert second.head.root == replica.head.root == relay.channel.log.root
    assert replica.store.size == relay.channel.log.size
    second.close()


@pytest.mark.parametrize("enrolling", [False, True])
async def test_what_another_process_stored_while_signatures_were_checked_is_not_taken_twice(
    replica: Replica, folder: ChannelHome, relay: MemoryRelay, enrolling: bool
) -> None:
    """Taken twice, the log would lead to no head, and an honest relay would stand accused."""
    await replica.sync(relay)
    beside = Replica.load(folder)
    for _ in range(2):  # one alone is checked at once
        await say(relay)
    if enrolling:  # whose first statements are checked once the key is known
        person = relay.channel.enrol("RUS", "linguist")
        for _ in range(2):
            await relay.submit(*relay.channel.seal(person, b"content"))
    served = await relay.entries(replica.size)
    taking = replica._take([served])  # noqa: SLF001 - to stand between two of its waits
    waits = [next(taking)]
    if enrolling:
        wait(waits[0])
        waits.append(next(taking))  # some of it is taken, none of it stored
    beside.feed(served)
    replica.refresh()
    for jobs in itertools.chain(waits, taking):
        wait(jobs)
    assert (replica.size, replica.log.root) == (beside.size, beside.log.root)
    assert replica.log.size == relay.channel.log.size
    assert list(replica.entries()) == list(beside.entries())
    await say(relay)
    assert len(await replica.sync(relay)) == 1
    assert [each.envelope for each in replica.entries()] == relay.channel.envelopes
    beside.close()


async def whole_after_the_next_sync(
    replica: Replica, folder: ChannelHome, relay: MemoryRelay
) -> None:
    await replica.sync(relay)
    assert [each.envelope for each in replica.entries()] == relay.channel.envelopes
    again = Replica.load(folder)
    assert again.size == relay.channel.log.size
    again.close()


@pytest.mark.parametrize("trouble", ["full", "busy"])
async def test_a_disk_that_takes_nothing_for_a_moment_loses_nothing(
    replica: Replica, folder: ChannelHome, relay: MemoryRelay, trouble: str
) -> None:
    for _ in range(20):
        await say(relay)
    connection, other = replica.store._connection, apsw.Connection(str(folder.database))  # noqa: SLF001 - SQLite's own limits play the disk
    connection.set_busy_timeout(0)
    if trouble == "full":
        connection.pragma("max_page_count", connection.pragma("page_count"))
    else:
        other.execute("BEGIN IMMEDIATE")
    with pytest.raises((UnavailableError, IntegrityError)):
        await replica.sync(relay)
    assert replica.size == 0  # nothing is released that is not on the disk
    if trouble == "full":
        connection.pragma("max_page_count", 100_000)
    else:
        other.execute("ROLLBACK")
    other.close()
    await whole_after_the_next_sync(replica, folder, relay)


async def test_a_fetch_that_is_given_up_halfway_loses_nothing(
    replica: Replica, folder: ChannelHome, relay: MemoryRelay
) -> None:
    person = relay.channel.enrol("RUS", "linguist")  # whose statements are checked once it is known
    for _ in range(2):
        await relay.submit(*relay.channel.seal(person, b"content"))
    served = await relay.entries(replica.log.size)
    taking = replica._take([served])  # noqa: SLF001 - to give up between two of its waits
    wait(next(taking))
    next(taking)
    assert replica.log.size > replica.store.size
    taking.close()
    await whole_after_the_next_sync(replica, folder, relay)


async def test_entries_left_over_by_a_run_that_ended_early_are_compared_or_replaced(
    replica: Replica, channel: Channel, folder: ChannelHome
) -> None:
    left = (*channel.envelopes[:8], bent(channel.envelopes[8]))
    replica.feed(Entries(request=0, start=0, envelopes=left, bodies=(), note=b""))
    assert replica.store.size == 9
    replica.close()
    again = Replica.load(folder)
    assert again.log.size == len(channel.founding)
    await again.sync(MemoryRelay(channel))
    assert [each.envelope for each in again.entries()] == channel.envelopes
    assert not any(each.void for each in again.entries())
    again.close()
