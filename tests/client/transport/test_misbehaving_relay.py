"""The transport against a relay that is silent, cut off, or says what it may not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import aiohttp
import pytest
from aiohttp import web

from paraph.client.transport import Transport, TransportChannel
from paraph.client.transport.stream import Stream
from paraph.protocol.errors import MalformedError, RefusedError, UnavailableError
from paraph.protocol.names import Digest
from paraph.protocol.wire import (
    Body,
    Challenge,
    Entries,
    Refused,
    Session,
    Submit,
    pack_frame,
    unpack_frame,
)
from tests.client.transport.cards import a_card
from tests.support.channel import ORIGIN_PREFIX, make_channel
from tests.support.clock import at_once
from tests.support.serving import serving


async def challenge(_: web.Request) -> web.Response:
    return web.Response(body=Challenge(nonce=bytes(32)).encode())


async def session(_: web.Request) -> web.Response:
    return web.Response(body=Session(token=b"\1" * 32, lives_s=60).encode())


FRONT = (web.route("*", "/v1/challenge", challenge), web.route("*", "/v1/session", session))


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
    others = (web.route("*", f"/v1/{name}", handler) for name, handler in other.items())
    async with (
        serving(*FRONT, web.route("*", "/v1/stream", stream), *others) as base,
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
        serving(web.route("*", "/v1/found", found)) as base,
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

    async with (
        serving(web.route("*", "/v1/admit", elsewhere)) as base,
        Transport(a_card(base)) as transport,
    ):
        with pytest.raises(MalformedError, match="302"):
            await transport.admit(CHANNEL.parties[0].admission("A"))


async def test_a_stream_is_not_led_elsewhere_either() -> None:
    """Else a relay could send a ministry's desk to any address of the ministry's own network."""
    reached: list[str] = []

    async def inside(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.Response(status=404)

    async with serving(web.route("*", "/inside", inside)) as target:

        async def elsewhere(_: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": f"{target}/inside"})

        async with (
            serving(*FRONT, web.route("*", "/v1/stream", elsewhere)) as base,
            Transport(a_card(base), timeout_s=0.3, sleep=at_once) as transport,
        ):
            way = await transport.open(CHANNEL.id, ORIGIN_PREFIX, PERSON.signing)
            with pytest.raises(UnavailableError):
                await way.body(Digest(bytes(32)))
    assert not reached
