"""The answer to a submission: a leaf's place in a log, provable offline (SPEC 6.5).

The form is C2SP tlog-proof, without its optional ``extra`` line. An inclusion proof is never
looked at apart from the signed checkpoint it leads to.
"""

from __future__ import annotations

import binascii
import dataclasses
from collections.abc import Sequence
from typing import Final, Self

from paraph.protocol.checkpoint import (
    MAX_LOG_SIZE,
    Checkpoint,
    CosignerKeys,
    LogKeys,
    verify_checkpoint,
)
from paraph.protocol.errors import ForgedError, MalformedError
from paraph.protocol.names import Digest
from paraph.protocol.note import MAX_NOTE_BYTES, from_base64, parse_decimal
from paraph.protocol.tree import DIGEST_BYTES, MAX_PROOF_HASHES, verify_inclusion

_FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
_FIRST: Final = _FIRST_LINE.encode()
_MAX_HEADER_BYTES: Final = 4 * 1024
"""First line, index, and 63 hashes of 45 bytes."""


@dataclasses.dataclass(frozen=True, slots=True)
class TlogProof:
    """A proof, parsed and not verified.

    Attributes:
        index: Index of the leaf.
        hashes: Its inclusion proof, leaf side first, at most 63.
        note: The checkpoint the proof leads to, as received.
    """

    index: int
    hashes: tuple[Digest, ...]
    note: bytes

    def encode(self) -> bytes:
        """Return the one form of the proof."""
        lines = [binascii.b2a_base64(each) for each in self.hashes]  # each ends its line
        return b"%s\nindex %d\n%s\n%s" % (_FIRST, self.index, b"".join(lines), self.note)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Parse untrusted bytes; the note in them is cut out, not parsed.

        Raises:
            MalformedError: Not exactly the form of a proof of ours.
        """
        if len(data) > _MAX_HEADER_BYTES + MAX_NOTE_BYTES:
            raise MalformedError("expected a proof within its limit of bytes")
        header, separator, note = data.partition(b"\n\n")
        try:
            lines = header.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise MalformedError("expected the lines of a proof in ASCII") from error
        if not separator or lines[0] != _FIRST_LINE:
            raise MalformedError(f"expected a proof that begins with {_FIRST_LINE}")
        if len(lines) < 2 or not lines[1].startswith("index "):
            raise MalformedError("expected the index of the leaf")
        if len(lines) > 2 + MAX_PROOF_HASHES:
            raise MalformedError(f"expected at most {MAX_PROOF_HASHES} hashes")
        index = parse_decimal(lines[1].removeprefix("index "), MAX_LOG_SIZE)
        hashes = tuple(Digest(from_base64(line)) for line in lines[2:])
        if any(len(each) != DIGEST_BYTES for each in hashes):
            raise MalformedError("expected hashes of 32 bytes")
        return cls(index, hashes, note)


def verify_proof(
    proof: bytes, leaf: bytes, log_keys: LogKeys, cosigners: Sequence[CosignerKeys] = ()
) -> tuple[int, Checkpoint]:
    """Check that *leaf* stands in a log, under a checkpoint that the log signed (SPEC 6.5).

    Whether the checkpoint is consistent with those verified before is the caller's next check.

    Args:
        proof: The bytes of the proof, untrusted.
        leaf: Leaf hash of the entry, recomputed by the caller.
        log_keys: The log's keys.
        cosigners: Who may have cosigned, in order; none needs to have.

    Returns:
        The index of the leaf, and the verified checkpoint.

    Raises:
        MalformedError: Not the form of a proof of ours.
        ForgedError: A signature does not verify, or the proof does not lead to the root.
    """
    decoded = TlogProof.decode(proof)
    checkpoint = verify_checkpoint(decoded.note, log_keys, cosigners)
    if decoded.index >= checkpoint.size:
        raise ForgedError("expected an index below the size of the checkpoint")
    verify_inclusion(leaf, decoded.index, checkpoint.size, decoded.hashes, checkpoint.root)
    return decoded.index, checkpoint
