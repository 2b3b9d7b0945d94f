"""What a relay offers, without saying how it is reached (SPEC 8).

Implemented by the relay's own service and by the client's transport; the lying relay of the
tests implements it too. A whole exchange between two desks runs over either without a socket.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from paraph.protocol.names import Digest
from paraph.protocol.wire import Admission, Conflicts, Entries, Founded, Founding, Placed, Staged


class RelayChannel(Protocol):
    """One channel of a relay, in the session of one key.

    Every method may raise ``RefusedError`` (a rule said no; believe it only after the new head
    is verified), ``UnavailableError`` (outcome unknown: retry with the same bytes) and
    ``MalformedError`` (the relay's answer is not canonical).
    """

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        """Place an envelope; answered only when it is durable.

        Args:
            envelope: The envelope.
            body: Its sealed body, any size; empty for clear types.
        """

    async def entries(self, start: int) -> Entries:
        """Return up to 64 entries from *start* on, with a head that covers them."""

    def follow(self, start: int) -> AsyncIterator[Entries]:
        """Yield entries from *start* on as they are placed, until the connection ends."""

    async def body(self, digest: Digest) -> bytes:
        """Return a body of this channel; the caller checks its digest."""

    async def stage(self, digest: Digest, offset: int, data: bytes) -> Staged:
        """Append a part of a blob that a later statement names."""

    async def conflicts(self, start: int) -> Conflicts:
        """Return up to six pairs of statements under one number, from the *start*-th on."""

    async def staged(self, digest: Digest) -> Staged:
        """Tell how much of a blob is there, to resume."""


class RelayFront(Protocol):
    """What a relay does before there is a session."""

    async def admit(self, admission: Admission) -> None:
        """Admit a root set with its enrolment code."""

    async def found(self, founding: Founding) -> Founded:
        """Found a channel, or return the placed founding entries of one that is."""
