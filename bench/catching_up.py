"""Catch-up: from an empty replica to a folded negotiation (mark 6)."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from typing import Any

from bench import apart, relay_process
from bench.desks import desk
from bench.figures import Mark, Measure, Sketch, median
from bench.lean import Lane, drive, lanes
from bench.limits import Limits
from bench.options import Options
from bench.world import EVERYBODY, World
from paraph.client.reading.placed import in_order
from paraph.protocol.negotiation.state import APPLIED
from paraph.protocol.wire import RelayCard


def catching_up(world: World, limits: Limits, recipients: int, options: Options) -> list[Measure]:
    """Measure mark 6; figure and limit are for 10,000 statements, whatever the number measured."""
    world.forget()
    count = options.caught_up
    # One negotiation, by one side: the opening stands before everything else.
    first = world.opening(recipients)
    rest = world.comments(recipients, count - 1, [world.sender])
    with relay_process.serving(world.relay_copy("catching-up")) as relay:
        card = relay.card
        for work in ([first], rest):
            packed = lanes(work)
            apart.run(partial(_place, world, card, packed))
        runs = [
            apart.run(partial(_catch_up, world, card, recipients, count))
            for _ in range(options.runs)
        ]
    scale = 10_000 / count
    details: dict[str, Any] = {
        "statements": count,
        **{
            f"{each}_s": round(median(run[each] for run in runs) * scale, 3)
            for each in ("placed", "bodies", "cpu")
        },
    }
    return [
        Measure(
            6,
            "catch-up of 10,000 from empty" + ("" if count == 10_000 else f" (from {count:,})"),
            recipients,
            "s",
            tuple(run["all"] * scale for run in runs),
            (10_000 / limits.open_rate,),
            "verifying and opening 10,000 on all cores",
            Mark("≤ 1.2 ×", most=1.2),
            Sketch(3.67, 2.5) if recipients < EVERYBODY else None,
            details=details,
        )
    ]


def _place(world: World, card: RelayCard, work: list[Lane]) -> float:
    return asyncio.run(drive(card, world.channel, work))


def _catch_up(world: World, card: RelayCard, recipients: int, count: int) -> dict[str, float]:
    return asyncio.run(_timed(world, card, recipients, count))


async def _timed(world: World, card: RelayCard, recipients: int, count: int) -> dict[str, float]:
    begun, cpu = time.perf_counter(), _cpu_s()
    async with desk(world, card, world.receiver, recipients) as here:  # verified, opened, folded
        read = time.perf_counter()
        await here.replica.fetch_bodies(here.relay)
        here.reader.advance()
        ended = time.perf_counter()
        state = here.reader.state
        folded = sum(each.outcome == APPLIED for each in in_order(state))
        if folded != count:
            raise RuntimeError(f"expected {count} statements folded, got {folded}")
    return {
        "all": ended - begun,
        "placed": read - begun,
        "bodies": ended - read,
        "cpu": _cpu_s() - cpu,
    }


def _cpu_s() -> float:
    # With the processes that checked signatures, once they have ended.
    return sum(os.times()[:4])
