"""Redlines: every one gives both texts to the letter, and tells moves and splits as such."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paraph.client.negotiating.redline import (
    Redline,
    is_invisible,
    kin_after,
    kin_of,
    redline,
    three_way,
)
from paraph.client.scenario import load, shipped
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.ids import Ids
from paraph.protocol.negotiation.lineage import Lineage
from paraph.protocol.negotiation.text import Part, Text
from tests.support.lineages import (
    Family,
    Line,
    delete,
    insert,
    made,
    merge,
    move,
    of_scenario,
    replace,
    split,
)


def both_ways(found: Redline) -> None:
    everything = {each.number for each in found.changes}
    assert [each.number for each in found.changes] == list(range(len(everything)))
    assert found.resolve(everything) == found.new.parts
    assert found.resolve(()) == found.old.parts


def one(words: str) -> Text:
    return texts.from_clauses((made("a", words),), ("en", "ru"))


def shown(found: Redline, language: str = "en") -> str:
    marks = {"same": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}
    return "|".join(
        "".join(marks[piece.kind].format(piece.text) for piece in block.pieces[language])
        for block in found.blocks
    )


def test_words_are_told_one_by_one_and_a_row_of_them_as_one_change() -> None:
    found = redline(one("The sides meet twice."), one("The two sides shall convene twice!"))
    assert shown(found) == "The {+two +}sides [-meet-]{+shall convene+} twice[-.-]{+!+}"
    assert len([each for each in found.changes if each.language == "en"]) == 3
    assert shown(redline(one("a b c d"), one("a x y d"))) == "a [-b c-]{+x y+} d"
    both_ways(found)


def test_one_change_alone_can_be_accepted() -> None:
    found = redline(one("The sides meet twice."), one("The two sides meet thrice."))
    english = [each.number for each in found.changes if each.language == "en"]
    (part,) = found.resolve({english[1]})
    assert part.words == {"en": "The sides meet thrice.", "ru": "The sides meet twice."}


def test_words_in_a_script_without_blanks_are_told_character_by_character() -> None:
    found = redline(one("飞机保持三公里距离。"), one("飞机保持五公里距离。"))
    assert shown(found) == "飞机保持[-三-]{+五+}公里距离。"


def between(line: Line, old: bytes, new: bytes) -> Redline:
    return redline(line.text(old), line.text(new), kin_of(Lineage(line.versions), old, new))


def of(*operations: object) -> Redline:
    line = Line()
    first = line.base([made("a", "One two three four."), made("b", "Five."), made("c", "Six.")])
    second = line.child([first], *operations)  # type: ignore[arg-type]
    found = redline(
        line.text(first), line.text(second), kin_of(Lineage(line.versions), first, second)
    )
    both_ways(found)
    made_of = kin_after(line.text(first), operations)  # type: ignore[arg-type]
    assert redline(line.text(first), line.text(second), made_of) == found
    back = redline(
        line.text(second), line.text(first), kin_of(Lineage(line.versions), second, first)
    )
    both_ways(back)
    assert len(back.blocks) == len(found.blocks)
    return found


def test_a_split_keeps_the_words_that_it_carries_over() -> None:
    found = of(split("a", "One two.", "a2", "Three four."))
    assert [each.shape for each in found.blocks] == ["split", "same", "same"]
    assert shown(found) == "One two[- three-]{+.+}{+Three+} four.|Five.|Six."
    kept = {(each.old, each.new) for each in found.blocks[0].pieces["en"] if each.kind == "same"}
    assert kept == {("a", "a"), ("a", "a2")}


def test_a_part_that_is_merged_into_another_clause_is_told_with_both() -> None:
    found = of(split("a", "One two.", "n", "three four."), merge(["n", "b"], "b", "four. Five."))
    assert [each.shape for each in found.blocks] == ["recast", "same"]


def test_a_merge_keeps_the_words_of_both() -> None:
    found = of(merge(["b", "c"], "b", "Five. Six."))
    assert [each.shape for each in found.blocks] == ["same", "merged"]
    assert shown(found) == "One two three four.|Five.{+ +}Six."


def test_a_clause_that_was_moved_on_purpose_is_the_one_that_moved() -> None:
    for cid, after in (("a", "b"), ("b", "c"), ("c", "a")):
        found = of(move(cid, after))
        assert [each.cid for each in found.changes] == [cid]
        assert [each.kind for each in found.changes] == ["move"]
    twice = of(move("a", "c"), move("a", "b"), move("c", "a"), move("c", "b"))
    assert [each.cid for each in twice.changes if each.kind == "move"] == ["a"]


def test_a_clause_that_was_moved_and_changed_is_both() -> None:
    found = of(move("a", "b"), replace("a", "One two three five."))
    assert [each.kind for each in found.changes] == ["move", "words", "words"]
    (part,) = (each for each in found.resolve({0}) if each.cid == "a")
    assert part.words["en"] == "One two three four."
    assert [each.cid for each in found.resolve({0})] == ["b", "a", "c"]


def test_inserted_and_deleted_clauses_are_one_change_each() -> None:
    found = of(delete("b"), insert("a", "n", "New."))
    assert [each.kind for each in found.changes] == ["delete", "insert"]
    assert shown(found) == "One two three four.|[-Five.-]|{+New.+}|Six."
    assert [each.cid for each in found.resolve({1})] == ["a", "n", "b", "c"]
    assert [each.cid for each in found.resolve({0})] == ["a", "c"]


def test_what_no_rendering_shows_is_a_change_too() -> None:
    old = Text(("en", "ru"), (Part("a", "operative", {"en": "x"}, {}, ""),), Ids().put("a"))
    for part in (
        Part("a", "annex", {"en": "x"}, {}, ""),
        Part("a", "operative", {"en": "x", "ru": ""}, {}, ""),
        Part("a", "operative", {"en": "x"}, {"en": "Head"}, "limited"),
        Part("a", "operative", {"en": "x"}, {}, "", frozenset({"ru"})),
    ):
        found = redline(old, Text(("en", "ru"), (part,), Ids().put("a")))
        assert [each.kind for each in found.changes] == ["about"]
        both_ways(found)


def test_without_a_lineage_ids_decide_and_with_one_they_do_not() -> None:
    line = Line()
    first = line.base([made("a", "One."), made("b", "Two.")])
    left = line.child([first], insert("a", "x", "Left."))
    right = line.child([first], insert("b", "x", "Right."))
    lineage = Lineage(line.versions)
    by_id = redline(line.text(left), line.text(right))
    known = redline(line.text(left), line.text(right), kin_of(lineage, left, right))
    assert [each.kind for each in by_id.changes] == ["move", "words", "words"]
    assert [each.kind for each in known.changes] == ["delete", "insert"]
    both_ways(by_id)
    both_ways(known)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("e\u0301tat", "\u00e9tat"),
        ("5 km", "5\u00a0km"),
        ("Annex A", "Annex \u0410"),
        ("word", "wo\u200brd"),
        ("", "\u202e"),
        ("2-3", "2\u20113"),
    ],
)
def test_a_change_that_nobody_would_see_is_flagged(old: str, new: str) -> None:
    assert is_invisible(old, new)
    found = redline(one("Here: " + old), one("Here: " + new))
    assert {each.invisible for each in found.changes} == {True}
    both_ways(found)


def test_a_change_that_is_seen_is_not_flagged() -> None:
    assert not is_invisible("three", "tree")
    assert not is_invisible("same", "same")
    assert not is_invisible("foot ball", "football")


def test_every_pair_of_versions_of_the_sample_is_exact_in_both_languages() -> None:
    line, ids = of_scenario(load(shipped()))
    lineage = Lineage(line.versions)
    pairs = list(itertools.combinations(ids.values(), 2))
    assert len(pairs) == 28
    kinds: set[str] = set()
    for old, new in pairs:
        for start, end in ((old, new), (new, old)):
            both_ways(redline(line.text(start), line.text(end)))
            found = redline(line.text(start), line.text(end), kin_of(lineage, start, end))
            both_ways(found)
            kinds |= {each.kind for each in found.changes}
            for language in ("en", "ru"):
                for text, side in ((found.old, "deleted"), (found.new, "inserted")):
                    words = "".join(
                        piece.text
                        for block in found.blocks
                        for piece in block.pieces[language]
                        if piece.kind in ("same", side)
                    )
                    expected = "".join(part.words.get(language, "") for part in text.parts)
                    assert sorted(words) == sorted(expected)
    assert kinds >= {"words", "insert", "delete", "move", "split", "merge"}


SCRIPTS = {
    "latin": "the sides keep a distance of three (3) nautical miles, at all times.",
    "cyrillic": "стороны сохраняют дистанцию не менее трёх (3) миль, всегда.",
    "arabic": "يحافظ الطرفان على مسافة لا تقل عن ثلاثة (٣) أميال، دائما.",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_random_edit_scripts_are_exact(script: str) -> None:
    chance, words = random.Random(script), SCRIPTS[script].split(" ")
    for _ in range(3_400):
        old = chance.choices(words, k=chance.randrange(25))
        new = list(old)
        for _ in range(chance.randrange(8)):
            at = chance.randrange(len(new) + 1)
            new[at : at + chance.randrange(3)] = chance.choices(words, k=chance.randrange(3))
        found = redline(one(" ".join(old)), one(" ".join(new)))
        both_ways(found)


@settings(max_examples=200)
@given(st.integers(0, 100_000), st.data())
def test_random_families_are_exact_and_any_choice_of_changes_gives_a_text(
    seed: int, data: st.DataObject
) -> None:
    family = Family(seed)
    lineage = Lineage(family.line.versions)
    old, new = data.draw(st.sampled_from(list(itertools.permutations(family.origins, 2))))
    found = redline(family.line.text(old), family.line.text(new), kin_of(lineage, old, new))
    both_ways(found)
    accepted = data.draw(st.sets(st.sampled_from([each.number for each in found.changes] or [0])))
    cids = [part.cid for part in found.resolve(accepted)]
    assert len(cids) == len(set(cids))


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_wordings_are_exact(old: str, new: str) -> None:
    parts = [
        Text(("en",), (Part("a", "operative", {"en": each}, {}, ""),), Ids().put("a"))
        for each in (old, new)
    ]
    both_ways(redline(parts[0], parts[1]))


def three(base: str, theirs: str, ours: str) -> str:
    (row,) = three_way(one(base), one(theirs), one(ours))
    for at, text in enumerate((base, theirs, ours)):
        joined = "".join((each.base, each.theirs, each.ours)[at] for each in row.words["en"])
        assert joined == text
    return row.standing


def test_who_changed_what_of_the_base_is_told_and_where_they_collide() -> None:
    base = "At least three miles and two hours."
    far, long = base.replace("three", "five"), base.replace("two", "six")
    assert three(base, base, base) == "same"
    assert three(base, far, base) == "theirs"
    assert three(base, base, long) == "ours"
    assert three(base, far, far) == "both"
    assert three(base, far, long) == "both"
    assert three(base, far, base.replace("three", "nine")) == "conflict"


@given(*[st.text("ab ", max_size=12)] * 3)
def test_three_texts_are_told_to_the_letter(base: str, theirs: str, ours: str) -> None:
    three(base, theirs, ours)


def test_what_both_changed_is_alike_only_where_they_made_the_same_of_it() -> None:
    def row(theirs: str, ours: str) -> tuple[str, bool]:
        (found,) = three_way(one("Keep a line. Test it."), one(theirs), one(ours))
        return found.standing, found.is_alike

    apart = row("Keep a good line. Test it.", "Keep a line. Test it daily.")
    assert apart == ("both", False)
    assert row("Keep a good line. Test it.", "Keep a good line. Test it.") == ("both", True)


def test_clauses_that_one_side_deleted_or_moved_collide_with_what_the_other_made_of_them() -> None:
    line = Line()
    first = line.base([made(each, each) for each in "abcdef"])
    theirs = line.child([first], delete("a"), move("b", "f"), insert("c", "n", "New."))
    ours = line.child([first], replace("a", "A!"), move("b", "e"), insert("c", "n", "Newer."))
    rows = {
        row.cid: (row.standing, tuple(each.told for each in row.notes))
        for row in three_way(line.text(first), line.text(theirs), line.text(ours))
    }
    assert rows["a"] == ("conflict", ("deleted by theirs",))
    assert rows["b"] == ("conflict", ("moved by theirs after f", "moved by ours after e"))
    assert rows["n"] == ("conflict", ("inserted by theirs", "inserted by ours"))
    assert rows["c"] == ("same", ())
    alone = line.child([first], delete("a"), move("f", "b"))
    rows = {
        row.cid: (row.standing, tuple(each.told for each in row.notes))
        for row in three_way(line.text(first), line.text(alone), line.text(first))
    }
    assert rows["a"] == ("theirs", ("deleted by theirs",))
    assert rows["f"] == ("theirs", ("moved by theirs after b",))
    same = {row.standing for row in three_way(line.text(first), line.text(alone), line.text(alone))}
    assert same == {"same", "both"}
