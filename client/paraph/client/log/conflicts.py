"""Two statements of one key under one number, as the relay tells both parties (SPEC 5.8).

What the relay says is believed only as far as the two signatures go: each pair is checked, then
kept as evidence that a third party can judge, and raised as an alarm against the key.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from paraph.client.files import private_folder, write_atomically
from paraph.client.log.replica import Replica
from paraph.protocol import signed
from paraph.protocol.documents import Document
from paraph.protocol.errors import ForgedError, ParaphError
from paraph.protocol.evidence import DoubleSequenceEvidence, is_double
from paraph.protocol.relay import RelayChannel
from paraph.protocol.statements.clear import EnrolEntry
from paraph.protocol.statements.envelope import ClearContent
from paraph.protocol.wire import MAX_CONFLICTS, Conflict

FOLDER: Final = "conflicts"
DOUBLE: Final = "double-sequence"
"""Name of the alarm at a statement whose number its key used twice."""
MOST: Final = 1_000
"""Pairs kept; a key that made so many is long known for it."""


async def collect(replica: Replica, relay: RelayChannel) -> list[Path]:
    """Fetch the pairs that are new, check them, keep them, and raise an alarm for each.

    Returns:
        The evidence files written.

    Raises:
        ForgedError: A pair proves nothing: the relay accuses a key falsely.
        UnavailableError: The relay cannot be reached.
    """
    folder = replica.home.path / FOLDER
    written: list[Path] = []
    known = len(list(folder.glob("*.evidence"))) if folder.is_dir() else 0
    while known < MOST:
        found = await relay.conflicts(known)
        for pair in found.pairs:
            evidence = _checked(replica, pair)
            if evidence is None:
                return written
            written.append(_keep(replica, folder, known, pair, evidence))
            known += 1
        if len(found.pairs) < MAX_CONFLICTS:
            break
    return written


def _keep(
    replica: Replica, folder: Path, number: int, pair: Conflict, evidence: DoubleSequenceEvidence
) -> Path:
    placed = signed.read(pair.placed)
    private_folder(folder)
    path = folder / f"{number:06d}.evidence"
    # The alarm first, since it holds the key: what has its file is not asked for again.
    replica.alarm(
        DOUBLE,
        replica.log.placed[placed.id],
        f"the key {placed.statement.sender.hex()[:16]} signed another statement under number"
        f" {placed.statement.sequence}; the evidence is in {path}",
    )
    write_atomically(path, evidence.encode())
    return path


def _checked(replica: Replica, pair: Conflict) -> DoubleSequenceEvidence | None:
    # Nothing for a pair whose first statement has not come here yet: it is asked for again.
    try:
        first, _ = replica.log.authenticate(signed.read(pair.placed))
        second, _ = replica.log.authenticate(signed.read(pair.refused))
        proven = is_double(first, second)
        if proven and first.id not in replica.log.placed:
            return None
    except ParaphError:
        proven = False
    if not proven:
        replica.alarm("conflict-forged", -1, "the relay accuses a key of what it did not sign")
        raise ForgedError(
            "expected two statements that one key signed under one number",
            code="conflict-forged",
            hint="the relay accuses falsely: tell its operator and the other ministry",
        )
    founding = replica.log.founding_size
    return DoubleSequenceEvidence(
        founding=tuple(each.envelope for each in replica.entries(0, founding)),
        enrolments=_enrolments(replica),
        first=pair.placed,
        second=pair.refused,
    )


def _enrolments(replica: Replica) -> tuple[Document, ...]:
    found = []
    for entry in replica.entries():
        content = entry.statement.content if entry.statement is not None else None
        payload = content.payload if isinstance(content, ClearContent) else None
        if not entry.void and isinstance(payload, EnrolEntry):
            found.append(payload.document)
    return tuple(found)
