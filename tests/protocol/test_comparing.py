"""Tokens of any script, and what two wordings have in common."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.negotiation import comparing
from paraph.protocol.negotiation.comparing import common, is_blank, is_word, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("At least three (3) miles.", "At| |least| |three| |(|3|)| |miles|."),
        ("[RUS: не менее 5 км]", "[|RUS|:| |не| |менее| |5| |км|]"),
        ("لا تقل المسافة، ثلاثة", "لا| |تقل| |المسافة|،| |ثلاثة"),
        ("飞机保持距离。", "飞|机|保|持|距|离|。"),
        ("「か\u3099く」", "「|か\u3099|く|」"),
        ("नियम हैं।", "नियम| |हैं|।"),
        ("e\u0301tat\u00a0\u2009x", "e\u0301tat|\u00a0\u2009|x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("«да» — нет", "«|да|»| |—| |нет"),
        ("", ""),
    ],
)
def test_a_word_a_blank_and_a_mark_are_tokens_in_any_script(text: str, expected: str) -> None:
    assert "|".join(tokens(text)) == expected


@given(st.text())
def test_the_tokens_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text
    assert all(tokens(text))


def test_a_token_is_words_blanks_or_punctuation() -> None:
    told = {each: (is_word(each), is_blank(each)) for each in ("x", "飞", ".", " \u00a0")}
    assert told == {
        "x": (True, False),
        "飞": (True, False),
        ".": (False, False),
        " \u00a0": (False, True),
    }


def longest(old: str, new: str) -> int:
    row = [0] * (len(new) + 1)
    for left in old:
        before = row
        row = [0]
        for j, right in enumerate(new):
            row.append(before[j] + 1 if left == right else max(before[j + 1], row[j]))
    return row[-1]


@given(st.text("abc", max_size=20), st.text("abc", max_size=20))
def test_what_is_common_is_in_order_and_as_long_as_can_be(old: str, new: str) -> None:
    pairs = common(old, new)
    assert all(old[i] == new[j] for i, j in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(pairs))
    assert len(pairs) == longest(old, new)


def test_what_is_too_much_to_compare_is_alike_at_its_ends_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = "abxcde", "abycfe"
    assert common(old, new) == [(0, 0), (1, 1), (3, 3), (5, 5)]
    monkeypatch.setattr(comparing, "MOST_WORK", 8)
    assert common(old, new) == [(0, 0), (1, 1), (5, 5)]


def test_a_clause_as_large_as_one_can_be_is_compared_in_bounded_work() -> None:
    chance = random.Random(7)
    old = [chance.choice("abcdefgh") for _ in range(50_000)]
    new = [chance.choice("abcdefgh") for _ in range(50_000)]
    assert len(common(old, new)) < 20
