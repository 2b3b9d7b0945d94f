"""A relay that did not answer is left alone for a while, and not for longer."""

from __future__ import annotations

from paraph.client.bot.reach import Reach
from paraph.protocol.errors import UnavailableError


async def test_what_is_not_due_any_more_is_not_tried_without_end() -> None:
    now, told = [1_000], list[str]()

    async def tell(kind: str, _: str) -> None:
        told.append(kind)

    async def fails() -> bool:
        raise UnavailableError("connection lost")

    async def has_nothing_to_do() -> bool:
        return False

    async def meets() -> bool:
        return True

    reach = Reach(lambda: now[0], tell)
    await reach.meet(fails)
    due = reach.next_try or 0
    assert due > now[0]
    await reach.meet(has_nothing_to_do)  # too early: it is not even asked
    assert reach.next_try == due
    now[0] = due
    await reach.meet(has_nothing_to_do)
    assert not reach.next_try  # else it would be due at once, for ever
    assert told == ["unreachable"]  # what it could not do, it has not done yet
    await reach.meet(meets)
    assert reach.missed is None
    assert told == ["unreachable", "reachable"]
