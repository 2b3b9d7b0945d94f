"""SPEC 7.19: silence is evidence, never consent by accident."""

import pytest

from paraph.protocol.errors import MisuseError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold import silence as rules
from paraph.protocol.negotiation.fold.checks import version_of
from paraph.protocol.negotiation.state import Negotiation
from paraph.protocol.statements.clear import Opened, Unopened
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import NamedMention, StatementMention
from paraph.protocol.statements.versions import NO_NOTES, Delete, Replace
from tests.support import negotiating as talk
from tests.support import silence as quiet
from tests.support.silence import EXPIRES, HOUR, NOON, Table

GONE = bytes([7]) * 32
OTHER = bytes(16)[:-1] + b"\x01"


def talks(table: Table, identity: bytes = talk.TALKS) -> Negotiation:
    found = table.state.negotiations.get(identity)
    assert found is not None
    return found


def past(table: Table) -> None:
    table.at(EXPIRES + 1)
    table.beats("USA")
    table.beats("RUS")


def test_it_runs_from_receipt_and_is_adopted_by_a_closing_of_each_side_after_expiry() -> None:
    table = Table()
    silence = table.opens()
    assert table.silence(silence).standing == "proposed"
    table.beats("USA")
    assert table.silence(silence).standing == "proposed"  # one's own bot receives nothing
    table.beats("RUS")
    table.beats("USA")
    assert table.silence(silence).standing == "running"
    assert table.silence(silence).received == NOON
    past(table)
    assert table.silence(silence).standing == "expired"
    table.closes(silence, "USA")
    assert table.silence(silence).standing == "expired"  # one side adopts nothing
    closing = table.closes(silence, "RUS")
    found = table.silence(silence)
    assert (found.standing, found.number) == ("adopted", 1)
    assert found.ending is not None
    assert found.ending.statement == closing
    assert table.state.silences_live == ()
    assert set(table.text().confirmed) == {"RUS", "USA"}  # what both closed, both confirmed


def test_a_link_cut_at_expiry_adopts_nothing() -> None:
    table = Table()
    silence = table.running()
    past(table)
    table.closes(silence, "USA")
    table.at(EXPIRES + 1000 * HOUR)
    table.beats("USA")
    assert table.silence(silence).standing == "expired"
    assert table.text().confirmed == {}
    table.closes(silence, "RUS")  # held, not lost: the link is back
    assert table.silence(silence).standing == "adopted"


def test_an_objection_counts_by_its_place_and_not_by_its_hour() -> None:
    # Delayed by the relay past expiry: it wins, since its author has not closed.
    table = Table()
    silence = table.running()
    past(table)
    table.closes(silence, "USA")
    table.applies(quiet.broken(silence), "RUS", log_time=table.now)
    found = table.silence(silence)
    assert found.standing == "broken"
    assert found.ending is not None
    assert (found.ending.party, found.ending.reason) == ("RUS", "The units differ.")
    assert table.refuses(table.closing(silence), "RUS", log_time=table.now) == "silence-ended"


def test_an_objection_after_the_second_closing_is_too_late_and_leaves_a_receipt() -> None:
    table = Table()
    silence = table.running()
    past(table)
    table.closes(silence, "USA")
    table.closes(silence, "RUS")
    late = quiet.broken(silence)
    assert table.refuses(late, "RUS", log_time=table.now) == "silence-ended"
    assert "adopted at index" in table.outcome.detail
    assert table.silence(silence).standing == "adopted"


def test_without_the_rule_of_the_second_closing_one_side_would_adopt_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The control: counting one party makes a cut link an agreement.
    table = Table()
    silence = table.running()
    past(table)
    closing = table.closing(silence)
    monkeypatch.setattr(rules, "_lacks_a_closing", lambda _state, _silence: False)
    table.applies(closing, "USA", log_time=table.now)
    assert table.silence(silence).standing == "adopted"


def test_received_with_too_little_time_left_it_is_held_for_good() -> None:
    table = Table()
    silence = table.opens()
    table.at(EXPIRES - 12 * HOUR + 1)
    table.beats("RUS")
    table.beats("RUS")
    assert table.silence(silence).standing == "late"
    past(table)
    assert table.refuses(table.closing(silence), log_time=table.now) == "received-late"
    in_time = Table()
    exact = in_time.opens()
    in_time.at(EXPIRES - 12 * HOUR)
    in_time.beats("RUS")
    in_time.beats("RUS")
    assert in_time.silence(exact).standing == "running"


def test_what_the_other_side_never_received_cannot_be_closed() -> None:
    table = Table()
    silence = table.opens()
    table.beats("RUS", held=table.silence(silence).index)  # everything below it, not it
    past_without_receipt = table.now = EXPIRES + 1
    table.beats("USA")
    table.hears(Unopened(entry=99, reason="wrap"), "RUS", log_time=past_without_receipt)
    assert table.refuses(table.closing(silence), log_time=table.now) == "not-expired"


def test_a_closing_says_what_its_author_saw_and_sees_past_the_expiry() -> None:
    table = Table()
    silence = table.running()
    assert table.refuses(table.closing(silence), log_time=NOON) == "not-expired"
    table.at(EXPIRES)
    table.beats("USA")
    table.beats("RUS")
    assert table.refuses(table.closing(silence), log_time=EXPIRES) == "not-expired"
    before = table.state.size - 1  # the next entry already stands past the expiry
    past(table)
    old = table.closing(silence, before)
    assert table.refuses(old, log_time=table.now, seen_size=before) == "not-expired"
    assert table.refuses(old, log_time=table.now) == "head-differs"
    other_root = quiet.closed(silence, table.state.size, GONE)
    assert table.refuses(other_root, log_time=table.now) == "head-differs"
    table.closes(silence, "USA")
    assert table.refuses(table.closing(silence), log_time=table.now) == "closed-before"


def test_an_entry_that_a_party_cannot_open_blocks_adoption_until_it_is_opened() -> None:
    table = Table()
    silence = table.running()
    table.hears(Unopened(entry=1, reason="content"), "RUS", log_time=table.now)
    past(table)
    table.closes(silence, "USA")
    assert table.refuses(table.closing(silence), "RUS", log_time=table.now) == "unopened"
    table.hears(Opened(entry=1), "RUS", log_time=table.now)
    table.closes(silence, "RUS")
    assert table.silence(silence).standing == "adopted"


@pytest.mark.parametrize(
    "operation",
    [
        Replace(cid="c-one", texts=talk.clause("x", en="Other.").texts, notes=NO_NOTES),
        Delete(cid="c-one", to=(), notes=NO_NOTES),
    ],
)
def test_an_amendment_breaks_it(operation: Replace | Delete) -> None:
    table = Table()
    clause, whole = table.opens(cid="c-one"), table.opens()
    table.applies(talk.child(table.text().text, table.version, operation), log_time=table.now)
    assert table.silence(clause).standing == table.silence(whole).standing == "broken"


def test_a_version_that_leaves_those_words_alone_breaks_nothing() -> None:
    table = Table()
    clause, whole = table.opens(cid="c-two"), table.opens()
    elsewhere = Replace(cid="c-one", texts=talk.clause("x", en="Other.").texts, notes=NO_NOTES)
    first = talk.child(table.text().text, table.version, elsewhere)
    child = table.applies(first, log_time=table.now)
    table.applies(talk.base(), log_time=table.now)  # a rival text descends from nothing
    grandchild = talk.child(version_of(talks(table), child).text, child)
    table.applies(grandchild, log_time=table.now)
    assert table.silence(clause).standing == "proposed"
    assert table.silence(whole).standing == "broken"


def test_a_fork_is_walked_once() -> None:
    table = Table()
    silence = table.opens(cid="c-two")
    text = table.text().text
    one = table.applies(talk.child(text, table.version), log_time=table.now)
    two = table.applies(talk.child(text, table.version), log_time=table.now)
    table.applies(talk.child(text, one, parents=(one, two)), log_time=table.now)
    assert table.silence(silence).standing == "proposed"


def test_a_later_version_of_another_branch_breaks_nothing() -> None:
    table = Table()
    base, text = table.version, table.text().text
    table.version = table.applies(talk.child(text, base), log_time=table.now)
    silence = table.opens()
    table.applies(talk.child(text, base), log_time=table.now)
    assert table.silence(silence).standing == "proposed"


def test_a_dispatch_breaks_it_by_its_statement_and_never_by_a_name() -> None:
    table = Table()
    silence = table.running()
    named = talk.dispatch(author="RUS", breaks_silence=(NamedMention(name="S-01"),))
    table.applies(named, "RUS", log_time=table.now)
    assert table.silence(silence).standing == "running"
    mention = (StatementMention(statement=silence),)
    own = talk.dispatch(breaks_silence=mention, body="We think again.")
    assert table.refuses(own, log_time=table.now) == "own-silence"
    note = talk.dispatch(2, author="RUS", breaks_silence=mention, body="Units differ.")
    table.applies(note, "RUS", log_time=table.now)
    found = table.silence(silence)
    assert found.standing == "broken"
    assert found.ending is not None
    assert found.ending.reason == "Units differ."


def test_nobody_objects_to_what_is_his_own_or_is_not_there() -> None:
    table = Table()
    silence = table.running()
    assert table.refuses(quiet.broken(silence), log_time=table.now) == "own-silence"
    assert table.refuses(quiet.broken(GONE), "RUS", log_time=table.now) == "unknown-silence"
    table.applies(talk.opened(header=talk.header(negotiation=OTHER)), log_time=table.now)
    elsewhere = quiet.broken(silence, header=talk.header(negotiation=OTHER))
    assert table.refuses(elsewhere, "RUS", log_time=table.now) == "unknown-silence"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"digest": GONE}, "digest-differs"),
        ({"expires": NOON}, "expired-before"),
    ],
)
def test_an_opening_in_disorder_is_refused(changes: dict[str, object], code: str) -> None:
    table = Table()
    opening = quiet.opened(table.text(), **changes)
    assert table.refuses(opening, log_time=table.now) == code


def test_only_what_is_there_comes_under_silence() -> None:
    table = Table()
    assert table.refuses(quiet.opened(GONE), log_time=table.now) == "unknown-version"
    opening = quiet.opened(table.version, cid="c-nine")
    assert table.refuses(opening, log_time=table.now) == "unknown-clause"


def test_nothing_comes_under_silence_before_log_time_has_begun() -> None:
    table = Table()
    assert table.refuses(quiet.opened(table.text()), log_time=0) == "no-log-time"


def test_the_same_words_come_under_silence_once_and_there_is_a_bound() -> None:
    table = Table()
    table.opens()
    again = quiet.opened(table.text())
    assert table.refuses(again, log_time=table.now) == "silence-running"
    for _ in range(rules.MOST_LIVE - 1):
        table.version = table.applies(talk.base(), log_time=table.now)
        table.opens()
    full = quiet.opened(table.text(), cid="c-one")
    assert table.refuses(full, log_time=table.now) == "too-many-silences"


def test_a_clause_adopted_by_silence_is_agreed_ad_referendum_and_confirms_no_version() -> None:
    table = Table()
    silence = table.opens(cid="c-one")
    table.beats("RUS")
    table.beats("USA")
    past(table)
    table.closes(silence, "USA")
    table.closes(silence, "RUS")
    assert table.silence(silence).standing == "adopted"
    assert table.text().confirmed == {}
    stances = talks(table).stances
    last = {party: [each for _, each in stances[party].items()][-1] for party in talk.PARTIES}
    assert {each.on("c-one") for each in last.values()} == {"ad_referendum"}
    assert {each.on("c-two") for each in last.values()} == {""}


@pytest.mark.parametrize("content", [quiet.opened(GONE), quiet.broken(GONE), quiet.closed(GONE)])
def test_a_bot_has_no_part_in_it(content: Content) -> None:
    table = Table()
    automatic = talk.header("bot")
    fields = {name: getattr(content, name) for name in type(content).CODECS}
    machine = type(content)(**{**fields, "header": automatic})
    assert table.refuses(machine, role="bot", log_time=table.now) == "role"


def test_an_objection_gives_a_reason() -> None:
    with pytest.raises(MisuseError):
        quiet.broken(GONE, reason="")
    with pytest.raises(MisuseError):
        quiet.opened(ZERO, expires=0)
