"""What the sessions of a relay work with, and whose session it is."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from paraph.protocol.names import ChannelId, KeyId
from paraph.protocol.trust import Member
from paraph.protocol.wire import Placed
from paraph.server.along import Recent
from paraph.server.blobs import Blobs
from paraph.server.channel import LiveChannel
from paraph.server.clock import Clock
from paraph.server.intake import Flights
from paraph.server.ledger import Ledger
from paraph.server.pool import Pool
from paraph.server.ports import TellPlaced
from paraph.server.quotas import Quotas
from paraph.server.sessions import Holder, no_session
from paraph.server.store import Store

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Workshop:
    """What every session works with.

    Attributes:
        ledger: Places statements.
        store: Rows.
        blobs: Files.
        pool: Threads for signatures.
        quotas: Buckets of keys.
        flights: What is unanswered.
        files: The one thread that touches blobs.
        clock: This machine's.
        recent: Bodies of what came last.
        finishing: Answers under way, held so that none is lost.
    """

    ledger: Ledger
    store: Store
    blobs: Blobs
    pool: Pool
    quotas: Quotas
    flights: Flights
    files: ThreadPoolExecutor
    clock: Clock
    recent: Recent = dataclasses.field(default_factory=Recent)
    finishing: set[asyncio.Task[None]] = dataclasses.field(default_factory=set)

    def find(self, holder: Holder) -> tuple[LiveChannel, Member]:
        """Return the channel and the member whose session it is.

        Raises:
            RefusedError: Code ``session``: no such channel, or no such key in it.
        """
        live = self.ledger.get(holder.channel)
        member = live.log.trust.member(holder.key) if live is not None else None
        if live is None or member is None:
            raise no_session()
        return live, member

    def finish(self, answering: Coroutine[None, None, Placed], tell: TellPlaced) -> None:
        """Let *tell* have what *answering* returns or raises."""

        async def told() -> None:
            try:
                outcome: Placed | Exception = await answering
            except Exception as error:  # noqa: BLE001 - handed to whoever waits for it
                outcome = error
            tell(outcome)

        task = asyncio.create_task(told())
        self.finishing.add(task)
        task.add_done_callback(self.finishing.discard)

    async def in_file_thread(self, work: Callable[[], T]) -> T:
        """Do what blocks on files, one piece after the other."""
        return await asyncio.get_running_loop().run_in_executor(self.files, work)


class InSession:
    """What a key has of one channel while its session lasts.

    Args:
        shop: What every session works with.
        holder: Channel and key.
    """

    def __init__(self, shop: Workshop, holder: Holder) -> None:
        self._shop = shop
        self._holder = holder

    @property
    def channel(self) -> ChannelId:
        """The channel's id."""
        return self._holder.channel

    @property
    def key(self) -> KeyId:
        """The key whose session it is."""
        return self._holder.key

    @property
    def _live(self) -> LiveChannel:
        return self._here()[0]

    def _here(self) -> tuple[LiveChannel, Member]:
        return self._shop.find(self._holder)
