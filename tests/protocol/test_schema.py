"""The codec: one encoding per value, one error for everything else."""

from __future__ import annotations

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.errors import MalformedError, MisuseError
from paraph.protocol.schema import (
    CLEAR,
    Budget,
    Record,
    ascending,
    blob,
    flag,
    many,
    nested,
    octets,
    pack_list,
    record,
    scan,
    text,
    u53,
    union,
    unpack_list,
    wire,
    word,
)

TINY = Budget(size=200, depth=3, nodes=60, keys=8)


@record("inner", TINY)
class Inner(Record):
    number: int = wire(u53, "a number")


@record("other", TINY)
class Other(Record):
    name: str = wire(text(4, "[a-z]+"))


@record("outer", TINY)
class Outer(Record):
    pair: bytes = wire(octets(2))
    some: bytes = wire(blob(3))
    yes: bool = wire(flag)
    kind_of: str = wire(word("one", "two", ""))
    one_of: Inner | Other = wire(union(Inner, Other))
    all_of: tuple[Inner, ...] = wire(many(nested(Inner), 2))
    sorted_: tuple[int, ...] = wire(ascending(u53, 3))

    def check(self) -> None:
        if self.some == b"bad":
            raise MalformedError("expected anything but bad")


def outer(**changes: object) -> Outer:
    values: dict[str, object] = {
        "pair": b"ab",
        "some": b"",
        "yes": True,
        "kind_of": "one",
        "one_of": Other(name="abc"),
        "all_of": (Inner(number=1), Inner(number=2**53 - 1)),
        "sorted_": (1, 2, 3),
    }
    return Outer(**(values | changes))  # type: ignore[arg-type]


def packed(**changes: object) -> bytes:
    data: bytes = msgpack.packb(outer().to_map() | changes)
    return data


def test_a_record_survives_the_wire() -> None:
    assert Outer.decode(outer().encode()) == outer()
    assert Outer.decode(outer(one_of=Inner(number=0)).encode()).one_of == Inner(number=0)


def test_kind_stands_first_and_fields_follow_in_declaration_order() -> None:
    assert list(msgpack.unpackb(outer().encode()))[:3] == ["kind", "pair", "some"]


@pytest.mark.parametrize(
    "changes",
    [
        {"pair": b"a"},
        {"pair": "ab"},
        {"some": b"1234"},
        {"some": b"bad"},
        {"yes": 1},
        {"kind_of": "three"},
        {"kind_of": b"one"},
        {"one_of": {"kind": "unknown"}},
        {"one_of": {"kind": 7}},
        {"one_of": 5},
        {"one_of": {"kind": "other", "name": "UPPER"}},
        {"one_of": {"kind": "other", "name": "abcde"}},
        {"one_of": {"kind": "other", "name": "abc\n"}},
        {"one_of": {"kind": "other", "name": 4}},
        {"all_of": [{"kind": "inner", "number": n} for n in (1, 2, 3)]},
        {"all_of": {"kind": "inner"}},
        {"all_of": [{"kind": "inner"}]},
        {"all_of": [{"kind": "inner", "numbers": 1}]},
        {"all_of": [{"kind": "other", "number": 1}]},
        {"all_of": [3]},
        {"sorted_": [1, 1]},
        {"sorted_": [2, 1]},
        {"sorted_": [-1]},
        {"sorted_": [2**53]},
        {"sorted_": [True]},
        {"kind": "inner"},
        {"more": 1},
    ],
)
def test_what_a_field_does_not_allow_is_malformed(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedError):
        Outer.decode(packed(**changes))


def test_just_inside_each_limit_is_fine() -> None:
    made = outer(some=b"123", sorted_=(0, 2**53 - 1), one_of=Other(name="abcd"))
    assert Outer.decode(made.encode()) == made


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc0",
        b"\xcb" + bytes(8),
        b"\xc7\x00\x01",
        b"\xd6\xff" + bytes(4),
        b"\xc1",
        b"\x81\xa4kind",
        b"\x81\xa4kind\xa5inner\x00",
        b"\x81\xc4\x04kind\xa5inner",
        b"\x82\xa4kind\xa5inner\xa6number\xcc\x01",
        b"\x82\xa6number\x01\xa4kind\xa5inner",
        b"\x83\xa4kind\xa5inner\xa6number\x02\xa6number\x01",
        b"\x82\xa4kind\xa5inner\xa6number\xa2\xff\xfe",
        b"\x82\x05\xa5inner\xa6number\x01",
        b"\xdf\x00\x00\x00\x02\xa4kind\xa5inner\xa6number\x01",
        b"\xde\x00\x02\xa4kind\xa5inner\xa6number\x01",
        b"\x82\xd9\x04kind\xa5inner\xa6number\x01",
        b"\x93\x01\x02\x03",
    ],
)
def test_another_spelling_of_a_record_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        Inner.decode(data)


def test_a_duplicate_key_is_malformed_though_the_decoder_takes_the_last() -> None:
    doubled = b"\x82\xa4kind\xa5inner\xa6number\x01".replace(b"\x82", b"\x83") + b"\xa6number\x01"
    assert msgpack.unpackb(doubled) == {"kind": "inner", "number": 1}
    with pytest.raises(MalformedError):
        Inner.decode(doubled)


def test_the_budget_is_spent_before_anything_is_built() -> None:
    scan(msgpack.packb([[[1]]]), TINY)
    with pytest.raises(MalformedError, match="nesting"):
        scan(msgpack.packb([[[[1]]]]), TINY)
    scan(msgpack.packb([1] * 59), TINY)
    with pytest.raises(MalformedError, match="60 values"):
        scan(msgpack.packb([1] * 60), TINY)
    scan(msgpack.packb({str(n): n for n in range(8)}), TINY)
    with pytest.raises(MalformedError, match="8 fields"):
        scan(msgpack.packb({str(n): n for n in range(9)}), TINY)
    scan(msgpack.packb(bytes(198)), TINY)
    with pytest.raises(MalformedError, match="200 bytes"):
        scan(msgpack.packb(bytes(199)), TINY)
    with pytest.raises(MalformedError, match="fields"):
        scan(b"\xdf\xff\xff\xff\xff", TINY)
    with pytest.raises(MalformedError, match="cut short"):
        scan(b"\xdd\xff\xff\xff\xff", TINY)
    with pytest.raises(MalformedError, match="after the end"):
        scan(b"\x01\x01", TINY)


def test_every_shape_of_msgpack_is_walked() -> None:
    values: list[object] = [
        [2**8 - 1, 2**16 - 1],
        [2**32 - 1, -1],
        [-(2**7), -(2**15), -(2**31), -(2**63)],
        {"a": b"x" * 2},
        ["y" * 40, True],
        list(range(16)),
    ]
    for value in values:
        scan(msgpack.packb(value), TINY)
    scan(b"\xc6\x00\x00\x00\x01x", TINY)
    scan(b"\xdb\x00\x00\x00\x01x", TINY)
    scan(b"\xdd\x00\x00\x00\x01\x01", TINY)


@pytest.mark.parametrize(
    "changes",
    [{"pair": b"a"}, {"some": b"bad"}, {"sorted_": (2, 1)}, {"all_of": 5}, {"one_of": b"raw"}],
)
def test_a_wrong_value_in_our_own_code_is_misuse(changes: dict[str, object]) -> None:
    with pytest.raises(MisuseError):
        outer(**changes)


def test_text_with_a_lone_surrogate_is_refused() -> None:
    @record("free", CLEAR)
    class Free(Record):
        body: str = wire(text(10))

    assert Free.decode(Free(body="й\n").encode()).body == "й\n"
    with pytest.raises(MisuseError):
        Free(body="\ud800")


def test_a_bare_list_has_one_encoding_too() -> None:
    codec = nested(Inner)
    items = (Inner(number=1), Inner(number=2))
    data = pack_list(codec, items)
    assert unpack_list(codec, data, TINY, 2) == items
    for bad in (b"\x90", b"\xdc\x00\x02" + data[1:], pack_list(codec, (*items, items[0]))):
        with pytest.raises(MalformedError):
            unpack_list(codec, bad, TINY, 2)


def test_a_list_nested_beyond_the_decoder_is_malformed() -> None:
    deep = Budget(size=10_000, depth=9_000, nodes=9_999, keys=8)
    with pytest.raises(MalformedError):
        unpack_list(nested(Inner), b"\x91" * 5_000 + b"\x01", deep, 2)


@given(st.binary(max_size=120))
def test_any_bytes_give_a_record_or_malformed(data: bytes) -> None:
    for kind in (Inner, Other, Outer):
        try:
            made = kind.decode(data)
        except MalformedError:
            continue
        assert made.encode() == data


@given(st.integers(0, len(packed()) - 1), st.integers(1, 255))
def test_a_changed_byte_gives_another_record_or_malformed(at: int, flip: int) -> None:
    data = bytearray(packed())
    data[at] ^= flip
    try:
        made = Outer.decode(bytes(data))
    except MalformedError:
        return
    assert made.encode() == bytes(data)
    assert made != outer()
