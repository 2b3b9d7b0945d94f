"""A bundle from what a desk has on its disk: verified entries, notes, bodies at hand (SPEC 9.2).

The audit needs no relay and no key: whoever verified the log can hand over the record. Entries
are read as they are written; the same disk gives the same bytes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from paraph.client.audit import bundle
from paraph.client.log.history import History
from paraph.protocol.errors import InputError
from paraph.protocol.statements.envelope import SealedContent

Progress = Callable[[int, int], None]
"""Called with entries done and entries in all."""

_SYNC: Final = "paraph sync fetches what is missing"


@dataclasses.dataclass(frozen=True, slots=True)
class Exported:
    """What a bundle holds.

    Attributes:
        folder: Where it is.
        entries: Entries of the log.
        notes: Checkpoints.
        bodies: Sealed bodies.
        absent: Sealed bodies that this desk does not have; only their digests are in the log.
    """

    folder: Path
    entries: int
    notes: int
    bodies: int
    absent: int


def export(replica: History, folder: Path, progress: Progress | None = None) -> Exported:
    """Write the bundle of everything that *replica* has released.

    Raises:
        InputError: The folder exists, there is no checkpoint yet, or entries wait for one.
    """
    if not replica.size:
        raise InputError(
            "expected a checkpoint before there is something to audit", code="empty", hint=_SYNC
        )
    if not replica.is_settled:
        raise InputError("expected a checkpoint that covers every entry", hint=_SYNC)
    notes = list(replica.store.notes(replica.size))
    sealed = _Bodies(replica)
    entries = _entries(replica, progress)
    bundle.write_bundle(folder, replica.log, entries, notes, sealed.at_hand())
    return Exported(folder, replica.size, len(notes), sealed.found, sealed.absent)


def _entries(replica: History, progress: Progress | None) -> Iterator[bytes]:
    for done, row in enumerate(replica.store.entries(0, replica.size), start=1):
        if progress is not None and (done % 256 == 0 or done == replica.size):
            progress(done, replica.size)
        yield row.envelope


class _Bodies:
    # Bodies in the order of the log, each once; a void entry's body is nobody's.

    def __init__(self, replica: History) -> None:
        self._replica = replica
        self.found = 0
        self.absent = 0

    def at_hand(self) -> Iterator[tuple[bytes, bytes]]:
        written: set[bytes] = set()
        for entry in self._replica.entries():
            content = entry.statement.content if entry.statement and not entry.void else None
            if not isinstance(content, SealedContent) or content.body_digest in written:
                continue
            body = self._replica.body(content.body_digest)
            if body is None:
                self.absent += 1
                continue
            written.add(content.body_digest)
            self.found += 1
            yield content.body_digest, body
