"""Broken builds that the safety tests of the client must catch: each shows that it would fail."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from pathlib import Path

import pytest

from paraph.client.keys.home import Home
from paraph.client.log import history
from paraph.client.log.head import HeadFile, RememberedHead
from paraph.client.log.replica import Replica
from paraph.client.sending.outbox import Outbox
from paraph.client.transport import Transport
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import ForgedError, RefusedError
from paraph.protocol.keys import PublicKey
from paraph.protocol.log import ChannelLog
from paraph.protocol.wire import Entries, Placed
from tests.support import negotiating
from tests.support.channel import Channel, make_channel
from tests.support.memory_relay import MemoryRelay
from tests.support.real_relay import real_relay


def made(tmp_path: Path) -> tuple[Channel, MemoryRelay, Replica]:
    channel = make_channel()
    folder = Home(tmp_path / "home").channel(channel.id)
    return channel, MemoryRelay(channel), Replica.create(folder, channel.founding)


async def test_without_the_comparison_of_roots_another_history_would_be_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, relay, replica = made(tmp_path)
    fork = Channel(channel.parties, channel.charter, channel.log_secret, channel.founding)
    for each in channel.envelopes[len(channel.founding) : -1]:
        fork.place(each)
    await replica.sync(relay)
    bot = fork.party("RUS").person("bot")
    bot.sequence, bot.previous = 1, fork.log.next_sequence(bot.id)[1]
    for _ in range(2):
        fork.place(fork.heartbeat(bot))
    monkeypatch.setattr(ChannelLog, "require_head", lambda *_: None)
    monkeypatch.setattr(Replica, "_require_same", lambda *_: None)  # it would notice, too
    tail = tuple(fork.envelopes[channel.log.size :])
    served = Entries(request=0, start=channel.log.size, envelopes=tail, bodies=(), note=fork.note())
    assert len(replica.feed(served)) == 1
    replica.close()


async def test_without_the_remembered_head_an_old_database_would_be_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, relay, replica = made(tmp_path)
    await replica.sync(relay)
    replica.close()
    old = replica.home.database.read_bytes()
    again = Replica.load(replica.home)
    channel.place(channel.heartbeat(channel.party("RUS").person("bot")))
    await again.sync(relay)
    again.close()
    replica.home.database.write_bytes(old)
    monkeypatch.setattr(history, "require_remembered", lambda *_: None)
    behind = Replica.load(replica.home)
    assert behind.size == again.size - 1
    behind.close()


async def test_with_one_half_of_a_signature_ignored_a_bent_entry_would_be_placed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, relay, replica = made(tmp_path)
    envelope, _ = channel.seal(channel.party("RUS").person("desk_officer"), b"x")
    bent = envelope[:-1] + bytes([envelope[-1] ^ 1])  # in the Ed25519 half

    def first_half_only(self: PublicKey, message: bytes, context: bytes, signature: bytes) -> None:
        pass

    monkeypatch.setattr(PublicKey, "verify_composite", first_half_only)
    channel.log.append(bent)
    channel.envelopes.append(bent)
    await replica.sync(relay)
    assert replica.entry(replica.size - 1).void == ""
    replica.close()


async def test_believing_the_relay_would_free_a_number_on_a_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, relay, replica = made(tmp_path)
    await replica.sync(relay)
    outbox = Outbox(replica, channel.party("RUS").person("desk_officer").signing)

    class Refusing(MemoryRelay):
        async def submit(self, envelope: bytes, body: bytes) -> Placed:  # noqa: ARG002
            raise RefusedError("somebody was faster", code="exclusive")

    monkeypatch.setattr(Outbox, "_verdict", lambda *_: "exclusive")
    outbox.prepare_sealed(negotiating.opened(), exclusive=True)
    (ended,) = await outbox.send(Refusing(channel))
    assert ended.state is Delivery.UNPLACEABLE
    replica.close()


async def test_sealing_again_on_a_retry_would_make_a_second_statement(tmp_path: Path) -> None:
    channel, relay, replica = made(tmp_path)
    await replica.sync(relay)
    outbox = Outbox(replica, channel.party("RUS").person("desk_officer").signing)
    size = channel.log.size
    rows = [outbox.prepare_sealed(negotiating.opened()) for _ in range(2)]
    for row in rows:  # what a retry must not do
        await relay.submit(row.envelope, replica.body(row.body) or b"")
    assert channel.log.size == size + 2
    await relay.submit(rows[-1].envelope, b"")  # and what it does
    assert channel.log.size == size + 2
    replica.close()


async def test_without_the_pin_another_certificate_would_be_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with real_relay(tmp_path / "relay") as relay:
        card = dataclasses.replace(relay.card, pin=hashlib.sha256(b"another").digest())
        channel = make_channel(log_secret=relay.secret, roles=())
        async with Transport(card) as transport:
            with pytest.raises(ForgedError):
                await transport.admit(channel.parties[0].admission(relay.codes[0]))
        monkeypatch.setattr(hmac, "compare_digest", lambda *_: True)
        async with Transport(card) as transport:
            await transport.admit(channel.parties[0].admission(relay.codes[0]))


async def test_without_the_order_of_writes_an_entry_would_be_released_and_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, relay, replica = made(tmp_path)
    monkeypatch.setattr(
        HeadFile,
        "advance",
        lambda file, size, root: RememberedHead(channel=file._channel, size=size, root=root),  # noqa: SLF001
    )
    await replica.sync(relay)
    assert replica.size > 0
    assert HeadFile(replica.home.head, replica.home.channel).read() is None
    replica.close()
