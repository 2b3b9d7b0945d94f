"""What a channel's folder keeps of its own statements on their way: the outbox's table.

What is on this disk and when is said by paraph.client.sending.saying, what leaves and ends by
paraph.client.sending.outbox; here are the rows. Where there are many, one statement writes them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Final

from paraph.client.log.database import Database, Row
from paraph.protocol.delivery import Delivery
from paraph.protocol.names import KeyId, StatementId


@dataclasses.dataclass(frozen=True, slots=True)
class OutboxRow:
    """One outgoing statement.

    Attributes:
        number: Row number, in the order of making.
        key: Id of the signing key.
        sequence: Number of the statement.
        id: Statement id.
        envelope: The bytes that are sent, again and again until proven.
        body: Digest of its body; empty for clear types.
        exclusive: Whether it travels alone.
        tag: The caller's own name for it, so that it is made once; may be empty.
        state: How far it is.
        index: Where it stands; -1 until proven.
        proof: The verified tlog-proof; empty until proven.
        reason: Why it is unplaceable, or the code of the last refusal.
    """

    number: int
    key: KeyId
    sequence: int
    id: StatementId
    envelope: bytes = dataclasses.field(repr=False)
    body: bytes
    exclusive: bool
    tag: str
    state: Delivery
    index: int
    proof: bytes = dataclasses.field(repr=False)
    reason: str


_OUTBOX: Final = (
    "SELECT number, key, sequence, id, envelope, body, exclusive, tag, state, idx, proof, reason"
    " FROM outbox "
)


def _outbox_row(row: Row) -> OutboxRow:
    number, key, sequence, id_, envelope, body, exclusive, tag, state, *rest = row
    return OutboxRow(
        number, key, sequence, id_, envelope, body, bool(exclusive), tag, Delivery(state), *rest
    )


class Outgoing(Database):
    """The part of a channel's database that holds what was said here."""

    __slots__ = ()

    def add_outgoing(self, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
        """Store outgoing statements, and return them with the numbers the database gave them.

        In a transaction of the caller.

        Raises:
            IntegrityError: Number, id or tag is taken.
        """
        numbers = self._do_each(
            "INSERT INTO outbox (key, sequence, id, envelope, body, exclusive, tag, state, idx,"
            " proof, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
            (
                (
                    row.key, row.sequence, row.id, row.envelope, row.body, int(row.exclusive),
                    row.tag, row.state.value, row.index, row.proof, row.reason,
                )
                for row in rows
            ),
        )  # fmt: skip
        return [
            dataclasses.replace(row, number=number)
            for row, (number,) in zip(rows, numbers, strict=True)
        ]

    def move(self, moves: Iterable[tuple[StatementId, Delivery, str]]) -> None:
        """Set how far outgoing statements are, and why."""
        self._do_each(
            "UPDATE outbox SET state = ?, reason = ? WHERE id = ?",
            ((state.value, reason, each) for each, state, reason in moves),
        )

    def prove(self, proofs: Iterable[tuple[StatementId, int, bytes]]) -> None:
        """Set outgoing statements to logged: each with its index and its proof."""
        self._do_each(
            "UPDATE outbox SET state = ?, reason = '', idx = ?, proof = ? WHERE id = ?",
            ((Delivery.LOGGED.value, index, proof, each) for each, index, proof in proofs),
        )

    def pending(self, key: KeyId, after: int = 0) -> tuple[OutboxRow, ...]:
        """Return what a key has signed and no proof covers yet, by number, from *after* on."""
        sql = (
            _OUTBOX + "WHERE key = ? AND sequence > ? AND state IN ('signed', 'unknown')"
            " ORDER BY sequence"
        )
        return tuple(_outbox_row(row) for row in self._all(sql, (key, after)))

    def pending_ids(self, key: KeyId) -> list[StatementId]:
        """Return the ids of what :meth:`pending` returns, without reading what it says."""
        sql = (
            "SELECT id FROM outbox WHERE key = ? AND state IN ('signed', 'unknown')"
            " ORDER BY sequence"
        )
        return [StatementId(row[0]) for row in self._all(sql, (key,))]

    def pending_count(self, key: KeyId) -> int:
        """Return how many statements of a key are signed and not proven."""
        sql = "SELECT count(*) FROM outbox WHERE key = ? AND state IN ('signed', 'unknown')"
        return int(self._one(sql, (key,)))

    def outgoing(self, key: KeyId | None = None) -> tuple[OutboxRow, ...]:
        """Return everything ever made, by one key or by all, in the order of making."""
        sql = _OUTBOX + "WHERE ? IS NULL OR key = ? ORDER BY number"
        return tuple(_outbox_row(row) for row in self._all(sql, (key, key)))

    def outgoing_by_id(self, id_: StatementId) -> OutboxRow | None:
        """Return one outgoing statement."""
        rows = self._all(_OUTBOX + "WHERE id = ?", (id_,))
        return _outbox_row(rows[0]) if rows else None

    def outgoing_by_tag(self, key: KeyId, tag: str) -> OutboxRow | None:
        """Return the outgoing statement that the caller named *tag*, unless it was unplaceable."""
        sql = _OUTBOX + "WHERE key = ? AND tag = ? AND state <> 'unplaceable'"
        rows = self._all(sql, (key, tag))
        return _outbox_row(rows[0]) if rows else None

    def last_outgoing(self, key: KeyId) -> tuple[int, bytes]:
        """Return the largest number of a key that is not free again, and whose it is; 0 if none."""
        sql = (
            "SELECT sequence, id FROM outbox WHERE key = ? AND state <> 'unplaceable'"
            " ORDER BY sequence DESC LIMIT 1"
        )
        rows = self._all(sql, (key,))
        return (rows[0][0], rows[0][1]) if rows else (0, b"")

    def exclusive_pending(self, key: KeyId) -> bool:
        """Tell whether an exclusive statement of a key is signed and not proven."""
        sql = (
            "SELECT EXISTS (SELECT 1 FROM outbox"
            " WHERE key = ? AND state IN ('signed', 'unknown') AND exclusive)"
        )
        return bool(self._one(sql, (key,)))
