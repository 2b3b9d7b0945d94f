"""The transport against the real relay over TLS, and against one that misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import cast

import aiohttp
import pytest
from aiohttp import web

from paraph.client.backoff import Backoff
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.log.replica import Replica
from paraph.client.reading.opened import Reader
from paraph.client.sending.outbox import Outbox
from paraph.client.sending.staging import open_attachment, seal_attachment
from paraph.client.transport import Transport, TransportChannel
from paraph.client.transport.pinning import check_card
from paraph.client.transport.stream import Stream
from paraph.protocol import signed
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import (
    ForgedError,
    InputError,
    MalformedError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.names import Digest
from paraph.protocol.relay import RelayChannel, RelayFront
from paraph.protocol.statements.header import ContentHeader
from paraph.protocol.wire import (
    Body,
    Challenge,
    Entries,
    Refused,
    RelayCard,
    Session,
    Submit,
    pack_frame,
    unpack_frame,
)
from tests.support import negotiating
from tests.support.channel import ORIGIN_PREFIX, START, Channel, Person, make_channel
from tests.support.real_relay import RealRelay, make_relay, real_relay, start_relay


async def at_once(_: float) -> None:
    await asyncio.sleep(0)


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
    """Found the channel at the relay and place everything that opens it."""
    channel = make_channel(log_secret=relay.secret)
    for party, code in zip(channel.parties, relay.codes, strict=True):
        await transport.admit(party.admission(code))
    founded = await transport.found(channel.founding_message())
    assert founded.envelopes == channel.founding
    way = await transport.open(channel.id, ORIGIN_PREFIX, channel.parties[0].roots[0])
    for envelope in channel.later():
        await way.submit(envelope, b"")
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


# cards


@pytest.mark.parametrize(
    ("address", "pin", "code"),
    [
        ("http://relay.example:80", bytes(32), "plain-http"),
        ("https://relay.example", bytes(32), "input"),
        ("ftp://relay.example", b"\1" * 32, "input"),
        ("https://", b"\1" * 32, "input"),
        ("https://relay.example/path", b"\1" * 32, "input"),
        ("https://relay.example:x", b"\1" * 32, "input"),
        ("https://user@relay.example", b"\1" * 32, "input"),
    ],
)
def test_a_card_that_must_not_be_used_is_refused(address: str, pin: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        check_card(a_card(address, pin))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("address", "pin", "host"),
    [
        ("http://127.0.0.1:8080", bytes(32), "127.0.0.1:8080"),
        ("http://[::1]:8080", bytes(32), "[::1]:8080"),
        ("http://localhost", bytes(32), "localhost"),
        ("https://relay.example:8443/", b"\1" * 32, "relay.example:8443"),
    ],
)
def test_a_session_is_bound_to_the_host_as_written(address: str, pin: bytes, host: str) -> None:
    assert check_card(a_card(address, pin)) == host


def a_card(address: str, pin: bytes = bytes(32)) -> RelayCard:
    return RelayCard(
        address=address,
        pin=pin,
        origin_prefix=ORIGIN_PREFIX,
        log_ed25519=bytes(32),
        log_mldsa44=bytes(1312),
    )


# a relay that misbehaves


@contextlib.asynccontextmanager
async def serving(
    routes: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]],
) -> AsyncIterator[str]:
    app = web.Application()
    for path, handler in routes.items():
        app.router.add_route("*", path, handler)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.addresses
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def challenge(_: web.Request) -> web.Response:
    return web.Response(body=Challenge(nonce=bytes(32)).encode())


async def session(_: web.Request) -> web.Response:
    return web.Response(body=Session(token=b"\1" * 32, lives_s=60).encode())


FRONT = {"/v1/challenge": challenge, "/v1/session": session}


@contextlib.asynccontextmanager
async def speaking(
    answers: Callable[[web.WebSocketResponse, tuple[object, ...]], Awaitable[None]],
    **other: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[TransportChannel]:
    async def stream(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        async for message in ws:
            await answers(ws, unpack_frame(message.data))
        return ws

    person = PERSON
    routes = {
        **FRONT,
        "/v1/stream": stream,
        **{f"/v1/{key}": value for key, value in other.items()},
    }
    async with (
        serving(routes) as base,
        Transport(a_card(base), timeout_s=0.3, sleep=at_once) as transport,
    ):
        yield await transport.open(CHANNEL.id, ORIGIN_PREFIX, person.signing)


CHANNEL = make_channel()
PERSON = CHANNEL.party("RUS").person("desk_officer")


async def test_no_answer_in_time_is_unknown() -> None:
    async def silent(_: web.WebSocketResponse, __: tuple[object, ...]) -> None:
        pass

    async with speaking(silent) as way:
        with pytest.raises(UnavailableError, match="in time"):
            await way.submit(b"", b"")


async def test_a_cut_connection_is_unknown_for_everything_under_way() -> None:
    async def cut(ws: web.WebSocketResponse, _: tuple[object, ...]) -> None:
        await ws.close()

    async with speaking(cut) as way:
        results = await asyncio.gather(
            *(way.submit(b"", b"") for _ in range(5)), return_exceptions=True
        )
        assert [type(each) for each in results] == [UnavailableError] * 5


class Silent:
    """A connection whose other end gives no sign of life any more."""

    closed = False
    close_code = aiohttp.WSCloseCode.ABNORMAL_CLOSURE

    def __init__(self) -> None:
        self.sent = asyncio.Event()

    async def send_bytes(self, frame: bytes) -> None:
        assert frame
        self.sent.set()

    async def close(self) -> None:
        pass

    async def __aiter__(self) -> AsyncIterator[aiohttp.WSMessage]:
        await self.sent.wait()
        gone = aiohttp.ServerTimeoutError("No PONG received after 10.0 seconds")
        yield aiohttp.WSMessage(aiohttp.WSMsgType.ERROR, gone, None)


async def test_a_relay_that_stands_still_leaves_the_outcome_unknown() -> None:
    stream = Stream(cast("aiohttp.ClientWebSocketResponse", Silent()), 5.0)
    with pytest.raises(UnavailableError, match="closed the connection"):
        await stream.ask(lambda number: Submit(request=number, envelope=b"", body=b""))
    assert not stream.is_open
    await stream.close()


async def test_answers_find_their_requests_in_whatever_order_they_come() -> None:
    held: list[Submit] = []

    async def backwards(ws: web.WebSocketResponse, messages: tuple[object, ...]) -> None:
        held.extend(each for each in messages if isinstance(each, Submit))
        if len(held) == 3:
            for each in reversed(held):
                code = each.envelope.decode()
                refused = Refused(
                    request=each.request, code=code, message="", retry_after_s=0, note=b""
                )
                await ws.send_bytes(pack_frame((refused,)))

    async with speaking(backwards) as way:
        results = await asyncio.gather(
            *(way.submit(each, b"") for each in (b"a", b"b", b"c")), return_exceptions=True
        )
    assert [each.code for each in results if isinstance(each, RefusedError)] == ["a", "b", "c"]


async def test_what_waits_leaves_in_one_frame() -> None:
    frames: list[int] = []

    async def count(ws: web.WebSocketResponse, messages: tuple[object, ...]) -> None:
        frames.append(len(messages))
        for each in messages:
            assert isinstance(each, Submit)
            refused = Refused(request=each.request, code="x", message="", retry_after_s=0, note=b"")
            await ws.send_bytes(pack_frame((refused,)))

    async with speaking(count) as way:
        with pytest.raises(RefusedError):
            await way.submit(b"", b"")
        await asyncio.gather(*(way.submit(b"", b"") for _ in range(70)), return_exceptions=True)
    assert frames == [1, 64, 6]


async def test_an_unknown_outcome_on_the_stream_is_unavailable() -> None:
    async def unknown(ws: web.WebSocketResponse, messages: tuple[object, ...]) -> None:
        for each in messages:
            number = getattr(each, "request", 0)
            refused = Refused(
                request=number, code="unavailable", message="", retry_after_s=1, note=b""
            )
            await ws.send_bytes(pack_frame((refused,)))

    async with speaking(unknown) as way:
        with pytest.raises(UnavailableError):
            await way.submit(b"", b"")


@pytest.mark.parametrize("frame", [b"", b"\x90", b"\xc1", "text"])
async def test_what_is_no_frame_is_malformed(frame: bytes | str) -> None:
    async def rubbish(ws: web.WebSocketResponse, _: tuple[object, ...]) -> None:
        if isinstance(frame, str):
            await ws.send_str(frame)
        else:
            await ws.send_bytes(frame)

    async with speaking(rubbish) as way:
        with pytest.raises(MalformedError):
            await way.submit(b"", b"")


async def test_an_answer_of_another_kind_is_malformed() -> None:
    async def other(ws: web.WebSocketResponse, messages: tuple[object, ...]) -> None:
        number = getattr(messages[0], "request", 0)
        await ws.send_bytes(pack_frame((Body(request=number, data=b""),)))

    async with speaking(other) as way:
        with pytest.raises(MalformedError):
            await way.submit(b"", b"")


async def test_a_follower_that_does_not_keep_up_is_told_so() -> None:
    async def flood(ws: web.WebSocketResponse, _: tuple[object, ...]) -> None:
        push = Entries(request=0, start=0, envelopes=(), bodies=(), note=b"")
        for _number in range(10):
            await ws.send_bytes(pack_frame((push,) * 64))

    taken = 0

    async def slowly(way: TransportChannel) -> None:
        nonlocal taken
        async for _ in way.follow(0):
            taken += 1
            for _ in range(100):
                await asyncio.sleep(0)

    async with speaking(flood) as way:
        with pytest.raises(UnavailableError) as caught:
            await slowly(way)
    assert caught.value.code == "slow"
    assert taken >= 256


async def test_a_refusal_to_follow_reaches_the_follower() -> None:
    async def refuse(ws: web.WebSocketResponse, messages: tuple[object, ...]) -> None:
        number = getattr(messages[0], "request", 0)
        refused = Refused(request=number, code="key-ended", message="", retry_after_s=0, note=b"")
        await ws.send_bytes(pack_frame((refused,)))

    async with speaking(refuse) as way, contextlib.aclosing(way.follow(0)) as pushes:
        with pytest.raises(RefusedError) as caught:
            async for _ in pushes:
                pass
    assert caught.value.code == "key-ended"


async def test_a_relay_that_asks_for_time_gets_it_before_the_next_request() -> None:
    waits: list[float] = []
    statuses = iter([503, 429, 200])

    async def wait(delay_s: float) -> None:
        waits.append(round(delay_s))

    async def found(request: web.Request) -> web.Response:
        await request.read()
        status = next(statuses)
        if status == 200:
            return web.Response(body=b"\xc1")
        return web.Response(status=status, headers={"Retry-After": "7"})

    async with (
        serving({"/v1/found": found}) as base,
        Transport(a_card(base), sleep=wait) as transport,
    ):
        for _ in range(2):
            with pytest.raises(UnavailableError):
                await transport.found(CHANNEL.founding_message())
        with pytest.raises(MalformedError):
            await transport.found(CHANNEL.founding_message())
    assert waits == [7, 7]


async def test_an_answer_over_its_bound_is_malformed() -> None:
    async def entries(_: web.Request) -> web.Response:
        return web.Response(body=bytes(2 << 20))

    async def silent(_: web.WebSocketResponse, __: tuple[object, ...]) -> None:
        pass

    async with speaking(silent, entries=entries) as way:
        with pytest.raises(MalformedError, match="at most"):
            await way.entries(0)


async def test_a_redirect_is_not_followed() -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"})

    async with serving({"/v1/admit": elsewhere}) as base, Transport(a_card(base)) as transport:
        with pytest.raises(MalformedError, match="302"):
            await transport.admit(CHANNEL.parties[0].admission("A"))


async def test_a_stream_is_not_led_elsewhere_either() -> None:
    """Else a relay could send a ministry's desk to any address of the ministry's own network."""
    reached: list[str] = []

    async def inside(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.Response(status=404)

    async with serving({"/inside": inside}) as target:

        async def elsewhere(_: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": f"{target}/inside"})

        async with (
            serving({**FRONT, "/v1/stream": elsewhere}) as base,
            Transport(a_card(base), timeout_s=0.3, sleep=at_once) as transport,
        ):
            way = await transport.open(CHANNEL.id, ORIGIN_PREFIX, PERSON.signing)
            with pytest.raises(UnavailableError):
                await way.body(Digest(bytes(32)))
    assert not reached


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
