"""SHA-256 in pieces is SHA-256."""

from __future__ import annotations

import hashlib

import pytest

from paraph.protocol.hashing import sha256


@pytest.mark.parametrize("size", [0, 1, 2046, 2047, 2048, 4094, 4095, 65_536, 65_537])
@pytest.mark.parametrize("begin", [b"", b"\x00"])
def test_it_is_what_the_library_says(size: int, begin: bytes) -> None:
    data = bytes(at % 251 for at in range(size))
    assert sha256(data, begin) == hashlib.sha256(begin + data).digest()
