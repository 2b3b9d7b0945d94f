"""Every page of the desk on a large negotiation: server time, bytes, and what a browser needs.

No mark of the relay: the homes are those of ``tests.support.large``. Run by itself with
``python -m bench.desk_pages [PATH]``; with a path below the negotiation that page alone, under a
profiler. Times are those of a client on the same machine, from the request to the last byte: once
as soon as it answers, then again when the desk has made ahead what it makes ahead.
"""

from __future__ import annotations

import asyncio
import cProfile
import dataclasses
import gc
import pstats
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bench.figures import median, quantile
from paraph.client.channel.joining import Link
from paraph.client.channel.tools import Tools
from paraph.client.transport import Transport
from paraph.client.web import app
from paraph.client.web.guard import Guard
from paraph.client.web.launch import Tokens
from paraph.client.web.office import Office
from paraph.client.web.presence import Presence
from paraph.client.writing import composing
from paraph.client.writing.composing import VersionDraft
from paraph.protocol.errors import UnavailableError
from paraph.protocol.keys import Signer
from paraph.protocol.names import ChannelId
from paraph.protocol.relay import RelayChannel
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.versions import NO_NOTES, Replace
from paraph.protocol.wire import Admission, Founded, Founding, RelayCard
from tests.support.large.homes import PASSPHRASE, Large, large, serving
from tests.support.large.stage import Size

MOST_MS: Final = 50.0
MOST_BYTES: Final = 300_000
AGAIN: Final = 15
_OWN: Final = {"Sec-Fetch-Site": "same-origin"}
_MORE: Final = (
    "/n/{negotiation}/redline?from={before}&to={last}",
    "/n/{negotiation}/redline?from={middle}&to={last}",
    "/n/{negotiation}/redline?from={first}&to={last}",
    "/n/{negotiation}/text?v={first}",
    "/n/{negotiation}/comments?show=all",
    "/search?q=nautical+mile",
    "/search?q=the+side",
    "/search?q=полетов",
)
"""What is asked for besides each address of the route table as it is."""
_SKIPPED: Final = (
    "/hints", "/static", "/unlock", "/enter", ".zip", "/evidence", "/bundle", "/untie", "/join",
    "/consolidate",
)  # fmt: skip
"""Streams, files and doors; what is there only for a package that both sides tied, or where a
text has two newest versions: the last is asked for apart."""
_FORKED: Final = ("/n/{negotiation}/consolidate", "/n/{negotiation}", "/n/{negotiation}/text")
"""What is asked for once somebody went on beside the newest version."""


class _Away(Link):
    # A relay that nobody reaches: what is measured is this machine.
    async def admit(self, admission: Admission) -> None:
        del admission
        raise UnavailableError("away")

    async def found(self, founding: Founding) -> Founded:
        del founding
        raise UnavailableError("away")

    async def open(self, channel: ChannelId, origin_prefix: str, signer: Signer) -> RelayChannel:
        del channel, origin_prefix, signer
        raise UnavailableError("away")

    async def close(self) -> None:
        pass


class _Alone(Tools):
    def link(self, card: RelayCard) -> Link:
        del card
        return _Away()


def addresses(made: web.Application, known: Mapping[str, str]) -> Iterator[str]:
    """Yield every address of the route table that answers a GET, filled in from *known*."""
    found = {
        route.resource.canonical
        for route in made.router.routes()
        if route.method == "GET" and route.resource is not None
    }
    for path in (*sorted(found), *_MORE):
        if any(each in path for each in _SKIPPED):
            continue
        names = re.findall(r"\{(\w+)", path)
        if all(name in known for name in names):
            yield re.sub(r"\{(\w+)[^}]*\}", lambda each: known[each[1]], path)


def _known(office: Office) -> dict[str, str]:
    room = office.rooms()[0]
    head = room.talks.versions.get(room.talks.heads[0])
    assert head is not None
    texts = sorted(each.index for _, each in room.talks.versions.items() if not any(each.document))
    silence = max((each for _, each in room.state.silences.items()), key=lambda each: each.index)
    return {
        "negotiation": room.talks.identity.hex(),
        "clause": head.text.parts[len(head.text.parts) // 2].cid,
        "comment": f"C-{room.talks.comments_counted // 2}",
        "proposal": f"P-{len(room.talks.proposals) // 2}",
        "conference": "VC-2",
        "action": "A-3",
        "finding": "F-1",
        "number": "1",
        "silence": f"S-{silence.number}",
        "index": str(head.index),
        "statement": head.statement.hex(),
        "name": "USA-3",
        "first": str(texts[0]),
        "middle": str(texts[len(texts) // 2]),
        "before": str(texts[-2]),
        "last": str(head.index),
        "document": "SD-1",
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its status and bytes, and milliseconds until its last byte, waited and worked."""

    status: int
    size: int
    ms: float
    cpu_ms: float


class Visitor:
    """A client that is signed in at a desk on a copy of the large home."""

    def __init__(self, client: TestClient[Any, Any], origin: str) -> None:
        self._client = client
        self._headers = {"Host": origin.removeprefix("http://"), **_OWN}

    async def post(self, path: str, form: Mapping[str, str]) -> int:
        """Post *form*; return the status."""
        async with self._client.post(path, data=form, headers=self._headers) as answer:
            await answer.read()
            return answer.status

    async def get(self, path: str) -> Answer:
        """Ask for a page."""
        begun, cpu = time.perf_counter(), time.process_time()
        async with self._client.get(path, headers=self._headers) as answer:
            data = await answer.read()
        took = (time.perf_counter() - begun) * 1000, (time.process_time() - cpu) * 1000
        return Answer(answer.status, len(data), *took)


async def _measured(made: Large, only: str) -> dict[str, dict[str, float]]:
    async with _visiting(made) as (office, visitor, unlocked, application):
        found = {"(unlock)": _figures(unlocked, [unlocked])}
        known = _known(office)
        if only:
            await _profiled(visitor, f"/n/{known['negotiation']}{only}" if only[1:2] else only)
            return found
        for path in addresses(application, known):
            found[path.replace(known["negotiation"], "…")] = await _asked(office, visitor, path)
    await _fork(made)
    async with _visiting(made) as (office, visitor, _, _):
        for each in _FORKED:
            path = each.format(negotiation=known["negotiation"])
            name = path.replace(known["negotiation"], "…")
            found[f"{name} (two lines)"] = await _asked(office, visitor, path)
    return found


@asynccontextmanager
async def _visiting(
    made: Large,
) -> AsyncIterator[tuple[Office, Visitor, Answer, web.Application]]:
    office = Office(made.home("USA"), _Alone())
    begun = time.perf_counter()
    await office.unlock(PASSPHRASE)
    unlocked = Answer(200, 0, (time.perf_counter() - begun) * 1000, 0)
    tokens, guard = Tokens(), Guard("desk", 1)
    application = app.make(office, guard, tokens, Presence(0))
    async with TestClient(TestServer(application)) as client:
        visitor = Visitor(client, guard.origin)
        await visitor.post("/enter", {"token": tokens.new()})
        yield office, visitor, unlocked, application
        await office.close()


async def _asked(office: Office, visitor: Visitor, path: str) -> dict[str, float]:
    first = await visitor.get(path)
    await office.calm()
    gc.collect()
    more = [await visitor.get(path) for _ in range(AGAIN if first.ms < 3_000 else 3)]
    return _figures(first, more)


async def _fork(made: Large) -> None:
    # The version before the newest is changed once more: a text with two newest versions.
    async with serving(made) as relay:
        link = Transport(relay.card)
        try:
            async with made.desk("USA", link) as desk:
                await desk.sync()
                talks = next(iter(desk.state.negotiations.values()))
                newest = composing.version_of(talks, talks.heads[-1])
                before = composing.version_of(talks, newest.content.parents[0])
                middle = before.text.parts[len(before.text.parts) // 2]
                words = {code: f"{said} *" for code, said in middle.words.items()}
                change = Replace(cid=middle.cid, texts=to_wordings(words), notes=NO_NOTES)
                draft = VersionDraft(operations=(change,), parents=(before.statement,), branch=True)
                header = desk.header(talks.identity)
                await desk.say(composing.tabled(desk.state, header, draft, desk.party)[0])
        finally:
            await link.close()


def _figures(first: Answer, more: Sequence[Answer]) -> dict[str, float]:
    return {
        "status": first.status,
        "bytes": first.size,
        "first": first.ms,
        "median": median(each.ms for each in more),
        "p95": quantile((each.ms for each in more), 0.95),
        "cpu": quantile((each.cpu_ms for each in more), 0.95),
    }


async def _profiled(visitor: Visitor, path: str) -> None:
    await visitor.get(path)
    profiler = cProfile.Profile()
    profiler.enable()
    print(await visitor.get(path))
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


def desk_pages(only: str = "", size: Size | None = None) -> dict[str, dict[str, float]]:
    """Return status, bytes and milliseconds of every page: first, median, p95.

    And milliseconds of CPU, client's and server's, at p95: what the same would cost on a quiet
    machine.
    """
    home = large(size)
    with tempfile.TemporaryDirectory(prefix="desk-", dir=home.path.parent) as directory:
        return asyncio.run(_measured(home.copied(Path(directory) / "large"), only))


def lines(found: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return the figures for people; what is over a bound has a mark."""
    head = f"{'page':52}{'':>5}{'KB':>8}{'first':>9}{'median':>9}{'p95 ms':>9}{'its CPU':>9}"
    return [head, *(_line(name, each) for name, each in found.items())]


def _line(name: str, each: Mapping[str, float]) -> str:
    over = [
        *(["slow"] if each["p95"] > MOST_MS and each["bytes"] else []),
        *(["large"] if each["bytes"] > MOST_BYTES else []),
    ]
    return (
        f"{name:52}{each['status']:5.0f}{each['bytes'] / 1000:8.1f}{each['first']:9.1f}"
        f"{each['median']:9.1f}{each['p95']:9.1f}"
        f"{each['cpu']:9.1f}  {' '.join(over)}"
    )


if __name__ == "__main__":
    told = desk_pages(sys.argv[1] if len(sys.argv) > 1 else "")
    if len(sys.argv) == 1:
        print("\n".join(lines(told)))
