"""Checking many signatures at once, on every core (SPEC 3.2).

``cryptography`` gives the interpreter's lock back while it verifies, so threads do. A job holds
enough envelopes that handing it over costs nothing beside it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from paraph.protocol import signed
from paraph.protocol.errors import ForgedError, MalformedError, UnsupportedError
from paraph.protocol.names import ChannelId, KeyId
from paraph.protocol.signed import Unverified, Verified
from paraph.protocol.trust import Member

JOB: Final = 64
"""Envelopes in a job: about 18 ms of signatures."""

MOST_KNOWN: Final = 64
"""Two windows of statements under way; the rest is checked again."""

Checked = Verified | Unverified | None
"""Verified; decoded, but by a sender not known yet; or neither (the log will say why)."""
Lookup = Callable[[KeyId], Member | None]


class Known(dict[bytes, Verified]):
    """Envelopes that were checked before, byte for byte; the oldest are forgotten."""

    def remember(self, verified: Verified) -> None:
        """Add one."""
        self[verified.unverified.envelope] = verified
        while len(self) > MOST_KNOWN:
            del self[next(iter(self))]


@functools.cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="signatures")


def start(
    channel: ChannelId, envelopes: Sequence[bytes], lookup: Lookup, known: Known
) -> list[Future[list[Checked]]]:
    """Begin to check *envelopes*; the results come in the same order, job by job.

    Args:
        channel: Whose statements they must be.
        envelopes: As served.
        lookup: Finds a sender.
        known: What needs no second check.
    """
    return [
        _pool().submit(_check, channel, envelopes[at : at + JOB], lookup, known)
        for at in range(0, len(envelopes), JOB)
    ]


def _check(
    channel: ChannelId, envelopes: Sequence[bytes], lookup: Lookup, known: Known
) -> list[Checked]:
    return [known.get(each) or _check_one(channel, each, lookup) for each in envelopes]


def _check_one(channel: ChannelId, envelope: bytes, lookup: Lookup) -> Checked:
    try:
        unverified = signed.read(envelope)
        member = lookup(signed.sender_of(unverified))
        if member is None or unverified.statement.channel != channel:
            return unverified
        return signed.verify(unverified, member.key)
    except (MalformedError, UnsupportedError, ForgedError):
        return None
