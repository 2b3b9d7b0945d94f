"""Read log.json with other people's cryptography and none of our code.

``python -m tests.vectors.check_log`` prints nothing and ends with 0, or says what is wrong.
Ed25519 is PyNaCl's, ML-DSA-44 is dilithium-py's, tree and notes are written from the RFC and C2SP.
"""

from __future__ import annotations

import base64
import hashlib
import json
import pathlib
import struct
from typing import Any

from dilithium_py.ml_dsa import ML_DSA_44
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey


def main() -> None:
    vectors = json.loads(pathlib.Path(__file__).with_name("log.json").read_text("utf-8"))
    for each in (vectors["log"], *vectors["cosigners"]):
        check_keys(each)
    entries = [bytes.fromhex(entry) for entry in vectors["entries"]]
    for size, root in enumerate(vectors["roots"]):
        same(f"root of {size}", mth(entries[:size]).hex(), root)
    for case in vectors["cases"]:
        same(case["name"], accepted(vectors, case), case["expect"] == "ok")


def same(what: str, found: object, stated: object) -> None:
    if found != stated:
        message = f"{what}: found {found!r}, the file says {stated!r}"
        raise SystemExit(message)


def check_keys(each: dict[str, Any]) -> None:
    seed = bytes.fromhex(each["seed"])
    ed25519 = bytes(SigningKey(seed[:32]).verify_key)
    mldsa44, _ = ML_DSA_44.key_derive(seed[32:])
    same("public keys", [ed25519.hex(), mldsa44.hex()], each["public"])


def mth(entries: list[bytes]) -> bytes:
    if len(entries) < 2:
        return hashlib.sha256(b"\x00" + entries[0] if entries else b"").digest()
    half = 1 << (len(entries) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + mth(entries[:half]) + mth(entries[half:])).digest()


def accepted(vectors: dict[str, Any], case: dict[str, Any]) -> bool:
    data = base64.b64decode(case["data"])
    if case["of"] == "checkpoint":
        return checkpoint(vectors, data) is not None
    header, _, note = data.partition(b"\n\n")
    first, index, *hashes = header.decode().split("\n")
    stated = checkpoint(vectors, note)
    if first != "c2sp.org/tlog-proof@v1" or not index.startswith("index ") or stated is None:
        return False
    size, root = stated
    # A root that the path leads to, from the leaf downwards: the recursion of RFC 6962.
    path = [base64.b64decode(line, validate=True) for line in hashes]
    return climb(bytes.fromhex(case["leaf"]), int(index[6:]), size, path) == root


def climb(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    if index >= size or (size == 1) != (not path):
        return None
    if size == 1:
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    left = index < half
    below = climb(leaf, index if left else index - half, half if left else size - half, path[:-1])
    if below is None:
        return None
    return hashlib.sha256(b"\x01" + (below + path[-1] if left else path[-1] + below)).digest()


def checkpoint(vectors: dict[str, Any], note: bytes) -> tuple[int, bytes] | None:
    text, _, signatures = note.rpartition(b"\n\n")
    text += b"\n"
    lines = text.decode().split("\n")
    if len(lines) != 4 or lines[0] != vectors["origin"] or lines[1] != str(int(lines[1])):
        return None
    if not signatures.endswith(b"\n"):
        return None
    found = [line.split(" ") for line in signatures.decode().splitlines()]
    wanted = [(vectors["origin"], vectors["log"]["public"], (1, 6))]
    wanted += [(each["name"], each["public"], (4, 6)) for each in vectors["cosigners"]]
    for name, public, types in wanted:
        if not found or found[0][1] != name:
            if types[0] == 1:
                return None
            continue
        for kind, raw in zip(types, public, strict=True):
            if not found or not good_line(found.pop(0), name, kind, bytes.fromhex(raw), lines):
                return None
    return None if found else (int(lines[1]), base64.b64decode(lines[2]))


def good_line(line: list[str], name: str, kind: int, raw: bytes, lines: list[str]) -> bool:
    text = "\n".join(lines).encode()
    data = base64.b64decode(line[2], validate=True)
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + raw).digest()[:4]
    if line[0] != "\N{EM DASH}" or line[1] != name or data[:4] != key_id:
        return False
    if kind == 1:
        return good_ed25519(raw, data[4:], text)
    time = data[4:12]
    if kind == 4:
        stated = b"cosignature/v1\ntime %d\n" % int.from_bytes(time, "big")
        return good_ed25519(raw, data[12:], stated + text)
    origin = lines[0].encode()
    message = b"subtree/v1\n\0" + struct.pack(">B", len(name)) + name.encode() + time
    message += struct.pack(">B", len(origin)) + origin
    message += struct.pack(">QQ", 0, int(lines[1])) + base64.b64decode(lines[2])
    return bool(ML_DSA_44.verify(raw, message, data[12:]))


def good_ed25519(raw: bytes, signature: bytes, message: bytes) -> bool:
    try:
        VerifyKey(raw).verify(message, signature)
    except BadSignatureError:
        return False
    return True


if __name__ == "__main__":
    main()
