"""Ways to spoil a record, from single bits to a tree with one branch exchanged."""

import copy
import random
from collections.abc import Callable
from typing import Any, Final

import msgpack

# First bytes of every msgpack form, the forbidden ones included.
LEADS: Final = bytes([0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, *range(0xC0, 0xE0), 0xFF])
STRANGE: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 2**53, 2**64 - 1, -(2**63), 0.5, float("nan"), float("inf"), b"", "",
    "kind", "\ud800", [], {}, {"kind": "x"}, {"kind": None}, {b"kind": 1}, [[]],
    [[[[[[[[[[]]]]]]]]]], msgpack.ExtType(5, b"x"), msgpack.Timestamp(1),
)  # fmt: skip


def pack(value: object) -> bytes:
    """Encode whatever it is; lone surrogates too."""
    packed: bytes = msgpack.packb(value, unicode_errors="surrogatepass")
    return packed


def _flip(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _set(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] = rng.choice(LEADS)


def _cut(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def _drop(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    del data[at : at + rng.randint(1, 8)]


def _insert(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.randbytes(rng.randint(1, 8))


def _repeat(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    data[at:at] = data[at : at + rng.randint(1, 64)]


def _grow_length(data: bytearray, rng: random.Random) -> None:
    # A huge declared length with nothing behind it: the allocation bomb.
    at = rng.randrange(len(data) + 1)
    data[at:at] = bytes([rng.choice((0xC6, 0xDB, 0xDD, 0xDF)), 0xFF, 0xFF, 0xFF, 0xFF])


def _nest(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = bytes([rng.choice((0x91, 0x81))]) * rng.randint(1, 2000)


BYTES: Final[tuple[Callable[[bytearray, random.Random], None], ...]] = (
    _flip, _flip, _flip, _set, _set, _cut, _drop, _insert, _repeat, _grow_length, _nest,
)  # fmt: skip


def spoil_bytes(seed: bytes, rng: random.Random) -> bytes:
    """Change one to four places of *seed*."""
    data = bytearray(seed)
    for _ in range(rng.randint(1, 4)):
        if data:
            rng.choice(BYTES)(data, rng)
    return bytes(data)


def spoil_tree(seed: bytes, rng: random.Random) -> bytes:
    """Change one branch of the decoded *seed* and pack it again."""
    tree: Any = msgpack.unpackb(seed)
    branches: list[tuple[Any, Any]] = []  # a map or list, and a key or place in it
    todo = [tree]
    while todo:
        node = todo.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node))
        branches += [(node, key) for key in keys]
        todo += [node[key] for key in keys if isinstance(node[key], dict | list)]
    holder, key = rng.choice(branches)
    other, other_key = rng.choice(branches)
    # A copy, for a branch put below itself would have no end.
    value = rng.choice(STRANGE) if rng.random() < 0.6 else copy.deepcopy(other[other_key])
    how = rng.randrange(4)
    if how == 0 and isinstance(holder, dict):
        holder["planted"] = value
    elif how == 1:
        del holder[key]
    elif how == 2 and isinstance(holder, dict):
        holder[key] = holder.pop(key)  # another order
    else:
        holder[key] = value
    return pack(tree)


def spoil(seed: bytes, rng: random.Random, *, packed: bool) -> bytes:
    """Spoil *seed* in one of the ways; its tree too, where it is *packed* msgpack."""
    if packed and rng.random() < 0.35:
        return spoil_tree(seed, rng)
    return spoil_bytes(seed, rng)
