"""What a submission goes through (SPEC 8.4).

These are the steps, and the first that fails answers it: size caps; decoding; the session's
channel; a new heartbeat's date against this relay's clock; the signature under the key as once
enrolled, in a thread; a statement that is placed already is answered with its proof, whatever has
become of key, window, quota or clock; two statements under one number are kept as evidence; the
header rules, at the size at which it would be placed; body and attachments; anchor; quota. Then
the ledger places it.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Final

from paraph.protocol import signed
from paraph.protocol.errors import ParaphError, RefusedError
from paraph.protocol.names import ZERO, Digest, KeyId
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
from paraph.protocol.wire import Placed
from paraph.server.along import MOST_ALONG
from paraph.server.batch import Prepared, Ticket
from paraph.server.channel import LiveChannel, Placement
from paraph.server.intake import NO_ANCHOR, prepare, size_of
from paraph.server.ports import TellPlaced
from paraph.server.store import ConflictRow
from paraph.server.workshop import InSession

MOST_AHEAD_MS: Final = 10 * 60 * 1000
"""How far ahead of this relay's clock a heartbeat may be dated."""


class Submitting(InSession):
    """Places statements."""

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

    async def _envelope(self, index: int) -> bytes:
        return (await self._shop.store.envelopes(self.channel, index, index + 1, 0))[0]


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
