"""Where the words of a comment stand later: never in a stranger's clause, never by guess."""

import os

import pytest

from paraph.client.scenario import Scenario, load, shipped
from paraph.protocol.errors import MisuseError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.anchoring import Anchoring, Place, anchoring_of
from paraph.protocol.negotiation.text import find_quote
from paraph.protocol.statements.exchanges import Anchor
from tests.support import negotiating as talk
from tests.support.effort import calls
from tests.support.lineages import (
    Family,
    Line,
    anchor,
    delete,
    insert,
    made,
    merge,
    of_scenario,
    replace,
    split,
)

MEET = "The sides meet twice a year in Geneva."


def line() -> tuple[Line, bytes]:
    made_line = Line()
    return made_line, made_line.base([made("a", MEET), made("b", "The sides keep distance.")])


def place(of: Line, where: Anchor, end: bytes) -> Place:
    return Anchoring(of.versions).place(where, end)


def test_words_that_stand_are_exact_wherever_in_the_clause_they_are() -> None:
    of, first = line()
    second = of.child([first], replace("a", "Each year, " + MEET))
    where = anchor(first, "a", "twice a year")
    assert place(of, where, first) == Place("exact", "a", 15, 27, "twice a year")
    assert place(of, where, second) == Place("exact", "a", 26, 38, "twice a year")


def test_the_places_are_found_once_for_the_same_versions() -> None:
    of, first = line()
    second = of.child([first], replace("a", "The sides meet at least twice each year in Geneva."))
    found = anchoring_of(of.versions)
    assert anchoring_of(of.versions) is found
    assert found.place(anchor(first, "a", "twice a year"), second).cid == "a"
    of.child([second], replace("b", "Apart."))
    assert anchoring_of(of.versions) is not found


def test_words_of_which_half_stand_are_edited_and_what_stands_now_is_told() -> None:
    of, first = line()
    second = of.child([first], replace("a", "The sides meet at least twice each year in Geneva."))
    where = anchor(first, "a", "twice a year")
    assert place(of, where, second) == Place("edited", "a", 24, 39, "twice each year")


def test_words_that_are_gone_are_told_with_the_last_that_stood() -> None:
    of, first = line()
    second = of.child([first], replace("a", "The sides meet twice each year in Geneva."))
    third = of.child([second], replace("a", "The sides meet in Geneva."))
    fourth = of.child([third], replace("b", "Apart."))
    found = Anchoring(of.versions)
    where = anchor(first, "a", "twice a year")
    for end in (third, fourth):
        assert found.place(where, end) == Place(
            "quote_removed", wording="twice each year", seen=second
        )


def test_a_clause_that_left_is_told_with_the_last_words_even_if_others_say_the_same() -> None:
    of, first = line()
    second = of.child([first], delete("a"), insert("b", "n", MEET))
    assert place(of, anchor(first, "a", "twice a year"), second) == Place(
        "clause_removed", wording="twice a year", seen=first
    )


def test_words_follow_their_clause_into_a_split_and_a_merge() -> None:
    of, first = line()
    second = of.child([first], split("a", "The sides meet.", "a2", "They do so twice a year."))
    third = of.child([second], merge(["a2", "b"], "b", "They do so twice a year. Apart."))
    found = Anchoring(of.versions)
    where = anchor(first, "a", "twice a year")
    assert (found.place(where, second).cid, found.place(where, third).cid) == ("a2", "b")
    assert found.place(where, third).fate == "exact"


def test_words_that_stand_in_both_parts_of_a_split_are_ambiguous() -> None:
    of, first = line()
    both = split("a", "We meet twice a year.", "a2", "They meet twice a year.")
    second = of.child([first], both)
    third = of.child([second], replace("a", "We meet."), replace("a2", "They meet."))
    found = Anchoring(of.versions)
    where = anchor(first, "a", "twice a year")
    assert found.place(where, second) == Place("ambiguous")
    assert found.place(where, third) == Place("quote_removed", wording="twice a year", seen=first)


def test_a_quote_that_stands_twice_needs_its_neighbours() -> None:
    of = Line()
    first = of.base([made("a", "We meet. They meet.")])
    assert place(of, anchor(first, "a", "meet"), first) == Place("ambiguous")
    found = place(of, anchor(first, "a", "meet", "They "), first)
    assert (found.fate, found.start) == ("exact", 14)


def test_two_comments_on_one_span_are_both_placed() -> None:
    of, first = line()
    second = of.child([first], replace("a", "The sides meet twice each year."))
    found = Anchoring(of.versions)
    one, two = anchor(first, "a", "twice a year"), anchor(first, "a", "meet twice a year")
    assert found.place(one, first).end == found.place(two, first).end
    assert found.place(one, second).end == found.place(two, second).end == 30


def test_words_can_be_followed_to_another_branch() -> None:
    of, first = line()
    left = of.child([first], replace("a", "The sides meet twice each year."))
    right = of.child([first], replace("a", "The sides meet."))
    other = of.base([made("a", MEET)])
    found = Anchoring(of.versions)
    assert found.place(anchor(left, "a", "meet"), right).fate == "exact"
    assert found.place(anchor(left, "a", "twice each year"), right) == Place(
        "quote_removed", wording="twice each year", seen=left
    )
    assert found.place(anchor(left, "a", "meet"), other).fate == "clause_removed"


def test_marks_of_punctuation_are_followed_where_there_are_no_words() -> None:
    of = Line()
    first = of.base([made("a", "Yes, no; never.")])
    second = of.child([first], replace("a", "Perhaps; never."))
    assert place(of, anchor(first, "a", ";", "no"), second) == Place("edited", "a", 7, 8, ";")


def test_a_comment_on_the_whole_text_has_no_place_in_it() -> None:
    of, first = line()
    whole = talk.anchor(first, "", "", language="")
    assert place(of, whole, first).fate == "whole"
    with pytest.raises(MisuseError):
        place(of, whole, b"\x09" * 32)


def test_a_quote_that_never_stood_as_it_says_is_removed_and_was_never_seen() -> None:
    # In an internal channel nobody checks an anchor against the text of the shared one.
    of, first = line()
    for cid in ("a", "unknown"):
        found = place(of, anchor(first, cid, "thrice"), first)
        assert (found.seen, found.wording) == (ZERO, "thrice")


@pytest.fixture(scope="module")
def sample() -> Scenario:
    return load(shipped())


def test_the_comments_of_the_sample_are_placed_as_expected(sample: Scenario) -> None:
    of, ids = of_scenario(sample)
    found = Anchoring(of.versions)
    fates: dict[str, int] = {}
    for each in sample.comments:
        if not each.cid:
            continue
        where = Anchor(
            version=ids[each.version], cid=each.cid, language=each.language,
            exact=each.exact, prefix=each.prefix, suffix=each.suffix,
        )  # fmt: skip
        names = list(ids)
        for later in names[names.index(each.version) + 1 :]:
            here = found.place(where, ids[later])
            fates[here.fate] = fates.get(here.fate, 0) + 1
            if here.cid:
                assert here.cid in found.lineage.heirs(where.version, ids[later], each.cid)
            else:
                assert here.wording
    assert fates == {"exact": 26, "edited": 9, "quote_removed": 18, "clause_removed": 3}


def by_words(of: Line, where: Anchor, end: bytes) -> str:
    # What an anchor is without a lineage: the first clause with these words.
    return next(
        (
            part.cid
            for part in of.text(end).parts
            if find_quote(part.words["en"], "", where.exact, "")
        ),
        "",
    )


LINES = 10_000 if os.environ.get("PARAPH_LONG") else 1_000


def test_no_comment_of_thousands_of_random_lines_is_on_a_wrong_clause() -> None:
    placed = guessed_wrong = 0
    for seed in range(LINES):
        family = Family(seed, versions=5)
        found = Anchoring(family.line.versions)
        for where in family.anchors():
            own = family.origins[where.version][where.cid]
            for end, origins in family.origins.items():
                here = found.place(where, end)
                if here.cid:
                    placed += 1
                    assert origins[here.cid] & own, (seed, where, end)
                assert found.clause(where, end) == (here.cid or where.cid), (seed, where, end)
                guess = by_words(family.line, where, end)
                guessed_wrong += bool(guess and not origins[guess] & own)
    assert placed > 10 * LINES
    assert guessed_wrong > LINES, "the lines do not tempt anybody to guess"


def test_a_comment_is_shown_where_its_words_stand_or_else_where_they_were() -> None:
    of, first = line()
    second = of.child([first], split("a", "The sides meet.", "a2", "They do so twice a year."))
    third = of.child([second], delete("a2"))
    where = anchor(first, "a", "twice a year")
    found = Anchoring(of.versions)
    assert [found.clause(where, each) for each in (first, second, third)] == ["a", "a2", "a"]
    fourth = of.child([third], delete("a"))
    found = Anchoring(of.versions)
    assert found.clause(where, fourth) == "a"
    assert found.place(where, second).cid == found.clause(where, second) == "a2"
    assert found.clause(anchor(first, "never", "twice"), fourth) == "never"
    assert found.clause(anchor(first, "", ""), fourth) == ""


def test_the_clause_of_a_comment_is_told_without_looking_for_its_words() -> None:
    of = Line()
    last = first = of.base([made(f"c{at}", f"{MEET} Number {at}.") for at in range(50)])
    for at in range(50):
        last = of.child([last], replace(f"c{at % 50}", f"They meet twice each year, {at}."))
    wheres = [anchor(first, f"c{at}", "twice a year") for at in range(50)]
    found, other = Anchoring(of.versions), Anchoring(of.versions)
    told = calls(lambda: [found.clause(each, last) for each in wheres])
    placed = calls(lambda: [other.place(each, last) for each in wheres])
    assert told * 5 < placed


def test_following_many_comments_through_many_versions_is_work_in_proportion() -> None:
    def work(comments: int, versions: int) -> int:
        of = Line()
        last = first = of.base([made(f"c{at}", f"{MEET} Number {at}.") for at in range(50)])
        for at in range(versions):
            last = of.child([last], replace(f"c{at % 50}", f"{MEET} Number {at % 50} {at}."))
        found = Anchoring(of.versions)

        def follow() -> None:
            for at in range(comments):
                where = anchor(first, f"c{at % 50}", "twice a year", suffix=" in"[: 1 + at % 3])
                assert found.place(where, last).fate == "exact"

        return calls(follow)

    assert work(2_000, 100) < 20 * work(200, 20)
