"""What one key says: signed once, on disk before it is sent, resent until it is proven (SPEC 8.4).

The rules, all of them:

- A statement is sealed and signed once. The row with its bytes is durable before the first byte
  leaves; every retry sends these bytes. A crash at any moment leaves a row that is sent again, and
  the relay answers a statement that is placed already with the place it has.
- Numbers come from the outbox and from the verified log. A number that the log gave to a statement
  that is not in this outbox means that another device signs with this key: refused.
- *Logged* needs a proof: the statement stands, not void, in entries that a verified head covers.
- *Unplaceable* needs one too: the replica, synced to the relay's newest head, judges by the rules
  of the log that the statement can never be placed. Then, and only then, is its number free. What
  the relay says is never enough.
- Up to 32 are unanswered; an exclusive one travels alone, and nothing is signed behind it.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from paraph.client.backoff import Backoff
from paraph.client.clock import Clock, wall_clock
from paraph.client.numbering import Numbered, key_elsewhere, require_limits
from paraph.client.replica import Replica
from paraph.client.staging import stage_attachments
from paraph.client.store import OutboxRow
from paraph.protocol import delivery, roles, signed
from paraph.protocol.buckets import MAX_RECIPIENTS
from paraph.protocol.delivery import Delivery, Event
from paraph.protocol.errors import (
    ForgedError,
    MisuseError,
    OutOfTurnError,
    ParaphError,
    PeerError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.keys import SealingPublicKey, Signer
from paraph.protocol.names import Digest, KeyId, StatementId
from paraph.protocol.proof import TlogProof
from paraph.protocol.relay import RelayChannel
from paraph.protocol.schema import Record
from paraph.protocol.sealed import SALT_SIZE, seal
from paraph.protocol.signed import Verified
from paraph.protocol.statements.clear import TYPE_OF, Heartbeat
from paraph.protocol.statements.content import CONTENT_ACTIONS, Content, encode_content
from paraph.protocol.statements.envelope import (
    SEALED_TYPE,
    VERSION,
    Attachment,
    ClearContent,
    SealedContent,
    Statement,
)
from paraph.protocol.statements.exchanges import AcknowledgementGiven
from paraph.protocol.tree import leaf_hash, verify_inclusion
from paraph.protocol.trust import Member
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


class Outbox:
    """The outgoing statements of one key in one channel.

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
        self._replica: Final = replica
        self._store: Final = replica.store
        self._signer: Final = signer
        self._now: Final = now
        self._salt: Final = salt
        self._backoff: Final = backoff or Backoff()
        self._sending: Final = asyncio.Lock()
        self.key: Final[KeyId] = signer.public.id

    # what there is

    @property
    def member(self) -> Member:
        """Whose key this is.

        Raises:
            RefusedError: Code ``unknown-sender``: it is not enrolled, as far as is verified.
        """
        member = self._replica.log.trust.member(self.key)
        if member is None:
            raise RefusedError(
                "this key is not enrolled in the channel yet",
                code="unknown-sender",
                hint="wait for its enrolment, then sync",
            )
        return member

    def pending(self) -> tuple[OutboxRow, ...]:
        """Return what is signed and not proven, in order."""
        return self._store.pending(self.key)

    def rows(self) -> tuple[OutboxRow, ...]:
        """Return everything this key ever said here, unplaceable statements too."""
        return self._store.outgoing(self.key)

    def row(self, statement: StatementId) -> OutboxRow | None:
        """Return one outgoing statement."""
        return self._store.outgoing_by_id(statement)

    def tagged(self, tag: str) -> OutboxRow | None:
        """Return what the caller made under its own name *tag*, to make it once only."""
        return self._store.outgoing_by_tag(self.key, tag)

    # saying something

    def prepare_clear(
        self,
        payload: Record,
        *,
        expires_at: int = 0,
        precedence: str = "routine",
        sent_at: int = 0,
        tag: str = "",
    ) -> OutboxRow:
        """Sign a clear statement and put it on disk.

        Args:
            payload: One of the clear payloads.
            expires_at: Log time after which it must not be placed; 0 = never.
            precedence: Handling time asked for.
            sent_at: POSIX ms; 0 = now.
            tag: The caller's own name for it; a second one of the same name is refused.

        Raises:
            RefusedError: A rule of the log forbids it; nothing is kept.
            OutOfTurnError: An exclusive statement is on its way, or a tag is taken.
            IntegrityError: Another device signs with this key.
        """
        content = ClearContent(payload=payload)
        roles.require(self.member.role, TYPE_OF[type(payload)])
        with Numbered(self._replica, self.key) as number:
            statement = number.statement(
                content, expires_at, precedence, exclusive=False, sent_at=sent_at or self._now()
            )
            return self._keep(statement, b"", tag)

    def prepare_heartbeat(self, *, dated: int = 0, sent_at: int = 0, tag: str = "") -> OutboxRow:
        """Sign a heartbeat over the head and what is held now.

        Args:
            dated: POSIX ms; 0 = as ``sent_at``, which outside an exercise it must be.
            sent_at: POSIX ms; 0 = now.
            tag: As in :meth:`prepare_clear`.

        Raises:
            RefusedError, OutOfTurnError, IntegrityError: As in :meth:`prepare_clear`.
        """
        self._replica.refresh()
        sent_at = sent_at or self._now()
        size = self._replica.size
        payload = Heartbeat(dated=dated or sent_at, verified=size, held=self._replica.held())
        return self.prepare_clear(payload, sent_at=sent_at, tag=tag)

    def prepare_sealed(
        self,
        content: Content,
        *,
        recipients: Iterable[SealingPublicKey] | None = None,
        precedence: str = "routine",
        exclusive: bool = False,
        expires_at: int = 0,
        attachments: Iterable[Attachment] = (),
        sent_at: int = 0,
        tag: str = "",
    ) -> OutboxRow:
        """Seal and sign one content record and put it on disk.

        Args:
            content: The record; its header acts in the role of this key.
            recipients: Sealing keys; without them every archive, person and bot that lives.
            precedence: Handling time asked for.
            exclusive: Place it only if nobody else's content came since the head.
            expires_at: Log time after which it must not be placed; 0 = never.
            attachments: Sealed blobs, in this channel's folder of attachments.
            sent_at: POSIX ms; 0 = now.
            tag: As in :meth:`prepare_clear`.

        Raises:
            RefusedError: A rule of the log forbids it (codes ``role``, ``not-open``,
                ``recipients``, ``oversize``, ``key-ended`` …); nothing is kept.
            OutOfTurnError, IntegrityError: As in :meth:`prepare_clear`.
        """
        record = encode_content(content)
        self._require_may(content)
        trust, log_time = self._replica.log.trust, self._replica.log.log_time
        chosen = trust.recipients(log_time).values() if recipients is None else recipients
        keys = {each.id: each for each in chosen}
        if not all(trust.is_recipient(each, log_time) for each in keys):
            raise RefusedError("expected recipients that are enrolled and alive", code="recipients")
        if not 2 <= len(keys) <= MAX_RECIPIENTS:
            raise RefusedError(
                f"expected 2 to {MAX_RECIPIENTS} recipients, found {len(keys)}", code="recipients"
            )
        with Numbered(self._replica, self.key) as number:
            sealed = seal(
                record,
                self._salt(SALT_SIZE),
                channel=self._replica.log.channel,
                sender=self.key,
                sequence=number.sequence,
                version=VERSION,
                type_=SEALED_TYPE,
                recipients=[keys[each] for each in sorted(keys)],
            )
            body = SealedContent(
                recipients=sealed.recipients,
                body_digest=sealed.digest,
                body_size=sealed.size,
                commitment=sealed.commitment,
                attachments=tuple(sorted(attachments)),
            )
            require_limits(self._replica.log.charter.limits, body)
            statement = number.statement(
                body,
                expires_at,
                precedence,
                exclusive=exclusive,
                sent_at=sent_at or self._now(),
            )
            return self._keep(statement, sealed.body, tag)

    def _require_may(self, content: Content) -> None:
        member = self.member
        action = CONTENT_ACTIONS[content.KIND]
        if isinstance(content, AcknowledgementGiven) and member.role == roles.BOT:
            action = "acknowledge-automatic"
        roles.require(member.role, action)
        if content.header.acting_role != member.role:
            raise MisuseError(f"expected content that acts as {member.role}, the role of the key")

    def _keep(self, statement: Statement, body: bytes, tag: str) -> OutboxRow:
        # In the transaction of Numbered: the number is ours, or nothing was written.
        envelope = signed.sign(statement, self._signer)
        verified = signed.verify(signed.read(envelope), self._signer.public)
        try:
            self._replica.log.judge(verified)
        except RefusedError as error:
            if error.code != "gap":  # behind others of this key that are on their way
                raise
        if tag and self.tagged(tag) is not None:
            raise OutOfTurnError("a statement was made under this tag before", code="tag-taken")
        digest = b""
        if isinstance(statement.content, SealedContent):
            digest = statement.content.body_digest
            self._store.put_body(Digest(digest), body)
        self._store.add_outgoing(
            OutboxRow(
                number=0,
                key=self.key,
                sequence=statement.sequence,
                id=verified.id,
                envelope=envelope,
                body=digest,
                exclusive=statement.exclusive,
                tag=tag,
                state=Delivery.SIGNED,
                index=-1,
                proof=b"",
                reason="",
            )
        )
        self._replica.own.remember(verified)
        kept = self._store.outgoing_by_id(verified.id)
        assert kept is not None
        return kept

    # sending

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
            ended = self._settle()
            failures = 0
            while rows := self.pending():
                error = await self._round(relay, rows)
                newly = self._settle()
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

    async def _round(self, relay: RelayChannel, rows: Sequence[OutboxRow]) -> _Failure | None:
        # One pass over what is pending: up to 32 on their way, an exclusive one alone.
        alone = 1 if rows[0].exclusive else next(
            (at for at, row in enumerate(rows) if row.exclusive), len(rows)
        )  # fmt: skip
        waiting = deque(rows[:alone])
        self._move(waiting, Event.SENDING)
        running: dict[asyncio.Task[int], OutboxRow] = {}
        failures: list[_Failure] = []
        size = 0
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
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        if size:
            try:
                await self._replica.reach(relay, size)
            except UnavailableError as error:
                return _Failure(rows[0], error)
        return min(failures, key=lambda each: each.row.sequence, default=None)

    async def _submit(self, relay: RelayChannel, row: OutboxRow) -> int:
        # Returns the size of a verified head under which the statement stands.
        unverified = signed.read(row.envelope)
        content = unverified.statement.content
        body = b""
        if isinstance(content, SealedContent):
            await stage_attachments(relay, self._replica.bodies, content)
            body = self._replica.body(row.body) or b""
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
        ended = []
        with self._store.transaction(durable=False):  # found again in the log
            for row in self.pending():
                index = self._replica.index_of(row.id)
                if index is None:
                    continue
                if row.state is Delivery.SIGNED:  # sent by another process of this home
                    delivery.step(row.state, Event.SENDING)
                proof = TlogProof(index, log.tree.inclusion(index, head.size), head.note).encode()
                self._store.prove(row.id, index, proof)
                ended.append(row.id)
        return self._rows(ended)

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
        ended = []
        with self._store.transaction():
            for each in self.pending():
                if each.sequence < row.sequence:
                    continue
                delivery.step(each.state, Event.EXCLUDED)
                reason = code if each.id == row.id else "previous"
                self._store.move(each.id, Delivery.UNPLACEABLE, reason=reason)
                ended.append(each.id)
        return self._rows(ended)

    def _move(self, rows: Iterable[OutboxRow], event: Event) -> None:
        changed = [
            (row, after)
            for row in rows
            if (after := delivery.step(row.state, event)) is not row.state
        ]
        if changed:
            with self._store.transaction(durable=False):  # signed or unknown: sent again
                for row, after in changed:
                    self._store.move(row.id, after)


class _Failure:
    __slots__ = ("cause", "row")

    def __init__(self, row: OutboxRow, cause: RefusedError | UnavailableError) -> None:
        self.row: Final = row
        self.cause: Final = cause


_HEADER_RULES: Final = NEVER | {"double-sequence", "duplicate", "inconsistent", "unknown-sender"}


def _retry_after(error: ParaphError) -> float:
    return error.retry_after_s if isinstance(error, RefusedError) else 0
