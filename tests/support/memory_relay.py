"""A small honest relay in memory, over the channel of :mod:`tests.support.channel`.

It implements ``RelayChannel`` for every key at once, has no sockets and no files, and answers as
SPEC 8 says. Tests that need a dishonest or an unreliable one override a method.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator

from paraph.protocol import signed
from paraph.protocol.errors import RefusedError
from paraph.protocol.names import Digest
from paraph.protocol.proof import TlogProof
from paraph.protocol.rules import Judged
from paraph.protocol.signed import Verified
from paraph.protocol.statements.envelope import SealedContent, Statement
from paraph.protocol.wire import (
    MAX_CONFLICTS,
    MAX_MESSAGES,
    Conflict,
    Conflicts,
    Entries,
    Placed,
    Staged,
)
from tests.support.channel import Channel


class MemoryRelay:
    """Places statements in ``channel.log`` and serves what stands there.

    Attributes:
        channel: The channel; what tests place through it is served too.
        bodies: Bodies by digest.
        submitted: Every envelope that came, in order.
    """

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.bodies: dict[bytes, bytes] = {}
        self.submitted: list[bytes] = []
        self.doubles: list[Conflict] = []
        self._parts: dict[bytes, bytes] = {}
        self._grown = asyncio.Event()
        self._notes: dict[int, bytes] = {}

    @property
    def note(self) -> bytes:
        """The newest checkpoint: one note a size."""
        size = self.channel.log.size
        if size not in self._notes:
            self._notes = {size: self.channel.note()}
        return self._notes[size]

    def grown(self) -> None:
        """Wake those who follow, after a test has placed something itself."""
        self._grown.set()
        self._grown = asyncio.Event()

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        """Place an envelope, or answer where it stands."""
        self.submitted.append(envelope)
        log = self.channel.log
        verified, _ = log.authenticate(signed.read(envelope))
        index = log.placed.get(verified.id)
        if index is None:
            judged = self._judged(verified)
            content = verified.statement.content
            if isinstance(content, SealedContent):
                self._take_body(content, body)
            index = log.place(judged).index
            self.channel.envelopes.append(envelope)
            self.grown()
        return self.answer(index, envelope)

    def _judged(self, verified: Verified) -> Judged:
        try:
            return self.channel.log.judge(verified)
        except RefusedError as error:
            if error.code == "double-sequence":
                placed = self._placed_under(verified.statement)
                refused = verified.unverified.envelope
                self.doubles.append(Conflict(placed=placed, refused=refused))
            raise

    def _placed_under(self, statement: Statement) -> bytes:
        wanted = (statement.sender, statement.sequence)
        for envelope in self.channel.envelopes:
            found = signed.read(envelope).statement
            if (found.sender, found.sequence) == wanted:
                return envelope
        raise LookupError("no statement under this number")

    async def conflicts(self, start: int) -> Conflicts:
        """Return the pairs of statements under one number."""
        pairs = tuple(self.doubles[start : start + MAX_CONFLICTS])
        return Conflicts(start=start, pairs=pairs)

    def answer(self, index: int, envelope: bytes) -> Placed:
        """Return the answer for the entry at *index*, to whoever sent *envelope*."""
        proof = TlogProof(index, self.channel.log.tree.inclusion(index), self.note)
        placed = self.channel.envelopes[index]
        return Placed(
            request=0,
            index=index,
            proof=proof.encode(),
            envelope=b"" if placed == envelope else placed,
        )

    def _take_body(self, content: SealedContent, body: bytes) -> None:
        data = body or self._parts.get(content.body_digest, b"")
        if hashlib.sha256(data).digest() != content.body_digest:
            raise RefusedError("expected the body that the statement names", code="body")
        missing = [each for each in content.attachments if each.digest not in self._parts]
        if missing:
            raise RefusedError("expected every attachment to be staged", code="not-staged")
        self.bodies[content.body_digest] = data

    async def entries(self, start: int) -> Entries:
        """Return up to 64 entries."""
        envelopes = tuple(self.channel.envelopes[start : start + MAX_MESSAGES])
        return Entries(request=0, start=start, envelopes=envelopes, bodies=(), note=self.note)

    async def follow(self, start: int) -> AsyncIterator[Entries]:
        """Yield entries as they are placed."""
        while True:
            grown = self._grown
            while start < self.channel.log.size:
                served = await self.entries(start)
                start += len(served.envelopes)
                yield served
            await grown.wait()

    async def body(self, digest: Digest) -> bytes:
        """Return a body."""
        if digest not in self.bodies:
            raise RefusedError("no such body", code="body")
        return self.bodies[digest]

    async def stage(self, digest: Digest, offset: int, data: bytes) -> Staged:
        """Append a part."""
        there = self._parts.get(digest, b"")
        if offset == len(there):
            self._parts[digest] = there + data
        return await self.staged(digest)

    async def staged(self, digest: Digest) -> Staged:
        """Tell how much is there."""
        there = self._parts.get(digest, b"")
        return Staged(size=len(there), complete=int(hashlib.sha256(there).digest() == digest))

    async def blob(self, digest: Digest, offset: int) -> AsyncIterator[bytes]:
        """Yield an attachment from *offset* on."""
        yield self._parts[digest][offset:]
