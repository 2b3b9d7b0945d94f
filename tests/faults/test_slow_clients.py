"""Crowds of clients that begin and never end, against the real relay process.

Threat 27 and promise 10: whoever drips a head, drips a body, says nothing or never reads is
dropped within the relay's limits, and a desk beside them is served all the time.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from paraph.client.transport import Transport, TransportChannel
from paraph.server import config, control
from paraph.server.config import CONFIG_FILE
from tests.faults.conftest import LONG
from tests.faults.relay_process import RelayProcess, make_home
from tests.support.channel import Channel, make_channel
from tests.support.clock import at_once
from tests.support.founding import found_over

SLOW = 1_000 if LONG else 200
DEAF = 100 if LONG else 30
HEAD_S, SEND_S = 2.0, 2.0
DROPPED_S = 15
"""Nobody may live longer than this."""


@dataclasses.dataclass
class Besieged:
    """A relay process, a channel with some entries, and a desk's session."""

    process: RelayProcess
    channel: Channel
    way: TransportChannel
    port: int
    token: str


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Besieged]:
    channel = make_channel()
    home = tmp_path / "relay"
    codes = await make_home(home, channel.log_secret, ("RUS", "USA"), plain=True)
    settings = config.load(home)
    limits = dataclasses.replace(
        settings.limits,
        head_seconds=HEAD_S, body_seconds=HEAD_S, body_rate=1_000_000, send_seconds=SEND_S,
        connections=4_000, connections_per_peer=4_000,
    )  # fmt: skip
    (home / CONFIG_FILE).write_text(config.render(dataclasses.replace(settings, limits=limits)))
    process = RelayProcess(home)
    try:
        card = await process.start()
        port = urlsplit(card.address).port
        assert port is not None
        async with Transport(card, timeout_s=20, sleep=at_once) as transport:
            way = await found_over(
                transport, channel, (codes[each.code] for each in channel.parties)
            )
            yield Besieged(process, channel, way, port, way._token.hex())  # noqa: SLF001
        assert await process.stop() == 0
    finally:
        await process.kill()


async def attack(port: int, beginning: bytes) -> None:
    """Begin, drip a byte now and then, and return when the relay has ended the line."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with contextlib.suppress(ConnectionError):
            writer.write(beginning)
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.5):
                        if not await reader.read(65_536):
                            return
                        continue
                writer.write(b"a")
    finally:
        writer.close()


async def test_slow_clients_are_dropped_and_a_desk_beside_them_is_served(at: Besieged) -> None:
    beginnings = (
        b"",
        b"GET /healthz HTTP/1.1\r\nX: ",
        b"POST /v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTT",
    )
    crowd = [
        asyncio.create_task(attack(at.port, beginnings[each % len(beginnings)]))
        for each in range(SLOW)
    ]
    served = 0
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while not all(each.done() for each in crowd) and loop.time() - begun < DROPPED_S:
        entries = await at.way.entries(0)
        assert len(entries.envelopes) == len(at.channel.envelopes)
        served += 1
        await asyncio.sleep(0)
    alive = sum(not each.done() for each in crowd)
    for each in crowd:
        each.cancel()
    ended = await asyncio.gather(*crowd, return_exceptions=True)
    assert alive == 0, f"{alive} of {SLOW} live after {DROPPED_S} s"
    assert served > 20
    assert not [each for each in ended if isinstance(each, AssertionError)]


async def test_clients_that_never_read_are_dropped_and_a_desk_beside_them_is_served(
    at: Besieged,
) -> None:
    """Each asks for a large answer again and again and reads nothing of it."""
    ask = (
        b"GET /v1/entries?start=0 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
        + at.token.encode()
        + b"\r\n\r\n"
    )
    loop = asyncio.get_running_loop()
    deaf: list[socket.socket] = []
    try:
        for _ in range(DEAF):
            own = socket.socket()
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            own.setblocking(False)
            await loop.sock_connect(own, ("127.0.0.1", at.port))
            with contextlib.suppress(BlockingIOError):
                own.send(ask * 100)
            deaf.append(own)
        begun, served = loop.time(), 0
        while await open_connections(at) > 2 and loop.time() - begun < DROPPED_S:
            entries = await at.way.entries(0)
            assert entries.envelopes
            served += 1
        assert await open_connections(at) <= 2, "the desk's own lines, and nobody else's"
        assert served
    finally:
        for each in deaf:
            each.close()


async def open_connections(at: Besieged) -> int:
    """Ask the operator's socket how many connections there are."""
    told = await asyncio.to_thread(control.ask, at.process.home, "status")
    assert told is not None
    return int(told["connections"])
