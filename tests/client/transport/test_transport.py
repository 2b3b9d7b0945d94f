"""The transport against the real relay over TLS."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from paraph.client.backoff import Backoff
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.log.replica import Replica
from paraph.client.reading.opened import Reader
from paraph.client.sending.outbox import Outbox
from paraph.client.sending.staging import open_attachment, seal_attachment
from paraph.client.transport import Transport, TransportChannel
from paraph.protocol import signed
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import ForgedError, RefusedError, UnavailableError
from paraph.protocol.names import Digest
from paraph.protocol.relay import RelayChannel, RelayFront
from paraph.protocol.statements.header import ContentHeader
from tests.support import negotiating
from tests.support.channel import ORIGIN_PREFIX, START, Channel, make_channel
from tests.support.clock import at_once
from tests.support.founding import found_over
from tests.support.parties import Person
from tests.support.real_relay import RealRelay, make_relay, real_relay, start_relay


@dataclasses.dataclass
class Table:
    """A real relay, a founded channel, and a way there for everybody."""

    relay: RealRelay
    channel: Channel
    folder: Path
    transport: Transport

    async def open(self, person: Person) -> TransportChannel:
        return await self.transport.open(self.channel.id, ORIGIN_PREFIX, person.signing)

    def home(self, person: Person) -> ChannelHome:
        name = f"{person.party}-{person.role}"
        return Home(self.folder / name).channel(self.channel.id)

    def replica(self, person: Person) -> Replica:
        folder = self.home(person)
        if folder.exists:
            return Replica.load(folder)
        return Replica.create(folder, self.channel.founding)


async def populate(relay: RealRelay, transport: Transport) -> Channel:
    """Make a channel, and found it at the relay."""
    channel = make_channel(log_secret=relay.secret)
    await found_over(transport, channel, relay.codes)
    return channel


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[Table]:
    async with (
        real_relay(tmp_path / "relay") as relay,
        Transport(relay.card, timeout_s=10, sleep=at_once) as transport,
    ):
        channel = await populate(relay, transport)
        yield Table(relay, channel, tmp_path, transport)
        assert relay.broken == []


async def test_a_statement_crosses_from_desk_to_desk(table: Table) -> None:
    rus, usa = (table.channel.party(code).person("desk_officer") for code in ("RUS", "USA"))
    here, there = table.replica(rus), table.replica(usa)
    way: RelayChannel = await table.open(rus)
    await here.sync(way)
    outbox = Outbox(here, rus.signing, now=lambda: START)
    outbox.prepare_sealed(negotiating.opened())
    for number in range(40):
        outbox.prepare_sealed(negotiating.comment(body=f"{number}"))
    ended = await outbox.send(way)
    assert {row.state for row in ended} == {Delivery.LOGGED}
    other = await table.open(usa)
    await there.sync(other)
    await there.fetch_bodies(other)
    assert there.head.root == here.head.root
    reader = Reader(there, [usa.sealing])
    said = [each for each in reader.advance() if each.content is not None]
    assert [each.problem for each in said] == [""] * 41
    assert there.held() == there.size
    here.close()
    there.close()


async def test_pushes_arrive_while_submissions_travel_on_the_same_stream(table: Table) -> None:
    rus = table.channel.party("RUS").person("desk_officer")
    replica, way = table.replica(rus), await table.open(rus)
    await replica.sync(way)
    outbox = Outbox(replica, rus.signing, now=lambda: START)
    seen: list[int] = []

    async def follow() -> None:
        async for released in replica.follow(way):
            seen.extend(released)

    following = asyncio.create_task(follow())
    for _ in range(3):
        outbox.prepare_sealed(negotiating.comment())
        await outbox.send(way)
    async with asyncio.timeout(5):
        while len(seen) < 3:
            await replica.moved()
    assert seen == list(range(replica.size - 3, replica.size))
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following
    replica.close()


async def test_a_large_body_is_staged_and_comes_back_over_http(table: Table) -> None:
    rus = table.channel.party("RUS").person("desk_officer")
    replica, way = table.replica(rus), await table.open(rus)
    await replica.sync(way)
    outbox = Outbox(replica, rus.signing, now=lambda: START)
    text = negotiating.comment(body="long " * 19_000)
    outbox.prepare_sealed(negotiating.opened())
    outbox.prepare_sealed(text)
    clauses = tuple(
        negotiating.clause(f"c{n}", en="word " * 15_000, ru="слово " * 9_000) for n in range(12)
    )
    outbox.prepare_sealed(negotiating.base(clauses=clauses))
    ended = await outbox.send(way)
    assert [row.state for row in ended] == [Delivery.LOGGED] * 3
    large = ended[-1].body
    data = replica.body(large)
    assert data is not None
    assert len(data) > 1 << 20
    assert await way.body(Digest(large)) == data
    replica.close()


async def test_an_attachment_travels_in_parts_and_is_opened_whole(table: Table) -> None:
    rus, usa = (table.channel.party(code).person("desk_officer") for code in ("RUS", "USA"))
    source = table.folder / "map.pdf"
    source.write_bytes(hashlib.shake_256(b"map").digest(2_500_000))
    replica, way = table.replica(rus), await table.open(rus)
    await replica.sync(way)
    listed, key = seal_attachment(replica.bodies, table.channel.id, rus.id, source)
    header = ContentHeader(**{**vars(negotiating.header()), "attachments": (key,)})
    outbox = Outbox(replica, rus.signing, now=lambda: START)
    part = replica.bodies.attachment(listed.digest).read_bytes()[: 1 << 20]
    await way.stage(Digest(listed.digest), 0, part)  # an earlier try got so far
    outbox.prepare_sealed(negotiating.opened(header=header), attachments=[listed])
    (sent,) = await outbox.send(way)
    assert sent.state is Delivery.LOGGED
    there, other = table.replica(usa), await table.open(usa)
    await there.sync(other)
    assert there.held() == sent.index
    part_file = there.bodies.attachment(listed.digest).with_suffix(".part")
    part_file.write_bytes(replica.bodies.attachment(listed.digest).read_bytes()[:1000])
    assert await there.fetch_bodies(other) == 1  # the body came along with its entry
    assert there.held() == there.size
    target = table.folder / "received.pdf"
    open_attachment(there.bodies, table.channel.id, rus.id, listed, key, target)
    assert target.read_bytes() == source.read_bytes()
    replica.close()
    there.close()


async def test_the_log_is_served_as_files(table: Table) -> None:
    rus = table.channel.party("RUS").person("desk_officer")
    replica, way = table.replica(rus), await table.open(rus)
    await replica.sync(way)
    assert replica.checkpoint(await way.checkpoint()).size == replica.size
    assert await way.tile(f"tile/0/000.p/{replica.size}") == replica.log.tree.span(
        0, 0, replica.size
    )
    replica.close()


async def test_a_key_that_nobody_enrolled_gets_no_session(table: Table) -> None:
    stranger = table.channel.new_person("RUS", "desk_officer")
    with pytest.raises(RefusedError) as caught:
        await table.open(stranger)
    assert caught.value.code == "session"


async def test_a_session_for_another_origin_is_refused(table: Table) -> None:
    rus = table.channel.party("RUS").person("desk_officer")
    with pytest.raises(RefusedError) as caught:
        await table.transport.open(table.channel.id, "other.example/log", rus.signing)
    assert caught.value.code == "session"


async def test_a_wrong_pin_is_forged_and_nothing_is_sent(table: Table) -> None:
    card = dataclasses.replace(table.relay.card, pin=hashlib.sha256(b"another").digest())
    rus = table.channel.party("RUS").person("desk_officer")
    async with Transport(card) as transport:
        with pytest.raises(ForgedError) as caught:
            await transport.open(table.channel.id, ORIGIN_PREFIX, rus.signing)
    assert caught.value.code == "pin"
    assert caught.value.hint
    async with Transport(table.relay.card) as transport:  # the positive control
        await transport.open(table.channel.id, ORIGIN_PREFIX, rus.signing)


async def test_a_relay_that_is_not_there_is_unavailable(table: Table) -> None:
    rus = table.channel.party("RUS").person("desk_officer")
    card = dataclasses.replace(table.relay.card, address="https://127.0.0.1:1")
    async with Transport(card) as transport:
        front: RelayFront = transport
        with pytest.raises(UnavailableError):
            await front.found(table.channel.founding_message())
        with pytest.raises(UnavailableError):
            await transport.open(table.channel.id, ORIGIN_PREFIX, rus.signing)


async def test_an_ended_session_is_opened_again(table: Table) -> None:
    rus = table.channel.party("RUS").person("desk_officer")
    replica, way = table.replica(rus), await table.open(rus)
    await replica.sync(way)
    outbox = Outbox(replica, rus.signing, now=lambda: START)
    outbox.prepare_sealed(negotiating.opened())
    await outbox.send(way)
    way._token = bytes(32)  # noqa: SLF001 - as if the relay had forgotten it
    assert (await way.entries(0)).envelopes
    await way.close()
    way._token = bytes(32)  # noqa: SLF001
    outbox.prepare_sealed(negotiating.comment())
    assert len(await outbox.send(way)) == 1
    replica.close()


async def test_a_relay_that_restarts_loses_and_doubles_nothing(tmp_path: Path) -> None:
    codes = await make_relay(tmp_path / "relay")
    relay = await start_relay(tmp_path / "relay", codes=codes)
    async with Transport(relay.card, sleep=at_once) as transport:
        channel = await populate(relay, transport)
        rus = channel.party("RUS").person("desk_officer")
        replica = Replica.create(Home(tmp_path / "home").channel(channel.id), channel.founding)
        way = await transport.open(channel.id, ORIGIN_PREFIX, rus.signing)
        await replica.sync(way)
        outbox = Outbox(replica, rus.signing, backoff=Backoff(sleep=at_once))
        outbox.prepare_sealed(negotiating.opened())
        await outbox.send(way)
        port = int(relay.card.address.rsplit(":", 1)[1])
        await relay.stop()
        rows = [outbox.prepare_sealed(negotiating.comment(body=f"{n}")) for n in range(5)]
        with pytest.raises(UnavailableError):
            await outbox.send(way, attempts=2)
        again = await start_relay(tmp_path / "relay", port=port)
        ended = await outbox.send(way)
        assert [row.id for row in ended] == [row.id for row in rows]
        assert replica.size == channel.log.size + 6
        await again.stop()
        replica.close()


async def test_a_statement_in_the_clear_travels_without_a_body(table: Table) -> None:
    bot = table.channel.enrol("USA", "bot")
    way = await table.open(table.channel.parties[0].people[0])
    await way.submit(table.channel.envelopes[-1], b"")
    replica, own = table.replica(bot), await table.open(bot)
    await replica.sync(own)
    outbox = Outbox(replica, bot.signing)
    outbox.prepare_heartbeat()
    (sent,) = await outbox.send(own)
    assert signed.read(sent.envelope).statement.type == "heartbeat"
    replica.close()
