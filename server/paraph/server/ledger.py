"""Sequencing: which statement stands where, durably, before anybody hears of it (SPEC 8.5).

For every batch, in this order. What a crash leaves behind stands after each step.

1. *Judge and place in memory*, in order of arrival. Crash: nothing has happened.
2. *Commit* entries, bodies, trees and idempotency in one transaction; the stored size of every
   channel is compared and swapped. Crash: nothing happened, or all of it. The sender does not
   know which, sends the same bytes again, and they are placed now or found placed.
3. *Sign* the now durable size and root, once a batch and channel, and *journal* the note; side by
   side, write them as the *last signed head* to its own file. Only what is durable is ever signed
   or written there, so a commit that failed, or whose outcome is unknown, leaves no second head.
   Nobody has the note yet, so it does not matter what of the two a crash leaves out: at start the
   same root is signed again, and a file that is behind is written. The file is never ahead of the
   rows unless the database was restored from a backup, and then the relay refuses to sign. For
   the note the disk is not waited for (ADR 10): one that is lost with the power is signed again
   over the same root.
4. *Publish*: push to followers, answer senders. Crash: the senders ask again and get the
   answer that is rebuilt from index and note.

Steps 1 and 2 of a batch may begin while 3 of the one before is under way; for a few
milliseconds they wait for it instead, so that what arrives meanwhile shares one batch.

An error of the disk in 2 or 3 leaves the outcome unknown: everybody who waits is told so, and the
process stops; the ordinary start recovers. A full disk in 2 is different: nothing changed, the
channel is read again from its rows, and the relay goes on. In 3 the rows stand already: who waits
is told to ask again, and the note is signed as soon as there is space.
"""

from __future__ import annotations

import asyncio
import collections
import errno
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.errors import (
    ParaphError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.names import ZERO, ChannelId, Digest, KeyId
from paraph.protocol.tree import EMPTY_ROOT
from paraph.server.batch import Batch, Prepared, Ticket, founding_growth
from paraph.server.channel import LiveChannel, Placement
from paraph.server.heads import Heads
from paraph.server.recovery import recover, recover_channel
from paraph.server.store import (
    FULL,
    NoteRow,
    Store,
)

T = TypeVar("T")

MOST_IN_BATCH: Final = 128
"""However many share it, a commit rewrites most pages of the indexes over ids and digests, a head
is signed, and threads are woken: with 128 instead of 64 a statement costs 2 to 3 percent less."""
MOST_BATCH_BYTES: Final = 16 * 1024 * 1024
LINGER_S: Final = 0.004
"""How long a batch waits for statements that are being checked; not at all if there are none."""
MOST_WAITING: Final = 4096
"""Statements between arrival and answer, in all channels."""
RETRY_S: Final = 5.0
"""How long a full disk is left alone before the next note is tried."""


class Ledger:
    """Every channel's log, and the only way in which they grow.

    Args:
        store: Rows.
        heads: The last signed heads, apart from the rows.
        log_secret: The relay's log keys.
        fatal: Called once when the outcome of a write is unknown; it stops the process.
        linger_s: See :data:`LINGER_S`.
        retry_s: See :data:`RETRY_S`.
    """

    def __init__(
        self,
        store: Store,
        heads: Heads,
        log_secret: LogSecret,
        *,
        fatal: Callable[[ParaphError], None],
        linger_s: float = LINGER_S,
        retry_s: float = RETRY_S,
    ) -> None:
        self._store = store
        self._heads = heads
        self._log_secret = log_secret
        self._fatal = fatal
        self._linger_s = linger_s
        self._retry_s = retry_s
        self._channels: dict[ChannelId, LiveChannel] = {}
        self._tickets: collections.deque[Ticket] = collections.deque()
        self._arrived = asyncio.Event()
        self._stir = asyncio.Event()
        self._grown = asyncio.Event()
        self._changed = asyncio.Event()
        self._founding = asyncio.Lock()
        self._placing = self._signing = False
        self._files = ThreadPoolExecutor(1, thread_name_prefix="heads")
        self._tasks: list[asyncio.Task[None]] = []
        self._draining = False
        self._failed: ParaphError | None = None
        self.full = False
        """Whether the disk was full when it was last written to."""

    # asking

    @property
    def waiting(self) -> int:
        """Statements between arrival and commit."""
        return len(self._tickets)

    @property
    def failed(self) -> ParaphError | None:
        """Why nothing can be placed any more."""
        return self._failed

    def get(self, channel: ChannelId) -> LiveChannel | None:
        """Return a channel."""
        return self._channels.get(channel)

    def channels(self) -> Iterable[LiveChannel]:
        """Every channel."""
        return self._channels.values()

    # start and stop

    async def start(self) -> None:
        """Read every channel from its rows, compare what was signed, and sign what was not.

        Raises:
            IntegrityError: Rows, tree and last signed head do not agree: nothing is signed.
        """
        for live in await recover(self._store, self._heads):
            self._channels[live.log.channel] = live
        self._tasks = [
            asyncio.create_task(self._guarded(self._place_batches), name="place"),
            asyncio.create_task(self._guarded(self._sign_heads), name="sign"),
        ]
        self._grown.set()
        await self._wait(lambda: all(each.unpublished == 0 for each in self.channels()))

    async def drain(self) -> None:
        """Place what has arrived, answer it, and take no more."""
        self._draining = True
        if self._failed is None:
            await self._wait(lambda: not self._tickets and not self._placing and self._is_settled())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._files.shutdown(wait=True)
        for channel in self.channels():
            channel.end_followers()

    def _is_settled(self) -> bool:
        return self.full or all(each.unpublished == 0 for each in self.channels())

    async def settled(self, channel: LiveChannel) -> None:
        """Wait until all that stands in *channel* by now is durable and published.

        Raises:
            UnavailableError: It may never be.
        """
        size = channel.log.size
        await self._wait(lambda: channel.published >= size)

    async def _wait(self, reached: Callable[[], bool]) -> None:
        while self._failed is None and not reached():
            await self._changed.wait()
        if self._failed is not None:
            raise self._failed

    # founding

    async def found(self, founding: Sequence[bytes], channel: LiveChannel) -> LiveChannel:
        """Place the founding entries of a channel that was checked.

        The head file is written first, with nothing in it yet: a database with a channel and no
        file of it is one that was restored.

        Returns:
            The channel; the one placed before, if there is one.
        """
        async with self._founding:
            self._require_running()
            log = channel.log
            found = self._channels.get(log.channel)
            if found is None:
                found = channel
                try:
                    await _outcome(
                        self._in_thread(lambda: self._heads.create_channel(log.channel, EMPTY_ROOT))
                    )
                    await self._store.commit([founding_growth(founding, log)])
                except ParaphError as error:
                    self.full = error.code == FULL
                    if not self.full:
                        self._die(error)
                    raise
                channel.grew(founding)
                self._channels[log.channel] = channel
                self._grown.set()
        await self.settled(found)
        return found

    # placing

    def submit(self, ticket: Ticket) -> None:
        """Put a statement into the queue; it is placed in the order of these calls.

        It is told its place once entry and note are durable, or what its check failed with,
        ``RefusedError`` by a rule, or ``UnavailableError``.

        Raises:
            RefusedError: Code ``busy``.
            UnavailableError: The relay stops.
        """
        self._require_running()
        if len(self._tickets) >= MOST_WAITING:
            raise RefusedError(
                f"expected at most {MOST_WAITING} statements at once",
                code="busy",
                hint="send the same bytes again in a moment",
                retry_after_s=1,
            )
        if not self._tickets:
            self._arrived.set()
            self._stir.set()
        self._tickets.append(ticket)

    def _require_running(self) -> None:
        if self._failed is not None:
            raise self._failed
        if self._draining:
            raise UnavailableError("the relay is stopping", hint="try again with the same bytes")

    async def _place_batches(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._tickets:
                tickets = await self._next_batch()
                self._placing = True
                await self._place_batch(tickets)
                self._placing = False
                self._tell()

    async def _next_batch(self) -> list[Ticket]:
        # Waits for the first statement's check. After that it lingers only for what is on its
        # way: statements behind it that are being checked, or, while the batch before is being
        # signed, whatever comes: a batch costs about the same for one statement as for many.
        loop = asyncio.get_running_loop()
        taken: list[Ticket] = []
        size, ends = 0, 0.0
        while len(taken) < MOST_IN_BATCH and size < MOST_BATCH_BYTES:
            if self._tickets and self._tickets[0].prepared.done():
                ends = ends if taken else loop.time() + self._linger_s
                taken.append(self._tickets.popleft())
                size += taken[-1].weight
                continue
            if taken and not (self._tickets or self._signing):
                break
            if not await self._stirred(ends if taken else None):
                break
        return taken

    async def _stirred(self, ends: float | None) -> bool:
        # Waits until something arrived, the first one was checked, or a head was signed; says
        # whether it was in time. Only the first is listened to: no other can go before it.
        first = self._tickets[0].prepared if self._tickets else None
        if first is not None:
            first.add_done_callback(self._on_checked)
        self._stir.clear()
        try:
            async with asyncio.timeout_at(ends):
                await self._stir.wait()
        except TimeoutError:
            return False
        finally:
            if first is not None:
                first.remove_done_callback(self._on_checked)
        return True

    def _on_checked(self, _: asyncio.Future[Prepared]) -> None:
        self._stir.set()

    async def _place_batch(self, tickets: Sequence[Ticket]) -> None:
        batches: dict[ChannelId, Batch] = {}
        for ticket in tickets:
            live = ticket.channel
            batch = batches.get(live.log.channel) or Batch(live, live.log.size)
            try:
                placement = self.take(ticket, batch)
            except ParaphError as error:
                ticket.tell(error)
                continue
            if batch.entries:
                batches[live.log.channel] = batch
            live.answer(placement, ticket.tell)
        if not batches:
            return
        try:
            await self._store.commit([batch.growth() for batch in batches.values()])
        except UnavailableError as error:
            if error.code != FULL:
                raise
            self.full = True
            for batch in batches.values():
                await self._roll_back(batch, error)
            return
        self.full = False
        for batch in batches.values():
            batch.channel.grew([each.envelope for each in batch.entries])
        self._grown.set()

    def take(self, ticket: Ticket, batch: Batch) -> Placement:
        """Judge one statement, and place it in memory unless it is placed already.

        Returns:
            Where it stands.

        Raises:
            RefusedError: By the first rule that fails.
            PeerError: It was not acceptable to begin with.
        """
        prepared = ticket.result()
        live = ticket.channel
        found = live.log.placed.find(prepared.verified.id)
        if found is not None:
            return Placement(found, repeated=True)
        judged = live.log.judge(prepared.verified)
        if prepared.fault is not None:
            raise prepared.fault
        statement = prepared.verified.statement
        sender = KeyId(statement.sender)
        if prepared.anchor_size > statement.seen.size:
            raise _anchor("expected an anchor that is not larger than what was seen")
        if prepared.anchor_size < live.anchors.get(sender, 0):
            raise _anchor("expected an anchor no older than the one before")
        ticket.gate(prepared)
        entry = live.place(judged)
        if statement.anchor != ZERO:
            live.anchors[sender] = prepared.anchor_size
        batch.add(entry.index, prepared)
        return Placement(entry.index, repeated=False)

    async def _roll_back(self, batch: Batch, error: ParaphError) -> None:
        # Nothing of the batch is on disk: read the channel again, and tell those who wait.
        live = batch.channel
        channel = live.log.channel
        row = next(each for each in await self._store.channels() if each.channel == channel)
        live.take_back(await recover_channel(self._store, self._heads, row), error)

    # signing

    async def _sign_heads(self) -> None:
        while True:
            await self._grown.wait()
            self._grown.clear()
            grown = [each for each in self.channels() if each.durable > each.published]
            if grown:
                self._signing = True
                await self._sign(grown)
                self._signing = False
                self._stir.set()

    async def _sign(self, grown: Sequence[LiveChannel]) -> None:
        heads = [
            (live, size, live.log.tree.root(size)) for live in grown for size in live.heads_due()
        ]
        try:
            written = self._in_thread(lambda: self._write_heads(heads))
            try:
                notes = await self._store.journal(lambda: self._notes(heads))
            finally:
                await _outcome(written)
        except UnavailableError as error:
            if error.code != FULL:
                raise
            self.full = True
            for live in grown:
                live.fail_answers(error)
            asyncio.get_running_loop().call_later(self._retry_s, self._grown.set)
            self._tell()
            return
        self.full = False
        for (live, size, _), row in zip(heads, notes, strict=True):
            live.publish(size, row.note)
        self._tell()

    def _notes(self, heads: Iterable[tuple[LiveChannel, int, Digest]]) -> list[NoteRow]:
        sign = self._log_secret.sign
        return [
            NoteRow(live.log.channel, size, sign(live.log.origin, size, root))
            for live, size, root in heads
        ]

    def _write_heads(self, heads: Iterable[tuple[LiveChannel, int, Digest]]) -> None:
        newest = {live.log.channel: (size, root) for live, size, root in heads}
        for channel, (size, root) in newest.items():
            self._heads.write(channel, size, root)

    def _in_thread(self, work: Callable[[], T]) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._files, work)

    # failing

    def _tell(self) -> None:
        # Wakes everybody in _wait; who is not content waits for the next one.
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _guarded(self, run: Callable[[], Awaitable[None]]) -> None:
        try:
            await run()
        except ParaphError as error:
            self._die(error)
        except Exception as error:  # noqa: BLE001  whatever it was, the outcome is unknown
            failed = _unknown()
            failed.__cause__ = error
            self._die(failed)

    def _die(self, error: ParaphError) -> None:
        if self._failed is not None:
            return
        told = error if isinstance(error, UnavailableError) else _unknown()
        self._failed = told
        for ticket in self._tickets:
            ticket.give_up(told)
        self._tickets.clear()
        for live in self.channels():
            live.fail_answers(told)
            live.end_followers()
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self._tell()
        self._fatal(error)


async def _outcome(written: asyncio.Future[T]) -> T:
    try:
        return await written
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise UnavailableError(
            "the relay's disk is full" if full else "the relay's disk failed",
            code=FULL if full else "unknown-outcome",
            hint="try again later with the same bytes",
        ) from error


def _anchor(message: str) -> RefusedError:
    return RefusedError(message, code="anchor", hint="name the newest note that was verified")


def _unknown() -> UnavailableError:
    return UnavailableError(
        "the relay had to stop: the outcome is unknown",
        code="unknown-outcome",
        hint="try again later with the same bytes",
    )
