"""Composite signing keys, and the public half of sealing keys (SPEC 3).

- A signature is two signatures, ML-DSA-65 and Ed25519, over one message representative. Both
  are always verified, and only then is the result formed: nobody learns which one failed.
- A signature is never unique (ML-DSA is hedged): no id and no comparison may rest on its bytes.
- A public key is parsed once, strictly, and refused if one of its halves has a second encoding
  or is a point of small order; whoever holds a :class:`PublicKey` need not check it again.
- Private keys here sign, they do not open anything: the relay imports this module.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Final, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from paraph.protocol.errors import ForgedError, MisuseError
from paraph.protocol.names import Context, Digest, KeyId, Label, labelled, pae

PUBLIC_KEY_SIZE: Final = 1984
"""Bytes: ML-DSA-65 (1,952), then Ed25519 (32)."""
SIGNATURE_SIZE: Final = 3373
"""Bytes: ML-DSA-65 (3,309), then Ed25519 (64)."""
SEED_SIZE: Final = 64
"""Bytes: ML-DSA-65 seed (32), then Ed25519 seed (32)."""
SEALING_PUBLIC_KEY_SIZE: Final = 1216
"""Bytes: ML-KEM-768 (1,184), then X25519 (32)."""

SIGNING_KIND: Final = b"composite-mldsa65-ed25519"
SEALING_KIND: Final = b"sealing-mlkem768-x25519"

_MLDSA_PUBLIC: Final = 1952
_MLDSA_SIGNATURE: Final = 3309
_MLKEM_PUBLIC: Final = 1184

# draft-ietf-lamps-pq-composite-sigs, id-MLDSA65-Ed25519-SHA512.
_PREFIX: Final = b"CompositeAlgorithmSignatures2025"
_LABEL: Final = b"COMPSIG-MLDSA65-Ed25519-SHA512"
_MAX_CONTEXT: Final = 255  # its length is one byte of what is signed

_P: Final = 2**255 - 19  # the field of both curves
_PROBE: Final = bytes(31) + b"\x40"  # any scalar: X25519 makes it a multiple of eight


@dataclasses.dataclass(frozen=True, slots=True)
class PublicKey:
    """A composite public key that was checked (SPEC 3.1). Made by :meth:`parse` only.

    Attributes:
        raw: 1,984 bytes as they stand in documents.
        id: The key id (SPEC 3.4).
        halves: Digests of the two component keys, to tell whether one was seen before.
    """

    raw: bytes = dataclasses.field(repr=False)
    id: KeyId = dataclasses.field(compare=False)
    halves: tuple[Digest, Digest] = dataclasses.field(compare=False, repr=False)
    _mldsa: MLDSA65PublicKey = dataclasses.field(compare=False, repr=False)
    _ed25519: Ed25519PublicKey = dataclasses.field(compare=False, repr=False)

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Check and load an untrusted composite public key (SPEC 3.3).

        Args:
            raw: Exactly 1,984 bytes.

        Raises:
            ForgedError: Wrong length, or an Ed25519 half that is not canonical or of small order.
        """
        if len(raw) != PUBLIC_KEY_SIZE:
            raise ForgedError(f"expected a public key of {PUBLIC_KEY_SIZE} bytes, got {len(raw)}")
        mldsa, ed25519 = raw[:_MLDSA_PUBLIC], raw[_MLDSA_PUBLIC:]
        check_ed25519(ed25519)
        return cls(
            raw=raw,
            id=KeyId(labelled(Label.KEY_ID, SIGNING_KIND, raw)),
            halves=(
                labelled(Label.KEY_ID, b"mldsa65", mldsa),
                labelled(Label.KEY_ID, b"ed25519", ed25519),
            ),
            _mldsa=MLDSA65PublicKey.from_public_bytes(mldsa),
            _ed25519=Ed25519PublicKey.from_public_bytes(ed25519),
        )

    def verify(self, context: Context, message: bytes, signature: bytes) -> None:
        """Check that this key signed *message* for the purpose *context* (SPEC 3.2).

        Raises:
            ForgedError: It did not; nothing says which half failed.
        """
        self.verify_composite(pae(context.octets, message), context.octets, signature)

    def verify_composite(self, message: bytes, context: bytes, signature: bytes) -> None:
        """Check a bare composite signature, without our own framing of the message.

        For known answers and second implementations; everything else calls :meth:`verify`.

        Raises:
            ForgedError: The signature is not one by this key.
            MisuseError: *context* is over 255 bytes.
        """
        signed = _representative(message, context)
        if len(signature) != SIGNATURE_SIZE:
            raise ForgedError(f"expected a signature of {SIGNATURE_SIZE} bytes")
        mldsa, ed25519 = signature[:_MLDSA_SIGNATURE], signature[_MLDSA_SIGNATURE:]
        failed = 0
        # Both, always: an early exit would tell which kind of mathematics has been broken.
        try:
            self._mldsa.verify(mldsa, signed, _LABEL)
        except InvalidSignature:
            failed += 1
        try:
            self._ed25519.verify(ed25519, signed)
        except InvalidSignature:
            failed += 1
        if failed:
            raise ForgedError("expected a valid signature by the named key")


class Signer(Protocol):
    """Whatever signs: a key in memory, later a smart card (SPEC 3.2)."""

    @property
    def public(self) -> PublicKey:
        """The key that verifies what this signer signs."""

    def sign(self, context: Context, message: bytes) -> bytes:
        """Return a composite signature of *message* for the purpose *context*."""


class SecretKey:
    """A composite private key in memory; a :class:`Signer` (SPEC 3.1). Its repr is the default."""

    __slots__ = ("_ed25519", "_mldsa", "_public")

    def __init__(self, mldsa: MLDSA65PrivateKey, ed25519: Ed25519PrivateKey) -> None:
        self._mldsa = mldsa
        self._ed25519 = ed25519
        self._public = PublicKey.parse(
            mldsa.public_key().public_bytes_raw() + ed25519.public_key().public_bytes_raw()
        )

    @classmethod
    def generate(cls) -> Self:
        """Make a new key; both halves are new."""
        return cls(MLDSA65PrivateKey.generate(), Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Load a key from its 64 bytes.

        Raises:
            MisuseError: Not 64 bytes.
        """
        if len(seed) != SEED_SIZE:
            raise MisuseError(f"expected a seed of {SEED_SIZE} bytes, got {len(seed)}")
        return cls(
            MLDSA65PrivateKey.from_seed_bytes(seed[:32]),
            Ed25519PrivateKey.from_private_bytes(seed[32:]),
        )

    @property
    def seed(self) -> bytes:
        """64 secret bytes: ML-DSA-65 seed, then Ed25519 seed."""
        return self._mldsa.private_bytes_raw() + self._ed25519.private_bytes_raw()

    @property
    def public(self) -> PublicKey:
        """The key that verifies what this one signs."""
        return self._public

    def sign(self, context: Context, message: bytes) -> bytes:
        """Sign *message* for the purpose *context*: 3,373 bytes, other ones each time."""
        return self.sign_composite(pae(context.octets, message), context.octets)

    def sign_composite(self, message: bytes, context: bytes) -> bytes:
        """Make a bare composite signature; see :meth:`PublicKey.verify_composite`.

        Raises:
            MisuseError: *context* is over 255 bytes.
        """
        signed = _representative(message, context)
        return self._mldsa.sign(signed, _LABEL) + self._ed25519.sign(signed)


@dataclasses.dataclass(frozen=True, slots=True)
class SealingPublicKey:
    """A public key to which content keys are wrapped (SPEC 3.5). Made by :meth:`parse` only.

    Attributes:
        raw: 1,216 bytes as they stand in documents.
        id: The key id (SPEC 3.4).
        halves: Digests of the two component keys, to tell whether one was seen before.
        mlkem: The first half, loaded.
        x25519: The second half, loaded.
    """

    raw: bytes = dataclasses.field(repr=False)
    id: KeyId = dataclasses.field(compare=False)
    halves: tuple[Digest, Digest] = dataclasses.field(compare=False, repr=False)
    mlkem: MLKEM768PublicKey = dataclasses.field(compare=False, repr=False)
    x25519: X25519PublicKey = dataclasses.field(compare=False, repr=False)

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Check and load an untrusted sealing public key (SPEC 3.5).

        Args:
            raw: Exactly 1,216 bytes.

        Raises:
            ForgedError: Wrong length, a half with a second encoding, or an X25519 half of
                small order.
        """
        if len(raw) != SEALING_PUBLIC_KEY_SIZE:
            raise ForgedError(
                f"expected a sealing key of {SEALING_PUBLIC_KEY_SIZE} bytes, got {len(raw)}"
            )
        mlkem, x25519 = raw[:_MLKEM_PUBLIC], raw[_MLKEM_PUBLIC:]
        return cls(
            raw=raw,
            id=KeyId(labelled(Label.KEY_ID, SEALING_KIND, raw)),
            halves=(
                labelled(Label.KEY_ID, b"mlkem768", mlkem),
                labelled(Label.KEY_ID, b"x25519", x25519),
            ),
            mlkem=_load_mlkem(mlkem),
            x25519=_load_x25519(x25519),
        )


def halves(raw: bytes) -> tuple[Digest, Digest]:
    """Return the digests of the two component keys of a signing or a sealing public key.

    An enrolment is refused if either was ever seen before: a half that lives in two keys would
    let one compromise pass for two (SPEC 3.4).

    Raises:
        ForgedError: Not an acceptable public key of either kind.
    """
    if len(raw) == SEALING_PUBLIC_KEY_SIZE:
        return SealingPublicKey.parse(raw).halves
    return PublicKey.parse(raw).halves


def _representative(message: bytes, context: bytes) -> bytes:
    if len(context) > _MAX_CONTEXT:
        raise MisuseError(f"expected a context of at most {_MAX_CONTEXT} bytes")
    digest = hashlib.sha512(message).digest()
    return _PREFIX + _LABEL + bytes([len(context)]) + context + digest


def check_ed25519(raw: bytes) -> None:
    """Refuse what is not one encoding of one point of large order (SPEC 3.3).

    Args:
        raw: 32 bytes.

    Raises:
        ForgedError: A second encoding, or a point of small order.
    """
    # The library loads any 32 bytes. y is small-order exactly if it is 0 (order 4), 1 or -1
    # (orders 1 and 2), or if doubling gives y = 0 (order 8): then x^2 = -y^2, and the curve
    # equation becomes d y^4 + 2 y^2 - 1 = 0 with d = -121665/121666. The sign of x plays no
    # part, so x = 0 with the sign bit set (y = 1 or -1) ends here too.
    y = int.from_bytes(raw, "little") % 2**255
    if y >= _P:
        raise ForgedError("expected a canonical Ed25519 key")
    square = y * y
    if y * (square - 1) * (121665 * square * square - 2 * 121666 * square + 121666) % _P == 0:
        raise ForgedError("expected an Ed25519 key that is not of small order")


def _load_mlkem(raw: bytes) -> MLKEM768PublicKey:
    try:
        key = MLKEM768PublicKey.from_public_bytes(raw)
    except ValueError:
        key = None
    # The library checks the modulus today (FIPS 203, 7.2); re-encoding says it for any library.
    if key is None or key.public_bytes_raw() != raw:
        raise ForgedError("expected a canonical ML-KEM-768 key")
    return key


def _load_x25519(raw: bytes) -> X25519PublicKey:
    if int.from_bytes(raw, "little") >= _P:  # the top bit, ignored by X25519, counts here
        raise ForgedError("expected a canonical X25519 key")
    key = X25519PublicKey.from_public_bytes(raw)
    try:
        X25519PrivateKey.from_private_bytes(_PROBE).exchange(key)
    except ValueError as error:  # the shared secret would be zero
        raise ForgedError("expected an X25519 key that is not of small order") from error
    return key
