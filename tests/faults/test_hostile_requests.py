"""Requests that no client of ours makes: every answer is a refusal of the taxonomy (SPEC 8.6).

Against the real relay: 0 answers of 5xx but 503 and 507, every error body a canonical record, and
no second request smuggled in behind a first one.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import random
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from paraph.client.transport import Transport
from paraph.protocol.wire import (
    Follow,
    Refused,
    Submit,
    pack_frame,
)
from paraph.server import config
from tests.faults.conftest import LONG
from tests.support.channel import Channel, make_channel
from tests.support.clock import at_once
from tests.support.founding import found_over
from tests.support.parties import Person
from tests.support.real_relay import RealRelay, make_relay, start_relay

REQUESTS = 50_000 if LONG else 1_500
FRAMES = 10_000 if LONG else 400
SEED = 20151020


@dataclasses.dataclass
class Hall:
    """A relay with a channel, and the token of a session."""

    relay: RealRelay
    channel: Channel
    person: Person
    token: str
    http: aiohttp.ClientSession

    @property
    def address(self) -> str:
        return self.relay.card.address

    @property
    def port(self) -> int:
        port = urlsplit(self.address).port
        assert port is not None
        return port


@contextlib.asynccontextmanager
async def quick_relay(home: Path) -> AsyncIterator[RealRelay]:
    """Serve a relay that gives no time to a slow head, and any number of requests to an address."""
    codes = await make_relay(home, plain=True)
    settings = config.load(home)
    limits = dataclasses.replace(
        settings.limits, head_seconds=1.0, front_per_second=1e6, front_burst=1_000_000
    )
    (home / config.CONFIG_FILE).write_text(
        config.render(dataclasses.replace(settings, limits=limits))
    )
    relay = await start_relay(home, codes=codes)
    try:
        yield relay
    finally:
        await relay.stop()


@contextlib.asynccontextmanager
async def hall(folder: Path) -> AsyncIterator[Hall]:
    async with (
        quick_relay(folder / "relay") as relay,
        Transport(relay.card, timeout_s=20, sleep=at_once) as transport,
        aiohttp.ClientSession() as http,
    ):
        channel = make_channel(log_secret=relay.secret)
        way = await found_over(transport, channel, relay.codes)
        token = way._token.hex()  # noqa: SLF001  what a client of ours would send
        yield Hall(relay, channel, channel.parties[0].carrier, token, http)
        assert relay.broken == []


def good_requests(at: Hall) -> list[tuple[str, str, bytes]]:
    """Return a right request of every route: what is mutated."""
    channel = at.channel
    party = channel.parties[0]
    envelope, body = channel.seal(channel.party("USA").person("desk_officer"), b"x")
    digest = "ab" * 32
    submit = pack_frame((Submit(request=1, envelope=envelope, body=body),))
    return [
        ("POST", "/v1/admit", party.admission("AAAA-BBBB").encode()),
        ("POST", "/v1/found", channel.founding_message().encode()),
        ("POST", "/v1/challenge", b""),
        ("POST", "/v1/session", channel.session_request(at.person, bytes(32), 1).encode()),
        ("POST", "/v1/submit", submit),
        ("GET", "/v1/entries?start=3", b""),
        ("GET", f"/v1/bodies/{digest}", b""),
        ("PUT", f"/v1/blobs/{digest}?offset=0", b"part"),
        ("HEAD", f"/v1/blobs/{digest}", b""),
        ("GET", f"/v1/blobs/{digest}", b""),
        ("GET", f"/log/{channel.id.hex()}/checkpoint", b""),
        ("GET", f"/log/{channel.id.hex()}/tile/0/000.p/5", b""),
        ("GET", f"/log/{channel.id.hex()}/tile/entries/000.p/5", b""),
        ("GET", "/healthz", b""),
        ("GET", "/readyz", b""),
    ]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return *data* with a little of it changed, cut, doubled or put in."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(4):
            case 0 if changed:
                changed[at % len(changed)] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randint(1, 16)]
            case 2:
                changed[at:at] = chance.randbytes(chance.randint(1, 16))
            case _:
                changed += changed[at : at + 64]
    return bytes(changed)


def mutated_path(path: str, chance: random.Random) -> str:
    """Return a path that can still be sent, changed somewhere."""
    odd = ["%00", "..", "//", "%2e%2e", "?start=1&start=2", "?start=-1", "?start=9" + "9" * 20,
           "0", "f", "Z", "tile/", ".p/257", "x000", "%F0%9F%98%80"]  # fmt: skip
    at = chance.randrange(1, len(path) + 1)
    return path[:at] + chance.choice(odd) + path[at + chance.randint(0, 3) :]


async def test_no_request_ends_in_an_error_of_ours(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    async with hall(tmp_path) as at:
        requests = good_requests(at)
        statuses: dict[int, int] = {}
        for number in range(REQUESTS):
            method, path, body = chance.choice(requests)
            what = chance.randrange(4)
            if what == 0:
                path = mutated_path(path, chance)
            elif what == 1:
                method = chance.choice(["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"])
            if what >= 1:
                body = mutated(body, chance)
            headers = {"Authorization": f"Bearer {at.token}"} if chance.random() < 0.8 else {}
            async with at.http.request(
                method, at.address + path, data=body, headers=headers, ssl=False
            ) as got:
                told = await got.read()
            statuses[got.status] = statuses.get(got.status, 0) + 1
            where = f"request {number} of seed {SEED}: {method} {path} -> {got.status}"
            assert got.status < 500 or got.status in {503, 507}, where
            if got.status >= 400 and method != "HEAD":
                Refused.decode(told)
        assert statuses.get(200, 0) > 20, "some of them were right"
        assert sum(count for status, count in statuses.items() if status >= 400) > REQUESTS // 2


async def test_no_frame_ends_in_an_error_of_ours(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    async with hall(tmp_path) as at:
        envelope, body = at.channel.seal(at.channel.party("USA").person("desk_officer"), b"x")
        frames = [
            pack_frame((Submit(request=1, envelope=envelope, body=body),)),
            pack_frame((Follow(request=2, start=3),)),
        ]
        url, headers = f"{at.address}/v1/stream", {"Authorization": f"Bearer {at.token}"}
        codes: set[int | None] = set()
        for _ in range(FRAMES):
            async with at.http.ws_connect(url, headers=headers, ssl=False) as ws:
                await ws.send_bytes(mutated(chance.choice(frames), chance))
                await ws.send_bytes(b"\xc1")
                async for _ in ws:
                    pass
                codes.add(ws.close_code)
        assert codes == {1002}, "closed as a protocol error, each time"


# ------------------------------------------------------------------ smuggling

GET = b"GET /v1/entries?start=0 HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /v1/challenge HTTP/1.1\r\nHost: a\r\n"
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: hidden\r\n\r\n"
CHUNKS = b"0\r\n\r\n"
CORPUS = {
    "length and chunked": POST
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    + CHUNKS,
    "chunked and length": POST
    + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
    + CHUNKS,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n",
    "two equal lengths": POST + b"Content-Length: 44\r\nContent-Length: 44\r\n\r\n",
    "list of lengths": POST + b"Content-Length: 0, 44\r\n\r\n",
    "plus": POST + b"Content-Length: +0\r\n\r\n",
    "minus": POST + b"Content-Length: -0\r\n\r\n",
    "hex length": POST + b"Content-Length: 0x0\r\n\r\n",
    "underscore": POST + b"Content-Length: 1_0\r\n\r\n",
    "length of words": POST + b"Content-Length: none\r\n\r\n",
    "empty length": POST + b"Content-Length:\r\n\r\n",
    "Arabic digits": POST + "Content-Length: ٠\r\n\r\n".encode(),
    "huge length": POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "space before colon": POST + b"Content-Length : 0\r\n\r\n",
    "tab before colon": POST + b"Content-Length\t: 0\r\n\r\n",
    "space in a name": POST + b"Content Length: 0\r\n\r\n",
    "folded": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNKS,
    "folded first": b"GET /healthz HTTP/1.1\r\n Host: a\r\n\r\n",
    "xchunked": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKS,
    "chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + CHUNKS,
    "chunked, identity": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKS,
    "identity": POST + b"Transfer-Encoding: identity\r\n\r\n",
    "gzip": POST + b"Transfer-Encoding: gzip\r\n\r\n",
    "vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + CHUNKS,
    "null in a value": POST + b"X: a\0b\r\n\r\n",
    "null in a name": POST + b"X\0: b\r\n\r\n",
    "bare CR": POST + b"X: a\rY: b\r\n\r\n",
    "bare LF": b"GET /healthz HTTP/1.1\nHost: a\n\n",
    "LF in a head": POST + b"X: a\nContent-Length: 0\r\n\r\n",
    "no colon": POST + b"nothing\r\n\r\n",
    "empty name": POST + b": nothing\r\n\r\n",
    "bad size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "negative size": POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "0x size": POST + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
    "size with underscore": POST + b"Transfer-Encoding: chunked\r\n\r\n1_0\r\nhello\r\n0\r\n\r\n",
    "huge size": POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n",
    "LF after a size": POST + b"Transfer-Encoding: chunked\r\n\r\n0\n\n",
    "no CRLF after a chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\naXX0\r\n\r\n",
    "version 9": b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n",
    "version of words": b"GET /healthz HTTP/one\r\nHost: a\r\n\r\n",
    "no version": b"GET /healthz\r\n\r\n",
    "space in a path": b"GET /health z HTTP/1.1\r\nHost: a\r\n\r\n",
    "method of symbols": b"G<T /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "long target": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "long head": GET + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
    "many heads": GET + b"".join(b"X%d: a\r\n" % each for each in range(3_000)) + b"\r\n",
    "TLS": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 40


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Hall]:
    async with hall(tmp_path) as made:
        yield made


async def sent(at: Hall, octets: bytes) -> bytes:
    """Send bytes as they are, and return everything that comes until the relay ends the line."""
    reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
    writer.write(octets)
    answer = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(20):
            while piece := await reader.read(65_536):
                answer += piece
                if answer.count(b"HTTP/1.1 200") == 2:
                    break
    writer.close()
    return answer


async def test_nothing_is_smuggled_in_behind_a_crooked_request(at: Hall) -> None:
    """The crooked one is refused, and what stands behind it on the line is never answered."""
    wrong = {}
    for name, crooked in CORPUS.items():
        answer = await sent(at, crooked + HIDDEN)
        statuses = [int(each) for each in re.findall(rb"HTTP/1\.[01] (\d{3})", answer)]
        refused = not statuses or (len(statuses) == 1 and 400 <= statuses[0] < 500)
        if not refused or b'"status": "ok"' in answer:
            wrong[name] = answer
    assert wrong == {}


async def test_two_straight_requests_are_both_answered(at: Hall) -> None:
    """The control: the same hidden request behind a straight one is answered."""
    answer = await sent(at, POST + b"Content-Length: 0\r\n\r\n" + HIDDEN)
    assert answer.count(b"HTTP/1.1 200") == 2
    assert b'"status": "ok"' in answer
