"""One channel in the session of one key: what the relay does behind a session (SPEC 8).

A submission goes through these steps, and the first that fails answers it: size caps; decoding;
the session's channel; a new heartbeat's date against this relay's clock; the signature under the
key as once enrolled, in a thread; a statement that is placed already is answered with its proof,
whatever has become of key, window, quota or clock; two statements under one number are kept as
evidence; the header rules, at the size at which it would be placed; body and attachments; anchor;
quota. Then the ledger places it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from paraph.protocol import roles, signed
from paraph.protocol.errors import IntegrityError, MalformedError, ParaphError, RefusedError
from paraph.protocol.names import ZERO, ChannelId, Digest, KeyId
from paraph.protocol.proof import TlogProof
from paraph.protocol.signed import Unverified
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.envelope import (
    MAX_BODY,
    MAX_ENVELOPE,
    ClearContent,
    SealedContent,
    Statement,
)
from paraph.protocol.tiles import ENTRIES, FULL_WIDTH, Tile, entry_bundle, tile_bytes, width_at
from paraph.protocol.trust import Member
from paraph.protocol.wire import (
    MAX_CONFLICTS,
    MAX_MESSAGES,
    Conflict,
    Conflicts,
    Entries,
    Placed,
    Staged,
)
from paraph.server.along import MOST_ALONG, Recent, joined
from paraph.server.batch import Prepared, Ticket
from paraph.server.blobs import Blobs
from paraph.server.channel import MOST_ENTRIES_BYTES, LiveChannel, Placement
from paraph.server.clock import Clock
from paraph.server.intake import NO_ANCHOR, Flights, prepare, size_of
from paraph.server.ledger import Ledger
from paraph.server.pool import Pool
from paraph.server.ports import TellPlaced
from paraph.server.quotas import Quotas
from paraph.server.sessions import Holder, no_session
from paraph.server.store import ConflictRow, Store

T = TypeVar("T")

MOST_AHEAD_MS: Final = 10 * 60 * 1000
"""How far ahead of this relay's clock a heartbeat may be dated."""


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


class ServiceChannel:
    """One channel in the session of one key; a :class:`paraph.protocol.relay.RelayChannel`."""

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

    # placing

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        """Place an envelope; answered only when it is durable."""
        answer: asyncio.Future[Placed] = asyncio.get_running_loop().create_future()

        def tell(outcome: Placed | Exception) -> None:
            if answer.done():  # whoever asked does not wait any more
                return
            if isinstance(outcome, Exception):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)

        self.begin(0, envelope, body, tell)
        return await answer

    def begin(self, request: int, envelope: bytes, body: bytes, tell: TellPlaced) -> None:
        """Begin to place an envelope; *tell* gets the answer when it is durable.

        Statements are placed in the order of these calls.

        Args:
            request: Number that the answer repeats.
            envelope: The envelope.
            body: Its sealed body.
            tell: Called once, unless this raises; it must not raise.

        Raises:
            ParaphError: As :meth:`submit` does.
        """
        if len(envelope) > MAX_ENVELOPE:
            raise RefusedError(
                f"expected an envelope of at most {MAX_ENVELOPE} bytes", code="too-large"
            )
        if len(body) > MAX_BODY:
            raise RefusedError(f"expected a body of at most {MAX_BODY} bytes", code="too-large")
        unverified = signed.read(envelope)
        size = size_of(unverified, body)
        flights = self._shop.flights
        flights.begin(self._holder, size)

        def told(outcome: Placed | Exception) -> None:
            flights.end(self._holder, size)
            tell(outcome)

        try:
            self._enqueue(request, unverified, body, told)
        except BaseException:
            flights.end(self._holder, size)
            raise

    def _enqueue(self, request: int, unverified: Unverified, body: bytes, tell: TellPlaced) -> None:
        live, shop = self._live, self._shop
        statement = unverified.statement
        self._require_clock(live, unverified)
        check = functools.partial(prepare, live, shop.blobs, unverified, body)
        prepared: asyncio.Future[Prepared]
        if statement.anchor == ZERO:
            prepared = shop.pool.start(check, brief=_is_brief(statement, body))
        else:
            prepared = asyncio.ensure_future(self._prepare_anchored(check, statement.anchor))

        def gate(checked: Prepared) -> None:
            shop.quotas.take(self.channel, statement.sender)
            if live.followers:
                shop.recent.keep(checked)

        def told(outcome: Placement | ParaphError) -> None:
            if not _is_settled(unverified, body, outcome):
                shop.finish(self._finish(request, live, unverified, body, outcome), tell)
            elif isinstance(outcome, Placement):
                tell(_answer(request, live, outcome.index))
            else:
                tell(outcome)

        try:
            shop.ledger.submit(Ticket(live, prepared, gate, told))
        except ParaphError:
            prepared.cancel()  # nobody will ask for it
            raise

    async def _finish(
        self,
        request: int,
        live: LiveChannel,
        unverified: Unverified,
        body: bytes,
        outcome: Placement | ParaphError,
    ) -> Placed:
        # What is left to do, and to wait for, before some few are answered.
        if not isinstance(outcome, Placement):
            await self._keep_evidence(live, unverified)
            raise outcome
        await self._tidy(unverified, body, outcome)
        placed = await self._envelope(outcome.index) if outcome.repeated else b""
        if placed == unverified.envelope:
            placed = b""
        return _placed(request, live, outcome.index, placed)

    def _require_clock(self, live: LiveChannel, unverified: Unverified) -> None:
        # Log time never falls: one heartbeat from the future would end every key (ADR 8). What is
        # placed gets its answer again.
        content = unverified.statement.content
        payload = content.payload if isinstance(content, ClearContent) else None
        if not isinstance(payload, Heartbeat) or live.log.charter.exercise:
            return
        if unverified.id in live.log.placed:
            return
        ahead = payload.dated - self._shop.clock.now_ms()
        if ahead > MOST_AHEAD_MS:
            raise RefusedError(
                f"expected a heartbeat at most {MOST_AHEAD_MS // 1000} s ahead of the relay,"
                f" found {ahead // 1000} s",
                code="clock",
                hint="set this machine's clock; if it is right, tell the relay's operator",
                retry_after_s=min(3600, (ahead - MOST_AHEAD_MS) // 1000 + 1),
            )

    async def _prepare_anchored(self, check: Callable[[int], Prepared], anchor: bytes) -> Prepared:
        size = await self._shop.store.note_size(self.channel, Digest(anchor))
        return await self._shop.pool.run(lambda: check(NO_ANCHOR if size is None else size))

    async def _tidy(self, unverified: Unverified, body: bytes, placement: Placement) -> None:
        # What came as files is accounted for, once; a staged body now stands in the database.
        content = unverified.statement.content
        if not isinstance(content, SealedContent):
            return
        blobs, store, channel = self._shop.blobs, self._shop.store, self.channel
        for each in () if placement.repeated else content.attachments:
            first = await store.attachment_index(channel, Digest(each.digest))
            if first == placement.index:
                await self._shop.in_file_thread(
                    functools.partial(blobs.named, channel, Digest(each.digest))
                )
        if not body:
            digest = Digest(content.body_digest)
            await self._shop.in_file_thread(lambda: blobs.remove(channel, digest))

    async def _keep_evidence(self, live: LiveChannel, unverified: Unverified) -> None:
        store, statement = self._shop.store, unverified.statement
        sender = KeyId(statement.sender)
        await self._shop.ledger.settled(live)
        placed = await store.by_sequence(self.channel, sender, statement.sequence)
        if placed is not None:
            await store.keep_conflict(
                ConflictRow(self.channel, sender, statement.sequence, placed, unverified.envelope)
            )

    async def conflicts(self, start: int) -> Conflicts:
        """Return up to six pairs of statements that a key signed under one number."""
        found = await self._shop.store.conflicts(self.channel, start, MAX_CONFLICTS)
        pairs = tuple(Conflict(placed=each.placed, refused=each.refused) for each in found)
        return Conflicts(start=start, pairs=pairs)

    # reading

    async def _readable(self) -> tuple[int, bytes]:
        # How far this key may read, and the note that covers just that.
        live, member = self._here()
        size, note = live.published, live.note
        most = live.readable(member)
        if most is not None and most < size:
            row = await self._shop.store.newest_note(self.channel, most)
            return (row.size, row.note) if row is not None else (0, b"")
        return size, note

    async def _envelope(self, index: int) -> bytes:
        return (await self._shop.store.envelopes(self.channel, index, index + 1, 0))[0]

    async def entries(self, start: int) -> Entries:
        """Return up to 64 entries from *start* on, with the newest head that covers some of them.

        A head smaller than what is served says that more follow: a reader takes in a long log
        piece by piece, and keeps what it has when it is interrupted.
        """
        size, note = await self._readable()
        envelopes: tuple[bytes, ...] = ()
        if start < size:
            stop = min(size, start + MAX_MESSAGES)
            envelopes = await self._shop.store.envelopes(
                self.channel, start, stop, MOST_ENTRIES_BYTES
            )
        after = start + len(envelopes)
        bodies = await self._shop.store.bodies(self.channel, start, after, MOST_ALONG)
        if after < size:
            row = await self._shop.store.newest_note(self.channel, after - 1)
            note = row.note if row is not None and row.size > start else b""
        found = Entries(request=0, start=start, envelopes=envelopes, bodies=(), note=note)
        return next(joined(found, {each.index - start: each.data for each in bodies}))

    async def follow(self, start: int) -> AsyncIterator[Entries]:
        """Yield entries from *start* on as they are placed, until the relay stops.

        Raises:
            UnavailableError: Code ``slow``: too much waited to be read.
        """
        at = start
        while True:
            live, member = self._here()
            if live.readable(member) is not None or at >= live.published:
                break
            entries = await self.entries(at)
            at += len(entries.envelopes)
            yield entries
        # Nothing is awaited between the last look and this.
        follower = live.follow(self.key)
        try:
            while (pushed := await follower.next()) is not None:
                live, member = self._here()
                if live.readable(member) is not None:
                    break
                wanted = _from(pushed, at)
                if wanted is not None:
                    at = wanted.start + len(wanted.envelopes)
                    for part in self._shop.recent.join(wanted, self.key):
                        yield part
        finally:
            live.unfollow(follower)
        # The key has ended: what it may still read, and no more.
        while True:
            size, _ = await self._readable()
            if at >= size:
                return
            entries = await self.entries(at)
            at += len(entries.envelopes)
            yield entries

    async def body(self, digest: Digest) -> bytes:
        """Return a body of this channel; the caller checks its digest."""
        found = await self._shop.store.body(self.channel, digest)
        size, _ = await self._readable()
        if found is None or found.index >= size:
            raise RefusedError("expected the digest of a body of this channel", code="body")
        return found.data

    async def checkpoint(self) -> bytes:
        """Return the newest checkpoint note."""
        return (await self._readable())[1]

    async def tile(self, path: str) -> bytes:
        """Return a tile of hashes, by its C2SP path."""
        tile = await self._tile(path)
        if tile.level == ENTRIES:
            raise _not_found()
        return tile_bytes(self._live.log.tree, tile)

    async def entry_bundle(self, path: str) -> bytes:
        """Return an entry bundle, by its C2SP path."""
        tile = await self._tile(path)
        if tile.level != ENTRIES:
            raise _not_found()
        start = FULL_WIDTH * tile.index
        stop = start + tile.width
        envelopes = await self._shop.store.envelopes(
            self.channel, start, stop, FULL_WIDTH * MAX_ENVELOPE
        )
        return entry_bundle(envelopes)

    async def _tile(self, path: str) -> Tile:
        try:
            tile = Tile.parse(path)
        except MalformedError as error:
            raise _not_found() from error
        size, _ = await self._readable()
        if tile.width > width_at(tile.level, tile.index, size):
            raise _not_found()
        return tile

    # blobs

    async def stage(self, digest: Digest, offset: int, data: bytes) -> Staged:
        """Append a part of a blob that a later statement names."""
        live, member = self._here()
        live.log.trust.require_in_force(member, live.log.log_time)
        if member.role == roles.AUDITOR:
            raise RefusedError("expected a key that may send", code="read-only")
        most = max(MAX_BODY, live.log.charter.limits.attachment_bytes)
        blobs = self._shop.blobs
        return await self._shop.in_file_thread(
            lambda: blobs.stage(self.channel, self.key, member.party, digest, offset, data, most)
        )

    async def staged(self, digest: Digest) -> Staged:
        """Tell how much of a blob is there, to resume."""
        self._here()
        blobs = self._shop.blobs
        return await self._shop.in_file_thread(lambda: blobs.staged(self.channel, self.key, digest))

    async def blob_path(self, digest: Digest) -> Path:
        """Return the file of a complete blob that a placed statement names."""
        index = await self._shop.store.attachment_index(self.channel, digest)
        size, _ = await self._readable()
        if index is None or index >= size:
            raise _not_found()
        path = self._shop.blobs.path(self.channel, digest)
        if not await self._shop.in_file_thread(path.is_file):
            raise IntegrityError("expected the file of an attachment that is placed")
        return path


def _from(entries: Entries, at: int) -> Entries | None:
    # The part of a push from index *at* on; nothing if it lies below.
    skip = at - entries.start
    if skip <= 0:
        return entries
    if skip >= len(entries.envelopes):
        return None
    return Entries(
        request=0, start=at, envelopes=entries.envelopes[skip:], bodies=(), note=entries.note
    )


def _is_settled(unverified: Unverified, body: bytes, outcome: Placement | ParaphError) -> bool:
    # Whether nothing is left to do: no evidence to keep, no file to see to, no envelope to find.
    if not isinstance(outcome, Placement):
        return outcome.code != "double-sequence"
    content = unverified.statement.content
    tidy = not isinstance(content, SealedContent) or (body and not content.attachments)
    return bool(tidy) and not outcome.repeated


def _answer(request: int, live: LiveChannel, index: int) -> Placed | Exception:
    # In the ledger's turn: a bug of ours is told, and not raised there.
    try:
        return _placed(request, live, index)
    except Exception as error:  # noqa: BLE001 - told to whoever waits
        return error


def _placed(request: int, live: LiveChannel, index: int, envelope: bytes = b"") -> Placed:
    hashes = live.log.tree.inclusion(index, live.published)
    proof = TlogProof(index, hashes, live.note).encode()
    return Placed(request=request, index=index, proof=proof, envelope=envelope)


def _is_brief(statement: Statement, body: bytes) -> bool:
    # One signature to check, and nothing to read from a file. A document has more of them.
    content = statement.content
    if isinstance(content, ClearContent):
        return isinstance(content.payload, Heartbeat)
    return len(body) == content.body_size <= MOST_ALONG and not content.attachments


def _not_found() -> RefusedError:
    return RefusedError("expected something that this log has", code="not-found")
