"""One channel as the relay holds it: its log, what of it is durable, and who waits (SPEC 8.5).

Three sizes, each at most the one before: ``log.size`` is placed in memory, ``durable`` is
committed, ``published`` is covered by a signed and journalled note. Nobody outside is told of an
entry that is not published.
"""

from __future__ import annotations

import asyncio
import bisect
import collections
import dataclasses
from collections.abc import Callable, Sequence
from typing import Final, Self

from paraph.protocol import signed
from paraph.protocol.documents import Charter
from paraph.protocol.errors import MalformedError, ParaphError, UnavailableError
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ZERO, KeyId
from paraph.protocol.rules import Judged
from paraph.protocol.state import Entry
from paraph.protocol.statements.clear import CharterEntry
from paraph.protocol.statements.envelope import ClearContent
from paraph.protocol.trust import Member
from paraph.protocol.wire import FRAME, MAX_MESSAGES, MAX_NOTE, Entries

MOST_PUSHED: Final = 64
"""Pushes that may wait for one follower; then it is dropped."""
MOST_PUSHED_BYTES: Final = 4 * 1024 * 1024
MOST_ENTRIES_BYTES: Final = FRAME.size - MAX_NOTE - 8 * 1024
"""Bytes of entries in one message, so that it fits a frame with its note."""


@dataclasses.dataclass(frozen=True, slots=True)
class Placement:
    """Where a statement stands.

    Attributes:
        index: Index of its entry.
        repeated: Whether it stood there before it was sent this time.
    """

    index: int
    repeated: bool


Tell = Callable[[Placement | ParaphError], None]
"""Takes what became of a statement, at once: in the turn of the loop in which it is known, so that
the answers of a batch wake nobody and share their frames. It must not raise."""


class Follower:
    """What waits to be sent to somebody who follows the log.

    Args:
        key: Whose session it is.
    """

    def __init__(self, key: KeyId) -> None:
        self.key: Final = key
        self._waiting: collections.deque[Entries] = collections.deque()
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._ended = False
        self.dropped = False

    def push(self, entries: Entries) -> bool:
        """Add a message, unless too many wait: then the follower is dropped.

        Returns:
            Whether it still follows.
        """
        size = weight(entries)
        if len(self._waiting) >= MOST_PUSHED or self._bytes + size > MOST_PUSHED_BYTES:
            self.dropped = True
            self._waiting.clear()
        else:
            self._waiting.append(entries)
            self._bytes += size
        self._arrived.set()
        return not self.dropped

    def end(self) -> None:
        """Let the follower read what waits, and no more."""
        self._ended = True
        self._arrived.set()

    async def next(self) -> Entries | None:
        """Return the next message; ``None`` at the end.

        Raises:
            UnavailableError: Code ``slow``: the follower was dropped.
        """
        while not self._waiting:
            if self.dropped:
                raise UnavailableError(
                    "too much waited to be read",
                    code="slow",
                    hint="connect again and follow from the last entry that came",
                )
            if self._ended:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        entries = self._waiting.popleft()
        self._bytes -= weight(entries)
        return entries


class LiveChannel:
    """A channel's log and everybody who waits for it to grow.

    Args:
        log: The log; what it holds is not durable yet.

    Attributes:
        log: As placed in memory.
        durable: Entries that are committed.
        published: Entries that a journalled note covers.
        note: The newest such note.
        anchors: Sender to the size of the note that its last anchor named.
        anchors_named: Sender to its last anchor, as found when the channel was replayed.
    """

    def __init__(self, log: ChannelLog) -> None:
        self.log = log
        self.durable = 0
        self.published = 0
        self.note = b""
        self.anchors: dict[KeyId, int] = {}
        self.anchors_named: dict[KeyId, bytes] = {}
        self._recent: list[bytes] = []
        self._cuts: list[int] = []
        self._log_times: list[tuple[int, int]] = []
        self._answers: list[tuple[Placement, Tell]] = []
        self._followers: set[Follower] = set()
        self._ended = False

    @classmethod
    def replay(cls, envelopes: Sequence[bytes], checked: int) -> Self:
        """Rebuild a channel from its durable entries.

        Args:
            envelopes: All of them.
            checked: The signatures of so many are taken as checked: their root is one that was
                signed. Those behind, which a crash left without a note, are checked again.

        Raises:
            PeerError: There is no such channel.
        """
        channel = cls(ChannelLog(envelopes[: founding_size(envelopes[0])]))
        log = channel.log
        for index in range(log.size, len(envelopes)):
            before = log.log_time
            verified = None
            if index < checked:
                unverified = signed.read(envelopes[index])
                member = log.trust.member(signed.sender_of(unverified))
                if member is not None:
                    verified = signed.assume_checked(unverified, member.key)
            entry = log.append(envelopes[index], verified)
            channel.note_time(before)
            if entry.statement is not None and entry.statement.anchor != ZERO:
                channel.anchors_named[KeyId(entry.statement.sender)] = entry.statement.anchor
        channel.grew(envelopes)
        return channel

    @property
    def unpublished(self) -> int:
        """Durable entries that no note covers yet."""
        return self.durable - self.published

    @property
    def followers(self) -> int:
        """How many follow."""
        return len(self._followers)

    # growing

    def place(self, judged: Judged) -> Entry:
        """Place a judged statement in memory."""
        before = self.log.log_time
        entry = self.log.place(judged)
        ended = self.note_time(before)
        if judged.verified.statement.type == "revoke" or ended:
            # A key has ended here: a note of just this size lets its holder verify what it may
            # still read.
            self._cuts.append(self.log.size)
        return entry

    def note_time(self, before: int) -> bool:
        """Remember from which index on log time is what it is now.

        Returns:
            Whether a key's time is over since *before*.
        """
        now = self.log.log_time
        if now == before:
            return False
        self._log_times.append((self.log.size, now))
        return any(before < each.not_after <= now for each in self.log.trust.members())

    def grew(self, envelopes: Sequence[bytes]) -> None:
        """Note that *envelopes*, the next ones, are durable."""
        self._recent += envelopes
        self.durable += len(envelopes)

    def heads_due(self) -> list[int]:
        """Sizes to sign: the durable one, and those at which a key ended."""
        cuts = {cut for cut in self._cuts if self.published < cut < self.durable}
        return [*sorted(cuts), self.durable]

    def resume(self, size: int, note: bytes) -> None:
        """Take up where a journalled note of *size* entries left off; nobody is told."""
        self._recent = self._recent[size - self.published :]
        self.published, self.note = size, note

    def publish(self, size: int, note: bytes) -> None:
        """Push what *note* now covers, and answer who waited for it."""
        start, count = self.published, size - self.published
        envelopes = self._recent[:count]
        self.resume(size, note)
        self._cuts = [cut for cut in self._cuts if cut > size]
        due = [each for each in self._answers if each[0].index < size]
        self._answers = [each for each in self._answers if each[0].index >= size]
        # Followers first, and of these the author last: the others have not read it yet.
        if self._followers:
            last = self.log.author_of_sealed(size - 1)
            author = None if last is None else last.id
            order = sorted(self._followers, key=lambda each: each.key == author)
            for entries in pushes(start, envelopes, note):
                order = [each for each in order if each.push(entries)]
            self._followers = set(order)
        for placement, tell in due:
            tell(placement)

    def take_back(self, fresh: LiveChannel, error: ParaphError) -> None:
        """Forget what is not durable: *fresh* was replayed from the rows."""
        self.log = fresh.log
        self.anchors = fresh.anchors
        self._log_times = fresh._log_times
        self._cuts = [cut for cut in self._cuts if cut <= self.durable]
        lost = [each for each in self._answers if each[0].index >= self.durable]
        self._answers = [each for each in self._answers if each[0].index < self.durable]
        _fail(lost, error)

    # waiting

    def answer(self, placement: Placement, tell: Tell) -> None:
        """Call *tell* as soon as the entry is published."""
        if placement.index < self.published:
            tell(placement)
        else:
            self._answers.append((placement, tell))

    def fail_answers(self, error: ParaphError) -> None:
        """Tell everybody who waits that the outcome is not known."""
        lost, self._answers = self._answers, []
        _fail(lost, error)

    def follow(self, key: KeyId) -> Follower:
        """Return a follower of what is published from now on, in the session of *key*."""
        follower = Follower(key)
        if self._ended:  # nothing is published any more: nobody waits for it
            follower.end()
        else:
            self._followers.add(follower)
        return follower

    def unfollow(self, follower: Follower) -> None:
        """Forget a follower."""
        self._followers.discard(follower)

    def end_followers(self) -> None:
        """Let every follower come to an end, and whoever comes later at once."""
        self._ended = True
        for follower in self._followers:
            follower.end()
        self._followers.clear()

    # reading

    def readable(self, member: Member) -> int | None:
        """Return how many entries an ended key may read; ``None`` if it has not ended."""
        ends = []
        if member.revoked_at is not None:
            ends.append(member.revoked_at + 1)
        if self.log.log_time >= member.not_after:
            first = bisect.bisect_left(self._log_times, member.not_after, key=lambda at: at[1])
            ends.append(self._log_times[first][0])
        return min(ends) if ends else None


def weight(entries: Entries) -> int:
    """Return about how many bytes a message takes."""
    return sum(len(each) for each in entries.envelopes) + len(entries.note)


def pushes(start: int, envelopes: Sequence[bytes], note: bytes) -> list[Entries]:
    """Cut *envelopes* into messages that fit a frame; the last one carries the note."""
    groups: list[list[bytes]] = [[]]
    size = 0
    for envelope in envelopes:
        size += len(envelope)
        if groups[-1] and (len(groups[-1]) == MAX_MESSAGES or size > MOST_ENTRIES_BYTES):
            groups.append([])
            size = len(envelope)
        groups[-1].append(envelope)
    made = []
    for group in groups:
        last = group is groups[-1]
        made.append(
            Entries(
                request=0,
                start=start,
                envelopes=tuple(group),
                bodies=(),
                note=note if last else b"",
            )
        )
        start += len(group)
    return made


def founding_size(entry: bytes) -> int:
    """Return how many entries found the channel whose entry 0 is *entry*.

    Raises:
        MalformedError: Not a charter's entry.
    """
    return 1 + len(unverified_charter(entry).parties)


def unverified_charter(entry: bytes) -> Charter:
    """Return what entry 0 says, with no signature checked.

    Raises:
        MalformedError: Not a charter's entry.
        UnsupportedError: Of another protocol version.
    """
    content = signed.read(entry).statement.content
    if not isinstance(content, ClearContent) or not isinstance(content.payload, CharterEntry):
        raise MalformedError("expected the charter as entry 0")
    return Charter.decode(content.payload.document.body)


def _fail(answers: Sequence[tuple[Placement, Tell]], error: ParaphError) -> None:
    for _, tell in answers:
        tell(error)
