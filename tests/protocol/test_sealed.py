"""Sealing one record to its recipients (SPEC 4.1 to 4.5)."""

import dataclasses
import hashlib
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.cobblestone import Cobblestone256Encryptor
from cryptography.hazmat.primitives import hpke
from hypothesis import given, settings
from hypothesis import strategies as st

from paraph.protocol.buckets import WRAP_SIZE, ciphertext_size
from paraph.protocol.errors import ForgedError, MalformedError, MisuseError, UnreadableError
from paraph.protocol.keys import SealingPublicKey
from paraph.protocol.names import ChannelId, Digest, KeyId, Label, labelled, pae, u64
from paraph.protocol.sealed import (
    Binding,
    Sealed,
    SealingKey,
    check_content,
    commitment,
    open_content,
    open_with,
    seal,
    unseal,
    unwrap,
    wrap_for,
)

CHANNEL = ChannelId(b"c" * 32)
SENDER = KeyId(b"s" * 32)
SALT = b"salt" * 8
RECORD = b"the text of article 7"
CONTENT = SALT + RECORD
OTHER_ID = b"x" * 32


def key(number: int) -> SealingKey:
    return SealingKey.from_seed(bytes([number]) * 96)


KEYS = sorted((key(number) for number in range(1, 7)), key=lambda each: each.public.id)
READERS, OUTSIDER = KEYS[:3], KEYS[3]


def sealed_to(readers: list[SealingKey], record: bytes = RECORD) -> Sealed:
    return seal(
        record,
        SALT,
        channel=CHANNEL,
        sender=SENDER,
        sequence=7,
        version=1,
        type_="sealed",
        recipients=[each.public for each in readers],
    )


def binding_of(sealed: Sealed) -> Binding:
    return Binding(
        channel=CHANNEL,
        sender=SENDER,
        sequence=7,
        version=1,
        type="sealed",
        commitment=sealed.commitment,
        recipients=sealed.recipients,
    )


SEALED = sealed_to(READERS)
BINDING = binding_of(SEALED)


def opened(body: bytes, binding: Binding, reader: SealingKey) -> bytes:
    """Open *body* as if its statement had named exactly these bytes."""
    digest = Digest(hashlib.sha256(body).digest())
    return unseal(body, binding, digest=digest, size=len(body), key=reader)


def opened_with(content_key: bytes, body: bytes, binding: Binding) -> bytes:
    digest = Digest(hashlib.sha256(body).digest())
    return open_with(content_key, body, binding, digest=digest, size=len(body))


def framed(content: bytes, length: int | None = None, bucket: int = 4096) -> bytes:
    return (u64(len(content) if length is None else length) + content).ljust(bucket, b"\0")


def body_of(padded: bytes, binding: Binding, readers: list[SealingKey]) -> bytes:
    """What a dishonest author may send: any padded bytes, sealed as they are."""
    content_key = Cobblestone256Encryptor.generate_key()
    cipher = Cobblestone256Encryptor(content_key, pae(Label.CONTENT.octets, binding.digest))
    wraps = [wrap_for(content_key, binding, each.public) for each in readers]
    return b"".join(wraps) + cipher.update(padded) + cipher.finalize()


def test_every_recipient_opens_what_was_sealed() -> None:
    assert SEALED.digest == hashlib.sha256(SEALED.body).digest()
    assert SEALED.size == len(SEALED.body) == 3 * WRAP_SIZE + ciphertext_size(4096)
    for reader in READERS:
        record = unseal(SEALED.body, BINDING, digest=SEALED.digest, size=SEALED.size, key=reader)
        assert record == RECORD
        assert unwrap(SEALED.body, BINDING, reader) == SEALED.content_key
    assert opened_with(SEALED.content_key, SEALED.body, BINDING) == RECORD


@given(record=st.binary(max_size=20_000), readers=st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_any_record_is_opened_as_it_was_sealed(record: bytes, readers: int) -> None:
    sealed = sealed_to(KEYS[:readers], record)
    for reader in KEYS[:readers]:
        assert opened(sealed.body, binding_of(sealed), reader) == record


def test_the_largest_record_is_sealed_and_a_larger_one_is_misuse() -> None:
    largest = bytes(8 * 1024 * 1024 - 40)
    sealed = sealed_to(READERS[:1], largest)
    assert opened(sealed.body, binding_of(sealed), READERS[0]) == largest
    with pytest.raises(MisuseError) as caught:
        sealed_to(READERS[:1], largest + b"\0")
    assert caught.value.code == "oversize"


def test_the_binding_is_what_the_specification_says() -> None:
    assert BINDING.digest == labelled(
        Label.BINDING,
        CHANNEL,
        SENDER,
        u64(7),
        u64(1),
        b"sealed",
        SEALED.commitment,
        *(each.public.id for each in READERS),
    )
    assert SEALED.commitment == labelled(Label.COMMITMENT, CHANNEL, SENDER, SALT + RECORD)


def test_one_record_sealed_twice_gives_other_keys_and_the_same_commitment() -> None:
    again = sealed_to(READERS)
    assert again.commitment == SEALED.commitment
    assert again.content_key != SEALED.content_key
    assert again.body != SEALED.body


def test_sealed_shows_no_key_in_its_repr() -> None:
    assert "content_key" not in repr(SEALED)
    assert key(1).seed.hex() not in repr(key(1))


# Bytes that were changed on the way.


def test_every_byte_flipped_is_refused_by_the_digest() -> None:
    body = bytearray(SEALED.body)
    for place in range(len(body)):
        body[place] ^= 1
        with pytest.raises(ForgedError):
            unseal(bytes(body), BINDING, digest=SEALED.digest, size=SEALED.size, key=READERS[0])
        body[place] ^= 1


def test_every_byte_flipped_is_refused_by_wrap_and_cipher_where_the_digest_fits() -> None:
    body = bytearray(SEALED.body)
    for place in range(WRAP_SIZE):
        body[place] ^= 0x80
        with pytest.raises(ForgedError, match="wrap"):
            opened(bytes(body), BINDING, READERS[0])
        body[place] ^= 0x80
    for place in range(3 * WRAP_SIZE, len(body)):
        body[place] ^= 0x80
        with pytest.raises(ForgedError, match="body sealed"):
            opened_with(SEALED.content_key, bytes(body), BINDING)
        body[place] ^= 0x80
    assert opened(bytes(body), BINDING, READERS[0]) == RECORD


def test_every_truncation_is_refused() -> None:
    for size in range(len(SEALED.body)):
        with pytest.raises(MalformedError):
            opened(SEALED.body[:size], BINDING, READERS[0])
        with pytest.raises(ForgedError):
            unseal(
                SEALED.body[:size],
                BINDING,
                digest=SEALED.digest,
                size=SEALED.size,
                key=READERS[0],
            )


def test_bytes_after_the_end_are_refused() -> None:
    longer = SEALED.body + b"\0"
    with pytest.raises(MalformedError):
        opened(longer, BINDING, READERS[0])
    with pytest.raises(ForgedError):
        unseal(longer, BINDING, digest=SEALED.digest, size=SEALED.size, key=READERS[0])


def test_a_body_cut_to_a_smaller_bucket_is_refused_by_the_cipher() -> None:
    sealed = sealed_to(READERS, bytes(200_000))
    for bucket in (4096, 16384, 32768, 65536, 131072):
        size = 3 * WRAP_SIZE + ciphertext_size(bucket)
        with pytest.raises(ForgedError):
            opened(sealed.body[:size], binding_of(sealed), READERS[0])


def test_another_size_than_that_of_the_body_is_refused_though_the_digest_fits() -> None:
    size = 3 * WRAP_SIZE + ciphertext_size(8192)
    with pytest.raises(ForgedError, match="names"):
        unseal(SEALED.body, BINDING, digest=SEALED.digest, size=size, key=READERS[0])


# A body in another statement.


MOVED: list[dict[str, Any]] = [
    {"channel": OTHER_ID},
    {"sender": OTHER_ID},
    {"sequence": 8},
    {"version": 2},
    {"type": "sealed2"},
    {"commitment": OTHER_ID},
    {"recipients": (*SEALED.recipients[:2], OUTSIDER.public.id)},
]


@pytest.mark.parametrize("changed", MOVED, ids=lambda each: next(iter(each)))
def test_a_body_opens_in_no_other_statement(changed: dict[str, Any]) -> None:
    moved = dataclasses.replace(BINDING, **changed)
    assert moved.digest != BINDING.digest
    with pytest.raises(ForgedError, match="wrap"):
        opened(SEALED.body, moved, READERS[0])
    with pytest.raises(ForgedError, match="body"):
        opened_with(SEALED.content_key, SEALED.body, moved)


def test_resigned_body_does_not_open() -> None:
    for number in range(200):
        thief = KeyId(hashlib.sha256(bytes([number])).digest())
        with pytest.raises(ForgedError, match="wrap"):
            opened(SEALED.body, dataclasses.replace(BINDING, sender=thief), READERS[0])


class Forgetful(Binding):
    """A broken build: sender and recipients are bound neither in wraps nor in the cipher."""

    def _bound(self) -> Digest:
        return labelled(Label.BINDING, self.channel)


def test_control_where_the_sender_is_not_bound_a_resigned_body_opens_up_to_its_commitment() -> None:
    found = [each.name for each in dataclasses.fields(Binding) if each.init]
    fields = {name: getattr(BINDING, name) for name in found}
    body = body_of(framed(CONTENT), Forgetful(**fields), READERS)
    stolen = Forgetful(**fields | {"sender": KeyId(OTHER_ID)})
    with pytest.raises(ForgedError, match="commits"):
        opened(body, stolen, READERS[0])
    recommitted = dataclasses.replace(
        stolen, commitment=commitment(CHANNEL, KeyId(OTHER_ID), CONTENT)
    )
    assert opened(body, recommitted, READERS[0]) == RECORD


def test_forwarded_content_fails_for_outsider() -> None:
    """B received from A, and passes the body on to C as if A had addressed C."""
    for b, c in itertools.permutations(KEYS, 2):
        sealed = sealed_to([b])
        content_key = unwrap(sealed.body, binding_of(sealed), b)
        claimed = dataclasses.replace(binding_of(sealed), recipients=(c.public.id,))
        forwarded = wrap_for(content_key, claimed, c.public) + sealed.body[WRAP_SIZE:]
        assert unwrap(forwarded, claimed, c) == content_key  # the wrap itself is B's to make
        with pytest.raises(ForgedError, match="body"):
            opened(forwarded, claimed, c)


def test_an_outsider_is_told_that_it_is_not_for_this_key() -> None:
    with pytest.raises(UnreadableError):
        opened(SEALED.body, BINDING, OUTSIDER)


def test_wraps_are_not_interchangeable_between_recipients() -> None:
    body = SEALED.body
    swapped = body[WRAP_SIZE : 2 * WRAP_SIZE] + body[:WRAP_SIZE] + body[2 * WRAP_SIZE :]
    for reader in READERS[:2]:
        with pytest.raises(ForgedError, match="wrap"):
            opened(swapped, BINDING, reader)
    assert opened(swapped, BINDING, READERS[2]) == RECORD


# An author who does not play by the rules.


@pytest.mark.parametrize(
    "padded",
    [
        framed(CONTENT, bucket=8192),
        framed(CONTENT, length=2**64 - 1),
        framed(CONTENT, length=4089),
        framed(CONTENT, length=len(CONTENT) - 1),
        framed(CONTENT)[:-1] + b"\1",
    ],
    ids=["larger bucket", "huge length", "length past the end", "short length", "not zeros"],
)
def test_a_padding_that_no_honest_author_makes_is_malformed(padded: bytes) -> None:
    with pytest.raises(MalformedError, match="padded"):
        opened(body_of(padded, BINDING, READERS), BINDING, READERS[0])


def test_control_the_same_forger_with_honest_padding_is_opened() -> None:
    assert opened(body_of(framed(CONTENT), BINDING, READERS), BINDING, READERS[0]) == RECORD


def test_content_without_a_whole_salt_is_malformed() -> None:
    short = b"x" * 31
    binding = dataclasses.replace(BINDING, commitment=commitment(CHANNEL, SENDER, short))
    with pytest.raises(MalformedError, match="salt"):
        opened(body_of(framed(short), binding, READERS), binding, READERS[0])


def test_other_content_than_was_committed_to_is_forged() -> None:
    other = body_of(framed(SALT + b"the text of article 8"), BINDING, READERS)
    with pytest.raises(ForgedError, match="commits"):
        opened(other, BINDING, READERS[0])


def test_a_dud_wrap_is_forged_and_the_others_still_open() -> None:
    dud = wrap_for(bytes(32), BINDING, READERS[0].public) + SEALED.body[WRAP_SIZE:]
    with pytest.raises(ForgedError, match="body"):
        opened(dud, BINDING, READERS[0])
    assert opened(dud, BINDING, READERS[1]) == RECORD


def test_a_wrap_of_something_else_than_a_content_key_is_forged() -> None:
    public = hpke.MLKEM768X25519PublicKey(OUTSIDER.public.mlkem, OUTSIDER.public.x25519)
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    info = pae(Label.WRAP.octets, BINDING.digest, OUTSIDER.public.id)
    assert OUTSIDER.open_wrap(suite.encrypt(bytes(32), public, info), BINDING) == bytes(32)
    for size in (0, 31, 33):
        with pytest.raises(ForgedError, match="32"):
            OUTSIDER.open_wrap(suite.encrypt(bytes(size), public, info), BINDING)


@pytest.mark.parametrize("wrong", [b"", b"x", bytes(1167), bytes(1168), bytes(5000)])
def test_bytes_that_are_no_wrap_are_forged(wrong: bytes) -> None:
    with pytest.raises(ForgedError, match="wrap"):
        OUTSIDER.open_wrap(wrong, BINDING)


# Grants, the own archive, disputes.


def test_a_granted_key_opens_the_same_body() -> None:
    content_key = unwrap(SEALED.body, BINDING, READERS[1])
    granted = wrap_for(content_key, BINDING, OUTSIDER.public)
    assert len(granted) == WRAP_SIZE
    received = OUTSIDER.open_wrap(granted, BINDING)
    assert opened_with(received, SEALED.body, BINDING) == RECORD
    with pytest.raises(ForgedError):
        OUTSIDER.open_wrap(granted, dataclasses.replace(BINDING, sequence=8))
    with pytest.raises(ForgedError):
        READERS[0].open_wrap(granted, BINDING)


def test_a_dispute_is_settled_by_one_content_without_a_key() -> None:
    content = open_content(
        SEALED.content_key, SEALED.body, BINDING, digest=SEALED.digest, size=SEALED.size
    )
    assert content == SALT + RECORD
    shown: Callable[[bytes], bytes] = lambda what: check_content(  # noqa: E731
        what, channel=CHANNEL, sender=SENDER, committed=SEALED.commitment
    )
    assert shown(content) == RECORD
    with pytest.raises(ForgedError):
        shown(content + b"!")
    with pytest.raises(ForgedError):
        check_content(content, channel=CHANNEL, sender=KeyId(OTHER_ID), committed=SEALED.commitment)
    with pytest.raises(MalformedError):
        shown(content[:31])


# Our own mistakes.


@pytest.mark.parametrize("salt", [b"", bytes(31), bytes(33)])
def test_a_salt_of_another_size_is_misuse(salt: bytes) -> None:
    with pytest.raises(MisuseError, match="salt"):
        seal(
            RECORD,
            salt,
            channel=CHANNEL,
            sender=SENDER,
            sequence=1,
            version=1,
            type_="sealed",
            recipients=[READERS[0].public],
        )


@pytest.mark.parametrize("number", [0, 65])
def test_no_recipients_and_more_than_64_are_misuse(number: int) -> None:
    ids = tuple(KeyId(u64(each)[::-1].rjust(32, b"\0")) for each in range(number))
    with pytest.raises(MisuseError, match="64 recipients"):
        dataclasses.replace(BINDING, recipients=ids)


def test_64_recipients_are_accepted() -> None:
    ids = tuple(KeyId(u64(each)[::-1].rjust(32, b"\0")) for each in range(64))
    assert len(dataclasses.replace(BINDING, recipients=ids).recipients) == 64


def test_recipients_out_of_order_or_repeated_are_misuse() -> None:
    for wrong in (READERS[::-1], [READERS[0], READERS[0]]):
        with pytest.raises(MisuseError, match="ascending"):
            sealed_to(wrong)


@pytest.mark.parametrize(
    "changed",
    [
        {"channel": b""},
        {"sender": b"x" * 31},
        {"commitment": b"x" * 33},
        {"recipients": (b"",)},
        {"sequence": -1},
        {"sequence": 2**53},
        {"version": -1},
        {"version": 2**53},
        {"type": ""},
    ],
)
def test_a_binding_that_binds_nothing_is_misuse(changed: dict[str, Any]) -> None:
    with pytest.raises(MisuseError):
        dataclasses.replace(BINDING, **changed)


def test_a_content_key_of_another_size_is_misuse() -> None:
    with pytest.raises(MisuseError, match="content key"):
        wrap_for(bytes(31), BINDING, OUTSIDER.public)
    with pytest.raises(MisuseError, match="content key"):
        opened_with(bytes(33), SEALED.body, BINDING)


@pytest.mark.parametrize("size", [95, 97])
def test_a_sealing_seed_of_another_size_is_misuse(size: int) -> None:
    with pytest.raises(MisuseError, match="96"):
        SealingKey.from_seed(bytes(size))


def test_the_seed_is_the_whole_sealing_key() -> None:
    made = SealingKey.generate()
    again = SealingKey.from_seed(made.seed)
    assert again.public == made.public == SealingPublicKey.parse(made.public.raw)
    sealed = sealed_to([made])
    assert opened(sealed.body, binding_of(sealed), again) == RECORD


def test_every_wrap_is_hybrid() -> None:
    """1,088 bytes of ML-KEM-768 and 32 of X25519: a flip in either part closes the wrap."""
    wrap = wrap_for(bytes(32), BINDING, OUTSIDER.public)
    for place in (0, 1087, 1088, 1119, 1120, 1167):
        flipped = bytearray(wrap)
        flipped[place] ^= 1
        with pytest.raises(ForgedError):
            OUTSIDER.open_wrap(bytes(flipped), BINDING)
