"""A version as a person writes it: what is taken, and what each mistake is told."""

import dataclasses
from pathlib import Path

import pytest

from paraph.client.writing import blocks, drafts
from paraph.protocol.errors import InputError, RefusedError
from paraph.protocol.statements.versions import (
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Replace,
    Split,
)

LANGUAGES = ("en", "ru")


def parse(text: str) -> drafts.Draft:
    return drafts.parse(blocks.read(text.encode(), drafts.KIND), LANGUAGES)


def operations(*lines: str) -> drafts.Draft:
    return parse("operations:\n" + "\n".join(f"  - {line}" for line in lines))


def test_the_example_is_a_draft() -> None:
    draft = parse(drafts.EXAMPLE)
    assert draft.opening is not None
    assert draft.opening.titles["ru"].startswith("Меморандум")
    assert [clause.cid for clause in draft.clauses] == ["title", "distance"]
    assert draft.language_status == {"en": "original", "ru": "courtesy_translation"}


def test_the_operations_of_the_example_are_operations() -> None:
    lines = [line.removeprefix("#") for line in drafts.EXAMPLE.splitlines() if "op:" in line]
    draft = parse("operations:\n" + "\n".join(lines))
    kinds = [type(each) for each in draft.operations]
    assert kinds == [Replace, InsertAfter, Delete, MoveAfter, Split, Merge]
    assert draft.parent == "head"


def test_json_is_taken_as_well() -> None:
    draft = parse('{"operations": [{"op": "delete", "cid": "c-1"}], "parent": "7"}')
    assert draft.operations[0] == Delete(
        cid="c-1", to=(), notes=dataclasses.replace(draft.operations[0].notes)
    )
    assert draft.parent == "7"


def test_a_number_names_a_parent_too() -> None:
    assert parse("parent: 7\noperations: []").parent == "7"


def test_an_instant_needs_a_zone() -> None:
    assert parse("dated: 2015-10-14T13:00:00Z\noperations: []").dated == 1_444_827_600_000
    with pytest.raises(InputError, match="an instant with its zone"):
        parse("dated: 2015-10-14T13:00:00\noperations: []")


def test_the_words_yes_and_no_are_words() -> None:
    draft = operations("{op: replace, cid: no, en: no, ru: Да}")
    (first,) = draft.operations
    assert isinstance(first, Replace)
    assert (first.cid, first.texts[0].words) == ("no", "no")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- a", "the file: expected fields with values"),
        ("", "the file: expected fields with values"),
        ("schema: other\noperations: []", "line 1: schema: expected one of paraph-draft/1"),
        ("kind: x", "expected either clauses"),
        ("clauses: []\noperations: []", "expected either clauses"),
        ("clauses: {}", "clauses: expected a list"),
        ("clauses: [a]", r"clauses\[1\]: expected fields with values"),
        ("clauses: [{cid: a b, role: title}]", r"clauses\[1\]\.cid: expected a clause id"),
        ("clauses: [{cid: a, role: heading}]", r"clauses\[1\]\.role: expected one of title"),
        ("clauses: [{cid: a, role: title, de: x}]", r"clauses\[1\]\.de: no such field here"),
        ("clauses: [{cid: a, role: title, en: [x]}]", r"clauses\[1\]\.en: expected text"),
        ("operations: [{op: rename, cid: a}]", r"operations\[1\]\.op: expected one of replace"),
        (
            "operations: [{op: replace, cid: a}]",
            r"operations\[1\]: expected words under one of en, ru",
        ),
        ("operations: [{op: merge, cids: [a], into: a, en: x}]", "two or more different clauses"),
        ("operations: [{op: merge, cids: a, into: a}]", "expected a list of texts"),
        ("operations: []\nround: -1", "round: expected a whole number"),
        ("operations: []\nround: true", "round: expected a whole number"),
        ("operations: []\nauthor: USA", "author: expected one of joint"),
        ("operations: []\nkind: ''", ""),
        (
            "operations: []\nnegotiation: {}",
            "negotiation: expected words under one of title_en, title_ru",
        ),
        ("operations: []\nwhat: 1", "what: no such field here"),
        ("a: 1\na: 2", '"a" stands here twice'),
        ("a: &x 1\nb: *x", "line 2: the file: expected no aliases"),
        ("a: !!str 1", "expected no tags"),
        ("operations: []\nsrc: x", "line 2: src: no such field here"),
        ("operations: [{op: merge, cids: [a, a], into: a, en: x}]", "two or more different"),
        ("? [a]\n: 1", "expected text as the name of a field"),
        ("a: [", "is not YAML or JSON"),
        ("a: 1\n---\nb: 2", "expected one document"),
        ("[" * 40 + "]" * 40, "expected nesting of at most 32"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, complaint: str) -> None:
    if not complaint:
        assert parse(text).kind == ""
        return
    with pytest.raises(InputError, match=complaint):
        parse(text)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(InputError, match=r"surrogates|not YAML"):
        parse('{"clauses": [{"cid": "a", "role": "title", "en": "\\ud800"}]}')


def test_too_long_a_clause_is_refused_as_oversize() -> None:
    with pytest.raises(RefusedError, match="100001 characters; expected at most 100000") as caught:
        operations(f"{{op: replace, cid: a, en: {'x' * 100_001}}}")
    assert caught.value.code == "oversize"
    assert operations(f"{{op: replace, cid: a, en: {'x' * 100_000}}}").operations


def test_too_large_a_file_is_refused_as_oversize() -> None:
    with pytest.raises(RefusedError, match="expected at most 16777216") as caught:
        blocks.read(bytes(drafts.KIND.most_bytes + 1), drafts.KIND)
    assert caught.value.code == "oversize"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none.yaml: No such file") as caught:
        drafts.read(tmp_path / "none.yaml")
    assert caught.value.hint


def test_a_file_of_other_bytes_is_told(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is not UTF-8 text"):
        drafts.read(path)
