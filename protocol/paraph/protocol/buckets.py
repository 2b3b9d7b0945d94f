"""Sizes of what is sealed: the only thing about content that the relay can see (SPEC 4.2).

Content is padded before it is sealed, so that its length says no more than one of twelve sizes.
The arithmetic stands apart from the sealing, because the relay checks it and may not seal.
"""

from __future__ import annotations

from typing import Final

from paraph.protocol.errors import MalformedError, MisuseError

WRAP_SIZE: Final = 1168
"""Bytes of one wrap: 1,120 encapsulated, 32 content key, 16 tag."""
LENGTH_SIZE: Final = 8
"""Bytes before padded data that say how long it is, little-endian."""
BUCKETS: Final = tuple(4096 << k for k in range(12))
"""Padded sizes of content: 4 KiB to 8 MiB, each twice the one before."""
LARGEST: Final = BUCKETS[-1]
"""8 MiB; an attachment above it is padded to a multiple of it."""
MAX_CONTENT: Final = LARGEST - LENGTH_SIZE
"""Bytes of content, its salt included."""
MAX_RECIPIENTS: Final = 64
"""Wraps before one ciphertext."""

# Cobblestone-256: a header, then chunks of 16 KiB with a tag each. The last chunk is shorter
# than a whole one, if need be empty, so a ciphertext always has one.
_HEADER: Final = 56
_CHUNK: Final = 16 * 1024
_TAG: Final = 16


def ciphertext_size(plaintext: int) -> int:
    """Return how many bytes Cobblestone-256 makes of *plaintext* bytes."""
    return _HEADER + plaintext + _TAG * (plaintext // _CHUNK + 1)


_SEALED: Final = frozenset(ciphertext_size(each) for each in BUCKETS)


def padded_size(content: int) -> int:
    """Return the bucket for *content* bytes, salt included.

    Raises:
        MisuseError: Over 8 MiB − 8.
    """
    if content > MAX_CONTENT:
        raise MisuseError(
            f"expected content of at most {MAX_CONTENT} bytes, got {content}",
            code="oversize",
            hint="send the large part as an attachment",
        )
    return next(each for each in BUCKETS if content + LENGTH_SIZE <= each)


def padded_attachment_size(plaintext: int) -> int:
    """Return the padded size of an attachment: a bucket, above 8 MiB the next multiple of it."""
    if plaintext <= MAX_CONTENT:
        return padded_size(plaintext)
    return -(-(plaintext + LENGTH_SIZE) // LARGEST) * LARGEST


def sealed_attachment_size(plaintext: int) -> int:
    """Return the size of the blob that an attachment of *plaintext* bytes becomes (SPEC 4.6)."""
    return ciphertext_size(padded_attachment_size(plaintext))


def body_size(recipients: int, content: int) -> int:
    """Return the size of a body with so many wraps around *content* bytes, salt included."""
    return recipients * WRAP_SIZE + ciphertext_size(padded_size(content))


def check_body_size(size: int, recipients: int) -> None:
    """Check that a body of *size* bytes can be one with so many recipients.

    Raises:
        MalformedError: No bucket gives that size.
    """
    if size - recipients * WRAP_SIZE not in _SEALED:
        raise MalformedError("expected a body whose size is one of twelve", code="bucket")


def check_attachment_size(size: int) -> None:
    """Check that *size* is the size of a sealed attachment.

    Raises:
        MalformedError: No padded size gives it.
    """
    empty = ciphertext_size(0)
    step = ciphertext_size(LARGEST) - empty
    if size not in _SEALED and (size <= empty or (size - empty) % step):
        raise MalformedError("expected an attachment of a padded size", code="bucket")
