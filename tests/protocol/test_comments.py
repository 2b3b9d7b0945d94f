"""Comments in the fold: the words they stand on, and their threads (SPEC 7.5, 7.6)."""

from typing import Any

import pytest

from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import Comment
from paraph.protocol.statements.header import StatementMention
from paraph.protocol.statements.versions import NO_NOTES, Delete
from tests.support import negotiating as talk
from tests.support.negotiating import GONE, UNOPENED, Channel, talking


def comment(channel: Channel, statement: bytes) -> Comment:
    found = channel.talks.comments.get(statement)
    assert found is not None
    return found


def test_a_comment_stands_on_words_that_are_there() -> None:
    channel, statement, _ = talking()
    anchor = talk.anchor(statement, "c-two", "See {ref:c-one}")
    said = channel.applies(talk.comment(anchor=anchor), "RUS")
    made = comment(channel, said)
    assert (made.number, made.thread, made.ambiguous, made.party) == (1, said, False, "RUS")


@pytest.mark.parametrize(
    ("cid", "exact", "changes", "code"),
    [
        ("gone", "We meet", {}, "unknown-clause"),
        ("c-one", "They meet", {}, "quote-not-found"),
        ("c-one", "we meet", {}, "quote-not-found"),
        ("c-one", "We meet", {"prefix": "x"}, "quote-not-found"),
        ("c-one", "We meet", {"language": "fr"}, "unknown-language"),
        ("c-one", "We meet", {"language": "ru"}, "quote-not-found"),
        ("c-one", "We meet", {"version": GONE}, "unknown-version"),
    ],
)
def test_a_comment_on_words_that_are_not_there_is_refused(
    cid: str, exact: str, changes: dict[str, Any], code: str
) -> None:
    channel, statement, _ = talking()
    anchor = talk.anchor(**{"version": statement, "cid": cid, "exact": exact, **changes})
    assert channel.refuses(talk.comment(anchor=anchor)) == code


def test_what_is_about_a_deleted_clause_is_told_that_it_has_left() -> None:
    channel, parent, text = talking()
    operation = Delete(cid="c-one", to=(), notes=NO_NOTES)
    after = texts.apply(text, [operation])
    version = channel.applies(talk.tabled(after, parents=(parent,), operations=(operation,)))
    anchor = talk.anchor(version, "c-one", "We meet")
    assert channel.refuses(talk.comment(anchor=anchor)) == "unknown-clause"
    assert channel.outcome.detail == 'clause "c-one" has left the text: version 2 is without it'


def test_a_quote_that_stands_twice_is_shown_as_ambiguous_unless_its_neighbours_tell() -> None:
    channel, statement, _ = talking()
    twice = channel.applies(talk.comment(anchor=talk.anchor(statement, "c-one", "We meet")))
    told = talk.anchor(statement, "c-one", "We meet", suffix=" again")
    once = channel.applies(talk.comment(anchor=told))
    assert comment(channel, twice).ambiguous
    assert not comment(channel, once).ambiguous


def test_a_comment_may_be_on_the_whole_text_or_on_none() -> None:
    channel, statement, _ = talking()
    channel.applies(talk.comment(anchor=talk.anchor(statement, "", "")))
    channel.applies(talk.comment(anchor=talk.anchor(statement, "", "", "")))
    channel.applies(talk.comment())


def test_replies_belong_to_the_thread_and_carry_no_number() -> None:
    channel, _, _ = talking()
    first = channel.applies(talk.comment())
    reply = channel.applies(talk.comment(in_reply_to=first), "RUS")
    again = channel.applies(talk.comment(in_reply_to=reply))
    second = channel.applies(talk.comment())
    assert comment(channel, first).replies == (reply, again)
    assert comment(channel, again).thread == first
    assert (comment(channel, again).number, comment(channel, second).number) == (0, 2)
    assert channel.refuses(talk.comment(in_reply_to=GONE)) == "unknown-comment"
    third = channel.applies(talk.comment())
    assert comment(channel, third).number == 3


def test_closing_a_thread_is_an_act_that_names_what_closed_it() -> None:
    channel, statement, _ = talking()
    first = channel.applies(talk.comment())
    reply = channel.applies(talk.comment(in_reply_to=first), "RUS")
    cause = (StatementMention(statement=statement),)
    closing = talk.comment(body="", in_reply_to=reply, resolves=reply, resolved_by=cause)
    closed = channel.applies(closing)
    assert comment(channel, first).closed_by == closed
    assert comment(channel, first).replies == (reply, closed)
    assert channel.refuses(talk.comment(resolves=first)) == "closed-before"
    assert channel.refuses(talk.comment(resolves=GONE)) == "unknown-comment"


def test_what_is_mentioned_must_stand_applied_in_this_negotiation() -> None:
    channel, statement, _ = talking()
    refused = channel.say(talk.dispatch(7))
    elsewhere = channel.applies(talk.opened(header=talk.header(negotiation=UNOPENED)))
    answer = channel.applies(talk.receipt(statement, role="bot"), "RUS", "bot")
    for unknown in (GONE, refused, elsewhere, answer):
        mention = (StatementMention(statement=unknown),)
        assert channel.refuses(talk.dispatch(carries=mention)) == "unknown-statement"
        said = talk.comment(resolves=GONE, resolved_by=mention)
        assert channel.refuses(said) == "unknown-statement"


@pytest.mark.parametrize("kind", ["instruction", "fallback"])
def test_instructions_belong_in_an_internal_channel(kind: str) -> None:
    channel, _, _ = talking()
    assert channel.refuses(talk.comment(comment_kind=kind)) == "internal-only"
    alone = Channel(("USA",))
    anchor = talk.anchor(GONE, "c-one", "words that stand in the shared channel", "fr")
    note = alone.applies(talk.comment(comment_kind=kind, anchor=anchor))
    assert comment(alone, note).number == 1
    assert alone.talks.opened is None
    nameless = talk.header(negotiation=bytes(16))
    assert alone.refuses(talk.comment(header=nameless)) == "unknown-negotiation"
    alone.applies(talk.opened())
    assert alone.talks.comments_counted == 1
