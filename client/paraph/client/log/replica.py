"""The verified log, kept current from a relay (SPEC 6.6, 8.3). What it promises: see history."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from concurrent.futures import Future
from typing import Final

from paraph.client.backoff import Backoff
from paraph.client.keys.home import ChannelHome
from paraph.client.log import catching_up, forks, pushes
from paraph.client.log.signatures import Checked
from paraph.client.log.store import ChannelStore
from paraph.client.log.taking import Taking
from paraph.protocol.errors import (
    EquivocationError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.log import ChannelLog
from paraph.protocol.relay import RelayChannel
from paraph.protocol.sentences import worded
from paraph.protocol.wire import Entries

FOLLOW_WAIT_S: Final = 2.0
"""How long to wait for a push before asking for entries."""


class Replica(Taking):
    """One channel's verified log on this disk, and how it grows by a relay. See :class:`Taking`.

    Attributes:
        was_current: Whether all that the relay had was taken in once since this was opened.
    """

    def __init__(self, home: ChannelHome, store: ChannelStore, log: ChannelLog) -> None:
        super().__init__(home, store, log)
        self._lock: Final = asyncio.Lock()
        self._followers = 0
        self.was_current = False

    async def absorb(self, *batch: Entries) -> range:
        """Do what :meth:`feed` does, and let others run while signatures are checked."""
        async with self._lock:
            return await self._absorb(self._take(batch))

    async def _absorb(self, taking: Iterator[list[Future[list[Checked]]]]) -> range:
        before = self.head.size
        for futures in taking:
            await asyncio.wait([asyncio.wrap_future(each) for each in futures])
        return range(before, self.head.size)

    # against a relay

    async def sync(self, relay: RelayChannel) -> range:
        """Fetch and take in everything that the relay has now.

        Returns:
            Indices released.

        Raises:
            EquivocationError: See :meth:`feed`.
            UnavailableError: Connection or relay failed; what was released stays.
        """
        before = self.head.size
        async with contextlib.aclosing(self.catch_up(relay)) as released:
            async for _ in released:
                pass
        return range(before, self.head.size)

    async def catch_up(self, relay: RelayChannel) -> AsyncGenerator[range, None]:
        """Do what :meth:`sync` does, and let what is released be read beside it.

        Yields:
            Indices released, never none.
        """
        async with self._convicting(relay), self._lock:
            self.refresh()
            served = catching_up.pages(relay, self.log.size)
        ahead = catching_up.checked_ahead(served, self.log.channel, self.log.trust.member)
        async with contextlib.aclosing(served), contextlib.aclosing(ahead):
            async for several, known in ahead:
                async with self._convicting(relay), self._lock:
                    released = await self._absorb(self._take(several, known))
                if released:
                    yield released
        self.was_current = True

    @contextlib.asynccontextmanager
    async def _convicting(self, relay: RelayChannel) -> AsyncIterator[None]:
        # A relay that was found out is asked once for what makes its two notes a proof.
        try:
            yield
        except EquivocationError as error:
            await forks.complete(self.home, relay, error.evidence)
            raise

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
                    async with contextlib.aclosing(self.catch_up(relay)) as caught_up:
                        async for released in caught_up:
                            yield released
                    pushed = pushes.together(relay.follow(self.log.size))
                    async with contextlib.aclosing(pushed):
                        async for served in pushed:
                            backoff.succeeded()
                            async with self._convicting(relay):
                                released = await self.absorb(*served)
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
            self._pulse()  # whoever waits for a push shall ask instead

    async def fetch_bodies(self, relay: RelayChannel) -> int:
        """Fetch what is missing below the head; see :meth:`Bodies.fetch`."""
        return await self.bodies.fetch(relay, self.size)
