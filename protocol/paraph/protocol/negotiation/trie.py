"""An immutable map from ids to values, so that a state is cheap to follow by the next (SPEC 7.5).

A fold of n statements with ordinary dicts would copy n of them n times. Here a new entry shares
all but one path with the map before it. The shape follows from the keys alone, never from the
order in which they came, and iteration is by key: equal maps are equal values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")

Node = tuple["Node[V] | Leaf[V] | None", ...]
"""Sixteen places, by the next four bits of the key."""


@dataclass(frozen=True, slots=True)
class Leaf(Generic[V]):
    """A key with its value, at the end of a path."""

    key: bytes
    value: V


_EMPTY: tuple[None, ...] = (None,) * 16


def _nibble(key: bytes, depth: int) -> int:
    byte = key[depth // 2]
    return byte & 0x0F if depth % 2 else byte >> 4


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
        depth = 0
        while type(node) is tuple:
            node = node[_nibble(key, depth)]
            depth += 1
        return node if isinstance(node, Leaf) and node.key == key else None

    def put(self, key: bytes, value: V) -> Trie[V]:
        """Return this map with *value* at *key*, in place of an earlier one."""
        path: list[tuple[Node[V], int]] = []
        node: Node[V] | Leaf[V] | None = self.root
        while type(node) is tuple:
            place = _nibble(key, len(path))
            path.append((node, place))
            node = node[place]
        assert not isinstance(node, tuple)
        fresh = node is None or node.key != key
        leaf = Leaf(key, value)
        below = leaf if node is None or not fresh else _fork(node, leaf, len(path))
        for above, place in reversed(path):
            below = (*above[:place], below, *above[place + 1 :])
        return Trie(below, self.size + fresh)  # type: ignore[arg-type]

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
    first, second = _nibble(one.key, depth), _nibble(two.key, depth)
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
