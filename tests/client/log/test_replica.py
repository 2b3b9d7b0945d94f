"""The verified log: nothing is used before it is covered, and two histories end the channel."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
import itertools
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest

from paraph.client.backoff import Backoff
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.log.head import HeadFile
from paraph.client.log.replica import Replica
from paraph.protocol import signed
from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.errors import (
    EquivocationError,
    ForgedError,
    IntegrityError,
    MalformedError,
    MisuseError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.names import ChannelId
from paraph.protocol.tree import leaf_hash
from paraph.protocol.wire import Entries
from tests.support.channel import Channel, make_channel
from tests.support.memory_relay import MemoryRelay


@pytest.fixture
def channel() -> Channel:
    return make_channel()


@pytest.fixture
def relay(channel: Channel) -> MemoryRelay:
    return MemoryRelay(channel)


@pytest.fixture
def folder(channel: Channel, tmp_path: Path) -> ChannelHome:
    return Home(tmp_path / "home").channel(channel.id)


@pytest.fixture
def replica(channel: Channel, folder: ChannelHome) -> Iterator[Replica]:
    made = Replica.create(folder, channel.founding)
    yield made
    made.close()


async def say(relay: MemoryRelay, code: str = "RUS", record: bytes = b"content") -> int:
    envelope, body = relay.channel.seal(relay.channel.party(code).person("desk_officer"), record)
    return (await relay.submit(envelope, body)).index


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


def bent(envelope: bytes) -> bytes:
    return envelope[:-1] + bytes([envelope[-1] ^ 1])


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


# two histories


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


# our own disk


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


# following


async def test_following_releases_what_is_placed_and_comes_back_after_a_cut(
    replica: Replica, channel: Channel
) -> None:
    waits: list[float] = []

    async def at_once(delay_s: float) -> None:
        waits.append(delay_s)

    class Cutting(MemoryRelay):
        cuts = 3

        async def follow(self, start: int) -> AsyncIterator[Entries]:
            async for each in super().follow(start):
                yield each
                if self.cuts:
                    self.cuts -= 1
                    raise UnavailableError("cut")

    relay = Cutting(channel)
    seen: list[int] = []
    async with contextlib.aclosing(
        replica.follow(relay, backoff=Backoff(sleep=at_once, fraction=lambda: 0.5))
    ) as following:
        async for released in following:
            seen += released
            if channel.log.size < 20:
                await say(relay)
            else:
                break
    assert seen == list(range(20))
    assert waits == [0.1, 0.1, 0.1]


async def test_reaching_waits_for_a_push_where_somebody_follows(
    replica: Replica, relay: MemoryRelay
) -> None:
    async def follow() -> None:
        async for _ in replica.follow(relay):
            pass

    following = asyncio.create_task(follow())
    await replica.moved()
    index = await say(relay)
    await replica.reach(relay, index + 1)
    assert replica.size == index + 1
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following
    await replica.reach(relay, await say(relay) + 1)
    with pytest.raises(UnavailableError):
        await replica.reach(relay, replica.size + 1)


# bodies


async def test_bodies_are_fetched_checked_and_counted(replica: Replica, channel: Channel) -> None:
    class Lying(MemoryRelay):
        wrong: bytes = b""

        async def body(self, digest: bytes) -> bytes:
            return b"other" if digest == self.wrong else await super().body(digest)  # type: ignore[arg-type]

    relay = Lying(channel)
    first = await say(relay)
    second = await say(relay)
    third = await say(relay)
    await replica.sync(relay)
    assert replica.held() == first
    content = signed.read(channel.envelopes[second]).statement.content
    relay.wrong = content.body_digest  # type: ignore[union-attr]
    assert await replica.fetch_bodies(relay) == 2
    assert replica.held() == second
    assert [each.name for each in replica.alarms()] == ["body-differs"]
    relay.wrong = b""
    assert await replica.fetch_bodies(relay) == 1
    assert replica.held() == replica.size == third + 1
    assert replica.body(content.body_digest) == relay.bodies[content.body_digest]  # type: ignore[union-attr]


async def test_a_body_that_is_gone_is_alarmed_and_others_still_come(
    replica: Replica, channel: Channel
) -> None:
    relay = MemoryRelay(channel)
    first = await say(relay)
    await say(relay)
    content = signed.read(channel.envelopes[first]).statement.content
    del relay.bodies[content.body_digest]  # type: ignore[union-attr]
    await replica.sync(relay)
    assert await replica.fetch_bodies(relay) == 1
    assert replica.held() == first
    assert [each.name for each in replica.alarms()] == ["body-missing"]


async def test_a_cut_while_bodies_come_keeps_those_that_came(
    replica: Replica, channel: Channel
) -> None:
    class Cut(MemoryRelay):
        left = 1

        async def body(self, digest: bytes) -> bytes:
            if not self.left:
                raise UnavailableError("cut")
            self.left -= 1
            return await super().body(digest)  # type: ignore[arg-type]

    relay = Cut(channel)
    first = await say(relay)
    await say(relay)
    await replica.sync(relay)
    with pytest.raises(UnavailableError):
        await replica.fetch_bodies(relay)
    assert replica.held() == first + 1


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


async def test_a_refusal_without_a_time_to_wait_ends_the_following(
    replica: Replica, channel: Channel
) -> None:
    class Refusing(MemoryRelay):
        async def entries(self, start: int) -> Entries:  # noqa: ARG002
            raise RefusedError("no", code="key-ended")

    with pytest.raises(RefusedError):
        async for _ in replica.follow(Refusing(channel)):
            pass


async def test_bodies_that_come_along_are_kept_if_an_entry_names_them(
    replica: Replica, channel: Channel
) -> None:
    class Generous(MemoryRelay):
        async def entries(self, start: int) -> Entries:
            served = await super().entries(start)
            along = (*list(self.bodies.values())[1:], b"nobody names this")
            return dataclasses.replace(served, bodies=along)

    relay = Generous(channel)
    first = await say(relay)
    await say(relay)
    await replica.sync(relay)
    assert replica.held() == first, "the first body did not come along"
    wrong, right = list(relay.bodies)
    assert replica.body(right) == relay.bodies[right]
    assert replica.body(wrong) is None
    assert replica.body(hashlib.sha256(b"nobody names this").digest()) is None
    assert await replica.fetch_bodies(relay) == 1
    assert replica.held() == replica.size
