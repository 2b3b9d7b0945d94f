"""Dispatches in the fold, numbered by their author, and what was acknowledged (SPEC 7.5)."""

from paraph.protocol.negotiation.state import next_number, rung
from paraph.protocol.statements.header import JOINT, NamedMention, StatementMention
from tests.support import negotiating as talk
from tests.support.negotiating import GONE, TALKS, UNOPENED, talking

# ------------------------------------------------------------------ dispatches


def test_dispatches_are_numbered_without_a_gap_by_author() -> None:
    channel, statement, _ = talking()
    assert next_number(channel.state, TALKS, "USA") == 1
    assert next_number(channel.state, UNOPENED, "USA") == 1
    carries = (StatementMention(statement=statement), NamedMention(name="AM-VC2-draft"))
    first = channel.applies(talk.dispatch(1, carries=carries))
    assert channel.refuses(talk.dispatch(1)) == "number-differs"
    assert channel.refuses(talk.dispatch(3)) == "number-differs"
    assert "expected number 2 of USA" in channel.outcome.detail
    channel.applies(talk.dispatch(1, author="RUS", in_reply_to=first), "RUS")
    channel.applies(talk.dispatch(1, author=JOINT), "RUS")
    channel.applies(talk.dispatch(2, author=JOINT), "USA")
    channel.applies(talk.dispatch(2))
    assert channel.talks.numbers == {"USA": 2, "RUS": 1, JOINT: 2}
    assert next_number(channel.state, TALKS, JOINT) == 3


def test_a_dispatch_answers_a_dispatch_and_speaks_for_its_own_party() -> None:
    channel, statement, _ = talking()
    assert channel.refuses(talk.dispatch(in_reply_to=statement)) == "unknown-dispatch"
    assert channel.refuses(talk.dispatch(author="RUS")) == "author-differs"
    silence = (StatementMention(statement=GONE),)
    assert channel.refuses(talk.dispatch(breaks_silence=silence)) == "unknown-statement"
    channel.applies(talk.dispatch(breaks_silence=(NamedMention(name="S-02"),)))


# ------------------------------------------------------------------ acknowledgements


def test_the_rung_reached_climbs_and_never_falls() -> None:
    channel, statement, _ = talking()
    assert rung(channel.state, statement, "RUS") == ""
    channel.applies(talk.receipt(statement, role="bot"), "RUS", "bot")
    assert rung(channel.state, statement, "RUS") == "fetched"
    channel.applies(talk.receipt(statement, rung="in_charge"), "RUS")
    channel.applies(talk.receipt(statement, rung="displayed"), "RUS")
    assert rung(channel.state, statement, "RUS") == "in_charge"
    assert rung(channel.state, statement, "USA") == ""


def test_what_was_not_opened_or_not_taken_reaches_no_rung_and_is_remembered() -> None:
    channel, statement, _ = talking()
    channel.applies(talk.receipt(statement, role="bot", outcome="cannot_open"), "RUS", "bot")
    assert rung(channel.state, statement, "RUS") == ""
    channel.applies(
        talk.receipt(statement, rung="in_charge", outcome="not_taken", reason="not ours"), "RUS"
    )
    receipt = (channel.state.receipts.get(statement) or {})["RUS"]
    assert (receipt.outcome, receipt.reason, receipt.rung) == ("not_taken", "not ours", "")
    channel.applies(talk.receipt(statement, role="bot"), "RUS", "bot")
    receipt = (channel.state.receipts.get(statement) or {})["RUS"]
    assert (receipt.outcome, receipt.reason, receipt.rung) == ("ok", "", "fetched")


def test_acknowledgements_are_for_what_persons_of_the_other_party_said() -> None:
    channel, statement, _ = talking()
    bots = channel.applies(talk.receipt(statement, role="bot"), "RUS", "bot")
    person = channel.applies(talk.receipt(statement), "RUS")
    assert channel.refuses(talk.receipt(GONE), "RUS") == "unknown-statement"
    assert channel.refuses(talk.receipt(statement), "USA") == "own-statement"
    assert channel.refuses(talk.receipt(bots), "USA") == "machine-statement"
    assert channel.refuses(talk.receipt(person), "USA") == "acknowledgement-acknowledged"
    assert channel.refuses(talk.receipt(statement, GONE), "RUS") == "unknown-statement"


def test_a_refused_statement_is_acknowledged_all_the_same() -> None:
    channel, _, _ = talking()
    refused = channel.say(talk.dispatch(7))
    channel.applies(talk.receipt(refused, role="bot"), "RUS", "bot")
    assert rung(channel.state, refused, "RUS") == "fetched"
