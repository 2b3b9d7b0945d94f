"""Header rules: why an entry is void, and what stands just inside each of them (SPEC 5.5)."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import pytest

from paraph.protocol import relay, signed
from paraph.protocol.errors import (
    EquivocationError,
    MalformedError,
    MisuseError,
    ParaphError,
    RefusedError,
)
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ZERO, KeyId
from paraph.protocol.statements.clear import CharterEntry, Withdraw
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
from tests.support.channel import Channel, make_channel
from tests.support.judging import OFFICER, RECORD, officer, void


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


def test_every_cosigner_ever_named_is_known_with_its_party() -> None:
    channel = make_channel(quorum="all")
    parties = list(channel.log.trust.cosigners().values())
    assert parties == [party.code for party in channel.log.charter.parties]


def test_the_seam_between_desk_and_relay_is_only_a_shape() -> None:
    # Both sides have it in tests of their own; here it is seen that the protocol only names it.
    assert {"submit", "entries", "follow"} <= set(vars(relay.RelayChannel))


def test_a_channel_has_one_charter(channel: Channel) -> None:
    root = channel.party("USA").carrier
    assert void(channel, channel.clear(root, CharterEntry(document=channel.charter))) == "document"


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
