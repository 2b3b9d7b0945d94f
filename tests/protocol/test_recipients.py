"""Who must be among the recipients, and what is said of bodies that do not open (SPEC 5.2, 5.3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paraph.protocol import rules
from paraph.protocol.names import ZERO
from paraph.protocol.sealed import SealingKey
from paraph.protocol.statements.clear import Grant, GrantedWrap, Opened, Unopened, Withdraw
from tests.support.channel import Channel, make_channel
from tests.support.judging import OFFICER, RECORD, advance, officer, void
from tests.support.parties import Person


def test_recipients_must_be_every_archive_and_a_person_of_the_other_party(
    channel: Channel,
) -> None:
    author = officer(channel, "RUS")
    rus, usa = channel.party("RUS").archive.public, channel.party("USA").archive.public
    own, theirs = author.sealing.public, officer(channel, "USA").sealing.public
    their_bot = officer(channel, "USA", "bot").sealing.public
    cases = {
        "two keys": [rus, usa],
        "own person only": [rus, usa, own],
        "no archive of theirs": [rus, own, theirs],
        "their bot is no person": [rus, usa, their_bot],
        "a key nobody enrolled": [rus, usa, theirs, SealingKey.generate().public],
    }
    for case, keys in cases.items():
        envelope, _ = channel.seal(author, RECORD, recipients=keys, sequence=1, previous=channel.id)
        assert void(channel, envelope) == "recipients", case
    least, _ = channel.seal(
        author, RECORD, recipients=[rus, usa, theirs], sequence=1, previous=channel.id
    )
    assert not channel.log.append(least).void


def test_recipients_that_were_right_are_judged_again_when_keys_or_log_time_may_have_changed() -> (
    None
):
    channel = make_channel()
    end = channel.log.log_time + 10
    reader = channel.enrol("USA", OFFICER, not_after=end)
    author = officer(channel, "RUS")
    archives = [channel.party(each).archive.public for each in ("RUS", "USA")]
    keys = [*archives, reader.sealing.public]
    for _ in range(2):
        channel.place(channel.seal(author, RECORD, recipients=keys)[0])
    advance(channel, end)
    assert void(channel, channel.seal(author, RECORD, recipients=keys)[0]) == "recipients"


def test_only_some_sets_of_recipients_are_remembered(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_KNOWN", 2)
    author = officer(channel, "RUS")
    least = [channel.party(each).archive.public for each in ("RUS", "USA")]
    least.append(officer(channel, "USA").sealing.public)
    known = []
    for keys in (least, [*least, author.sealing.public], None):
        channel.place(channel.seal(author, RECORD, recipients=keys)[0])
        known.append(len(channel.log.right_recipients))
    assert known == [1, 2, 1]


def test_an_internal_channel_needs_its_own_archive_and_person() -> None:
    channel = make_channel(codes=("RUS",))
    author = officer(channel)
    archive, person = channel.party("RUS").archive.public, author.sealing.public
    assert len(channel.founding) == 2
    channel.place(channel.seal(author, RECORD, recipients=[archive, person])[0])
    bot = officer(channel, role="bot").sealing.public
    assert void(channel, channel.seal(author, RECORD, recipients=[archive, bot])[0]) == "recipients"


def test_a_withdrawal_that_nobody_disputes_annuls_nothing(channel: Channel) -> None:
    author = officer(channel, "RUS")
    at = channel.place(channel.seal(author, RECORD)[0]).index
    channel.place(channel.clear(author, Withdraw(entry=at)))
    assert channel.log.withdrawn == {at}
    assert not channel.log.annulled


def test_disputes_and_withdrawals_name_a_sealed_entry(channel: Channel) -> None:
    author, theirs = officer(channel, "RUS"), officer(channel, "USA", "bot")
    at = channel.place(channel.seal(author, RECORD)[0]).index

    def say(person: Person, make: Callable[[int], object], entry: int) -> str:
        envelope = channel.clear(person, make(entry))  # type: ignore[arg-type]
        found = channel.log.append(envelope)
        if found.void:
            person.sequence -= 1
            _, previous = channel.log.next_sequence(person.id)
            person.previous = previous
        return found.void

    def unopened(entry: int) -> Unopened:
        return Unopened(entry=entry, reason="wrap")

    def opened(entry: int) -> Opened:
        return Opened(entry=entry)

    def withdraw(entry: int) -> Withdraw:
        return Withdraw(entry=entry)

    assert say(theirs, unopened, 0) == "entry"
    assert say(theirs, unopened, 10**6) == "entry"
    assert say(theirs, opened, at) == "entry"
    assert not say(theirs, unopened, at)
    assert say(theirs, unopened, at) == "entry"
    assert channel.log.disputes == {at: {"USA"}}
    assert not say(theirs, opened, at)
    assert channel.log.disputes == {at: set()}
    assert not say(theirs, unopened, at)
    assert say(officer(channel, "USA"), withdraw, at) == "entry"
    assert not say(author, withdraw, at)
    assert say(author, withdraw, at) == "entry"
    assert channel.log.withdrawn == {at}
    assert not channel.log.disputes
    assert not say(theirs, unopened, at)  # said after the withdrawal: it may be said again
    assert not say(author, withdraw, at)
    assert not channel.log.disputes
    assert say(author, withdraw, at) == "entry"


def test_a_grant_opens_the_past_to_ones_own_party_only(channel: Channel) -> None:
    head = officer(channel, "RUS", "head_of_delegation")
    at = channel.place(channel.seal(officer(channel), RECORD)[0]).index
    own, archive = officer(channel).sealing.public.id, channel.party("RUS").archive.public.id
    theirs = officer(channel, "USA").sealing.public.id

    def grant(recipient: bytes, entry: int = at) -> str:
        wrap = GrantedWrap(entry=entry, recipient=recipient, wrap=bytes(1168))
        envelope = channel.clear(head, Grant(wraps=(wrap,)))
        found = channel.log.append(envelope)
        if found.void:
            head.sequence -= 1
            head.previous = channel.log.next_sequence(head.id)[1]
        return found.void

    assert not grant(own)
    assert not grant(archive)
    assert grant(theirs) == "recipients"
    assert grant(ZERO) == "recipients"
    assert grant(own, 0) == "entry"
