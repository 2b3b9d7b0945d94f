"""The order of writes, and what a crash after each step leaves behind (SPEC 8.5)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from paraph.protocol.checkpoint import LogSecret, verify_checkpoint
from paraph.protocol.errors import IntegrityError, ParaphError, RefusedError, UnavailableError
from paraph.protocol.proof import verify_proof
from paraph.protocol.tree import EMPTY_ROOT, Tree, leaf_hash
from paraph.protocol.wire import Placed
from paraph.server.channel import LiveChannel
from paraph.server.heads import Heads
from paraph.server.ledger import Ledger
from paraph.server.relay import RelayLimits
from paraph.server.service import RelayService
from paraph.server.store.sqlite import SqliteStore
from tests.support.careless import CarelessLedger, UnguardedStore
from tests.support.channel import Channel, make_channel
from tests.support.faulty import FaultyStore
from tests.support.relay import admit, at, make_relay, relay_files, relay_with


@pytest.fixture
def channel() -> Channel:
    return make_channel(roles=("desk_officer", "bot"))


def prove(channel: Channel, envelope: bytes, placed: Placed) -> int:
    leaf = leaf_hash(placed.envelope or envelope)
    index, _ = verify_proof(placed.proof, leaf, channel.log_keys)
    assert index == placed.index
    return index


async def stored(service: RelayService, channel: Channel) -> list[bytes]:
    found: list[bytes] = []
    while True:
        more = await service.store.envelopes(channel.id, len(found), 10**6, 10**6)
        if not more:
            return found
        found += more


CRASHES = (
    "before-commit",
    "after-commit",
    "sign",
    "before-journal",
    "after-journal",
    "head",
    "publish",
)


@pytest.mark.parametrize("step", CRASHES)
async def test_after_a_crash_at_any_step_the_same_bytes_are_placed_once(
    step: str, channel: Channel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = channel.party("RUS").person("desk_officer")
    first, second = channel.seal(officer, b"first"), channel.seal(officer, b"second")
    deaths: list[ParaphError] = []

    def broken(*_: object) -> None:
        raise OSError(5, "a fault that the test asked for")

    async with relay_with(
        channel, tmp_path, fatal=deaths.append, store_type=FaultyStore
    ) as service:
        relay = at(service, channel, officer)
        prove(channel, first[0], await relay.submit(*first))
        size = channel.log.size + 1
        assert isinstance(service.store, FaultyStore)
        service.store.fails_at = step
        if step == "sign":
            monkeypatch.setattr(LogSecret, "sign", broken)
        elif step == "head":
            monkeypatch.setattr(Heads, "write", broken)
        elif step == "publish":
            monkeypatch.setattr(LiveChannel, "publish", broken)
        with pytest.raises(UnavailableError):
            await relay.submit(*second)
        assert len(deaths) == 1
        with pytest.raises(UnavailableError):  # nothing goes on after that
            await relay.submit(*second)
        assert len(deaths) == 1
        assert not service.is_ready
    monkeypatch.undo()

    async with relay_with(channel, tmp_path) as service:
        relay = at(service, channel, officer)
        known = await relay.entries(0)
        expected = size if step == "before-commit" else size + 1
        assert len(known.envelopes) == expected
        head = verify_checkpoint(known.note, channel.log_keys)
        assert head.size == expected
        placed = await relay.submit(*second)
        assert prove(channel, second[0], placed) == size
        third = channel.seal(officer, b"third")
        assert prove(channel, third[0], await relay.submit(*third)) == size + 1
        envelopes = await stored(service, channel)
        assert envelopes[size:] == [second[0], third[0]]
        assert Tree(map(leaf_hash, envelopes)).root() == service.ledger.get(channel.id).log.root  # type: ignore[union-attr]


async def test_a_full_disk_changes_nothing_and_passes(channel: Channel, tmp_path: Path) -> None:
    officer = channel.party("RUS").person("desk_officer")
    statements = [channel.seal(officer, b"%d" % number) for number in range(3)]
    async with relay_with(channel, tmp_path, store_type=FaultyStore) as service:
        assert isinstance(service.store, FaultyStore)
        relay = at(service, channel, officer)
        service.store.fails_at, service.store.code = "before-commit", "full"
        answers = await asyncio.gather(
            *(relay.submit(*each) for each in statements), return_exceptions=True
        )
        assert {getattr(each, "code", "") for each in answers} == {"full"}
        assert service.ledger.full
        assert not service.is_ready
        assert len(await stored(service, channel)) == channel.log.size
        for each in statements:
            prove(channel, each[0], await relay.submit(*each))
        assert service.is_ready


async def test_a_note_that_found_no_space_is_signed_later_over_the_same_root(
    channel: Channel, tmp_path: Path
) -> None:
    officer = channel.party("RUS").person("desk_officer")
    statement = channel.seal(officer, b"x")
    async with relay_with(channel, tmp_path, store_type=FaultyStore) as service:
        service.ledger._retry_s = 0  # noqa: SLF001
        assert isinstance(service.store, FaultyStore)
        relay = at(service, channel, officer)
        service.store.fails_at, service.store.code = "before-journal", "full"
        with pytest.raises(UnavailableError) as caught:
            await relay.submit(*statement)
        assert caught.value.code == "full"
        prove(channel, statement[0], await relay.submit(*statement))
        assert len(await stored(service, channel)) == channel.log.size + 1
        assert service.is_ready


async def test_a_real_full_database_is_recovered_from(channel: Channel, tmp_path: Path) -> None:
    officer = channel.party("RUS").person("desk_officer")
    statements = [channel.seal(officer, b"%d" % number) for number in range(40)]
    placed: list[bytes] = []
    async with relay_with(channel, tmp_path) as service:
        store = service.store
        assert isinstance(store, SqliteStore)
        relay = at(service, channel, officer)
        pages = await store._write(lambda c: c.execute("PRAGMA page_count").get)  # noqa: SLF001
        await store._write(lambda c: c.pragma("max_page_count", pages + 12))  # noqa: SLF001

        async def submit_all() -> None:
            for each in statements:
                await relay.submit(*each)
                placed.append(each[0])

        with pytest.raises(UnavailableError) as caught:
            await submit_all()
        assert caught.value.code == "full"
        assert 0 < len(placed) < len(statements)
        await store._write(lambda c: c.pragma("max_page_count", 10**6))  # noqa: SLF001
        for each in statements[len(placed) :]:
            prove(channel, each[0], await relay.submit(*each))
        assert (await stored(service, channel))[channel.log.size :] == [e for e, _ in statements]


async def test_statements_that_arrive_together_share_a_commit_and_a_note(
    channel: Channel, tmp_path: Path
) -> None:
    officer = channel.party("RUS").person("desk_officer")
    statements = [channel.seal(officer, b"%d" % number) for number in range(32)]
    async with relay_with(
        channel,
        tmp_path,
        store_type=FaultyStore,
        limits=RelayLimits(threads=2, linger_s=60),
    ) as service:
        assert isinstance(service.store, FaultyStore)
        service.store.commits.clear()
        relay = at(service, channel, officer)
        answers = await asyncio.gather(*(relay.submit(*each) for each in statements))
        assert service.store.commits == [32]
        assert [each.index for each in answers] == list(
            range(channel.log.size, channel.log.size + 32)
        )
        heads = {
            verify_proof(answer.proof, leaf_hash(each[0]), channel.log_keys)[1].size
            for answer, each in zip(answers, statements, strict=True)
        }
        assert heads == {channel.log.size + 32}


async def test_one_statement_alone_does_not_wait_for_others(
    channel: Channel, tmp_path: Path
) -> None:
    officer = channel.party("RUS").person("desk_officer")
    limits = RelayLimits(threads=1, linger_s=3600)
    async with relay_with(channel, tmp_path, limits=limits) as service:
        relay = at(service, channel, officer)
        await asyncio.wait_for(relay.submit(*channel.seal(officer, b"alone")), 60)


async def test_two_channels_grow_in_one_commit(channel: Channel, tmp_path: Path) -> None:
    other = make_channel(
        parties=channel.parties, log_secret=channel.log_secret, roles=("desk_officer", "bot")
    )
    async with relay_with(
        channel, tmp_path, store_type=FaultyStore, limits=RelayLimits(linger_s=60)
    ) as service:
        assert isinstance(service.store, FaultyStore)
        await service.found(other.founding_message())
        for envelope in other.later():
            await at(service, other, other.parties[0].carrier).submit(envelope, b"")
        service.store.commits.clear()
        submissions = []
        for each in (channel, other):
            officer = each.party("RUS").person("desk_officer")
            submissions.append((each, officer, each.seal(officer, b"x")))
        answers = await asyncio.gather(
            *(at(service, each, officer).submit(*made) for each, officer, made in submissions)
        )
        assert service.store.commits == [2]
        for (each, _, made), answer in zip(submissions, answers, strict=True):
            prove(each, made[0], answer)
    async with relay_with(channel, tmp_path) as service:
        for each in (channel, other):
            live = service.ledger.get(each.id)
            assert live is not None
            assert live.published == each.log.size + 1


async def test_the_ledger_takes_no_more_than_it_can_hold(
    channel: Channel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = channel.party("RUS").person("desk_officer")
    first, second = channel.seal(officer, b"1"), channel.seal(officer, b"2")
    async with relay_with(channel, tmp_path) as service:
        monkeypatch.setattr("paraph.server.ledger.MOST_WAITING", 1)
        relay = at(service, channel, officer)
        answers = await asyncio.gather(
            relay.submit(*first), relay.submit(*second), return_exceptions=True
        )
        assert isinstance(answers[0], Placed)
        assert isinstance(answers[1], RefusedError)
        assert answers[1].code == "busy"
        prove(channel, second[0], await relay.submit(*second))


async def test_a_draining_relay_answers_what_it_has_and_takes_no_more(
    channel: Channel, tmp_path: Path
) -> None:
    officer = channel.party("RUS").person("desk_officer")
    statements = [channel.seal(officer, b"%d" % number) for number in range(8)]
    async with relay_with(channel, tmp_path) as service:
        relay = at(service, channel, officer)
        tasks = [asyncio.create_task(relay.submit(*each)) for each in statements[:7]]
        await asyncio.sleep(0)
        await service.ledger.drain()
        for each, task in zip(statements, tasks, strict=False):
            prove(channel, each[0], await task)
        with pytest.raises(UnavailableError):
            await relay.submit(*statements[7])


# what must agree before anything is served


async def refused_start(channel: Channel, directory: Path) -> IntegrityError:
    service = make_relay(channel, directory)
    with pytest.raises(IntegrityError) as caught:
        await service.start()
    await service.drain()
    return caught.value


async def change(channel: Channel, directory: Path, sql: str) -> None:
    async with relay_with(channel, directory) as service:
        store = service.store
        assert isinstance(store, SqliteStore)
        await store._write(lambda c: c.execute(sql))  # noqa: SLF001


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TRIGGER entries_stay; UPDATE entries SET envelope = x'00' WHERE idx = 5",
        "DROP TRIGGER entries_remain; DELETE FROM entries WHERE idx = 5",
        "UPDATE channels SET root = zeroblob(32)",
        "UPDATE channels SET size = size + 1",
    ],
    ids=["an entry was changed", "an entry is missing", "another root", "another size"],
)
async def test_rows_that_do_not_lead_to_the_signed_root_are_not_served(
    sql: str, channel: Channel, tmp_path: Path
) -> None:
    await change(channel, tmp_path, sql)
    error = await refused_start(channel, tmp_path)
    assert "successor" in error.hint


async def test_a_rewritten_history_with_a_matching_row_is_not_served(
    channel: Channel, tmp_path: Path
) -> None:
    # Whoever can write to the database can make its own root fit, but not the file beside it.
    async with relay_with(channel, tmp_path) as service:
        envelopes = await stored(service, channel)
    forged = [*envelopes[:-1], b"forged"]
    root = Tree(map(leaf_hash, forged)).root().hex()
    await change(
        channel,
        tmp_path,
        "DROP TRIGGER entries_stay;"
        f"UPDATE entries SET envelope = x'{b'forged'.hex()}' WHERE idx = {len(forged) - 1};"
        f"UPDATE channels SET root = x'{root}'",
    )
    error = await refused_start(channel, tmp_path)
    assert "signed last" in str(error)


async def test_a_database_restored_from_a_backup_signs_nothing(
    channel: Channel, tmp_path: Path
) -> None:
    officer = channel.party("RUS").person("desk_officer")
    files = relay_files(tmp_path)
    async with relay_with(channel, tmp_path):
        pass
    backup = files.database.read_bytes()
    async with relay_with(channel, tmp_path) as service:
        await at(service, channel, officer).submit(*channel.seal(officer, b"after the backup"))
    files.database.write_bytes(backup)
    error = await refused_start(channel, tmp_path)
    assert "restored from a backup" in error.hint
    files.database.unlink()
    error = await refused_start(channel, tmp_path)
    assert "restored from a backup" in error.hint


async def test_a_missing_head_file_signs_nothing(channel: Channel, tmp_path: Path) -> None:
    async with relay_with(channel, tmp_path):
        pass
    (relay_files(tmp_path).heads / channel.id.hex()).unlink()
    error = await refused_start(channel, tmp_path)
    assert "last signed head" in str(error)


async def test_entries_of_another_channel_are_not_served(channel: Channel, tmp_path: Path) -> None:
    await change(
        channel,
        tmp_path,
        "DROP TRIGGER entries_stay; DROP TRIGGER notes_stay;"
        "UPDATE channels SET channel = zeroblob(32); UPDATE entries SET channel = zeroblob(32);"
        "UPDATE notes SET channel = zeroblob(32)",
    )
    heads = relay_files(tmp_path).heads
    (heads / channel.id.hex()).rename(heads / bytes(32).hex())
    error = await refused_start(channel, tmp_path)
    assert "another channel" in str(error)


async def test_signatures_that_no_head_covers_are_checked_again(
    channel: Channel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with relay_with(channel, tmp_path):
        pass
    checked: list[int] = []
    replay = LiveChannel.replay

    def watched(envelopes: list[bytes], head: int) -> LiveChannel:
        checked.append(head)
        return replay(envelopes, head)

    monkeypatch.setattr(LiveChannel, "replay", watched)
    files = relay_files(tmp_path)
    heads = Heads(files.heads)
    log = channel.log
    (files.heads / channel.id.hex()).unlink()
    heads.create_channel(channel.id, EMPTY_ROOT)
    heads.write(channel.id, log.size - 2, log.tree.root(log.size - 2))
    async with relay_with(channel, tmp_path) as service:
        assert checked == [log.size - 2]
        live = service.ledger.get(channel.id)
        assert live is not None
        assert verify_checkpoint(live.note, channel.log_keys).size == log.size
    assert heads.read(channel.id) == (log.size, log.root)


async def test_without_deduplication_a_retry_is_placed_twice(
    channel: Channel, tmp_path: Path
) -> None:
    # The control of the fault tests: this relay must be seen to fail them.
    officer = channel.party("RUS").person("desk_officer")
    statement = channel.seal(officer, b"once")
    counts = {}
    for ledger_type, store_type in ((Ledger, SqliteStore), (CarelessLedger, UnguardedStore)):
        directory = tmp_path / ledger_type.__name__
        async with relay_with(
            channel, directory, ledger_type=ledger_type, store_type=store_type
        ) as service:
            relay = at(service, channel, officer)
            await relay.submit(*statement)
            await relay.submit(*statement)
            envelopes = await stored(service, channel)
            counts[ledger_type] = envelopes.count(statement[0])
    assert counts == {Ledger: 1, CarelessLedger: 2}


async def test_a_founding_that_found_no_space_can_be_tried_again(
    channel: Channel, tmp_path: Path
) -> None:
    service = make_relay(channel, tmp_path, store_type=FaultyStore)
    await service.start()
    await admit(service, channel)
    assert isinstance(service.store, FaultyStore)
    service.store.fails_at, service.store.code = "before-commit", "full"
    with pytest.raises(UnavailableError) as caught:
        await service.found(channel.founding_message())
    assert caught.value.code == "full"
    founded = await service.found(channel.founding_message())
    assert founded.envelopes == channel.founding
    await service.drain()


@pytest.mark.parametrize("step", ["before-commit", "after-commit"])
async def test_after_a_crash_while_founding_the_channel_is_founded_once(
    step: str, channel: Channel, tmp_path: Path
) -> None:
    deaths: list[ParaphError] = []
    service = make_relay(channel, tmp_path, fatal=deaths.append, store_type=FaultyStore)
    await service.start()
    await admit(service, channel)
    assert isinstance(service.store, FaultyStore)
    service.store.fails_at = step
    with pytest.raises(UnavailableError):
        await service.found(channel.founding_message())
    assert len(deaths) == 1
    await service.drain()
    service = make_relay(channel, tmp_path)
    await service.start()
    founded = await service.found(channel.founding_message())
    assert verify_checkpoint(founded.note, channel.log_keys).size == 3
    await service.drain()
