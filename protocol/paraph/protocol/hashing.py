"""SHA-256 of what a statement is made of, without giving the interpreter's lock away.

The library gives the lock back for every piece above 2,047 bytes. To hash an envelope takes 3 µs;
where threads check signatures beside, having the lock again takes a change of threads or two, and
up to 5 ms. So what is short is hashed in pieces below that. What is long is not, since the others
would wait for it.
"""

from __future__ import annotations

import hashlib
from typing import Final

from paraph.protocol.names import Digest

_PIECE: Final = 2047
_LONG: Final = 64 * 1024


def sha256(data: bytes, begin: bytes = b"") -> Digest:
    """Return SHA-256 of *begin* and *data*."""
    size = len(data)
    if size > _LONG or size <= _PIECE:
        return Digest(hashlib.sha256(begin + data).digest())
    hashed = hashlib.sha256(begin)
    for at in range(0, size, _PIECE):
        hashed.update(data[at : at + _PIECE])
    return Digest(hashed.digest())
