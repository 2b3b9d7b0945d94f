"""Read composite.json with other people's cryptography and none of our code.

``python -m tests.vectors.recheck_composite`` prints nothing and ends with 0, or says what is
wrong. ML-DSA-65 is dilithium-py's, Ed25519 is PyNaCl's, the framing is written from SPEC 2 and 3.
"""

from __future__ import annotations

import base64
import hashlib
import json
import pathlib
import struct

from dilithium_py.ml_dsa import ML_DSA_65
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

PREFIX = b"CompositeAlgorithmSignatures2025"
LABEL = b"COMPSIG-MLDSA65-Ed25519-SHA512"


def main() -> None:
    vectors = json.loads(pathlib.Path(__file__).with_name("composite.json").read_text("utf-8"))
    seed, public = decoded(vectors["seed"]), decoded(vectors["public"])
    derived = ML_DSA_65.key_derive(seed[:32])[0] + bytes(SigningKey(seed[32:]).verify_key)
    same("the public key", derived.hex(), public.hex())
    key_id = hashlib.sha256(pae(b"paraph/v1/key-id", b"composite-mldsa65-ed25519", public))
    same("the key id", key_id.hexdigest(), vectors["key id"])
    for case in vectors["cases"]:
        context = case["context"].encode()
        signed = representative(pae(context, decoded(case["message"])), context)
        found = accepted(public, signed, decoded(case["signature"]))
        same(case["name"], found, case["expect"] == "ok")


def pae(*parts: bytes) -> bytes:
    lengths = (struct.pack("<Q", len(part)) + part for part in parts)
    return b"paraph/v1" + struct.pack("<Q", len(parts)) + b"".join(lengths)


def representative(message: bytes, context: bytes) -> bytes:
    return PREFIX + LABEL + bytes([len(context)]) + context + hashlib.sha512(message).digest()


def accepted(public: bytes, signed: bytes, signature: bytes) -> bool:
    if len(signature) != 3309 + 64:
        return False
    first = ML_DSA_65.verify(public[:1952], signed, signature[:3309], ctx=LABEL)
    try:
        VerifyKey(public[1952:]).verify(signed, signature[3309:])
    except BadSignatureError:
        return False
    return bool(first)


def decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def same(what: str, found: object, stated: object) -> None:
    if found != stated:
        message = f"{what}: found {found!r}, the file says {stated!r}"
        raise SystemExit(message)


if __name__ == "__main__":
    main()
