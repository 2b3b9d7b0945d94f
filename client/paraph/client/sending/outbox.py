"""What one key says, on its way: resent until it is proven (SPEC 8.4).

The rules, all of them:

- What :class:`paraph.client.sending.saying.Saying` put on disk is what leaves; every retry sends
  these bytes. A crash at any moment leaves a row that is sent again, and the relay answers a
  statement that is placed already with the place it has.
- *Logged* needs a proof: the statement stands, not void, in entries that a verified head covers.
- *Unplaceable* needs one too: the replica, synced to the relay's newest head, judges by the rules
  of the log that the statement can never be placed. Then, and only then, is its number free. What
  the relay says is never enough.
- Up to 32 are unanswered; an exclusive one travels alone.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from paraph.client.backoff import Backoff
from paraph.client.clock import Clock, wall_clock
from paraph.client.log.outgoing import OutboxRow
from paraph.client.log.replica import Replica
from paraph.client.sending.numbering import key_elsewhere
from paraph.client.sending.saying import Saying
from paraph.client.sending.staging import stage_attachments
from paraph.protocol import delivery, signed
from paraph.protocol.delivery import Delivery, Event
from paraph.protocol.errors import (
    ForgedError,
    ParaphError,
    PeerError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.keys import Signer
from paraph.protocol.names import StatementId
from paraph.protocol.proof import TlogProof
from paraph.protocol.relay import RelayChannel
from paraph.protocol.signed import Verified
from paraph.protocol.statements.envelope import SealedContent
from paraph.protocol.tree import leaf_hash, verify_inclusion
from paraph.protocol.wire import MAX_PIPELINED, Placed

ATTEMPTS: Final = 5
"""How often in a row sending may fail before the caller hears of it."""
PATIENCE_S: Final = 30
"""The longest time that is waited at the relay's word; beyond it the caller hears of it."""
NEVER: Final = frozenset(
    {
        "document", "entry", "exclusive", "expired", "heartbeat", "key-ended", "key-expired",
        "previous", "recipients", "role", "seen-older", "too-large",
    }
)  # fmt: skip
"""Codes that, found by a verified replica, stay true: the statement can never be placed."""


class Outbox(Saying):
    """The outgoing statements of one key in one channel. See :class:`Saying`.

    Args:
        replica: The channel, verified.
        signer: The key.
        now: Clock for ``sent_at``.
        salt: Draws the salt of a content.
        backoff: Waiting between attempts.
    """

    def __init__(
        self,
        replica: Replica,
        signer: Signer,
        *,
        now: Clock = wall_clock,
        salt: Callable[[int], bytes] = os.urandom,
        backoff: Backoff | None = None,
    ) -> None:
        super().__init__(replica, signer, now=now, salt=salt)
        self._backoff: Final = backoff or Backoff()
        self._sending: Final = asyncio.Lock()
        self._ended = asyncio.Event()
        self._under_way: Final[dict[StatementId, OutboxRow]] = {}

    async def room(self, most: int) -> None:
        """Wait until at most *most* statements are unproven, while somebody sends."""
        while self._store.pending_count(self.key) > most:
            await self._ended.wait()

    async def send(self, relay: RelayChannel, *, attempts: int = ATTEMPTS) -> list[OutboxRow]:
        """Send what is pending, in order, until each is logged or proven unplaceable.

        Args:
            relay: The channel at its relay, in the session of this key.
            attempts: Failures in a row that are waited out.

        Returns:
            What came to an end now; a caller looks at ``state`` and ``reason``.

        Raises:
            UnavailableError: Relay or network failed; the outcome of what is pending is unknown,
                and the next call sends the same bytes.
            RefusedError: The relay refuses and waiting did not help; still pending.
            ForgedError: The relay's answer proves nothing (alarm ``proof-forged``).
            IntegrityError: Another device signs with this key (alarm ``key-elsewhere``).
            EquivocationError: The relay showed two histories.
        """
        async with self._sending:
            self._under_way.clear()
            ended = self._settle()
            failures = 0
            while rows := self.pending():
                error = await self._round(relay, _together(rows), newly := [])
                newly += self._settle()
                if error is not None and not newly:
                    newly = await self._examine(relay, error)
                ended += newly
                if newly:
                    failures = 0
                    self._backoff.succeeded()
                elif error is not None:
                    failures += 1
                    if failures >= attempts or _retry_after(error.cause) > PATIENCE_S:
                        raise error.cause
                    await self._backoff.wait(_retry_after(error.cause))
            return ended

    async def _round(
        self, relay: RelayChannel, rows: list[OutboxRow], ended: list[OutboxRow]
    ) -> _Failure | None:
        # One pass over what is pending: up to 32 on their way, an exclusive one alone. What is
        # prepared meanwhile joins in, unless it must wait for those before it.
        first, last = rows[0], rows[-1]
        waiting = deque(rows)
        self._leave(rows)
        running: dict[asyncio.Task[int], OutboxRow] = {}
        failures: list[_Failure] = []
        size, settled = 0, self._replica.size
        try:
            while (waiting and not failures) or running:
                while waiting and not failures and len(running) < MAX_PIPELINED:
                    row = waiting.popleft()
                    running[asyncio.create_task(self._submit(relay, row))] = row
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    row = running.pop(task)
                    try:
                        size = max(size, task.result())
                    except (RefusedError, UnavailableError) as error:
                        failures.append(_Failure(row, error))
                if not waiting and not failures and not last.exclusive:
                    more = self._store.pending(self.key, after=last.sequence)
                    rows = [] if more and more[0].exclusive else _together(more)
                    last = rows[-1] if rows else last
                    waiting += rows
                    self._leave(rows)
                if running and self._replica.size > settled:
                    settled = self._replica.size
                    ended += self._settle()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        if size:
            try:
                await self._replica.reach(relay, size)
            except UnavailableError as error:
                return _Failure(first, error)
        return min(failures, key=lambda each: each.row.sequence, default=None)

    async def _submit(self, relay: RelayChannel, row: OutboxRow) -> int:
        # Returns the size of a verified head under which the statement stands.
        body = b""
        if row.body:
            made = self._replica.own.get(row.envelope)
            statement = made.verified.statement if made else signed.read(row.envelope).statement
            content = statement.content
            assert isinstance(content, SealedContent)
            await stage_attachments(relay, self._replica.bodies, content)
            body = (made.body if made else b"") or self._replica.body(row.body) or b""
        placed = await relay.submit(row.envelope, body)
        try:
            return self._check(row, placed)
        except PeerError as error:
            self._replica.alarm("proof-forged", placed.index, str(error))
            raise

    def _check(self, row: OutboxRow, placed: Placed) -> int:
        envelope = row.envelope
        if placed.envelope and placed.envelope != envelope:
            other = signed.read(placed.envelope)
            if other.id != row.id:
                raise ForgedError("expected the place of the statement that was sent")
            signed.verify(other, self._signer.public)
            envelope = placed.envelope
        proof = TlogProof.decode(placed.proof)
        checkpoint = self._replica.observe(proof.note)
        if proof.index != placed.index or proof.index >= checkpoint.size:
            raise ForgedError("expected a proof of the index that was answered")
        leaf = leaf_hash(envelope)
        verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
        return checkpoint.size

    def _settle(self) -> list[OutboxRow]:
        # What the verified log holds is logged, whoever told us; with our own proof of it.
        self._replica.refresh()
        log, head = self._replica.log, self._replica.head
        found = [
            (row, index)
            for each in self._store.pending_ids(self.key)
            if (index := self._replica.index_of(each)) is not None
            and (row := self._under_way.pop(each, None) or self.row(each)) is not None
        ]
        if not found:
            return []
        ended = []
        for row, index in found:
            state = row.state
            if state is Delivery.SIGNED:  # as it was read, or sent by another process of this home
                state = delivery.step(state, Event.SENDING)
            state = delivery.step(state, Event.PROVEN)
            proof = TlogProof(index, log.tree.inclusion(index, head.size), head.note).encode()
            ended.append(dataclasses.replace(row, state=state, index=index, proof=proof, reason=""))
        with self._store.transaction(durable=False):  # found again in the log
            self._store.prove((row.id, row.index, row.proof) for row in ended)
        self._ended.set()
        self._ended = asyncio.Event()
        return ended

    def _rows(self, ids: Iterable[StatementId]) -> list[OutboxRow]:
        return [row for each in ids if (row := self.row(each)) is not None]

    async def _examine(self, relay: RelayChannel, failure: _Failure) -> list[OutboxRow]:
        # Believe no refusal before the new head is verified, and then only our own rules.
        if isinstance(failure.cause, UnavailableError):
            return []
        await self._replica.sync(relay)
        if self._replica.index_of(failure.row.id) is not None:
            return self._settle()
        if not self._replica.is_settled:
            return []  # entries that no signed head covers prove nothing: the relay may deny them
        code = self._verdict(failure.row)
        if code == "double-sequence":
            raise key_elsewhere(self._replica, failure.row.sequence)
        if code in NEVER:
            return self._exclude(failure.row, code)
        cause = failure.cause
        if not cause.retry_after_s and cause.code != "gap":
            if not code and cause.code in _HEADER_RULES:
                self._replica.alarm(
                    f"refused-{cause.code}", self._replica.size, "the verified log allows it"
                )
            raise cause
        return []

    def _verdict(self, row: OutboxRow) -> str:
        try:
            self._replica.log.judge(self._own(row))
        except (PeerError, RefusedError) as error:
            return error.code if isinstance(error, RefusedError) else "document"
        return ""

    def _own(self, row: OutboxRow) -> Verified:
        return signed.verify(signed.read(row.envelope), self._signer.public)

    def _exclude(self, row: OutboxRow, code: str) -> list[OutboxRow]:
        # Everything signed behind it names it as previous, so that can never be placed either.
        with self._store.transaction():
            excluded = [each for each in self.pending() if each.sequence >= row.sequence]
            for each in excluded:
                delivery.step(each.state, Event.EXCLUDED)
            self._store.move(
                (each.id, Delivery.UNPLACEABLE, code if each.id == row.id else "previous")
                for each in excluded
            )
        return self._rows(each.id for each in excluded)

    def _leave(self, rows: Iterable[OutboxRow]) -> None:
        # They are about to be sent, and at hand until they are proven.
        self._under_way.update((row.id, row) for row in rows)
        changed = [
            (row.id, after, "")
            for row in rows
            if (after := delivery.step(row.state, Event.SENDING)) is not row.state
        ]
        if changed:
            with self._store.transaction(durable=False):  # signed or unknown: sent again
                self._store.move(changed)


def _together(rows: Iterable[OutboxRow]) -> list[OutboxRow]:
    # Those that may be on their way at the same time: an exclusive one is alone.
    found: list[OutboxRow] = []
    for row in rows:
        if row.exclusive and found:
            break
        found.append(row)
        if row.exclusive:
            break
    return found


class _Failure:
    __slots__ = ("cause", "row")

    def __init__(self, row: OutboxRow, cause: RefusedError | UnavailableError) -> None:
        self.row: Final = row
        self.cause: Final = cause


_HEADER_RULES: Final = NEVER | {"double-sequence", "duplicate", "inconsistent", "unknown-sender"}


def _retry_after(error: ParaphError) -> float:
    return error.retry_after_s if isinstance(error, RefusedError) else 0
