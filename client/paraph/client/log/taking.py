"""How a verified log grows: entries are checked, applied, kept, and only then shown (SPEC 6.6).

The rules are those of paraph.client.log.history, which opens and reads the same log.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Future, wait
from types import MappingProxyType
from typing import Final

from paraph.client.log import forks
from paraph.client.log.cosigners import cosigned_by
from paraph.client.log.head import RememberedHead
from paraph.client.log.history import NEWEST, History
from paraph.client.log.reopening import enrols, without_stored
from paraph.client.log.signatures import Checked, Checking, now_known
from paraph.client.log.store import Alarm, EntryRow
from paraph.protocol.checkpoint import Checkpoint, without_cosignatures
from paraph.protocol.errors import (
    EquivocationError,
    ForgedError,
    MalformedError,
    UnavailableError,
)
from paraph.protocol.sentences import worded
from paraph.protocol.signed import Verified
from paraph.protocol.state import Entry
from paraph.protocol.tree import leaf_hash
from paraph.protocol.wire import Entries, pack_frame

CHUNK: Final = 256
"""Entries that are checked while those before them are applied."""
_NOTHING: Final[Mapping[bytes, Verified]] = MappingProxyType({})


class Taking(History):
    """A log on this disk that takes in what a relay serves; it knows no relay itself."""

    def feed(self, *batch: Entries) -> range:
        """Take in entries and a head that covers them; block while signatures are checked.

        Returns:
            Indices released.

        Raises:
            EquivocationError: The relay signed another history; the replica refuses from now on.
            ForgedError: A note is not the log's, or an entry is not the one served before.
            MalformedError: A note is not of our form, or entries leave a gap.
            IntegrityError: The disk failed.
        """
        before = self.head.size
        for futures in self._take(batch):
            wait(futures)
        return range(before, self.head.size)

    def _take(
        self, batch: Sequence[Entries], known: Mapping[bytes, Verified] = _NOTHING
    ) -> Generator[list[Future[list[Checked]]], None, None]:
        # Yields what has to be waited for. A refresh meanwhile may take in the same, from the disk.
        self.refresh()
        reached, fresh = self.log.size, self._fresh(batch)
        chunks = [fresh[at : at + CHUNK] for at in range(0, len(fresh), CHUNK)]
        ahead = self._check(chunks[0] if chunks else (), known)
        # While threads check signatures.
        heads = [self._expect(served.note) for served in batch if served.note]
        for number, chunk in enumerate(chunks):
            following = chunks[number + 1] if number + 1 < len(chunks) else ()
            now, ahead = ahead, self._check(following, known)
            if now.jobs:
                yield now.jobs
            if self.log.size != reached:
                yield from self._take(batch, known)
                return
            checked = now.results()
            enrolled = True
            for at, envelope in enumerate(chunk):
                if enrolled and (late := now_known(checked, at, self.log.trust.member)):
                    again = self._check([chunk[each] for each in late], known)
                    if again.jobs:
                        yield again.jobs
                    if self.log.size != reached:
                        yield from self._take(batch, known)
                        return
                    for place, result in zip(late, again.results(), strict=True):
                        checked[place] = result
                verified = checked[at]
                entry = self._append(envelope, verified if isinstance(verified, Verified) else None)
                self.own.placed(envelope)
                row = EntryRow(entry.index, entry.id, entry.void, entry.log_time, envelope)
                self._unstored.append((row, entry))
                reached, enrolled = reached + 1, enrols(entry)
        self._commit(heads, batch)

    def _check(self, envelopes: Sequence[bytes], known: Mapping[bytes, Verified]) -> Checking:
        found = [self.own.verified(each) or known.get(each) for each in envelopes]
        return Checking(self.log.channel, envelopes, self.log.trust.member, found)

    def _fresh(self, batch: Sequence[Entries]) -> list[bytes]:
        size, tree = self.log.size, self.log.tree
        fresh: list[bytes] = []
        for served in batch:
            if served.start > size + len(fresh):
                raise MalformedError(
                    worded("expected entries from %(size)s on", size=size + len(fresh)), code="gap"
                )
            for index, envelope in enumerate(served.envelopes, served.start):
                if index < size:
                    if leaf_hash(envelope) != tree.leaf(index):
                        self._served_differently(index)
                elif index == size + len(fresh):
                    fresh.append(envelope)
        return fresh

    def _served_differently(self, index: int) -> None:
        self.alarm("entry-differs", index, "the relay served other bytes than it did before")
        raise ForgedError(
            worded("expected entry %(index)s as the relay served it before", index=index),
            code="entry-differs",
        )

    def _expect(self, note: bytes) -> Checkpoint:
        # Remember a signed head until the entries it covers are here: the nearest, and the last.
        head = self.checkpoint(note)
        if head.size <= self.log.size:
            self._compare(head)
        if head.size > self.head.size and head.note not in {each.note for each in self._ahead}:
            self._ahead = sorted([*self._ahead, head], key=lambda each: each.size)
            self._ahead[1:-1] = []
        return head

    def _compare(self, head: Checkpoint, served: Sequence[Entries] = ()) -> None:
        try:
            self.log.require_head(head.size, head.root, head.note)
        except EquivocationError as error:
            self._accuse(error.words, head, served)

    def _accuse(self, reason: str, head: Checkpoint, served: Sequence[Entries]) -> None:
        notes = [each for each in (self.head, head) if each.note]
        evidence = {f"{each.size}-{each.id.hex()[:16]}.note": each.note for each in notes}
        evidence |= {f"served-{each.start}.frame": pack_frame((each,)) for each in served}
        evidence |= forks.record_of(self.log.tree, self.head, head)
        self._accused = EquivocationError(
            reason,
            evidence=tuple(each.note for each in notes),
            hint=worded(
                "this channel is refused from now on; the evidence is in %(evidence)s: keep it, and"
                " call the other ministry by another channel",
                evidence=self.home.evidence,
            ),
        )
        self._pulse()
        self.home.accuse(reason, evidence)
        raise self._accused

    def _commit(self, heads: Sequence[Checkpoint], served: Sequence[Entries]) -> None:
        # Whatever is not on the disk yet goes there: a disk that was full may have room again.
        # Every head that was served must be one of this log, not only the newest.
        known = {each.note: each for each in (*self._ahead, *heads)}.values()
        covered = sorted(
            (each for each in known if each.size <= self.log.size), key=lambda each: each.size
        )
        for head in covered:
            self._compare(head, served)
        self._ahead = [each for each in self._ahead if each.size > self.log.size]
        newest = covered[-1] if covered and covered[-1].size > self.head.size else None
        rows = self._unstored
        if not rows and newest is None:
            return
        with self.home.lock():
            with self.store.transaction():
                self._store(rows, [body for each in served for body in each.bodies])
                if newest is not None:
                    newest = self._journal(newest)
            self._unstored = []
            self._newest += ((row, entry.statement) for row, entry in rows)
            del self._newest[:-NEWEST]
            if newest is not None:  # durable; now remembered; only then released
                self._require_same(self._head_file.advance(newest.size, newest.root), newest)
        if newest is not None:
            self.head = newest
            self._pulse()

    def _require_same(self, remembered: RememberedHead, newest: Checkpoint) -> None:
        # Another process of this home may have remembered another head: it must be ours too.
        if (
            remembered.size <= self.log.size
            and self.log.tree.root(remembered.size) != remembered.root
        ):
            self._accuse("two processes of this home were shown two histories", newest, ())

    def _store(self, rows: list[tuple[EntryRow, Entry]], bodies: Sequence[bytes]) -> None:
        stored = self.store.size
        if rows and stored < rows[0][0].index:
            raise UnavailableError(
                "another process of this home has changed the database", code="replica-raced",
                hint="open the channel again",
            )  # fmt: skip
        if rows and stored > rows[0][0].index:  # left by a run that ended before a head came
            rows = without_stored(self.store, rows)
        self.store.append(row for row, _ in rows)
        others = (entry for _, entry in rows if not self.own.content(entry.id))
        self.bodies.expect(others, bodies)  # ours are on this disk since they were sealed
        for row, entry in rows:
            if entry.void:
                detail = "placed by the relay against the rules"
                self.store.alarm(Alarm(f"void-{entry.void}", row.index, detail))

    def _journal(self, head: Checkpoint) -> Checkpoint:
        try:
            cosigned = cosigned_by(head.note, self.log_keys, self.log.trust)
        except (ForgedError, MalformedError):
            self.store.alarm(Alarm("cosignature", head.size, "a cosignature does not verify"))
            head, cosigned = self.checkpoint(without_cosignatures(head.note)), frozenset()
        self.store.add_note(head.id, head.size, head.note, cosigned)
        return head

    def observe(self, note: bytes) -> Checkpoint:
        """Check a note that came some other way, as in a proof or from the other ministry.

        Raises:
            ForgedError: Not the log's.
            EquivocationError: Not consistent with what was verified before.
        """
        self.require_usable()
        if self._observed is None or self._observed.note != note:  # a batch shares one note
            cosigned_by(note, self.log_keys, self.log.trust)
            self._expect(note)
            self._observed = self.checkpoint(note)
        return self._observed
