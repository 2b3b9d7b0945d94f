"""The stream over a real socket: pipelining, coalescing, pushes, bounds, closes (SPEC 8.3)."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from paraph.protocol.errors import IntegrityError, RefusedError, UnavailableError
from paraph.protocol.wire import (
    FRAME,
    MAX_INLINE_BODY,
    Body,
    Entries,
    FetchBody,
    Follow,
    Placed,
    Refused,
    Submit,
    pack_frame,
)
from paraph.server.web import stream
from tests.server.fakes import BEARER, NOTE, Running, relay, until


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Running]:
    async with relay(tmp_path) as running:
        yield running


def submit(number: int, body: bytes = b"") -> Submit:
    return Submit(request=number, envelope=b"envelope %d" % number, body=body)


async def begun(served: Running, count: int) -> None:
    await until(lambda: served.service.of.begun >= count)


async def test_a_frame_of_submissions_is_answered_in_few_frames_each_with_its_number(
    served: Running,
) -> None:
    served.service.of.gate.clear()
    async with served.stream() as client:
        await client.send(*(submit(each) for each in range(1, 33)))
        await begun(served, 32)
        served.service.of.gate.set()
        first = await client.frame()
        rest = await client.messages(32 - len(first)) if len(first) < 32 else []
    assert len(first) > 1
    assert [each.request for each in (*first, *rest)] == list(range(1, 33))
    assert all(isinstance(each, Placed) for each in first)


async def test_submissions_reach_the_service_in_their_order(served: Running) -> None:
    async with served.stream() as client:
        for start in range(0, 100, 10):
            await client.send(*(submit(each) for each in range(start, start + 10)))
        await client.messages(100)
    assert served.service.of.envelopes == [b"envelope %d" % each for each in range(100)]


async def test_a_submission_is_answered_as_it_is_done_not_when_its_frame_is(
    served: Running,
) -> None:
    served.service.of.gate.clear()
    async with served.stream() as client:
        await client.send(submit(1), FetchBody(request=2, digest=bytes(32)))
        (answer,) = await client.frame()
        assert (answer.request, type(answer)) == (2, Refused)
        served.service.of.gate.set()
        (answer,) = await client.frame()
        assert (answer.request, type(answer)) == (1, Placed)


async def test_at_most_so_many_requests_are_worked_on_and_the_rest_wait(tmp_path: Path) -> None:
    async with relay(tmp_path, in_flight=4) as served, served.stream() as client:
        served.service.of.gate.clear()
        await client.send(*(submit(each) for each in range(64)))
        await begun(served, 4)
        async with served.request("GET", "/healthz") as got:  # a round trip later
            assert got.status == 200
        assert served.service.of.begun == 4
        served.service.of.gate.set()
        assert len(await client.messages(64)) == 64


async def test_a_refusal_carries_code_and_wait(served: Running) -> None:
    served.service.of.raises = RefusedError("expected sequence 2", code="gap", retry_after_s=1)
    async with served.stream() as client:
        await client.send(submit(9))
        (answer,) = await client.frame()
    assert answer == Refused(
        request=9, code="gap", message="expected sequence 2", retry_after_s=1, note=b""
    )


async def test_a_bug_is_answered_and_the_stream_goes_on(served: Running) -> None:
    served.service.of.raises = ValueError("with a secret")
    async with served.stream() as client:
        await client.send(submit(9))
        (answer,) = await client.frame()
        assert isinstance(answer, Refused)
        assert (answer.code, "secret" in answer.message) == ("internal", False)
        served.service.of.raises = IntegrityError("the root differs")
        await client.send(submit(10))
        (answer,) = await client.frame()
        assert isinstance(answer, Refused)
        assert answer.code == "unavailable"
        served.service.of.raises = RefusedError("no words: \ud800")
        await client.send(submit(11))
        (answer,) = await client.frame()
        assert isinstance(answer, Refused)
        assert (answer.request, answer.code) == (11, "internal")
    assert [type(each) for each in served.broken] == [IntegrityError]


async def test_a_follower_gets_the_past_then_every_new_entry_numbered_zero(
    served: Running,
) -> None:
    served.service.of.envelopes = [b"a", b"b", b"c"]
    async with served.stream() as client:
        await client.send(Follow(request=5, start=1))
        assert await client.frame() == (
            Entries(request=0, start=1, envelopes=(b"b", b"c"), bodies=(), note=NOTE),
        )
        await client.send(submit(6))
        found = await client.messages(2)
        assert {type(each) for each in found} == {Placed, Entries}
        assert (
            Entries(request=0, start=3, envelopes=(b"envelope 6",), bodies=(), note=NOTE) in found
        )
        await client.send(Follow(request=7, start=3))  # replaces the follow before
        assert isinstance((await client.frame())[0], Entries)
        await client.send(submit(8))
        found = await client.messages(2)
        assert sum(isinstance(each, Entries) for each in found) == 1
        await client.send(Follow(request=8, start=99))
        (answer,) = await client.frame()
        assert isinstance(answer, Refused)
        assert (answer.request, answer.code) == (8, "not-found")


async def test_a_follower_that_the_service_dropped_is_closed_1013(served: Running) -> None:
    served.service.of.follow_raises = UnavailableError("too much waited", code="slow")
    async with served.stream() as client:
        await client.send(Follow(request=4, start=0))
        (answer,) = await client.frame()
        assert isinstance(answer, Refused)
        assert (answer.request, answer.code) == (4, "unavailable")
        assert await client.closed() == 1013


async def test_bodies_travel_up_to_their_bound_and_wait_for_room(served: Running) -> None:
    bodies = [bytes([each]) * MAX_INLINE_BODY for each in range(32)]
    large = bytes(MAX_INLINE_BODY + 1)
    served.service.of.bodies = {hashlib.sha256(each).digest(): each for each in (*bodies, large)}
    digests = list(served.service.of.bodies)
    async with served.stream() as client:
        await client.send(
            *(FetchBody(request=at, digest=each) for at, each in enumerate(digests[:32]))
        )
        found = {}
        for each in await client.messages(32):  # 8 MiB through a queue of 4
            assert isinstance(each, Body)
            found[each.request] = each.data
        assert found == dict(enumerate(bodies))
        await client.send(FetchBody(request=99, digest=digests[32]))
        (answer,) = await client.frame()
        assert isinstance(answer, Refused)
        assert (answer.request, answer.code) == (99, "too-large")


@pytest.mark.parametrize(
    "data",
    [b"", b"\x90", b"\xc0", b"\x91\x80", pack_frame((submit(1),)) + b"\0",
     pack_frame((Placed(request=0, index=0, proof=b"", envelope=b""),))],
)  # fmt: skip
async def test_a_frame_that_is_not_canonical_or_no_request_closes_1002(
    served: Running, data: bytes
) -> None:
    async with served.stream() as client:
        await client.ws.send_bytes(data)
        assert await client.closed() == 1002
    assert served.service.of.begun == 0


async def test_a_text_frame_closes_1003(served: Running) -> None:
    async with served.stream() as client:
        await client.ws.send_str("hello")
        assert await client.closed() == 1003


async def test_a_frame_may_have_one_mib_and_no_byte_more(served: Running) -> None:
    full = tuple(submit(at, bytes(256 * 1024)) for at in range(3))
    last = FRAME.size - len(pack_frame((*full, submit(3, bytes(200_000))))) + 200_000
    async with served.stream() as client:
        data = pack_frame((*full, submit(3, bytes(last))))
        assert len(data) == FRAME.size
        await client.ws.send_bytes(data)
        assert len(await client.messages(4)) == 4
        await client.ws.send_bytes(pack_frame((*full, submit(3, bytes(last + 1)))))
        # Or a reset, where the relay's close frame crosses bytes that it no longer reads.
        assert await client.closed() in (1009, 1006)


async def test_a_session_that_ends_closes_1008_after_its_refusal(served: Running) -> None:
    served.service.of.raises = RefusedError("ended", code="session")
    async with served.stream() as client:
        await client.send(submit(1))
        (answer,) = await client.frame()
        assert isinstance(answer, Refused)
        assert answer.code == "session"
        assert await client.closed() == 1008


async def test_answers_that_pile_up_unread_close_the_stream_1013(tmp_path: Path) -> None:
    async with relay(tmp_path, queue_messages=8, in_flight=32) as served, served.stream() as client:
        served.service.of.gate.clear()
        await client.send(*(submit(each) for each in range(32)))
        await begun(served, 32)
        served.service.of.gate.set()  # 32 answers at once into a queue of 8
        assert await client.closed() == 1013


async def test_a_client_that_does_not_read_is_aborted(tmp_path: Path) -> None:
    async with relay(tmp_path, plain=True, send_seconds=0.2) as served:
        served.service.of.envelopes = [bytes(60_000)] * 1000
        own = socket.socket()
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        own.setblocking(False)
        await asyncio.get_running_loop().sock_connect(own, ("127.0.0.1", served.port))
        reader, writer = await asyncio.open_connection(sock=own, limit=1024)
        writer.write(
            b"GET /v1/stream HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            b"Authorization: " + BEARER["Authorization"].encode() + b"\r\n\r\n"
        )
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        frame = pack_frame((Follow(request=1, start=0),))
        writer.write(bytes([0x82, 0x80 | len(frame), 0, 0, 0, 0]) + frame)  # masked with zeros
        await until(lambda: not served.listener.connections and not served.routes.streams)
        writer.close()


async def test_a_client_that_answers_no_ping_is_dropped(tmp_path: Path) -> None:
    async with relay(tmp_path, ping_seconds=0.1) as served:
        url = f"{served.base}/v1/stream"
        async with served.http.ws_connect(
            url, headers=BEARER, ssl=served.tls, autoping=False
        ) as ws:
            assert (await ws.receive()).type is aiohttp.WSMsgType.PING
            async with asyncio.timeout(5):
                while (await ws.receive()).type is not aiohttp.WSMsgType.CLOSED:
                    pass
        await until(lambda: served.routes.streams == 0)


async def test_a_drain_answers_what_is_under_way_refuses_the_rest_and_closes_1001(
    served: Running,
) -> None:
    served.service.of.gate.clear()
    async with served.stream() as client:
        await client.send(submit(1))
        await begun(served, 1)
        stopping = asyncio.create_task(served.listener.stop())
        await until(lambda: served.routes.draining)
        await client.send(submit(2))
        (answer,) = await client.frame()
        assert isinstance(answer, Refused)
        assert (answer.request, answer.code, answer.retry_after_s) == (2, "draining", 1)
        served.service.of.gate.set()
        assert [type(each) for each in await client.frame()] == [Placed]
        assert await client.closed() == 1001
        await stopping
    with pytest.raises(aiohttp.ClientConnectorError):
        await served.http.get(served.base + "/healthz", ssl=served.tls)


async def test_a_drain_does_not_wait_for_ever(tmp_path: Path) -> None:
    async with relay(tmp_path, drain_seconds=0.05) as served:
        served.service.of.gate.clear()
        async with served.stream() as client:
            await client.send(submit(1), Follow(request=2, start=0))
            await begun(served, 1)
            stopping = asyncio.create_task(served.listener.stop())
            assert await client.closed() == 1001
            async with asyncio.timeout(5):
                await stopping
        served.service.of.gate.set()


async def test_a_submission_goes_on_when_its_connection_breaks(served: Running) -> None:
    served.service.of.gate.clear()
    async with served.stream() as client:
        await client.send(submit(1))
        await begun(served, 1)
    served.service.of.gate.set()
    await until(lambda: bool(served.service.of.envelopes))
    assert served.service.of.envelopes == [b"envelope 1"]


def test_a_frame_never_outgrows_the_bound_that_its_messages_were_counted_by() -> None:
    for message in (
        Placed(request=2**53 - 1, index=2**53 - 1, proof=bytes(32_768), envelope=bytes(65_535)),
        Refused(request=2**53 - 1, code="a" * 40, message="𝄞" * 400, retry_after_s=2**53 - 1,
                note=bytes(16_384)),
        Body(request=2**53 - 1, data=bytes(MAX_INLINE_BODY)),
        Entries(request=2**53 - 1, start=2**53 - 1, envelopes=(bytes(70),) * 64,
                bodies=(bytes(256),) * 64, note=bytes(9)),
        Entries(request=0, start=0, envelopes=(b"",) * 64, bodies=(), note=b""),
    ):  # fmt: skip
        assert len(pack_frame((message,))) - 1 <= stream.size_of(message)
