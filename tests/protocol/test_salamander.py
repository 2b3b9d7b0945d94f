"""One ciphertext, two texts: what AES-GCM allows, Cobblestone-256 does not (SPEC 4.2).

An author who wraps K1 to one recipient and K2 to the other could send a chunk that opens under
both. It is built here; that raw AES-GCM opens it twice is the positive control.
"""

import hashlib
import random
from typing import Final

import pytest
from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from paraph.protocol.errors import ForgedError, MalformedError
from paraph.protocol.names import ChannelId, Digest, KeyId, Label, pae
from paraph.protocol.sealed import Binding, SealingKey, unseal, wrap_for

LABEL: Final = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"
REDUCTION: Final = 0xE1 << 120  # GCM's field, its bits in reverse order


def times(a: int, b: int) -> int:
    out = 0
    for place in range(127, -1, -1):
        if b >> place & 1:
            out ^= a
        a = a >> 1 ^ (REDUCTION if a & 1 else 0)
    return out


def inverse(a: int) -> int:
    out, power = 1 << 127, a  # a ** (2 ** 128 - 2)
    for _ in range(127):
        power = times(power, power)
        out = times(out, power)
    return out


def number(block: bytes) -> int:
    return int.from_bytes(block, "big")


def block(of: int) -> bytes:
    return of.to_bytes(16, "big")


class Chunk:
    """What Cobblestone-256 derives from one key for the first chunk after one header."""

    def __init__(self, key: bytes, nonce: bytes, context: bytes) -> None:
        made = HKDFExpand(hashes.SHA512(), 76, LABEL + nonce + context).derive(key)
        self.key, self.nonce, self.commitment = made[:32], made[32:44], made[44:]
        ecb = Cipher(algorithms.AES256(self.key), modes.ECB()).encryptor()
        self.h = number(ecb.update(bytes(16)))
        self.mask = number(ecb.update(self.nonce + b"\0\0\0\1"))

    def ghash(self, ciphertext: bytes) -> int:
        """Of whole blocks, and their length."""
        out = 0
        for at in range(0, len(ciphertext), 16):
            out = times(out ^ number(ciphertext[at : at + 16]), self.h)
        return times(out ^ 8 * len(ciphertext), self.h)

    def tag(self, ciphertext: bytes) -> bytes:
        return block(self.ghash(ciphertext) ^ self.mask)

    def open(self, chunk: bytes) -> bytes:
        return AESGCM(self.key).decrypt(self.nonce, chunk, None)


def collide(one: Chunk, two: Chunk, blocks: bytes) -> bytes:
    """Return a chunk that begins with *blocks* and whose tag holds under both keys."""
    draft = blocks + bytes(16)
    wanted = one.ghash(draft) ^ two.ghash(draft) ^ one.mask ^ two.mask
    free = times(wanted, inverse(times(one.h, one.h) ^ times(two.h, two.h)))
    ciphertext = blocks + block(free)
    return ciphertext + one.tag(ciphertext)


def opens(key: bytes, context: bytes, ciphertext: bytes) -> bool:
    cipher = Cobblestone256Decryptor(key, context)
    try:
        cipher.update(ciphertext)
        cipher.finalize()
    except InvalidTag:
        return False
    return True


@pytest.mark.parametrize("seed", range(60))
def test_invisible_salamander_rejected(seed: int) -> None:
    dice = random.Random(seed)
    key1, key2, nonce = dice.randbytes(32), dice.randbytes(32), dice.randbytes(24)
    context = pae(Label.CONTENT.octets, dice.randbytes(32))
    one, two = Chunk(key1, nonce, context), Chunk(key2, nonce, context)
    chunk = collide(one, two, dice.randbytes(16 * dice.randrange(1, 6)))
    assert one.open(chunk) != two.open(chunk)  # the control: AES-GCM opens it twice

    by_header = [
        (opens(key1, context, header + chunk), opens(key2, context, header + chunk))
        for header in (
            nonce + one.commitment,
            nonce + two.commitment,
            nonce + dice.randbytes(32),
        )
    ]
    assert by_header == [(True, False), (False, True), (False, False)]


def test_a_body_with_two_keys_opens_for_nobody_but_the_one_it_committed_to() -> None:
    """A whole body, with its wraps: both recipients must not get past the cipher."""
    dice = random.Random(7)
    readers = sorted(
        (SealingKey.from_seed(bytes([each]) * 96) for each in (1, 2)),
        key=lambda each: each.public.id,
    )
    binding = Binding(
        channel=ChannelId(dice.randbytes(32)),
        sender=KeyId(dice.randbytes(32)),
        sequence=1,
        version=1,
        type="sealed",
        commitment=Digest(dice.randbytes(32)),
        recipients=tuple(each.public.id for each in readers),
    )
    context = pae(Label.CONTENT.octets, binding.digest)
    keys, nonce = (dice.randbytes(32), dice.randbytes(32)), dice.randbytes(24)
    one, two = (Chunk(each, nonce, context) for each in keys)
    chunk = collide(one, two, dice.randbytes(4096 - 16))
    assert one.open(chunk) != two.open(chunk)
    wraps = [
        wrap_for(content_key, binding, reader.public)
        for content_key, reader in zip(keys, readers, strict=True)
    ]
    body = b"".join(wraps) + nonce + one.commitment + chunk
    digest = Digest(hashlib.sha256(body).digest())
    refusals = []
    for reader in readers:
        with pytest.raises((ForgedError, MalformedError)) as caught:
            unseal(body, binding, digest=digest, size=len(body), key=reader)
        refusals.append(str(caught.value))
    assert refusals[1] == "expected a body sealed for this statement"
    assert refusals[0] != refusals[1]  # past the cipher, then stopped by padding or commitment
