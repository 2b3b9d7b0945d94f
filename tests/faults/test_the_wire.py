"""Lines that break at any byte, and somebody in the middle of them (SPEC 8.1, 8.3).

A stream that is cut is taken up again where the verified log ends: nothing is lost and nothing is
told twice. A byte that is changed on the way ends a connection, never a belief. Another
certificate, whoever vouches for it, is refused before the first byte of a request has left.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import random
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from paraph.client.backoff import Backoff
from paraph.client.keys.home import Home
from paraph.client.log.replica import Replica
from paraph.client.sending.outbox import Outbox
from paraph.client.transport import Transport
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import ForgedError, UnavailableError
from paraph.protocol.wire import RelayCard
from paraph.server import tls
from paraph.server.tls import Certificate
from tests.faults.conftest import LONG
from tests.faults.proxy import Budget, Proxy, proxy
from tests.support.channel import ORIGIN_PREFIX, Channel, make_channel
from tests.support.clock import at_once
from tests.support.founding import found_over
from tests.support.negotiating import comment
from tests.support.real_relay import RealRelay, real_relay

SEED = 20151020
FRAMES = 200
CUTS = 500 if LONG else 60
FLIPS = 300 if LONG else 40


@dataclasses.dataclass
class Line:
    """A relay, somebody in the middle, and the card that leads through the middle."""

    relay: RealRelay
    middle: Proxy
    card: RelayCard
    channel: Channel

    def transport(self) -> Transport:
        return Transport(self.card, timeout_s=20, sleep=at_once)


@contextlib.asynccontextmanager
async def line(folder: Path) -> AsyncIterator[Line]:
    async with real_relay(folder / "relay") as relay:
        port = urlsplit(relay.card.address).port
        assert port is not None
        async with proxy(port) as middle:
            address = f"https://127.0.0.1:{middle.port}"
            relay.routes.address = address
            card = dataclasses.replace(relay.card, address=address)
            channel = make_channel(log_secret=relay.secret)
            async with Transport(card, timeout_s=20, sleep=at_once) as transport:
                await found_over(transport, channel, relay.codes)
            yield Line(relay, middle, card, channel)
            assert relay.broken == []


async def test_a_stream_that_is_cut_at_any_byte_is_taken_up_where_it_ended(
    tmp_path: Path,
) -> None:
    """Two hundred entries, pushed one by one, over a line that breaks again and again."""
    chance = random.Random(SEED)
    async with line(tmp_path) as at, at.transport() as transport:
        channel = at.channel
        reader = channel.party("USA").person("desk_officer")
        replica = Replica.create(Home(tmp_path / "usa").channel(channel.id), channel.founding)
        way = await transport.open(channel.id, ORIGIN_PREFIX, reader.signing)
        inside = at.relay.service.channel(channel.id, channel.party("RUS").person("bot").id)
        begin, wanted = channel.log.size, channel.log.size + FRAMES
        at.middle.budget = lambda: Budget(chance.randrange(1, 120_000))
        at.middle.hang_up()
        told: list[int] = []

        async def follow() -> None:
            async for released in replica.follow(way, backoff=Backoff(sleep=at_once)):
                told.extend(released)
                if len(told) >= wanted:
                    return

        following = asyncio.create_task(follow())
        bot = channel.party("RUS").person("bot")
        for number in range(FRAMES):
            envelope = channel.heartbeat(bot)
            await inside.submit(envelope, b"")
            channel.place(envelope)
            if number % 4 == 0:
                await asyncio.sleep(0)
        for _ in range(CUTS):
            if following.done():
                break
            at.middle.hang_up()
            await asyncio.wait([following], timeout=chance.uniform(0, 0.02))
        at.middle.budget = Budget
        at.middle.hang_up()
        async with asyncio.timeout(60):
            await following
        assert told == list(range(wanted)), "everything once, in order"
        assert replica.head.root == channel.log.root
        assert at.middle.connections > 5, "the line did break"
        assert begin < wanted
        replica.close()


async def test_statements_sent_over_a_line_that_breaks_are_placed_once(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    async with line(tmp_path) as at, at.transport() as transport:
        channel = at.channel
        author = channel.party("RUS").person("desk_officer")
        replica = Replica.create(Home(tmp_path / "rus").channel(channel.id), channel.founding)
        way = await transport.open(channel.id, ORIGIN_PREFIX, author.signing)
        await replica.sync(way)
        outbox = Outbox(replica, author.signing, backoff=Backoff(sleep=at_once))
        rows = [outbox.prepare_sealed(comment(body=f"Question {at}?")) for at in range(40)]
        at.middle.budget = lambda: Budget(chance.randrange(1, 60_000))
        at.middle.hang_up()
        for _ in range(CUTS):
            try:
                await outbox.send(way, attempts=1)
                break
            except UnavailableError:
                continue
        at.middle.budget = Budget
        at.middle.hang_up()
        await outbox.send(way)
        said = outbox.rows()
        assert [each.id for each in said] == [each.id for each in rows]
        assert {each.state for each in said} == {Delivery.LOGGED}
        begin = channel.log.size
        assert [each.index for each in said] == list(range(begin, begin + len(rows)))
        assert replica.size == begin + len(rows)
        replica.close()


async def test_a_byte_changed_on_the_way_is_never_believed(tmp_path: Path) -> None:
    """TLS ends the connection; what was verified stays, and the next honest answer is taken."""
    chance = random.Random(SEED)
    async with line(tmp_path) as at:
        channel = at.channel
        reader = channel.party("USA").person("desk_officer")
        replica = Replica.create(Home(tmp_path / "usa").channel(channel.id), channel.founding)
        refused = 0
        for _ in range(FLIPS):
            at.middle.budget = lambda: Budget(flip_at=chance.randrange(60_000))
            try:
                async with at.transport() as transport:
                    way = await transport.open(channel.id, ORIGIN_PREFIX, reader.signing)
                    await replica.sync(way)
            except (UnavailableError, ForgedError):
                refused += 1
            assert replica.size in {0, channel.log.size}
        assert refused > FLIPS // 4
        at.middle.budget = Budget
        async with at.transport() as transport:
            await replica.sync(await transport.open(channel.id, ORIGIN_PREFIX, reader.signing))
        assert (replica.size, replica.head.root) == (channel.log.size, channel.log.root)
        assert replica.alarms() == ()
        replica.close()


async def test_another_certificate_gets_not_one_byte_of_a_request(tmp_path: Path) -> None:
    """Threat 28: the middle ends TLS itself, with a certificate that some authority might sign."""
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    made = tls.development_certificate(("127.0.0.1", "localhost"), dt.datetime.now(dt.UTC))
    for path, data in zip((certificate, key), made, strict=True):
        path.write_bytes(data)
        path.chmod(0o600)
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, OSError):
            heard.append(await reader.read(1))
        writer.close()

    context = Certificate(certificate, key).context
    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=context)
    async with real_relay(tmp_path / "relay") as relay:
        address = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        card = dataclasses.replace(relay.card, address=address)
        channel = make_channel(log_secret=relay.secret)
        async with Transport(card, timeout_s=5, sleep=at_once) as transport:
            with pytest.raises(ForgedError) as caught:
                await transport.admit(channel.parties[0].admission(relay.codes[0]))
            assert caught.value.code == "pin"
        server.close()
        assert not any(heard)
        # The control: the same card with the certificate's own pin is spoken to.
        async with Transport(relay.card, timeout_s=5, sleep=at_once) as transport:
            await transport.admit(channel.parties[0].admission(relay.codes[0]))
