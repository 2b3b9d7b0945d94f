"""An immutable map from ids to values, so that a state is cheap to follow by the next (SPEC 7.5).

A fold of n statements with ordinary dicts would copy n of them n times. Here a new entry shares
all but one path with the map before it. The shape follows from the keys alone, never from the
order in which they came, and iteration is by key: equal maps are equal values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

V = TypeVar("V")

Node = tuple["Node[V] | Leaf[V] | None", ...]
"""Sixteen places, by the next four bits of the key."""


@dataclass(frozen=True, slots=True)
class Leaf(Generic[V]):
    """A key with its value, at the end of a path."""

    key: bytes
    value: V


_EMPTY: tuple[None, ...] = (None,) * 16


_VALUES: Final = bytes.maketrans(b"0123456789abcdef", bytes(range(16)))


def _places(key: bytes) -> bytes:
    # Four bits a place, in the order of the key. A whole key at once costs less than two places
    # one by one, and every statement of a negotiation walks down a few of these maps.
    return key.hex().encode().translate(_VALUES)


@dataclass(frozen=True, slots=True)
class Trie(Generic[V]):
    """A map from keys of one length to values; :meth:`put` gives another map.

    Attributes:
        root: Nodes in nodes, leaves at their ends; a map and the next share most of them.
        size: How many keys there are.
    """

    root: Node[V] = _EMPTY
    size: int = 0

    def __len__(self) -> int:
        return self.size

    def __contains__(self, key: bytes) -> bool:
        return self._leaf(key) is not None

    def get(self, key: bytes) -> V | None:
        """Return the value of *key*, or nothing."""
        leaf = self._leaf(key)
        return leaf.value if leaf else None

    def _leaf(self, key: bytes) -> Leaf[V] | None:
        node: Node[V] | Leaf[V] | None = self.root
        places = iter(_places(key))
        while type(node) is tuple:
            node = node[next(places)]
        return node if isinstance(node, Leaf) and node.key == key else None

    def put(self, key: bytes, value: V) -> Trie[V]:
        """Return this map with *value* at *key*, in place of an earlier one."""
        path: list[tuple[Node[V], int]] = []
        node: Node[V] | Leaf[V] | None = self.root
        places = iter(_places(key))
        while type(node) is tuple:
            place = next(places)
            path.append((node, place))
            node = node[place]
        assert not isinstance(node, tuple)
        fresh = node is None or node.key != key
        leaf = Leaf(key, value)
        below = leaf if node is None or not fresh else _fork(node, leaf, len(path))
        for above, place in reversed(path):
            row = list(above)
            row[place] = below
            below = tuple(row)
        return Trie(below, self.size + fresh)  # type: ignore[arg-type]  # the root is always a node

    def items(self) -> Iterator[tuple[bytes, V]]:
        """Yield keys and values, by key."""
        for leaf in _leaves(self.root):
            yield leaf.key, leaf.value

    def values(self) -> Iterator[V]:
        """Yield values, by key."""
        for leaf in _leaves(self.root):
            yield leaf.value


def _fork(one: Leaf[V], two: Leaf[V], depth: int) -> Node[V]:
    # The two keys are alike below *depth*, and different somewhere after it.
    first, second = _places(one.key)[depth], _places(two.key)[depth]
    row: list[Node[V] | Leaf[V] | None] = list(_EMPTY)
    if first == second:
        row[first] = _fork(one, two, depth + 1)
    else:
        row[first], row[second] = one, two
    return tuple(row)


def _leaves(node: Node[V]) -> Iterator[Leaf[V]]:
    for each in node:
        if isinstance(each, Leaf):
            yield each
        elif each is not None:
            yield from _leaves(each)
