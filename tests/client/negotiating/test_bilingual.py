"""The file that an officer edits: it comes back to the letter, and says what is wrong by line."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.client.negotiating import bilingual, deriving
from paraph.client.negotiating.bilingual import DraftFile, Entry
from paraph.client.scenario import load, shipped
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.statements.versions import Merge, MoveAfter, Split
from tests.support.lineages import Family, made, of_scenario

LANGUAGES = ("en", "ru")
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\n\n\r\t #=-\\|:[]●{}u\u200b\u202e\u00a0\u2028\x85\x00abЯ飞"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)
LABEL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@st.composite
def parts(draw: st.DrawFn, cid: str) -> Part:
    words = st.dictionaries(st.sampled_from(LANGUAGES), HOSTILE)
    return Part(
        cid=cid,
        role=draw(st.sampled_from(["operative", "annex", "title"])),
        words=draw(words),
        headings=draw(words),
        handling=draw(LABEL),
        stale=draw(st.frozensets(st.sampled_from(LANGUAGES))),
    )


@given(st.data())
def test_any_text_comes_back_to_the_letter(data: st.DataObject) -> None:
    given_parts = [data.draw(parts(cid)) for cid in ("a", "b-2", "C_3")]
    written = DraftFile(
        negotiation="ab" * 16,
        parents=("cd" * 32,),
        kind=data.draw(LABEL) or "x",
        round=3,
        status={"ru": data.draw(HOSTILE)},
        entries=tuple(Entry(each) for each in given_parts),
    )
    file = bilingual.write(written, LANGUAGES, notes=["A note.", ""])
    found = bilingual.parse(file, LANGUAGES)
    assert [each.part for each in found.entries] == given_parts
    assert found.negotiation == written.negotiation
    assert (found.kind, found.round, found.status) == (written.kind, 3, written.status)
    again = bilingual.write(found, LANGUAGES, notes=["A note.", ""])
    assert again == file
    # An editor's own line ends and a blank line more change nothing.
    assert bilingual.parse(file.replace("\n", "\r\n"), LANGUAGES).entries == found.entries
    edited = bilingual.parse(file.replace("\n== ", "\n\n# note\n\n== "), LANGUAGES)
    assert [each.part for each in edited.entries] == given_parts


@given(st.text())
def test_any_file_is_read_or_refused_with_a_line(text: str) -> None:
    try:
        bilingual.parse("paraph-draft: 1\n== a | title\n" + text, LANGUAGES)
    except InputError as error:
        assert str(error).startswith("line ")  # noqa: PT017 - either way is right


def test_the_words_stand_as_they_are() -> None:
    part = Part("c-1", "operative", {"en": "At least [USA: three].\n\n  (a) x", "ru": "Не"}, {}, "")
    file = bilingual.write(DraftFile(entries=(Entry(part),)), LANGUAGES)
    assert file == (
        "paraph-draft: 1\nkind: tabled_draft\n\n== c-1 | operative\n"
        "-- en\nAt least [USA: three].\n\n  (a) x\n-- ru\nНе\n"
    )


def test_what_cannot_be_seen_is_shown_and_what_looks_like_ours_is_not_ours() -> None:
    words = "# no note\n== no clause\n-- no words\n\\ no mark\nblank \nzero\u200bwidth \\u{41}"
    part = Part("c", "title", {"en": words}, {}, "")
    file = bilingual.write(DraftFile(entries=(Entry(part),)), LANGUAGES)
    assert (
        "\\# no note\n\\== no clause\n\\-- no words\n\\\\ no mark\nblank \\\n"
        "zero\\u{200B}width \\u{5C}u{41}\n"
    ) in file
    (entry,) = bilingual.parse(file, LANGUAGES).entries
    assert entry.part == part


HEAD = "paraph-draft: 1\nkind: counter_draft\n"


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("", "line 1: expected paraph-draft: 1"),
        ("paraph-draft: 2\n", "line 1: expected paraph-draft: 1"),
        (HEAD, "line 3: expected a clause: == ID | ROLE"),
        (HEAD + "who: me\n", "line 3: expected NAME: VALUE, or a clause"),
        (HEAD + "kind: other\n", 'line 3: "kind" stands in line 2 already'),
        (HEAD + "parent: 12\n", "line 3: expected a statement id: 64 hex"),
        (HEAD + f"second parent: {'0' * 64}\n", "line 3: expected a parent before the second"),
        (HEAD + "author: RUS\n", 'line 3: expected "joint"'),
        (HEAD + "round: two\n", "line 3: expected a number"),
        (HEAD + "legal character: soft\n", "line 3: expected non_binding or binding"),
        (HEAD + "== a b | title\n", "line 3: expected a clause id"),
        (HEAD + "== a\n", "line 3: expected a role after the id"),
        (HEAD + "== a | title | by: me\n", "line 3: expected NAME: VALUE between bars"),
        (HEAD + f"== a | title | handling: {'x' * 65}\n", "line 3: expected at most 64"),
        (HEAD + "== a | title | stale: fr\n", "line 3: expected languages after stale: en, ru"),
        (HEAD + "== a | title\nwords\n", "line 4: expected -- en or -- ru before words"),
        (HEAD + "== a | title\n-- fr\n", "line 4: expected -- en or -- ru before words"),
        (HEAD + "== a | title\n-- en\nx\n-- en\n", "line 6: expected en once in a clause"),
        (HEAD + "#\n== a | title\n\n== a | title\n", 'line 6: the clause "a" stands in line 4'),
        (HEAD + "== a | deleted\n-- en\nx\n", "line 4: expected no words in a clause that leaves"),
        (HEAD + "== a | title\n-- en\n\\u{D800}\n", "line 5: \\u{D800} is no character"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(file: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        bilingual.parse(file, LANGUAGES)
    assert str(caught.value).startswith(message)
    assert caught.value.code == "draft"


# ------------------------------------------------------------------ operations


def parent() -> Text:
    return texts.from_clauses([made(each, f"Words of {each}.") for each in "abcd"], LANGUAGES)


def entries(text: Text) -> list[Entry]:
    return [Entry(part, line=10 * at) for at, part in enumerate(text.parts, 1)]


def derived(wanted: list[Entry], text: Text | None = None) -> tuple[list[str], Text]:
    before = text or parent()
    operations = deriving.operations(wanted, before)
    after = texts.apply(before, operations)
    assert [part.cid for part in after.parts] == [each.part.cid for each in wanted]
    return [each.KIND for each in operations], after


def test_a_file_that_changes_nothing_means_no_operations() -> None:
    assert derived(entries(parent()))[0] == []


def test_any_family_of_versions_can_be_drafted_from_any_other() -> None:
    # Without marks a split is an insert and a merge a delete: the text is the same.
    chance = random.Random(5)
    for seed in range(300):
        family = Family(seed, versions=5)
        one, other = chance.sample(list(family.origins), 2)
        old, new = family.line.text(one), family.line.text(other)
        free = [each for each in new.parts if old.find(each.cid) or each.cid not in old.used]
        if free:
            _, after = derived([Entry(each, line=1) for each in free], old)
            assert after.parts == tuple(free)


def test_the_versions_of_the_sample_come_from_their_files() -> None:
    sample = load(shipped())
    line, ids = of_scenario(sample)
    for version in sample.versions:
        if not version.parent:
            continue
        old, new = line.text(ids[version.parent]), line.text(ids[version.id])
        splits = {each.new_cid: each.cid for each in version.operations if isinstance(each, Split)}
        merges = {each.into: each.cids for each in version.operations if isinstance(each, Merge)}
        file = bilingual.write(
            DraftFile(
                entries=tuple(
                    Entry(
                        part,
                        split_from=splits.get(part.cid, ""),
                        merges=tuple(each for each in merges.get(part.cid, ()) if each != part.cid),
                    )
                    for part in new.parts
                )
            ),
            LANGUAGES,
        )
        operations = deriving.operations(bilingual.parse(file, LANGUAGES).entries, old)
        assert texts.apply(old, operations).parts == new.parts
        moves = [each for each in operations if isinstance(each, MoveAfter)]
        assert len(moves) <= sum(isinstance(each, MoveAfter) for each in version.operations)


def test_a_clause_comes_to_the_front_as_all_before_it_move_away() -> None:
    wanted = entries(parent())
    kinds, _ = derived([wanted[3], *wanted[:3]])
    assert kinds == ["move-after"] * 3
    new = Entry(Part("n", "title", {"en": "New"}, {}, ""), line=1)
    assert derived([new, *wanted])[0] == ["insert-after", "move-after"]
    assert derived([wanted[0], new, *wanted[1:]])[0] == ["insert-after"]


def test_a_split_and_a_merge_are_marked_and_carry_their_notes() -> None:
    a, b, c, d = entries(parent())
    half = Entry(
        Part("a2", "operative", {"en": "of a.", "ru": "of a."}, {"en": "Half"}, ""),
        split_from="a", proposal="P-01", result="accepted",
    )  # fmt: skip
    whole = Entry(Part("c", "operative", {"en": "c d", "ru": "c d"}, {}, ""), merges=("d",))
    operations = deriving.operations([a, half, b, whole], parent())
    assert [each.KIND for each in operations] == ["merge", "split"]
    assert operations[1].notes.result == "accepted"
    assert d.part.cid not in {part.cid for part in texts.apply(parent(), operations).parts}
    del c


def test_a_language_is_left_behind_only_where_the_file_says_so() -> None:
    wanted = entries(parent())
    new = {"en": "New words.", "ru": "Words of a."}
    carried = Entry(Part("a", "operative", new, {}, ""), line=1)
    assert derived([carried, *wanted[1:]])[1].parts[0].stale == frozenset()
    stale = Entry(Part("a", "operative", new, {}, "", frozenset({"ru"})), line=1)
    kinds, after = derived([stale, *wanted[1:]])
    assert kinds == ["replace"]
    assert after.parts[0].stale == {"ru"}
    caught_up = [Entry(Part("a", "operative", new, {}, "")), *wanted[1:]]
    assert derived(caught_up, after)[1].parts[0].stale == frozenset()


def put(**changes: object) -> Entry:
    fields: dict[str, object] = {
        "cid": "a", "role": "operative", "words": {"en": "Words of a.", "ru": "Words of a."},
        "headings": {}, "handling": "",
    }  # fmt: skip
    about = {
        each: changes.pop(each) for each in ("split_from", "merges", "deleted") if each in changes
    }
    return Entry(Part(**{**fields, **changes}), line=7, lines={"ru": 8}, **about)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (put(role="annex"), "line 7: expected the role as it was"),
        (put(headings={"en": "New"}), "line 7: expected the heading as it was"),
        (put(handling="limited"), "line 7: expected the handling as it was"),
        (put(words={"en": "x"}), "line 7: expected words in ru: they can be emptied"),
        (put(words={"en": "x", "ru": "y"}, stale=frozenset({"ru"})), "line 8: expected the words"),
        (put(stale=frozenset(LANGUAGES)), "line 7: expected one language at least"),
        (put(cid="n", split_from="z"), 'line 7: there is no clause "z" left to split off'),
        (put(cid="n", role="annex", split_from="b"), "line 7: expected role and handling as in"),
        (put(cid="n", split_from="b", stale=frozenset({"ru"})), "line 7: expected no stale"),
        (put(merges=("z",)), 'line 7: there is no clause "z" in the parent to merge'),
        (put(merges=("b",)), 'line 20: the clause "b" is merged in line 7'),
        (put(cid="n", stale=frozenset({"ru"})), "line 7: expected no stale language"),
        (put(cid="z", role="deleted", deleted=True), 'line 7: there is no clause "z" in'),
        (put(words={"en": "x\U000e0fff", "ru": "y"}), 'line 7: clause "a", language en, char'),
        (put(words={"en": "x" * 100_001, "ru": "y"}), "line 7: not a valid wording"),
    ],
)  # fmt: skip
def test_what_no_operation_can_do_is_told_with_its_line(entry: Entry, message: str) -> None:
    with pytest.raises(InputError) as caught:
        deriving.operations([entry, *entries(parent())[1:]], parent())
    assert str(caught.value).startswith(message)


def test_an_id_that_was_used_before_is_refused_with_its_line() -> None:
    gone = texts.apply(parent(), deriving.operations(entries(parent())[:3], parent()))
    with pytest.raises(InputError, match='line 7: the clause id "d" was given before'):
        deriving.operations([*entries(gone), put(cid="d")], gone)
