"""Two statements under one number: told by the relay, checked, kept, raised as an alarm."""

from __future__ import annotations

import pytest

from paraph.client.log import conflicts
from paraph.client.log.replica import Replica
from paraph.protocol.errors import ForgedError, RefusedError, UnavailableError
from paraph.protocol.evidence import DoubleSequenceEvidence
from paraph.protocol.wire import Conflict
from tests.support.anchors import anchor_of
from tests.support.channel import Channel
from tests.support.memory_relay import MemoryRelay


async def misuse(channel: Channel, relay: MemoryRelay, number: int = 1) -> None:
    author = channel.party("RUS").person("desk_officer")
    first, body = channel.seal(author, b"we accept")
    _, before = channel.log.next_sequence(author.id)
    second, other = channel.seal(author, b"we reject", sequence=number, previous=before)
    await relay.submit(first, body)
    with pytest.raises(RefusedError):
        await relay.submit(second, other)


async def test_a_second_statement_under_one_number_is_kept_as_evidence_for_anybody(
    channel: Channel, replica: Replica
) -> None:
    relay = MemoryRelay(channel)
    await misuse(channel, relay)
    await replica.sync(relay)
    (path,) = await conflicts.collect(replica, relay)
    evidence = DoubleSequenceEvidence.decode(path.read_bytes())
    assert "desk_officer key of RUS" in evidence.verify(anchor_of(channel.log))
    assert [each.name for each in replica.alarms()] == ["double-sequence"]
    assert await conflicts.collect(replica, relay) == []
    await misuse(channel, relay, 2)
    await replica.sync(relay)
    assert len(await conflicts.collect(replica, relay)) == 1


async def test_more_pairs_than_one_answer_holds_are_all_fetched(
    channel: Channel, replica: Replica
) -> None:
    relay = MemoryRelay(channel)
    for number in range(1, 9):
        await misuse(channel, relay, number)
    await replica.sync(relay)
    assert len(await conflicts.collect(replica, relay)) == 8


async def test_a_pair_that_is_newer_than_what_is_here_waits_for_it(
    channel: Channel, replica: Replica
) -> None:
    relay = MemoryRelay(channel)
    await replica.sync(relay)
    await misuse(channel, relay)
    assert await conflicts.collect(replica, relay) == []
    assert replica.alarms() == ()
    await replica.sync(relay)
    assert len(await conflicts.collect(replica, relay)) == 1


async def test_a_pair_whose_alarm_was_not_kept_is_told_the_next_time(
    channel: Channel, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = MemoryRelay(channel)
    await misuse(channel, relay)
    await replica.sync(relay)

    def full(*_: object) -> None:
        raise UnavailableError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(replica, "alarm", full)
        with pytest.raises(UnavailableError):
            await conflicts.collect(replica, relay)
    assert len(await conflicts.collect(replica, relay)) == 1
    assert [each.name for each in replica.alarms()] == [conflicts.DOUBLE]


async def test_a_relay_that_accuses_falsely_is_the_one_accused(
    channel: Channel, replica: Replica
) -> None:
    relay = MemoryRelay(channel)
    author = channel.party("RUS").person("desk_officer")
    first, body = channel.seal(author, b"said")
    await relay.submit(first, body)
    await replica.sync(relay)
    for pair in (
        Conflict(placed=first, refused=channel.again(author, first)),
        Conflict(placed=first, refused=first[:-1] + b"!"),
        Conflict(placed=b"", refused=b""),
    ):
        relay.doubles = [pair]
        with pytest.raises(ForgedError):
            await conflicts.collect(replica, relay)
    assert {each.name for each in replica.alarms()} == {"conflict-forged"}
    assert not (replica.home.path / conflicts.FOLDER).exists()
