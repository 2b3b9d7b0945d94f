"""Brackets, alternatives, placeholders, references (SPEC 7.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.errors import MalformedError
from paraph.protocol.negotiation.marks import (
    MOST_NESTED,
    PLACEHOLDER,
    UNATTRIBUTED,
    alternatives,
    parse,
    references,
    resolve,
    shape,
    tally,
    walk,
)

CODES = ("RUS", "USA")


def holders(text: str) -> list[str]:
    return [group.holder for group in walk(parse(text, CODES))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no mark at all", []),
        ("[RUS: words]", ["RUS"]),
        ("[words]", [UNATTRIBUTED]),
        ("[]", [UNATTRIBUTED]),
        ("[RUSSIA: words]", [UNATTRIBUTED]),
        ("[RUS words]", [UNATTRIBUTED]),
        ("[ RUS: words]", [UNATTRIBUTED]),
        ("[rus: words]", [UNATTRIBUTED]),
        ("[●: value]", [PLACEHOLDER]),
        ("[●]", [PLACEHOLDER]),
        ("[USA: a] [RUS: b [●: c] [d]]", ["USA", "RUS", PLACEHOLDER, UNATTRIBUTED]),
    ],
)
def test_who_holds_a_group_is_told_by_its_first_letters(text: str, expected: list[str]) -> None:
    assert holders(text) == expected


def test_a_group_knows_its_place() -> None:
    text = "keep [USA: far [●: n]] apart"
    (group,) = parse(text, CODES)
    assert text[group.start : group.end] == "[USA: far [●: n]]"
    assert text[group.inside[0].start : group.inside[0].end] == "[●: n]"


@pytest.mark.parametrize(
    ("text", "place"), [("a]", 2), ("[a]]", 4), ("[a", 1), ("[a [b]", 1), ("a [b [c", 6), ("][", 1)]
)
def test_brackets_that_do_not_pair_are_malformed_and_say_where(text: str, place: int) -> None:
    with pytest.raises(MalformedError, match=rf"character {place}\b") as malformed:
        parse(text, CODES)
    assert malformed.value.code == "unbalanced-bracket"


def test_nesting_has_a_bound() -> None:
    deep = "[" * MOST_NESTED + "]" * MOST_NESTED
    assert len(holders(deep)) == MOST_NESTED
    with pytest.raises(MalformedError) as malformed:
        parse(f"[{deep}]", CODES)
    assert malformed.value.code == "nested-too-deep"


def test_placeholders_are_counted_apart_and_nested_groups_each() -> None:
    counted = tally(["[USA: a [RUS: b]] [●: c]", "[d [●: e]]", "f"], CODES)
    assert (counted.brackets, counted.placeholders, counted.balanced) == (3, 2, True)
    assert counted.held_by == {"USA": 1, "RUS": 1, UNATTRIBUTED: 1}


def test_a_clause_that_does_not_pair_counts_for_nothing_and_is_told() -> None:
    counted = tally(["[USA: a] [b", "[c]"], CODES)
    assert (counted.brackets, counted.placeholders, counted.balanced) == (1, 0, False)


def test_structure_is_the_same_in_another_word_order_and_differs_by_holder_and_nesting() -> None:
    def of(text: str) -> object:
        return shape(parse(text, CODES))

    assert of("[USA: a] x [RUS: b [c]]") == of("[RUS: в [с]] [USA: а]")
    assert of("[USA: a]") != of("[RUS: a]")
    assert of("[USA: a [b]]") != of("[USA: a] [b]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[USA: a] [RUS: b]", [["USA", "RUS"]]),
        ("[USA: a][RUS: b]\u00a0[USA: c], [RUS: d]", [["USA", "RUS", "USA"]]),
        ("[USA: a] or [RUS: b]", []),
        ("[USA: a] [b] [RUS: c]", []),
        ("[USA: a] [●: b]", []),
        ("x [USA: a] [RUS: b [RUS: c] [USA: d]]", [["USA", "RUS"], ["RUS", "USA"]]),
        ("[USA: a] [RUS: b] [c]", [["USA", "RUS"]]),
    ],
)
def test_attributed_groups_side_by_side_are_alternatives(
    text: str, expected: list[list[str]]
) -> None:
    sets = alternatives(text, parse(text, CODES))
    assert [[group.holder for group in each] for each in sets] == expected


def test_references_are_resolved_and_nothing_else_is() -> None:
    text = "{ref:c-one} {ref:нет} {ref:} {ref:a b} {ref: c} {REF:c-one} {ref:c.d} ref:c-one"
    assert references(text) == ("c-one", "нет")
    resolved = resolve(text, {"c-one": "7"}.get)  # type: ignore[arg-type]
    assert resolved.startswith("7 ")
    assert resolve("no reference", str) == "no reference"


@given(st.text(alphabet="[]● :RUSA{ref}a", max_size=60))
def test_any_text_is_counted_or_malformed_and_every_group_is_a_pair(text: str) -> None:
    try:
        groups = list(walk(parse(text, CODES)))
    except MalformedError:
        assert not tally([text], CODES).balanced
        return
    assert len(groups) == text.count("[") == text.count("]")
    counted = tally([text], CODES)
    assert counted.brackets + counted.placeholders == len(groups)
    assert counted.brackets == sum(counted.held_by.values())
