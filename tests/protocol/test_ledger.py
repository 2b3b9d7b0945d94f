"""The bracket ledger and late numbers (SPEC 7.7)."""

import pytest

from paraph.protocol.negotiation import marks, numbering
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.ledger import Row, count, ledger, of_clause, trend
from paraph.protocol.negotiation.state import Negotiation, Version
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.versions import (
    NO_NOTES,
    Delete,
    InsertAfter,
    MoveAfter,
    Operation,
    Replace,
    Split,
)
from tests.support import negotiating as talk
from tests.support.effort import calls
from tests.support.negotiating import LANGUAGES, Channel


def replace(cid: str, en: str) -> Replace:
    return Replace(cid=cid, texts=to_wordings({"en": en, "ru": "Да."}), notes=NO_NOTES)


class Line:
    """A line of versions of a text of two clauses."""

    def __init__(self, **words: str) -> None:
        self.channel = Channel()
        self.channel.applies(talk.opened())
        clauses = tuple(talk.clause(cid, en=en, ru="Да.") for cid, en in words.items())
        self.text = texts.from_clauses(clauses, LANGUAGES)
        self.versions = [self.channel.applies(talk.tabled(self.text, clauses=clauses))]
        self.texts = {self.versions[0]: self.text}

    def then(self, *operations: Operation, on: int = -1, and_on: int | None = None) -> None:
        parents = [self.versions[on], *([] if and_on is None else [self.versions[and_on]])]
        text = texts.apply(self.texts[parents[0]], operations)
        if and_on is not None:
            text = text.joined(self.texts[parents[1]])
        made = talk.tabled(text, parents=tuple(parents), operations=operations)
        self.versions.append(self.channel.applies(made))
        self.texts[self.versions[-1]] = text

    @property
    def talks(self) -> Negotiation:
        return self.channel.talks

    def version(self, number: int = -1) -> Version:
        return self.channel.version_of(self.versions[number])

    def rows(self, number: int = -1) -> tuple[Row, ...]:
        version = self.version(number)
        every = ledger(self.channel.state, self.talks, version)
        for part in version.text.parts:
            own = tuple(row for row in every if row.cid == part.cid)
            assert of_clause(self.channel.state, self.talks, version, part.cid) == own
        return every

    def since(self, number: int = -1) -> dict[tuple[str, str], int]:
        return {(row.holder, row.words): row.since.number for row in self.rows(number)}


def test_each_bracket_is_a_row_with_its_holder() -> None:
    line = Line(one="At [USA: three] [RUS: five [x]] miles [●: unit].", two="[y]")
    told = [(row.cid, row.language, row.holder, row.words, row.depth) for row in line.rows()]
    assert told == [
        ("one", "en", "USA", "three", 0),
        ("one", "en", "RUS", "five [x]", 0),
        ("one", "en", marks.UNATTRIBUTED, "x", 1),
        ("one", "en", marks.PLACEHOLDER, "unit", 0),
        ("two", "en", marks.UNATTRIBUTED, "y", 0),
    ]
    assert [row.alternatives for row in line.rows()] == [1, 1, 0, 0, 0]


def test_a_bracket_has_stood_since_the_same_holder_and_words_did() -> None:
    line = Line(one="At [USA: three] miles.", two="Yes.")
    line.then(replace("one", "Within [USA: three] [RUS: five] miles."))
    line.then(
        replace("one", "Within [USA: three] [RUS: six] miles."), replace("two", "[USA: three]")
    )
    assert line.since(1) == {("USA", "three"): 1, ("RUS", "five"): 2}
    told = [(row.cid, row.words, row.since.number) for row in line.rows()]
    assert told == [("one", "three", 1), ("one", "six", 3), ("two", "three", 3)]


def test_a_bracket_that_was_gone_has_stood_since_it_came_back() -> None:
    line = Line(one="At [USA: three] miles.")
    line.then(replace("one", "At three miles."))
    line.then(replace("one", "At [USA: three] miles."))
    assert line.since() == {("USA", "three"): 3}


def test_a_bracket_moves_with_its_clause_through_a_split() -> None:
    line = Line(one="At [USA: three] miles. Or [RUS: not].")
    split = Split(
        cid="one",
        texts=to_wordings({"en": "At [USA: three] miles.", "ru": "Да."}),
        new_cid="new",
        new_texts=to_wordings({"en": "Or [RUS: not].", "ru": "Да."}),
        new_headings=(),
        notes=NO_NOTES,
    )
    line.then(split)
    assert {row.cid: row.since.number for row in line.rows()} == {"one": 1, "new": 1}


def test_either_parent_carries_a_bracket_on() -> None:
    line = Line(one="At three miles.")
    line.then(replace("one", "At [USA: three] miles."))
    line.then(replace("one", "At four miles."), on=0)
    line.then(replace("one", "At [USA: three] miles."), on=2, and_on=1)
    assert line.since() == {("USA", "three"): 2}
    line.then()
    assert line.since() == {("USA", "three"): 2}


def test_the_same_words_twice_and_lines_that_meet_again_are_two_rows_of_one_age() -> None:
    line = Line(one="[USA: a] and [USA: a].")
    line.then(replace("one", "[USA: a] or [USA: a]."))
    line.then(replace("one", "[USA: a] nor [USA: a]."), on=0)
    line.then(on=1, and_on=2)
    assert [row.since.number for row in line.rows()] == [1, 1]


def test_brackets_that_do_not_pair_have_no_row() -> None:
    line = Line(one="At [USA: three miles.", two="[x]")
    assert [row.cid for row in line.rows()] == ["two"]


def test_the_trend_counts_what_is_left_in_each_version() -> None:
    line = Line(one="[USA: a] [RUS: b] [●: c]")
    line.then(replace("one", "[USA: a]"))
    line.then(replace("one", "a"))
    found = trend(line.channel.state, line.talks, line.version())
    assert [each.left for each in found] == [3, 1, 0]
    assert found[0] == count(line.channel.state, line.version(0))
    assert (found[0].brackets, found[0].placeholders) == ({"en": 2, "ru": 0}, {"en": 1, "ru": 0})
    assert found[0].held_by == {"en": {"USA": 1, "RUS": 1}, "ru": {}}


# ------------------------------------------------------------------ late numbers


def numbered(*cids: str) -> Text:
    return texts.from_clauses(
        [talk.clause("title", "title"), *(talk.clause(cid) for cid in cids)], LANGUAGES
    )


def inserted(after: str, *cids: str) -> list[Operation]:
    return [InsertAfter(after=after, clause=talk.clause(cid), notes=NO_NOTES) for cid in cids]


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([], {"a": "1", "b": "2", "c": "3", "d": "4"}),
        (
            inserted("b", "y", "x"),
            {"a": "1", "b": "2", "x": "2 bis", "y": "2 ter", "c": "3", "d": "4"},
        ),
        (inserted("title", "x"), {"x": "0 bis", "a": "1", "b": "2", "c": "3", "d": "4"}),
        ([Delete(cid="b", to=(), notes=NO_NOTES)], {"a": "1", "c": "3", "d": "4"}),
        (
            [MoveAfter(cid="a", after="c", notes=NO_NOTES)],
            {"b": "2", "c": "3", "a": "3 bis", "d": "4"},
        ),
    ],
)
def test_known_numbers_stay_and_late_inserts_are_bis(
    operations: list[Operation], expected: dict[str, str]
) -> None:
    base = numbered("a", "b", "c", "d")
    text = texts.apply(base, operations)
    found = numbering.bis_numbers(base, text)
    assert list(found.items()) == [("title", ""), *expected.items()]
    # What is hashed keeps its plain numbers.
    assert set(text.numbers().values()) != set(found.values()) or not operations


def test_no_two_clauses_have_the_same_number() -> None:
    base = numbered("a", "b")
    text = texts.apply(base, inserted("a", *(f"x{n}" for n in range(12))))
    found = [number for number in numbering.bis_numbers(base, text).values() if number]
    assert len(set(found)) == 14
    assert found[1:3] == ["1 bis", "1 ter"]
    assert found[10] == "1 (11)"


def test_a_text_that_shares_nothing_is_all_late() -> None:
    assert numbering.bis_numbers(numbered("a"), numbered("b")) == {"title": "", "b": "0 bis"}


def test_a_ledger_of_many_brackets_takes_the_time_of_the_text_not_of_its_square() -> None:
    line = Line(**{f"c{number}": f"[USA: {number}] words" for number in range(700)})
    for number in range(4):
        line.then(replace(f"c{number}", "[USA: other]"))
    rows: list[Row] = []
    assert calls(lambda: rows.extend(line.rows())) < 600_000  # their square is millions
    assert [row.since.number for row in rows[:5]] == [2, 3, 4, 5, 1]
    assert len(rows) == 700
