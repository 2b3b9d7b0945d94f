"""Checking many signatures at once, on every core (SPEC 3.2).

``cryptography`` gives the interpreter's lock back while it verifies, so threads do. A job holds
enough envelopes that handing it over costs nothing beside it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from paraph.protocol import signed
from paraph.protocol.errors import ForgedError, MalformedError, UnsupportedError
from paraph.protocol.names import ChannelId, KeyId
from paraph.protocol.signed import Unverified, Verified
from paraph.protocol.trust import Member

P = ParamSpec("P")
T = TypeVar("T")

JOB: Final = 64
"""Most envelopes in a job: about 18 ms of signatures."""
LEAST_JOB: Final = 8
"""Fewer are not shared out: a thread costs as much as a signature."""

Checked = Verified | Unverified | None
"""Verified; decoded, but by a sender not known yet; or neither (the log will say why)."""
Lookup = Callable[[KeyId], Member | None]


@functools.cache
def _cores() -> int:
    return os.cpu_count() or 1  # the system is asked for it each time


@functools.cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=_cores(), thread_name_prefix="signatures")


def in_thread(work: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> Future[T]:
    """Do *work*, in which the interpreter's lock is given back, beside what goes on here."""
    return _pool().submit(work, *arguments, **options)


class Checking:
    """Envelopes that are being checked.

    Args:
        channel: Whose statements they must be.
        envelopes: As served.
        lookup: Finds a sender.
        known: For each envelope what needs no second check; nothing where it does.

    Attributes:
        jobs: To be waited for; none if every envelope is known.
    """

    def __init__(
        self,
        channel: ChannelId,
        envelopes: Sequence[bytes],
        lookup: Lookup,
        known: Iterable[Verified | None],
    ) -> None:
        self._results: list[Checked] = list(known)
        self._places = [at for at, found in enumerate(self._results) if found is None]
        unknown = [envelopes[at] for at in self._places]
        if len(unknown) == 1:  # what follows needs it: two hops would cost as much as the check
            (at,) = self._places
            self._results[at] = _check_one(channel, envelopes[at], lookup)
            self._places, unknown = [], []
        share = max(LEAST_JOB, min(JOB, -(-len(unknown) // _cores())))
        self.jobs: Final[list[Future[list[Checked]]]] = [
            _pool().submit(_check, channel, unknown[at : at + share], lookup)
            for at in range(0, len(unknown), share)
        ]

    def results(self) -> list[Checked]:
        """Return what was found, in the order of the envelopes, once every job is done."""
        found = (each for job in self.jobs for each in job.result())
        for at, result in zip(self._places, found, strict=True):
            self._results[at] = result
        return self._results


def _check(channel: ChannelId, envelopes: Sequence[bytes], lookup: Lookup) -> list[Checked]:
    return [_check_one(channel, each, lookup) for each in envelopes]


def _check_one(channel: ChannelId, envelope: bytes, lookup: Lookup) -> Checked:
    try:
        unverified = signed.read(envelope)
        member = lookup(signed.sender_of(unverified))
        if member is None or unverified.statement.channel != channel:
            return unverified
        return signed.verify(unverified, member.key)
    except (MalformedError, UnsupportedError, ForgedError):
        return None


def now_known(checked: Sequence[Checked], start: int, lookup: Lookup) -> list[int]:
    """Return the places, from *start* on, of senders that were enrolled during the check."""
    return [
        at
        for at, each in enumerate(checked[start:], start)
        if type(each) is Unverified and lookup(signed.sender_of(each)) is not None
    ]
