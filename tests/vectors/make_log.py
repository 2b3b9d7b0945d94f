"""Write log.json, the vectors of SPEC 6: ``python -m tests.vectors.make_log``.

Signatures of ML-DSA are randomised, so every run writes other bytes with the same meaning.
``check_log.py`` reads the file without our code.
"""

from __future__ import annotations

import base64
import json
import pathlib
from collections.abc import Callable
from typing import Any

from paraph.protocol.checkpoint import (
    CosignerSecret,
    LogSecret,
    verify_checkpoint,
    with_cosignatures,
)
from paraph.protocol.proof import TlogProof
from paraph.protocol.tree import Tree, leaf_hash

ORIGIN = "relay.example/paraph/" + "5a" * 32
ENTRIES = [b"entry %d" % number for number in range(11)]


def main() -> None:
    log = LogSecret.from_seed(b"log".ljust(64, b"."))
    cosigners = [
        ("a.gov.example/cosigner/1", CosignerSecret.from_seed(b"cosigner a".ljust(64, b"."))),
        ("b.gov.example/cosigner/1", CosignerSecret.from_seed(b"cosigner b".ljust(64, b"."))),
    ]
    tree = Tree(leaf_hash(entry) for entry in ENTRIES)
    note = log.sign(ORIGIN, 11, tree.root())
    head = verify_checkpoint(note, log.keys(ORIGIN))
    by_a, by_b = (
        secret.cosign(name, head, 1_767_225_600 + at) for at, (name, secret) in enumerate(cosigners)
    )
    both = with_cosignatures(note, by_a, by_b)
    proof = TlogProof(4, tree.inclusion(4), note)
    leaf = tree.leaf(4)
    cases: list[dict[str, Any]] = []

    def case(name: str, expect: str, data: bytes, of: str = "checkpoint") -> None:
        made = {"name": name, "of": of, "expect": expect}
        if of == "proof":
            made["leaf"] = leaf.hex()
        cases.append(made | {"data": base64.b64encode(data).decode()})

    case("log signatures only", "ok", note)
    case("both cosigners", "ok", both)
    case("the second cosigner alone", "ok", with_cosignatures(note, by_b))
    case("the empty log", "ok", log.sign(ORIGIN, 0, Tree().root()))
    case("cosigners in the wrong order", "malformed", with_cosignatures(note, by_b, by_a))
    case("a cosigner twice", "malformed", with_cosignatures(note, by_a, by_a))
    case("half a cosigner", "malformed", both[: -len(by_b.splitlines(keepends=True)[1])])
    case("no last newline", "malformed", both[:-1])
    case("an extension line", "malformed", both.replace(b"\n\n", b"\nextension\n\n", 1))
    case("a leading zero in the size", "malformed", both.replace(b"\n11\n", b"\n011\n"))
    case("another size", "forged", both.replace(b"\n11\n", b"\n12\n"))
    case("another origin", "forged", log.sign(ORIGIN.upper(), 11, tree.root()))
    case("another log's keys", "forged", LogSecret.generate().sign(ORIGIN, 11, tree.root()))
    case("a cosignature of another size", "forged", log.sign(ORIGIN, 10, tree.root(10)) + by_a)
    case("proof", "ok", proof.encode(), "proof")
    cosigned = TlogProof(4, proof.hashes, both)
    case("proof under a cosigned checkpoint", "ok", cosigned.encode(), "proof")
    case("proof at another index", "forged", _edit(proof, b"index 4", b"index 5"), "proof")
    case("proof beyond the size", "forged", _edit(proof, b"index 4", b"index 11"), "proof")
    case("proof with an extra line", "malformed", _edit(proof, b"index", b"extra \nindex"), "proof")
    for name, change in SHAPES.items():
        made = TlogProof(4, change(proof.hashes), note).encode()
        case(f"proof with {name}", "forged", made, "proof")

    document = {
        "about": "Vectors of SPEC 6, made by make_log.py. Hex, but for base64 in `data`.",
        "origin": ORIGIN,
        "log": _keys(log) | {"vkeys": log.keys(ORIGIN).vkeys},
        "cosigners": [
            {"name": name} | _keys(secret) | {"vkeys": secret.keys(name).vkeys}
            for name, secret in cosigners
        ],
        "entries": [entry.hex() for entry in ENTRIES],
        "roots": [tree.root(size).hex() for size in range(len(ENTRIES) + 1)],
        "cases": cases,
    }
    target = pathlib.Path(__file__).with_name("log.json")
    target.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")


SHAPES: dict[str, Callable[[tuple[Any, ...]], tuple[Any, ...]]] = {
    "a hash too many": lambda hashes: (*hashes, hashes[0]),
    "a hash too few": lambda hashes: hashes[:-1],
    "no hash": lambda hashes: hashes[:0],
    "two hashes exchanged": lambda hashes: (hashes[1], hashes[0], *hashes[2:]),
}


def _edit(proof: TlogProof, before: bytes, after: bytes) -> bytes:
    return proof.encode().replace(before, after, 1)


def _keys(secret: LogSecret | CosignerSecret) -> dict[str, Any]:
    return {"seed": secret.seed.hex(), "public": [raw.hex() for raw in secret.public]}


if __name__ == "__main__":
    main()
