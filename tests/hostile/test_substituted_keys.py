"""A relay that brings in a key, or a recipient, of its own (SPEC 5.3, 5.4).

Keys come from enrolments that lead to the roots, which two people compared word by word. An
enrolment that does not is void: the key signs nothing, nobody seals to it, and the log convicts
the relay that placed it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from paraph.client.keys.home import ChannelHome
from paraph.client.log.replica import Replica
from paraph.client.sending.outbox import Outbox
from paraph.protocol import documents, signed
from paraph.protocol.documents import Document, Enrolment
from paraph.protocol.errors import MalformedError, PeerError, RefusedError
from paraph.protocol.keys import SecretKey
from paraph.protocol.names import KeyId
from paraph.protocol.sealed import SealingKey
from paraph.protocol.statements.clear import EnrolEntry
from paraph.protocol.statements.envelope import (
    Envelope,
    SealedContent,
    Statement,
)
from tests.hostile import kept
from tests.hostile.histories import next_number, say, view_of
from tests.hostile.lying_relay import LyingRelay
from tests.support.channel import Channel
from tests.support.negotiating import comment
from tests.support.parties import Person

ROLES = ("desk_officer", "head_of_delegation", "signatory", "registrar", "bot")


def by_itself(channel: Channel, person: Person) -> Document:
    """Signed by nobody but the key itself."""
    return channel.enrolment(person, signers=[person.signing])


def by_the_others(channel: Channel, person: Person) -> Document:
    """Signed by the roots of the other party."""
    return channel.enrolment(person, signers=channel.party("USA").roots)


def by_an_officer(channel: Channel, person: Person) -> Document:
    """Signed by an officer of the party, who may not enrol."""
    return channel.enrolment(person, signers=[channel.party("RUS").person("desk_officer").signing])


def with_a_stolen_signature(channel: Channel, person: Person) -> Document:
    """The roots' signature under another enrolment, put under this one."""
    unsigned = by_itself(channel, person)
    other = channel.enrolment(channel.new_person("RUS", person.role))
    return Document(body=unsigned.body, signatures=other.signatures)


WAYS: tuple[Callable[[Channel, Person], Document], ...] = (
    by_itself,
    by_the_others,
    by_an_officer,
    with_a_stolen_signature,
)


def carried(channel: Channel, document: Document, code: str = "RUS") -> bytes:
    """Return the document in the log, carried by a key of the party as if it were stolen."""
    carrier = channel.party(code).carrier
    return channel.clear(carrier, EnrolEntry(document=document), **next_number(channel, carrier))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", ROLES)
async def test_a_substituted_key_is_void_silent_and_proven(
    relay: LyingRelay,
    replica: Replica,
    folder: ChannelHome,
    role: str,
    way: Callable[[Channel, Person], Document],
    tmp_path: Path,
) -> None:
    channel = relay.honest.channel
    false = channel.new_person("RUS", role)
    entry = relay.force(carried(channel, way(channel, false)))
    assert entry.void in {"forged", "document"}
    said = relay.force(channel.seal(false, b"in the ministry's name")[0])
    assert said.void == "unknown-sender"
    await replica.sync(relay)
    log = replica.log
    assert log.trust.member(false.id) is None
    assert log.trust.by_sealing(false.sealing.public.id) is None
    assert false.sealing.public.id not in log.trust.recipients(log.log_time)
    assert {each.name for each in replica.alarms()} == {f"void-{entry.void}", "void-unknown-sender"}
    proven = kept.third_party(tmp_path, channel.founding, kept.placement(folder))
    assert f"placed entry {entry.index} against the rule {entry.void}" in proven


@pytest.mark.parametrize("role", ROLES)
async def test_a_rightful_key_is_taken_in(relay: LyingRelay, replica: Replica, role: str) -> None:
    """The positive control: the same document, signed by the party's roots."""
    channel = relay.honest.channel
    person = channel.enrol("RUS", role)
    await replica.sync(relay)
    assert replica.log.trust.member(person.id) is not None
    assert replica.alarms() == ()


def test_a_key_of_which_one_half_was_seen_before_is_void(relay: LyingRelay) -> None:
    channel = relay.honest.channel
    old = channel.party("RUS").person("desk_officer").signing
    for half in (
        old.seed[:32] + SecretKey.generate().seed[32:],
        SecretKey.generate().seed[:32] + old.seed[32:],
    ):
        person = dataclasses.replace(
            channel.new_person("RUS", "desk_officer"), signing=SecretKey.from_seed(half)
        )
        document = channel.enrolment(person)
        assert relay.force(carried(channel, document)).void == "document"


def test_an_enrolment_of_another_channel_is_void(relay: LyingRelay) -> None:
    channel = relay.honest.channel
    person = channel.new_person("RUS", "desk_officer")
    request = Enrolment.decode(channel.enrolment(person).body)
    elsewhere = view_of(channel)
    elsewhere.id = type(channel.id)(bytes(32))
    document = elsewhere.enrolment(person)
    assert Enrolment.decode(document.body) != request
    assert relay.force(carried(channel, document)).void == "document"


# ------------------------------------------------------------------ recipients


def test_a_relay_cannot_add_a_recipient_or_change_any_other_field(relay: LyingRelay) -> None:
    """Every single field of statement and sealed content, changed: void, and nobody's words."""
    channel = relay.honest.channel
    author = channel.party("RUS").person("desk_officer")
    envelope, _ = say(channel, author)
    outer = Envelope.decode(envelope)
    statement = Statement.decode(outer.statement)
    content = statement.content
    assert isinstance(content, SealedContent)
    added = SealingKey.generate().public.id
    other = channel.party("USA").person("desk_officer")
    edits: list[Statement] = [
        dataclasses.replace(statement, content=dataclasses.replace(content, **change))
        for change in (
            {"recipients": tuple(sorted([*content.recipients, added]))},
            {"recipients": content.recipients[:-1]},
            {"recipients": tuple(sorted([*content.recipients[1:], added]))},
            {"body_digest": bytes(32)},
            {"body_size": content.body_size + 1},
            {"commitment": bytes(32)},
        )
    ]
    edits += [
        dataclasses.replace(statement, **change)
        for change in (
            {"sender": other.id},
            {"sequence": statement.sequence + 1},
            {"previous": bytes(32)},
            {"seen": dataclasses.replace(statement.seen, size=3, root=channel.log.tree.root(3))},
            {"anchor": bytes([1]) * 32},
            {"sent_at": statement.sent_at + 1},
            {"expires_at": 1},
            {"precedence": "flash"},
            {"exclusive": True},
        )
    ]
    for edit in edits:
        view = view_of(channel)
        changed = Envelope(statement=edit.encode(), signature=outer.signature).encode()
        entry = view.log.append(changed)
        assert entry.void == "forged", edit
    for version in (*range(1), *range(2, 256)):
        odd = dataclasses.replace(statement, version=version)
        changed = Envelope(statement=odd.encode(), signature=outer.signature).encode()
        assert view_of(channel).log.append(changed).void == "unsupported"
    assert not view_of(channel).log.append(envelope).void, "the control: it was good before"


def test_a_field_that_the_format_does_not_know_is_malformed(relay: LyingRelay) -> None:
    channel = relay.honest.channel
    envelope, _ = say(channel, channel.party("RUS").person("desk_officer"))
    packed = Envelope.decode(envelope).statement
    assert packed[0] & 0xF0 == 0x80 or packed[0] == 0xDE
    more = bytes([packed[0] + 1]) + packed[1:] + b"\xa5extra\x01"
    with pytest.raises(MalformedError):
        Statement.decode(more)


async def test_the_sender_computes_recipients_from_the_verified_log_alone(
    relay: LyingRelay, outbox: Outbox
) -> None:
    """A key that the relay smuggled in is in nobody's default recipients, and refused by name."""
    channel = relay.honest.channel
    false = channel.new_person("USA", "desk_officer")
    document = channel.enrolment(false, signers=[false.signing])
    relay.force(carried(channel, document, "USA"))
    sender = outbox._replica  # noqa: SLF001
    await sender.sync(relay)
    first = outbox.prepare_sealed(comment())  # on its way, so that the next one is ahead of it
    everybody = channel.log.trust.recipients(channel.log.log_time).values()
    with pytest.raises(RefusedError) as caught:
        outbox.prepare_sealed(comment(), recipients=[*everybody, false.sealing.public])
    assert caught.value.code == "recipients"
    content = signed.read(first.envelope).statement.content
    assert isinstance(content, SealedContent)
    known = {KeyId(each) for each in content.recipients}
    assert false.sealing.public.id not in known
    assert known == set(channel.log.trust.recipients(channel.log.log_time))


def test_a_document_with_the_signature_of_a_stranger_is_refused_whole(channel: Channel) -> None:
    """A threshold that is reached does not excuse a signature that is not a root's."""
    person = channel.new_person("RUS", "desk_officer")
    document = channel.enrolment(
        person, signers=[*channel.party("RUS").roots, SecretKey.generate()]
    )
    with pytest.raises(PeerError):
        channel.log.trust.read_enrolment(document, channel.log.log_time)
    good = documents.countersign(document, Enrolment, ())
    assert good == document
