"""Text, operations, rendering, digests (SPEC 7.2 to 7.4)."""

import hashlib
import sys
import unicodedata
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.errors import MalformedError, OutOfTurnError
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.text import Text, apply, from_clauses
from paraph.protocol.negotiation.unicode14 import (
    MOST_MARKS,
    assigned_ranges,
    first_crowded,
    first_unassigned,
    other_ranges,
)
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.versions import (
    MOST_CLAUSES,
    NO_NOTES,
    Clause,
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Operation,
    Replace,
    Split,
)
from tests.support.effort import calls
from tests.support.negotiating import LANGUAGES, base_clauses, clause


def base() -> Text:
    return from_clauses(base_clauses(), LANGUAGES)


def order(text: Text) -> list[str]:
    return [part.cid for part in text.parts]


def replacing(cid: str, **words: str) -> Replace:
    return Replace(cid=cid, texts=to_wordings(words), notes=NO_NOTES)


def inserting(after: str, cid: str, **words: str) -> InsertAfter:
    return InsertAfter(after=after, clause=clause(cid, **words), notes=NO_NOTES)


def deleting(cid: str) -> Delete:
    return Delete(cid=cid, to=(), notes=NO_NOTES)


def moving(cid: str, after: str) -> MoveAfter:
    return MoveAfter(cid=cid, after=after, notes=NO_NOTES)


def splitting(cid: str, new: str) -> Split:
    return Split(
        cid=cid,
        texts=to_wordings({"en": "First.", "ru": "Первое."}),
        new_cid=new,
        new_texts=to_wordings({"en": "Second."}),
        new_headings=to_wordings({"en": "Heading"}),
        notes=NO_NOTES,
    )


def merging(*cids: str, into: str) -> Merge:
    return Merge(
        cids=tuple(sorted(cids)),
        into=into,
        texts=to_wordings({"en": "Both.", "ru": "Оба."}),
        headings=to_wordings({"ru": "Вместе"}),
        notes=NO_NOTES,
    )


def test_only_operative_and_testimonium_clauses_are_numbered_in_order() -> None:
    assert base().numbers() == {"title": "", "c-one": "1", "c-two": "2", "end": "3"}
    assert [base().number(cid) for cid in ("title", "c-two", "c-none")] == ["", "2", ""]
    assert apply(base(), [moving("c-one", "end")]).numbers()["c-one"] == "3"


def test_a_rendering_is_numbers_and_words_one_clause_a_line_without_headings() -> None:
    assert texts.render(base(), "en") == (
        "Draft\n1. We meet. We meet again.\n2. See 1.\n3. Words of end."
    )
    digest = hashlib.sha256(texts.render(base(), "ru").encode()).digest()
    assert texts.digest(base(), "ru") == digest == texts.digests(base())["ru"]


def test_a_reference_to_no_clause_shows_a_question_mark_to_an_unnumbered_one_nothing() -> None:
    text = from_clauses(
        (clause("title", "title", en="T {ref:gone}"), clause("c-one", en="{ref:title}.")),
        LANGUAGES,
    )
    assert texts.render(text, "en") == "T ?\n1. ."


def test_a_clause_without_words_still_has_its_line() -> None:
    text = from_clauses((clause("c-one", en="A."), clause("x", "annex", en="B.")), LANGUAGES)
    assert texts.render(text, "ru") == "1. \n"


def test_the_rendering_alone_is_normalised_words_stay_as_received() -> None:
    decomposed = "и\u0306"
    text = from_clauses((clause("c-one", ru=decomposed),), LANGUAGES)
    assert text.parts[0].words["ru"] == decomposed
    assert texts.render(text, "ru") == "1. й"
    composed = from_clauses((clause("c-one", ru="й"),), LANGUAGES)
    assert texts.digest(text, "ru") == texts.digest(composed, "ru")
    assert texts.checks(text) != texts.checks(composed)


def test_replace_keeps_the_words_of_a_language_left_out_and_marks_it_stale() -> None:
    part = apply(base(), [replacing("c-one", en="New.")]).find("c-one")
    assert part is not None
    assert part.words == {"en": "New.", "ru": "Мы встречаемся."}
    assert part.stale == {"ru"}
    again = apply(base(), [replacing("c-one", en="A."), replacing("c-one", en="B.", ru="Б.")])
    assert again.parts[1].stale == frozenset()


def test_insert_delete_and_move_change_the_order_and_nothing_else() -> None:
    assert order(apply(base(), [inserting("c-one", "c-new")])) == [
        "title",
        "c-one",
        "c-new",
        "c-two",
        "end",
    ]
    assert order(apply(base(), [deleting("c-one")])) == ["title", "c-two", "end"]
    assert order(apply(base(), [moving("title", "end")]))[-1] == "title"
    assert order(apply(base(), [moving("end", "title")]))[1] == "end"
    moved = apply(base(), [moving("end", "title"), moving("end", "c-two")])
    assert moved == base()


def test_a_split_makes_a_second_part_of_the_same_role_that_follows_at_once() -> None:
    text = apply(base(), [splitting("c-one", "c-new")])
    assert order(text) == ["title", "c-one", "c-new", "c-two", "end"]
    first, second = text.parts[1:3]
    assert (first.words["en"], second.words) == ("First.", {"en": "Second."})
    assert (second.role, second.headings) == ("operative", {"en": "Heading"})


def test_a_merge_keeps_the_place_of_the_clause_it_goes_into() -> None:
    text = apply(base(), [merging("c-one", "c-two", into="c-two")])
    assert order(text) == ["title", "c-two", "end"]
    kept = text.parts[1]
    assert (kept.words["en"], kept.headings) == ("Both.", {"ru": "Вместе"})


@pytest.mark.parametrize(
    ("operation", "code", "named"),
    [
        (replacing("gone", en="x"), "unknown-clause", "gone"),
        (inserting("gone", "new"), "unknown-clause", "gone"),
        (inserting("title", "c-one"), "clause-given-twice", "c-one"),
        (deleting("gone"), "unknown-clause", "gone"),
        (moving("gone", "title"), "unknown-clause", "gone"),
        (moving("title", "gone"), "unknown-clause", "gone"),
        (moving("title", "title"), "clause-follows-itself", "title"),
        (splitting("gone", "new"), "unknown-clause", "gone"),
        (splitting("c-one", "end"), "clause-given-twice", "end"),
        (merging("c-one", "gone", into="c-one"), "unknown-clause", "gone"),
        (merging("c-one", "title", into="title"), "roles-differ", "title"),
        (replacing("c-one", fr="x"), "unknown-language", "c-one"),
        (replacing("c-one", en="x\u0378"), "unassigned-code-point", "c-one"),
    ],
)
def test_an_operation_that_does_not_fit_names_clause_and_place_and_changes_nothing(
    operation: Operation, code: str, named: str
) -> None:
    text = base()
    with pytest.raises((OutOfTurnError, MalformedError), match=rf'operation 2: .*"{named}"') as bad:
        apply(text, [replacing("c-one", en="Fine."), operation])
    assert bad.value.code == code
    assert text == base()


def test_a_clause_id_is_never_given_again_in_its_line() -> None:
    gone = apply(base(), [deleting("c-one")])
    with pytest.raises(OutOfTurnError, match="c-one"):
        apply(gone, [inserting("title", "c-one")])
    merged = apply(base(), [merging("c-one", "c-two", into="c-one")])
    with pytest.raises(OutOfTurnError, match="c-two"):
        apply(merged, [splitting("c-one", "c-two")])
    with pytest.raises(OutOfTurnError) as twice:
        from_clauses((clause("a"), clause("a")), LANGUAGES)
    assert twice.value.code == "clause-given-twice"


def test_a_clause_of_the_other_branch_keeps_its_id_and_is_not_given_again() -> None:
    ours = apply(base(), [inserting("c-one", "c-ours")])
    theirs = apply(base(), [inserting("c-one", "c-theirs")])
    taken = apply(ours, [inserting("c-ours", "c-theirs")]).joined(theirs)
    gone = apply(taken, [deleting("c-theirs")])
    with pytest.raises(OutOfTurnError, match="c-theirs"):
        apply(gone, [inserting("c-one", "c-theirs")])


def test_the_size_of_a_text_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    many = tuple(clause(f"c{n}", en="x") for n in range(MOST_CLAUSES))
    full = from_clauses(many, LANGUAGES)
    with pytest.raises(MalformedError) as malformed:
        apply(full, [inserting("c0", "c-new", en="x")])
    assert malformed.value.code == "text-too-large"
    monkeypatch.setattr(texts, "MOST_CHARACTERS", 10)
    from_clauses((clause("a", en="x" * 10),), LANGUAGES)
    with pytest.raises(MalformedError):
        from_clauses((clause("a", en="x" * 10, ru="x"),), LANGUAGES)


def test_what_no_rendering_shows_is_in_the_structure_or_the_checks() -> None:
    def changed(**fields: object) -> Text:
        plain: dict[str, object] = {
            "cid": "a",
            "role": "operative",
            "texts": to_wordings({"en": ""}),
            "headings": (),
            "handling": "",
        }
        return from_clauses((Clause(**{**plain, **fields}),), LANGUAGES)  # type: ignore[arg-type]

    others = [
        changed(cid="b"),
        changed(role="testimonium"),
        changed(handling="secret"),
        changed(headings=to_wordings({"en": "A"})),
        changed(headings=to_wordings({"ru": "A"})),
        changed(texts=()),
        changed(texts=to_wordings({"en": "", "ru": ""})),
        apply(changed(), [replacing("a", en="")]),
    ]
    made = [changed(), *others]
    assert len({texts.render(each, "en") for each in made}) == 1
    assert len({texts.structure_digest(each) for each in made}) == len(made)
    assert len({texts.checks(each) for each in made}) == len(made)


def test_a_line_break_inside_a_clause_is_no_second_clause() -> None:
    one = from_clauses((clause("a", en="x\n2. y"),), LANGUAGES)
    two = from_clauses((clause("a", en="x"), clause("b", en="y")), LANGUAGES)
    assert texts.digest(one, "en") == texts.digest(two, "en")
    assert texts.structure_digest(one) != texts.structure_digest(two)
    assert len(texts.checks(one)) == 1


def test_a_quote_is_found_at_every_place_between_its_neighbours() -> None:
    assert texts.find_quote("aaa", "", "aa", "") == (0, 1)
    assert texts.find_quote("We meet. We meet again.", "", "We meet", "") == (0, 9)
    assert texts.find_quote("We meet. We meet again.", "", "We meet", " again") == (9,)
    assert texts.find_quote("We meet. We meet again.", ". ", "We meet", "") == (9,)
    assert texts.find_quote("We meet.", "", "they", "") == ()
    assert texts.find_quote("We meet.", "", "", "") == ()


def test_the_table_of_assigned_code_points_is_the_frozen_one() -> None:
    table = repr(assigned_ranges()).encode()
    assert len(assigned_ranges()) == 698
    assert hashlib.sha256(table).hexdigest() == (
        "23ee34442d20c690abaa45a8a514825684c2a4ee2662b5e6251c1042a2bfdef7"
    )


@pytest.mark.skipif(unicodedata.unidata_version != "14.0.0", reason="another Unicode version")
def is_assigned(point: str) -> bool:
    return unicodedata.category(point) != "Cn"


def is_no_mark(point: str) -> bool:
    return not unicodedata.combining(unicodedata.normalize("NFD", point)[0])


@pytest.mark.parametrize(
    ("table", "says"), [(assigned_ranges, is_assigned), (other_ranges, is_no_mark)]
)
def test_the_tables_are_what_unicode_14_says(
    table: Callable[[], Sequence[tuple[int, int]]], says: Callable[[str], bool]
) -> None:
    inside = iter(table())
    low, high = next(inside)
    for point in range(sys.maxunicode + 1):
        if point > high:
            low, high = next(inside, (sys.maxunicode + 1,) * 2)
        assert (low <= point <= high) == says(chr(point))


def test_the_first_unassigned_code_point_is_found() -> None:
    assert first_unassigned("plain") == first_unassigned("Экипажи, نص, 漢字, 🛩") == -1
    assert first_unassigned("ab\u0378c\u0379") == 2
    assert first_unassigned("\U0001fae8") == 0  # assigned in Unicode 15.0
    with pytest.raises(MalformedError, match=r'clause "a", language en, character 3: U\+0378'):
        from_clauses((clause("a", en="xy\u0378"),), LANGUAGES)


def test_as_many_marks_stand_on_a_letter_as_anybody_writes() -> None:
    marks = "\u0301\u0316" * (MOST_MARKS // 2)
    text = from_clauses((clause("a", en=f"x{marks}y{marks}", ru="Ш\u0301"),), LANGUAGES)
    assert texts.render(text, "ru") == "1. Ш\u0301"
    assert first_crowded("plain") == first_crowded(f"x{marks}é{marks}") == -1
    assert first_crowded(f"xy{marks}\u0f73") == 2  # its own class is 0, its parts' are not


def test_marks_that_would_take_minutes_to_put_in_order_are_refused() -> None:
    crowd = "x" + "\u0301\u0316" * 49_000
    text = from_clauses((clause("a"),), LANGUAGES)
    with pytest.raises(MalformedError, match=r'clause "a", language en: expected at most 30'):
        from_clauses((clause("a", en=crowd),), LANGUAGES)
    with pytest.raises(MalformedError) as caught:
        apply(text, [replacing("a", en=crowd)])
    assert caught.value.code == "crowded-marks"
    hidden = ("\u0301\u0316" * 15 + "{ref:title}") * 2_000
    with pytest.raises(MalformedError):
        from_clauses((clause("a", en=hidden),), LANGUAGES)


def test_a_quote_that_stands_at_every_place_is_looked_for_twice() -> None:
    found: list[object] = []
    work = lambda: found.append(texts.find_quote("a" * 100_000, "", "a" * 20_000, ""))  # noqa: E731
    assert calls(work) < 100
    assert found == [(0, 1)]


OPERATIONS = st.one_of(
    st.builds(replacing, st.sampled_from("abcde"), en=st.text(max_size=3)),
    st.builds(inserting, st.sampled_from("abcde"), st.sampled_from("abcdefgh"), en=st.just("n")),
    st.builds(deleting, st.sampled_from("abcde")),
    st.builds(moving, st.sampled_from("abcde"), st.sampled_from("abcde")),
    st.builds(splitting, st.sampled_from("abcde"), st.sampled_from("fgh")),
    st.sampled_from([merging(x, y, into=x) for x in "abcde" for y in "abcdefgh" if x != y]),
)


@given(st.lists(OPERATIONS, max_size=12))
def test_any_operations_give_a_sound_text_or_a_named_error(operations: list[Operation]) -> None:
    text = from_clauses(tuple(clause(each) for each in "abcde"), LANGUAGES)
    codes: set[str] = set()
    for operation in operations:
        try:
            after = apply(text, [operation])
        except (OutOfTurnError, MalformedError) as error:
            codes.add(error.code)
            continue
        assert len(set(order(after))) == len(after.parts)
        assert set(order(after)) <= after.used
        assert text.used <= after.used
        assert texts.render(after, "en").count("\n") >= len(after.parts) - 1
        text = after
    assert apply(text, ()) == text
    assert codes <= {
        "unknown-clause",
        "clause-given-twice",
        "clause-follows-itself",
        "unassigned-code-point",
    }
