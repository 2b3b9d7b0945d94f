"""What was accepted is reopened by a change of its words, and by nothing else (SPEC 7.9)."""

import dataclasses

import pytest

from paraph.protocol.negotiation.fold import touching
from paraph.protocol.statements.header import JOINT, NamedMention, StatementMention, to_wordings
from paraph.protocol.statements.versions import (
    NO_NOTES,
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Operation,
    OpNotes,
    Replace,
    Split,
)
from tests.support import negotiating as talk
from tests.support.negotiating import GONE, Channel, rewriting, talking
from tests.support.proposals import answered, made, proposal, proposed, settled, wording
from tests.support.standing import recalled

FINDING = OpNotes(proposal=(), finding=(NamedMention(name="F-01"),), result="")


def noting(statement: bytes) -> OpNotes:
    return OpNotes(proposal=(StatementMention(statement=statement),), finding=(), result="")


SPLIT = Split(
    cid="c-one",
    texts=to_wordings({"en": "We meet.", "ru": "Мы"}),
    new_cid="c-again",
    new_texts=to_wordings({"en": "We meet again. [USA: Soon.]", "ru": "встречаемся."}),
    new_headings=(),
    notes=NO_NOTES,
)


@pytest.mark.parametrize(
    "operation",
    [
        rewriting(),
        Delete(cid="c-one", to=(), notes=NO_NOTES),
        Merge(
            cids=("c-one", "c-two"),
            into="c-two",
            texts=to_wordings({"en": "Both.", "ru": "Оба."}),
            headings=(),
            notes=NO_NOTES,
        ),
        dataclasses.replace(SPLIT, texts=to_wordings({"en": "We do meet.", "ru": "Мы"})),
        dataclasses.replace(SPLIT, new_texts=to_wordings({"en": "Again.", "ru": "встречаемся."})),
        dataclasses.replace(SPLIT, new_texts=to_wordings({"en": "We meet again."})),
    ],
)
def test_a_change_of_the_clause_reopens_what_was_accepted(operation: Operation) -> None:
    channel, statement = settled()
    version = channel.amends(operation)
    found = proposal(channel, statement)
    assert (found.standing, found.turn) == ("countered", "RUS")
    last = found.history[-1]
    assert (last.by_version, last.statement, last.party) == (True, version, "USA")
    channel.applies(answered(statement, "accepted_ad_ref"), "RUS")


def test_what_was_accepted_by_both_is_reopened_too() -> None:
    channel, statement = settled()
    for party in ("USA", "RUS"):
        channel.applies(answered(statement, "accepted", wording=wording(channel)), party)
    channel.amends(rewriting(), party="RUS")
    assert (proposal(channel, statement).standing, proposal(channel, statement).turn) == (
        "countered",
        "USA",
    )
    assert proposal(channel, statement).accepting == {}


@pytest.mark.parametrize(
    "operation",
    [
        MoveAfter(cid="c-one", after="c-two", notes=NO_NOTES),
        SPLIT,
        rewriting(cid="c-two"),
        Replace(
            cid="c-one",
            texts=to_wordings({"en": "We meet. We meet again.", "ru": "Мы встречаемся."}),
            notes=NO_NOTES,
        ),
    ],
)
def test_a_move_a_split_that_keeps_the_words_and_the_same_words_leave_it(
    operation: Operation,
) -> None:
    channel, statement = settled()
    channel.amends(operation)
    assert proposal(channel, statement).standing == "accepted_ad_ref"


def test_an_operation_noted_with_that_proposal_leaves_it_and_with_another_does_not() -> None:
    channel, statement = settled()
    channel.amends(rewriting(notes=noting(statement)))
    assert proposal(channel, statement).standing == "accepted_ad_ref"
    channel.amends(rewriting("Newer.", notes=noting(GONE)))
    assert proposal(channel, statement).standing == "countered"


def test_a_finding_that_both_confirm_leaves_it() -> None:
    channel, statement = settled()
    version = channel.amends(rewriting(notes=FINDING), author=JOINT)
    assert proposal(channel, statement).standing == "countered"
    text = channel.head.text
    channel.applies(talk.confirmed(version, text), "USA")
    assert proposal(channel, statement).standing == "countered"
    channel.applies(talk.confirmed(version, text), "RUS")
    found = proposal(channel, statement)
    assert (found.standing, found.turn) == ("accepted_ad_ref", "")
    assert [step.to for step in found.history] == [
        "tabled", "accepted_ad_ref", "countered", "accepted_ad_ref",
    ]  # fmt: skip


def test_a_finding_confirmed_too_late_leaves_what_was_said_meanwhile() -> None:
    channel, statement = settled()
    version = channel.amends(rewriting(notes=FINDING))
    text = channel.head.text
    channel.applies(answered(statement, "rejected"), "RUS")
    channel.applies(talk.confirmed(version, text), "RUS")
    assert proposal(channel, statement).standing == "rejected"


def test_a_later_version_that_both_confirm_does_as_well() -> None:
    channel, statement = settled()
    channel.amends(rewriting(notes=FINDING))
    channel.amends(rewriting("Mended again.", notes=FINDING))
    last = channel.amends(rewriting(cid="c-two"), party="RUS")
    channel.applies(talk.confirmed(last, channel.head.text), "USA")
    assert proposal(channel, statement).standing == "accepted_ad_ref"


def test_in_an_internal_channel_a_recalled_proposal_stops_no_later_version() -> None:
    channel = Channel(("USA",))
    channel.applies(talk.opened())
    channel.applies(talk.base())
    statement = channel.applies(made())
    channel.applies(answered(statement, "accepted_ad_ref"))
    mended = channel.amends(rewriting(notes=FINDING))
    text = channel.head.text
    channel.applies(recalled(statement))
    channel.amends(rewriting("Newer."))
    channel.applies(talk.confirmed(mended, text))
    assert proposal(channel, statement).standing == "recalled"


def test_words_changed_after_a_finding_are_not_confirmed_with_it() -> None:
    channel, statement = settled()
    mended = channel.amends(rewriting(notes=FINDING))
    text = channel.head.text
    last = channel.amends(rewriting("Changed."))
    channel.applies(talk.confirmed(mended, text), "RUS")
    assert proposal(channel, statement).standing == "countered"
    channel.applies(talk.confirmed(last, channel.head.text), "RUS")
    assert proposal(channel, statement).standing == "countered"


def test_what_was_said_meanwhile_is_in_no_doubt_later() -> None:
    channel, statement = settled()
    channel.amends(rewriting(notes=FINDING))
    channel.applies(answered(statement, "rejected"), "RUS")
    last = channel.amends(rewriting(cid="c-two"))
    channel.applies(talk.confirmed(last, channel.head.text), "RUS")
    assert proposal(channel, statement).standing == "rejected"


def test_a_finding_and_more_reopen_it_for_good() -> None:
    channel, statement = settled()
    version = channel.amends(rewriting(notes=FINDING), rewriting("More."))
    text = channel.head.text
    channel.applies(talk.confirmed(version, text), "RUS")
    assert proposal(channel, statement).standing == "countered"


def test_what_is_still_open_or_outside_is_moved_by_no_version() -> None:
    channel, statement = proposed()
    outside = channel.applies(made(""), "RUS")
    channel.applies(answered(outside, "accepted_ad_ref"))
    channel.amends(rewriting())
    assert proposal(channel, statement).standing == "tabled"
    assert proposal(channel, outside).standing == "accepted_ad_ref"


def test_a_rival_text_reopens_nothing() -> None:
    channel, statement = settled()
    channel.applies(talk.base(author="RUS"), "RUS")
    assert proposal(channel, statement).standing == "accepted_ad_ref"


def test_an_inserted_clause_that_was_accepted_is_noted_or_reopens() -> None:
    for noted in (True, False):
        channel, version, _ = talking()
        fresh = InsertAfter(after="c-one", clause=talk.clause("c-new"), notes=NO_NOTES)
        statement = channel.applies(made("c-new", version=version, operations=(fresh,)), "RUS")
        channel.applies(answered(statement, "accepted_ad_ref"))
        notes = noting(statement) if noted else NO_NOTES
        channel.amends(dataclasses.replace(fresh, notes=notes))
        expected = "accepted_ad_ref" if noted else "countered"
        assert proposal(channel, statement).standing == expected


def test_without_the_rule_a_changed_clause_would_stay_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The control for the tests above.
    channel, statement = settled()
    monkeypatch.setattr(touching, "cause", lambda *_: touching.NONE)
    channel.amends(rewriting())
    assert proposal(channel, statement).standing == "accepted_ad_ref"


def test_a_split_of_what_is_not_there_keeps_no_words() -> None:
    assert not touching.keeps_words(SPLIT, None)
