"""What placing costs the relay: CPU, throughput, disk (marks 1, 2, 8) and memory (mark 7)."""

from __future__ import annotations

import asyncio
import dataclasses
import subprocess
import sys
from collections.abc import Iterable
from typing import Final

from bench import apart, machine, relay_process
from bench.figures import Mark, Measure, Sketch
from bench.lean import Lane, drive, lanes
from bench.limits import Limits
from bench.options import Options
from bench.relay_process import Relay
from bench.world import World

IMPORTS: Final = (
    "import aiohttp.web, apsw, cryptography.hazmat.primitives.asymmetric.mldsa, msgpack"
)
"""The libraries that a relay stands on."""
CHUNK: Final = 2_000
"""Statements that are sealed, then sent, where memory is looked at."""


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """What one run cost."""

    seconds: float
    cpu_s: float
    disk: int
    wire: int
    load: float


def placing(
    world: World, limits: Limits, recipients: int, options: Options, wanted: Iterable[int]
) -> list[Measure]:
    """Measure marks 1, 2 and 8, all in the same runs."""
    world.forget()
    count = options.placed
    work = lanes(world.comments(recipients, count, world.officers()))
    runs = [_run(world, work) for _ in range(options.runs)]
    seen = {"statements": count, "senders": len(work), "load": [each.load for each in runs]}
    found = [
        Measure(
            1,
            "relay CPU per 1,000 statements",
            recipients,
            "s",
            tuple(each.cpu_s / count * 1000 for each in runs),
            (limits.verify.cpu_ms,),
            "CPU seconds of verifying 1,000 composite signatures",
            Mark("≤ 1.43 ×", most=1.43),
            Sketch(0.445, 0.2515) if recipients < 14 else None,
            details=seen,
        ),
        Measure(
            2,
            "relay throughput, generators on the same cores",
            recipients,
            "/s",
            tuple(count / each.seconds for each in runs),
            (limits.verify_rate,),
            "composite signatures verified a second on all cores",
            Mark("≥ 50 %", least=0.5),
            Sketch(3006, 7504) if recipients < 14 else None,
            more_is_better=True,
            details=seen,
        ),
        Measure(
            8,
            "disk per statement",
            recipients,
            "B",
            tuple(each.disk / count for each in runs),
            tuple(each.wire / count for each in runs),
            "bytes of its frame on the wire",
            Mark("≤ 1.3 ×", most=1.3),
            Sketch(8142, 6600) if recipients < 14 else None,
            details=seen,
        ),
    ]
    return [each for each in found if each.number in wanted]


def _run(world: World, work: list[Lane]) -> Run:
    home = world.relay_copy("placing")
    before = machine.bytes_under(home)
    with relay_process.serving(home) as relay:
        cpu = relay.cpu_s
        seconds = _drive(relay, world, work)
        cpu = relay.cpu_s - cpu
        load = machine.load()
    # Drained and checkpointed: database, write-ahead log, head files.
    disk = machine.bytes_under(home) - before
    wire = sum(len(frame) for lane in work for frame in lane.frames)
    return Run(seconds, cpu, disk, wire, load)


def _drive(relay: Relay, world: World, work: list[Lane]) -> float:
    return apart.run(lambda: asyncio.run(drive(relay.card, world.channel, work)))


def memory(world: World, recipients: int, options: Options) -> list[Measure]:
    """Measure mark 7."""
    runs, idle = [], []
    for _ in range(options.runs if options.remembered <= 10_000 else 1):
        world.forget()
        with relay_process.serving(world.relay_copy("memory")) as relay:
            idle.append(relay.resident_mib)
            left = options.remembered
            while left:
                part = min(left, CHUNK)
                _drive(relay, world, lanes(world.comments(recipients, part, world.officers())))
                left -= part
            runs.append(relay.resident_mib)
    return [
        Measure(
            7,
            f"relay memory after {options.remembered:,} statements",
            recipients,
            "MiB",
            tuple(runs),
            tuple(idle),
            "resident memory of the same process before the first of them",
            Mark("flat, ≤ 70 MB", figure_most=70e6 / 2**20, most=1.25),
            Sketch(44, 44),
            absolute=True,
            details={
                "bytes_per_statement": round(
                    (sum(runs) - sum(idle)) / len(runs) * 2**20 / options.remembered
                ),
                "libraries_alone_mib": round(_libraries_mib(), 1),
            },
        )
    ]


def _libraries_mib() -> float:
    with subprocess.Popen(
        [sys.executable, "-c", f"{IMPORTS}; print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        found = machine.resident_mib(process.pid)
        process.stdin.write(b"\n")
    return found
