"""The fingerprint of a state: what both chairs read out (SPEC 7.20).

Every value of a state has one canonical form: nothing depends on the order of a hash table, on
the interpreter, or on how the state came about. Equal states have equal fingerprints, and two
states that differ in anything the fold keeps do not.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from paraph.protocol.errors import MisuseError
from paraph.protocol.names import Digest, pae
from paraph.protocol.negotiation.trie import Leaf, Node, Trie
from paraph.protocol.schema import Record
from paraph.protocol.sentences import worded

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
        # Ids, codes and counts stand in many places: each kind by itself, as 1 is not True.
        self._simple: dict[type, dict[Any, Digest]] = {kind: {} for kind in _SIMPLE}
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
            for each in self._simple.values():
                each.clear()
        return self._digest(value)

    def steps(self, value: object) -> Iterator[None]:
        """Digest *value* part by part, so that :meth:`of` has little left to do.

        Yields:
            Nothing, after each part: whoever computes ahead may do something else in between.
        """
        if isinstance(value, Trie):
            for each in value.values():
                yield from self.steps(each)
            return
        kind: Any = type(value)
        fields = [getattr(value, name) for name, _ in _names(kind) or ()]
        if any(isinstance(each, Trie) for each in fields):
            for each in fields:
                yield from self.steps(each)
        else:
            self._digest(value)
            yield

    @property
    def size(self) -> int:
        """How many values are remembered."""
        return len(self._known) + len(self._nodes) + sum(map(len, self._simple.values()))

    def _digest(self, value: object) -> Digest:
        kind: Any = type(value)
        simple = self._simple.get(kind)
        if simple is not None:
            digest = simple.get(value)
            if digest is None:
                digest = simple[value] = _hashed(*_SIMPLE[kind](value))
            return digest
        names = _names(kind)
        if names is None:
            return _hashed(*self._form(value))
        known = self._known.get(id(value))
        if known is None:
            parts = self._fields(value, names) if names else self._form(value)
            known = self._known[id(value)] = (value, _hashed(*parts))
        return known[1]

    def _fields(self, value: object, names: tuple[tuple[str, bytes], ...]) -> list[bytes]:
        parts = [b"value", type(value).__name__.encode()]
        for name, written in names:
            parts += (written, self._digest(getattr(value, name)))
        return parts

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
                yield from self._fields(value, _compared(type(value)))
            case _:
                raise MisuseError(
                    worded(
                        "expected a value that a state may hold, got %(name)s",
                        name=type(value).__name__,
                    )
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


_SIMPLE: Final[Mapping[type, Callable[[Any], tuple[bytes, bytes]]]] = {
    bytes: lambda value: (b"bytes", value),
    str: lambda value: (b"text", value.encode()),
    int: lambda value: (b"int", str(value).encode()),
}
"""Most values of a state, told apart without asking for each what it might be."""


@functools.cache
def _names(kind: type) -> tuple[tuple[str, bytes], ...] | None:
    # The fields that are digested; none of a value with a form of its own, nothing of no dataclass.
    if not dataclasses.is_dataclass(kind):
        return None
    return () if issubclass(kind, Record | Trie | Mapping | frozenset | tuple) else _compared(kind)


def _compared(kind: type) -> tuple[tuple[str, bytes], ...]:
    fields = dataclasses.fields(kind)
    return tuple((each.name, each.name.encode()) for each in fields if each.compare)


def _hashed(*parts: bytes) -> Digest:
    return Digest(hashlib.sha256(pae(*parts)).digest())
