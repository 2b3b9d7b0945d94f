"""Entries, follows, tiles: what a session reads, and an ended key's share of it (SPEC 8.3)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from paraph.protocol import signed
from paraph.protocol.checkpoint import verify_checkpoint
from paraph.protocol.errors import RefusedError, UnavailableError
from paraph.protocol.names import Digest, KeyId
from paraph.protocol.note import parse_head, parse_note
from paraph.protocol.statements.envelope import SealedContent
from paraph.protocol.tiles import Tile, parse_bundle, parse_tile, tiles_of
from paraph.protocol.tree import Tree, leaf_hash
from paraph.protocol.wire import FRAME, Entries, pack_frame, unpack_frame
from paraph.server.channel import MOST_PUSHED, Follower, pushes
from paraph.server.service import RelayService
from paraph.server.service_channel import ServiceChannel
from tests.support.channel import START, Channel, make_channel
from tests.support.parties import Person
from tests.support.relay import at, relay_with


@pytest.fixture
def channel() -> Channel:
    return make_channel(roles=("desk_officer", "bot"))


async def say(
    service: RelayService, channel: Channel, person: Person, count: int = 1
) -> list[bytes]:
    relay = at(service, channel, person)
    made = [channel.seal(person, b"%d" % number) for number in range(count)]
    await asyncio.gather(*(relay.submit(*each) for each in made))
    for envelope, _ in made:
        channel.place(envelope)
    return [envelope for envelope, _ in made]


async def read_all(relay: ServiceChannel) -> tuple[list[bytes], bytes]:
    found: list[bytes] = []
    while True:
        entries = await relay.entries(len(found))
        found += entries.envelopes
        if entries.note and size_of(entries.note) == len(found):
            return found, entries.note


def size_of(note: bytes) -> int:
    return parse_head(parse_note(note).text).size


async def test_entries_come_in_messages_of_64_each_with_the_newest_head_that_covers_some(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    for _ in range(5):
        await say(service, channel, officer, 32)
    relay = at(service, channel, officer)
    first = await relay.entries(0)
    assert len(first.envelopes) == 64
    part = verify_checkpoint(first.note, channel.log_keys)
    assert 32 <= part.size < 64  # a reader may use so much now, and hears that more follow
    assert part.root == channel.log.tree.root(part.size)
    found, note = await read_all(relay)
    assert found == channel.envelopes
    head = verify_checkpoint(note, channel.log_keys)
    assert (head.size, head.root) == (channel.log.size, channel.log.root)
    beyond = await relay.entries(head.size)
    assert (beyond.envelopes, beyond.note) == ((), note)


def test_no_message_is_larger_than_a_frame() -> None:
    envelopes = [bytes(65_535)] * 40
    made = pushes(7, envelopes, b"note")
    assert [each for one in made for each in one.envelopes] == envelopes
    assert [each.start for each in made[:2]] == [7, 7 + len(made[0].envelopes)]
    assert [each.note for each in made] == [b""] * (len(made) - 1) + [b"note"]
    for each in made:
        frame = pack_frame((each,))
        assert len(frame) <= FRAME.size
        assert unpack_frame(frame) == (each,)


async def test_a_follower_gets_everything_once_and_in_order(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, channel.party("USA").person("bot"))
    got: list[bytes] = []

    async def read(until: int) -> None:
        async for entries in relay.follow(2):
            assert entries.start == 2 + len(got)
            got.extend(entries.envelopes)
            if entries.note:
                head = verify_checkpoint(entries.note, channel.log_keys)
                assert head.size == 2 + len(got)
            if 2 + len(got) >= until:
                return

    reading = asyncio.create_task(read(channel.log.size + 40))
    for _ in range(40):
        await say(service, channel, officer)
    await reading
    assert got == channel.envelopes[2:]


async def test_a_follower_of_the_future_waits_for_it(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    following = relay.follow(channel.log.size + 1)
    first = asyncio.ensure_future(anext(following))
    await asyncio.sleep(0)
    await say(service, channel, officer, 3)
    entries = await first
    assert entries.start == channel.log.size - 2
    got = list(entries.envelopes)
    while len(got) < 2:  # what is placed in two batches comes in two messages
        got += (await anext(following)).envelopes
    assert got == channel.envelopes[-2:]
    await following.aclose()  # type: ignore[attr-defined]


async def test_followers_come_to_an_end_with_the_relay(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)

    async def read() -> int:
        return sum([len(entries.envelopes) async for entries in relay.follow(0)])

    reading = asyncio.create_task(read())
    await say(service, channel, officer)
    await service.ledger.drain()
    assert await reading == channel.log.size


async def test_who_begins_to_follow_when_the_relay_has_ended_does_not_wait(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    await service.ledger.drain()
    async with asyncio.timeout(20):
        read = [len(entries.envelopes) async for entries in relay.follow(0)]
    assert sum(read) == channel.log.size


def message(size: int) -> Entries:
    return Entries(request=0, start=0, envelopes=(bytes(size),), bodies=(), note=b"")


@pytest.mark.parametrize(("count", "size"), [(MOST_PUSHED, 10), (64, 65_535)])
async def test_a_follower_that_does_not_read_is_dropped_just_above_the_bound(
    count: int, size: int
) -> None:
    follower = Follower(KeyId(bytes(32)))
    for _ in range(count):
        assert follower.push(message(size))
    assert not follower.push(message(size))
    with pytest.raises(UnavailableError) as caught:
        await follower.next()
    assert caught.value.code == "slow"


async def test_a_follower_that_reads_is_kept() -> None:
    follower = Follower(KeyId(bytes(32)))
    for _ in range(10 * MOST_PUSHED):
        assert follower.push(message(65_535))
        await follower.next()
    follower.end()
    assert await follower.next() is None


async def test_a_slow_follower_does_not_hold_up_the_others(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    live = service.ledger.get(channel.id)
    assert live is not None
    slow, quick = live.follow(officer.id), live.follow(officer.id)
    for _ in range(MOST_PUSHED + 1):
        await say(service, channel, officer)
        assert await quick.next() is not None
    assert slow.dropped
    assert live.followers == 1


async def test_an_author_is_told_after_the_others(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    live = service.ledger.get(channel.id)
    assert live is not None
    told: list[str] = []

    async def listen(name: str, follower: Follower) -> None:
        await follower.next()
        told.append(name)

    author, other = live.follow(officer.id), live.follow(channel.party("USA").people[0].id)
    listening = asyncio.gather(listen("author", author), listen("other", other))
    await say(service, channel, officer)
    await listening
    assert told == ["other", "author"]


# the log as files


async def test_tiles_and_bundles_are_those_of_the_tree(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    for _ in range(9):
        await say(service, channel, officer, 32)
    relay = at(service, channel, officer)
    head = verify_checkpoint(await relay.checkpoint(), channel.log_keys)
    entries: list[bytes] = []
    for tile in tiles_of(head.size):
        if tile.level < 0:
            entries += parse_bundle(await relay.entry_bundle(tile.path), tile.width)
        else:
            data = await relay.tile(tile.path)
            assert len(parse_tile(data, tile.width)) == tile.width
    assert entries == channel.envelopes
    assert Tree(map(leaf_hash, entries)).root() == head.root
    assert len(entries) > 256


async def test_a_tile_that_the_log_does_not_have_is_not_found(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    relay = at(service, channel, officer)
    size = channel.log.size
    good = Tile(0, 0, size).path
    for path in (Tile(0, 0, size + 1).path, Tile(0, 0).path, Tile(1, 0, 1).path, "tile/0/00", ""):
        with pytest.raises(RefusedError) as caught:
            await relay.tile(path)
        assert caught.value.code == "not-found"
    for read, path in ((relay.tile, Tile(-1, 0, 1).path), (relay.entry_bundle, good)):
        with pytest.raises(RefusedError):
            await read(path)


# a key that has ended


async def test_a_revoked_key_reads_up_to_the_entry_that_ended_it(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    other = channel.party("USA").person("desk_officer")
    await _enrol(service, channel, "RUS", "linguist")
    relay = at(service, channel, officer)
    reading = asyncio.create_task(_collect(relay))
    await say(service, channel, other)
    revocation = channel.revocation(officer)
    known = channel.log.trust.recipients(channel.log.log_time)
    rest = [each for id_, each in known.items() if id_ != officer.sealing.public.id]
    later = channel.seal(other, b"not for the one who left", recipients=rest)
    await asyncio.gather(
        at(service, channel, other).submit(revocation, b""),
        at(service, channel, other).submit(*later),
    )
    channel.place(revocation)
    ended_at = channel.log.size
    channel.place(later[0])
    found, note = await read_all(relay)
    assert found == channel.envelopes[:ended_at]
    assert verify_checkpoint(note, channel.log_keys).size == ended_at
    assert await reading == channel.envelopes[:ended_at]
    with pytest.raises(RefusedError):
        await relay.tile(Tile(0, 0, ended_at + 1).path)
    with pytest.raises(RefusedError) as caught:
        await relay.body(_body_of(later[0]))
    assert caught.value.code == "body"
    assert await at(service, channel, other).body(_body_of(later[0])) == later[1]


async def _enrol(service: RelayService, channel: Channel, party: str, role: str) -> None:
    carrier = channel.party(party).carrier
    channel.enrol(party, role)
    await at(service, channel, carrier).submit(channel.envelopes[-1], b"")


async def _collect(relay: ServiceChannel) -> list[bytes]:
    return [each async for entries in relay.follow(0) for each in entries.envelopes]


def _body_of(envelope: bytes) -> Digest:
    content = signed.read(envelope).statement.content
    assert isinstance(content, SealedContent)
    return Digest(content.body_digest)


async def test_an_expired_key_reads_up_to_the_heartbeat_that_ended_it(tmp_path: Path) -> None:
    channel = make_channel(roles=("bot",))
    until = channel.now + 10_000
    leaving = channel.enrol("RUS", "desk_officer", not_after=until)
    staying = channel.enrol("USA", "desk_officer")
    channel.enrol("RUS", "linguist")
    async with relay_with(channel, tmp_path) as service:
        for code in ("RUS", "USA"):
            bot = channel.party(code).person("bot")
            beat = channel.heartbeat(bot, dated=until)
            await at(service, channel, bot).submit(beat, b"")
            channel.place(beat)
        assert channel.log.log_time == until
        ended_at = channel.log.size
        await say(service, channel, staying, 3)
        found, note = await read_all(at(service, channel, leaving))
        assert found == channel.envelopes[:ended_at]
        assert verify_checkpoint(note, channel.log_keys).size == ended_at
        found, _ = await read_all(at(service, channel, staying))
        assert len(found) == ended_at + 3
    async with relay_with(channel, tmp_path) as service:  # and after a restart
        found, _ = await read_all(at(service, channel, leaving))
        assert found == channel.envelopes[:ended_at]
    assert until > START
