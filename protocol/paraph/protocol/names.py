"""Value types, and every context and label that is ever signed or hashed under (SPEC 2).

No context string is written anywhere else: two purposes that shared one would let a signature
for the first be replayed as the second.
"""

from __future__ import annotations

import enum
import hashlib
from typing import Final, NewType

Digest = NewType("Digest", bytes)
"""32 bytes, SHA-256."""
ChannelId = NewType("ChannelId", bytes)
"""32 bytes: the document id of the channel's charter."""
KeyId = NewType("KeyId", bytes)
"""32 bytes: digest of a type-tagged public key."""
StatementId = NewType("StatementId", bytes)
"""32 bytes: digest of a statement, signatures excluded."""

ZERO: Final = bytes(32)
"""What stands where an id is absent."""

_PREFIX: Final = b"paraph/v1"


class Context(enum.StrEnum):
    """What a composite signature is for. One member per purpose (SPEC 2.3)."""

    CHARTER = "paraph/v1/charter"
    MANIFEST = "paraph/v1/manifest"
    ENROL = "paraph/v1/enrol"
    REVOKE = "paraph/v1/revoke"
    SUSPEND = "paraph/v1/suspend"
    HEARTBEAT = "paraph/v1/heartbeat"
    UNOPENED = "paraph/v1/unopened"
    OPENED = "paraph/v1/opened"
    GRANT = "paraph/v1/grant"
    WITHDRAW = "paraph/v1/withdraw"
    SEALED = "paraph/v1/sealed"
    DOCUMENT_CHARTER = "paraph/v1/document/charter"
    DOCUMENT_MANIFEST = "paraph/v1/document/manifest"
    DOCUMENT_ENROLMENT = "paraph/v1/document/enrolment"
    DOCUMENT_REVOCATION = "paraph/v1/document/revocation"
    DOCUMENT_SUSPENSION = "paraph/v1/document/suspension"
    POSSESSION = "paraph/v1/possession"
    SESSION = "paraph/v1/session"
    INITIAL = "paraph/v1/initial"
    SIGNATURE = "paraph/v1/signature"

    @property
    def octets(self) -> bytes:
        """The context as signed."""
        return self.encode("ascii")


class Label(enum.StrEnum):
    """What a hash, a wrap or a cipher is for (SPEC 2.3)."""

    DOCUMENT_ID = "paraph/v1/document-id"
    STATEMENT_ID = "paraph/v1/statement-id"
    KEY_ID = "paraph/v1/key-id"
    ROOT_SET = "paraph/v1/root-set"
    STATE = "paraph/v1/state"
    STRUCTURE = "paraph/v1/structure"
    WORDING = "paraph/v1/wording"
    SILENCE = "paraph/v1/silence"
    FINGERPRINT = "paraph/v1/fingerprint"
    COMMITMENT = "paraph/v1/commitment"
    BINDING = "paraph/v1/binding"
    WRAP = "paraph/v1/wrap"
    CONTENT = "paraph/v1/content"
    ATTACHMENT = "paraph/v1/attachment"
    KEY_FILE = "paraph/v1/key-file"

    @property
    def octets(self) -> bytes:
        """The label as hashed."""
        return self.encode("ascii")


def pae(*parts: bytes) -> bytes:
    """Join *parts* so that no other list of parts gives the same bytes (SPEC 2.2).

    Returns:
        ``"paraph/v1" || u64le(n) || (u64le(len) || part)*``.
    """
    out = [_PREFIX, len(parts).to_bytes(8, "little")]
    for part in parts:
        out += (len(part).to_bytes(8, "little"), part)
    return b"".join(out)


def labelled(label: Label, *parts: bytes) -> Digest:
    """Return SHA-256 of the PAE of *label* and *parts*."""
    return Digest(hashlib.sha256(pae(label.octets, *parts)).digest())


def u64(number: int) -> bytes:
    """Return *number* as eight bytes, little-endian, for use as a part of a PAE."""
    return number.to_bytes(8, "little")
