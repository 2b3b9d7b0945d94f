"""What one channel's log has come to: the state that header rules are judged against (SPEC 5.5).

No entry's bytes are kept here: a relay holds many long logs, so the state grows by the tree's
hashes, one id and the number of its author for each entry: about 115 bytes.
"""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Sequence
from typing import Final

from paraph.protocol import documents, signed
from paraph.protocol.documents import Document, Manifest, Revocation, Suspension
from paraph.protocol.errors import ForgedError, MalformedError
from paraph.protocol.names import Digest, KeyId, StatementId
from paraph.protocol.places import Places
from paraph.protocol.signed import Unverified
from paraph.protocol.statements.clear import (
    CharterEntry,
    Heartbeat,
    ManifestEntry,
    Opened,
    Unopened,
    Withdraw,
)
from paraph.protocol.statements.envelope import ClearContent, Statement
from paraph.protocol.tree import Tree, leaf_hash
from paraph.protocol.trust import EnrolmentRead, Member, Trust

Effect = Manifest | EnrolmentRead | Revocation | Suspension | None
"""What a document says, once checked; nothing for other statements."""


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log.

    Attributes:
        index: Its place.
        envelope: The bytes.
        id: Statement id; zeros if the envelope could not be decoded.
        statement: What was said; ``None`` if it could not be decoded.
        member: Who said it; ``None`` if unknown.
        void: Why it is void (a code of SPEC 5.5), empty if it is placed.
        log_time: Log time at this index.
    """

    index: int
    envelope: bytes
    id: StatementId
    statement: Statement | None
    member: Member | None
    void: str
    log_time: int


@dataclasses.dataclass(slots=True)
class _Sender:
    sequence: int = 0
    previous: bytes = b""
    seen: int = 0
    author: int = 0  # its number among those who sealed anything, from 1


class ChannelState:
    """The state of one channel at its present size.

    Attributes:
        channel: Channel id.
        origin: Origin line of its checkpoints.
        tree: Merkle tree of the entries.
        trust: Who speaks for whom.
        placed: Statement id to the index where it stands.
        disputes: Index of a sealed entry to the parties whose ``unopened`` of it stands.
        withdrawn: Indices whose author took them back; in sealed matters the fold says whether
            that counts (SPEC 7.11).
        right_recipients: Recipients and the party of who names them, found right since the last
            clear statement: nothing else changes keys or log time.
        annulled: Those of them that another party could not open: for nobody do they say
            anything. Each with the index of the withdrawal.
    """

    def __init__(self, founding: Sequence[bytes]) -> None:
        """Read the founding entries: the charter and each party's first manifest.

        Raises:
            PeerError: A structural fault; there is no such channel (SPEC 5.1).
        """
        opened = [signed.read(envelope) for envelope in founding]
        if not opened:
            raise MalformedError("expected the charter as entry 0")
        charter_document = _document_in(opened[0], CharterEntry)
        charter = documents.read_charter(charter_document)
        self.channel: Final = documents.channel_of(charter_document)
        self.charter: Final = charter
        self.origin: Final = f"{charter.origin_prefix}/{self.channel.hex()}"
        self.tree = Tree()
        self.trust = Trust(self.channel, charter)
        self.placed = Places()
        self.disputes: dict[int, set[str]] = {}
        self.withdrawn: set[int] = set()
        self.annulled: dict[int, int] = {}
        self.right_recipients: set[tuple[tuple[bytes, ...], str]] = set()
        self._authors: list[Member] = []
        self._sealed_by = array("I")  # 1 + the author's number; 0 = nothing sealed stands there
        self._senders: dict[KeyId, _Sender] = {}
        self._heartbeats: dict[str, int] = {}
        self._held: dict[str, int] = {party.code: 0 for party in charter.parties}
        self._verified: dict[str, int] = {party.code: 0 for party in charter.parties}
        self._last_content: dict[KeyId, int] = {}
        self._log_time = 0
        self._found(opened)

    def _found(self, opened: Sequence[Unverified]) -> None:
        charter = self.charter
        if len(opened) != self.founding_size:
            raise MalformedError(f"expected {self.founding_size} founding entries")
        for party, entry in zip(charter.parties, opened[1:], strict=True):
            document = _document_in(entry, ManifestEntry)
            manifest = documents.read_first_manifest(document, party)
            if charter.quorum == "all" and not manifest.cosigners:
                raise ForgedError("expected cosigner keys, since the charter has a quorum")
            self.trust.found_party(manifest, document.id)
        sender = self.trust.member(KeyId(opened[0].statement.sender))
        if sender is None or len({each.statement.sender for each in opened}) != 1:
            raise ForgedError("expected one root of a party to sign the founding entries")
        previous: bytes = self.channel
        for index, entry in enumerate(opened):
            statement = entry.statement
            if statement.sequence != index + 1 or statement.previous != previous:
                raise ForgedError("expected the founding entries in sequence")
            if statement.channel != self.channel or statement.seen.size:
                raise ForgedError("expected founding entries of this channel that saw no log")
            signed.verify(entry, sender.key)
            previous = entry.id
            self._take(Entry(index, entry.envelope, entry.id, statement, sender, "", 0))

    @property
    def founding_size(self) -> int:
        """How many entries found the channel: the charter and each party's manifest."""
        return 1 + len(self.charter.parties)

    @property
    def size(self) -> int:
        """Entries so far."""
        return self.tree.size

    @property
    def root(self) -> Digest:
        """Root of the tree now."""
        return self.tree.root()

    @property
    def log_time(self) -> int:
        """Log time at the next index: 0 until every party's bot has spoken (SPEC 5.7)."""
        return self._log_time

    @property
    def is_open(self) -> bool:
        """Whether sealed statements are accepted: each party has sent a heartbeat."""
        return len(self._heartbeats) == len(self.charter.parties)

    def held(self, party: str) -> int:
        """Below which index *party* says that it holds every body addressed to it."""
        return self._held[party]

    def verified_to(self, party: str) -> int:
        """Below which index *party* says that it verified every entry."""
        return self._verified[party]

    def next_sequence(self, key: KeyId) -> tuple[int, bytes]:
        """Return the sequence and `previous` that the next statement of *key* must have."""
        sender = self._senders.get(key)
        if sender is None:
            return 1, self.channel
        return sender.sequence + 1, sender.previous

    def seen_by(self, key: KeyId) -> int:
        """Return the size of the head that the last statement of *key* had seen."""
        sender = self._senders.get(key)
        return sender.seen if sender is not None else 0

    def author_of_sealed(self, index: int) -> Member | None:
        """Return who sealed the placed entry at *index*; ``None`` if no sealed one stands there."""
        number = self._sealed_by[index] if 0 <= index < len(self._sealed_by) else 0
        return self._authors[number - 1] if number else None

    def foreign_content_since(self, size: int, key: KeyId) -> bool:
        """Tell whether a person other than the holder of *key* sealed anything from *size* on."""
        return any(last >= size for who, last in self._last_content.items() if who != key)

    # changing

    def _take(self, entry: Entry) -> None:
        statement = entry.statement
        assert statement is not None
        self.tree.append(leaf_hash(entry.envelope))
        self.placed.add(entry.id, entry.index)
        sender = self._senders.setdefault(KeyId(statement.sender), _Sender())
        sender.sequence, sender.previous = statement.sequence, entry.id
        sender.seen = statement.seen.size
        assert entry.member is not None
        if isinstance(statement.content, ClearContent):
            self.right_recipients.clear()
            self._apply_clear(statement.content, entry.member, entry.index)
        else:
            if not sender.author:
                self._authors.append(entry.member)
                sender.author = len(self._authors)
            self._sealed_by.extend((0,) * (entry.index - len(self._sealed_by)))
            self._sealed_by.append(sender.author)
            if entry.member.is_person:
                self._last_content[entry.member.id] = entry.index

    def _apply_clear(self, content: ClearContent, member: Member, index: int) -> None:
        match content.payload:
            case Heartbeat() as heartbeat:
                self._apply_heartbeat(heartbeat, member.party)
            case Unopened(entry=entry):
                self.disputes.setdefault(entry, set()).add(member.party)
            case Opened(entry=entry):
                self.disputes[entry].discard(member.party)
            case Withdraw(entry=entry):
                self.withdrawn.add(entry)
                if self.disputes.pop(entry, set()) - {member.party}:
                    self.annulled[entry] = index
            case _:
                pass

    def _apply_heartbeat(self, heartbeat: Heartbeat, party: str) -> None:
        self._heartbeats[party] = max(self._heartbeats.get(party, 0), heartbeat.dated)
        self._held[party] = max(self._held[party], heartbeat.held)
        self._verified[party] = max(self._verified[party], heartbeat.verified)
        if self.is_open:
            if not self._log_time:
                self.trust.began(min(self._heartbeats.values()))
            self._log_time = min(self._heartbeats.values())

    def _apply_effect(self, effect: Effect, statement: Statement, index: int) -> None:
        match effect:
            case Manifest():
                assert isinstance(statement.content, ClearContent)
                assert isinstance(statement.content.payload, ManifestEntry)
                self.trust.apply_manifest(effect, statement.content.payload.document.id)
            case EnrolmentRead():
                self.trust.apply_enrolment(effect, index)
            case Revocation():
                self.trust.apply_revocation(effect, index)
            case Suspension():
                self.trust.apply_suspension(effect, index, self._log_time)
            case _:
                pass


def _document_in(entry: Unverified, kind: type[CharterEntry | ManifestEntry]) -> Document:
    content = entry.statement.content
    if not isinstance(content, ClearContent) or not isinstance(content.payload, kind):
        raise MalformedError(f"expected a {kind.KIND} among the founding entries")
    return content.payload.document
