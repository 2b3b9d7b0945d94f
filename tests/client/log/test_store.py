"""The channel's database: durable settings, one number once, and no foreign error."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from paraph.client.log.outgoing import OutboxRow
from paraph.client.log.store import Alarm, ChannelStore, EntryRow, Wanted
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import IntegrityError, UnavailableError
from paraph.protocol.names import ChannelId, Digest, KeyId, StatementId

CHANNEL = ChannelId(bytes(range(32)))
KEY = KeyId(b"\1" * 32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChannelStore]:
    made = ChannelStore.create(tmp_path / "channel.db", CHANNEL)
    yield made
    made.close()


def outgoing(sequence: int, **changes: object) -> OutboxRow:
    row = OutboxRow(
        number=0,
        key=KEY,
        sequence=sequence,
        id=StatementId(sequence.to_bytes(32, "big")),
        envelope=b"bytes",
        body=b"",
        exclusive=False,
        tag="",
        state=Delivery.SIGNED,
        index=-1,
        proof=b"",
        reason="",
    )
    return dataclasses.replace(row, **changes)  # type: ignore[arg-type]


def test_a_commit_is_on_disk_when_it_returns(store: ChannelStore) -> None:
    again = apsw.Connection(str(store.path))
    assert again.pragma("journal_mode") == "wal"
    assert again.pragma("page_size") == 4096
    again.close()


def test_only_the_step_that_asks_for_it_may_be_lost_with_the_power(store: ChannelStore) -> None:
    def synchronous() -> object:
        return store._connection.pragma("synchronous")  # noqa: SLF001

    with store.transaction(durable=False):
        assert synchronous() == 1
    assert synchronous() == 2
    with pytest.raises(ZeroDivisionError), store.transaction(durable=False):
        raise ZeroDivisionError
    with store.transaction():
        assert synchronous() == 2
    assert store._one("PRAGMA synchronous") == 2  # noqa: SLF001 - a setting of this connection
    assert store.path.stat().st_mode & 0o777 == 0o600


def test_a_step_that_could_not_begin_does_not_weaken_the_next(store: ChannelStore) -> None:
    """Else a busy moment would leave every later statement without its way to the disk."""
    connection = store._connection  # noqa: SLF001 - what it was told
    connection.set_busy_timeout(1)
    other = apsw.Connection(str(store.path))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError), store.transaction(durable=False):
        pass
    other.execute("ROLLBACK")
    other.close()
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_database_is_made_once_and_opened_by_its_own_channel_only(store: ChannelStore) -> None:
    with pytest.raises(IntegrityError, match="already"):
        ChannelStore.create(store.path, CHANNEL)
    with pytest.raises(IntegrityError, match="another channel"):
        ChannelStore.open(store.path, ChannelId(bytes(32)))
    with pytest.raises(IntegrityError):
        ChannelStore.open(store.path.with_name("missing"), CHANNEL)
    ChannelStore.open(store.path, CHANNEL).close()


def test_a_database_of_another_version_is_refused(store: ChannelStore) -> None:
    connection = apsw.Connection(str(store.path))
    connection.pragma("user_version", 2)
    connection.close()
    with pytest.raises(IntegrityError, match="version 1, found 2"):
        ChannelStore.open(store.path, CHANNEL)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "channel.db").write_bytes(b"not a database" * 100)
    with pytest.raises(IntegrityError):
        ChannelStore.open(tmp_path / "channel.db", CHANNEL)


def test_a_transaction_that_fails_leaves_nothing(store: ChannelStore) -> None:
    def fail() -> None:
        with store.transaction():
            store.append([EntryRow(0, StatementId(bytes(32)), "", 0, b"envelope")])
            with store.transaction():
                store.put_bodies({Digest(bytes(32)): b"body"})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert store.size == 0
    assert store.body(bytes(32)) is None


def test_a_number_is_given_once_unless_it_is_free_again(store: ChannelStore) -> None:
    store.add_outgoing([outgoing(1)])
    with pytest.raises(IntegrityError):
        store.add_outgoing([outgoing(1, id=StatementId(b"\2" * 32))])
    store.move([(outgoing(1).id, Delivery.UNPLACEABLE, "expired")])
    assert store.last_outgoing(KEY) == (0, b"")
    store.add_outgoing([outgoing(1, id=StatementId(b"\2" * 32))])
    assert store.last_outgoing(KEY) == (1, b"\2" * 32)
    assert [row.reason for row in store.outgoing()] == ["expired", ""]
    assert store.outgoing_by_id(StatementId(b"\3" * 32)) is None


def test_a_full_disk_is_unavailable_and_changes_nothing(store: ChannelStore) -> None:
    pages = store._one("PRAGMA page_count")  # noqa: SLF001 - SQLite's own limit plays the disk
    store._connection.pragma("max_page_count", pages + 1)  # noqa: SLF001

    def fill() -> None:
        with store.transaction():
            for number in range(100):
                store.put_bodies({Digest(number.to_bytes(32, "big")): bytes(16384)})

    with pytest.raises(UnavailableError) as caught:
        fill()
    assert caught.value.code == "disk"
    assert store.body(bytes(32)) is None
    store._connection.pragma("max_page_count", pages + 1000)  # noqa: SLF001
    fill()


def test_a_database_held_by_somebody_else_is_unavailable(store: ChannelStore) -> None:
    other = ChannelStore.open(store.path, CHANNEL)
    other._connection.set_busy_timeout(0)  # noqa: SLF001 - nobody waits in a test
    with store.transaction(), pytest.raises(UnavailableError), other.transaction():
        pass
    with other.transaction():  # the positive control
        pass
    other.close()


def test_a_body_that_is_here_is_not_wanted(store: ChannelStore) -> None:
    here, there = Digest(b"\1" * 32), Digest(b"\2" * 32)
    store.put_bodies({here: b"body"})
    store.want([Wanted(4, here, 4, "body"), Wanted(5, there, 4, "body")])
    assert [each.index for each in store.wanted(9, below=6)] == [5]
    assert store.wanted(9, below=5) == ()
    store.put_bodies({there: b"body"})
    assert store.wanted(9, below=6) == ()


def test_notes_that_nothing_needs_are_dropped(store: ChannelStore) -> None:
    ids = [Digest(bytes([number]) * 32) for number in range(4)]
    store.add_note(ids[0], 1, b"plain", frozenset())
    store.add_note(ids[1], 2, b"named", frozenset())
    store.name_note(ids[1])
    store.add_note(ids[2], 3, b"cosigned", frozenset({"USA", "RUS"}))
    store.add_note(ids[3], 4, b"newest", frozenset())
    assert store.newest_note() == b"newest"
    assert list(store.cosigned_notes(4)) == [(ids[2], frozenset({"USA", "RUS"}))]
    assert list(store.cosigned_notes(2)) == []
    kept = store._all("SELECT size, named FROM notes ORDER BY size")  # noqa: SLF001 - as on the disk
    assert kept == [(2, 1), (3, 0), (4, 0)]


def test_room_in_the_log_is_made_without_a_trace_in_the_database(store: ChannelStore) -> None:
    with store.transaction():
        store.put_bodies({Digest(bytes(32)): b"body"})
    log = store.path.with_name(store.path.name + "-wal")
    assert log.stat().st_size < 1_000_000
    size = store.path.stat().st_size
    store.make_room()
    assert log.stat().st_size > 4_000_000
    with store.transaction():
        store.put_bodies({Digest(b"2" * 32): b"another"})
    assert log.stat().st_size < 5_000_000
    assert store.path.stat().st_size == size
    assert store.body(bytes(32)) == b"body"
    assert store.body(b"2" * 32) == b"another"


def test_no_room_in_the_log_is_no_error(store: ChannelStore) -> None:
    pages = store._one("PRAGMA page_count")  # noqa: SLF001 - SQLite's own limit plays the disk
    store._one(f"PRAGMA max_page_count = {pages}")  # noqa: SLF001
    store.make_room()
    with store.transaction():
        store.alarm(Alarm("name", 0, "detail"))
    assert len(store.alarms()) == 1
