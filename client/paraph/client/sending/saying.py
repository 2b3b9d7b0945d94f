"""What one key says: numbered, sealed, signed once, and on disk (SPEC 5.1).

The rules, all of them:

- A statement is sealed and signed once. The row with its bytes is durable before anything leaves.
- Numbers come from the outbox and from the verified log. A number that the log gave to a statement
  that is not in this outbox means that another device signs with this key: refused.
- The rules of the log are asked before a row is kept. Whether our own signature verifies is not:
  if it ever did not, the relay would refuse it, and the verified log would say "unplaceable".
- An exclusive statement travels alone: nothing is signed behind it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Final

from paraph.client.clock import Clock, wall_clock
from paraph.client.log import signatures
from paraph.client.log.outgoing import OutboxRow
from paraph.client.log.replica import Replica
from paraph.client.sending.crossing import require_same_life
from paraph.client.sending.numbering import Numbered, require_limits
from paraph.protocol import roles, signed
from paraph.protocol.buckets import MAX_RECIPIENTS
from paraph.protocol.delivery import Delivery
from paraph.protocol.errors import MisuseError, OutOfTurnError, RefusedError
from paraph.protocol.keys import SealingPublicKey, Signer
from paraph.protocol.names import Digest, KeyId, StatementId
from paraph.protocol.schema import Record
from paraph.protocol.sealed import SALT_SIZE, seal
from paraph.protocol.sentences import worded
from paraph.protocol.signed import Unsigned, Verified
from paraph.protocol.statements.clear import TYPE_OF, Heartbeat
from paraph.protocol.statements.content import Content, action_of, encode_content
from paraph.protocol.statements.envelope import (
    SEALED_TYPE,
    VERSION,
    Attachment,
    ClearContent,
    SealedContent,
    Statement,
)
from paraph.protocol.trust import Member

SIGNED_TOGETHER: Final = 4
"""Statements that a thread signs in a row: it is woken once for all of them."""


class Saying:
    """The statements of one key in one channel, as far as this disk.

    Args:
        replica: The channel, verified.
        signer: The key.
        now: Clock for ``sent_at``.
        salt: Draws the salt of a content.
    """

    def __init__(
        self,
        replica: Replica,
        signer: Signer,
        *,
        now: Clock = wall_clock,
        salt: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._replica: Final = replica
        self._store: Final = replica.store
        self._signer: Final = signer
        self._now: Final = now
        self._salt: Final = salt
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
        sent_at: int = 0,
        tag: str = "",
    ) -> OutboxRow:
        """Sign a clear statement and put it on disk.

        Args:
            payload: One of the clear payloads.
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
                content, 0, "routine", exclusive=False, sent_at=sent_at or self._now()
            )
            made = signed.make(statement, self._signer)
            signed.read(made.unverified.envelope)  # what is too large for a reader ends here
            (row,) = self._keep([(made, b"")], tag)
        self._replica.own.remember(made)
        return row

    def prepare_heartbeat(self, *, dated: int = 0, sent_at: int = 0) -> OutboxRow:
        """Sign a heartbeat over the head and what is held now.

        Args:
            dated: POSIX ms; 0 = as ``sent_at``, which outside an exercise it must be.
            sent_at: POSIX ms; 0 = now.

        Raises:
            RefusedError, OutOfTurnError, IntegrityError: As in :meth:`prepare_clear`.
        """
        self._replica.refresh()
        sent_at = sent_at or self._now()
        size = self._replica.size
        payload = Heartbeat(dated=dated or sent_at, verified=size, held=self._replica.held())
        return self.prepare_clear(payload, sent_at=sent_at)

    def prepare_sealed(
        self,
        content: Content,
        *,
        recipients: Iterable[SealingPublicKey] | None = None,
        precedence: str = "routine",
        exclusive: bool = False,
        expires_at: int = 0,
        attachments: Iterable[Attachment] = (),
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
            tag: As in :meth:`prepare_clear`.

        Raises:
            RefusedError: A rule of the log forbids it (codes ``role``, ``not-open``,
                ``recipients``, ``oversize``, ``key-ended`` …); nothing is kept.
            OutOfTurnError, IntegrityError: As in :meth:`prepare_clear`.
        """
        self._require_may(content)
        record = encode_content(content)
        keys = self._recipients(recipients)
        with Numbered(self._replica, self.key) as number:
            statement, plain, body = self._seal(
                record,
                keys,
                number,
                precedence=precedence,
                exclusive=exclusive,
                expires_at=expires_at,
                attachments=attachments,
            )
            made = signed.make(statement, self._signer)
            (row,) = self._keep([(made, body)], tag)
        self._replica.own.remember(made, plain, body)
        return row

    async def prepare_many(
        self,
        contents: Iterable[Content],
        *,
        recipients: Iterable[SealingPublicKey] | None = None,
        precedence: str = "routine",
    ) -> list[OutboxRow]:
        """Do what :meth:`prepare_sealed` does for several, one behind the other, in less time.

        While one is sealed, those before it are signed in threads; all become durable in one
        step, or none. A number is not held meanwhile: if another process of this home takes it,
        everything is sealed anew.

        Args:
            contents: In order.
            recipients: Of each; as in :meth:`prepare_sealed`.
            precedence: Handling time asked for.

        Raises:
            RefusedError, OutOfTurnError, IntegrityError: As in :meth:`prepare_sealed`.
        """
        contents = list(contents)
        for content in contents:
            self._require_may(content)
        records = [encode_content(content) for content in contents]
        keys = self._recipients(recipients)
        while True:
            with Numbered(self._replica, self.key, durable=False) as number:
                first = number.place
            signing: list[Future[list[Verified]]] = []
            plains: list[bytes] = []
            bodies: list[bytes] = []
            for at in range(0, len(records), SIGNED_TOGETHER):
                group: list[Unsigned] = []
                for record in records[at : at + SIGNED_TOGETHER]:
                    statement, plain, body = self._seal(record, keys, number, precedence=precedence)
                    plains.append(plain)
                    bodies.append(body)
                    group.append(Unsigned.of(statement))
                    number.follow(group[-1])
                signing.append(signatures.in_thread(self._sign, group))
                await asyncio.sleep(0)
            signed_ = await asyncio.gather(*map(asyncio.wrap_future, signing))
            made = list(zip(itertools.chain.from_iterable(signed_), bodies, strict=True))
            with Numbered(self._replica, self.key, naming=False) as number:
                if number.place != first:
                    continue
                rows = self._keep(made)
            for (each, body), plain in zip(made, plains, strict=True):
                self._replica.own.remember(each, plain, body)
            return rows

    def _sign(self, group: Sequence[Unsigned]) -> list[Verified]:
        return [signed.finish(each, self._signer) for each in group]

    def _recipients(self, recipients: Iterable[SealingPublicKey] | None) -> list[SealingPublicKey]:
        trust, log_time = self._replica.log.trust, self._replica.log.log_time
        chosen = trust.recipients(log_time).values() if recipients is None else recipients
        keys = {each.id: each for each in chosen}
        if not all(trust.is_recipient(each, log_time) for each in keys):
            raise RefusedError("expected recipients that are enrolled and alive", code="recipients")
        if not 2 <= len(keys) <= MAX_RECIPIENTS:
            raise RefusedError(
                worded(
                    "expected 2 to %(most)s recipients, found %(count)s",
                    most=MAX_RECIPIENTS,
                    count=len(keys),
                ),
                code="recipients",
            )
        return [keys[each] for each in sorted(keys)]

    def _seal(
        self,
        record: bytes,
        keys: Sequence[SealingPublicKey],
        number: Numbered,
        *,
        precedence: str,
        exclusive: bool = False,
        expires_at: int = 0,
        attachments: Iterable[Attachment] = (),
    ) -> tuple[Statement, bytes, bytes]:
        # The statement, the content with its salt, and the body in which that is sealed.
        salt = self._salt(SALT_SIZE)
        sealed = seal(
            record,
            salt,
            channel=self._replica.log.channel,
            sender=self.key,
            sequence=number.sequence,
            version=VERSION,
            type_=SEALED_TYPE,
            recipients=keys,
        )
        content = SealedContent(
            recipients=sealed.recipients,
            body_digest=sealed.digest,
            body_size=sealed.size,
            commitment=sealed.commitment,
            attachments=tuple(sorted(attachments)),
        )
        require_limits(self._replica.log.charter.limits, content)
        statement = number.statement(
            content, expires_at, precedence, exclusive=exclusive, sent_at=self._now()
        )
        return statement, salt + record, sealed.body

    def _require_may(self, content: Content) -> None:
        member = self.member
        roles.require(member.role, action_of(content))
        if content.header.acting_role != member.role:
            raise MisuseError(
                worded(
                    "expected content that acts as %(role)s, the role of the key",
                    role=roles.named(member.role),
                )
            )
        exercise = self._replica.log.charter.exercise
        require_same_life(self._replica.home, content, exercise=exercise)

    def _keep(self, made: Sequence[tuple[Verified, bytes]], tag: str = "") -> list[OutboxRow]:
        # In the transaction of Numbered: the numbers are ours, or nothing was written.
        for first, _ in made[:1]:
            try:
                self._replica.log.judge(first)  # of those behind it the log asks nothing else yet
            except RefusedError as error:
                if error.code != "gap":  # behind others of this key that are on their way
                    raise
        if tag and self.tagged(tag) is not None:
            raise OutOfTurnError("a statement was made under this tag before", code="tag-taken")
        self._store.put_bodies({_digest(each): body for each, body in made if body})
        return self._store.add_outgoing([self._row(each, tag) for each, _ in made])

    def _row(self, made: Verified, tag: str) -> OutboxRow:
        return OutboxRow(
            number=0,
            key=self.key,
            sequence=made.statement.sequence,
            id=made.id,
            envelope=made.unverified.envelope,
            body=_digest(made),
            exclusive=made.statement.exclusive,
            tag=tag,
            state=Delivery.SIGNED,
            index=-1,
            proof=b"",
            reason="",
        )


def _digest(made: Verified) -> Digest:
    # Of the body; empty where there is none.
    content = made.statement.content
    return Digest(content.body_digest if isinstance(content, SealedContent) else b"")
