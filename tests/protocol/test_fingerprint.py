"""SPEC 7.20: equal states have equal fingerprints, and no two different ones."""

import dataclasses
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.errors import MisuseError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import fingerprint
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fingerprint import Digests, digest
from paraph.protocol.negotiation.state import Outcome, begin
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.versions import NO_NOTES, Replace
from tests.support import effort
from tests.support import negotiating as talk
from tests.support.negotiating import Channel, talking

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 300) | st.text(max_size=3) | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.frozensets(st.integers(0, 5), max_size=3)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)


def exact(value: object) -> object:
    # As Python compares, but with True and 1 kept apart.
    match value:
        case dict():
            return ("map", frozenset((key, exact(each)) for key, each in value.items()))
        case tuple():
            return ("list", *(exact(each) for each in value))
        case frozenset():
            return ("set", value)
        case _:
            return (type(value).__name__, value)


@given(VALUES, VALUES)
def test_values_have_the_same_digest_if_and_only_if_they_are_equal(
    one: object, two: object
) -> None:
    assert (digest(one) == digest(two)) == (exact(one) == exact(two))


def test_the_order_in_which_a_map_was_filled_does_not_show() -> None:
    keys = [bytes([n]) * 32 for n in (1, 2, 17, 250)]
    there: Trie[int] = Trie()
    back: Trie[int] = Trie()
    for number, key in enumerate(keys):
        there = there.put(key, number)
    for number, key in reversed(list(enumerate(keys))):
        back = back.put(key, number)
    assert digest(there) == digest(back)
    assert digest(there) != digest(there.put(keys[0], 9))
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


def test_both_sides_read_the_same_and_a_difference_anywhere_shows() -> None:
    ours, theirs = Channel(), Channel(talk.PARTIES[::-1], talk.LANGUAGES[::-1])
    for channel in (ours, theirs):
        channel.applies(talk.opened())
        channel.applies(talk.base())
        channel.applies(talk.comment(), "RUS")
    assert digest(ours.state) == digest(theirs.state)
    theirs.refuses(talk.comment(in_reply_to=ZERO[:-1] + b"\x01"), "RUS")
    assert digest(ours.state) != digest(theirs.state)


@pytest.mark.parametrize("field", [each.name for each in dataclasses.fields(begin((), ()))])
def test_every_field_of_the_state_counts(field: str) -> None:
    # The control: a field that the walk left out would leave the fingerprint as it was.
    state = begin(talk.PARTIES, talk.LANGUAGES)
    other: dict[str, Any] = {field: "something else"}
    changed = dataclasses.replace(state, **other)
    assert digest(changed) != digest(state)


def test_what_no_state_holds_is_a_fault_of_ours() -> None:
    with pytest.raises(MisuseError):
        digest(1.5)


def test_a_state_with_a_changed_text_has_a_fingerprint() -> None:
    # A set that only looks frozen has no canonical form.
    channel, version, text = talking()
    words = to_wordings({"en": "Other."})
    content = talk.child(text, version, Replace(cid="c-one", texts=words, notes=NO_NOTES))
    channel.applies(content)
    assert len(digest(channel.state)) == 32


def test_words_for_people_are_in_no_fingerprint() -> None:
    told = Outcome("refused", "role", "a linguist may not sign")
    assert digest(told) == digest(Outcome("refused", "role", "лингвист не подписывает"))
    assert digest(told) != digest(Outcome("refused", "frozen-text"))


def test_what_is_remembered_of_states_before_changes_no_digest() -> None:
    digests = Digests()
    channel, version, text = talking()
    for number in range(12):
        if number % 4 == 3:
            change = Replace(cid="c-one", texts=to_wordings({"en": f"{number}."}), notes=NO_NOTES)
            version = channel.applies(talk.child(text, version, change))
            text = texts.apply(text, [change])
        channel.applies(talk.comment(body=f"Why {number}?"))
        assert digests.of(channel.state) == digest(channel.state)


def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "_GROWTH", 0)
    digests, channel = Digests(), talking()[0]
    sizes = []
    for number in range(40):
        channel.applies(talk.comment(body=f"Why {number}?"))
        assert digests.of(channel.state) == digest(channel.state)
        sizes.append(digests.size)
    assert any(after < before for before, after in itertools.pairwise(sizes))


def test_what_was_digested_in_steps_leaves_little_and_gives_the_same() -> None:
    state = talking()[0].state
    known = Digests()
    before = known.size
    assert sum(1 for _ in known.steps(state)) > 1
    assert known.size > before
    left = effort.calls(lambda: known.of(state))
    assert known.of(state) == digest(state)
    assert left * 2 < effort.calls(lambda: Digests().of(state))
