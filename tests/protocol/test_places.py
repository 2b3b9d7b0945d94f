"""Which statement stands where: as a dictionary says it, in a fifth of the bytes."""

from __future__ import annotations

import hashlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.names import StatementId
from paraph.protocol.places import Places


def statement(number: int) -> StatementId:
    return StatementId(hashlib.sha256(b"%d" % number).digest())


@given(st.lists(st.booleans(), max_size=300))
def test_it_says_what_a_dictionary_says(placed: list[bool]) -> None:
    """Some entries are void: they have an index, and no statement stands there."""
    places, known = Places(), {}
    for index, is_placed in enumerate(placed):
        if is_placed:
            places.add(statement(index), index)
            known[statement(index)] = index
    assert dict(places) == known
    assert list(places) == list(known)
    assert len(places) == len(known)
    for index in range(len(placed) + 1):
        assert places.find(statement(index)) == known.get(statement(index))
        assert (statement(index) in places) == (statement(index) in known)


def test_what_is_placed_nowhere_has_no_index() -> None:
    places = Places()
    places.add(statement(1), 7)
    assert places[statement(1)] == 7
    with pytest.raises(KeyError):
        places[statement(2)]


class Crowded(bytes):
    """An id that every slot proposes: each search goes through all those before."""

    def __hash__(self) -> int:
        return 63


def test_ids_that_crowd_into_one_slot_are_told_apart() -> None:
    places = Places()
    ids = [Crowded(statement(number)) for number in range(40)]
    for index, each in enumerate(ids):
        places.add(StatementId(each), index)
    assert [places[StatementId(each)] for each in ids] == list(range(40))
    assert StatementId(Crowded(statement(99))) not in places


def test_an_entry_takes_less_than_fifty_bytes() -> None:
    places = Places()
    for index in range(20_000):
        places.add(statement(index), index)
    taken = sum(sys.getsizeof(each) for each in (places._ids, places._slots))  # noqa: SLF001
    assert taken < 50 * 20_000
