"""Recall: what was said is taken back, the record of it stays (SPEC 7.11)."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.state import heads
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.header import NamedMention, StatementMention
from tests.support import negotiating as talk
from tests.support import side_documents as side
from tests.support import silence as quiet
from tests.support.negotiating import GONE, TALKS, Channel, rewriting, talking
from tests.support.standing import recalled


def rewritten(channel: Channel, text: Text, parent: bytes, words: str, party: str = "USA") -> bytes:
    return channel.applies(talk.child(text, parent, rewriting(words), author=party), party)


def test_a_recalled_version_is_no_head_and_its_parent_is_one_again() -> None:
    channel, parent, text = talking()
    child = rewritten(channel, text, parent, "New.")
    assert heads(channel.state) == {TALKS: (child,)}
    recall = channel.applies(recalled(child))
    assert heads(channel.state) == {TALKS: (parent,)}
    assert channel.talks.recalled.get(child) == recall
    kept = channel.version_of(child)
    assert kept.number == 2
    newer = rewritten(channel, text, parent, "Newer.")
    third = channel.version_of(newer)
    assert third.number == 3


def test_a_parent_under_another_version_stays_below_it() -> None:
    channel, parent, text = talking()
    ours = rewritten(channel, text, parent, "Ours.")
    theirs = rewritten(channel, text, parent, "Theirs.", "RUS")
    channel.applies(recalled(ours))
    assert heads(channel.state) == {TALKS: (theirs,)}


def test_a_recalled_consolidation_opens_the_fork_again_in_the_order_of_the_log() -> None:
    channel, parent, text = talking()
    ours = rewritten(channel, text, parent, "Ours.")
    theirs = rewritten(channel, text, parent, "Theirs.", "RUS")
    talks = channel.talks
    mine = talks.versions.get(theirs)
    assert mine is not None
    joined = channel.applies(talk.tabled(mine.text, parents=(theirs, ours)))
    channel.applies(recalled(joined))
    assert heads(channel.state) == {TALKS: (ours, theirs)}
    channel.applies(recalled(ours))
    assert heads(channel.state) == {TALKS: (theirs,)}


def test_the_only_version_can_be_recalled() -> None:
    channel, version, _ = talking()
    channel.applies(recalled(version))
    assert heads(channel.state) == {TALKS: ()}


def test_nothing_is_put_on_what_was_recalled() -> None:
    channel, parent, text = talking()
    child = rewritten(channel, text, parent, "New.")
    said = channel.applies(talk.comment())
    sent = channel.applies(talk.dispatch())
    on_it = talk.child(text, child, author="RUS")
    confirms = talk.confirmed(parent, text)
    carries = talk.dispatch(1, author="RUS", carries=(StatementMention(statement=child),))
    answers = talk.dispatch(1, author="RUS", in_reply_to=sent)
    for statement in (child, said, sent):
        channel.applies(recalled(statement))
    assert channel.refuses(on_it, "RUS") == "recalled"
    assert channel.refuses(carries, "RUS") == "recalled"
    assert channel.refuses(answers, "RUS") == "recalled"
    assert channel.refuses(talk.comment(in_reply_to=said), "RUS") == "recalled"
    assert channel.refuses(talk.comment(body="", resolves=said), "RUS") == "recalled"
    anchored = talk.comment(anchor=talk.anchor(child, "c-one", "New."))
    assert channel.refuses(anchored, "RUS") == "recalled"
    channel.applies(confirms, "RUS")  # the control: its parent was not


@pytest.mark.parametrize("party", ["USA", "RUS"])
def test_only_what_ones_own_party_said_is_recalled(party: str) -> None:
    channel, version, _ = talking()
    if party == "USA":
        channel.applies(recalled(version), party)
    else:
        assert channel.refuses(recalled(version), party) == "not-own-statement"


def test_another_person_of_the_party_may_recall_and_a_linguist_may_not() -> None:
    channel, version, _ = talking()
    head = dataclasses.replace(recalled(version), header=talk.header("head_of_delegation"))
    linguist = dataclasses.replace(recalled(version), header=talk.header("linguist"))
    assert channel.refuses(linguist, role="linguist") == "role"
    channel.applies(head, role="head_of_delegation")
    assert channel.refuses(recalled(version)) == "recalled"


def test_what_is_not_there_or_is_no_such_kind_is_not_recalled() -> None:
    channel, version, text = talking()
    assert channel.refuses(recalled(GONE)) == "unknown-statement"
    confirmation = channel.applies(talk.confirmed(version, text))
    assert channel.refuses(recalled(confirmation)) == "not-recallable"


def test_a_version_is_not_recalled_once_it_was_built_on() -> None:
    channel, version, text = talking()
    child = rewritten(channel, text, version, "Theirs.", "RUS")
    assert channel.refuses(recalled(version)) == "built-on"
    channel.applies(recalled(child), "RUS")
    channel.applies(talk.confirmed(version, text))
    channel.applies(talk.confirmed(version, text), "RUS")
    assert channel.refuses(recalled(version)) == "built-on"


def test_ones_own_confirmation_does_not_bind_one_to_a_version() -> None:
    channel, version, text = talking()
    channel.applies(talk.confirmed(version, text))
    channel.applies(recalled(version))


def test_what_was_answered_is_not_recalled() -> None:
    channel, _, _ = talking()
    said = channel.applies(talk.comment())
    reply = channel.applies(talk.comment(in_reply_to=said), "RUS")
    assert channel.refuses(recalled(said)) == "built-on"
    channel.applies(recalled(reply), "RUS")
    channel.applies(recalled(said))


def test_ones_own_reply_leaves_a_comment_recallable_and_a_foreign_closing_does_not() -> None:
    channel, _, _ = talking()
    first = channel.applies(talk.comment())
    channel.applies(talk.comment(in_reply_to=first))
    channel.applies(recalled(first))
    second = channel.applies(talk.comment())
    channel.applies(talk.comment(in_reply_to=second, resolves=second), "RUS")
    assert channel.refuses(recalled(second)) == "built-on"


def test_a_recalled_closing_opens_the_thread_again() -> None:
    channel, _, _ = talking()
    first = channel.applies(talk.comment(), "RUS")
    closing = channel.applies(talk.comment(in_reply_to=first, body="Done.", resolves=first))
    channel.applies(recalled(closing))
    thread = channel.talks.comments.get(first)
    assert thread is not None
    assert thread.closed_by == ZERO
    channel.applies(talk.comment(body="", resolves=first), "RUS")


def test_a_closing_that_closed_no_more_is_recalled_alone() -> None:
    channel, _, _ = talking()
    first = channel.applies(talk.comment(), "RUS")
    early = channel.applies(talk.comment(in_reply_to=first, resolves=first))
    channel.applies(recalled(early))
    channel.applies(talk.comment(body="", resolves=first), "RUS")
    thread = channel.talks.comments.get(first)
    assert thread is not None
    assert thread.closed_by != ZERO


def test_an_answered_dispatch_is_not_recalled() -> None:
    channel, _, _ = talking()
    sent = channel.applies(talk.dispatch())
    answer = talk.dispatch(author="RUS", in_reply_to=sent)
    channel.applies(talk.dispatch(2, in_reply_to=sent))
    channel.applies(recalled(sent))
    second = channel.applies(talk.dispatch(3))
    channel.applies(dataclasses.replace(answer, in_reply_to=second), "RUS")
    channel.applies(talk.dispatch(2, author="RUS", in_reply_to=second), "RUS")
    assert channel.refuses(recalled(second)) == "built-on"
    third = channel.applies(talk.dispatch(4))
    channel.applies(talk.receipt(third, rung="understood"), "RUS")
    channel.applies(talk.receipt(third, rung="answered"), "RUS")
    assert channel.refuses(recalled(third)) == "built-on"


def test_a_follow_up_of_ones_own_is_no_answer_and_hides_none() -> None:
    channel, _, _ = talking()
    sent = channel.applies(talk.dispatch())
    channel.applies(talk.dispatch(2, in_reply_to=sent))
    channel.applies(talk.dispatch(author="RUS", in_reply_to=sent), "RUS")
    assert channel.refuses(recalled(sent)) == "built-on"


def test_an_answer_that_is_recalled_binds_nobody_and_leaves_the_next_one() -> None:
    channel, _, _ = talking()
    sent = channel.applies(talk.dispatch())
    answers = [
        channel.applies(talk.dispatch(number, author="RUS", in_reply_to=sent), "RUS")
        for number in (1, 2, 3)
    ]

    def answered_by() -> bytes:
        dispatch = channel.talks.dispatches.get(sent)
        assert dispatch is not None
        return dispatch.answered_by

    channel.applies(recalled(answers[1]), "RUS")
    assert answered_by() == answers[0]
    channel.applies(recalled(answers[0]), "RUS")
    assert answered_by() == answers[2]
    assert channel.refuses(recalled(sent)) == "built-on"
    channel.applies(recalled(answers[2]), "RUS")
    assert answered_by() == ZERO
    channel.applies(recalled(sent))


def test_a_receipt_short_of_an_answer_leaves_a_dispatch_recallable() -> None:
    channel, _, _ = talking()
    sent = channel.applies(talk.dispatch())
    channel.applies(talk.receipt(sent, rung="understood"), "RUS")
    channel.applies(recalled(sent))
    found = channel.talks.dispatches.get(sent)
    assert found is not None
    assert found.content.number == 1
    assert channel.refuses(talk.dispatch(1)) == "number-differs"


def test_a_break_of_silence_stands() -> None:
    channel, _, _ = talking()
    breaks = talk.dispatch(breaks_silence=(NamedMention(name="S-1"),))
    sent = channel.applies(breaks)
    assert channel.refuses(recalled(sent)) == "built-on"


def test_a_recalled_silence_procedure_is_over() -> None:
    table = quiet.Table()
    silence = table.running()
    assert table.refuses(recalled(silence), "RUS", log_time=table.now) == "not-own-statement"
    table.applies(recalled(silence), log_time=table.now)
    assert table.silence(silence).standing == "recalled"
    broken = table.running()
    table.applies(quiet.broken(broken), "RUS", log_time=table.now)
    assert table.refuses(recalled(broken), log_time=table.now) == "silence-ended"


def test_with_a_version_the_silence_about_it_ends_and_another_goes_on() -> None:
    table = quiet.Table()
    about_base = table.running()
    other = table.applies(talk.base(author="RUS"), "RUS", log_time=table.now)
    table.version = other
    about_other = table.running()
    table.applies(recalled(other), "RUS", log_time=table.now)
    assert table.silence(about_other).standing == "recalled"
    assert table.silence(about_base).standing == "running"


def test_a_version_of_a_side_document_is_recalled_within_its_own_line() -> None:
    channel, version, _ = talking()
    document = channel.applies(side.opened())
    first = channel.applies(side.begun(document))
    _, text = side.letter()
    second = channel.applies(talk.child(text, first))
    found = channel.talks.side_documents.get(document)
    assert found is not None
    assert found.heads == (second,)
    channel.applies(recalled(second))
    found = channel.talks.side_documents.get(document)
    assert found is not None
    assert found.heads == (first,)
    assert heads(channel.state) == {TALKS: (version,)}


# ------------------------------------------------------------------ against a model

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["USA", "RUS"]),
        st.sampled_from(["table", "join", "recall", "confirm"]),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=20,
)


@given(ACTS)
@settings(max_examples=150, deadline=None)
def test_heads_are_the_standing_versions_under_no_standing_version(
    acts: list[tuple[str, str, int, int]],
) -> None:
    # The model: who made what from what, and nothing else.
    channel, base, text = talking()
    parents: dict[bytes, tuple[bytes, ...]] = {base: ()}
    author, gone, bound = {base: "USA"}, set[bytes](), dict[bytes, set[str]]()
    for party, act, first, second in acts:
        known = list(parents)
        one, other = known[first % len(known)], known[second % len(known)]
        if act == "recall":
            channel.say(recalled(one), party)
            below = any(one in parents[each] for each in known if each not in gone)
            foreign = bound.get(one, set()) - {author[one]}
            allowed = author[one] == party and one not in gone and not below and not foreign
            assert (channel.outcome.status == "applied") == allowed
            gone |= {one} if allowed else set()
        elif act == "confirm":
            channel.say(talk.confirmed(one, text), party)
            if channel.outcome.status == "applied":
                bound.setdefault(one, set()).add(party)
        else:
            on = (one, other) if act == "join" and one != other else (one,)
            made = channel.say(talk.tabled(text, parents=on, author=party), party)
            assert (channel.outcome.status == "applied") == (not gone & set(on))
            if channel.outcome.status == "applied":
                parents[made], author[made] = on, party
    standing = [each for each in parents if each not in gone]
    free = [each for each in standing if not any(each in parents[on] for on in standing)]
    assert heads(channel.state) == {TALKS: tuple(free)}


def test_a_silence_that_the_other_side_called_answered_is_not_taken_back() -> None:
    table = quiet.Table()
    silence = table.running()
    table.applies(talk.receipt(silence, rung="answered"), "RUS", log_time=table.now)
    assert table.refuses(recalled(silence), log_time=table.now) == "built-on"
    assert table.silence(silence).standing == "running"
