"""Sealing and opening attachments, which are streamed and never whole in memory (SPEC 4.6).

The framing is that of content: the length in eight bytes, the plaintext, zeros to a padded size.
There is no salt and no commitment: key, id and plaintext digest stand in the content, which has
both, and a key serves one attachment only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag

from paraph.protocol.buckets import (
    LENGTH_SIZE,
    check_attachment_size,
    ciphertext_size,
    padded_attachment_size,
)
from paraph.protocol.errors import ForgedError, MalformedError, MisuseError
from paraph.protocol.names import ChannelId, Digest, KeyId, Label, pae, u64
from paraph.protocol.sealed.content import CONTENT_KEY_SIZE, expect

ATTACHMENT_ID_SIZE: Final = 16
"""Random bytes."""

_ZEROS: Final = bytes(64 * 1024)  # padding is made in pieces of this size


def attachment_key() -> bytes:
    """Return a new key for one attachment."""
    return Cobblestone256Encryptor.generate_key()


class AttachmentSealer:
    """Seal one attachment piece by piece; memory stays flat (SPEC 4.6).

    Args:
        key: From :func:`attachment_key`, used for this attachment only.
        channel: Channel id.
        sender: Key id of the author's signing key.
        id_: 16 random bytes, used once.
        size: Bytes of plaintext that will be given, no more and no less.

    Raises:
        MisuseError: A value of a wrong size.
    """

    __slots__ = (
        "_cipher",
        "_digest",
        "_finished",
        "_left",
        "_padding",
        "_plain",
        "_ready",
        "_size",
    )

    def __init__(
        self, key: bytes, *, channel: ChannelId, sender: KeyId, id_: bytes, size: int
    ) -> None:
        context = _attachment_context(key, channel, sender, id_)
        self._cipher = Cobblestone256Encryptor(key, context)
        self._digest = hashlib.sha256()
        self._plain = hashlib.sha256()
        self._left = size
        self._padding = padded_attachment_size(size) - LENGTH_SIZE - size
        self._size = 0
        self._finished = False
        self._ready = self._cipher.update(u64(size))

    def update(self, plaintext: bytes) -> bytes:
        """Take the next plaintext and return the ciphertext that is ready.

        Raises:
            MisuseError: More than was announced, or after :meth:`finish`.
        """
        self._left -= len(plaintext)
        if self._left < 0 or self._finished:
            raise MisuseError("expected no more plaintext than was announced")
        self._plain.update(plaintext)
        return self._give(self._cipher.update(plaintext))

    def finish(self) -> Iterator[bytes]:
        """Return the rest of the ciphertext, padding included, in pieces; take them all.

        Raises:
            MisuseError: Less plaintext than was announced, or called twice.
        """
        if self._left or self._finished:
            raise MisuseError("expected as much plaintext as was announced, and one end")
        self._finished = True
        return self._rest()

    @property
    def digest(self) -> Digest:
        """SHA-256 of the ciphertext given so far; of all of it, for the statement."""
        return Digest(self._digest.digest())

    @property
    def size(self) -> int:
        """Bytes of ciphertext given so far; of all of it, for the statement."""
        return self._size

    @property
    def plain_digest(self) -> Digest:
        """SHA-256 of the plaintext taken so far; of all of it, for the content."""
        return Digest(self._plain.digest())

    def _rest(self) -> Iterator[bytes]:
        while self._padding:
            piece = _ZEROS[: self._padding]
            self._padding -= len(piece)
            yield self._give(self._cipher.update(piece))
        yield self._give(self._cipher.finalize())

    def _give(self, made: bytes) -> bytes:
        made, self._ready = self._ready + made, b""
        self._digest.update(made)
        self._size += len(made)
        return made


class AttachmentOpener:
    """Open one attachment piece by piece; memory stays flat (SPEC 4.6).

    What :meth:`update_unverified` returns is not verified as a whole until :meth:`finalize` has
    returned: write it to a temporary file, show it to nobody, rename it afterwards. After any
    error the object refuses every call.

    Args:
        key: From the content.
        channel: The statement's channel.
        sender: The statement's sender key id.
        id_: From the content.
        digest: The statement's digest of the attachment.
        size: The statement's size of the attachment.
        plain_digest: The content's digest of the plaintext.

    Raises:
        MalformedError: *size* is not a padded size.
        MisuseError: A value of a wrong size.
    """

    __slots__ = (
        "_cipher",
        "_digest",
        "_expected",
        "_head",
        "_left",
        "_plain",
        "_size",
        "_text",
        "_usable",
    )

    def __init__(
        self,
        key: bytes,
        *,
        channel: ChannelId,
        sender: KeyId,
        id_: bytes,
        digest: Digest,
        size: int,
        plain_digest: Digest,
    ) -> None:
        context = _attachment_context(key, channel, sender, id_)
        check_attachment_size(size)
        self._cipher = Cobblestone256Decryptor(key, context)
        self._expected = (digest, plain_digest)
        self._size = size
        self._left = size  # ciphertext still to come
        self._text = 0  # plaintext still to come, once the head is known
        self._head = b""
        self._digest = hashlib.sha256()
        self._plain = hashlib.sha256()
        self._usable = True

    def update_unverified(self, ciphertext: bytes) -> bytes:
        """Take the next ciphertext and return plaintext that is *not verified yet*.

        Raises:
            ForgedError: Not the attachment of this statement.
            MalformedError: A length or padding that no honest author makes.
            MisuseError: The opener has failed or ended.
        """
        self._use()
        self._left -= len(ciphertext)
        if self._left < 0:
            raise ForgedError(f"expected an attachment of {self._size} bytes")
        self._digest.update(ciphertext)
        try:
            text = self._strip(self._cipher.update(ciphertext))
        except InvalidTag as error:
            raise ForgedError("expected an attachment sealed for this statement") from error
        self._usable = True
        return text

    def finalize(self) -> bytes:
        """Return the last plaintext; once this returned, everything handed out is verified.

        Raises:
            ForgedError: Not the whole attachment of this statement.
            MalformedError: A length or padding that no honest author makes.
            MisuseError: The opener has failed or ended.
        """
        self._use()
        try:
            text = self._strip(self._cipher.finalize())
        except InvalidTag as error:
            raise ForgedError("expected the whole attachment") from error
        if self._left or (self._digest.digest(), self._plain.digest()) != self._expected:
            raise ForgedError("expected the attachment that the statement names")
        return text

    def _use(self) -> None:
        # Usable again only where a call has come to its good end.
        if not self._usable:
            raise MisuseError("expected no call after an error or the end")
        self._usable = False

    def _strip(self, padded: bytes) -> bytes:
        if len(self._head) < LENGTH_SIZE:
            missing = LENGTH_SIZE - len(self._head)
            self._head, padded = self._head + padded[:missing], padded[missing:]
            if len(self._head) == LENGTH_SIZE:
                self._text = int.from_bytes(self._head, "little")
                if ciphertext_size(padded_attachment_size(self._text)) != self._size:
                    raise MalformedError("expected a length that fits the padded size")
        text, zeros = padded[: self._text], padded[self._text :]
        if zeros.count(0) != len(zeros):
            raise MalformedError("expected padding with zeros")
        self._text -= len(text)
        self._plain.update(text)
        return text


def _attachment_context(key: bytes, channel: ChannelId, sender: KeyId, id_: bytes) -> bytes:
    expect("an attachment key", key, CONTENT_KEY_SIZE)
    expect("a channel id", channel, 32)
    expect("a key id", sender, 32)
    expect("an attachment id", id_, ATTACHMENT_ID_SIZE)
    return pae(Label.ATTACHMENT.octets, channel, sender, id_)
