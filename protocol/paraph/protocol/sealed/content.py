"""Sealing one record to its recipients, and opening it (SPEC 4.1 to 4.5)."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import itertools
from collections.abc import Sequence
from typing import Final, Self

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from paraph.protocol.buckets import (
    LENGTH_SIZE,
    MAX_RECIPIENTS,
    WRAP_SIZE,
    check_body_size,
    padded_size,
)
from paraph.protocol.errors import ForgedError, MalformedError, MisuseError, UnreadableError
from paraph.protocol.keys import SealingPublicKey
from paraph.protocol.names import ChannelId, Digest, KeyId, Label, labelled, pae, u64

SEALING_SEED_SIZE: Final = 96
"""Bytes: ML-KEM-768 seed (64), then X25519 private key (32)."""
CONTENT_KEY_SIZE: Final = 32
SALT_SIZE: Final = 32

_SUITE: Final = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class SealingKey:
    """The private half of a sealing key (SPEC 3.5). Its repr is the plain one."""

    __slots__ = ("_mlkem", "_private", "_public", "_x25519")

    def __init__(self, mlkem: MLKEM768PrivateKey, x25519: X25519PrivateKey) -> None:
        self._mlkem = mlkem
        self._x25519 = x25519
        self._private = hpke.MLKEM768X25519PrivateKey(mlkem, x25519)
        self._public = SealingPublicKey.parse(
            mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        )

    @classmethod
    def generate(cls) -> Self:
        """Make a new key; both halves are new."""
        return cls(MLKEM768PrivateKey.generate(), X25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Load a key from its 96 bytes.

        Raises:
            MisuseError: Not 96 bytes.
        """
        expect("a sealing seed", seed, SEALING_SEED_SIZE)
        return cls(
            MLKEM768PrivateKey.from_seed_bytes(seed[:64]),
            X25519PrivateKey.from_private_bytes(seed[64:]),
        )

    @property
    def seed(self) -> bytes:
        """96 secret bytes: ML-KEM-768 seed, then X25519 private key."""
        return self._mlkem.private_bytes_raw() + self._x25519.private_bytes_raw()

    @property
    def public(self) -> SealingPublicKey:
        """The key to which others wrap."""
        return self._public

    def open_wrap(self, wrap: bytes, binding: Binding) -> bytes:
        """Return the content key that *wrap* holds for this key and this statement (SPEC 4.4).

        Args:
            wrap: 1,168 bytes, from a body or from a grant.
            binding: Of the statement, as its author signed it.

        Raises:
            ForgedError: Made for another key or another statement, or altered.
        """
        info = _wrap_info(binding, self._public.id)
        try:
            content_key = _SUITE.decrypt(wrap, self._private, info)
        except InvalidTag as error:
            raise ForgedError("expected a wrap for this key and this statement") from error
        if len(content_key) != CONTENT_KEY_SIZE:
            raise ForgedError(f"expected a wrap of {CONTENT_KEY_SIZE} bytes")
        return content_key


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Everything that must not change between sealing and opening (SPEC 4.3).

    The digest and size of the body, and what its author had seen, are not here: they are
    the signature's.

    Attributes:
        channel: Channel id.
        sender: Key id of the author's signing key.
        sequence: The statement's number.
        version: The statement's protocol version.
        type: The statement's type.
        commitment: To the content.
        recipients: Sealing key ids, ascending, 1 to 64.
        digest: What wraps and cipher are bound to.

    Raises:
        MisuseError: A value out of its bounds, recipients out of order or repeated.
    """

    channel: ChannelId
    sender: KeyId
    sequence: int
    version: int
    type: str
    commitment: Digest
    recipients: tuple[KeyId, ...]
    digest: Digest = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        for each in (self.channel, self.sender, self.commitment, *self.recipients):
            expect("an id", each, 32)
        if not (0 <= self.sequence < 2**53 and 0 <= self.version < 2**53 and self.type):
            raise MisuseError("expected a type, and a sequence and a version in [0, 2^53)")
        if not 1 <= len(self.recipients) <= MAX_RECIPIENTS:
            raise MisuseError(f"expected 1 to {MAX_RECIPIENTS} recipients")
        if any(a >= b for a, b in itertools.pairwise(self.recipients)):
            raise MisuseError("expected recipients in ascending order without a repeat")
        object.__setattr__(self, "digest", self._bound())  # once: every wrap asks for it

    def _bound(self) -> Digest:
        return labelled(
            Label.BINDING,
            self.channel,
            self.sender,
            u64(self.sequence),
            u64(self.version),
            self.type.encode(),
            self.commitment,
            *self.recipients,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Sealed:
    """What :func:`seal` made: a body, and what its statement says about it (SPEC 4.2).

    Attributes:
        body: Wraps in order of *recipients*, then the ciphertext.
        digest: SHA-256 of the body.
        size: Bytes of the body.
        commitment: To the content.
        recipients: Sealing key ids, ascending.
        content_key: Secret; kept by the author for its own archive and for grants.
    """

    body: bytes = dataclasses.field(repr=False)
    digest: Digest
    size: int
    commitment: Digest
    recipients: tuple[KeyId, ...]
    content_key: bytes = dataclasses.field(repr=False)


def commitment(channel: ChannelId, sender: KeyId, content: bytes) -> Digest:
    """Return the commitment to *content*, its salt included (SPEC 4.1)."""
    return labelled(Label.COMMITMENT, channel, sender, content)


def check_content(content: bytes, *, channel: ChannelId, sender: KeyId, committed: Digest) -> bytes:
    """Check one disclosed content against the statement that committed to it (SPEC 4.1).

    This is the whole of a dispute: it needs no key.

    Args:
        content: Salt and record, as :func:`open_content` returns them.
        channel: The statement's channel.
        sender: The statement's sender key id.
        committed: The statement's commitment.

    Returns:
        The record.

    Raises:
        MalformedError: Too short to hold a salt.
        ForgedError: Code ``commitment``: not the content that was committed to. Whoever opens
            the body finds it so, where a failing wrap or cipher may be one reader's alone.
    """
    if len(content) < SALT_SIZE:
        raise MalformedError(f"expected content that begins with {SALT_SIZE} bytes of salt")
    if commitment(channel, sender, content) != committed:
        raise ForgedError("expected the content that the statement commits to", code="commitment")
    return content[SALT_SIZE:]


def seal(
    record: bytes,
    salt: bytes,
    *,
    channel: ChannelId,
    sender: KeyId,
    sequence: int,
    version: int,
    type_: str,
    recipients: Sequence[SealingPublicKey],
) -> Sealed:
    """Seal one record for one statement; a retry sends the same bytes and never seals again.

    Args:
        record: Canonical record; with salt at most 8 MiB − 8 bytes.
        salt: 32 random bytes, used once.
        channel: The statement's channel.
        sender: Its author's signing key id.
        sequence: Its number.
        version: Its protocol version.
        type_: Its type.
        recipients: In ascending order of their ids, without a repeat.

    Raises:
        MisuseError: A wrong size, order or number.
    """
    expect("a salt", salt, SALT_SIZE)
    content = salt + record
    bucket = padded_size(len(content))
    binding = Binding(
        channel=channel,
        sender=sender,
        sequence=sequence,
        version=version,
        type=type_,
        commitment=commitment(channel, sender, content),
        recipients=tuple(each.id for each in recipients),
    )
    content_key = Cobblestone256Encryptor.generate_key()
    cipher = Cobblestone256Encryptor(content_key, _content_context(binding))
    padded = (u64(len(content)) + content).ljust(bucket, b"\0")
    body = b"".join(
        (
            *(wrap_for(content_key, binding, each) for each in recipients),
            cipher.update(padded),
            cipher.finalize(),
        )
    )
    return Sealed(
        body=body,
        digest=Digest(hashlib.sha256(body).digest()),
        size=len(body),
        commitment=binding.commitment,
        recipients=binding.recipients,
        content_key=content_key,
    )


def wrap_for(content_key: bytes, binding: Binding, recipient: SealingPublicKey) -> bytes:
    """Wrap a content key for one more key: in a body, a grant, or for the own archive (SPEC 4.4).

    Returns:
        1,168 bytes, other ones each time.

    Raises:
        MisuseError: Not a content key.
    """
    expect("a content key", content_key, CONTENT_KEY_SIZE)
    return _SUITE.encrypt(content_key, _joined(recipient), _wrap_info(binding, recipient.id))


@functools.lru_cache(MAX_RECIPIENTS)
def _joined(key: SealingPublicKey) -> hpke.MLKEM768X25519PublicKey:
    return hpke.MLKEM768X25519PublicKey(key.mlkem, key.x25519)


def unwrap(body: bytes, binding: Binding, key: SealingKey) -> bytes:
    """Return the content key that *body* holds for *key*.

    It proves nothing about the content yet: see :func:`open_with`.

    Raises:
        UnreadableError: *key* is not among the recipients: try the next key.
        ForgedError: Its wrap is not for this key and this statement.
    """
    if key.public.id not in binding.recipients:
        raise UnreadableError(
            "sealed to other keys", hint="ask your registrar for a grant of this entry"
        )
    at = binding.recipients.index(key.public.id) * WRAP_SIZE
    return key.open_wrap(body[at : at + WRAP_SIZE], binding)


def unseal(body: bytes, binding: Binding, *, digest: Digest, size: int, key: SealingKey) -> bytes:
    """Open a body as one of its recipients (SPEC 4.5).

    Args:
        body: As received.
        binding: From the verified statement.
        digest: The statement's digest of the body.
        size: The statement's size of the body.
        key: Of the recipient.

    Returns:
        The record, without its salt.

    Raises:
        UnreadableError: *key* is not among the recipients.
        ForgedError: Body, wrap, ciphertext or commitment are not those of the statement.
        MalformedError: A size or padding that no honest author makes.
    """
    _check_body(body, binding, digest, size)
    return open_with(unwrap(body, binding, key), body, binding, digest=digest, size=size)


def open_with(
    content_key: bytes, body: bytes, binding: Binding, *, digest: Digest, size: int
) -> bytes:
    """Open a body with its content key, as after a grant (SPEC 4.5). See :func:`unseal`.

    Returns:
        The record, without its salt.

    Raises:
        ForgedError: Body, content key, ciphertext or commitment are not those of the statement.
        MalformedError: A size or padding that no honest author makes.
        MisuseError: Not a content key.
    """
    return open_content(content_key, body, binding, digest=digest, size=size)[SALT_SIZE:]


def open_content(
    content_key: bytes, body: bytes, binding: Binding, *, digest: Digest, size: int
) -> bytes:
    """Open a body to its whole content: salt and record, as one shows it in a dispute.

    Raises:
        ForgedError: Body, content key, ciphertext or commitment are not those of the statement.
        MalformedError: A size or padding that no honest author makes.
        MisuseError: Not a content key.
    """
    expect("a content key", content_key, CONTENT_KEY_SIZE)
    _check_body(body, binding, digest, size)
    cipher = Cobblestone256Decryptor(content_key, _content_context(binding))
    try:
        padded = cipher.update(body[len(binding.recipients) * WRAP_SIZE :]) + cipher.finalize()
    except InvalidTag as error:
        raise ForgedError("expected a body sealed for this statement") from error
    length = int.from_bytes(padded[:LENGTH_SIZE], "little")
    end = LENGTH_SIZE + length
    if (
        end > len(padded)
        or padded_size(length) != len(padded)
        or padded.count(0, end) != len(padded) - end
    ):
        raise MalformedError("expected content padded with zeros to the next bucket")
    content = padded[LENGTH_SIZE:end]
    check_content(
        content,
        channel=binding.channel,
        sender=binding.sender,
        committed=binding.commitment,
    )
    return content


def _content_context(binding: Binding) -> bytes:
    return pae(Label.CONTENT.octets, binding.digest)


def _wrap_info(binding: Binding, recipient: KeyId) -> bytes:
    return pae(Label.WRAP.octets, binding.digest, recipient)


def _check_body(body: bytes, binding: Binding, digest: Digest, size: int) -> None:
    check_body_size(size, len(binding.recipients))
    if len(body) != size or hashlib.sha256(body).digest() != digest:
        raise ForgedError("expected the body that the statement names")


def expect(what: str, value: bytes, size: int) -> None:
    """Refuse a value of a wrong size from our own caller.

    Raises:
        MisuseError: Not of *size* bytes.
    """
    if len(value) != size:
        raise MisuseError(f"expected {what} of {size} bytes, got {len(value)}")
