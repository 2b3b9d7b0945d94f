"""The fingerprint of a state: what both chairs read out (SPEC 7.20).

Every value of a state has one canonical form: nothing depends on the order of a hash table, on
the interpreter, or on how the state came about. Equal states have equal fingerprints, and two
states that differ in anything the fold keeps do not.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from paraph.protocol.errors import MisuseError
from paraph.protocol.names import Digest, pae
from paraph.protocol.negotiation.trie import Leaf, Node, Trie
from paraph.protocol.schema import Record

_GROWTH: Final = 10_000
"""Values that may come, beside twice those of the first state, until all is begun anew."""


def digest(value: object) -> Digest:
    """Return the digest of a state, or of any part of one.

    Bottom up: the digest of a value is over those of its parts. Every statement costs some
    microseconds, so ask when somebody wants to read it, not with every entry.

    Raises:
        MisuseError: It holds something that no state holds.
    """
    return Digests().of(value)


class Digests:
    """Digests of one state after the other: what they share is digested once.

    A state shares nearly everything with the one before. What never changes is known again by
    being the same object, and kept as long as it is; from time to time all is begun anew.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, Digest]] = {}
        self._nodes: dict[int, tuple[object, tuple[bytes, ...]]] = {}
        self._most = 0

    def of(self, value: object) -> Digest:
        """Return the digest of *value*, as :func:`digest` does."""
        if not self._most:
            self._most = _GROWTH
            found = self._digest(value)
            self._most += 2 * self.size
            return found
        if self.size > self._most:
            self._known.clear()
            self._nodes.clear()
        return self._digest(value)

    @property
    def size(self) -> int:
        """How many values are remembered."""
        return len(self._known) + len(self._nodes)

    def _digest(self, value: object) -> Digest:
        if not dataclasses.is_dataclass(value):
            return _hashed(*self._form(value))
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = (value, _hashed(*self._form(value)))
        return known[1]

    def _form(self, value: object) -> Iterator[bytes]:  # noqa: C901, PLR0912 - a case for each type
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
                yield from self._row(value.root)
            case Mapping():
                yield b"map"
                for key in sorted(value):
                    yield from (self._digest(key), self._digest(value[key]))
            case frozenset():
                yield b"set"
                yield from sorted(self._digest(each) for each in value)
            case tuple():
                yield b"list"
                for each in value:
                    yield self._digest(each)
            case _ if dataclasses.is_dataclass(value):
                yield from (b"value", type(value).__name__.encode())
                for each in dataclasses.fields(value):
                    if each.compare:
                        yield from (each.name.encode(), self._digest(getattr(value, each.name)))
            case _:
                raise MisuseError(
                    f"expected a value that a state may hold, got {type(value).__name__}"
                )

    def _row(self, node: Node[Any]) -> tuple[bytes, ...]:
        # Digests of keys and values below a node of a map, in the order of the keys.
        known = self._nodes.get(id(node))
        if known is None:
            row: list[bytes] = []
            for each in node:
                if isinstance(each, Leaf):
                    row += (self._digest(each.key), self._digest(each.value))
                elif each is not None:
                    row += self._row(each)
            known = self._nodes[id(node)] = (node, tuple(row))
        return known[1]


def _hashed(*parts: bytes) -> Digest:
    return Digest(hashlib.sha256(pae(*parts)).digest())
