"""A relay that lies: the protocol's relay over an honest one, with a lie wherever a test puts one.

It has the log's keys, as a relay operator has, so it can sign any history. What it cannot do is
sign for a ministry, or open anything. Each lie is a function over what an honest relay would
have answered::

    relay = LyingRelay(honest)
    relay.entries_lie = lambda served: dataclasses.replace(served, envelopes=served.envelopes[:-1])
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable

from paraph.protocol import signed
from paraph.protocol.checkpoint import verify_checkpoint
from paraph.protocol.errors import RefusedError, UnavailableError
from paraph.protocol.names import Digest
from paraph.protocol.proof import TlogProof
from paraph.protocol.state import Entry
from paraph.protocol.statements.envelope import SealedContent
from paraph.protocol.tree import Tree
from paraph.protocol.wire import Entries, Placed
from tests.support.forwarding import Forwarding
from tests.support.memory_relay import MemoryRelay


class LyingRelay(Forwarding):
    """Lies as it is told to, and forwards the rest.

    Attributes:
        honest: Where the truth is.
        entries_lie: What is served instead of these entries.
        placed_lie: What is answered to this envelope instead of its place.
        body_lie: What is served instead of this body.
        drops: Whether a submission is lost on its way, without an answer.
        refuses_with: The code with which every submission is refused; none if empty.
    """

    def __init__(self, honest: MemoryRelay) -> None:
        super().__init__(honest)
        self.honest: MemoryRelay = honest
        self.entries_lie: Callable[[Entries], Entries] = lambda served: served
        self.placed_lie: Callable[[bytes, Placed], Placed] = lambda _, placed: placed
        self.body_lie: Callable[[bytes], bytes] = lambda body: body
        self.drops: Callable[[bytes], bool] = lambda _: False
        self.refuses_with = ""

    # the protocol's relay

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        """Place an envelope; or lose it; or answer something else."""
        if self.drops(envelope):
            raise UnavailableError("the connection was lost")
        if self.refuses_with:
            raise RefusedError("because we say so", code=self.refuses_with)
        return self.placed_lie(envelope, await self.honest.submit(envelope, body))

    async def entries(self, start: int) -> Entries:
        """Return entries, or others."""
        return self.entries_lie(await self.honest.entries(start))

    async def follow(self, start: int) -> AsyncIterator[Entries]:
        """Push entries, or others."""
        async for served in self.honest.follow(start):
            yield self.entries_lie(served)

    async def body(self, digest: Digest) -> bytes:
        """Return a body, or another."""
        return self.body_lie(await self.honest.body(digest))

    # what a relay can do to its own log

    def force(self, envelope: bytes, body: bytes = b"") -> Entry:
        """Place an envelope whatever the rules say; readers will judge it."""
        channel = self.honest.channel
        entry = channel.log.append(envelope)
        channel.envelopes.append(envelope)
        if body:
            content = signed.read(envelope).statement.content
            assert isinstance(content, SealedContent)
            self.honest.bodies[content.body_digest] = body
        self.honest.grown()
        return entry

    def sign(self, size: int, root: bytes) -> bytes:
        """Sign any head at all."""
        channel = self.honest.channel
        return channel.log_secret.sign(channel.log.origin, size, root)

    def sign_over(self, leaves: Tree) -> bytes:
        """Sign the head of another history."""
        return self.sign(leaves.size, leaves.root())

    def prove(self, placed: Placed, index: int) -> Placed:
        """Answer with the right proof of the wrong entry."""
        log = self.honest.channel.log
        proof = TlogProof(index, log.tree.inclusion(index), self.honest.note).encode()
        return dataclasses.replace(placed, index=index, proof=proof)


def note_in(placed: Placed, relay: MemoryRelay) -> bytes:
    """Return the note of an answer, after checking that the log did sign it."""
    note = TlogProof.decode(placed.proof).note
    return verify_checkpoint(note, relay.channel.log_keys).note
