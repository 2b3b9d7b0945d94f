"""Strict, canonical msgpack records: a field declared once is typed, decoded and encoded (SPEC 1).

The rules, all of them:

- A record is a map: ``kind`` first, then its fields in declaration order, each once, none
  optional. A nested record is such a map in a field; a union is one of several, told by ``kind``.
- Before anything is decoded the bytes are scanned against a :class:`Budget`: size, depth, nodes,
  map keys. Nil, floats and extension types end there.
- The fields stand in the order declared, and what was unpacked is packed again and must equal
  the input. That alone ends duplicate keys and long forms. A codec's ``dump`` undoes its
  ``load``, so the record itself would be packed to the same bytes.
- :meth:`Record.decode` raises :class:`MalformedError` and nothing else, whatever the bytes.
  A record built in our own code with a wrong value raises :class:`MisuseError`.
"""

from __future__ import annotations

import dataclasses
import operator
import re
from collections.abc import Callable
from typing import Any, ClassVar, Final, Generic, NoReturn, Self, TypeVar, dataclass_transform

import msgpack

from paraph.protocol.errors import MalformedError, MisuseError
from paraph.protocol.sentences import coded, worded

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Budget:
    """What bytes from outside may cost before they are decoded (SPEC 1.3).

    Attributes:
        size: Bytes.
        depth: Nested lists and maps.
        nodes: Values, keys included.
        keys: Keys in one map.
    """

    size: int
    depth: int
    nodes: int
    keys: int


CLEAR: Final = Budget(size=60_000, depth=8, nodes=4_096, keys=64)
"""Whatever the relay decodes. An envelope around it must fit a tlog-tiles entry (65,535)."""
CONTENT: Final = Budget(size=8 * 1024 * 1024 - 40, depth=16, nodes=200_000, keys=64)
"""A sealed record: with its 32-byte salt and 8-byte length it fills a bucket of 8 MiB."""


def scan(data: bytes, budget: Budget) -> None:  # noqa: C901 - one loop, for speed
    """Walk *data* without building anything and stop where *budget* is spent.

    Raises:
        MalformedError: Over the budget, cut short, followed by more bytes, or holding a type
            that no record has (nil, float, extension).
    """
    end = len(data)
    if end > budget.size:
        raise MalformedError(f"expected at most {budget.size} bytes, got {end}")
    at = 0
    to_come = 1  # values still to come in the innermost open list or map
    outer: list[int] = []  # the same for those around it
    for _ in range(budget.nodes):
        if at >= end:
            raise MalformedError("cut short")
        to_come -= 1
        lead = data[at]
        skip = _SKIP[lead]
        if skip:
            at += skip
        elif lead == _SHORT_BYTES and at + 1 < end:  # ids and digests: most of what is left
            at += 2 + data[at + 1]
        else:
            at, items = _open(data, at, lead, budget)
            if items:
                outer.append(to_come)
                to_come = items
                if len(outer) > budget.depth:
                    raise MalformedError(f"expected nesting of at most {budget.depth}")
        while not to_come and outer:
            to_come = outer.pop()
        if not to_come:
            break
    else:
        raise MalformedError(f"expected at most {budget.nodes} values")
    if at != end:
        raise MalformedError("bytes after the end")


def _skips() -> tuple[int, ...]:
    # Bytes from a value's first byte to the next value, where that byte alone says it: integers,
    # booleans, short strings. 0 = to be opened by _open.
    found = [0] * 256
    for lead in (*range(0x80), *range(0xE0, 0x100), 0xC2, 0xC3):
        found[lead] = 1
    for lead in range(0xA0, 0xC0):
        found[lead] = 1 + (lead & 0x1F)
    for lead, width in ((0xCC, 1), (0xCD, 2), (0xCE, 4), (0xCF, 8)):
        found[lead] = found[lead + 4] = 1 + width
    return tuple(found)


_SKIP: Final = _skips()
_SHORT_BYTES: Final = 0xC4
_LENGTH_OF_OCTETS: Final = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_LENGTH_OF_LIST: Final = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}


def _open(data: bytes, at: int, lead: int, budget: Budget) -> tuple[int, int]:
    # Returns where the next value begins and how many values this one holds.
    at += 1
    if lead in _LENGTH_OF_OCTETS:
        width = _LENGTH_OF_OCTETS[lead]
        return at + width + int.from_bytes(data[at : at + width], "big"), 0
    if 0x80 <= lead <= 0x8F:
        return at, _map_values(lead & 0x0F, budget)
    if 0x90 <= lead <= 0x9F:
        return at, lead & 0x0F
    if lead in _LENGTH_OF_LIST:
        width, per_item = _LENGTH_OF_LIST[lead]
        count = int.from_bytes(data[at : at + width], "big")
        return at + width, count if per_item == 1 else _map_values(count, budget)
    raise MalformedError("expected a map, list, string, bytes, boolean or integer")


def _map_values(count: int, budget: Budget) -> int:
    if count > budget.keys:
        raise MalformedError(f"expected at most {budget.keys} fields")
    return 2 * count


@dataclasses.dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """How one field looks on the wire. ``load`` validates and raises, ``dump`` trusts.

    ``records`` are the classes of its value if that is a record: one that exists is valid.
    """

    name: str
    load: Callable[[object], T]
    dump: Callable[[T], object] = lambda value: value
    records: tuple[type, ...] = ()


def _fail(expected: str, value: object) -> NoReturn:
    raise MalformedError(f"expected {expected}, got {type(value).__name__}")


def octets(size: int) -> Codec[bytes]:
    """Exactly *size* bytes."""

    def load(value: object) -> bytes:
        if type(value) is not bytes or len(value) != size:
            _fail(f"{size} bytes", value)
        return value

    return Codec(f"{size} bytes", load)


def blob(most: int) -> Codec[bytes]:
    """At most *most* bytes."""

    def load(value: object) -> bytes:
        if type(value) is not bytes or len(value) > most:
            _fail(f"at most {most} bytes", value)
        return value

    return Codec(f"0 to {most} bytes", load)


def _load_u53(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**53:
        _fail("an integer in [0, 2^53)", value)
    return value


u53: Final[Codec[int]] = Codec("integer in [0, 2^53)", _load_u53)


def _load_flag(value: object) -> bool:
    if type(value) is not bool:
        _fail("a boolean", value)
    return value


flag: Final[Codec[bool]] = Codec("boolean", _load_flag)


def text(most: int, pattern: str = "") -> Codec[str]:
    """A string of at most *most* characters that matches *pattern*, if given, as a whole."""
    compiled = re.compile(pattern or r"(?s:.*)")
    name = f"text, at most {most} characters" + (f", {pattern}" if pattern else "")

    def load(value: object) -> str:
        if type(value) is not str or len(value) > most or not compiled.fullmatch(value):
            _fail(name, value)
        try:
            value.encode()
        except UnicodeEncodeError:
            _fail("text without surrogates", value)
        return value

    return Codec(name, load)


def word(*allowed: str) -> Codec[str]:
    """One of a closed list of words."""

    def load(value: object) -> str:
        if type(value) is not str or value not in allowed:
            _fail("one of " + ", ".join(w or "(empty)" for w in allowed), value)
        return value

    return Codec("one of " + ", ".join(f'"{each}"' for each in allowed), load)


def many(item: Codec[T], most: int, least: int = 0) -> Codec[tuple[T, ...]]:
    """A list of *least* to *most* items."""
    load_item = item.load

    def load(value: object) -> tuple[T, ...]:
        if type(value) is not list:
            _fail(f"{least} to {most} items", value)
        if not least <= len(value) <= most:
            raise MalformedError(f"expected {least} to {most} items, got {len(value)}")
        return tuple([load_item(each) for each in value])

    return Codec(
        f"list of {least} to {most}: {item.name}",
        load,
        lambda value: [item.dump(each) for each in value],
    )


_precedes: Callable[[Any, Any], bool] = operator.lt


def ascending(item: Codec[T], most: int, least: int = 0) -> Codec[tuple[T, ...]]:
    """A list of *least* to *most* items, each larger than the one before it."""
    plain = many(item, most, least)
    load_items = plain.load

    def load(value: object) -> tuple[T, ...]:
        items = load_items(value)
        if not all(map(_precedes, items, items[1:])):
            raise MalformedError("expected ascending items without a repeat")
        return items

    return Codec(f"ascending {plain.name}", load, plain.dump)


def nested(kind: type[R]) -> Codec[R]:
    """A record of one kind, as a map."""
    return Codec(f"record `{kind.KIND}`", kind.from_map, lambda value: value.to_map(), (kind,))


def union(*kinds: type[Record]) -> Codec[Any]:
    """A record of one of several kinds, told by its ``kind``."""
    by_kind = {kind.KIND: kind for kind in kinds}

    def load(value: object) -> Record:
        kind = value.get("kind") if type(value) is dict else None
        if type(kind) is not str or kind not in by_kind:
            _fail("one of the records " + ", ".join(by_kind), value)
        return by_kind[kind].from_map(value)

    return Codec(
        "one of the records " + ", ".join(f"`{kind}`" for kind in by_kind),
        load,
        lambda value: value.to_map(),
        kinds,
    )


def pack_list(codec: Codec[T], items: tuple[T, ...]) -> bytes:
    """Return the canonical encoding of a bare list, as in a WebSocket frame (SPEC 8.3)."""
    packed: bytes = msgpack.packb([codec.dump(each) for each in items])
    return packed


def unpack_list(codec: Codec[T], data: bytes, budget: Budget, most: int) -> tuple[T, ...]:
    """Parse an untrusted bare list of 1 to *most* items.

    Raises:
        MalformedError: Not exactly the canonical encoding of such a list, or over the budget.
    """
    return many(codec, most, least=1).load(_unpack(data, budget))


def _unpack(data: bytes, budget: Budget) -> object:
    scan(data, budget)
    try:
        loaded: object = msgpack.unpackb(data, strict_map_key=True, max_ext_len=0)
    except (ValueError, msgpack.UnpackException, RecursionError) as error:
        raise MalformedError("expected msgpack with text keys") from error
    if msgpack.packb(loaded) != data:  # duplicates and long forms end here
        raise MalformedError("expected the canonical encoding")
    return loaded


def wire(codec: Codec[T], about: str = "") -> T:
    """Declare a field: annotation and codec must agree (mypy checks it).

    Args:
        codec: How the field looks on the wire.
        about: What it means, for the generated tables of SPEC.md.
    """
    metadata = {"codec": codec, "about": about}
    field: T = dataclasses.field(metadata=metadata)
    return field


class Record:
    """Base of every message. Subclasses are declared with :func:`record`."""

    KIND: ClassVar[str]
    BUDGET: ClassVar[Budget]
    CODECS: ClassVar[dict[str, Codec[Any]]]
    NAMES: ClassVar[tuple[str, ...]]
    LOADS: ClassVar[tuple[tuple[str, Callable[[object], Any]], ...]]

    def __post_init__(self) -> None:
        """Refuse a wrong value in our own code as loudly as a peer's would be."""
        try:
            for name, codec in self.CODECS.items():
                value = getattr(self, name)
                if type(value) not in codec.records:  # checked when it was made
                    codec.load(codec.dump(value))
            self.check()
        except (MalformedError, TypeError, AttributeError) as error:
            why = error.words if isinstance(error, MalformedError) else str(error)
            raise MisuseError(
                worded("not a valid %(kind)s: %(why)s", kind=coded("kind", self.KIND), why=why)
            ) from error

    def check(self) -> None:
        """Check what no single field can: overridden where fields depend on each other.

        Raises:
            MalformedError: The fields do not fit each other.
        """

    def to_map(self) -> dict[str, object]:
        """Return the record as the map that is packed."""
        out: dict[str, object] = {"kind": self.KIND}
        for name, codec in self.CODECS.items():
            out[name] = codec.dump(getattr(self, name))
        return out

    @classmethod
    def from_map(cls, value: object) -> Self:
        """Build the record from an unpacked, untrusted map.

        Raises:
            MalformedError: Wrong kind, fields or values.
        """
        if type(value) is not dict or value.get("kind") != cls.KIND:
            raise MalformedError(f"expected a record {cls.KIND}")
        if tuple(value) != cls.NAMES:
            raise MalformedError(
                f"expected exactly the fields of a record {cls.KIND}, in their order"
            )
        made = object.__new__(cls)  # not through __init__: its checks are for our own callers
        made.__dict__.update({name: load(value[name]) for name, load in cls.LOADS})
        made.check()
        return made

    def encode(self) -> bytes:
        """Return the one canonical encoding: kind, then fields as declared, in shortest forms."""
        packed: bytes = msgpack.packb(self.to_map())
        return packed

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Parse untrusted bytes.

        Raises:
            MalformedError: Not exactly the canonical encoding of a valid record of this kind.
        """
        return cls.from_map(_unpack(data, cls.BUDGET))


R = TypeVar("R", bound=Record)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(wire,))
def record(kind: str, budget: Budget = CLEAR) -> Callable[[type[R]], type[R]]:
    """Turn an annotated class into a frozen record of *kind*."""

    def decorate(cls: type[R]) -> type[R]:
        made = dataclasses.dataclass(frozen=True, kw_only=True)(cls)
        made.KIND = kind
        made.BUDGET = budget
        found = dataclasses.fields(made)  # type: ignore[arg-type]  # `made` is a dataclass now
        made.CODECS = {each.name: each.metadata["codec"] for each in found}
        made.NAMES = ("kind", *made.CODECS)
        made.LOADS = tuple((name, codec.load) for name, codec in made.CODECS.items())
        return made

    return decorate
