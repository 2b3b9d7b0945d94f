"""The negotiation of a bundle, computed again offline with the key of an archive (SPEC 9.4).

The audit comes first; what a checkpoint of the log covers is then opened and folded by the code
that the desks run. Read-only, without network; the same bundle and key give the same replay.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from paraph.client.audit import verify
from paraph.client.audit.record import Record
from paraph.client.audit.verify import Report
from paraph.client.negotiating import fingerprint
from paraph.client.negotiating.facts import VersionFacts, facts
from paraph.client.negotiating.fingerprint import Fingerprint
from paraph.client.reading.opened import Halt, OpenedEntry, Reader
from paraph.protocol.evidence import TrustAnchor
from paraph.protocol.negotiation import phase
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.sealed import SealingKey
from paraph.protocol.statements.envelope import ClearContent, SealedContent

_WHY: Final = {
    "body-missing": "its body is not in the bundle",
    "not-recipient": "it is sealed to other keys than those of this archive",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Folded:
    """A negotiation, as the log comes to it.

    Attributes:
        talks: It.
        phase: How far the instrument has come.
        versions: Every version, of side documents too, in the order of the log, each counted.
    """

    talks: Negotiation
    phase: str
    versions: tuple[tuple[Version, VersionFacts], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class NotApplied:
    """A statement that stands in the log and changed nothing.

    Attributes:
        index: Its place.
        party: Who said it.
        role: In which role.
        kind: Kind of its content, or its clear type; empty where it opens and is no record.
        code: Why it was refused.
        message: The same for people.
    """

    index: int
    party: str
    role: str
    kind: str
    code: str
    message: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a bundle comes to.

    Attributes:
        report: What the audit found before.
        size: Entries that were read: the state is that of a desk at this size.
        halt: The entry that did not open, and why; ``None`` if all that is proven was read.
        state: The state; ``None`` if nothing is proven.
        fingerprint: Of it, with the words that the chairs read out.
        negotiations: By their ids.
        not_applied: In the order of the log.
    """

    report: Report
    size: int = 0
    halt: Halt | None = None
    state: State | None = None
    fingerprint: Fingerprint | None = None
    negotiations: tuple[Folded, ...] = ()
    not_applied: tuple[NotApplied, ...] = ()

    @property
    def not_checked(self) -> list[str]:
        """What the replay does not say."""
        return [each for each in self.report.not_checked if each != verify.SEALED]

    @property
    def whole(self) -> bool:
        """Whether every entry of the bundle was read."""
        return self.state is not None and self.halt is None and self.size == self.report.entries


def replay(
    folder: Path,
    anchor: TrustAnchor | None,
    keys: Sequence[SealingKey],
    progress: Callable[[int, int], None] | None = None,
) -> Replay:
    """Check a bundle, open what is sealed in it, and fold it.

    Args:
        folder: The bundle.
        anchor: What the auditor trusts; without it the verdict is never ``intact``.
        keys: Sealing keys of an archive, every one that it ever had.
        progress: Called with entries done and entries in all.

    Raises:
        InputError: There is no bundle to read.
        PeerError: The bundle changed while it was read.
    """
    report, record = verify.examine(folder, anchor, progress)
    if record is None or not record.size:
        return Replay(report=report)
    size, reader = record.size, Reader(record, keys)
    opened, halt = reader.advance(), reader.halt
    while reader.position < size:  # as a desk at that size: no later withdrawal counts
        size = reader.position
        reader = reader.at(size)
        opened, halt = reader.advance(), reader.halt or halt
    state = reader.state
    return Replay(
        report=report,
        size=size,
        halt=_told(halt, record) if halt is not None else None,
        state=state,
        fingerprint=fingerprint.of(record.log, state, size),
        negotiations=tuple(_folded(state, each) for _, each in state.negotiations.items()),
        not_applied=tuple(_not_applied(opened)),
    )


def _told(halt: Halt, record: Record) -> Halt:
    # A desk waits for what is missing; an audit can only say so.
    detail = _WHY.get(halt.code, halt.detail)
    statement = record.entry(halt.index).statement
    content = statement.content if statement is not None else None
    if (
        halt.code == "body-missing"
        and isinstance(content, SealedContent)
        and record.has_file_of(content.body_digest)
    ):
        detail = "its body in the bundle is not the one that was signed"
    return dataclasses.replace(halt, detail=detail)


def _folded(state: State, talks: Negotiation) -> Folded:
    versions = sorted((each for _, each in talks.versions.items()), key=lambda each: each.index)
    rows = tuple((each, facts(f"#{each.index}", state, talks, each)) for each in versions)
    return Folded(talks, phase.phase(state, talks).word, rows)


def _not_applied(opened: Sequence[OpenedEntry]) -> Iterator[NotApplied]:
    for each in opened:
        member, outcome = each.entry.member, each.outcome
        if member is not None and outcome is not None and outcome.status == "refused":
            yield NotApplied(
                each.index, member.party, member.role, _kind(each), outcome.code, outcome.detail
            )


def _kind(opened: OpenedEntry) -> str:
    statement = opened.entry.statement
    if statement is not None and isinstance(statement.content, ClearContent):
        return statement.type
    return opened.content.KIND if opened.content is not None else ""
