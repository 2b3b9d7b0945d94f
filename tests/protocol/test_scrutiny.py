"""Findings of people, scrubs and the glossary (SPEC 7.8)."""

import pytest

from paraph.protocol.errors import MisuseError
from paraph.protocol.negotiation import glossary, lint
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state.scrutiny import Finding
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.versions import NO_NOTES, Replace
from tests.support import negotiating as talk
from tests.support import scrutiny as make
from tests.support.negotiating import GONE, Channel, talking


def finding(channel: Channel, statement: bytes) -> Finding:
    found = channel.talks.scrutiny.findings.get(statement)
    assert found is not None
    return found


def is_open(channel: Channel, statement: bytes) -> bool:
    open_ = finding(channel, statement).is_open
    assert open_ == (statement in channel.talks.scrutiny.open)
    return open_


def rewritten(channel: Channel, parent: bytes, cid: str = "c-one") -> bytes:
    words = to_wordings({"en": f"New {parent.hex()[:4]}.", "ru": f"Новое {parent.hex()[:4]}."})
    change = Replace(cid=cid, texts=words, notes=NO_NOTES)
    return channel.applies(talk.child(channel.version_of(parent).text, parent, change))


# ------------------------------------------------------------------ findings


def test_findings_are_numbered_in_the_order_of_the_log() -> None:
    channel, version, _ = talking()
    first = channel.applies(make.finding(version), role="linguist")
    second = channel.applies(
        make.finding(version, "", role="legal_adviser"), "RUS", "legal_adviser"
    )
    assert [finding(channel, each).number for each in (first, second)] == [1, 2]
    assert channel.talks.scrutiny.open == (first, second)


def test_a_finding_is_about_a_clause_of_a_version_that_stands() -> None:
    channel, version, _ = talking()
    assert channel.refuses(make.finding(GONE), role="linguist") == "unknown-version"
    assert channel.refuses(make.finding(version, "c-gone"), role="linguist") == "unknown-clause"


def test_who_made_it_says_that_it_is_mended() -> None:
    channel, version, _ = talking()
    subject = channel.applies(make.finding(version), role="linguist")
    mended = rewritten(channel, version)
    # The other side may claim it: that settles nothing.
    channel.applies(make.settled(subject, "mended", mended), "RUS", "linguist")
    assert is_open(channel, subject)
    assert finding(channel, subject).said["RUS"].how == "mended"
    closing = channel.applies(make.settled(subject, "mended", mended), role="linguist")
    assert not is_open(channel, subject)
    assert finding(channel, subject).closed_by == closing


def test_only_a_later_version_with_other_words_mends_it() -> None:
    channel, version, _ = talking()
    other = rewritten(channel, version, "c-two")
    subject = channel.applies(make.finding(other), role="linguist")
    for not_it in (version, other, rewritten(channel, other, "c-two")):
        record = make.settled(subject, "mended", not_it)
        assert channel.refuses(record, role="linguist") == "not-mended"
    gone = make.settled(subject, "mended", GONE)
    assert channel.refuses(gone, role="linguist") == "unknown-version"


def test_a_finding_on_the_whole_is_mended_by_any_change_of_words() -> None:
    channel, version, _ = talking()
    subject = channel.applies(make.finding(version, ""), role="linguist")
    same = channel.applies(talk.child(texts_of(channel, version), version))
    unmended = make.settled(subject, "mended", same)
    assert channel.refuses(unmended, role="linguist") == "not-mended"
    mended = rewritten(channel, same, "c-two")
    channel.applies(make.settled(subject, "mended", mended), role="linguist")
    assert not is_open(channel, subject)


def texts_of(channel: Channel, version: bytes) -> texts.Text:
    found = channel.version_of(version)
    return found.text


def test_only_who_made_it_withdraws_it() -> None:
    channel, version, _ = talking()
    subject = channel.applies(make.finding(version), role="linguist")
    withdrawal = make.settled(subject, "withdrawn")
    assert channel.refuses(withdrawal, "RUS", "linguist") == "not-own-finding"
    channel.applies(withdrawal, role="linguist")
    assert not is_open(channel, subject)
    assert channel.refuses(withdrawal, role="linguist") == "settled-before"


@pytest.mark.parametrize("parties", [("USA", "RUS"), ("RUS", "USA")])
def test_it_is_harmless_when_both_say_so(parties: tuple[str, str]) -> None:
    channel, version, _ = talking()
    subject = channel.applies(make.finding(version), role="linguist")
    for party in parties:
        assert is_open(channel, subject)
        channel.applies(make.settled(subject, "harmless"), party, "linguist")
    assert not is_open(channel, subject)


def test_what_is_no_finding_is_not_settled() -> None:
    channel, _, _ = talking()
    assert channel.refuses(make.settled(GONE, "withdrawn"), role="linguist") == "unknown-finding"
    with pytest.raises(MisuseError):
        make.settled(GONE, "mended")
    with pytest.raises(MisuseError):
        make.settled(GONE, "withdrawn", GONE)


# ------------------------------------------------------------------ scrubs


def test_a_scrub_is_confirmed_once_for_each_sort_and_party() -> None:
    channel, version, text = talking()
    channel.applies(make.scrub(version, text), role="linguist")
    channel.applies(make.scrub(version, text), "RUS", "linguist")
    channel.applies(make.scrub(version, text, "legal"), role="legal_adviser")
    again = make.scrub(version, text)
    assert channel.refuses(again, role="linguist") == "confirmed-before"
    sorts = channel.talks.scrutiny.scrubs.get(version)
    assert sorts is not None
    assert {sort: set(by) for sort, by in sorts.items()} == {
        "concordance": {"USA", "RUS"},
        "legal": {"USA"},
    }


def test_a_scrub_binds_to_exactly_this_text() -> None:
    channel, version, text = talking()
    other = texts.from_clauses((talk.clause("c-one"),), talk.LANGUAGES)
    assert channel.refuses(make.scrub(version, other), role="linguist") == "digest-differs"
    assert channel.refuses(make.scrub(GONE, text), role="linguist") == "unknown-version"


@pytest.mark.parametrize(
    ("sort", "role", "may"),
    [
        ("legal", "legal_adviser", True),
        ("legal", "linguist", False),
        ("concordance", "linguist", True),
        ("concordance", "legal_adviser", False),
        ("legal", "head_of_delegation", True),
        ("concordance", "signatory", True),
        ("concordance", "desk_officer", False),
    ],
)
def test_each_scrub_has_its_roles(sort: str, role: str, *, may: bool) -> None:
    channel, version, text = talking()
    record = make.scrub(version, text, sort, role)
    if may:
        channel.applies(record, role=role)
    else:
        assert channel.refuses(record, role=role) == "role"


# ------------------------------------------------------------------ terms


def test_a_term_counts_once_both_agree() -> None:
    channel, _, _ = talking()
    subject = channel.applies(make.term(en="crew*", ru="экипаж*"), role="linguist")
    assert glossary.terms(channel.state, channel.talks) == ()
    channel.applies(make.agreed(subject), "RUS")
    assert glossary.terms(channel.state, channel.talks) == ({"en": "crew*", "ru": "экипаж*"},)


def test_a_term_takes_the_place_of_another_once_both_agree_to_that_too() -> None:
    channel, _, _ = talking()
    first = channel.applies(make.term(en="crew", ru="экипаж*"), role="linguist")
    channel.applies(make.agreed(first), "RUS")
    second = channel.applies(make.term(first, en="crew*", ru="экипаж*"), "RUS", "linguist")
    assert [each.statement for each in glossary.agreed(channel.state, channel.talks)] == [first]
    channel.applies(make.agreed(second), "USA")
    assert [each.statement for each in glossary.agreed(channel.state, channel.talks)] == [second]
    dropped = channel.applies(make.term(second), role="linguist")
    channel.applies(make.agreed(dropped), "RUS")
    assert glossary.agreed(channel.state, channel.talks) == ()


def test_a_term_ties_working_languages_together() -> None:
    channel, _, _ = talking()
    assert (
        channel.refuses(make.term(en="crew", fr="équipage"), role="linguist") == "unknown-language"
    )
    assert channel.refuses(make.term(GONE, en="crew", ru="x"), role="linguist") == "unknown-term"
    with pytest.raises(MisuseError):
        make.term()
    with pytest.raises(MisuseError):
        make.term(en="crew")


def test_an_agreed_term_is_what_the_lint_looks_for() -> None:
    channel, version, _ = talking()
    text = texts_of(channel, version)
    subject = channel.applies(make.term(en="words", ru="реч*"), role="linguist")
    for agreed in (False, True):
        if agreed:
            channel.applies(make.agreed(subject), "RUS")
        terms = glossary.terms(channel.state, channel.talks)
        found = lint.findings(text, channel.state.parties, "non_binding", terms=terms)
        assert ("term_differs" in {each.check for each in found}) == agreed
