"""Free memory goes back: at once, and not too often."""

from __future__ import annotations

import asyncio

from paraph.server.memory import Freed
from tests.server.fakes import until


async def test_it_is_given_back_at_once_and_then_not_for_a_while() -> None:
    trimmed: list[int] = []
    freed = Freed(trimmed.append, every_s=3600)
    for _ in range(3):
        freed.give_back()
    await asyncio.sleep(0)
    assert trimmed == [0]


async def test_what_was_too_early_is_done_once_when_its_time_has_come() -> None:
    trimmed: list[int] = []
    freed = Freed(trimmed.append, every_s=0.01)
    for _ in range(3):
        freed.give_back()
    assert trimmed == [0]
    await until(lambda: trimmed == [0, 0])


async def test_the_allocator_of_this_machine_is_asked_if_it_can_be() -> None:
    Freed().give_back()
