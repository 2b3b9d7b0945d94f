"""Sizes of what is sealed (SPEC 4.2)."""

import itertools

import pytest
from cryptography.cobblestone import Cobblestone256Encryptor
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.buckets import (
    BUCKETS,
    LARGEST,
    MAX_CONTENT,
    body_size,
    check_attachment_size,
    check_body_size,
    ciphertext_size,
    padded_attachment_size,
    padded_size,
)
from paraph.protocol.errors import MalformedError, MisuseError

MIB = 1024 * 1024


def test_there_are_twelve_buckets_from_4_kib_to_8_mib() -> None:
    assert len(BUCKETS) == 12
    assert (BUCKETS[0], BUCKETS[-1]) == (4096, 8 * MIB)
    assert all(b == 2 * a for a, b in itertools.pairwise(BUCKETS))


@pytest.mark.parametrize("bucket", BUCKETS)
def test_content_fills_a_bucket_to_its_last_byte_and_no_further(bucket: int) -> None:
    assert padded_size(bucket - 8) == bucket
    if bucket < LARGEST:
        assert padded_size(bucket - 7) == 2 * bucket


def test_content_over_8_mib_less_8_is_misuse() -> None:
    assert padded_size(MAX_CONTENT) == 8 * MIB
    with pytest.raises(MisuseError) as caught:
        padded_size(MAX_CONTENT + 1)
    assert caught.value.code == "oversize"


@given(st.integers(0, MAX_CONTENT))
def test_ciphertext_sizes_fall_in_buckets(content: int) -> None:
    bucket = padded_size(content)
    assert bucket in BUCKETS
    assert content + 8 <= bucket
    assert bucket == 4096 or content + 8 > bucket // 2
    assert padded_attachment_size(content) == bucket


@pytest.mark.parametrize("size", [0, 1, 16383, 16384, 16385, 32768, *BUCKETS[:5]])
def test_the_cipher_makes_as_many_bytes_as_the_arithmetic_says(size: int) -> None:
    cipher = Cobblestone256Encryptor(Cobblestone256Encryptor.generate_key(), b"any")
    assert len(cipher.update(bytes(size)) + cipher.finalize()) == ciphertext_size(size)


def test_the_largest_body_stays_below_the_limit_for_bodies() -> None:
    assert body_size(64, MAX_CONTENT) <= 8 * MIB + 256 * 1024


def test_a_body_size_is_one_of_twelve_for_its_recipients() -> None:
    for recipients in (1, 3, 64):
        sizes = {body_size(recipients, bucket - 8) for bucket in BUCKETS}
        assert len(sizes) == 12
        for size in sizes:
            check_body_size(size, recipients)
            for wrong in (size - 1, size + 1, size + 1168):
                with pytest.raises(MalformedError) as caught:
                    check_body_size(wrong, recipients)
                assert caught.value.code == "bucket"


@pytest.mark.parametrize(
    ("plaintext", "padded"),
    [
        (8 * MIB - 8, 8 * MIB),
        (8 * MIB - 7, 16 * MIB),
        (16 * MIB - 8, 16 * MIB),
        (16 * MIB - 7, 24 * MIB),
        (5 * 1024 * MIB - 8, 5 * 1024 * MIB),
    ],
)
def test_attachments_above_8_mib_are_padded_to_multiples_of_it(plaintext: int, padded: int) -> None:
    assert padded_attachment_size(plaintext) == padded
    check_attachment_size(ciphertext_size(padded))


@given(st.integers(0, 2**40))
def test_every_attachment_has_a_size_that_is_accepted(plaintext: int) -> None:
    size = ciphertext_size(padded_attachment_size(plaintext))
    check_attachment_size(size)
    for wrong in (size - 1, size + 1):
        with pytest.raises(MalformedError):
            check_attachment_size(wrong)


@pytest.mark.parametrize("size", [-(8 * MIB), 0, 56, 72, 73, ciphertext_size(12 * MIB)])
def test_what_is_no_padded_size_is_refused(size: int) -> None:
    with pytest.raises(MalformedError) as caught:
        check_attachment_size(size)
    assert caught.value.code == "bucket"
