"""Giving numbers: the next statement of a key, after outbox and verified log (SPEC 5.1)."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from paraph.client.log.replica import Replica
from paraph.protocol.documents import Limits
from paraph.protocol.errors import IntegrityError, OutOfTurnError, RefusedError
from paraph.protocol.names import ZERO, KeyId, StatementId
from paraph.protocol.sentences import worded
from paraph.protocol.signed import Unsigned
from paraph.protocol.statements.clear import TYPE_OF
from paraph.protocol.statements.envelope import (
    SEALED_TYPE,
    VERSION,
    ClearContent,
    SealedContent,
    Seen,
    Statement,
)


def key_elsewhere(replica: Replica, sequence: int) -> IntegrityError:
    """Raise the alarm, and return the error, of a number that this outbox did not give."""
    replica.alarm("key-elsewhere", sequence, "the log has a statement that this outbox has not")
    return IntegrityError(
        "another device signs with this key, or this home is a restored copy",
        code="key-elsewhere",
        hint="a key belongs to one device: paraph member add --self --role ROLE --renew makes a new"
        " one here (without roots: paraph member request), and paraph member revoke ends this one",
    )


def is_elsewhere(replica: Replica, key: KeyId) -> bool:
    """Tell whether the log has a statement of *key* that this outbox did not give a number."""
    sequence, previous = replica.log.next_sequence(key)
    last, _ = replica.store.last_outgoing(key)
    if last >= sequence - 1:
        return False
    return replica.log.placed[StatementId(previous)] >= replica.log.founding_size


def require_limits(limits: Limits, content: SealedContent) -> None:
    """Refuse what is too large for the channel.

    Raises:
        RefusedError: Code ``oversize``, with the limits.
    """
    largest = max((each.size for each in content.attachments), default=0)
    if (
        content.body_size > limits.body_bytes
        or largest > limits.attachment_bytes
        or len(content.attachments) > limits.attachments
    ):
        raise RefusedError(
            worded(
                "this channel takes bodies of %(body_bytes)s bytes, and up to %(attachments)s"
                " attachments of %(attachment_bytes)s",
                body_bytes=limits.body_bytes,
                attachments=limits.attachments,
                attachment_bytes=limits.attachment_bytes,
            ),
            code="oversize",
            hint="send it in several statements",
        )


class Numbered:
    """The next number of a key, held under the database's write lock until the row is written.

    Args:
        replica: The channel.
        key: Whose number.
        durable: Whether what is written in the block is on disk at its end.
        naming: Whether the block makes a statement: the note of its head is kept then.
    """

    def __init__(
        self, replica: Replica, key: KeyId, *, durable: bool = True, naming: bool = True
    ) -> None:
        self._replica = replica
        self._key = key
        self._transaction = replica.store.transaction(durable=durable)
        self._naming = naming
        self._head = replica.head
        self._anchor = ZERO
        self.sequence = 0
        self.previous: bytes = b""

    def __enter__(self) -> Self:
        replica = self._replica
        replica.refresh()
        if not replica.is_settled:
            raise OutOfTurnError(
                "expected a head that covers every entry", code="not-settled", hint="sync first"
            )
        self._head = replica.head
        self._transaction.__enter__()
        try:
            if self._naming:
                member = replica.log.trust.member(self._key)
                self._anchor = replica.anchor(member.party if member else "")
                if self._head.note:
                    replica.store.name_note(self._head.id)
            elsewhere = self._take()
        except BaseException as error:
            self._transaction.__exit__(type(error), error, error.__traceback__)
            raise
        if elsewhere:
            self._transaction.__exit__(None, None, None)
            raise key_elsewhere(replica, elsewhere)
        return self

    def _take(self) -> int:
        # Returns the number, if any, that the log has and this outbox did not give.
        store, log = self._replica.store, self._replica.log
        if store.exclusive_pending(self._key):
            raise OutOfTurnError(
                "an exclusive statement is on its way, and travels alone",
                code="exclusive-pending",
                hint="send it first",
            )
        sequence, previous = log.next_sequence(self._key)
        last, last_id = store.last_outgoing(self._key)
        if last >= sequence:
            sequence, previous = last + 1, last_id
        elif is_elsewhere(self._replica, self._key):
            return sequence - 1
        self.sequence, self.previous = sequence, previous
        return 0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._transaction.__exit__(kind, error, trace)

    @property
    def place(self) -> tuple[int, bytes]:
        """The number, and the statement before it."""
        return self.sequence, self.previous

    def follow(self, before: Unsigned) -> None:
        """Go on to the number behind a statement that is signed meanwhile."""
        self.sequence, self.previous = before.statement.sequence + 1, before.id

    def statement(
        self,
        content: SealedContent | ClearContent,
        expires_at: int,
        precedence: str,
        *,
        exclusive: bool,
        sent_at: int,
    ) -> Statement:
        """Return the statement of this number, over the head that was the newest."""
        replica = self._replica
        head = self._head
        return Statement(
            version=VERSION,
            type=SEALED_TYPE
            if isinstance(content, SealedContent)
            else TYPE_OF[type(content.payload)],
            channel=replica.log.channel,
            sender=self._key,
            sequence=self.sequence,
            previous=self.previous,
            seen=Seen(size=head.size, root=head.root),
            anchor=self._anchor,
            sent_at=sent_at,
            expires_at=expires_at,
            precedence=precedence,
            exclusive=exclusive,
            content=content,
        )
