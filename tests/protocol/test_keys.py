"""Composite keys (SPEC 3)."""

import dataclasses
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from paraph.protocol.errors import ForgedError, MisuseError
from paraph.protocol.keys import PublicKey, SealingPublicKey, SecretKey, Signer, halves
from paraph.protocol.names import Context, Label, labelled

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
L = 2**252 + 27742317777372353535851937790883648493

KEY = SecretKey.from_seed(bytes(range(64)))
OTHER = SecretKey.from_seed(bytes(range(64, 128)))
MESSAGE = b"article 7, as agreed"


class Lenient:
    """One kind of mathematics, broken: it accepts whatever is shown."""

    def __init__(self) -> None:
        self.asked = 0

    def verify(self, *_: object) -> None:
        self.asked += 1


class Refusing(Lenient):
    def verify(self, *_: object) -> None:
        super().verify()
        raise InvalidSignature


def broken(key: PublicKey, **changed: Any) -> PublicKey:  # noqa: ANN401 - stands for a half
    return dataclasses.replace(key, **changed)


def test_what_a_key_signed_verifies_under_its_public_key() -> None:
    signer: Signer = SecretKey.generate()
    signature = signer.sign(Context.SEALED, MESSAGE)
    assert len(signature) == 3373
    PublicKey.parse(signer.public.raw).verify(Context.SEALED, MESSAGE, signature)


def test_two_signatures_of_one_statement_differ_and_both_verify() -> None:
    one, two = KEY.sign(Context.SEALED, MESSAGE), KEY.sign(Context.SEALED, MESSAGE)
    assert one != two
    KEY.public.verify(Context.SEALED, MESSAGE, one)
    KEY.public.verify(Context.SEALED, MESSAGE, two)


def test_the_seed_is_the_whole_key() -> None:
    assert SecretKey.from_seed(KEY.seed).public == KEY.public
    assert KEY.seed == bytes(range(64))
    assert SecretKey.generate().seed != SecretKey.generate().seed


@pytest.mark.parametrize("size", [63, 65])
def test_a_seed_of_another_size_is_misuse(size: int) -> None:
    with pytest.raises(MisuseError, match="64 bytes"):
        SecretKey.from_seed(bytes(size))


def test_no_repr_shows_a_seed() -> None:
    for shown in (repr(KEY), str(KEY), repr(KEY.public)):
        assert KEY.seed.hex() not in shown
        assert repr(KEY.seed)[2:-1] not in shown
        assert KEY.seed[:8].hex() not in shown


def test_a_signature_is_never_valid_in_another_context() -> None:
    signed = {each: KEY.sign(each, MESSAGE) for each in Context}
    for context, signature in signed.items():
        KEY.public.verify(context, MESSAGE, signature)
    pairs = list(itertools.permutations(Context, 2))
    assert len(pairs) == len(Context) * (len(Context) - 1)
    for context, other in pairs:
        with pytest.raises(ForgedError):
            KEY.public.verify(other, MESSAGE, signed[context])


def test_another_message_or_another_key_is_forged() -> None:
    signature = KEY.sign(Context.SEALED, MESSAGE)
    with pytest.raises(ForgedError):
        KEY.public.verify(Context.SEALED, MESSAGE + b".", signature)
    with pytest.raises(ForgedError):
        OTHER.public.verify(Context.SEALED, MESSAGE, signature)


@pytest.mark.parametrize("cut", [0, 64, 3309, 3372])
def test_a_signature_of_another_size_is_forged(cut: int) -> None:
    signature = KEY.sign(Context.SEALED, MESSAGE)
    for wrong in (signature[:cut], signature + b"\0"):
        with pytest.raises(ForgedError, match="3373"):
            KEY.public.verify(Context.SEALED, MESSAGE, wrong)


def test_flipping_any_byte_of_a_signature_is_forged() -> None:
    signature = bytearray(KEY.sign(Context.SEALED, MESSAGE))
    # Each of the Ed25519 half, every 13th of the longer one; a second run takes other ones.
    for place in [*range(0, 3309, 13), *range(3309, 3373)]:
        signature[place] ^= 1
        with pytest.raises(ForgedError):
            KEY.public.verify(Context.SEALED, MESSAGE, bytes(signature))
        signature[place] ^= 1
    KEY.public.verify(Context.SEALED, MESSAGE, bytes(signature))


def half_forged() -> tuple[bytes, bytes]:
    """Signatures by somebody who broke one kind of mathematics: only one half is the key's."""
    real, fake = KEY.sign(Context.SIGNATURE, MESSAGE), OTHER.sign(Context.SIGNATURE, MESSAGE)
    return fake[:3309] + real[3309:], real[:3309] + fake[3309:]


def test_one_valid_half_is_not_enough_and_nothing_says_which() -> None:
    messages = set()
    for signature in half_forged():
        with pytest.raises(ForgedError) as caught:
            KEY.public.verify(Context.SIGNATURE, MESSAGE, signature)
        messages.add((str(caught.value), caught.value.code, caught.value.hint))
        assert caught.value.__cause__ is None
    assert len(messages) == 1


def test_control_a_build_that_ignores_one_half_accepts_a_half_forged_signature() -> None:
    without_mldsa, without_ed25519 = half_forged()
    broken(KEY.public, _mldsa=Lenient()).verify(Context.SIGNATURE, MESSAGE, without_mldsa)
    broken(KEY.public, _ed25519=Lenient()).verify(Context.SIGNATURE, MESSAGE, without_ed25519)


def test_both_halves_are_asked_whatever_the_first_says() -> None:
    first, second = Refusing(), Refusing()
    with pytest.raises(ForgedError):
        broken(KEY.public, _mldsa=first, _ed25519=second).verify(
            Context.SEALED, MESSAGE, bytes(3373)
        )
    assert (first.asked, second.asked) == (1, 1)


def test_a_context_of_255_bytes_is_signed_and_one_of_256_is_misuse() -> None:
    signature = KEY.sign_composite(MESSAGE, bytes(255))
    KEY.public.verify_composite(MESSAGE, bytes(255), signature)
    with pytest.raises(MisuseError, match="255"):
        KEY.sign_composite(MESSAGE, bytes(256))
    with pytest.raises(MisuseError, match="255"):
        KEY.public.verify_composite(MESSAGE, bytes(256), signature)


def test_context_and_message_cannot_be_shifted_into_each_other() -> None:
    signature = KEY.sign_composite(b"bc", b"a")
    with pytest.raises(ForgedError):
        KEY.public.verify_composite(b"c", b"ab", signature)


# Public keys from outside.


@pytest.mark.parametrize("size", [0, 1983, 1985])
def test_a_public_key_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ForgedError, match="1984"):
        PublicKey.parse(bytes(size))


@given(st.binary(min_size=64, max_size=64))
@settings(max_examples=50)
def test_every_honest_key_is_accepted(seed: bytes) -> None:
    public = SecretKey.from_seed(seed).public
    assert PublicKey.parse(public.raw) == public
    assert hash(PublicKey.parse(public.raw)) == hash(public)


def test_a_key_id_is_the_digest_of_the_tagged_key_and_tags_part_the_kinds() -> None:
    raw = KEY.public.raw
    assert bytes(KEY.public.id) == labelled(Label.KEY_ID, b"composite-mldsa65-ed25519", raw)
    sealing = sealing_raw()
    assert bytes(SealingPublicKey.parse(sealing).id) == labelled(
        Label.KEY_ID, b"sealing-mlkem768-x25519", sealing
    )


Point = tuple[int, int]


def add(one: Point, two: Point) -> Point:
    (x1, y1), (x2, y2) = one, two
    both = D * x1 * x2 * y1 * y2
    return (
        (x1 * y2 + x2 * y1) * pow(1 + both, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - both, -1, P) % P,
    )


def times(scalar: int, point: Point) -> Point:
    out = (0, 1)
    while scalar:
        if scalar & 1:
            out = add(out, point)
        point = add(point, point)
        scalar >>= 1
    return out


def points() -> Iterator[Point]:
    """Points of the curve with y = 2, 3, 4 …."""
    for y in itertools.count(2):
        square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        x = pow(square, (P + 3) // 8, P)
        if x * x % P != square:
            x = x * pow(2, (P - 1) // 4, P) % P
        if x * x % P == square:
            yield x, y


def small_order_points() -> set[Point]:
    """Multiples of a large prime order leave the small group: derived, not pasted."""
    found: set[Point] = set()
    for point in points():
        found.add(times(L, point))
        found |= {add(a, b) for a in found for b in found}
        if len(found) == 8:
            return found
    raise AssertionError


def encodings() -> list[bytes]:
    """All byte strings that a lenient decoder takes for a point of small order."""
    out = set()
    for x, y in small_order_points():
        for encoded in (y, y + P):
            if encoded < 2**255:
                signs = {0, 1} if x == 0 else {x & 1}
                out |= {(encoded | sign << 255).to_bytes(32, "little") for sign in signs}
    return sorted(out)


def test_there_are_eight_points_of_small_order_and_fourteen_encodings() -> None:
    assert len(small_order_points()) == 8
    assert len(encodings()) == 14


def test_small_order_keys_refused() -> None:
    for each in encodings():
        with pytest.raises(ForgedError, match="Ed25519"):
            PublicKey.parse(KEY.public.raw[:1952] + each)


def test_control_the_library_loads_them_all_and_one_signature_fits_any_message() -> None:
    loaded = [Ed25519PublicKey.from_public_bytes(each) for each in encodings()]
    assert len(loaded) == 14
    identity = (1).to_bytes(32, "little")
    for number in range(50):
        Ed25519PublicKey.from_public_bytes(identity).verify(
            identity + bytes(32), b"message %d" % number
        )


def test_non_canonical_ed25519_keys_are_refused() -> None:
    for y in range(P, 2**255):
        for sign in (0, 1):
            encoded = (y | sign << 255).to_bytes(32, "little")
            with pytest.raises(ForgedError, match="canonical"):
                PublicKey.parse(KEY.public.raw[:1952] + encoded)


def test_the_largest_canonical_y_of_full_order_is_accepted() -> None:
    y = P - 2
    PublicKey.parse(KEY.public.raw[:1952] + y.to_bytes(32, "little"))


# Sealing public keys.


def sealing_raw(first: int = 1, second: int = 2) -> bytes:
    mlkem = MLKEM768PrivateKey.from_seed_bytes(bytes([first]) * 64).public_key()
    x25519 = X25519PrivateKey.from_private_bytes(bytes([second]) * 32).public_key()
    return mlkem.public_bytes_raw() + x25519.public_bytes_raw()


def test_an_honest_sealing_key_is_accepted() -> None:
    raw = sealing_raw()
    key = SealingPublicKey.parse(raw)
    assert key.raw == raw
    assert key.mlkem.public_bytes_raw() + key.x25519.public_bytes_raw() == raw
    assert key == SealingPublicKey.parse(raw)
    assert key != SealingPublicKey.parse(sealing_raw(3))


@pytest.mark.parametrize("size", [0, 1215, 1217, 1984])
def test_a_sealing_key_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ForgedError, match="1216"):
        SealingPublicKey.parse(bytes(size))


def test_a_coefficient_of_3329_has_a_second_encoding_and_is_refused() -> None:
    raw = bytearray(sealing_raw())
    raw[0], raw[1] = 3328 & 0xFF, (raw[1] & 0xF0) | 3328 >> 8
    SealingPublicKey.parse(bytes(raw))
    raw[0], raw[1] = 3329 & 0xFF, (raw[1] & 0xF0) | 3329 >> 8
    with pytest.raises(ForgedError, match="ML-KEM"):
        SealingPublicKey.parse(bytes(raw))


def small_order_u() -> set[int]:
    """First coordinates of the small points: by the map from the other curve, and the twist."""
    ys = {y for _, y in small_order_points()} - {1}
    return {(1 + y) * pow(1 - y, -1, P) % P for y in ys} | {P - 1}


def test_small_order_x25519_keys_are_refused() -> None:
    found = small_order_u()
    assert len(found) == 5
    for u in found:
        with pytest.raises(ForgedError, match="small order"):
            SealingPublicKey.parse(sealing_raw()[:1184] + u.to_bytes(32, "little"))


def test_control_the_library_loads_them_and_every_secret_is_zero() -> None:
    secret = X25519PrivateKey.generate()
    for u in small_order_u():
        key = X25519PublicKey.from_public_bytes(u.to_bytes(32, "little"))
        with pytest.raises(ValueError, match="shared key"):
            secret.exchange(key)


def test_second_encodings_of_x25519_keys_are_refused() -> None:
    raw = sealing_raw()
    topped = raw[:-1] + bytes([raw[-1] | 0x80])
    with pytest.raises(ForgedError, match="canonical"):
        SealingPublicKey.parse(topped)
    for u in range(P, 2**255):
        with pytest.raises(ForgedError, match="canonical"):
            SealingPublicKey.parse(raw[:1184] + u.to_bytes(32, "little"))


# Component reuse.


def test_a_half_is_recognised_in_another_key() -> None:
    mixed = SecretKey.from_seed(KEY.seed[:32] + OTHER.seed[32:]).public
    assert mixed.id not in {KEY.public.id, OTHER.public.id}
    assert mixed.halves == (KEY.public.halves[0], OTHER.public.halves[1])
    assert halves(mixed.raw) == mixed.halves
    assert halves(sealing_raw(1, 4))[0] == halves(sealing_raw(1, 5))[0]
    assert halves(sealing_raw(1, 4))[1] == halves(sealing_raw(2, 4))[1]
    assert len({*halves(sealing_raw()), *KEY.public.halves, *OTHER.public.halves}) == 6


def test_a_half_id_is_the_digest_of_the_tagged_half() -> None:
    raw, sealing = KEY.public.raw, sealing_raw()
    assert KEY.public.halves == (
        labelled(Label.KEY_ID, b"mldsa65", raw[:1952]),
        labelled(Label.KEY_ID, b"ed25519", raw[1952:]),
    )
    assert halves(sealing) == (
        labelled(Label.KEY_ID, b"mlkem768", sealing[:1184]),
        labelled(Label.KEY_ID, b"x25519", sealing[1184:]),
    )


def test_halves_of_what_is_no_key_are_refused() -> None:
    with pytest.raises(ForgedError):
        halves(b"")


def test_what_the_relay_imports_for_keys_holds_no_decryption_code() -> None:
    program = (
        "import sys, paraph.protocol.keys;"
        "bad = {'cryptography.hazmat.primitives.hpke', 'cryptography.cobblestone'};"
        "sys.exit(sorted(bad & set(sys.modules)) or 0)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(  # noqa: PLW1510 - the code is what is asserted
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
