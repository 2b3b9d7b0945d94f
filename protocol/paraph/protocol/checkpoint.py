"""Checkpoints: who signed that a log of this size has this root (SPEC 6.3, 6.4).

The rules, all of them:

- A log signs each checkpoint twice under its origin: Ed25519 (0x01), then ML-DSA-44 (0x06,
  time 0). Both must verify.
- A cosigner signs it twice under its own name, with one and the same time: Ed25519 (0x04), then
  ML-DSA-44 (0x06). Both must verify.
- Our own notes have one form: text without extension lines, the log's two lines, then for each
  cosigner that signed its two lines, cosigners in the order given. With the one form of every
  value (:mod:`paraph.protocol.note`) any changed byte is refused.
- The reader of other people's notes, :func:`read_note`, follows C2SP: lines of unknown keys are
  passed over, a line of a known key that does not verify rejects the whole note, and at least
  one known key must have signed.
- Keys are parsed once, when a :class:`VerifierKey` is made, and verify many notes.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Iterable, Sequence
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from paraph.protocol.errors import ForgedError, MalformedError, MisuseError
from paraph.protocol.names import Digest
from paraph.protocol.note import (
    MAX_TIME_S,
    PUBLIC_KEY_BYTES,
    Head,
    KeyType,
    Note,
    SignatureLine,
    cosignature_message,
    format_vkey,
    is_key_name,
    key_id,
    parse_head,
    parse_note,
    parse_vkey,
    subtree_message,
)
from paraph.protocol.tree import DIGEST_BYTES, EMPTY_ROOT

SEED_BYTES: Final = 64
"""Ed25519 seed (32), then ML-DSA-44 seed (32)."""
MAX_LOG_SIZE: Final = 2**53 - 1
"""Sizes stand in records, whose integers are below 2^53."""
TIME_BYTES: Final = 8
_SIGNATURE_BYTES: Final = {
    KeyType.ED25519: 64,
    KeyType.COSIGNATURE: TIME_BYTES + 64,
    KeyType.MLDSA44: TIME_BYTES + 2420,
}


@dataclasses.dataclass(frozen=True)
class VerifierKey:
    """A public key that signs notes under a name (SPEC 6.3).

    Attributes:
        name: Name of the key; for a log, its origin.
        type: Type of its signatures.
        raw: The raw public key, 32 or 1,312 bytes.
        id: Four bytes that, with the name, identify the key.

    Raises:
        MisuseError: *name* cannot name a key, or *raw* is of the wrong length.
    """

    name: str
    type: KeyType
    raw: bytes = dataclasses.field(repr=False)
    id: bytes = dataclasses.field(init=False, compare=False)
    _key: Ed25519PublicKey | MLDSA44PublicKey = dataclasses.field(
        init=False, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise MisuseError("expected a key name of 1 to 255 bytes without space and plus sign")
        if len(self.raw) != PUBLIC_KEY_BYTES[self.type]:
            raise MisuseError(f"expected a public key of {PUBLIC_KEY_BYTES[self.type]} bytes")
        object.__setattr__(self, "id", key_id(self.name, self.type, self.raw))
        load = (
            MLDSA44PublicKey.from_public_bytes
            if self.type is KeyType.MLDSA44
            else Ed25519PublicKey.from_public_bytes
        )
        object.__setattr__(self, "_key", load(self.raw))

    @property
    def vkey(self) -> str:
        """The key as one line of text."""
        return format_vkey(self.name, self.type, self.raw)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Parse the one-line text of a key.

        Raises:
            MalformedError: Not the form, or the key id is not that of the key.
            UnsupportedError: A type of signature that we do not check.
        """
        return cls(*parse_vkey(vkey))

    def verify(self, text: bytes, signature: bytes) -> int:
        """Check *signature*, as it stands behind the key id, over the *text* of a note.

        Returns:
            The time it states, POSIX seconds; 0 for a signature without time.

        Raises:
            ForgedError: The signature is not this key's over this text.
            MalformedError: A type 0x06 signature over what is not a checkpoint.
        """
        if len(signature) != _SIGNATURE_BYTES[self.type]:
            raise ForgedError(f"expected a signature of {_SIGNATURE_BYTES[self.type]} bytes")
        if self.type is KeyType.ED25519:
            time_s, message = 0, text
        else:
            time_s = int.from_bytes(signature[:TIME_BYTES], "big")
            signature = signature[TIME_BYTES:]
            if time_s > MAX_TIME_S:
                raise ForgedError(f"expected a time of at most {MAX_TIME_S}")
            if self.type is KeyType.COSIGNATURE:
                message = cosignature_message(text, time_s)
            else:
                message = subtree_message(self.name, time_s, parse_head(text))
        try:
            self._key.verify(signature, message)
        except InvalidSignature as error:
            raise ForgedError("expected a signature that verifies") from error
        return time_s


@dataclasses.dataclass(frozen=True)
class LogKeys:
    """The public keys of a log (SPEC 6.3). The raw ones stand in the charter.

    Attributes:
        origin: Name of the log and of both keys.
        ed25519: Raw key, 32 bytes.
        mldsa44: Raw key, 1,312 bytes.
        verifiers: Both keys, in the order in which they sign.
    """

    origin: str
    ed25519: bytes = dataclasses.field(repr=False)
    mldsa44: bytes = dataclasses.field(repr=False)
    verifiers: tuple[VerifierKey, VerifierKey] = dataclasses.field(
        init=False, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        pair = _pair(self.origin, KeyType.ED25519, self.ed25519, self.mldsa44)
        object.__setattr__(self, "verifiers", pair)

    @property
    def vkeys(self) -> tuple[str, str]:
        """Both keys as lines of text."""
        return (self.verifiers[0].vkey, self.verifiers[1].vkey)


@dataclasses.dataclass(frozen=True)
class CosignerKeys:
    """The public keys of a cosigner (SPEC 6.4). They stand in its party's manifest.

    Attributes:
        name: Name of both keys.
        ed25519: Raw key, 32 bytes.
        mldsa44: Raw key, 1,312 bytes.
        verifiers: Both keys, in the order in which they sign.
    """

    name: str
    ed25519: bytes = dataclasses.field(repr=False)
    mldsa44: bytes = dataclasses.field(repr=False)
    verifiers: tuple[VerifierKey, VerifierKey] = dataclasses.field(
        init=False, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        pair = _pair(self.name, KeyType.COSIGNATURE, self.ed25519, self.mldsa44)
        object.__setattr__(self, "verifiers", pair)

    @property
    def vkeys(self) -> tuple[str, str]:
        """Both keys as lines of text."""
        return (self.verifiers[0].vkey, self.verifiers[1].vkey)


def _pair(
    name: str, first: KeyType, ed25519: bytes, mldsa44: bytes
) -> tuple[VerifierKey, VerifierKey]:
    return VerifierKey(name, first, ed25519), VerifierKey(name, KeyType.MLDSA44, mldsa44)


class _Secret:
    # The two private keys of a log or a cosigner; the subclasses keep their uses apart.

    __slots__ = ("_ed25519", "_mldsa44")

    def __init__(self, ed25519: Ed25519PrivateKey, mldsa44: MLDSA44PrivateKey) -> None:
        self._ed25519 = ed25519
        self._mldsa44 = mldsa44

    @classmethod
    def generate(cls) -> Self:
        """Make new keys from the library's own randomness."""
        return cls(Ed25519PrivateKey.generate(), MLDSA44PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Make the keys that belong to a *seed* of 64 bytes.

        Raises:
            MisuseError: Another length.
        """
        if len(seed) != SEED_BYTES:
            raise MisuseError(f"expected a seed of {SEED_BYTES} bytes")
        return cls(
            Ed25519PrivateKey.from_private_bytes(seed[:32]),
            MLDSA44PrivateKey.from_seed_bytes(seed[32:]),
        )

    @property
    def seed(self) -> bytes:
        """The 64 secret bytes to keep: Ed25519 seed, then ML-DSA-44 seed."""
        return self._ed25519.private_bytes_raw() + self._mldsa44.private_bytes_raw()

    @property
    def public(self) -> tuple[bytes, bytes]:
        """The raw public keys: Ed25519 (32 bytes), ML-DSA-44 (1,312 bytes)."""
        return (
            self._ed25519.public_key().public_bytes_raw(),
            self._mldsa44.public_key().public_bytes_raw(),
        )


class LogSecret(_Secret):
    """The private keys of a relay's logs, which differ by origin only (SPEC 6.3)."""

    __slots__ = ()

    def keys(self, origin: str) -> LogKeys:
        """Return the public keys of the log named *origin*."""
        return _log_keys(origin, *self.public)

    def sign(self, origin: str, size: int, root: bytes) -> bytes:
        """Sign a checkpoint. Only a root that is durable may be signed.

        Returns:
            A note: the text and the log's two lines.

        Raises:
            MisuseError: An origin, size or root that no checkpoint of ours can have.
        """
        if len(root) != DIGEST_BYTES or not 0 <= size <= MAX_LOG_SIZE:
            raise MisuseError(f"expected a size of at most {MAX_LOG_SIZE} and a root of 32 bytes")
        if size == 0 and root != EMPTY_ROOT:
            raise MisuseError("expected the root of the empty tree")
        first, second = self.keys(origin).verifiers
        head = Head(origin, size, Digest(root))
        text = head.encode()
        of_subtree = self._mldsa44.sign(subtree_message(origin, 0, head))
        lines = (
            SignatureLine(origin, first.id, self._ed25519.sign(text)),
            SignatureLine(origin, second.id, bytes(TIME_BYTES) + of_subtree),
        )
        return Note(text, lines).encode()


@functools.lru_cache(maxsize=4_096)
def _log_keys(origin: str, ed25519: bytes, mldsa44: bytes) -> LogKeys:
    # A relay signs for few origins and often: their ids are hashed and their keys parsed once.
    return LogKeys(origin, ed25519, mldsa44)


class CosignerSecret(_Secret):
    """The private keys of a cosigner (SPEC 6.4)."""

    __slots__ = ()

    def keys(self, name: str) -> CosignerKeys:
        """Return the public keys of the cosigner called *name*."""
        return CosignerKeys(name, *self.public)

    def cosign(self, name: str, checkpoint: Checkpoint, time_s: int) -> bytes:
        """Sign that, as of *time_s*, this is the largest consistent tree the cosigner has seen.

        Args:
            name: Name of the cosigner.
            checkpoint: A verified checkpoint, consistent with every one cosigned before.
            time_s: POSIX seconds, not below the time of any cosignature before.

        Returns:
            The cosigner's two signature lines, to be put behind a note.

        Raises:
            MisuseError: *time_s* is not in [1, 2^63).
        """
        if not 0 < time_s <= MAX_TIME_S:
            raise MisuseError("expected a time in [1, 2^63)")
        first, second = self.keys(name).verifiers
        time = time_s.to_bytes(TIME_BYTES, "big")
        text = parse_note(checkpoint.note).text
        of_text = self._ed25519.sign(cosignature_message(text, time_s))
        of_tree = self._mldsa44.sign(subtree_message(name, time_s, parse_head(text)))
        return (
            SignatureLine(name, first.id, time + of_text).encode()
            + SignatureLine(name, second.id, time + of_tree).encode()
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Cosignature:
    """What one cosigner stated on a note.

    Attributes:
        name: Its name.
        time_s: Its time, POSIX seconds.
        lines: Its two signature lines, as they stand on the note.
    """

    name: str
    time_s: int
    lines: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Checkpoint:
    """A verified checkpoint; only :func:`verify_checkpoint` makes it.

    Attributes:
        origin: Name of the log.
        size: Leaves in the tree.
        root: Its root.
        note: The note, as received.
        cosignatures: Of the cosigners that signed it, in the order given to the reader.
    """

    origin: str
    size: int
    root: Digest
    note: bytes = dataclasses.field(repr=False)
    cosignatures: tuple[Cosignature, ...] = ()

    @property
    def id(self) -> Digest:
        """What names this note in a journal and in an anchor."""
        return note_id(self.note)


def note_id(note: bytes) -> Digest:
    """Return SHA-256 of the bytes of *note*, signature lines included (SPEC 6.3)."""
    return Digest(hashlib.sha256(note).digest())


def with_cosignatures(note: bytes, *lines: bytes) -> bytes:
    """Return *note* with more signature lines behind it; verify the result before you use it."""
    return b"".join((note, *lines))


def without_cosignatures(note: bytes) -> bytes:
    """Return *note* with its first two lines only, those of the log.

    It is what a cosigner is asked to sign, and what a reader verifies who has not yet read the
    manifests that name the cosigners. Nothing is verified here.

    Raises:
        MalformedError: Not a note with two signature lines at least.
    """
    parsed = parse_note(note)
    if len(parsed.lines) < 2:
        raise MalformedError("expected the two signature lines of the log")
    return Note(parsed.text, parsed.lines[:2]).encode()


def verify_checkpoint(
    note: bytes, log_keys: LogKeys, cosigners: Sequence[CosignerKeys] = ()
) -> Checkpoint:
    """Check a checkpoint of one of our own logs, of which no byte may be otherwise (SPEC 6.3).

    Args:
        note: The note, untrusted.
        log_keys: The log's keys, from the charter and its origin.
        cosigners: Who may have cosigned it, parties in charter order, keys in manifest order.
            Which of them did stands in the result: this function asks for none.

    Raises:
        MalformedError: Not the one form of a note of ours.
        ForgedError: Another log's, or signed with a key that is not among those given, or a
            signature does not verify.
    """
    parsed = parse_note(note)
    head = parse_head(parsed.text)
    if head.extensions:
        raise MalformedError("expected a checkpoint without extension lines")
    if head.size > MAX_LOG_SIZE:
        raise MalformedError(f"expected a size of at most {MAX_LOG_SIZE}")
    if head.origin != log_keys.origin:
        raise ForgedError("expected a checkpoint of the pinned log")
    own, others = parsed.lines[:2], parsed.lines[2:]
    if len(own) != 2:
        raise MalformedError("expected the two signature lines of the log")
    for key, line in zip(log_keys.verifiers, own, strict=True):
        _check_signer(key, line)
    if own[1].signature[:TIME_BYTES] != bytes(TIME_BYTES):
        raise MalformedError("expected a log signature without time")
    signed = _order_cosigners(others, cosigners)
    for key, line in zip(log_keys.verifiers, own, strict=True):
        key.verify(parsed.text, line.signature)
    return Checkpoint(
        origin=head.origin,
        size=head.size,
        root=head.root,
        note=note,
        cosignatures=tuple(_verify_cosignature(parsed.text, keys, lines) for keys, lines in signed),
    )


def _check_signer(key: VerifierKey, line: SignatureLine) -> None:
    if (line.name, line.key_id) != (key.name, key.id):
        raise ForgedError("expected the signature of a known key")


def _order_cosigners(
    lines: Sequence[SignatureLine], cosigners: Sequence[CosignerKeys]
) -> list[tuple[CosignerKeys, tuple[SignatureLine, SignatureLine]]]:
    # Each cosigner that signed, with its two lines; each at most once, in the order given.
    if len(lines) % 2:
        raise MalformedError("expected two signature lines of each cosigner")
    places = {(keys.name, keys.verifiers[0].id): at for at, keys in enumerate(cosigners)}
    signed = []
    least = 0
    for first, second in zip(lines[::2], lines[1::2], strict=True):
        place = places.get((first.name, first.key_id))
        if place is None:
            raise ForgedError("expected the signature of a known cosigner")
        if place < least:
            raise MalformedError("expected each cosigner once, in the order of the manifests")
        least = place + 1
        _check_signer(cosigners[place].verifiers[1], second)
        time = first.signature[:TIME_BYTES]
        if time == bytes(TIME_BYTES) or time != second.signature[:TIME_BYTES]:
            raise MalformedError("expected one time, not 0, in both signatures of a cosigner")
        signed.append((cosigners[place], (first, second)))
    return signed


def _verify_cosignature(
    text: bytes, keys: CosignerKeys, lines: tuple[SignatureLine, SignatureLine]
) -> Cosignature:
    time_s, _ = [  # both state the same
        key.verify(text, line.signature) for key, line in zip(keys.verifiers, lines, strict=True)
    ]
    return Cosignature(keys.name, time_s, b"".join(line.encode() for line in lines))


@dataclasses.dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note of somebody else, at least one of whose signatures is known and good.

    Attributes:
        text: What was signed.
        signatures: Each key that signed, and the time it states (0 = none).
    """

    text: bytes
    signatures: tuple[tuple[VerifierKey, int], ...]


def read_note(note: bytes, verifiers: Iterable[VerifierKey]) -> OpenedNote:
    """Check a note by the rules of C2SP signed-note (SPEC 6.3).

    Args:
        note: The note, untrusted.
        verifiers: The keys that are known.

    Raises:
        MalformedError: Not a note.
        ForgedError: A known key's line does not verify, or no known key signed.
    """
    parsed = parse_note(note)
    known = {(key.name, key.id): key for key in verifiers}
    signatures = []
    for line in parsed.lines:
        key = known.get((line.name, line.key_id))
        if key is not None:
            signatures.append((key, key.verify(parsed.text, line.signature)))
    if not signatures:
        raise ForgedError("expected the signature of at least one known key")
    return OpenedNote(parsed.text, tuple(signatures))
