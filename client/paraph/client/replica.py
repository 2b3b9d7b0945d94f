"""The verified log, kept current from a relay (SPEC 6.6, 8.3). What it promises: see history."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Final

from paraph.client import forks
from paraph.client.backoff import Backoff
from paraph.client.history import History
from paraph.client.home import ChannelHome
from paraph.client.store import ChannelStore
from paraph.protocol.errors import (
    EquivocationError,
    MalformedError,
    ParaphError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.log import ChannelLog
from paraph.protocol.note import parse_head, parse_note
from paraph.protocol.relay import RelayChannel
from paraph.protocol.sentences import worded
from paraph.protocol.wire import Entries

BATCH: Final = 1024
"""Entries of a catch-up that are stored in one transaction."""
FOLLOW_WAIT_S: Final = 2.0
"""How long to wait for a push before asking for entries."""


class Replica(History):
    """One channel's verified log on this disk, and how it grows. See :class:`History`."""

    def __init__(self, home: ChannelHome, store: ChannelStore, log: ChannelLog) -> None:
        super().__init__(home, store, log)
        self._lock: Final = asyncio.Lock()
        self._followers = 0

    async def absorb(self, *batch: Entries) -> range:
        """Do what :meth:`feed` does, and let others run while signatures are checked."""
        async with self._lock:
            return await self._absorb(batch)

    async def _absorb(self, batch: Sequence[Entries]) -> range:
        before = self.head.size
        for futures in self._take(batch):
            await asyncio.wait([asyncio.wrap_future(each) for each in futures])
        return range(before, self.head.size)

    # against a relay

    async def sync(self, relay: RelayChannel) -> range:
        """Fetch and take in everything that the relay has now.

        Returns:
            Indices released.

        Raises:
            EquivocationError: See :meth:`feed`.
            UnavailableError: Connection or relay failed.
        """
        async with self._convicting(relay), self._lock:
            self.refresh()
            before, at = self.head.size, self.log.size
            batch: list[Entries] = []
            asked = asyncio.ensure_future(relay.entries(at))
            try:
                while True:
                    served = await asked
                    at, more = self._advance(served, at)
                    if more:  # the next answer travels while this one is checked
                        asked = asyncio.ensure_future(relay.entries(at))
                    batch.append(served)
                    if not more or sum(len(each.envelopes) for each in batch) >= BATCH:
                        await self._absorb(batch)
                        batch = []
                    if not more:
                        return range(before, self.head.size)
            finally:
                asked.cancel()
                with contextlib.suppress(asyncio.CancelledError, ParaphError):
                    await asked

    @contextlib.asynccontextmanager
    async def _convicting(self, relay: RelayChannel) -> AsyncIterator[None]:
        # A relay that was found out is asked once for what makes its two notes a proof.
        try:
            yield
        except EquivocationError as error:
            await forks.complete(self.home, relay, error.evidence)
            raise

    def _advance(self, served: Entries, at: int) -> tuple[int, bool]:
        # Where the next entries begin, and whether the relay says that there are more.
        if served.start != at:
            raise MalformedError(worded("expected entries from %(at)s on", at=at), code="gap")
        at += len(served.envelopes)
        more = not served.note or parse_head(parse_note(served.note).text).size > at
        if more and not served.envelopes:
            raise UnavailableError(
                "the relay announces entries that it does not give", code="withheld"
            )
        return at, more

    async def reach(self, relay: RelayChannel, size: int) -> None:
        """Make sure that entries below *size* are released, by push if somebody follows.

        Raises:
            UnavailableError: The relay does not give them.
        """
        if self._followers:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FOLLOW_WAIT_S):
                    while self.head.size < size and self._followers:
                        self.require_usable()
                        await self._moved.wait()
        if self.head.size < size:
            await self.sync(relay)
        if self.head.size < size:
            raise UnavailableError(
                worded("expected a head of at least %(size)s from the relay", size=size),
                code="withheld",
            )

    async def moved(self) -> None:
        """Wait until more entries are released, or the relay is accused."""
        await self._moved.wait()

    async def follow(
        self, relay: RelayChannel, *, backoff: Backoff | None = None
    ) -> AsyncGenerator[range, None]:
        """Take in entries as they are placed, for ever; connect again when a connection ends.

        Yields:
            Indices released, never none.

        Raises:
            EquivocationError: See :meth:`feed`.
            PeerError: What the relay serves is not acceptable.
            RefusedError: The relay gives no entries to this key.
        """
        backoff = backoff or Backoff()
        self.store.make_room()
        self._followers += 1
        try:
            while True:
                try:
                    released = await self.sync(relay)
                    if released:
                        yield released
                    async for served in relay.follow(self.log.size):
                        backoff.succeeded()
                        async with self._convicting(relay):
                            released = await self.absorb(served)
                        if released:
                            yield released
                    await backoff.wait()
                except UnavailableError:
                    await backoff.wait()
                except RefusedError as error:
                    if not error.retry_after_s:
                        raise
                    await backoff.wait(error.retry_after_s)
        finally:
            self._followers -= 1

    async def fetch_bodies(self, relay: RelayChannel) -> int:
        """Fetch what is missing below the head; see :meth:`Bodies.fetch`."""
        return await self.bodies.fetch(relay, self.size)
