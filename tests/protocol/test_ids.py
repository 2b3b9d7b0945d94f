"""The clause ids of a line: a set that versions share (SPEC 7.2)."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.ids import Ids
from paraph.protocol.statements.versions import NO_NOTES, Delete, InsertAfter, Operation
from tests.support.negotiating import LANGUAGES, clause

SOME = st.lists(st.sampled_from("abcdefgh"))


def of(cids: list[str]) -> Ids:
    found = Ids()
    for cid in cids:
        found = found.put(cid)
    return found


@given(SOME, SOME)
def test_they_are_a_set(one: list[str], two: list[str]) -> None:
    assert set(of(one)) == set(one)
    assert len(of(one)) == len(set(one))
    assert set(of(one).joined(of(two))) == {*one, *two}
    assert (of(one) == of(two)) == (set(one) == set(two))
    assert of(one) <= of(one).joined(of(two))
    assert of(one).joined(of(one)) == of(one)
    assert not of(one).__contains__(7)


def test_ids_that_are_had_already_are_the_same_value() -> None:
    ids = of(["a"])
    assert ids.joined(ids) is ids


def test_a_version_keeps_what_is_new_in_it_and_shares_the_rest() -> None:
    text = texts.from_clauses((clause("first"),), LANGUAGES)
    kept = []
    for number in range(30):
        operations: list[Operation] = []
        for at in range(100):
            new = clause(f"c{number}-{at}")
            operations.append(InsertAfter(after="first", clause=new, notes=NO_NOTES))
            operations.append(Delete(cid=new.cid, to=(), notes=NO_NOTES))
        text = texts.apply(text, operations)
        kept.append(text)
    nodes: set[int] = set()
    todo: list[object] = [each.used.by_hash.root for each in kept]
    room = 0
    while todo:
        each = todo.pop()
        if id(each) not in nodes and each is not None:
            nodes.add(id(each))
            room += sys.getsizeof(each)
            todo += each if isinstance(each, tuple) else ()
    assert len(text.used) == 3_001
    # Copied for each of thirty versions they would be some 46,000 entries of a hash table.
    assert room < 3_001 * 600
