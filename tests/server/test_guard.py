"""Slow and greedy clients over real sockets: each ends, and honest ones go on.

These tests hold aiohttp to the private names that the guard leans on.
"""

import asyncio
import socket
from importlib import metadata
from pathlib import Path

import pytest

from paraph.protocol.wire import Refused
from paraph.server.web import guard
from tests.server.fakes import BEARER, relay, until

HEAD = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What came until the relay ended the connection."""
    got = b""
    async with asyncio.timeout(5):
        try:
            while data := await reader.read(65536):
                got += data
        except ConnectionError:
            pass
    return got


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> bytes:
    """Send a byte every 20 ms until the relay ends the connection; return what it said."""
    got = b""
    for at in range(len(data)):
        writer.write(data[at : at + 1])
        try:
            async with asyncio.timeout(0.02):
                while more := await reader.read(65536):
                    got += more
                return got
        except TimeoutError:
            continue
        except ConnectionError:
            return got
    raise AssertionError("the relay heard the whole drip")


@pytest.mark.parametrize("plain", [False, True])
async def test_a_client_that_says_nothing_is_cut_off(tmp_path: Path, plain: bool) -> None:
    async with relay(tmp_path, plain=plain, head_seconds=0.2) as served:
        reader, writer = await served.raw()
        assert await ended(reader) == b""
        writer.close()


async def test_a_client_that_never_begins_tls_is_cut_off(tmp_path: Path) -> None:
    async with relay(tmp_path, head_seconds=0.2) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        assert await ended(reader) == b""
        writer.close()


async def test_a_dripped_head_is_cut_off(tmp_path: Path) -> None:
    async with relay(tmp_path, plain=True, head_seconds=0.2) as served:
        reader, writer = await served.raw()
        assert await drip(reader, writer, HEAD) == b""
        writer.close()


async def test_a_dripped_second_head_is_cut_off_after_the_first_was_answered(
    tmp_path: Path,
) -> None:
    async with relay(tmp_path, plain=True, head_seconds=0.2) as served:
        reader, writer = await served.raw()
        writer.write(HEAD)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert await drip(reader, writer, HEAD) == b'{"status": "ok"}'
        writer.close()


async def test_an_idle_connection_outlives_the_head_limit_and_ends_at_its_own(
    tmp_path: Path,
) -> None:
    async with relay(tmp_path, plain=True, head_seconds=0.1, idle_seconds=1.0) as served:
        reader, writer = await served.raw()
        for _ in range(2):
            writer.write(HEAD)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(16) == b'{"status": "ok"}'
            with pytest.raises(TimeoutError):  # it says nothing, and does not end
                async with asyncio.timeout(0.2):
                    await reader.read(1)
        assert await ended(reader) == b""
        writer.close()


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_slow_body_is_refused_and_cut_off(tmp_path: Path, chunked: bool) -> None:
    async with relay(tmp_path, plain=True, body_seconds=0.2, body_rate=1_000_000) as served:
        reader, writer = await served.raw()
        framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 500"
        writer.write(b"POST /v1/session HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n\r\n")
        slow = b"1\r\na\r\n" * 20 if chunked else b"a" * 120
        head, _, body = (await drip(reader, writer, slow)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408")
        assert Refused.decode(body).code == "too-slow"
        writer.close()


async def test_a_body_at_the_least_rate_may_take_longer_than_the_grace(tmp_path: Path) -> None:
    async with relay(tmp_path, plain=True, body_seconds=0.3, body_rate=5) as served:
        reader, writer = await served.raw()
        writer.write(b"POST /v1/admit HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n")
        for _ in range(19):
            writer.write(b"a")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await reader.read(1)
        writer.write(b"a")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 400")
        writer.close()


async def test_a_client_that_does_not_read_its_answer_is_cut_off(tmp_path: Path) -> None:
    async with relay(tmp_path, plain=True, send_seconds=0.2) as served:
        digest = "ab" * 32
        (tmp_path / digest).write_bytes(bytes(32 * 2**20))
        own = socket.socket()
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        own.setblocking(False)
        await asyncio.get_running_loop().sock_connect(own, ("127.0.0.1", served.port))
        _, writer = await asyncio.open_connection(sock=own, limit=1024)
        bearer = BEARER["Authorization"].encode()
        writer.write(
            f"GET /v1/blobs/{digest} HTTP/1.1\r\nHost: a\r\n".encode()
            + b"Authorization: " + bearer + b"\r\n\r\n"
        )  # fmt: skip
        await until(lambda: served.listener.connections > 0)
        await until(lambda: not served.listener.connections)
        writer.close()


async def test_one_address_has_so_many_connections_and_no_more(tmp_path: Path) -> None:
    async with relay(tmp_path, plain=True, connections_per_peer=3) as served:
        kept = [await served.raw() for _ in range(3)]
        reader, writer = await served.raw()
        assert await ended(reader) == b""
        writer.close()
        kept[0][1].close()
        await kept[0][1].wait_closed()
        await until(lambda: served.listener.connections == 2)
        reader, writer = await served.raw()
        writer.write(HEAD)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        for _, each in (*kept[1:], (reader, writer)):
            each.close()


async def test_the_relay_has_so_many_connections_and_no_more(tmp_path: Path) -> None:
    async with relay(tmp_path, plain=True, connections=1) as served:
        _, first = await served.raw()
        reader, writer = await served.raw()
        assert await ended(reader) == b""
        for each in (first, writer):
            each.close()


async def test_honest_clients_go_on_while_slow_ones_are_dropped(tmp_path: Path) -> None:
    async with relay(
        tmp_path, plain=True, head_seconds=1.0, body_seconds=1.0, body_rate=10**6
    ) as served:
        attackers = [await served.raw() for _ in range(60)]
        begin = (
            b"",
            b"GET /healthz HTT",
            b"POST /v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n",
        )
        for at, (_, writer) in enumerate(attackers):
            writer.write(begin[at % 3])
        async with served.stream() as client:
            for _ in range(20):
                async with served.request("GET", "/v1/entries?start=0") as got:
                    assert got.status == 200
            for reader, writer in attackers:
                await ended(reader)
                writer.close()
            assert served.routes.streams == 1
            assert not client.ws.closed


@pytest.mark.parametrize(
    ("address", "peer"),
    [
        (("192.0.2.1", 5), "192.0.2.1"),
        (("2001:db8::1", 5, 0, 0), "2001:db8::/64"),
        (("2001:db8::ffff:1", 5, 0, 0), "2001:db8::/64"),
        (("::ffff:192.0.2.1", 5, 0, 0), "192.0.2.1"),
        (("fe80::1%eth0", 5, 0, 2), "fe80::/64"),
        (("nonsense", 5), ""),
        ("a socket's path", ""),
        (None, ""),
    ],
)
def test_an_address_counts_as_one_peer(address: object, peer: str) -> None:
    assert guard.peer_of(address) == peer


def test_aiohttp_is_the_one_whose_private_names_these_tests_hold() -> None:
    # A newer one: run this file against it, read its web_protocol.py, then move the number.
    assert metadata.version("aiohttp") == "3.14.5"
