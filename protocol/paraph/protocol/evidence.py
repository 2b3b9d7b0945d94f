"""Proof of misbehaviour that a third party checks with a trust file alone (SPEC 6.8).

Each kind is a record that can be written to a file and mailed, and each has one ``verify`` that
returns a sentence saying what is proven, or raises. Drop, replay, a substituted key and an added
recipient leave no such proof: they are refused or alarmed where they meet an honest reader.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from paraph.protocol import signed
from paraph.protocol.checkpoint import LogKeys, read_note
from paraph.protocol.documents import Document, parse_roots
from paraph.protocol.errors import ForgedError, MalformedError
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import Digest
from paraph.protocol.note import Head, parse_head
from paraph.protocol.schema import Budget, Record, blob, many, nested, octets, record, wire
from paraph.protocol.signed import Verified
from paraph.protocol.statements.envelope import MAX_ENVELOPE
from paraph.protocol.tree import Tree
from paraph.protocol.wire import MAX_NOTE
from paraph.protocol.words import root_digest

EVIDENCE: Final = Budget(size=256 * 1024 * 1024, depth=8, nodes=2_000_000, keys=16)
"""A file that a person chose to open; still bounded."""
_MANY: Final = 1_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class TrustAnchor:
    """What a third party believes beforehand, and nothing else.

    Attributes:
        log: The log's origin, which names the channel, and its keys.
        roots: Party code to the digest of its root set (SPEC 3.6).
    """

    log: LogKeys
    roots: Mapping[str, Digest]

    def require_founding(self, founding: Sequence[bytes]) -> ChannelLog:
        """Return the channel as founded, if it is the one that is trusted.

        Raises:
            PeerError: Structural fault, another channel, other log keys or other roots.
        """
        log = ChannelLog(founding)
        charter = log.charter
        if log.origin != self.log.origin:
            raise ForgedError("expected the founding entries of the trusted channel")
        if (charter.log_ed25519, charter.log_mldsa44) != (self.log.ed25519, self.log.mldsa44):
            raise ForgedError("expected the trusted log keys in the charter")
        found = {
            party.code: root_digest(party.code, party.threshold, sorted(parse_roots(party.roots)))
            for party in charter.parties
        }
        if found != dict(self.roots):
            raise ForgedError("expected the trusted root sets in the charter")
        return log

    def require_head(self, note: bytes) -> Head:
        """Return the head of a note that the log signed, whatever other lines it carries.

        Raises:
            PeerError: Not a note of this log.
        """
        opened = read_note(note, self.log.verifiers)
        head = parse_head(opened.text)
        signers = {key for key, _ in opened.signatures}  # a line may be there twice
        if head.origin != self.log.origin or signers != set(self.log.verifiers):
            raise ForgedError("expected a note of the trusted log, signed by both its keys")
        return head


@record("fork-evidence", EVIDENCE)
class ForkEvidence(Record):
    """Two notes of one log that no one log can have signed."""

    first: bytes = wire(blob(MAX_NOTE), "log-signed note, the smaller or equal size")
    second: bytes = wire(blob(MAX_NOTE), "log-signed note")
    leaves: tuple[bytes, ...] = wire(
        many(octets(32), _MANY), "leaf hashes of the second; empty if the sizes are equal"
    )

    def verify(self, anchor: TrustAnchor) -> str:
        """Say what the two notes prove.

        Raises:
            PeerError: They are not the log's, or do not contradict each other.
        """
        first, second = anchor.require_head(self.first), anchor.require_head(self.second)
        if first.size == second.size:
            if self.leaves or first.root == second.root:
                raise ForgedError("expected two roots for one size")
            return f"the log signed two histories of size {first.size}"
        tree = Tree(self.leaves)
        if tree.size != second.size or tree.root() != second.root:
            raise ForgedError("expected the leaf hashes that the second note commits to")
        if first.size > second.size or tree.root(first.size) == first.root:
            raise ForgedError("expected the smaller note first, and not a prefix of the second")
        return (
            f"the log signed a history of size {first.size} "
            f"that its history of size {second.size} does not contain"
        )


@record("double-sequence-evidence", EVIDENCE)
class DoubleSequenceEvidence(Record):
    """Two statements of one key under one number: misuse of the key, or theft."""

    founding: tuple[bytes, ...] = wire(
        many(blob(MAX_ENVELOPE), 3, least=2), "founding entries of the channel"
    )
    enrolments: tuple[Document, ...] = wire(
        many(nested(Document), 64), "enrolments that lead to the key, in order"
    )
    first: bytes = wire(blob(MAX_ENVELOPE), "one envelope")
    second: bytes = wire(blob(MAX_ENVELOPE), "the other")

    def verify(self, anchor: TrustAnchor) -> str:
        """Say whose key signed two statements under one number.

        Raises:
            PeerError: The key is not of this channel, or the pair proves nothing (code
                ``needs-log``: not without the log, since they saw different heads).
            RefusedError: The key's enrolment does not lead to the trusted roots.
        """
        log = anchor.require_founding(self.founding)
        for number, document in enumerate(self.enrolments):
            log.trust.apply_enrolment(log.trust.read_enrolment(document, 0), number)
        first, member = log.authenticate(signed.read(self.first))
        second, _ = log.authenticate(signed.read(self.second))
        if not is_double(first, second):
            raise ForgedError("expected two statements of one key under one number")
        if first.statement.seen != second.statement.seen:
            # A statement that a later head excludes may be replaced under its number (SPEC 5.8):
            # without the log nobody can tell that from misuse, and an honest key must not hang.
            raise ForgedError(
                "expected two statements that saw one head: one that saw a later head may have "
                "replaced one that could no longer be placed, which only the log can tell",
                code="needs-log",
            )
        return (
            f"a {member.role} key of {member.party} signed two statements under number "
            f"{first.statement.sequence} at one head: the key was misused or stolen"
        )


@record("placement-evidence", EVIDENCE)
class PlacementEvidence(Record):
    """A head of the log over an entry that its rules forbid, a gap among them."""

    note: bytes = wire(blob(MAX_NOTE), "log-signed note that covers the entries")
    entries: tuple[bytes, ...] = wire(
        many(blob(MAX_ENVELOPE), _MANY, least=3), "every entry below the note's size"
    )

    def verify(self, anchor: TrustAnchor) -> str:
        """Say which entry the log placed against which rule.

        Raises:
            PeerError: The entries are not the note's, or break no rule.
        """
        head = anchor.require_head(self.note)
        parties = len(anchor.roots)
        log = anchor.require_founding(self.entries[: 1 + parties])
        void = [entry for entry in map(log.append, self.entries[1 + parties :]) if entry.void]
        if (log.size, log.root) != (head.size, head.root):
            raise ForgedError("expected the entries that the note commits to")
        if not void:
            raise ForgedError("expected an entry that breaks a rule")
        return f"the log placed entry {void[0].index} against the rule {void[0].void}"


Evidence = ForkEvidence | DoubleSequenceEvidence | PlacementEvidence


def is_double(first: Verified, second: Verified) -> bool:
    """Tell whether two statements of a channel take one number of one key."""
    a, b = first.statement, second.statement
    same = (a.channel, a.sender, a.sequence) == (b.channel, b.sender, b.sequence)
    return same and first.id != second.id


def decode_evidence(data: bytes) -> Evidence:
    """Read an evidence file of any kind.

    Raises:
        MalformedError: None of the kinds.
    """
    kinds: tuple[type[ForkEvidence | DoubleSequenceEvidence | PlacementEvidence], ...] = (
        ForkEvidence,
        DoubleSequenceEvidence,
        PlacementEvidence,
    )
    for kind in kinds:
        try:
            return kind.decode(data)
        except MalformedError:
            continue
    raise MalformedError("expected an evidence record")
