"""Check a bundle offline, with a trust file and nothing else (SPEC 9.3).

Read-only, without network and without keys; the same bundle gives the same report. The checks
stand in the order in which they rest on each other. A check that fails does not end the run:
the report names the first break, what stays valid below it, and what was not checked.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from paraph.client.audit import bundle, manifest
from paraph.client.audit.record import Record, Row
from paraph.protocol import signed
from paraph.protocol.buckets import check_body_size
from paraph.protocol.checkpoint import verify_checkpoint
from paraph.protocol.errors import InputError, MalformedError, ParaphError
from paraph.protocol.evidence import TrustAnchor
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ZERO, Digest
from paraph.protocol.signed import Unverified, Verified
from paraph.protocol.state import Entry
from paraph.protocol.statements.envelope import SealedContent
from paraph.protocol.tiles import ENTRIES, Tile, parse_bundle, tile_bytes, tiles_of

SEALED: Final = "what sealed statements say: that needs a key of a party"
NOT_CHECKED: Final = (
    SEALED,
    "statements that the relay never placed: only their senders' retries show them",
    "wall-clock times: a sender's time is its claim; rules use log time",
)
"""What no bundle of version 1 can show, said in every report."""


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it must be.

    Attributes:
        where: File or entry.
        code: Stable code.
        message: What was expected.
    """

    where: str
    code: str
    message: str


@dataclasses.dataclass(slots=True)
class Report:
    """What an audit found.

    Attributes:
        trusted: Whether a trust file was given.
        entries: Entries read.
        intact_below: Every entry below this index is proven by a checkpoint and the rules.
        problems: In the order of the checks.
        placed: Statement type to how many of it were placed.
        parties: Party code to how far it verified and holds.
        notes: Checkpoints in the journal.
        log_time: At the end of the log, POSIX ms.
        withdrawn: Entries that their authors took back while the other side could not open them.
        disputed: Entries that a party says it could not open.
        bodies: Sealed bodies and attachments checked.
        absent: Sealed bodies and attachments that are not in the bundle.
        not_checked: What the audit does not say.
    """

    trusted: bool
    entries: int = 0
    intact_below: int = 0
    problems: list[Problem] = dataclasses.field(default_factory=list)
    placed: dict[str, int] = dataclasses.field(default_factory=dict)
    parties: dict[str, dict[str, int]] = dataclasses.field(default_factory=dict)
    origin: str = ""
    root: str = ""
    notes: int = 0
    log_time: int = 0
    withdrawn: list[int] = dataclasses.field(default_factory=list)
    disputed: list[int] = dataclasses.field(default_factory=list)
    bodies: int = 0
    absent: int = 0
    not_checked: list[str] = dataclasses.field(default_factory=lambda: list(NOT_CHECKED))

    @property
    def verdict(self) -> str:
        """``intact`` only with trust and without a problem."""
        if self.problems:
            return "broken"
        return "intact" if self.trusted else "untrusted"

    def add(self, where: str, code: str, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(where, code, message))


def verify(
    folder: Path,
    anchor: TrustAnchor | None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Check a bundle.

    Args:
        folder: The bundle.
        anchor: What the auditor trusts; without it the verdict is never ``intact``.
        progress: Called with entries done and entries in all.

    Raises:
        InputError: There is no bundle to read.
    """
    return examine(folder, anchor, progress)[0]


def examine(
    folder: Path,
    anchor: TrustAnchor | None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Report, Record | None]:
    """Check a bundle, and return it as a log to read from as far as a checkpoint covers it.

    Args:
        folder: The bundle.
        anchor: What the auditor trusts; without it the verdict is never ``intact``.
        progress: Called with entries done and entries in all.

    Returns:
        What was found, and the log; no log where there is no channel in the bundle.

    Raises:
        InputError: There is no bundle to read.
    """
    audit = _Audit(folder, anchor, progress)
    return audit.run(), audit.record


class _Audit:
    def __init__(
        self,
        folder: Path,
        anchor: TrustAnchor | None,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.folder = folder
        self.anchor = anchor
        self.progress = progress
        self.report = Report(trusted=anchor is not None)
        self.files: dict[str, int] = {}
        self.digests: dict[str, bytes] = {}
        self.used: set[str] = set()
        self.anchors: list[tuple[int, bytes, int]] = []
        self.sealed: list[tuple[int, list[tuple[bytes, int]]]] = []
        self.rows: list[Row] = []
        self.record: Record | None = None

    def run(self) -> Report:
        report = self.report
        if not (self.folder / manifest.MANIFEST).is_file():
            raise InputError(
                f"{self.folder} is not a bundle", hint="name the folder that holds MANIFEST"
            )
        try:
            self.files = bundle.list_files(self.folder)
            self._check_manifest()
            size = self._size()
            log = self._replay(size)
            self._check_tiles(log)
            self._check_journal(log)
            covered = report.intact_below
            self.record = Record(self.folder, log, self.rows, covered, self.digests)
            self._check_bodies()
            self._check_policy(log)
            self._check_nothing_is_left()
            self._summarise(log)
        except ParaphError as error:
            report.add("bundle", error.code, str(error))
        return report

    def _read(self, path: str) -> bytes:
        self.used.add(path)
        return bundle.read(self.folder, path)

    def _check_manifest(self) -> None:
        # Digests first: a changed byte is named by its file before anything is parsed.
        self.digests, changed = manifest.compare(self.folder, self.files)
        for path in changed:
            self.report.add(path, "manifest", "expected the bytes that MANIFEST lists")

    def _size(self) -> int:
        # The entry bundles say how many entries there are; the journal must then agree.
        tiles = [Tile.parse(path) for path in self.files if path.startswith("tile/entries/")]
        bundles = sorted((tile.index, tile.width) for tile in tiles)
        size = sum(width for _, width in bundles)
        expected = list(enumerate(bundle.bundle_widths(size)))
        if not bundles or bundles != expected:
            raise MalformedError("expected entry bundles without a gap, all full but the last")
        return size

    def _entries(self, size: int) -> Iterator[list[bytes]]:
        for tile in tiles_of(size):
            if tile.level == ENTRIES:
                yield list(parse_bundle(self._read(tile.path), tile.width))

    def _replay(self, size: int) -> ChannelLog:
        batches = self._entries(size)
        first = next(batches)
        log = self._found(first)
        waiting = first[log.founding_size :]
        self.rows += [Row(signed.read(each).id, "", 0) for each in first[: log.founding_size]]
        self.report.placed = {"charter": 1, "manifest": log.founding_size - 1}
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            while True:
                for envelope, verified in zip(
                    waiting, _verify_batch(log, waiting, pool), strict=True
                ):
                    self._note(log.append(envelope, verified))
                if self.progress is not None:
                    self.progress(log.size, size)
                waiting = next(batches, [])
                if not waiting:
                    return log

    def _found(self, entries: Sequence[bytes]) -> ChannelLog:
        if self.anchor is not None:
            return self.anchor.require_founding(entries[: 1 + len(self.anchor.roots)])
        self.report.not_checked.insert(0, "whose channel this is: no trust file was given")
        try:
            return ChannelLog(entries[:3])
        except ParaphError:
            return ChannelLog(entries[:2])

    def _note(self, entry: Entry) -> None:
        report = self.report
        self.rows.append(Row.of(entry))
        if entry.void:
            report.add(
                f"entry {entry.index}",
                f"void-{entry.void}",
                "the relay placed an entry that the rules forbid",
            )
            return
        statement = entry.statement
        assert statement is not None
        report.placed[statement.type] = report.placed.get(statement.type, 0) + 1
        if statement.anchor != ZERO:
            self.anchors.append((entry.index, statement.anchor, statement.seen.size))
        content = statement.content
        if isinstance(content, SealedContent):
            blobs = [(content.body_digest, content.body_size)]
            blobs += [(each.digest, each.size) for each in content.attachments]
            self.sealed.append((entry.index, blobs))
            try:
                check_body_size(content.body_size, len(content.recipients))
            except MalformedError as error:
                report.add(f"entry {entry.index}", error.code, str(error))

    def _check_tiles(self, log: ChannelLog) -> None:
        for tile in tiles_of(log.size):
            if tile.level == ENTRIES:
                continue
            try:
                data = self._read(tile.path)
            except MalformedError as error:
                self.report.add(tile.path, error.code, str(error))
                continue
            if data != tile_bytes(log.tree, tile):
                self.report.add(tile.path, "tile", "expected the hashes of the entries below it")

    def _check_journal(self, log: ChannelLog) -> None:
        report, keys, cosigners = self.report, bundle.log_keys(log), list(log.trust.cosigners())
        paths = [path for path in self.files if path.startswith(f"{bundle.JOURNAL}/")]
        if paths != [bundle.journal_path(number) for number in range(len(paths))] or not paths:
            report.add(bundle.JOURNAL, "journal", "expected notes numbered from 000000")
        covered, sizes = 0, dict[Digest, int]()
        for path in paths:
            try:
                note = verify_checkpoint(self._read(path), keys, cosigners)
                log.require_head(note.size, note.root, note.note)
            except ParaphError as error:
                report.add(path, error.code, str(error))
                continue
            if note.size < covered:
                report.add(path, "journal", "expected notes in the order of their sizes")
            covered = max(covered, note.size)
            sizes[note.id] = note.size
        report.notes = len(paths)
        if covered != log.size:
            report.add(bundle.JOURNAL, "uncovered", f"expected a checkpoint of size {log.size}")
        report.intact_below = covered
        for index, anchor, seen in self.anchors:
            if sizes.get(Digest(anchor), seen + 1) > seen:
                report.add(
                    f"entry {index}", "anchor", "expected a journalled note no larger than seen"
                )

    def _check_bodies(self) -> None:
        report = self.report
        for index, blobs in self.sealed:
            for digest, size in blobs:
                path = bundle.blob_path(digest)
                if path not in self.files:
                    report.absent += 1
                    continue
                self.used.add(path)
                report.bodies += 1
                if (self.digests[path], self.files[path]) != (digest, size):
                    report.add(path, "body", f"expected the blob that entry {index} names")
        if report.absent:
            report.not_checked.append(
                f"{report.absent} sealed bodies and attachments that are not in the bundle"
            )

    def _check_policy(self, log: ChannelLog) -> None:
        if self._read(bundle.POLICY) != bundle.policy_text(log):
            self.report.add(bundle.POLICY, "policy", "expected the policy that the log states")
        if log.charter.quorum == "none":
            self.report.not_checked.append("finality: this channel's charter names no cosigners")

    def _check_nothing_is_left(self) -> None:
        for path in self.files:
            if path not in self.used:
                self.report.add(path, "unknown-file", "expected no file that nothing refers to")

    def _summarise(self, log: ChannelLog) -> None:
        report = self.report
        report.entries = log.size
        report.origin, report.root = log.origin, log.root.hex()
        report.log_time = log.log_time
        report.withdrawn = sorted(log.annulled)
        report.disputed = sorted(index for index, parties in log.disputes.items() if parties)
        report.parties = {
            party.code: {
                "verified": log.verified_to(party.code),
                "held": log.held(party.code),
            }
            for party in log.charter.parties
        }
        breaks = [
            int(problem.where.split()[1])
            for problem in report.problems
            if problem.where.startswith("entry ")
        ]
        report.intact_below = min([report.intact_below, *breaks])


def _verify_batch(
    log: ChannelLog, envelopes: Sequence[bytes], pool: ThreadPoolExecutor
) -> list[Verified | None]:
    # Signatures of keys that are known before the batch, in threads: verification releases the
    # interpreter lock. The rest (a key enrolled within the batch, a bad entry) is left to append.
    jobs: list[Unverified | None] = []
    for envelope in envelopes:
        try:
            unverified = signed.read(envelope)
        except ParaphError:
            jobs.append(None)
            continue
        jobs.append(unverified)

    def check(unverified: Unverified | None) -> Verified | None:
        if unverified is None:
            return None
        try:
            return log.authenticate(unverified)[0]
        except ParaphError:
            return None

    return list(pool.map(check, jobs, chunksize=16))
