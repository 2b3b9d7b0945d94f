"""The immutable map under a state (SPEC 7.5)."""

from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.negotiation.trie import Trie

KEYS = st.lists(st.binary(min_size=2, max_size=2), max_size=40)


@given(KEYS)
def test_it_holds_what_a_dictionary_holds_and_iterates_by_key(keys: list[bytes]) -> None:
    trie: Trie[int] = Trie()
    for number, key in enumerate(keys):
        trie = trie.put(key, number)
    plain = {key: number for number, key in enumerate(keys)}
    assert list(trie.items()) == sorted(plain.items())
    assert list(trie.values()) == [plain[key] for key in sorted(plain)]
    assert len(trie) == len(plain)
    assert all(trie.get(key) == number for key, number in plain.items())
    assert all(key in trie for key in plain)


@given(KEYS)
def test_it_is_the_same_value_in_whatever_order_it_was_filled(
    keys: list[bytes],
) -> None:
    there: Trie[bytes] = Trie()
    back: Trie[bytes] = Trie()
    for key in keys:
        there = there.put(key, key)
    for key in reversed(keys):
        back = back.put(key, key)
    assert there == back


def test_putting_leaves_the_map_before_as_it_was() -> None:
    empty: Trie[int] = Trie()
    one = empty.put(b"\x00\x00", 1)
    two = one.put(b"\x00\x01", 2).put(b"\x00\x00", 3)
    assert (one.get(b"\x00\x00"), one.get(b"\x00\x01"), len(one)) == (1, None, 1)
    assert (two.get(b"\x00\x00"), two.get(b"\x00\x01"), len(two)) == (3, 2, 2)
    assert two.get(b"\x00\x02") is None
    assert b"\x01\x00" not in two
