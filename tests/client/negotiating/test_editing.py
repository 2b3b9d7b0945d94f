"""Changes of a draft one at a time, and a draft brought onto a newer version; without any page."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.client.negotiating import bilingual, deriving, editing, rebasing
from paraph.client.negotiating.bilingual import DraftFile, Entry
from paraph.client.negotiating.drafting import Drafted
from paraph.client.negotiating.editing import Written
from paraph.client.negotiating.redline.beside import side_by_side
from paraph.client.negotiating.redline.three import Segment, Standing
from paraph.client.writing.composing import VersionDraft
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import Version
from paraph.protocol.negotiation.text import Part, Text
from tests.support.negotiating import clause

LANGUAGES = ("en", "ru")
BASE = texts.from_clauses(
    tuple(clause(cid, en=f"Words of {cid}.", ru=f"Слова {cid}.") for cid in ("a", "b", "c", "d")),
    LANGUAGES,
)


def draft_of(text: Text = BASE) -> DraftFile:
    return DraftFile(parents=("ab" * 32,), entries=tuple(Entry(part) for part in text.parts))


def result(draft: DraftFile, parent: Text = BASE) -> Text:
    """What the draft gives when it is tabled on its parent, by way of its file."""
    file = bilingual.parse(bilingual.write(draft, LANGUAGES), LANGUAGES)
    return texts.apply(parent, deriving.operations(file.entries, parent))


def words(draft: DraftFile, cid: str, language: str = "en") -> str:
    return editing.entry_of(draft, cid).part.words[language]


def wrote(draft: DraftFile, cid: str, text: str, seen: str | None = None) -> editing.Saved:
    began = words(draft, cid) if seen is None else seen
    given_ = {"words-en": Written(text, editing.revision(began))}
    return editing.save(draft, cid, given_, BASE)


WORDS = st.sampled_from(["one", "two", "three", "Words of a."])


@given(st.lists(st.tuples(st.booleans(), WORDS), max_size=8))
def test_no_order_of_two_windows_loses_words_unseen(steps: list[tuple[bool, str]]) -> None:
    draft = draft_of()
    seen = {True: words(draft, "a"), False: words(draft, "a")}
    for window, text in steps:
        before = words(draft, "a")
        saved = wrote(draft, "a", text, seen[window])
        draft = saved.draft
        if words(draft, "a") != before:  # written over are only words that this window had seen
            assert seen[window] == before
        if saved.conflicts:
            assert saved.conflicts == {"words-en": before}
        elif text != seen[window] or text == before:
            seen[window] = text


def test_a_field_nobody_touched_stays_as_another_window_left_it() -> None:
    began = draft_of()
    changed = wrote(began, "a", "Changed.").draft
    old = {
        "words-en": Written("Words of a.", editing.revision("Words of a.")),
        "words-ru": Written("Иначе.", editing.revision("Слова a.")),
    }
    saved = editing.save(changed, "a", old, BASE)
    assert not saved.conflicts
    assert (words(saved.draft, "a"), words(saved.draft, "a", "ru")) == ("Changed.", "Иначе.")


def test_carriage_returns_of_a_text_are_no_change_of_a_text_area() -> None:
    part = Part("a", "operative", {"en": "one\r\ntwo", "ru": "x"}, {}, "")
    draft = DraftFile(entries=(Entry(part),))
    shown = editing.fields(part, LANGUAGES)["words-en"]
    saved = editing.save(draft, "a", {"words-en": Written(shown, editing.revision(shown))}, None)
    assert words(saved.draft, "a") == "one\r\ntwo"


def test_new_words_are_not_left_behind_any_more() -> None:
    draft = editing.set_stale(wrote(draft_of(), "a", "New.").draft, "a", ["ru"])
    assert result(draft).find("a") == Part(
        "a", "operative", {"en": "New.", "ru": "Слова a."}, {}, "", frozenset({"ru"})
    )
    given_ = {"words-ru": Written("Новое.", editing.revision("Слова a."))}
    draft = editing.save(draft, "a", given_, BASE).draft
    assert editing.entry_of(draft, "a").part.stale == frozenset()
    with pytest.raises(InputError, match="one language at least"):
        editing.set_stale(draft, "a", LANGUAGES)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["insert", "remove", "restore", "up", "down", "after", "split", "merge", "recast",
             "as-before", "write", "take"]
        ),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=10,
)  # fmt: skip


@given(STEPS)
def test_whatever_an_editor_does_the_draft_can_be_tabled(steps: list[tuple[str, int, int]]) -> None:
    draft = draft_of()
    for name, one, other in steps:
        standing = [each.part.cid for each in draft.entries if not each.deleted]
        cid, second = standing[one % len(standing)], standing[other % len(standing)]
        try:
            draft = _step(draft, name, cid, second, one)
        except InputError:
            continue
    draft = editing.complete(draft, BASE)
    wanted = tuple(each.part for each in draft.entries if not each.deleted)
    made = result(draft)
    assert [part.cid for part in made.parts] == [part.cid for part in wanted]
    assert [part.words for part in made.parts] == [part.words for part in wanted]


def _step(draft: DraftFile, name: str, cid: str, second: str, at: int) -> DraftFile:
    gone = [each.part.cid for each in draft.entries if each.deleted]
    put_back = gone[at % len(gone)] if gone else "none"
    steps: dict[str, Callable[[], DraftFile]] = {
        "insert": lambda: editing.insert_after(draft, cid, BASE, LANGUAGES)[0],
        "remove": lambda: editing.remove(draft, cid, BASE),
        "restore": lambda: editing.restore(draft, put_back, BASE),
        "up": lambda: editing.move(draft, cid, -1),
        "down": lambda: editing.move(draft, cid, 1),
        "after": lambda: editing.move_after(draft, cid, second),
        "split": lambda: editing.split(draft, cid, {"en": at, "ru": at}, BASE)[0],
        "merge": lambda: editing.merge_next(draft, cid, BASE)[0],
        "recast": lambda: editing.recast(draft, cid, BASE)[0] if BASE.find(cid) else draft,
        "as-before": lambda: editing.as_before(draft, cid, BASE),
        "take": lambda: editing.take(draft, "abcd"[at % 4], BASE, BASE)[0],
        "write": lambda: wrote(draft, cid, f"Written {at}.").draft,
    }
    return steps[name]()


def test_a_new_id_is_one_that_no_clause_has_ever_had() -> None:
    gone = texts.apply(BASE, deriving.operations(draft_of().entries[:3], BASE))  # without d
    draft, made = editing.insert_after(draft_of(gone), "a", gone, LANGUAGES)
    assert made == "clause-2"
    assert editing.fresh_id(draft, gone) == "clause-3"
    assert editing.take(draft, "d", BASE, gone)[1] == "d-2"


# ------------------------------------------------------------------ rebasing


def rebased(ours: DraftFile, theirs: Text, **choices: rebasing.Choice) -> Text:
    """What the rebased draft gives on their version."""
    head = _version(theirs)
    made = rebasing.rebase(_drafted(ours), head, choices, "USA")
    assert made.parents == (head.statement.hex(),)
    return result(made, theirs)


def _drafted(ours: DraftFile) -> Drafted:
    ours = editing.complete(ours, BASE)
    return Drafted(
        written=ours,
        parent=_version(BASE),
        text=result(ours),
        draft=VersionDraft(),
        opening=None,
        carried=(),
    )


class _Head:
    """A version, as far as it is looked at."""

    statement = bytes(32)
    number = 2

    class content:  # noqa: N801 - as the field is called
        author = "RUS"

    def __init__(self, text: Text) -> None:
        self.text = text


def _version(text: Text) -> Version:
    return cast("Version", _Head(text))


def after(*changes: tuple[str, str]) -> DraftFile:
    draft = draft_of()
    for cid, text in changes:
        draft = wrote(draft, cid, text).draft
    return draft


def test_what_only_one_side_changed_goes_along() -> None:
    theirs = result(after(("b", "Theirs.")))
    found = rebasing.crossing(_drafted(after(("a", "Ours."))), _version(theirs))
    assert not found.collisions
    assert [[row.cid for row in rows] for rows in (found.along, found.news)] == [["a"], ["b"]]
    made = rebased(after(("a", "Ours.")), theirs)
    assert [part.words["en"] for part in made.parts][:2] == ["Ours.", "Theirs."]


def test_different_places_of_one_clause_go_along_too() -> None:
    theirs = result(after(("a", "Words of a, said they.")))
    assert rebased(after(("a", "Our words of a.")), theirs).parts[0].words["en"] == (
        "Our words of a, said they."
    )


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("theirs", "Words of RUS."),
        ("ours", "Words of USA."),
        ("both", "Words of [USA: USA] [RUS: RUS]."),
    ],
)
def test_the_same_words_are_chosen_about(choice: rebasing.Choice, expected: str) -> None:
    ours, theirs = after(("a", "Words of USA.")), result(after(("a", "Words of RUS.")))
    found = rebasing.crossing(_drafted(ours), _version(theirs))
    assert [each.choices for each in found.collisions] == [("theirs", "ours", "both")]
    with pytest.raises(InputError, match="expected a choice for a") as caught:
        rebased(ours, theirs)
    assert caught.value.code == "unchosen"
    assert rebased(ours, theirs, a=choice).parts[0].words["en"] == expected


def test_a_clause_that_one_side_deleted_and_the_other_changed() -> None:
    gone = editing.remove(draft_of(), "a", BASE)
    changed = after(("a", "Changed."))
    found = rebased(changed, result(gone), a="ours")
    assert (found.parts[0].cid, found.parts[0].words["en"]) == ("a-2", "Changed.")
    assert rebased(changed, result(gone), a="theirs").find("a") is None
    assert rebased(gone, result(changed), a="ours").find("a") is None
    kept = rebased(gone, result(changed), a="theirs").find("a")
    assert kept is not None
    assert kept.words["en"] == "Changed."


def test_insertions_moves_splits_and_merges_go_along() -> None:
    theirs = result(editing.insert_after(draft_of(), "d", BASE, LANGUAGES)[0])
    ours, _ = editing.split(draft_of(), "b", {"en": 5, "ru": 5}, BASE)
    ours = editing.move(ours, "d", -1)
    ours, _ = editing.merge_next(ours, "d", BASE)
    made = rebased(ours, theirs)
    assert [part.cid for part in made.parts] == ["a", "b", "b-2", "d", "clause-2"]
    assert made.parts[3].words["en"] == "Words of d. Words of c."


def test_two_clauses_that_happen_to_have_one_id() -> None:
    ours, cid = editing.insert_after(draft_of(), "a", BASE, LANGUAGES)
    ours = wrote(ours, cid, "Ours.", "").draft
    theirs, same = editing.insert_after(draft_of(), "d", BASE, LANGUAGES)
    assert cid == same
    head = result(wrote(theirs, cid, "Theirs.", "").draft)
    for choice, said in {
        "ours": ["Ours."],
        "theirs": ["Theirs."],
        "both": ["Theirs.", "Ours."],
    }.items():
        found = rebased(ours, head, **{cid: choice})  # type: ignore[arg-type]
        assert [each.words["en"] for each in found.parts if "clause" in each.cid] == said


def _segments(*triples: tuple[str, str, str]) -> list[Segment]:
    def standing(base: str, theirs: str, ours: str) -> Standing:
        if base == theirs == ours:
            return "same"
        if base == theirs:
            return "ours"
        return "theirs" if base == ours else "conflict"

    return [Segment(standing(*each), *each) for each in triples]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([("Keep ", "Keep ", "Keep "), ("3", "4", "5"), (" m.", " m.", " m.")],
         "Keep [RUS: 5] [USA: 4] m."),
        # Inside a bracket the alternatives are brackets of their own, and not one in the other.
        ([("Keep [", "Keep [", "Keep ["), ("USA", "USA", "RUS"), (": ", ": ", ": "),
          ("3", "4", "5"), ("] m.", "] m.", "] m.")],
         "Keep [RUS: 5] [USA: 4] m."),
        # Two places of one bracket are one pair; what stands outside stays.
        ([("[USA: ", "[USA: ", "[USA: "), ("a", "b", "c"), (" x ", " x ", " x "),
          ("d", "e", "f"), ("] y", "] y", "] y")],
         "[USA: c x f] [USA: b x e] y"),
        # Blanks around the words stay around the brackets.
        ([("by night", "by night", "by night"), ("", " and day", " or day"), (".", ".", ".")],
         "by night [RUS: or day] [USA: and day]."),
        # A bracket that does not pair ends with the words.
        ([("[USA: ", "[USA: ", "[USA: "), ("a", "b", "c"), (" z", " z", " z")],
         "[RUS: [USA: c z] [USA: [USA: b z]"),
    ],
)  # fmt: skip
def test_alternatives_stand_side_by_side(
    segments: list[tuple[str, str, str]], expected: str
) -> None:
    assert side_by_side(_segments(*segments), "RUS", "USA") == expected


def test_words_of_both_are_held_by_nobody_named() -> None:
    made = side_by_side(_segments(("3", "4", "5")), "USA", "joint")
    assert made == "[USA: 5] [4]"
