"""A relay that hands everything on to another one; what lies or fails overrides a step of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from paraph.protocol.names import Digest
from paraph.protocol.relay import RelayChannel
from paraph.protocol.wire import Conflicts, Entries, Placed, Staged


class Forwarding:
    """Implements :class:`paraph.protocol.relay.RelayChannel`.

    Attributes:
        honest: The other relay.
    """

    def __init__(self, honest: RelayChannel) -> None:
        self.honest = honest

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        """Place an envelope."""
        return await self.honest.submit(envelope, body)

    async def entries(self, start: int) -> Entries:
        """Return entries."""
        return await self.honest.entries(start)

    def follow(self, start: int) -> AsyncIterator[Entries]:
        """Push entries."""
        return self.honest.follow(start)

    async def body(self, digest: Digest) -> bytes:
        """Return a body."""
        return await self.honest.body(digest)

    async def conflicts(self, start: int) -> Conflicts:
        """Return the pairs of statements under one number."""
        return await self.honest.conflicts(start)

    async def stage(self, digest: Digest, offset: int, data: bytes) -> Staged:
        """Take a part."""
        return await self.honest.stage(digest, offset, data)

    async def staged(self, digest: Digest) -> Staged:
        """Tell how much is there."""
        return await self.honest.staged(digest)
