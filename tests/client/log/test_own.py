"""What a desk says itself: sealed once, not opened again, and after a restart like anybody's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from paraph.client.keys.home import Home
from paraph.client.log import own
from paraph.client.log.replica import Replica
from paraph.client.reading.opened import Reader
from paraph.client.sending.outbox import Outbox
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import UnavailableError
from paraph.protocol.negotiation.fingerprint import digest
from paraph.protocol.sealed import unwrap
from tests.support import negotiating
from tests.support.channel import START, Channel
from tests.support.memory_relay import MemoryRelay
from tests.support.parties import Person


class Desk:
    """A person's replica, outbox and reader."""

    def __init__(self, channel: Channel, folder: Path) -> None:
        self.person: Person = channel.party("RUS").person("desk_officer")
        home = Home(folder).channel(channel.id)
        self.replica = Replica.load(home) if home.exists else Replica.create(home, channel.founding)
        self.outbox = Outbox(self.replica, self.person.signing, now=lambda: START + 1)
        self.reader = Reader(self.replica, [self.person.sealing])


@pytest.fixture
async def desk(channel: Channel, relay: MemoryRelay, tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(channel, tmp_path)
    await made.replica.sync(relay)
    yield made
    made.replica.close()


@pytest.fixture
def unsealed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every body whose content key was unwrapped."""
    bodies: list[bytes] = []

    def noted(body: bytes, *arguments: object) -> bytes:
        bodies.append(body)
        return unwrap(body, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("paraph.client.reading.opened.unwrap", noted)
    return bodies


async def test_what_we_seal_is_not_opened_here_and_says_the_same_after_a_restart(
    channel: Channel, relay: MemoryRelay, desk: Desk, tmp_path: Path, unsealed: list[bytes]
) -> None:
    desk.outbox.prepare_sealed(negotiating.opened())
    said = [negotiating.comment(body=f"number {at}") for at in range(5)]
    await desk.outbox.prepare_many(said)
    ended = await desk.outbox.send(relay)
    assert [row.state for row in ended] == [Delivery.LOGGED] * 6
    read = desk.reader.advance()
    assert [each.content for each in read if each.content is not None][1:] == said
    assert unsealed == []
    again = Desk(channel, tmp_path)
    try:
        assert again.reader.advance() == read
        assert len(unsealed) == 6
        assert again.reader.state == desk.reader.state
        assert digest(again.reader.state) == digest(desk.reader.state)
    finally:
        again.replica.close()


async def test_what_we_could_not_open_is_not_read_here_either(
    desk: Desk, relay: MemoryRelay, channel: Channel
) -> None:
    """Else a desk would say other things before a restart than after it."""
    others = [each.archive.public for each in channel.parties]
    others.append(channel.party("USA").person("desk_officer").sealing.public)
    row = desk.outbox.prepare_sealed(negotiating.opened(), recipients=others)
    await desk.outbox.send(relay)
    desk.reader.advance()
    assert desk.reader.halt is not None
    assert desk.reader.halt.code == "not-recipient"
    at = desk.replica.index_of(row.id)
    assert at == desk.reader.halt.index


async def test_what_is_forgotten_is_sent_and_opened_all_the_same(
    desk: Desk, relay: MemoryRelay, unsealed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "MOST", 2)
    desk.outbox.prepare_sealed(negotiating.opened())
    said = [negotiating.comment(body=f"number {at}") for at in range(4)]
    rows = await desk.outbox.prepare_many(said)
    assert [row.envelope in desk.replica.own for row in rows] == [False, False, True, True]
    await desk.outbox.send(relay)
    read = [each.content for each in desk.reader.advance() if each.content is not None]
    assert read[1:] == said
    assert len(unsealed) == 3


async def test_a_large_body_is_not_kept_in_memory_and_sent_from_the_disk(
    desk: Desk, relay: MemoryRelay, unsealed: list[bytes]
) -> None:
    desk.outbox.prepare_sealed(negotiating.opened())
    said = negotiating.comment(body="ж" * 90_000)
    row = desk.outbox.prepare_sealed(said)
    made = desk.replica.own.get(row.envelope)
    assert made is not None
    assert made.body == made.content == b""
    ended = await desk.outbox.send(relay)
    assert [each.state for each in ended] == [Delivery.LOGGED] * 2
    assert desk.reader.advance()[-1].content == said
    assert len(unsealed) == 1


async def test_nothing_is_remembered_of_what_did_not_become_durable(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise UnavailableError("the disk is full", code="disk")

    monkeypatch.setattr(type(desk.replica.store), "add_outgoing", full)
    kept: list[bytes] = []
    monkeypatch.setattr(
        own.Own, "remember", lambda _, verified, *__: kept.append(verified.unverified.envelope)
    )
    with pytest.raises(UnavailableError):
        desk.outbox.prepare_sealed(negotiating.opened())
    with pytest.raises(UnavailableError):
        await desk.outbox.prepare_many([negotiating.opened()])
    assert kept == []
