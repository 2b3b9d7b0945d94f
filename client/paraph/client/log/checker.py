"""``python -m paraph.client.log.checker``: checks signatures for a desk, and holds no key.

It reads questions from its standard input and answers on its standard output, until that ends.
All numbers are u32be. A question is a count and, for each signature, four pieces with their
lengths before them: composite public key, context, message, signature. The answer is a byte for
each: 1 if the signature is the key's. See :mod:`paraph.client.log.checkers`, which asks.
"""

from __future__ import annotations

import functools
import sys
from typing import BinaryIO, Final

from paraph.protocol.errors import ForgedError
from paraph.protocol.keys import PublicKey
from paraph.protocol.names import Context

LENGTH: Final = 4

_key = functools.lru_cache(maxsize=256)(PublicKey.parse)


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer every question on *questions*."""
    while head := questions.read(LENGTH):
        found = bytearray()
        for _ in range(int.from_bytes(head)):
            key, context, message, signature = (_piece(questions) for _ in range(4))
            found.append(_check(key, Context(context.decode()), message, signature))
        answers.write(found)
        answers.flush()


def _piece(questions: BinaryIO) -> bytes:
    return questions.read(int.from_bytes(questions.read(LENGTH)))


def _check(key: bytes, context: Context, message: bytes, signature: bytes) -> bool:
    try:
        _key(key).verify(context, message, signature)
    except ForgedError:
        return False
    return True


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
