"""Bringing a blob to the relay in parts, and going on where an earlier try ended (SPEC 8.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from paraph.client import progress
from paraph.protocol.errors import UnavailableError
from paraph.protocol.names import Digest
from paraph.protocol.wire import Staged

PART: Final = 1024 * 1024
"""Bytes of a blob in one request."""


class Stages(Protocol):
    """What takes a blob in parts: a ``RelayChannel`` does."""

    async def stage(self, digest: Digest, offset: int, data: bytes) -> Staged:
        """Append a part of a blob."""

    async def staged(self, digest: Digest) -> Staged:
        """Tell how much of a blob is there."""


async def upload(
    relay: Stages, digest: Digest, size: int, part: Callable[[int, int], bytes]
) -> None:
    """Stage one blob; nothing is sent of what the relay has.

    Args:
        relay: Where to.
        digest: SHA-256 of the blob.
        size: Its bytes.
        part: Returns so many bytes of it from an offset on.

    Raises:
        RefusedError: The relay does not take it.
        UnavailableError: The connection failed, or a part was lost on its way.
    """
    there = await relay.staged(digest)
    while not there.complete:
        piece = part(there.size, PART)
        if not piece:
            raise UnavailableError("the relay has a damaged part of a blob", code="staging")
        before, there = there, await relay.stage(digest, there.size, piece)
        if there.size <= before.size and not there.complete:
            raise UnavailableError("the relay did not take a part of a blob", code="staging")
        progress.tell("bytes", min(there.size, size), size)
