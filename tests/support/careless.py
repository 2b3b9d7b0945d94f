"""A relay that does not deduplicate: the control that fault tests must see fail (SPEC 8.4).

No setting of the relay leads here: a test's own process puts these types in the place of the
right ones, through ``ledger_type`` and ``store_type`` of :func:`paraph.server.relay.open_relay`.
"""

from __future__ import annotations

import apsw
from typing_extensions import override

from paraph.server.batch import Batch, Ticket
from paraph.server.channel import Placement
from paraph.server.ledger import Ledger
from paraph.server.store.sqlite import SqliteStore


class CarelessLedger(Ledger):
    """Places whatever comes, as often as it comes."""

    @override
    def take(self, ticket: Ticket, batch: Batch) -> Placement:
        prepared = ticket.prepared.result()
        entry = ticket.channel.log.append(prepared.verified.unverified.envelope, prepared.verified)
        batch.add(entry.index, prepared)
        return Placement(entry.index, repeated=False)


class UnguardedStore(SqliteStore):
    """Takes two rows of one statement."""

    @override
    def _migrate(self, connection: apsw.Connection) -> None:
        super()._migrate(connection)
        connection.execute("DROP INDEX IF EXISTS entries_by_id")
        connection.execute("DROP INDEX IF EXISTS entries_by_sequence")
