"""What is checked of a statement before it is its turn, in a thread (SPEC 5.1, 8.5)."""

from __future__ import annotations

import collections
from typing import Any, Final

from paraph.protocol import buckets, documents
from paraph.protocol.documents import Enrolment, Manifest, Revocation, Suspension
from paraph.protocol.errors import (
    ForgedError,
    IntegrityError,
    MalformedError,
    ParaphError,
    RefusedError,
)
from paraph.protocol.hashing import sha256
from paraph.protocol.names import Digest
from paraph.protocol.schema import Record
from paraph.protocol.signed import Unverified
from paraph.protocol.statements.clear import (
    EnrolEntry,
    ManifestEntry,
    RevokeEntry,
    SuspendEntry,
)
from paraph.protocol.statements.envelope import MAX_BODY, SealedContent
from paraph.protocol.wire import MAX_PIPELINED
from paraph.server.batch import Prepared
from paraph.server.blobs import Blobs
from paraph.server.channel import LiveChannel
from paraph.server.sessions import Holder

MOST_BYTES: Final = 64 * 1024 * 1024
"""Envelopes and bodies between arrival and answer, in all channels."""
_DOCUMENTS: Final[dict[type[Record], Any]] = {
    ManifestEntry: Manifest,
    EnrolEntry: Enrolment,
    RevokeEntry: Revocation,
    SuspendEntry: Suspension,
}
NO_ANCHOR: Final = -1
"""Stands for the size of an anchor that is not in the journal."""


class Flights:
    """How many statements, and bytes of them, are unanswered."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._count: collections.Counter[Holder] = collections.Counter()
        self._bytes = 0

    def begin(self, holder: Holder, size: int) -> None:
        """Count a statement of a session, until :meth:`end` is told of it.

        Raises:
            RefusedError: Code ``busy``: too many of this session, or too many bytes of all.
        """
        if self._count[holder] >= MAX_PIPELINED:
            raise _busy(f"expected at most {MAX_PIPELINED} unanswered statements of a key")
        if self._bytes + size > self._most_bytes:
            raise _busy("expected fewer large bodies at once")
        self._count[holder] += 1
        self._bytes += size

    def end(self, holder: Holder, size: int) -> None:
        """Note that a statement of that size was answered."""
        self._bytes -= size
        self._count[holder] -= 1
        if not self._count[holder]:
            del self._count[holder]


def size_of(unverified: Unverified, body: bytes) -> int:
    """Return the bytes that a statement takes until it is answered: a staged body is read too."""
    content = unverified.statement.content
    if isinstance(content, SealedContent) and not body:
        return len(unverified.envelope) + min(content.body_size, MAX_BODY)
    return len(unverified.envelope) + len(body)


def prepare(
    live: LiveChannel, blobs: Blobs, unverified: Unverified, body: bytes, anchor_size: int = 0
) -> Prepared:
    """Check the signature, then whatever came with the statement.

    A fault of what came with it is kept in the result: see :class:`Prepared`.

    Args:
        live: The channel.
        blobs: Where staged bodies and attachments are.
        unverified: The statement.
        body: Its sealed body; empty if it was staged, or for a clear statement.
        anchor_size: Size of the note that its anchor names; 0 if it names none.

    Raises:
        RefusedError: Code ``wrong-channel`` or ``unknown-sender``.
        ForgedError: The signature fails.
    """
    verified, _ = live.log.authenticate(unverified)
    content = unverified.statement.content
    if not isinstance(content, SealedContent):
        fault: ParaphError | None = None
        if body:
            fault = MalformedError("expected no body with a clear statement")
        payload = content.payload
        if (kind := _DOCUMENTS.get(type(payload))) is not None:
            member = live.log.trust.member
            documents.check_ahead(
                payload.document,  # type: ignore[attr-defined]  # each kind in the table has one
                kind,
                lambda key: found.key if (found := member(key)) else None,
            )
        return Prepared(verified, anchor_size=anchor_size, fault=fault or _anchor(anchor_size))
    try:
        body = _check_body(live, blobs, content, body)
    except (ParaphError, OSError) as error:
        known = error if isinstance(error, ParaphError) else IntegrityError("a file was lost")
        return Prepared(verified, anchor_size=anchor_size, fault=known)
    return Prepared(verified, body, content.attachments, anchor_size, fault=_anchor(anchor_size))


def _anchor(size: int) -> ParaphError | None:
    if size != NO_ANCHOR:
        return None
    return RefusedError(
        "expected an anchor that is in the journal",
        code="anchor",
        hint="name the newest note that was verified, or none",
    )


def _check_body(live: LiveChannel, blobs: Blobs, content: SealedContent, body: bytes) -> bytes:
    limits, channel = live.log.charter.limits, live.log.channel
    size = content.body_size
    if size > min(limits.body_bytes, MAX_BODY):
        raise RefusedError(
            f"expected a body of at most {min(limits.body_bytes, MAX_BODY)} bytes",
            code="too-large",
        )
    buckets.check_body_size(size, len(content.recipients))
    digest = Digest(content.body_digest)
    if not body:
        body = blobs.read(channel, digest, size)
    elif len(body) != size or sha256(body) != digest:
        raise ForgedError("expected the body that the statement names", code="body-digest")
    if len(content.attachments) > limits.attachments:
        raise RefusedError(f"expected at most {limits.attachments} attachments", code="too-large")
    for each in content.attachments:
        buckets.check_attachment_size(each.size)
        if each.size > limits.attachment_bytes:
            raise RefusedError(
                f"expected attachments of at most {limits.attachment_bytes} bytes",
                code="too-large",
            )
        blobs.require(channel, Digest(each.digest), each.size)
    return body


def _busy(message: str) -> RefusedError:
    return RefusedError(
        message, code="busy", hint="send the same bytes again in a moment", retry_after_s=1
    )
