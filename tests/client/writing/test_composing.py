"""Content is judged by the fold before it is signed; each refusal says what to do."""

import pytest

from paraph.client.writing import composing
from paraph.client.writing.composing import DispatchDraft, VersionDraft
from paraph.client.writing.drafts import Opening
from paraph.protocol.errors import InputError, OutOfTurnError, RefusedError
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import Negotiation, Said, State, begin
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import Anchor
from paraph.protocol.statements.header import ContentHeader, to_wordings
from paraph.protocol.statements.versions import NO_NOTES, Delete, Replace
from tests.support.negotiating import base_clauses

TALKS = bytes(range(16))
NOW = 1_445_000_000_000


def header(role: str = "desk_officer") -> ContentHeader:
    return composing.header(TALKS, role, composing.PLAIN, NOW)


def said(state: State, content: Content, name: str, role: str = "desk_officer") -> State:
    return composing.try_fold(state, content, Said(statement(name), state.size, "USA", role))


def talks(state: State) -> Negotiation:
    found = state.negotiations.get(TALKS)
    assert found is not None
    return found


def statement(name: str) -> bytes:
    return name.encode().ljust(32, b"\0")


def opened() -> State:
    state = begin(("RUS", "USA"), ("en", "ru"))
    return said(state, composing.opened(header(), Opening(titles={"en": "A title"})), "open")


def with_text() -> State:
    state = opened()
    draft = VersionDraft(clauses=base_clauses())
    return said(state, composing.tabled(state, header(), draft, "USA")[0], "v1")


def replacing(cid: str = "c-one") -> tuple[Replace, ...]:
    return (Replace(cid=cid, texts=to_wordings({"en": "New.", "ru": "Ново."}), notes=NO_NOTES),)


def test_a_version_follows_the_head_where_no_parent_is_named() -> None:
    state = with_text()
    made, text = composing.tabled(state, header(), VersionDraft(operations=replacing()), "USA")
    assert made.parents == (statement("v1"),)
    assert made.author == "USA"
    part = text.find("c-one")
    assert part is not None
    assert part.words["en"] == "New."
    after = said(state, made, "v2")
    assert talks(after).heads == (statement("v2"),)


def test_a_parent_that_is_not_the_head_is_a_conflict() -> None:
    state = with_text()
    second, _ = composing.tabled(state, header(), VersionDraft(operations=replacing()), "USA")
    state = said(state, second, "v2")
    late = VersionDraft(operations=replacing(), parents=(statement("v1"),))
    with pytest.raises(
        OutOfTurnError, match=r"the parent is version 1 .* the head is version 2"
    ) as e:
        composing.tabled(state, header(), late, "USA")
    assert e.value.code == "parent-not-head"
    assert "your file is as it was" in e.value.hint


def test_heads_that_are_given_are_those_that_count_also_if_none_is_left() -> None:
    known = talks(with_text())
    composing.require_heads(known, known.heads, known.heads)
    with pytest.raises(OutOfTurnError) as e:
        composing.require_heads(known, known.heads, ())  # of a document taken back whole
    assert e.value.code == "parent-not-head"
    assert str(e.value).endswith("was taken back")


def test_another_line_is_begun_only_on_purpose() -> None:
    state = with_text()
    second, _ = composing.tabled(state, header(), VersionDraft(operations=replacing()), "USA")
    state = said(state, second, "v2")
    rival = VersionDraft(operations=replacing(), parents=(statement("v1"),), branch=True)
    state = said(state, composing.tabled(state, header(), rival, "USA")[0], "v3")
    assert talks(state).heads == (statement("v2"), statement("v3"))
    with pytest.raises(OutOfTurnError, match="expected one head, found 2"):
        composing.tabled(state, header(), VersionDraft(operations=replacing()), "USA")
    both = VersionDraft(parents=(statement("v2"), statement("v3")))
    state = said(state, composing.tabled(state, header(), both, "USA")[0], "v4")
    assert talks(state).heads == (statement("v4"),)


def test_a_second_whole_text_is_a_conflict() -> None:
    state = with_text()
    clauses = base_clauses()
    with pytest.raises(OutOfTurnError, match="has a text already") as e:
        composing.tabled(state, header(), VersionDraft(clauses=clauses), "USA")
    assert e.value.code == "parent-not-head"
    composing.tabled(state, header(), VersionDraft(clauses=clauses, branch=True), "USA")


def test_an_operation_that_does_not_fit_is_the_writers_mistake() -> None:
    draft = VersionDraft(operations=(Delete(cid="c-none", to=(), notes=NO_NOTES),))
    with pytest.raises(InputError, match='operation 1: there is no clause "c-none"') as e:
        composing.tabled(with_text(), header(), draft, "USA")
    assert "paraph text show" in e.value.hint


def test_too_large_a_text_is_refused_as_oversize(monkeypatch: pytest.MonkeyPatch) -> None:
    state = with_text()
    monkeypatch.setattr(texts, "MOST_CHARACTERS", 10)
    with pytest.raises(RefusedError, match="expected at most") as e:
        composing.tabled(state, header(), VersionDraft(operations=replacing()), "USA")
    assert e.value.code == "oversize"


def test_a_legal_adviser_may_not_table() -> None:
    state = with_text()
    made, _ = composing.tabled(
        state, header("legal_adviser"), VersionDraft(operations=replacing()), "USA"
    )
    with pytest.raises(RefusedError, match="a legal adviser may not table a version") as e:
        said(state, made, "v2", "legal_adviser")
    assert e.value.code == "role"
    assert e.value.hint


def test_an_internal_comment_never_goes_into_a_shared_channel() -> None:
    note = composing.commented(header(), "hold the line", kind="instruction")
    with pytest.raises(RefusedError, match="never goes into a shared channel") as e:
        said(with_text(), note, "c1")
    assert e.value.code == "internal-only"
    inner = begin(("USA",), ("en", "ru"))
    assert talks(said(inner, note, "c1")).comments_counted == 1


def test_a_quote_that_does_not_stand_there_is_the_writers_mistake() -> None:
    anchor = Anchor(
        version=statement("v1"), cid="c-one", language="en", exact="no such", prefix="", suffix=""
    )
    with pytest.raises(InputError, match="the quoted words do not stand") as e:
        said(with_text(), composing.commented(header(), "Why?", anchor=anchor), "c1")
    assert e.value.code == "quote-not-found"


def test_a_second_confirmation_is_a_conflict() -> None:
    state = with_text()
    made = composing.confirmed(state, header(), statement("v1"))
    state = said(state, made, "k1")
    with pytest.raises(OutOfTurnError, match="USA confirmed it before") as e:
        said(state, made, "k2")
    assert e.value.code == "confirmed-before"


def test_dispatches_are_numbered_by_the_log() -> None:
    state = with_text()
    for number in (1, 2):
        made = composing.dispatched(state, header(), DispatchDraft(kind="letter"), "USA")
        assert made.number == number
        state = said(state, made, f"d{number}")


def test_too_long_a_comment_is_refused_as_oversize() -> None:
    with pytest.raises(RefusedError, match="100001 characters") as e:
        composing.commented(header(), "x" * 100_001)
    assert e.value.code == "oversize"


def test_an_empty_comment_is_the_writers_mistake() -> None:
    with pytest.raises(InputError, match="expected a body"):
        composing.commented(header(), "")


def test_one_open_negotiation_needs_no_name() -> None:
    state = opened()
    assert composing.choose_negotiation(state, None) == TALKS
    assert composing.choose_negotiation(state, bytes(16)) == bytes(16)
    other = composing.header(bytes(16)[:-1] + b"x", "desk_officer", composing.PLAIN, NOW)
    state = said(state, composing.opened(other, Opening(titles={"en": "B"})), "open2")
    with pytest.raises(InputError, match="2 are open"):
        composing.choose_negotiation(state, None)
    with pytest.raises(InputError, match="no negotiation is open"):
        composing.choose_negotiation(begin(("RUS", "USA"), ("en",)), None)


def test_an_acknowledgement_of_ones_own_is_refused() -> None:
    made = composing.acknowledged(
        header(), [statement("v1")], rung="understood", outcome="ok", reason=""
    )
    with pytest.raises(RefusedError, match="acknowledges the other's") as e:
        said(with_text(), made, "a1")
    assert e.value.code == "own-statement"


def test_a_reason_without_a_refusal_is_the_writers_mistake() -> None:
    with pytest.raises(InputError, match="expected no reason with ok"):
        composing.acknowledged(header(), [bytes(32)], rung="understood", outcome="ok", reason="x")
