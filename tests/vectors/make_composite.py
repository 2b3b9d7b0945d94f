"""Write composite.json, the vectors of SPEC 3: ``python -m tests.vectors.make_composite``.

ML-DSA signs with fresh randomness, so every run writes other signatures with the same meaning.
``recheck_composite.py`` reads the file without our code.
"""

from __future__ import annotations

import base64
import json
import pathlib

from paraph.protocol.keys import SecretKey
from paraph.protocol.names import Context

SEED = bytes(range(64))
OTHER = bytes(range(64, 128))
MESSAGE = b"Article 7, as agreed.\n"


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def main() -> None:
    key, other = SecretKey.from_seed(SEED), SecretKey.from_seed(OTHER)
    good = {context: key.sign(context, MESSAGE) for context in Context}
    sealed, fake = good[Context.SEALED], other.sign(Context.SEALED, MESSAGE)
    cases = [
        (f"signed as {context.value}", context, MESSAGE, signature, "ok")
        for context, signature in good.items()
    ]
    empty = key.sign(Context.SESSION, b"")
    cases.append(("an empty message", Context.SESSION, b"", empty, "ok"))
    cases += [
        (name, Context.SEALED, MESSAGE, signature, "forged")
        for name, signature in (
            ("signed for another purpose", good[Context.HEARTBEAT]),
            ("signed as the document, not the entry", good[Context.DOCUMENT_CHARTER]),
            ("by another key", fake),
            ("only the Ed25519 half is the key's", fake[:3309] + sealed[3309:]),
            ("only the ML-DSA half is the key's", sealed[:3309] + fake[3309:]),
            ("first byte of ML-DSA flipped", flipped(sealed, 0)),
            ("last byte of ML-DSA flipped", flipped(sealed, 3308)),
            ("first byte of Ed25519 flipped", flipped(sealed, 3309)),
            ("last byte of Ed25519 flipped", flipped(sealed, 3372)),
            ("halves in the other order", sealed[3309:] + sealed[:3309]),
            ("cut short", sealed[:-1]),
            ("a byte too many", sealed + b"\0"),
            ("without the Ed25519 half", sealed[:3309]),
            ("nothing", b""),
        )
    ]
    cases.append(("another message", Context.SEALED, MESSAGE[:-1], sealed, "forged"))
    written = {
        "about": "SPEC 3.2; base64; the seed is a published one: never use it",
        "seed": encoded(SEED),
        "public": encoded(key.public.raw),
        "key id": key.public.id.hex(),
        "cases": [
            {
                "name": name,
                "context": context.value,
                "message": encoded(message),
                "signature": encoded(signature),
                "expect": expect,
            }
            for name, context, message, signature, expect in cases
        ],
    }
    path = pathlib.Path(__file__).with_name("composite.json")
    path.write_text(json.dumps(written, indent=1) + "\n", "utf-8")


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


if __name__ == "__main__":
    main()
