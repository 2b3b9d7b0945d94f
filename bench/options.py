"""How much is measured: short, long, or just enough to see that it runs."""

from __future__ import annotations

import dataclasses
from typing import Final

from tests.support.large.stage import Size

PAYLOAD: Final = 2048
"""Bytes of words in every statement; sealed content is padded to 4 KiB around them."""
TALKS: Final = Size()
"""The negotiation that the desk's pages are measured on: 300 clauses, 100 versions, and so on."""


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """What a run of the bench does.

    Attributes:
        runs: How often each figure is taken; it is the median of so many.
        placed: Statements placed for marks 1, 2 and 8.
        remembered: Statements after which memory is read again, for mark 7.
        single: Statements sent one at a time, for marks 3 and 4.
        pipelined: Statements sent with 32 in flight, for mark 5.
        caught_up: Statements in the log for mark 6.
        primitives: Repetitions of each primitive that a limit is made from.
        tls: Whether desks and relay speak TLS, as they do in earnest; peers were measured without.
        recipients: Recipient sets: the smallest legal one, and everybody.
        talks: Size of the negotiation that the desk's pages are measured on.
        browser: Whether they are looked at in a browser too.
    """

    runs: int = 3
    placed: int = 3_000
    remembered: int = 5_000
    single: int = 300
    pipelined: int = 1_000
    caught_up: int = 2_000
    primitives: int = 600
    tls: bool = False
    recipients: tuple[int, ...] = (3, 14)
    talks: Size = TALKS
    browser: bool = True

    def with_tls(self) -> Options:
        """Return the same, with TLS."""
        return dataclasses.replace(self, tls=True)


SHORT: Final = Options()
LONG: Final = Options(
    placed=10_000,
    remembered=100_000,
    single=1_000,
    pipelined=5_000,
    caught_up=10_000,
    primitives=2_000,
)
TINY: Final = Options(
    runs=1, placed=48, remembered=96, single=5, pipelined=40, caught_up=70, primitives=20,
    recipients=(3,), talks=Size().small, browser=False,
)  # fmt: skip
"""For the test of the bench: every measurement runs, and none of the figures means anything."""
