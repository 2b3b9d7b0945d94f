"""Proposals: turns, steps, and what both have said (SPEC 7.9)."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paraph.protocol.errors import MisuseError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fold import proposals as rules
from paraph.protocol.statements.header import StatementMention, to_mentions, to_wordings
from paraph.protocol.statements.proposals import ANSWERS
from paraph.protocol.statements.versions import NO_NOTES, Delete, InsertAfter, OpNotes
from tests.support import negotiating as talk
from tests.support.negotiating import GONE, rewriting, talking
from tests.support.proposals import answered, made, proposal, proposed, settled, wording
from tests.support.standing import recalled

# ------------------------------------------------------------------ made


def test_a_proposal_is_numbered_and_the_other_side_has_the_turn() -> None:
    channel, first = proposed()
    second = channel.applies(made(""), "USA")
    assert [proposal(channel, each).name for each in (first, second)] == ["P-1", "P-2"]
    found = proposal(channel, first)
    assert (found.standing, found.turn, found.party) == ("tabled", "USA", "RUS")
    assert [step.to for step in found.history] == ["tabled"]
    assert proposal(channel, second).turn == "RUS"


def test_a_proposal_is_about_a_clause_that_is_there_or_that_it_would_make() -> None:
    channel, version, _ = talking()
    fresh = InsertAfter(after="c-one", clause=talk.clause("c-new"), notes=NO_NOTES)
    leaving = Delete(cid="c-two", to=(), notes=NO_NOTES)
    assert channel.refuses(made("c-new")) == "unknown-clause"
    assert channel.refuses(made("c-new", version=version)) == "unknown-clause"
    assert channel.refuses(made("c-new", version=GONE)) == "unknown-version"
    channel.applies(made("c-new", version=version, operations=(fresh,)))
    channel.applies(made("c-two", version=version, operations=(leaving,)))
    wrong = dataclasses.replace(leaving, cid="c-none")
    assert channel.refuses(made(version=version, operations=(wrong,))) == "unknown-clause"
    french = made(titles=to_wordings({"fr": "Titre"}))
    assert channel.refuses(french) == "unknown-language"
    why = made(rationale=to_wordings({"fr": "Pourquoi"}))
    assert channel.refuses(why) == "unknown-language"


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "reserved", "operations": (rewriting(),), "version": GONE},
        {"to": "countered", "operations": (rewriting(),)},
        {"to": "countered", "version": GONE},
        {"to": "accepted_ad_ref", "wording": GONE},
    ],
)
def test_an_answer_offers_words_with_a_counter_and_binds_with_an_acceptance(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(MisuseError):
        answered(GONE, **changes)


def test_changes_are_changes_to_a_version() -> None:
    with pytest.raises(MisuseError):
        made(operations=(rewriting(),))


# ------------------------------------------------------------------ turns and steps


def test_only_the_party_that_holds_the_turn_answers() -> None:
    channel, statement = proposed()
    assert channel.refuses(answered(statement, "countered"), "RUS") == "out-of-turn"
    assert 'P-1 on clause "c-one" is tabled: expected USA' in channel.outcome.detail
    channel.applies(answered(statement, "countered", note="elsewhere"), "USA")
    assert proposal(channel, statement).turn == "RUS"
    assert channel.refuses(answered(statement, "countered"), "USA") == "out-of-turn"
    channel.applies(answered(statement, "countered"), "RUS")
    assert [step.note for step in proposal(channel, statement).history] == ["", "elsewhere", ""]


def test_without_the_turn_rule_a_party_would_answer_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    # The control: the same step goes through where nobody looks at the turn.
    channel, statement = proposed()
    monkeypatch.setattr(rules, "_require_step", lambda *_: None)
    channel.applies(answered(statement, "accepted_ad_ref"), "RUS")


@pytest.mark.parametrize("keeps", ["reserved", "under_consideration"])
def test_to_reserve_or_to_consider_keeps_the_turn(keeps: str) -> None:
    channel, statement = proposed()
    channel.applies(answered(statement, keeps), "USA")
    assert proposal(channel, statement).turn == "USA"
    assert channel.refuses(answered(statement, "countered"), "RUS") == "out-of-turn"
    channel.applies(answered(statement, "countered"), "USA")


def test_the_proposer_may_withdraw_at_any_time_and_nobody_else() -> None:
    for before in ("countered", "reserved", "rejected", "accepted_ad_ref", ""):
        channel, statement = proposed()
        if before:
            channel.applies(answered(statement, before), "USA")
        assert channel.refuses(answered(statement, "withdrawn"), "USA") == "out-of-turn"
        channel.applies(answered(statement, "withdrawn"), "RUS")
        assert proposal(channel, statement).turn == ""
        assert channel.refuses(answered(statement, "countered"), "RUS") == "no-such-step"
        assert "nothing follows that" in channel.outcome.detail


def test_a_rejected_proposal_can_be_taken_up_by_either() -> None:
    for party in ("USA", "RUS"):
        channel, statement = proposed()
        channel.applies(answered(statement, "rejected"), "USA")
        assert channel.refuses(answered(statement, "accepted_ad_ref"), party) == "no-such-step"
        channel.applies(answered(statement, "countered"), party)
        assert proposal(channel, statement).turn != party


def test_a_counter_may_hold_operations_that_fit() -> None:
    channel, statement = proposed()
    version = channel.head.statement
    offer = answered(statement, "countered", version=version, operations=(rewriting(),))
    wrong = answered(statement, "countered", version=version, operations=(rewriting(cid="c-x"),))
    assert channel.refuses(wrong) == "unknown-clause"
    channel.applies(offer)


def test_what_is_not_a_proposal_is_not_answered() -> None:
    channel, statement = proposed()
    version = channel.head.statement
    assert channel.refuses(answered(version, "rejected")) == "unknown-proposal"
    channel.applies(recalled(statement), "RUS")
    assert proposal(channel, statement).standing == "recalled"
    assert channel.refuses(answered(statement, "rejected")) == "recalled"


def test_an_answered_proposal_is_withdrawn_and_not_recalled() -> None:
    channel, statement = proposed()
    channel.applies(answered(statement, "under_consideration"))
    assert channel.refuses(recalled(statement), "RUS") == "built-on"
    answer = channel.applies(answered(statement, "reserved"))
    assert channel.refuses(recalled(answer)) == "not-recallable"


# ------------------------------------------------------------------ said by both


@pytest.mark.parametrize("same", ["accepted_ad_ref", "reserved", "rejected"])
def test_the_other_party_may_say_the_same_once_and_moves_nothing(same: str) -> None:
    channel, statement = proposed()
    channel.applies(answered(statement, same), "USA")
    before = proposal(channel, statement)
    channel.applies(answered(statement, same), "RUS")
    after = proposal(channel, statement)
    assert (after.standing, after.turn, after.since) == (same, before.turn, before.since)
    assert after.behind == {"USA", "RUS"}
    assert channel.refuses(answered(statement, same), "RUS") in {"no-such-step", "out-of-turn"}


def test_accepted_counts_when_each_has_said_it_of_the_same_words() -> None:
    channel, statement = settled()
    for party in ("RUS", "USA"):
        now = proposal(channel, statement)
        assert now.standing == "accepted_ad_ref"
        channel.applies(answered(statement, "accepted", wording=wording(channel)), party)
    after = proposal(channel, statement)
    assert (after.standing, after.turn) == ("accepted", "")
    assert channel.refuses(answered(statement, "withdrawn"), "RUS") == "no-such-step"


def test_one_party_does_not_accept_for_both() -> None:
    channel, statement = settled()
    says = answered(statement, "accepted", wording=wording(channel))
    channel.applies(says, "USA")
    assert channel.refuses(says, "USA") == "accepted-before"
    assert proposal(channel, statement).standing == "accepted_ad_ref"


def test_words_that_are_gone_are_not_accepted() -> None:
    channel, statement = settled()
    before = wording(channel)
    channel.applies(answered(statement, "accepted", wording=before), "USA")
    noted = OpNotes(proposal=(StatementMention(statement=statement),), finding=(), result="")
    channel.amends(rewriting(notes=noted))
    stale = answered(statement, "accepted", wording=before)
    assert channel.refuses(stale, "RUS") == "wording-gone"
    now = answered(statement, "accepted", wording=wording(channel))
    channel.applies(now, "RUS")
    assert proposal(channel, statement).standing == "accepted_ad_ref"  # not the same words
    channel.applies(now, "USA")
    assert proposal(channel, statement).standing == "accepted"


def test_a_matter_outside_the_text_has_no_words_and_a_clause_that_left_neither() -> None:
    for clause in ("", "c-two"):
        channel, statement = proposed(clause)
        channel.applies(answered(statement, "accepted_ad_ref"), "USA")
        if clause:
            mention = to_mentions([StatementMention(statement=statement)])
            notes = OpNotes(proposal=mention, finding=(), result="")
            channel.amends(Delete(cid=clause, to=(), notes=notes))
        assert channel.refuses(answered(statement, "accepted", wording=GONE)) == "wording-gone"
        for party in ("USA", "RUS"):
            channel.applies(answered(statement, "accepted"), party)
        assert proposal(channel, statement).standing == "accepted"


def test_in_a_text_without_heads_no_clause_has_words() -> None:
    channel, statement = settled()
    version = channel.head.statement
    channel.applies(recalled(version))
    channel.applies(answered(statement, "accepted"))


# ------------------------------------------------------------------ whatever comes


MOVES = st.lists(
    st.tuples(st.sampled_from(ANSWERS), st.sampled_from(["USA", "RUS"]), st.booleans()),
    max_size=12,
)


@given(MOVES)
@settings(max_examples=150, deadline=None)
def test_no_sequence_of_steps_breaks_the_turn(moves: list[tuple[str, str, bool]]) -> None:
    channel, statement = proposed()
    for to, party, amended in moves:
        before = proposal(channel, statement)
        digest = wording(channel) if to == "accepted" else ZERO
        channel.say(answered(statement, to, wording=digest), party)
        after = proposal(channel, statement)
        if channel.outcome.status == "refused":
            assert after == before
        elif after.standing != before.standing or after.since != before.since:
            assert before.turn in ("", party) or to == "withdrawn"
            assert to == "withdrawn" or to in rules.NEXT[before.standing]
        if amended:
            number = len(channel.talks.versions)
            channel.amends(rewriting(f"Words {number}."), party=party)
            assert proposal(channel, statement).standing not in rules.SETTLED
        listed = channel.talks.settled.get(b"c-one".ljust(64, b"\0")) or ()
        standing = proposal(channel, statement).standing
        assert (statement in listed) == (standing in rules.SETTLED)
    assert texts.wording_digest(channel.head.text.parts[1]) == wording(channel)
