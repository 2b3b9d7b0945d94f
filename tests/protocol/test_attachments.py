"""Sealing and opening attachments in pieces (SPEC 4.6)."""

import dataclasses
import hashlib
import tracemalloc
from collections.abc import Iterator

import pytest
from cryptography.cobblestone import Cobblestone256Encryptor
from hypothesis import given, settings
from hypothesis import strategies as st

from paraph.protocol.buckets import ciphertext_size
from paraph.protocol.errors import ForgedError, MalformedError, MisuseError
from paraph.protocol.names import ChannelId, Digest, KeyId, Label, pae, u64
from paraph.protocol.sealed import AttachmentOpener, AttachmentSealer, attachment_key

MIB = 1024 * 1024
KEY = bytes(range(32))
CHANNEL = ChannelId(b"c" * 32)
SENDER = KeyId(b"s" * 32)
ID = b"attachment id 16"


@dataclasses.dataclass(frozen=True)
class Made:
    """A sealed attachment, and what its statement and its content say about it."""

    ciphertext: bytes
    digest: Digest
    size: int
    plain_digest: Digest


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


def seal(plaintext: bytes, piece: int = 50_000) -> Made:
    sealer = AttachmentSealer(KEY, channel=CHANNEL, sender=SENDER, id_=ID, size=len(plaintext))
    out = b"".join(sealer.update(each) for each in pieces(plaintext, piece))
    out += b"".join(sealer.finish())
    return Made(out, sealer.digest, sealer.size, sealer.plain_digest)


def named(ciphertext: bytes, plaintext: bytes = b"") -> Made:
    """As if a statement had named exactly these bytes."""
    return Made(
        ciphertext,
        Digest(hashlib.sha256(ciphertext).digest()),
        len(ciphertext),
        Digest(hashlib.sha256(plaintext).digest()),
    )


def opener(
    made: Made,
    *,
    key: bytes = KEY,
    channel: ChannelId = CHANNEL,
    sender: KeyId = SENDER,
    id_: bytes = ID,
) -> AttachmentOpener:
    return AttachmentOpener(
        key,
        channel=channel,
        sender=sender,
        id_=id_,
        digest=made.digest,
        size=made.size,
        plain_digest=made.plain_digest,
    )


def open_all(made: Made, piece: int = 50_000) -> bytes:
    opening = opener(made)
    out = b"".join(opening.update_unverified(each) for each in pieces(made.ciphertext, piece))
    return out + opening.finalize()


PLAINTEXT = hashlib.shake_256(b"a map").digest(40_000)
MADE = seal(PLAINTEXT)


@given(
    size=st.integers(0, 100_000), sealed_by=st.integers(1, 70_000), opened_by=st.integers(1, 70_000)
)
@settings(max_examples=40, deadline=None)
def test_what_was_sealed_in_any_pieces_is_opened_in_any_others(
    size: int, sealed_by: int, opened_by: int
) -> None:
    plaintext = hashlib.shake_256(u64(size)).digest(size)
    sealed_by, opened_by = max(sealed_by, size // 200), max(opened_by, size // 200)
    made = seal(plaintext, sealed_by)
    assert made.size == len(made.ciphertext)
    assert made.digest == hashlib.sha256(made.ciphertext).digest()
    assert made.plain_digest == hashlib.sha256(plaintext).digest()
    assert open_all(made, opened_by) == plaintext


def test_single_bytes_are_pieces_too() -> None:
    made = seal(b"small", 1)
    assert made.size == ciphertext_size(4096)
    assert open_all(made, 1) == b"small"


def test_memory_stays_flat_above_8_mib() -> None:
    piece = bytes(64 * 1024)
    total = 20 * MIB
    sealer = AttachmentSealer(KEY, channel=CHANNEL, sender=SENDER, id_=ID, size=total)
    first = hashlib.sha256()
    tracemalloc.start()
    for _ in range(total // len(piece)):
        first.update(sealer.update(piece))
    for each in sealer.finish():
        first.update(each)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sealer.size == ciphertext_size(24 * MIB)
    assert sealer.digest == first.digest()
    assert peak < MIB


def test_an_attachment_over_8_mib_is_opened() -> None:
    plaintext = bytes(8 * MIB)
    made = seal(plaintext, MIB)
    assert made.size == ciphertext_size(16 * MIB)
    assert open_all(made, MIB) == plaintext


# Changed on the way.


def refused(made: Made, piece: int = 50_000) -> None:
    """It must not come to its end, and must be dead after its error."""
    opening = opener(made)
    with pytest.raises((ForgedError, MalformedError)):  # noqa: PT012 - whichever call notices
        for each in pieces(made.ciphertext, piece):
            opening.update_unverified(each)
        opening.finalize()
    with pytest.raises(MisuseError):
        opening.update_unverified(b"")
    with pytest.raises(MisuseError):
        opening.finalize()


def test_every_flip_is_refused_even_where_the_digest_fits() -> None:
    body = bytearray(MADE.ciphertext)
    for place in [*range(200), *range(200, len(body), 97), len(body) - 1]:
        body[place] ^= 1
        refused(dataclasses.replace(MADE, ciphertext=bytes(body)))
        refused(named(bytes(body), PLAINTEXT))
        body[place] ^= 1
    assert open_all(named(bytes(body), PLAINTEXT)) == PLAINTEXT


@pytest.mark.parametrize("kept", [0, 1, 55, 56, 72, 56 + 16400, 56 + 2 * 16400, -16, -1])
def test_every_truncation_is_refused(kept: int) -> None:
    refused(dataclasses.replace(MADE, ciphertext=MADE.ciphertext[:kept]))


def test_a_truncation_to_a_smaller_padded_size_is_refused() -> None:
    for bucket in (4096, 16384, 32768):
        refused(named(MADE.ciphertext[: ciphertext_size(bucket)], PLAINTEXT))


def test_an_appended_byte_is_refused() -> None:
    refused(dataclasses.replace(MADE, ciphertext=MADE.ciphertext + b"\0"))
    refused(dataclasses.replace(MADE, ciphertext=MADE.ciphertext + b"\0"), len(MADE.ciphertext))
    with pytest.raises(ForgedError, match=f"of {MADE.size} bytes"):  # at once, not at the end
        opener(MADE).update_unverified(MADE.ciphertext + b"\0")
    with pytest.raises(MalformedError):
        opener(named(MADE.ciphertext + b"\0"))


def test_an_attachment_opens_under_no_other_key_channel_sender_or_id() -> None:
    for opening in (
        opener(MADE, key=bytes(32)),
        opener(MADE, channel=ChannelId(b"x" * 32)),
        opener(MADE, sender=KeyId(b"x" * 32)),
        opener(MADE, id_=b"x" * 16),
    ):
        with pytest.raises(ForgedError, match="sealed for this statement"):
            opening.update_unverified(MADE.ciphertext[:56])


def test_another_digest_of_plaintext_or_ciphertext_is_forged() -> None:
    refused(dataclasses.replace(MADE, plain_digest=MADE.digest))
    refused(dataclasses.replace(MADE, digest=MADE.plain_digest))


# What a dishonest author may send.


def forged(padded: bytes) -> bytes:
    context = pae(Label.ATTACHMENT.octets, CHANNEL, SENDER, ID)
    cipher = Cobblestone256Encryptor(KEY, context)
    return cipher.update(padded) + cipher.finalize()


def test_a_length_or_padding_that_no_honest_author_makes_is_refused() -> None:
    honest = (u64(5) + b"small").ljust(4096, b"\0")
    assert open_all(named(forged(honest), b"small")) == b"small"
    for padded in (
        honest.ljust(8192, b"\0"),
        u64(4) + honest[8:],
        u64(4089) + honest[8:],
        u64(2**64 - 1) + honest[8:],
        honest[:-1] + b"\1",
    ):
        with pytest.raises(MalformedError):
            open_all(named(forged(padded), b"small"))


def test_a_size_that_is_not_that_of_the_named_bytes_is_refused() -> None:
    """The author names the right digest, and another padded size than the one it sent."""
    for length, sent, stated in ((5, 8192, 4096), (5000, 4096, 8192)):
        padded = u64(length).ljust(sent, b"\0")
        made = named(forged(padded), bytes(min(length, sent - 8)))
        refused(dataclasses.replace(made, size=ciphertext_size(stated)))


# Our own mistakes.


def test_more_or_less_plaintext_than_announced_is_misuse() -> None:
    sealer = AttachmentSealer(KEY, channel=CHANNEL, sender=SENDER, id_=ID, size=2)
    sealer.update(b"1")
    with pytest.raises(MisuseError, match="as much"):
        sealer.finish()
    with pytest.raises(MisuseError, match="no more"):
        sealer.update(b"23")


def test_nothing_follows_the_end() -> None:
    sealer = AttachmentSealer(KEY, channel=CHANNEL, sender=SENDER, id_=ID, size=0)
    assert len(b"".join(sealer.finish())) == ciphertext_size(4096)
    with pytest.raises(MisuseError):
        sealer.update(b"")
    with pytest.raises(MisuseError):
        sealer.finish()
    opening = opener(MADE)
    opening.update_unverified(MADE.ciphertext)
    opening.finalize()
    with pytest.raises(MisuseError):
        opening.finalize()


@pytest.mark.parametrize(
    ("key", "channel", "sender", "id_"),
    [
        (KEY[1:], CHANNEL, SENDER, ID),
        (KEY, b"", SENDER, ID),
        (KEY, CHANNEL, b"", ID),
        (KEY, CHANNEL, SENDER, b""),
        (KEY, CHANNEL, SENDER, ID + b"x"),
    ],
)
def test_a_context_that_binds_nothing_is_misuse(
    key: bytes, channel: bytes, sender: bytes, id_: bytes
) -> None:
    with pytest.raises(MisuseError):
        AttachmentSealer(key, channel=ChannelId(channel), sender=KeyId(sender), id_=id_, size=1)
    with pytest.raises(MisuseError):
        opener(MADE, key=key, channel=ChannelId(channel), sender=KeyId(sender), id_=id_)


def test_attachment_keys_are_new_each_time() -> None:
    assert len(attachment_key()) == 32
    assert attachment_key() != attachment_key()
