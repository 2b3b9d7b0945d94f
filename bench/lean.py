"""A load generator that costs little: frames packed beforehand, answers counted and not checked.

It shares the cores with the relay it drives, so whatever it does not do is the relay's to use.
What a desk does with an answer is measured elsewhere, with the desk's own code.
"""

from __future__ import annotations

import asyncio
import dataclasses
import ssl
import time
from collections.abc import Sequence
from typing import Any, Final

import aiohttp
import msgpack

from bench.world import Prepared
from paraph.client.transport.pinning import NO_PIN, tls_context
from paraph.protocol.errors import RefusedError
from paraph.protocol.wire import (
    MAX_PIPELINED,
    Challenge,
    RelayCard,
    Session,
    Submit,
    pack_frame,
)
from tests.support.channel import Channel
from tests.support.parties import Person

PER_FRAME: Final = 8
"""Statements that a busy sender puts into one frame."""


@dataclasses.dataclass(frozen=True, slots=True)
class Lane:
    """What one key sends over one connection: frames, and how many statements are in each."""

    author: Person
    frames: tuple[bytes, ...]
    counts: tuple[int, ...]


def lanes(prepared: Sequence[Prepared]) -> list[Lane]:
    """Pack what each author says, in order, into frames."""
    by_author: dict[bytes, list[Prepared]] = {}
    for each in prepared:
        by_author.setdefault(each.author.id, []).append(each)
    made = []
    for said in by_author.values():
        groups = [said[at : at + PER_FRAME] for at in range(0, len(said), PER_FRAME)]
        frames = tuple(
            pack_frame(
                tuple(
                    Submit(request=number, envelope=each.envelope, body=each.body)
                    for number, each in enumerate(group)
                )
            )
            for group in groups
        )
        made.append(Lane(said[0].author, frames, tuple(len(group) for group in groups)))
    return made


async def drive(card: RelayCard, channel: Channel, work: Sequence[Lane]) -> float:
    """Send everything, up to 32 unanswered on each lane.

    Returns:
        Seconds from the first frame to the last answer.

    Raises:
        RefusedError: The relay refused a statement.
    """
    context: ssl.SSLContext | bool = True if card.pin == NO_PIN else tls_context(card.pin)
    connector = aiohttp.TCPConnector(ssl=context, limit=0)
    async with aiohttp.ClientSession(card.address, connector=connector) as http:
        sockets = [await _connect(http, card, channel, lane.author) for lane in work]
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for socket, lane in zip(sockets, work, strict=True):
                group.create_task(_send(socket, lane))
        spent = time.perf_counter() - begun
        for socket in sockets:
            await socket.close()
    return spent


async def _connect(
    http: aiohttp.ClientSession, card: RelayCard, channel: Channel, author: Person
) -> aiohttp.ClientWebSocketResponse:
    async with http.post("/v1/challenge") as response:
        nonce = Challenge.decode(await response.read()).nonce
    host = card.address.partition("://")[2]
    asked = channel.session_request(author, nonce, time.time_ns() // 10**6, host=host)
    async with http.post("/v1/session", data=asked.encode()) as response:
        token = Session.decode(await response.read()).token
    headers = {"Authorization": f"Bearer {token.hex()}"}
    return await http.ws_connect("/v1/stream", headers=headers, compress=0, max_msg_size=1 << 21)


async def _send(socket: aiohttp.ClientWebSocketResponse, lane: Lane) -> None:
    unanswered = 0
    for frame, count in zip(lane.frames, lane.counts, strict=True):
        while unanswered + count > MAX_PIPELINED:
            unanswered -= await _answers(socket)
        await socket.send_bytes(frame)
        unanswered += count
    while unanswered:
        unanswered -= await _answers(socket)


async def _answers(socket: aiohttp.ClientWebSocketResponse) -> int:
    answers: list[dict[str, Any]] = msgpack.unpackb(await socket.receive_bytes())
    for each in answers:
        if each["kind"] != "placed":
            raise RefusedError(f"the relay refused: {each['message']}", code=each["code"])
    return len(answers)
