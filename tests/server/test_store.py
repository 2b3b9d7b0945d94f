"""Rows on SQLite: durable settings, one writer, one transaction (SPEC 8.5)."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from paraph.protocol.errors import IntegrityError, UnavailableError
from paraph.protocol.names import ChannelId, Digest, KeyId, StatementId
from paraph.server.store import (
    AttachmentRow,
    BodyRow,
    ChannelRow,
    ConflictRow,
    EntryRow,
    Growth,
    NoteRow,
    Store,
)
from paraph.server.store.sqlite import SqliteStore

CHANNEL = ChannelId(b"c" * 32)
OTHER = ChannelId(b"d" * 32)
SENDER = KeyId(b"s" * 32)


def digest(number: int) -> Digest:
    return Digest(hashlib.sha256(str(number).encode()).digest())


def entry(index: int, *, sequence: int = 0, id_: bytes = b"") -> EntryRow:
    return EntryRow(
        index,
        b"envelope %d" % index,
        StatementId(id_ or digest(index)),
        SENDER,
        sequence or index + 1,
    )


def growth(before: int, count: int, channel: ChannelId = CHANNEL) -> Growth:
    after = ChannelRow(channel, before + count, digest(before + count))
    return Growth(before, after, tuple(entry(before + each) for each in range(count)))


@contextlib.asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(directory / "relay.db", idle_s=60)
    try:
        yield store
    finally:
        await store.close()


async def test_sqlite_is_a_store(tmp_path: Path) -> None:
    async with opened(tmp_path) as made:
        store: Store = made
        assert await store.channels() == ()


async def test_what_was_committed_is_there_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.commit([growth(0, 3)])
        await store.commit([growth(3, 2)])
    async with opened(tmp_path) as store:
        assert await store.channels() == (ChannelRow(CHANNEL, 5, digest(5)),)
        assert await store.envelopes(CHANNEL, 0, 5, 10**6) == tuple(
            b"envelope %d" % index for index in range(5)
        )
        assert await store.by_sequence(CHANNEL, SENDER, 4) == b"envelope 3"


async def test_the_settings_that_make_a_commit_durable_are_in_force(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        figures = await store.figures()
    assert figures["journal_mode"] == "wal"
    assert figures["synchronous"] == 2
    assert figures["wal_autocheckpoint"] == 0
    assert figures["page_size"] == 16384


async def test_a_database_with_other_pages_is_refused(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "relay.db"))
    connection.pragma("page_size", 4096)
    connection.execute("CREATE TABLE schema_version (version INTEGER)")
    connection.close()
    with pytest.raises(IntegrityError, match="page_size"):
        SqliteStore(tmp_path / "relay.db")


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path):
        pass
    connection = apsw.Connection(str(tmp_path / "relay.db"))
    connection.execute("UPDATE schema_version SET version = 2")
    connection.close()
    with pytest.raises(IntegrityError, match="schema version 1"):
        SqliteStore(tmp_path / "relay.db")


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "relay.db").write_bytes(b"no database" * 1000)
    with pytest.raises(IntegrityError):
        SqliteStore(tmp_path / "relay.db")


async def test_a_second_process_cannot_open_the_database(tmp_path: Path) -> None:
    async with opened(tmp_path):
        with pytest.raises(UnavailableError) as caught:
            SqliteStore(tmp_path / "relay.db")
        assert caught.value.code == "in-use"


async def test_a_commit_from_another_size_changes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.commit([growth(0, 3)])
        for stale in (growth(2, 2), growth(4, 1), growth(0, 3)):
            with pytest.raises(IntegrityError, match="nobody else"):
                await store.commit([growth(0, 1, OTHER), stale])
        assert await store.channels() == (ChannelRow(CHANNEL, 3, digest(3)),)
        assert await store.envelopes(OTHER, 0, 9, 100) == ()


@pytest.mark.parametrize(
    "row",
    [entry(1, id_=digest(0), sequence=9), entry(1, sequence=1), entry(0, sequence=9)],
    ids=["same id", "same number", "same index"],
)
async def test_the_database_itself_takes_no_statement_twice(tmp_path: Path, row: EntryRow) -> None:
    async with opened(tmp_path) as store:
        await store.commit([growth(0, 1)])
        with pytest.raises(UnavailableError):
            await store.commit([Growth(1, ChannelRow(CHANNEL, 2, digest(2)), (row,))])
        assert await store.channels() == (ChannelRow(CHANNEL, 1, digest(1)),)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entries SET envelope = x'00'",
        "DELETE FROM entries",
        "UPDATE notes SET note = x'00'",
        "DELETE FROM notes",
    ],
)
async def test_entries_and_notes_cannot_be_written_over(tmp_path: Path, sql: str) -> None:
    async with opened(tmp_path) as store:
        await store.commit([growth(0, 1)])
        await store.journal(lambda: [NoteRow(CHANNEL, 1, b"note")])
    connection = apsw.Connection(str(tmp_path / "relay.db"))
    with pytest.raises(apsw.ConstraintError):
        connection.execute(sql)
    connection.close()


async def test_bodies_and_attachments_come_with_their_entry(tmp_path: Path) -> None:
    body = BodyRow(0, digest(7), b"sealed")
    made = growth(0, 1)
    made = Growth(
        made.before, made.after, made.entries, (body,), (AttachmentRow(0, digest(8), 100),)
    )
    async with opened(tmp_path) as store:
        await store.commit([made])
        assert await store.body(CHANNEL, digest(7)) == body
        assert await store.body(OTHER, digest(7)) is None
        assert await store.attachments(CHANNEL) == {digest(8)}
        assert await store.attachment_index(CHANNEL, digest(8)) == 0
        assert await store.attachment_index(OTHER, digest(8)) is None


async def test_the_journal_keeps_every_note_in_order(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        first, again = NoteRow(CHANNEL, 3, b"first"), NoteRow(CHANNEL, 3, b"again")
        await store.journal(lambda: [first, NoteRow(OTHER, 9, b"other")])
        await store.journal(lambda: [NoteRow(CHANNEL, 5, b"larger"), again])
        assert await store.newest_note(CHANNEL, 4) == again
        assert await store.newest_note(CHANNEL, 2) is None
        assert await store.note_size(CHANNEL, first.id) == 3
        assert await store.note_size(OTHER, first.id) is None


async def test_entries_are_read_up_to_a_number_of_bytes_and_at_least_one(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.commit([growth(0, 9)])
        assert len(await store.envelopes(CHANNEL, 2, 9, 1)) == 1
        assert len(await store.envelopes(CHANNEL, 2, 9, 30)) == 3
        assert await store.envelopes(CHANNEL, 9, 12, 30) == ()


async def test_a_code_admits_one_root_set(tmp_path: Path) -> None:
    code, roots, others = digest(1), digest(2), digest(3)
    async with opened(tmp_path) as store:
        await store.add_code(code, "for a ministry")
        assert not await store.is_admitted(roots)
        assert not await store.redeem(digest(9), roots)
        assert not await store.may_redeem(digest(9), roots)
        assert await store.may_redeem(code, roots)
        assert await store.redeem(code, roots)
        assert await store.may_redeem(code, roots)
        assert not await store.may_redeem(code, others)
        assert await store.redeem(code, roots)
        assert not await store.redeem(code, others)
        assert await store.is_admitted(roots)
        assert not await store.is_admitted(others)


async def test_only_the_first_conflict_under_a_number_is_kept(tmp_path: Path) -> None:
    first = ConflictRow(CHANNEL, SENDER, 1, b"placed", b"refused")
    async with opened(tmp_path) as store:
        await store.keep_conflict(first)
        await store.keep_conflict(ConflictRow(CHANNEL, SENDER, 1, b"placed", b"another"))
        assert await store.conflicts(CHANNEL, 0, 6) == (first,)
        assert await store.conflicts(OTHER, 0, 6) == ()


async def test_the_wal_is_begun_anew_when_asked_and_when_it_has_grown_large(tmp_path: Path) -> None:
    wal, database = tmp_path / "relay.db-wal", tmp_path / "relay.db"
    async with opened(tmp_path) as store:
        await store.commit([growth(0, 5)])
        large, before = wal.stat().st_size, database.stat().st_size
        await store.checkpoint()
        assert database.stat().st_size > before
        await store.commit([growth(5, 1)])
        assert wal.stat().st_size == large
    store = SqliteStore(database, idle_s=60, wal_pages=0)
    for at in range(6, 16):  # each of them is followed by a checkpoint
        await store.commit([growth(at, 1)])
    assert wal.stat().st_size < large
    await store.close()


async def test_only_notes_do_not_wait_for_the_disk(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.commit([growth(0, 5)])
        await store.journal(lambda: [NoteRow(CHANNEL, 5, b"note")])
        assert (await store.figures())["synchronous"] == 2
        with pytest.raises(UnavailableError):
            await store.journal(lambda: [NoteRow(CHANNEL, 5, b"note")])  # journalled already
        assert (await store.figures())["synchronous"] == 2


async def test_a_probe_writes_and_reads_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.probe()
        await store.probe()
