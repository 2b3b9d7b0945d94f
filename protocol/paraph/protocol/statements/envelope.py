"""Statement and envelope: what is signed, and what crosses the wire (SPEC 5.1)."""

from __future__ import annotations

from typing import Final

from paraph.protocol import documents
from paraph.protocol.buckets import MAX_RECIPIENTS
from paraph.protocol.errors import MalformedError
from paraph.protocol.keys import SIGNATURE_SIZE
from paraph.protocol.names import Label, StatementId, labelled
from paraph.protocol.schema import (
    CLEAR,
    Budget,
    Record,
    ascending,
    blob,
    flag,
    nested,
    octets,
    record,
    u53,
    union,
    wire,
    word,
)
from paraph.protocol.statements.clear import PAYLOADS
from paraph.protocol.tiles import MAX_ENTRY_BYTES
from paraph.protocol.tree import EMPTY_ROOT

VERSION: Final = documents.VERSION
MAX_ENVELOPE: Final = MAX_ENTRY_BYTES
"""Bytes: an envelope is an entry of the log."""
MAX_ATTACHMENTS: Final = 16
MAX_BODY: Final = 8 * 1024 * 1024 + 256 * 1024
"""Bytes of a sealed body: the largest bucket, its cipher's overhead and 64 wraps."""
PRECEDENCES: Final = ("flash", "immediate", "priority", "routine")
SEALED_TYPE: Final = "sealed"


@record("seen")
class Seen(Record):
    """The newest head that the author has verified."""

    size: int = wire(u53, "tree size")
    root: bytes = wire(octets(32), "root at that size; SHA-256 of nothing at size 0")


@record("attachment")
class Attachment(Record):
    """A sealed blob of its own; what it is stands in the content."""

    digest: bytes = wire(octets(32), "SHA-256 of the sealed blob")
    size: int = wire(u53, "its bytes")

    def __lt__(self, other: Attachment) -> bool:
        """Order by digest."""
        return self.digest < other.digest


@record("sealed-content")
class SealedContent(Record):
    """What the relay carries and cannot read."""

    recipients: tuple[bytes, ...] = wire(
        ascending(octets(32), MAX_RECIPIENTS, least=2), "ids of sealing keys"
    )
    body_digest: bytes = wire(octets(32), "SHA-256 of the body")
    body_size: int = wire(u53, "bytes of the body")
    commitment: bytes = wire(octets(32), "commitment to the content (SPEC 4.2)")
    attachments: tuple[Attachment, ...] = wire(
        ascending(nested(Attachment), MAX_ATTACHMENTS), "sealed blobs, by digest"
    )


@record("clear-content")
class ClearContent(Record):
    """What the relay must read."""

    payload: Record = wire(union(*PAYLOADS.values()), "the payload of the statement's type")


@record("statement")
class Statement(Record):
    """One thing said by one key, transmitted and signed as bytes."""

    version: int = wire(u53, "protocol version, 1")
    type: str = wire(word(SEALED_TYPE, *PAYLOADS), "what it is; picks the signature context")
    channel: bytes = wire(octets(32), "channel id")
    sender: bytes = wire(octets(32), "id of the signing key")
    sequence: int = wire(u53, "1, then +1 for each statement of this key")
    previous: bytes = wire(octets(32), "id of the statement before by this key; first: channel id")
    seen: Seen = wire(nested(Seen), "newest head the author verified")
    anchor: bytes = wire(octets(32), "newest note with the other party's cosignature; zeros: none")
    sent_at: int = wire(u53, "the author's clock, POSIX ms: a claim")
    expires_at: int = wire(u53, "log time after which it must not be placed; 0 = never")
    precedence: str = wire(word(*PRECEDENCES), "handling time asked for")
    exclusive: bool = wire(flag, "place only if no other person's content came since `seen`")
    content: SealedContent | ClearContent = wire(
        union(SealedContent, ClearContent), "sealed, or a clear payload"
    )

    def check(self) -> None:
        """Type and content belong together; sequences count from 1."""
        if self.sequence < 1:
            raise MalformedError("expected a sequence from 1 on")
        if self.seen.size == 0 and self.seen.root != EMPTY_ROOT:
            raise MalformedError("expected the empty root at size 0")
        if isinstance(self.content, SealedContent):
            fits = self.type == SEALED_TYPE
        else:
            fits = isinstance(self.content.payload, PAYLOADS.get(self.type, SealedContent))
        if not fits:
            raise MalformedError("expected the content that belongs to the statement's type")


@record("envelope", Budget(size=MAX_ENVELOPE, depth=2, nodes=16, keys=8))
class Envelope(Record):
    """A statement's bytes and the one signature over them."""

    statement: bytes = wire(blob(CLEAR.size), "canonical bytes of the statement")
    signature: bytes = wire(octets(SIGNATURE_SIZE), "composite signature by the sender key")


def statement_id(statement: bytes) -> StatementId:
    """Return the id of a statement from its bytes: signatures never take part in it."""
    return StatementId(labelled(Label.STATEMENT_ID, statement))
