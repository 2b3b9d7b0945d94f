"""The fingerprint of a state: what both chairs read out (SPEC 7.20).

Every value of a state has one canonical form: nothing depends on the order of a hash table, on
the interpreter, or on how the state came about. Equal states have equal fingerprints, and two
states that differ in anything the fold keeps do not.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping

from paraph.protocol.errors import MisuseError
from paraph.protocol.names import Digest, pae
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.schema import Record


def digest(value: object) -> Digest:
    """Return the digest of a state, or of any part of one.

    Bottom up: the digest of a value is over those of its parts. Every statement costs some
    microseconds, so ask when somebody wants to read it, not with every entry.

    Raises:
        MisuseError: It holds something that no state holds.
    """
    return Digest(hashlib.sha256(pae(*_form(value))).digest())


def _form(value: object) -> Iterator[bytes]:  # noqa: C901, PLR0912 - a case for each type
    match value:
        case None:
            yield b"none"
        case bool():
            yield from (b"bool", b"\x01" if value else b"\x00")
        case int():
            yield from (b"int", str(value).encode())
        case str():
            yield from (b"text", value.encode())
        case bytes():
            yield from (b"bytes", value)
        case Record():
            yield from (b"record", value.encode())
        case Trie():
            yield b"map"
            for key, each in value.items():
                yield from (digest(key), digest(each))
        case Mapping():
            yield b"map"
            for key in sorted(value):
                yield from (digest(key), digest(value[key]))
        case frozenset():
            yield b"set"
            yield from sorted(digest(each) for each in value)
        case tuple():
            yield b"list"
            for each in value:
                yield digest(each)
        case _ if dataclasses.is_dataclass(value):
            yield from (b"value", type(value).__name__.encode())
            for each in dataclasses.fields(value):
                if each.compare:
                    yield from (each.name.encode(), digest(getattr(value, each.name)))
        case _:
            raise MisuseError(f"expected a value that a state may hold, got {type(value).__name__}")
