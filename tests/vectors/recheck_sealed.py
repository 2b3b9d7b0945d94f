"""Read sealed.json without our code: framing from SPEC 4, the chunks from their specification.

``python -m tests.vectors.recheck_sealed`` prints nothing and ends with 0, or says what is wrong.
The key schedule and the chunks of Cobblestone-256 (C2SP chunked-encryption) are built here from
HKDF and AES-GCM; the wraps are opened by the library's HPKE, of which no second one is at hand.
"""

from __future__ import annotations

import base64
import hashlib
import json
import pathlib
import struct
from typing import Any

from cryptography.hazmat.primitives import hashes, hpke  # noqa: TID251 - a second opinion
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

WRAP = 1168
CHUNK = 16 * 1024
OCTETS = ("channel", "sender", "salt", "record", "commitment", "content key", "body")


def main() -> None:
    text = pathlib.Path(__file__).with_name("sealed.json").read_text("utf-8")
    vectors: dict[str, Any] = json.loads(text)
    get = {name: decoded(vectors[name]) for name in OCTETS}
    recipients = [decoded(each) for each in vectors["recipients"]]
    content = get["salt"] + get["record"]
    owner = (get["channel"], get["sender"])
    commitment = digest(b"paraph/v1/commitment", *owner, content)
    same("the commitment", commitment, get["commitment"])
    numbers = (struct.pack("<Q", vectors[name]) for name in ("sequence", "version"))
    kind = vectors["type"].encode()
    bound = digest(b"paraph/v1/binding", *owner, *numbers, kind, commitment, *recipients)
    for place, seed in enumerate(vectors["seeds"]):
        public = decoded(vectors["public keys"][place])
        key_id = digest(b"paraph/v1/key-id", b"sealing-mlkem768-x25519", public)
        same(f"recipient {place}", key_id, recipients[place])
        wrap = get["body"][place * WRAP : (place + 1) * WRAP]
        info = pae(b"paraph/v1/wrap", bound, key_id)
        same(f"wrap {place}", unwrapped(decoded(seed), wrap, info), get["content key"])
    ciphertext = get["body"][len(recipients) * WRAP :]
    opened = decrypted(get["content key"], pae(b"paraph/v1/content", bound), ciphertext)
    same("the content", opened, framed(content))

    attached = {name: decoded(value) for name, value in vectors["attachment"].items()}
    context = pae(b"paraph/v1/attachment", *owner, attached["id"])
    opened = decrypted(attached["key"], context, attached["ciphertext"])
    same("the attachment", opened, framed(attached["plaintext"]))


def unwrapped(seed: bytes, wrap: bytes, info: bytes) -> bytes:
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(seed[:64])
    x25519 = X25519PrivateKey.from_private_bytes(seed[64:])
    return suite.decrypt(wrap, hpke.MLKEM768X25519PrivateKey(mlkem, x25519), info)


def decrypted(key: bytes, context: bytes, ciphertext: bytes) -> bytes:
    nonce, commitment, rest = ciphertext[:24], ciphertext[24:56], ciphertext[56:]
    label = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"
    made = HKDFExpand(hashes.SHA512(), 76, label + nonce + context).derive(key)
    same("the key commitment", made[44:], commitment)
    out = b""
    for number, at in enumerate(range(0, len(rest), CHUNK + 16)):
        counted = int.from_bytes(made[32:44], "big") ^ number
        chunk = rest[at : at + CHUNK + 16]
        out += AESGCM(made[:32]).decrypt(counted.to_bytes(12, "big"), chunk, None)
    return out


def framed(content: bytes) -> bytes:
    return (struct.pack("<Q", len(content)) + content).ljust(4096, b"\0")


def digest(*parts: bytes) -> bytes:
    return hashlib.sha256(pae(*parts)).digest()


def pae(*parts: bytes) -> bytes:
    lengths = (struct.pack("<Q", len(part)) + part for part in parts)
    return b"paraph/v1" + struct.pack("<Q", len(parts)) + b"".join(lengths)


def decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def same(what: str, found: object, stated: object) -> None:
    if found != stated:
        message = f"{what}: found {found!r}, the file says {stated!r}"
        raise SystemExit(message)


if __name__ == "__main__":
    main()
