"""What was said: sealed statements opened, folded in the order of the log (SPEC 7.5).

The rules, all of them:

- Author, party and place come from the verified statement, never from the content.
- Statements are opened in index order. At one that cannot be opened the reader halts and says
  "state up to i"; it never skips. It goes on when the body comes, a grant comes, or the author
  takes the entry back while the party says that it cannot open it.
- Content that opens and is no record, or not the one committed to, is *refused*: it consumes its
  number and changes nothing, for everybody who opens it.
- An entry that is withdrawn while another party cannot open it is withdrawn for all: the state is
  folded again without it. Of any other one the fold says whether it counts, from its index on.
- Void entries are never opened.
"""

from __future__ import annotations

import bisect
import dataclasses
import itertools
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from paraph.client import progress
from paraph.protocol.buckets import sealed_attachment_size
from paraph.protocol.errors import (
    ForgedError,
    MalformedError,
    MisuseError,
    ParaphError,
    UnreadableError,
)
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ZERO, ChannelId, Digest, KeyId, StatementId
from paraph.protocol.negotiation import fold
from paraph.protocol.negotiation import state as states
from paraph.protocol.negotiation.fingerprint import Digests
from paraph.protocol.negotiation.state import Outcome, Said, State
from paraph.protocol.schema import Record
from paraph.protocol.sealed import Binding, SealingKey, check_content, open_with, unwrap
from paraph.protocol.sentences import Sentence, counted, worded
from paraph.protocol.state import Entry
from paraph.protocol.statements.clear import Grant, Withdraw
from paraph.protocol.statements.conclusion import check_act
from paraph.protocol.statements.content import Content, decode_content
from paraph.protocol.statements.envelope import ClearContent, SealedContent, Statement
from paraph.protocol.statements.header import ContentHeader
from paraph.protocol.trust import Member

OTHER_ATTACHMENTS: Final = Outcome(
    "refused", "attachments-differ", "its keys are not those of the attachments it lists"
)
RECENT: Final = 256
"""Sizes whose states are remembered; they share nearly everything."""
TOLD_EVERY: Final = 64
"""After how many entries whoever watches is told how far the reading has come."""
CONTENTS: Final = 10_000
"""Contents that are remembered, the newest; most of them the state holds as well."""
WITHDRAWN: Final = Outcome("refused", "withdrawn", "its author took it back")


class Source(Protocol):
    """Where a verified log is read: a desk's replica, or the bundle of an audit."""

    @property
    def log(self) -> ChannelLog:
        """State of the log."""

    @property
    def size(self) -> int:
        """Entries that a verified head covers: the others are not here."""

    @property
    def afterwards(self) -> Sequence[int]:
        """Indices of grants and withdrawals, ascending: they are about earlier entries."""

    def entry(self, index: int) -> Entry:
        """Return an entry."""

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Yield entries in order, up to the last one if *stop* is not given."""

    def body(self, digest: bytes) -> bytes | None:
        """Return a sealed body, if it is here."""

    def content(self, statement: StatementId) -> bytes:
        """Return salt and record that whoever reads has sealed itself; empty if not at hand."""


@dataclasses.dataclass(frozen=True, slots=True)
class OpenedEntry:
    """A released entry, opened if it was sealed.

    Attributes:
        index: Its place.
        entry: The entry; ``entry.void`` says why it is void.
        content: What was said; ``None`` for clear, void, withdrawn and undecodable ones.
        outcome: What the fold made of it; ``None`` for void and clear entries, but withdrawals.
        problem: Code of what is wrong with it; empty if nothing is.
    """

    index: int
    entry: Entry
    content: Content | None
    outcome: Outcome | None
    problem: str


@dataclasses.dataclass(frozen=True, slots=True)
class Halt:
    """Where a reader stands still, and why.

    Attributes:
        index: The entry that does not open: the state holds what is below.
        code: ``body-missing``, ``not-recipient``, ``wrap`` or ``content``.
        detail: For people.
    """

    index: int
    code: str
    detail: str


class Reader:
    """Opens and folds a log with the sealing keys that are at hand: at a desk, and in an audit.

    Args:
        source: Where the log is read.
        keys: Sealing keys of this home, the archive's too if it is here.
        until: Read the log as it was at this size; ``None`` for all of it.

    Attributes:
        state: The negotiation, up to :attr:`position`.
        position: Entries below this are read.
        halt: Why it does not go on; ``None`` if everything released is read.
        digests: Digests of its states: what they share is digested once.
    """

    def __init__(
        self, source: Source, keys: Iterable[SealingKey], until: int | None = None
    ) -> None:
        self._source: Final = source
        self._keys: Final = {key.public.id: key for key in keys}
        self._until: Final = until
        self._grants: dict[tuple[int, KeyId], bytes] = {}
        self._withdrawn: set[int] = set()
        self._scanned = 0
        self._settled = 0  # above this size no withdrawal took away what was read
        self._recent: deque[tuple[int, State]] = deque(maxlen=RECENT)
        self._older: tuple[int, State] | None = None  # the last one asked for that was no recent
        self._contents: OrderedDict[int, Content] = OrderedDict()
        self.digests: Final = Digests()
        self.state = self._begin()
        self.position = 0
        self.halt: Halt | None = None

    def _begin(self) -> State:
        charter = self._source.log.charter
        return states.begin(
            tuple(party.code for party in charter.parties),
            charter.languages,
            channel=self._source.log.channel,
            exercise=charter.exercise,
            silence_minimum=charter.silence_minimum_ms,
        )

    def at(self, size: int) -> Reader:
        """Return a reader of the log as it was at *size*: no later withdrawal counts in it.

        Later grants do: they open what stood there, and change nothing of what it says.
        """
        return Reader(self._source, self._keys.values(), size)

    def state_at(self, size: int) -> State | None:
        """Return the state of the first *size* entries; nothing where one does not open.

        The newest sizes are remembered, as chairs compare what became final some entries ago.
        """
        if size > self.position and self._until is None:
            self.advance()
        if self._settled < size == self.position:
            return self.state
        if self._settled < size:
            known = next((state for at, state in self._recent if at == size), None)
            if known is not None:
                return known
        if self._older is not None and self._older[0] == size:
            return self._older[1]
        reader = self.at(size)
        reader.advance()
        if reader.position != size:
            return None
        self._older = (size, reader.state)
        return reader.state

    def advance(self) -> list[OpenedEntry]:
        """Read what was released since the last call.

        Returns:
            The entries read now, in order. After a withdrawal all entries below it are read
            again, and only what is new is returned.
        """
        new_from = self.position
        if self._scan():
            self.state, self.position = self._begin(), 0
            self._recent.clear()
            self._older = None
        return [each for each in self._read() if each.index >= new_from]

    def history(self) -> Iterator[OpenedEntry]:
        """Yield everything read so far once more, opened again as it is asked for."""
        for entry in self._source.entries(0, self.position):
            opened = self.opened(entry)
            if opened is not None:
                yield opened

    def again(self, index: int) -> OpenedEntry | None:
        """Return one entry that was read, opened again; nothing for one that was not read.

        What became of it is what the state says: nothing is folded anew.
        """
        return self.opened(self._source.entry(index)) if index < self.position else None

    def opened(self, entry: Entry) -> OpenedEntry | None:
        """Do what :meth:`again` does for an entry that is at hand."""
        index = entry.index
        if index >= self.position:
            return None
        known = self.state.entries.get(entry.id)
        outcome = known.outcome if known is not None else self.state.withdrawals.get(entry.id)
        content = None
        if known is not None and index not in self._withdrawn:
            try:
                found = self._contents.get(index) or self._content(entry)
            except _CannotOpenError:
                return None  # its body was here once
            content = None if isinstance(found, Outcome) else found
        problem = f"void-{entry.void}" if entry.void else outcome.code if outcome else ""
        return OpenedEntry(index, entry, content, outcome, problem)

    def opens_for(self, entry: Entry, key: KeyId) -> bool:
        """Tell whether *key* is a recipient of a sealed entry, or was granted it since."""
        return self.is_granted(entry.index, key) or key in _sealed(entry)[1].recipients

    def is_granted(self, index: int, key: KeyId) -> bool:
        """Tell whether a grant of an entry to *key* stands in what was read."""
        return (index, key) in self._grants

    def content_key(self, entry: Entry) -> bytes:
        """Return the content key of a sealed entry, seen to open it here: for a grant.

        Content that opens and is refused has one too: everybody must come to refuse it.

        Raises:
            UnreadableError: Nothing of this home opens it, or its body is not here.
        """
        try:
            return self._unlock(entry, *_sealed(entry))[0]
        except _CannotOpenError as error:
            raise UnreadableError(error.words, code=error.code) from error

    @property
    def up_to(self) -> Sentence:
        """The state in words: where it stands, and what it waits for."""
        if self.halt is None:
            return counted(
                self.position,
                "state of the one entry that there is",
                "state of all %(n)s entries",
            )
        return worded("state up to %(index)s: %(why)s", index=self.halt.index, why=self.halt.detail)

    def _scan(self) -> bool:
        # Grants and withdrawals come later than what they are about. True: something already
        # folded was withdrawn for all.
        again = False
        size, listed = self._source.size, self._source.afterwards
        start = bisect.bisect_left(listed, self._scanned)
        for index in itertools.takewhile(lambda each: each < size, listed[start:]):
            entry = self._source.entry(index)
            content = entry.statement.content if entry.statement and not entry.void else None
            if not isinstance(content, ClearContent):
                continue
            if isinstance(content.payload, Grant):
                for wrap in content.payload.wraps:
                    self._grants.setdefault((wrap.entry, KeyId(wrap.recipient)), wrap.wrap)
            elif isinstance(content.payload, Withdraw) and self._annuls(index, content.payload):
                self._withdrawn.add(content.payload.entry)
                self._settled = index
                again |= content.payload.entry < self.position
        self._scanned = size
        return again

    def _annuls(self, index: int, payload: Withdraw) -> bool:
        counts = self._until is None or index < self._until
        return counts and self._source.log.annulled.get(payload.entry) == index

    def _read(self) -> Iterator[OpenedEntry]:
        self.halt = None
        for entry in self._source.entries(self.position, self._until):
            opened, self.state, self.halt = self._open(entry, self.state)
            if opened is None:
                return
            self.position = entry.index + 1
            self._recent.append((self.position, self.state))
            if not self.position % TOLD_EVERY:
                progress.tell("entries", self.position, self._source.size)
            yield opened

    def _open(self, entry: Entry, state: State) -> tuple[OpenedEntry | None, State, Halt | None]:
        statement, member = entry.statement, entry.member
        if entry.void:
            return OpenedEntry(entry.index, entry, None, None, f"void-{entry.void}"), state, None
        if statement is None or member is None:
            return OpenedEntry(entry.index, entry, None, None, ""), state, None
        said = said_of(entry, statement, member)
        if not isinstance(statement.content, SealedContent):
            return self._hear(entry, state, said, statement.content.payload)
        if entry.index in self._withdrawn:
            return self._refused(entry, state, said, WITHDRAWN)
        try:
            content = self._content(entry)
        except _CannotOpenError as error:
            return None, state, Halt(entry.index, error.code, str(error))
        if isinstance(content, Outcome):
            return self._refused(entry, state, said, content)
        self._remember(entry.index, content)
        after, outcome = fold.apply(state, content, said)
        return OpenedEntry(entry.index, entry, content, outcome, outcome.code), after, None

    def _remember(self, index: int, content: Content) -> None:
        self._contents[index] = content
        while len(self._contents) > CONTENTS:
            self._contents.popitem(last=False)

    def _content(self, entry: Entry) -> Content | Outcome:
        # What a sealed entry says, or why everybody who opens it refuses it.
        statement, sealed = _sealed(entry)
        assert entry.member is not None
        try:
            record = self._sealed_here(entry, statement, sealed)
            content = decode_content(record or self._unseal(entry, statement, sealed))
            check_act(content, entry.member.key)
        except MalformedError as error:
            return Outcome("refused", error.code, str(error))
        return content if fits(content.header, sealed) else OTHER_ATTACHMENTS

    def _sealed_here(self, entry: Entry, statement: Statement, sealed: SealedContent) -> bytes:
        # The record that we sealed ourselves; empty where it is not at hand, or would not open:
        # what is read must not depend on whether this program ran since.
        content = self._source.content(entry.id)
        if not content or not any(
            each in sealed.recipients or self.is_granted(entry.index, each) for each in self._keys
        ):
            return b""
        try:
            return check_content(
                content,
                channel=ChannelId(statement.channel),
                sender=KeyId(statement.sender),
                committed=Digest(sealed.commitment),
            )
        except ForgedError as error:
            raise MalformedError(error.words, code=error.code) from error

    def _hear(
        self, entry: Entry, state: State, said: Said, payload: Record
    ) -> tuple[OpenedEntry, State, None]:
        subject = self._source.entry(payload.entry).id if isinstance(payload, Withdraw) else ZERO
        after = fold.heard(state, payload, said, subject)
        outcome = after.withdrawals.get(entry.id)
        problem = outcome.code if outcome is not None else ""
        return OpenedEntry(entry.index, entry, None, outcome, problem), after, None

    def _refused(
        self, entry: Entry, state: State, said: Said, outcome: Outcome
    ) -> tuple[OpenedEntry, State, None]:
        opened = OpenedEntry(entry.index, entry, None, outcome, outcome.code)
        return opened, fold.refuse(state, said, outcome), None

    def _unseal(self, entry: Entry, statement: Statement, content: SealedContent) -> bytes:
        _, found = self._unlock(entry, statement, content)
        if isinstance(found, MalformedError):
            raise found
        return found

    def _unlock(
        self, entry: Entry, statement: Statement, content: SealedContent
    ) -> tuple[bytes, bytes | MalformedError]:
        # The content key that opens it, and the record, or why everybody refuses what it opens.
        body = self._source.body(content.body_digest)
        if body is None:
            raise _CannotOpenError("its body is not here yet", code="body-missing")
        binding = binding_of(statement, content)
        failure: ParaphError = UnreadableError("sealed to other keys", code="not-recipient")
        for key in self._keys.values():
            try:
                content_key = self._content_key(entry.index, key, body, binding)
            except UnreadableError:
                continue
            except ForgedError as error:
                failure = error
                continue
            try:
                return content_key, open_with(
                    content_key,
                    body,
                    binding,
                    digest=Digest(content.body_digest),
                    size=content.body_size,
                )
            except MalformedError as error:
                return content_key, error
            except ForgedError as error:
                if error.code == "commitment":  # found only once it opened: true for everybody
                    return content_key, MalformedError(error.words, code=error.code)
                failure = error
        code = failure.code if isinstance(failure, UnreadableError) else "wrap"
        raise _CannotOpenError(failure.words, code=code) from failure

    def _content_key(self, index: int, key: SealingKey, body: bytes, binding: Binding) -> bytes:
        granted = self._grants.get((index, key.public.id))
        return key.open_wrap(granted, binding) if granted else unwrap(body, binding, key)


class _CannotOpenError(ParaphError):
    # This reader halts here; another may be able to go on.
    pass


def _sealed(entry: Entry) -> tuple[Statement, SealedContent]:
    statement = entry.statement
    if statement is None or not isinstance(statement.content, SealedContent):
        raise MisuseError("expected a sealed entry")
    return statement, statement.content


def fits(header: ContentHeader, sealed: SealedContent) -> bool:
    """Tell whether a header opens exactly the attachments that its statement lists (SPEC 4.6)."""
    named = [(each.blob, sealed_attachment_size(each.size)) for each in header.attachments]
    return named == [(each.digest, each.size) for each in sealed.attachments]


def said_of(entry: Entry, statement: Statement, member: Member) -> Said:
    """Return who said a placed entry and where, as the log tells it (SPEC 7.5)."""
    return Said(
        statement=entry.id,
        index=entry.index,
        party=member.party,
        role=member.role,
        holder=member.holder,
        key=member.id,
        log_time=entry.log_time,
        seen_size=statement.seen.size,
        seen_root=statement.seen.root,
    )


def binding_of(statement: Statement, content: SealedContent) -> Binding:
    """Return what the wraps and the cipher of a sealed statement are bound to (SPEC 4.3)."""
    return Binding(
        channel=ChannelId(statement.channel),
        sender=KeyId(statement.sender),
        sequence=statement.sequence,
        version=statement.version,
        type=statement.type,
        commitment=Digest(content.commitment),
        recipients=tuple(KeyId(each) for each in content.recipients),
    )
