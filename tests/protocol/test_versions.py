"""Versions in the fold: parents, heads, operations declared and found (SPEC 7.5)."""

from typing import Any

import pytest

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import fold
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import heads
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.header import JOINT, to_digests
from paraph.protocol.statements.versions import NO_NOTES, Delete, InsertAfter, VersionTabled
from tests.support import negotiating as talk
from tests.support.negotiating import GONE, TALKS, UNOPENED, rewriting, talking


def test_a_base_version_is_the_head_and_has_the_text_that_was_sent() -> None:
    channel, statement, text = talking()
    made = channel.version_of(statement)
    assert (made.text, made.number, made.party) == (text, 1, "USA")
    assert made.digests == texts.digests(text)
    assert heads(channel.state) == {TALKS: (statement,)}


def test_a_child_takes_the_place_of_its_parent() -> None:
    channel, parent, text = talking()
    second = channel.applies(talk.child(text, parent, rewriting(), author="RUS"), "RUS")
    third = channel.applies(talk.child(channel.version_of(second).text, second, author=JOINT))
    assert heads(channel.state) == {TALKS: (third,)}
    assert channel.version_of(third).text == channel.version_of(second).text
    assert channel.version_of(third).number == 3


def test_two_versions_on_one_parent_are_a_visible_fork_that_a_consolidation_ends() -> None:
    channel, parent, text = talking()
    fresh = InsertAfter(after="c-one", clause=talk.clause("c-new"), notes=NO_NOTES)
    ours = channel.applies(talk.child(text, parent, rewriting()))
    theirs = channel.applies(talk.child(text, parent, fresh, author="RUS"), "RUS")
    assert heads(channel.state) == {TALKS: (ours, theirs)}
    mine = channel.version_of(ours).text
    both = texts.apply(mine, [fresh]).joined(channel.version_of(theirs).text)
    joined = channel.applies(talk.tabled(both, parents=(ours, theirs), operations=(fresh,)))
    assert heads(channel.state) == {TALKS: (joined,)}
    assert "c-new" in channel.version_of(joined).text.used


def test_rival_base_texts_are_two_heads() -> None:
    channel, first, _ = talking()
    second = channel.applies(talk.base(author="RUS"), "RUS")
    assert heads(channel.state) == {TALKS: (first, second)}


@pytest.mark.parametrize("parents", [(GONE,), (ZERO, GONE)])
def test_a_version_on_an_unknown_parent_is_refused(parents: tuple[bytes, ...]) -> None:
    channel, known, text = talking()
    named = tuple(known if each == ZERO else each for each in parents)
    assert channel.refuses(talk.tabled(text, parents=named)) == "unknown-version"


def test_a_version_of_another_negotiation_is_no_parent() -> None:
    channel, parent, text = talking()
    elsewhere = talk.header(negotiation=UNOPENED)
    channel.applies(talk.opened(header=elsewhere))
    said = talk.child(text, parent, header=elsewhere)
    assert channel.refuses(said) == "unknown-version"


def test_nobody_tables_in_the_name_of_the_other_party() -> None:
    channel, parent, text = talking()
    assert channel.refuses(talk.child(text, parent, author="RUS")) == "author-differs"


def test_an_operation_that_does_not_fit_is_refused_and_names_the_clause() -> None:
    channel, parent, text = talking()
    bad = talk.tabled(
        text, parents=(parent,), operations=(Delete(cid="gone", to=(), notes=NO_NOTES),)
    )
    assert channel.refuses(bad) == "unknown-clause"
    assert '"gone"' in channel.outcome.detail


def tampered(text: Text, parent: bytes) -> dict[str, Any]:
    # What a sender gives who declares one change and means another text.
    honest = texts.apply(text, [rewriting()])
    hidden = texts.apply(honest, [rewriting("Something else.", "c-two")])
    fields = talk.tabled(
        honest,
        parents=(parent,),
        operations=(rewriting(),),
        digests=to_digests(texts.digests(hidden)),
        structure=texts.structure_digest(hidden),
        checks=texts.checks(hidden),
    )
    return {name: getattr(fields, name) for name in fields.CODECS}


def test_a_hidden_change_is_refused_and_the_clause_is_named() -> None:
    channel, parent, text = talking()
    bad = VersionTabled(**tampered(text, parent))
    assert channel.refuses(bad) == "digest-differs"
    assert '"c-two"' in channel.outcome.detail
    assert heads(channel.state) == {TALKS: (parent,)}


def test_without_the_comparison_the_hidden_change_would_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The control of the test above: it is the comparison that refuses, and nothing else.
    monkeypatch.setattr(fold.versions, "_compare", lambda text, _: texts.digests(text))
    channel, parent, text = talking()
    channel.applies(VersionTabled(**tampered(text, parent)))


def test_the_same_change_declared_is_applied() -> None:
    channel, parent, text = talking()
    fields = tampered(text, parent)
    declared = (rewriting(), rewriting("Something else.", "c-two"))
    channel.applies(VersionTabled(**{**fields, "operations": declared}))


def wrong_digests(honest: Text) -> list[tuple[dict[str, Any], str]]:
    right = texts.digests(honest)
    return [
        ({"digests": to_digests({**right, "ru": GONE})}, "ru"),
        ({"digests": to_digests({**right, "en": GONE})}, "en"),
        ({"structure": GONE}, "structure"),
        ({"checks": texts.checks(honest)[:-1]}, "expected 4 clauses, got 3"),
        ({"checks": (*texts.checks(honest)[:-1], bytes(8))}, '"end"'),
    ]


@pytest.mark.parametrize("case", range(5))
def test_each_declared_digest_is_compared(case: int) -> None:
    channel, parent, text = talking()
    changes, told = wrong_digests(text)[case]
    assert channel.refuses(talk.child(text, parent, **changes)) == "digest-differs"
    assert told in channel.outcome.detail
    assert channel.refuses(talk.base(**changes)) == "digest-differs"
    channel.applies(talk.child(text, parent))


@pytest.mark.parametrize("languages", [("en",), ("en", "ru", "fr")])
def test_a_version_is_declared_in_exactly_the_working_languages(
    languages: tuple[str, ...],
) -> None:
    channel, parent, text = talking()
    digests = to_digests({each: texts.digest(text, each) for each in languages})
    said = talk.child(text, parent, digests=digests)
    assert channel.refuses(said) == "languages-differ"


def test_a_confirmation_binds_each_party_once_to_exact_digests() -> None:
    channel, statement, text = talking()
    other = texts.apply(text, [rewriting()])
    assert channel.refuses(talk.confirmed(GONE, text), "RUS") == "unknown-version"
    assert channel.refuses(talk.confirmed(statement, other), "RUS") == "digest-differs"
    assert (
        channel.refuses(talk.confirmed(statement, text, structure=GONE), "RUS") == "digest-differs"
    )
    index = channel.state.size
    channel.applies(talk.confirmed(statement, text), "RUS")
    channel.applies(talk.confirmed(statement, text), "USA")
    assert channel.version_of(statement).confirmed == {"RUS": index, "USA": index + 1}
    assert channel.refuses(talk.confirmed(statement, text), "RUS") == "confirmed-before"
    assert heads(channel.state) == {TALKS: (statement,)}
