"""What this machine can do at best: every primitive that a limit is made from, timed alone.

Each is taken in the same run as the figures that are held against it. Wall times are per
operation; CPU times are of the process that works, with nothing else in it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import aiohttp
import apsw
from aiohttp import web

from bench import apart, machine
from bench.figures import median, quantile
from bench.world import Prepared, World, comment
from paraph.client.reading.opened import binding_of
from paraph.protocol import signed
from paraph.protocol.checkpoint import verify_checkpoint
from paraph.protocol.names import Digest
from paraph.protocol.sealed import SealingKey, unseal
from paraph.protocol.signed import Unverified
from paraph.protocol.statements.content import encode_content
from paraph.protocol.statements.envelope import SealedContent
from tests.support.parties import Person

PER_JOB: Final = 16
"""Signatures in a job, where several cores share them."""
PER_COMMIT: Final = 64
ACK: Final = 4096
"""Bytes of an answer to a submission: a tlog-proof with its note."""


@dataclasses.dataclass(frozen=True, slots=True)
class Timed:
    """One primitive: a wall time per operation, and its CPU time.

    Attributes:
        wall_ms: Of each repetition.
        cpu_ms: Mean.
    """

    wall_ms: tuple[float, ...]
    cpu_ms: float

    @property
    def p50(self) -> float:
        """Median wall time, ms."""
        return median(self.wall_ms)

    @property
    def p99(self) -> float:
        """99th percentile of the wall time, ms."""
        return quantile(self.wall_ms, 0.99)


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """Everything that limits are made from, for one set of recipients.

    Attributes:
        seal: Seal a comment of 2 KiB to every recipient, and sign it.
        verify: Check one composite signature.
        open: Check one composite signature, unwrap, decrypt, compare the commitment.
        sign_head: The log's two signatures on a checkpoint.
        check_head: Check both.
        commit: One statement with its body, durable, in a transaction of its own.
        commit_grouped: The same, 64 in a transaction; per statement.
        remember: A head written in its place of a small file, durable.
        hop: Half a round trip of the statement to a WebSocket in another process.
        verify_rate: Signatures a second on all cores.
        open_rate: Statements opened a second on all cores.
        wire: Bytes of a statement with its body.
    """

    seal: Timed
    verify: Timed
    open: Timed
    sign_head: Timed
    check_head: Timed
    commit: Timed
    commit_grouped: Timed
    remember: Timed
    hop: Timed
    verify_rate: float
    open_rate: float
    wire: int

    def parts(self) -> dict[str, Timed]:
        """What one statement must go through from desk to desk, one after the other."""
        return {
            "seal and sign": self.seal,
            "hop to the relay": self.hop,
            "verify": self.verify,
            "commit": self.commit,
            "sign the head": self.sign_head,
            "hop to the desk": self.hop,
            "check the head": self.check_head,
            "verify and open": self.open,
        }

    def sum_of_parts(self, times: int = 1) -> tuple[float, float]:
        """Return p50 and p99, ms, of all parts done *times* in a row.

        The quantiles are those of sums drawn at random from the parts, not sums of quantiles:
        the parts are not slow together.
        """
        return _quantiles([(each,) for each in self.parts().values()] * times)

    def least(self, times: int = 1) -> tuple[float, float]:
        """Return p50 and p99, ms, of all parts and of the waits for the disk that our rules add.

        The outbox is durable before the first byte leaves; the relay remembers a head while it
        signs it; entries, then the head, are durable at the reader before anything is shown
        (SPEC 6.6, 8.4). Nothing that keeps these rules can be faster, in whatever language.
        """
        steps = [
            (timed, self.remember) if name == "sign the head" else (timed,)
            for name, timed in self.parts().items()
        ]
        added = [(self.commit,), (self.commit,), (self.remember,)]
        return _quantiles((steps + added) * times)

    def ceiling(self, times: int = 1) -> float:
        """Return statements a second that all cores could carry from desk to desk.

        Args:
            times: Statements that each one takes: 2, if a receipt comes back for each.
        """
        cpu_ms = (
            self.seal.cpu_ms
            + self.verify.cpu_ms
            + self.open.cpu_ms
            + self.commit_grouped.cpu_ms
            + 2 * self.hop.cpu_ms
        )
        return machine.cores() * 1000 / (cpu_ms * times)

    def as_dict(self) -> dict[str, object]:
        """Return everything for the JSON."""
        out: dict[str, object] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Timed):
                value = {
                    "p50_ms": round(value.p50, 4),
                    "p99_ms": round(value.p99, 4),
                    "cpu_ms": round(value.cpu_ms, 4),
                }
            out[field.name] = round(value, 1) if isinstance(value, float) else value
        return out


def _quantiles(steps: Sequence[tuple[Timed, ...]]) -> tuple[float, float]:
    # p50 and p99 of steps one after the other; what stands together in a step goes on together.
    draw = random.Random(0)
    sums = [
        sum(max(draw.choice(each.wall_ms) for each in step) for step in steps) for _ in range(4000)
    ]
    return median(sums), quantile(sums, 0.99)


def measure(world: World, recipients: int, count: int) -> Limits:
    """Time every primitive; in a process of its own, so that no thread of it stays behind."""
    return apart.run(lambda: _measure(world, recipients, count))


def _measure(world: World, recipients: int, count: int) -> Limits:
    sender, reader = world.sender, world.receiver
    keys = world.recipients(sender, recipients)
    record = encode_content(comment(sender.role))
    made: list[Prepared] = []

    def seal() -> None:
        made.append(Prepared(sender, *world.channel.seal(sender, record, recipients=keys)))

    sealing = timed(seal, count)
    unverified = [signed.read(each.envelope) for each in made]
    again = iter(unverified * 2)
    verifying = timed(lambda: _verify(next(again), sender), count)
    sealed = iter(list(zip(unverified, made, strict=True)) * 2)
    opening = timed(lambda: _open(*next(sealed), reader.sealing), count)
    log, secret = world.channel.log, world.channel.log_secret
    note, log_keys = world.channel.note(), world.channel.log_keys
    wire = len(made[0].envelope) + len(made[0].body)
    return Limits(
        seal=sealing,
        verify=verifying,
        open=opening,
        sign_head=timed(lambda: secret.sign(log.origin, log.size, log.root), count),
        check_head=timed(lambda: verify_checkpoint(note, log_keys), count),
        commit=_commits(world.directory, made[0], count, 1),
        commit_grouped=_commits(world.directory, made[0], max(8, count // 8), PER_COMMIT),
        remember=_remembered(world.directory, count),
        hop=_hops(wire, count),
        verify_rate=_rate([partial(_verify, each, sender) for each in unverified]),
        open_rate=_rate(
            [
                partial(_open, each, prepared, reader.sealing)
                for each, prepared in zip(unverified, made, strict=True)
            ]
        ),
        wire=wire,
    )


def timed(work: Callable[[], object], count: int) -> Timed:
    """Time *work*, *count* times."""
    wall = []
    cpu = time.process_time()
    for _ in range(count):
        begun = time.perf_counter()
        work()
        wall.append((time.perf_counter() - begun) * 1000)
    return Timed(tuple(wall), (time.process_time() - cpu) / count * 1000)


def _verify(unverified: Unverified, author: Person) -> None:
    signed.verify(unverified, author.signing.public)


def _open(unverified: Unverified, prepared: Prepared, key: SealingKey) -> None:
    _verify(unverified, prepared.author)
    statement = unverified.statement
    content = statement.content
    assert isinstance(content, SealedContent)
    unseal(
        prepared.body,
        binding_of(statement, content),
        digest=Digest(content.body_digest),
        size=content.body_size,
        key=key,
    )


def _rate(work: Sequence[Callable[[], object]]) -> float:
    # All cores, in threads: the library gives the interpreter's lock back while it computes.
    jobs = [work[at : at + PER_JOB] for at in range(0, len(work), PER_JOB)]
    with ThreadPoolExecutor(machine.cores()) as pool:
        list(pool.map(_all, jobs[: machine.cores()]))
        begun = time.perf_counter()
        list(pool.map(_all, jobs))
        return len(work) / (time.perf_counter() - begun)


def _all(job: Sequence[Callable[[], object]]) -> None:
    for each in job:
        each()


def _commits(directory: Path, prepared: Prepared, count: int, rows: int) -> Timed:
    with tempfile.TemporaryDirectory(dir=directory) as folder:
        connection = apsw.Connection(str(Path(folder) / "limit.db"))
        connection.pragma("page_size", 16 * 1024)
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", 2)
        connection.pragma("wal_autocheckpoint", 0)
        connection.execute("CREATE TABLE t (number INTEGER PRIMARY KEY, envelope, body)")

        def commit() -> None:
            with connection:
                connection.executemany(
                    "INSERT INTO t (envelope, body) VALUES (?, ?)",
                    [(prepared.envelope, prepared.body)] * rows,
                )

        whole = timed(commit, count)
        connection.close()
    return Timed(tuple(each / rows for each in whole.wall_ms), whole.cpu_ms / rows)


def _remembered(directory: Path, count: int) -> Timed:
    with tempfile.TemporaryFile(dir=directory) as file:
        head, places = bytes(4096), itertools.cycle((0, 4096))
        file.write(head * 2)
        file.flush()
        os.fsync(file.fileno())

        def remember() -> None:
            os.pwrite(file.fileno(), head, next(places))
            os.fdatasync(file.fileno())

        return timed(remember, count)


def _hops(size: int, count: int) -> Timed:
    # The echo works in a process of its own, as a relay does.
    with apart.beside(_echo) as pipe:
        port = apart.take(pipe)
        pid = apart.take(pipe)
        cpu = machine.cpu_s(pid)
        timing = asyncio.run(_ping(port, size, count))
        theirs = (machine.cpu_s(pid) - cpu) * 1000 / count
        pipe.send(None)
        apart.take(pipe)
    return Timed(tuple(each / 2 for each in timing.wall_ms), (timing.cpu_ms + theirs) / 2)


def _echo(pipe: Connection) -> None:
    asyncio.run(_serve_echo(pipe))


async def _serve_echo(pipe: Connection) -> None:
    async def answer(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(compress=False)
        await ws.prepare(request)
        async for _ in ws:
            await ws.send_bytes(bytes(ACK))
        return ws

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    apart.tell(pipe, runner.addresses[0][1])
    apart.tell(pipe, os.getpid())
    await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
    await runner.cleanup()


async def _ping(port: int, size: int, count: int) -> Timed:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"http://127.0.0.1:{port}/", compress=0) as ws,
    ):
        data, wall = bytes(size), []
        cpu = time.process_time()
        for _ in range(count):
            begun = time.perf_counter()
            await ws.send_bytes(data)
            await ws.receive_bytes()
            wall.append((time.perf_counter() - begun) * 1000)
        return Timed(tuple(wall), (time.process_time() - cpu) / count * 1000)
