"""Log time, the heartbeats that move it, and the keys that end or pause by it (SPEC 5.4, 5.7)."""

from __future__ import annotations

import pytest

from paraph.protocol.statements.clear import EnrolEntry, Heartbeat
from tests.support.channel import FAR, START, Channel, make_channel
from tests.support.judging import OFFICER, RECORD, advance, officer, void


def test_nothing_sealed_before_each_party_has_sent_a_heartbeat() -> None:
    channel = make_channel(opened=False)
    author = officer(channel)
    assert not channel.log.is_open
    envelope, _ = channel.seal(author, RECORD)
    assert void(channel, envelope) == "not-open"
    channel.place(channel.heartbeat(officer(channel, "USA", "bot")))
    assert channel.log.log_time == 0
    assert void(channel, channel.seal(author, RECORD, sequence=1, previous=channel.id)[0])
    channel.place(channel.heartbeat(officer(channel, "RUS", "bot")))
    assert channel.log.is_open


def test_log_time_is_the_smaller_of_the_parties_greatest_heartbeats(channel: Channel) -> None:
    rus, usa = officer(channel, "RUS", "bot"), officer(channel, "USA", "bot")
    channel.place(channel.heartbeat(rus, dated=FAR - 5))
    channel.place(channel.heartbeat(usa, dated=FAR - 9))
    assert channel.log.log_time == FAR - 9
    channel.place(channel.heartbeat(rus, dated=START))  # never goes back
    assert channel.log.log_time == FAR - 9


def test_a_statement_past_its_time_is_void(channel: Channel) -> None:
    author, now = officer(channel), channel.log.log_time
    channel.place(channel.seal(author, RECORD, expires_at=now)[0])
    assert void(channel, channel.seal(author, RECORD, expires_at=now - 1)[0]) == "expired"


def test_a_key_counts_while_log_time_is_below_its_end() -> None:
    channel = make_channel()
    end = channel.log.log_time + 10
    author = channel.enrol("RUS", OFFICER, not_after=end)
    advance(channel, end - 1)
    channel.place(channel.seal(author, RECORD)[0])
    recipients = list(channel.log.trust.recipients(channel.log.log_time).values())
    advance(channel, end)
    assert void(channel, channel.seal(author, RECORD, recipients=recipients)[0]) == "key-expired"
    other = officer(channel, "USA")
    late, _ = channel.seal(other, RECORD, recipients=recipients)
    assert void(channel, late) == "recipients"


def test_a_revoked_key_ends_after_its_index_and_its_document_cannot_come_twice(
    channel: Channel,
) -> None:
    author = channel.enrol("RUS", OFFICER)
    channel.place(channel.seal(author, RECORD)[0])
    entry = channel.place(channel.revocation(author, compromised_since=7))
    member = channel.log.trust.member(author.id)
    assert member is not None
    assert (member.revoked_at, member.contested_from) == (entry.index, 7)
    assert void(channel, channel.seal(author, RECORD)[0]) == "key-ended"
    assert void(channel, channel.revocation(author)) == "document"


def test_a_suspension_needs_two_officers_pauses_and_lapses(channel: Channel) -> None:
    author = channel.enrol("RUS", OFFICER)
    head, desk = officer(channel, role="head_of_delegation"), officer(channel)
    assert void(channel, channel.suspension(author, [desk])) == "document"
    rus = channel.party("RUS").carrier
    rus.sequence -= 1
    rus.previous = channel.log.next_sequence(rus.id)[1]
    channel.place(channel.suspension(author, [desk, head]))
    start = channel.log.log_time
    assert void(channel, channel.seal(author, RECORD)[0]) == "suspended"
    author.sequence = 0
    # a suspended recipient stays a recipient
    assert author.sealing.public.id in channel.log.trust.recipients(start)
    week = 7 * 24 * 3600 * 1000
    advance(channel, start + week - 1)
    assert void(channel, channel.seal(author, RECORD)[0]) == "suspended"
    author.sequence = 0
    advance(channel, start + week)
    channel.place(channel.seal(author, RECORD)[0])
    assert void(channel, channel.suspension(author, [desk, head])) == "document"


def test_a_suspension_before_log_time_runs_from_its_beginning() -> None:
    channel = make_channel(opened=False)
    author = channel.enrol("RUS", OFFICER)
    head, desk = officer(channel, role="head_of_delegation"), officer(channel)
    channel.place(channel.suspension(author, [desk, head]))
    member = channel.log.trust.member(author.id)
    assert member is not None
    assert channel.log.trust.is_suspended(member, 0)
    channel.open()
    began = channel.log.log_time
    assert channel.log.trust.is_suspended(member, began + 7 * 24 * 3600 * 1000 - 1)
    assert not channel.log.trust.is_suspended(member, began + 7 * 24 * 3600 * 1000)


def test_a_suspension_of_a_registrar_or_by_one_holder_is_refused(channel: Channel) -> None:
    registrar = channel.enrol("RUS", "registrar")
    head, desk = officer(channel, role="head_of_delegation"), officer(channel)
    assert void(channel, channel.suspension(registrar, [desk, head])) == "document"
    twin = channel.new_person("RUS", "legal_adviser")
    twin.holder = desk.holder
    carrier = channel.party("RUS").carrier
    carrier.sequence -= 1
    carrier.previous = channel.log.next_sequence(carrier.id)[1]
    channel.place(channel.clear(carrier, EnrolEntry(document=channel.enrolment(twin))))
    assert void(channel, channel.suspension(head, [desk, twin])) == "document"


@pytest.mark.parametrize(
    ("verified", "held", "dated"),
    [(-1, 0, 0), (0, 1, 0)],
)
def test_a_heartbeat_says_what_it_has_seen_and_holds_no_more(
    channel: Channel, verified: int, held: int, dated: int
) -> None:
    bot, size = officer(channel, "RUS", "bot"), channel.log.size
    payload = Heartbeat(dated=START + dated, verified=size + verified, held=size + held)
    assert void(channel, channel.clear(bot, payload)) == "heartbeat"


def test_outside_an_exercise_a_heartbeat_is_dated_when_it_is_sent() -> None:
    channel = make_channel(exercise=False, opened=False)
    bot, size = officer(channel, "RUS", "bot"), channel.log.size
    payload = Heartbeat(dated=START, verified=size, held=size)
    assert void(channel, channel.clear(bot, payload, sent_at=START + 1)) == "heartbeat"
    bot.sequence = 0
    payload = Heartbeat(dated=START, verified=size, held=size)
    seen = (size, channel.log.tree.root(size))
    assert not channel.log.append(channel.clear(bot, payload, sent_at=START, seen=seen)).void
    assert channel.log.verified_to("RUS") == channel.log.held("RUS") == size
