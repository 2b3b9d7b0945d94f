"""Comments on words as a page shows them."""

import pytest

from paraph.client.negotiating.comments import reading_as
from paraph.client.negotiating.runs import numbered

WORDS = "As in {ref:line} and {ref:gone}, and in {ref:line}."
NUMBERS = numbered({"line": "12", "none": ""})


@pytest.mark.parametrize(
    ("quote", "written"),
    [
        ("As in 12 and", ["As in {ref:line} and"]),
        ("in 12", ["in {ref:line}", "in {ref:line}"]),
        ("and ?, and", ["and {ref:gone}, and"]),
        ("1", ["{ref:line}", "{ref:line}"]),
        ("2.", ["{ref:line}."]),
        ("As in 12 and ?, and in 12.", [WORDS]),
        ("As in 13", []),
        ("", []),
    ],
)
def test_a_stretch_is_found_by_how_it_reads(quote: str, written: list[str]) -> None:
    assert list(reading_as(WORDS, quote, NUMBERS)) == written


def test_what_stands_twice_in_the_number_of_one_reference_stands_at_one_place() -> None:
    words = "see {ref:a} and more"
    assert list(reading_as(words, "1", numbered({"a": "11"}))) == ["{ref:a}"]
    assert list(reading_as(f"{words}, {{ref:a}}", "1", numbered({"a": "11"}))) == ["{ref:a}"] * 2


def test_a_reference_without_a_number_is_part_of_what_stands_around_it() -> None:
    assert list(reading_as("in {ref:none} words", "in  words", NUMBERS)) == ["in {ref:none} words"]
