"""Header rules: every reason for which an entry is void, and what stands just inside it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from paraph.protocol import relay, roles, rules, signed
from paraph.protocol.errors import (
    EquivocationError,
    MalformedError,
    MisuseError,
    ParaphError,
    RefusedError,
)
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ZERO, KeyId
from paraph.protocol.roles import MAY, ROLES, may, require
from paraph.protocol.sealed import SealingKey
from paraph.protocol.statements.clear import (
    PAYLOADS,
    CharterEntry,
    EnrolEntry,
    Grant,
    GrantedWrap,
    Heartbeat,
    Opened,
    Unopened,
    Withdraw,
)
from paraph.protocol.statements.envelope import (
    MAX_ENVELOPE,
    Attachment,
    ClearContent,
    Envelope,
    SealedContent,
    Seen,
    Statement,
)
from paraph.protocol.tree import EMPTY_ROOT
from tests.support.channel import FAR, START, Channel, Person, make_channel

RECORD = b"any record"
OFFICER = "desk_officer"


@pytest.fixture
def channel() -> Channel:
    return make_channel()


def void(channel: Channel, envelope: bytes) -> str:
    """Append and say why the entry is void; a void entry must change nothing but the size."""
    size, log_time = channel.log.size, channel.log.log_time
    placed = dict(channel.log.placed)
    entry = channel.log.append(envelope)
    assert entry.void
    assert channel.log.size == size + 1
    assert (dict(channel.log.placed), channel.log.log_time) == (placed, log_time)
    return entry.void


def officer(channel: Channel, party: str = "RUS", role: str = OFFICER) -> Person:
    return channel.party(party).person(role)


def test_a_sealed_statement_is_placed_and_counted(channel: Channel) -> None:
    author = officer(channel)
    envelope, _ = channel.seal(author, RECORD)
    entry = channel.place(envelope)
    assert channel.log.placed[entry.id] == entry.index
    assert channel.log.next_sequence(author.id) == (2, entry.id)
    assert channel.log.author_of_sealed(entry.index) is not None
    assert channel.log.author_of_sealed(0) is None


def test_the_same_statement_twice_is_void_whatever_its_signature_bytes(channel: Channel) -> None:
    author = officer(channel)
    envelope, _ = channel.seal(author, RECORD)
    channel.place(envelope)
    other = channel.again(author, envelope)
    assert other != envelope
    assert void(channel, envelope) == "duplicate"
    assert void(channel, other) == "duplicate"


def test_numbers_run_without_a_gap_and_without_a_repeat(channel: Channel) -> None:
    author = officer(channel)
    first, _ = channel.seal(author, RECORD)
    second, _ = channel.seal(author, RECORD)
    assert void(channel, second) == "gap"
    channel.place(first)
    channel.place(second)
    third, _ = channel.seal(author, RECORD, sequence=2, previous=author.previous)
    assert void(channel, third) == "double-sequence"


def test_previous_is_the_statement_before_by_the_same_key(channel: Channel) -> None:
    author = officer(channel)
    envelope, _ = channel.seal(author, RECORD, previous=ZERO)
    assert void(channel, envelope) == "previous"


def test_seen_must_be_a_head_of_this_very_log(channel: Channel) -> None:
    author = officer(channel)
    size, root = channel.log.size, channel.log.root
    for seen in ((size + 1, root), (size, ZERO), (size - 1, root)):
        envelope, _ = channel.seal(author, RECORD, sequence=1, previous=channel.id, seen=seen)
        assert void(channel, envelope) == "inconsistent"
    ok, _ = channel.seal(author, RECORD, sequence=1, previous=channel.id, seen=(size, root))
    assert not channel.log.append(ok).void


def test_seen_never_grows_older_within_a_key(channel: Channel) -> None:
    author = officer(channel)
    older = (channel.log.size - 1, channel.log.tree.root(channel.log.size - 1))
    channel.place(channel.seal(author, RECORD)[0])
    assert void(channel, channel.seal(author, RECORD, seen=older)[0]) == "seen-older"


def test_a_statement_of_another_channel_is_void(channel: Channel) -> None:
    other = make_channel()
    assert void(channel, other.seal(officer(other), RECORD)[0]) == "wrong-channel"


def test_a_key_that_is_not_enrolled_says_nothing(channel: Channel) -> None:
    stranger = channel.new_person("RUS", OFFICER)
    assert void(channel, channel.seal(stranger, RECORD)[0]) == "unknown-sender"


def test_a_forged_signature_is_void_and_either_half_matters(channel: Channel) -> None:
    envelope = channel.seal(officer(channel), RECORD)[0]
    outer = Envelope.decode(envelope)
    for at in (0, 3372):
        changed = bytearray(outer.signature)
        changed[at] ^= 1
        forged = Envelope(statement=outer.statement, signature=bytes(changed)).encode()
        assert void(channel, forged) == "forged"


def test_every_byte_of_an_envelope_flipped_is_refused(channel: Channel) -> None:
    envelope, _ = channel.seal(officer(channel), RECORD)
    reader = ChannelLog(channel.founding)
    for each in channel.later():
        reader.append(each)
    changed = bytearray(envelope)
    for at in range(len(envelope)):
        changed[at] ^= 1 << (at % 8)
        with pytest.raises(ParaphError):
            reader.judge(reader.authenticate(signed.read(bytes(changed)))[0])
        changed[at] = envelope[at]
    assert not reader.append(envelope).void


def test_bytes_that_are_no_envelope_are_void_and_oversize_stops_the_reader(
    channel: Channel,
) -> None:
    assert void(channel, b"") == "malformed"
    assert void(channel, bytes(MAX_ENVELOPE)) == "malformed"
    with pytest.raises(MalformedError, match="65535"):
        channel.log.append(bytes(MAX_ENVELOPE + 1))


def test_every_other_version_is_void(channel: Channel) -> None:
    author = officer(channel)
    good = signed.read(channel.seal(author, RECORD)[0])
    for version in (0, *range(2, 256)):
        statement = _with(good.statement, version=version)
        raw = Envelope(statement=statement.encode(), signature=good.signature).encode()
        assert void(channel, raw) == "unsupported"


def _with(statement: Statement, **changes: Any) -> Statement:  # noqa: ANN401
    return dataclasses.replace(statement, **changes)


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
    _advance(channel, end - 1)
    channel.place(channel.seal(author, RECORD)[0])
    recipients = list(channel.log.trust.recipients(channel.log.log_time).values())
    _advance(channel, end)
    assert void(channel, channel.seal(author, RECORD, recipients=recipients)[0]) == "key-expired"
    other = officer(channel, "USA")
    late, _ = channel.seal(other, RECORD, recipients=recipients)
    assert void(channel, late) == "recipients"


def _advance(channel: Channel, dated: int) -> None:
    for code in ("RUS", "USA"):
        channel.place(channel.heartbeat(officer(channel, code, "bot"), dated=dated))


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
    _advance(channel, start + week - 1)
    assert void(channel, channel.seal(author, RECORD)[0]) == "suspended"
    author.sequence = 0
    _advance(channel, start + week)
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
    _advance(channel, end)
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


def test_exclusive_is_refused_only_for_another_persons_content(channel: Channel) -> None:
    author, other = officer(channel, "RUS"), officer(channel, "USA")
    bot = officer(channel, "USA", "bot")
    head = (channel.log.size, channel.log.root)
    channel.place(channel.seal(author, RECORD)[0])  # one's own does not count
    channel.place(channel.seal(bot, RECORD)[0])  # nor a bot's
    channel.place(channel.heartbeat(bot))
    channel.place(channel.seal(author, RECORD, exclusive=True)[0])
    late = (channel.log.size, channel.log.root)
    channel.place(channel.seal(other, RECORD)[0])
    again, _ = channel.seal(author, RECORD, exclusive=True, seen=late)
    assert void(channel, again) == "exclusive"
    assert channel.log.foreign_content_since(head[0], author.id)
    assert not channel.log.foreign_content_since(channel.log.size, author.id)


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


def test_a_withdrawal_that_nobody_disputes_annuls_nothing(channel: Channel) -> None:
    author = officer(channel, "RUS")
    at = channel.place(channel.seal(author, RECORD)[0]).index
    channel.place(channel.clear(author, Withdraw(entry=at)))
    assert channel.log.withdrawn == {at}
    assert not channel.log.annulled


def test_every_cosigner_ever_named_is_known_with_its_party() -> None:
    channel = make_channel(quorum="all")
    parties = list(channel.log.trust.cosigners().values())
    assert parties == [party.code for party in channel.log.charter.parties]


def test_the_seam_between_desk_and_relay_is_only_a_shape() -> None:
    # Both sides have it in tests of their own; here it is seen that the protocol only names it.
    assert {"submit", "entries", "follow"} <= set(vars(relay.RelayChannel))


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


def test_a_channel_has_one_charter(channel: Channel) -> None:
    root = channel.party("USA").carrier
    assert void(channel, channel.clear(root, CharterEntry(document=channel.charter))) == "document"


@pytest.mark.parametrize("kind", ["sealed", *PAYLOADS])
def test_the_role_table_is_enforced_cell_by_cell(kind: str) -> None:
    """Every role × type that the relay can see: refused with `role` iff the table says so."""
    channel = make_channel(roles=ROLES)
    at = channel.place(channel.seal(officer(channel, "USA"), RECORD)[0]).index
    people = [officer(channel, "RUS", role) for role in ROLES] + [channel.party("RUS").carrier]
    for person in people:
        envelope = _one_of(channel, person, kind, at)
        entry = channel.log.append(envelope)
        assert (entry.void == "role") == (not may(person.role, kind)), (person.role, kind)


def _one_of(channel: Channel, person: Person, kind: str, at: int) -> bytes:
    document = channel.charter
    payloads = {
        "heartbeat": Heartbeat(dated=START, verified=channel.log.size, held=0),
        "unopened": Unopened(entry=at, reason="wrap"),
        "opened": Opened(entry=at),
        "withdraw": Withdraw(entry=at),
        "grant": Grant(wraps=(GrantedWrap(entry=at, recipient=ZERO, wrap=bytes(1168)),)),
    }
    if kind == "sealed":
        return channel.seal(person, RECORD)[0]
    payload = payloads.get(kind) or PAYLOADS[kind](document=document)  # type: ignore[call-arg]
    return channel.clear(person, payload)


def test_an_action_nobody_listed_is_allowed_to_nobody() -> None:
    assert not any(may(role, "invent") for role in ROLES)
    with pytest.raises(RefusedError, match="nobody") as caught:
        require("signatory", "invent")
    assert caught.value.code == "role"
    require("signatory", "sign")
    assert all(allowed <= set(ROLES) | {roles.ROOT} for allowed in MAY.values())


def test_machines_cannot_agree() -> None:
    bot = {action for action in MAY if may("bot", action)}
    binding = {"agree", "initial", "sign", "position", "confirm", "table", "dispatch", "clear"}
    assert not bot & binding
    assert not {action for action in MAY if may("auditor", action)}


def test_a_head_that_the_entries_do_not_lead_to_is_equivocation(channel: Channel) -> None:
    channel.log.require_head(channel.log.size, channel.log.root)
    channel.log.require_head(3, channel.log.tree.root(3))
    with pytest.raises(RefusedError) as ahead:
        channel.log.require_head(channel.log.size + 1, ZERO)
    assert ahead.value.code == "gap"
    with pytest.raises(EquivocationError) as caught:
        channel.log.require_head(3, ZERO, b"note")
    assert caught.value.evidence == (b"note",)


def test_a_sealed_flag_on_clear_content_is_malformed() -> None:
    channel = make_channel()
    statement = channel.statement(
        officer(channel, "RUS", "bot"), ClearContent(payload=Withdraw(entry=1))
    )
    for changes in (
        {"type": "heartbeat"},
        {"type": "sealed"},
        {"sequence": 0},
        {"seen": Seen(size=0, root=ZERO)},
        {
            "content": SealedContent(
                recipients=(ZERO, EMPTY_ROOT),
                body_digest=ZERO,
                body_size=1,
                commitment=ZERO,
                attachments=(),
            )
        },
    ):
        with pytest.raises(MisuseError):
            _with(statement, **changes)


def test_only_verify_makes_a_verified_statement(channel: Channel) -> None:
    author, other = officer(channel), officer(channel, "USA")
    unverified = signed.read(channel.seal(author, RECORD)[0])
    with pytest.raises(MisuseError):
        signed.Verified(unverified, author.signing.public, object())
    for take in (signed.verify, signed.assume_checked):
        with pytest.raises(MisuseError):
            take(unverified, other.signing.public)
        assert take(unverified, author.signing.public).id == unverified.id
    with pytest.raises(MisuseError):
        signed.sign(unverified.statement, other.signing)


def test_a_statement_checked_under_a_strange_key_is_not_judged(channel: Channel) -> None:
    stranger = channel.new_person("RUS", OFFICER)
    envelope, _ = channel.seal(stranger, RECORD)
    verified = signed.verify(signed.read(envelope), stranger.signing.public)
    with pytest.raises(RefusedError) as caught:
        channel.log.judge(verified)
    assert caught.value.code == "unknown-sender"
    assert channel.log.append(envelope, verified).void == "unknown-sender"


def test_two_readers_of_one_log_come_to_one_state(channel: Channel) -> None:
    for code in ("RUS", "USA", "RUS"):
        channel.place(channel.seal(officer(channel, code), RECORD)[0])
    reader = ChannelLog(channel.founding)
    for envelope in channel.later():
        reader.append(envelope)
    assert (reader.size, reader.root) == (channel.log.size, channel.log.root)
    assert reader.placed == channel.log.placed
    assert reader.log_time == channel.log.log_time
    assert [m.id for m in reader.trust.members()] == [m.id for m in channel.log.trust.members()]


def test_an_early_reader_has_no_sender_state() -> None:
    channel = make_channel(roles=())
    key = KeyId(hashlib.sha256(b"nobody").digest())
    assert channel.log.next_sequence(key) == (1, channel.id)
    assert channel.log.seen_by(key) == 0


def test_attachments_stand_by_digest_each_once() -> None:
    low, high = (Attachment(digest=bytes([n]) * 32, size=4096) for n in (1, 2))
    fields = {
        "recipients": (ZERO, EMPTY_ROOT),
        "body_digest": ZERO,
        "body_size": 1,
        "commitment": ZERO,
    }
    assert SealedContent(**fields, attachments=(low, high)).attachments == (low, high)  # type: ignore[arg-type]
    for attachments in ((high, low), (low, low)):
        with pytest.raises(MisuseError):
            SealedContent(**fields, attachments=attachments)  # type: ignore[arg-type]


def test_an_envelope_is_cut_as_it_is_decoded(channel: Channel) -> None:
    """Around the statement everything is compared: no byte of it can be another one."""
    sealed, _ = channel.seal(officer(channel), RECORD)
    whole = Envelope.decode(sealed)
    assert signed.read(sealed).statement_bytes == whole.statement
    assert signed.read(sealed).signature == whole.signature
    begin = sealed.index(whole.statement)
    end = begin + len(whole.statement)
    around = (*range(begin), *range(end, len(sealed) - len(whole.signature)))
    for at in around:
        for bit in (1, 128):
            spoiled = sealed[:at] + bytes([sealed[at] ^ bit]) + sealed[at + 1 :]
            with pytest.raises(MalformedError):
                signed.read(spoiled)
    for spoiled in (sealed[:-1], sealed + b"\0", b"", sealed[:begin], sealed[begin:]):
        with pytest.raises(MalformedError):
            signed.read(spoiled)
    for size in (0, 1, 255, 256, 60_000):  # lengths of one byte, and of two
        made = Envelope(statement=bytes(size), signature=whole.signature).encode()
        assert Envelope.decode(made).statement == bytes(size)
