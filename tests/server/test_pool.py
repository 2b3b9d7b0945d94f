"""Checks in threads: in order, together under load, at once when idle."""

from __future__ import annotations

import asyncio
import functools
import threading

import pytest

from paraph.protocol.errors import ForgedError, UnavailableError
from paraph.server.pool import Pool


async def test_work_gets_its_own_result_or_error() -> None:
    pool = Pool(threads=2)

    def fail() -> int:
        raise ForgedError("expected something else")

    results = await asyncio.gather(
        pool.run(lambda: 1), pool.run(fail), pool.run(lambda: 3), return_exceptions=True
    )
    assert results[0] == 1
    assert isinstance(results[1], ForgedError)
    assert results[2] == 3
    pool.close()


async def test_what_arrives_together_shares_jobs() -> None:
    pool = Pool(threads=1, per_job=16)
    started: list[int] = []
    gate = threading.Event()
    first = pool.start(gate.wait)
    rest = [pool.start(functools.partial(started.append, number)) for number in range(40)]
    for _ in range(3):
        await asyncio.sleep(0)
    assert pool.waiting == 25  # sixteen of them are in the first job
    gate.set()
    await asyncio.gather(first, *rest)
    assert started == list(range(40))
    assert pool.waiting == 0
    pool.close()


async def test_a_brief_check_that_comes_alone_needs_no_thread() -> None:
    pool = Pool(threads=2)
    here = threading.get_ident()
    assert await pool.start(threading.get_ident, brief=True) == here
    assert await pool.start(threading.get_ident) != here
    several = [pool.start(threading.get_ident, brief=True) for _ in range(2)]
    assert here not in await asyncio.gather(*several)
    pool.close()


async def test_idle_threads_share_what_arrives() -> None:
    pool = Pool(threads=2, per_job=16)
    meeting = threading.Barrier(2)
    await asyncio.wait_for(
        asyncio.gather(pool.run(lambda: meeting.wait(10)), pool.run(lambda: meeting.wait(10))), 20
    )
    pool.close()


async def test_a_cancelled_caller_does_not_stop_the_others() -> None:
    pool = Pool(threads=1)
    gate = threading.Event()
    held = pool.start(gate.wait)
    gone, kept = pool.start(lambda: 1), pool.start(lambda: 2)
    gone.cancel()
    gate.set()
    await held
    assert await kept == 2
    pool.close()


async def test_a_closed_pool_takes_nothing() -> None:
    pool = Pool(threads=1)
    pool.close()
    with pytest.raises(UnavailableError):
        pool.start(lambda: 1)
