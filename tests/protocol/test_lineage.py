"""Heirs of clauses along the operations, over splits, merges and forks."""

import pytest

from paraph.protocol.errors import MisuseError
from paraph.protocol.negotiation import lineage
from paraph.protocol.negotiation.lineage import Lineage
from tests.support.lineages import (
    Family,
    Line,
    delete,
    insert,
    made,
    merge,
    move,
    replace,
    split,
)


def three() -> tuple[Line, bytes]:
    line = Line()
    return line, line.base([made("a", "One."), made("b", "Two."), made("c", "Three.")])


def heirs(line: Line, start: bytes, end: bytes) -> dict[str, tuple[str, ...]]:
    found = Lineage(line.versions)
    return {part.cid: found.heirs(start, end, part.cid) for part in line.text(start).parts}


def test_new_words_and_a_new_place_leave_a_clause_its_own_heir() -> None:
    line, first = three()
    second = line.child([first], replace("a", "Uno."), move("c", "a"))
    assert heirs(line, first, second) == {"a": ("a",), "b": ("b",), "c": ("c",)}
    assert heirs(line, first, first) == {"a": ("a",), "b": ("b",), "c": ("c",)}


def test_both_parts_of_a_split_are_heirs_and_of_a_merge_the_one_that_stays() -> None:
    line, first = three()
    second = line.child([first], split("a", "On", "a2", "e."), delete("b"))
    third = line.child([second], merge(["a2", "c"], "c", "e. Three."), insert("a", "b2", "New."))
    assert heirs(line, first, second) == {"a": ("a", "a2"), "b": (), "c": ("c",)}
    assert heirs(line, second, third) == {"a": ("a",), "a2": ("c",), "c": ("c",)}
    assert heirs(line, first, third) == {"a": ("a", "c"), "b": (), "c": ("c",)}


def test_what_is_made_and_unmade_in_one_version_leaves_no_trace() -> None:
    line, first = three()
    second = line.child(
        [first], split("a", "O", "a2", "ne."), merge(["a", "a2"], "a", "One."),
        insert("a", "n", "New."), delete("n"),
    )  # fmt: skip
    assert heirs(line, first, second) == {"a": ("a",), "b": ("b",), "c": ("c",)}


def test_a_clause_of_the_second_parent_lives_on_where_an_operation_takes_it_over() -> None:
    line, first = three()
    left = line.child([first], insert("a", "x", "Left."))
    right = line.child([first], insert("a", "y", "Right."), insert("a", "z", "Lost."))
    joined = line.child([left, right], insert("b", "y", "Right."), split("y", "Ri", "y2", "ght."))
    assert heirs(line, right, joined) == {
        "a": ("a",), "b": ("b",), "c": ("c",), "y": ("y", "y2"), "z": (),
    }  # fmt: skip
    assert heirs(line, left, joined)["x"] == ("x",)


def test_one_id_given_on_two_branches_is_two_clauses() -> None:
    line, first = three()
    left = line.child([first], insert("a", "x", "Left."))
    right = line.child([first], insert("a", "x", "Right."))
    joined = line.child([left, right], replace("x", "Left!"))
    assert heirs(line, left, joined)["x"] == ("x",)
    assert heirs(line, right, joined)["x"] == ()
    assert heirs(line, right, left)["x"] == ()


def test_a_split_of_the_second_parent_that_is_taken_over_keeps_its_parts_apart() -> None:
    line, first = three()
    left = line.child([first], replace("a", "Uno."))
    right = line.child([first], split("a", "On", "a2", "e."))
    joined = line.child([left, right], insert("a", "a2", "e."))
    assert heirs(line, right, joined) == {
        "a": ("a",), "a2": ("a2",), "b": ("b",), "c": ("c",),
    }  # fmt: skip
    assert heirs(line, first, joined)["a"] == ("a", "a2")
    again = line.child([left, right], split("a", "U", "a2", "no."))
    assert heirs(line, right, again) == heirs(line, right, joined)
    assert heirs(line, first, again)["a"] == ("a", "a2")


def test_versions_that_are_not_of_one_line_meet_in_their_last_common_one() -> None:
    line, first = three()
    left = line.child([first], split("a", "On", "a2", "e."), delete("b"))
    right = line.child([first], replace("c", "Tres."))
    assert heirs(line, right, left) == {"a": ("a", "a2"), "b": (), "c": ("c",)}
    assert heirs(line, left, right) == {"a": ("a",), "a2": ("a",), "c": ("c",)}
    assert heirs(line, left, first) == {"a": ("a",), "a2": ("a",), "c": ("c",)}
    other = line.base([made("a", "Another text.")])
    assert heirs(line, first, other) == {"a": (), "b": (), "c": ()}


def test_a_clause_is_told_through_its_whole_history() -> None:
    line, first = three()
    second = line.child([first], insert("a", "n", "New."))
    third = line.child([second], split("b", "Tw", "b2", "o."), replace("n", "Newer."))
    fourth = line.child([third], merge(["b2", "c"], "c", "o. Three."))
    line.child([fourth])
    family = Lineage(line.versions)

    def told(end: bytes, cid: str) -> list[tuple[int, tuple[str, ...], tuple[str, ...]]]:
        return [(each.version.number, each.cids, each.acts) for each in family.history(end, cid)]

    assert told(fourth, "n") == [
        (2, ("n",), ("insert-after",)), (3, ("n",), ("replace",)), (4, ("n",), ()),
    ]  # fmt: skip
    assert told(fourth, "b2") == [
        (1, ("b",), ()), (2, ("b",), ()), (3, ("b2",), ("split",)), (4, ("c",), ("merge",)),
    ]  # fmt: skip
    assert told(fourth, "c")[2:] == [(3, ("b2", "c"), ("split",)), (4, ("c",), ("merge",))]
    assert told(fourth, "unknown") == []


def test_the_history_of_a_clause_that_left_ends_where_it_left() -> None:
    line, first = three()
    second = line.child([first], delete("b"))
    third = line.child([second], replace("a", "Uno."))
    stands = Lineage(line.versions).history(third, "b")
    assert [(each.cids, each.acts) for each in stands] == [(("b",), ()), ((), ("delete",))]


def test_halves_that_were_merged_again_are_one_clause_as_before() -> None:
    line, first = three()
    second = line.child([first], split("a", "On", "a2", "e."))
    third = line.child([second], merge(["a", "a2"], "a", "One."))
    fourth = line.child([third], split("a", "O", "a3", "ne."))
    assert heirs(line, second, fourth) == {
        "a": ("a", "a3"), "a2": ("a", "a3"), "b": ("b",), "c": ("c",),
    }  # fmt: skip


@pytest.mark.parametrize("limit", ["MOST_STRANDS", "MOST_SPLITS"])
def test_beyond_what_is_remembered_both_parts_of_a_split_are_heirs(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, limit, 1)
    line, first = three()
    second = line.child([first], merge(["a", "b"], "a", "One. Two."), split("c", "T", "d", "hr"))
    third = line.child([second], split("a", "One.", "e", "Two."), split("c", "T", "f", ""))
    assert heirs(line, first, third)["a"] == ("a", "e")
    fourth = line.child([third], merge(["a", "c"], "a", "One. T"), split("a", "One.", "g", "T"))
    assert heirs(line, first, fourth)["c"] >= ("a", "d", "f")


def test_a_clause_that_a_version_has_not_is_misuse() -> None:
    line, first = three()
    with pytest.raises(MisuseError):
        Lineage(line.versions).heirs(first, first, "d")


def test_a_version_of_another_negotiation_is_misuse() -> None:
    line, first = three()
    with pytest.raises(MisuseError):
        Lineage(line.versions).heirs(first, bytes(32)[:-1] + b"\x09", "a")


def test_in_random_families_every_heir_has_an_origin_in_common() -> None:
    for seed in range(200):
        family = Family(seed, versions=8)
        found = Lineage(family.line.versions)
        for start, before in family.origins.items():
            for end, after in family.origins.items():
                for cid, origins in before.items():
                    for heir in found.heirs(start, end, cid):
                        assert after[heir] & origins, (seed, start[-1], end[-1], cid, heir)


def test_along_one_line_whatever_has_an_origin_in_common_is_an_heir() -> None:
    # Without second parents nothing may be lost either.
    for seed in range(200):
        family = Family(seed, versions=8)
        found = Lineage(family.line.versions)
        plain = all(len(each.content.parents) < 2 for _, each in family.line.versions.items())
        base, *later = family.origins
        for end in later if plain else ():
            after = family.origins[end]
            for cid, origins in family.origins[base].items():
                expected = {each for each, of in after.items() if of & origins}
                assert set(found.heirs(base, end, cid)) == expected, (seed, end[-1], cid)
