"""Who enrols and revokes whom, and what a new key must be."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from paraph.protocol import documents, signed
from paraph.protocol.documents import Document, Enrolment, EnrolmentRequest, Manifest, Revocation
from paraph.protocol.errors import ForgedError, MisuseError
from paraph.protocol.keys import PublicKey, SecretKey
from paraph.protocol.names import ZERO, Context, KeyId
from paraph.protocol.sealed import SealingKey
from paraph.protocol.statements.clear import EnrolEntry, RevokeEntry
from paraph.protocol.statements.envelope import ClearContent
from tests.support.carried import manifest_void, next_manifest, void
from tests.support.channel import FAR, Channel, make_channel
from tests.support.parties import Person, make_party


@pytest.fixture
def channel() -> Channel:
    return make_channel(roles=("desk_officer", "registrar", "bot"))


def test_a_document_is_carried_by_its_own_party(channel: Channel) -> None:
    person = channel.new_person("RUS", "linguist")
    document = channel.enrolment(person)
    usa = channel.party("USA").person("desk_officer")
    assert void(channel, usa, EnrolEntry(document=document)) == "document"
    rus = channel.party("RUS").person("desk_officer")
    assert not void(channel, rus, EnrolEntry(document=document))
    member = channel.log.trust.member(person.id)
    assert member is not None
    assert (member.party, member.role, member.is_person) == ("RUS", "linguist", True)
    assert channel.log.trust.by_sealing(person.sealing.public.id) is member


@pytest.mark.parametrize("role", ["signatory", "head_of_delegation", "registrar"])
def test_only_roots_enrol_and_revoke_those_who_bind(channel: Channel, role: str) -> None:
    rus = channel.party("RUS")
    registrar = rus.person("registrar")
    person = channel.new_person("RUS", role)
    by_registrar = channel.enrolment(person, signers=[registrar.signing])
    assert void(channel, rus.carrier, EnrolEntry(document=by_registrar)) == "forged"
    assert not void(channel, rus.carrier, EnrolEntry(document=channel.enrolment(person)))
    revocation = _revocation(channel, person, [registrar.signing])
    assert void(channel, rus.carrier, RevokeEntry(document=revocation)) == "forged"


def test_a_registrar_enrols_and_revokes_the_rest(channel: Channel) -> None:
    rus = channel.party("RUS")
    registrar = rus.person("registrar")
    person = channel.new_person("RUS", "legal_adviser")
    document = channel.enrolment(person, signers=[registrar.signing])
    assert not void(channel, registrar, EnrolEntry(document=document))
    revocation = _revocation(channel, person, [registrar.signing])
    assert not void(channel, registrar, RevokeEntry(document=revocation))


def test_a_desk_officer_or_an_ended_registrar_enrols_nobody(channel: Channel) -> None:
    rus = channel.party("RUS")
    registrar, desk = rus.person("registrar"), rus.person("desk_officer")
    person = channel.new_person("RUS", "legal_adviser")
    by_desk = channel.enrolment(person, signers=[desk.signing])
    assert void(channel, rus.carrier, EnrolEntry(document=by_desk)) == "forged"
    revocation = _revocation(channel, registrar, list(rus.roots))
    assert not void(channel, rus.carrier, RevokeEntry(document=revocation))
    late = channel.enrolment(person, signers=[registrar.signing])
    assert void(channel, rus.carrier, EnrolEntry(document=late)) == "forged"


def _revocation(
    channel: Channel,
    person: Person,
    signers: Sequence[SecretKey],
    /,
    **changes: Any,  # noqa: ANN401
) -> Document:
    fields: dict[str, Any] = {
        "channel": channel.id,
        "party": person.party,
        "key": person.id,
        "reason": "lost",
        "compromised_since": 0,
    }
    body = Revocation(**(fields | changes))
    return documents.countersign(documents.draft(body), Revocation, signers)


def test_a_revocation_names_a_key_of_its_party_and_channel(channel: Channel) -> None:
    rus = channel.party("RUS")
    desk = rus.person("desk_officer")
    for changes in ({"channel": ZERO}, {"key": ZERO}, {"party": "USA"}):
        document = _revocation(channel, desk, rus.roots, **changes)
        assert void(channel, rus.carrier, RevokeEntry(document=document)) == "document"
    document = _revocation(channel, desk, rus.roots)
    assert not void(channel, rus.carrier, RevokeEntry(document=document))


def test_no_part_of_an_enrolled_key_was_ever_seen(channel: Channel) -> None:
    rus, desk = channel.party("RUS"), channel.party("RUS").person("desk_officer")
    seed = SecretKey.generate().seed
    halves = [
        SecretKey.from_seed(desk.signing.seed[:32] + seed[32:]),
        SecretKey.from_seed(seed[:32] + desk.signing.seed[32:]),
    ]
    for key in halves:
        person = channel.new_person("RUS", "linguist")
        person.signing = key
        document = channel.enrolment(person)
        assert void(channel, rus.carrier, EnrolEntry(document=document)) == "document"
    fresh, seen = SealingKey.generate().seed, [desk.sealing, rus.archive]
    seen.append(SealingKey.from_seed(desk.sealing.seed[:64] + fresh[64:]))
    seen.append(SealingKey.from_seed(fresh[:64] + channel.party("USA").archive.seed[64:]))
    for sealing in seen:
        person = channel.new_person("RUS", "linguist")
        person.sealing = sealing
        document = channel.enrolment(person)
        assert void(channel, rus.carrier, EnrolEntry(document=document)) == "document"
    archive = SealingKey.generate()
    assert not manifest_void(channel, rus, next_manifest(channel, rus, archive=archive.public.raw))
    person = channel.new_person("RUS", "linguist")
    person.sealing = archive
    document = channel.enrolment(person)
    assert void(channel, rus.carrier, EnrolEntry(document=document)) == "document"


def test_an_enrolment_of_another_channel_or_party_is_void(channel: Channel) -> None:
    other = make_channel(roles=())
    rus = channel.party("RUS")
    strange = documents.countersign(
        other.enrolment(other.new_person("RUS", "bot")), Enrolment, rus.roots
    )
    assert void(channel, rus.carrier, EnrolEntry(document=strange)) == "document"


def test_possession_of_the_new_key_is_proven(channel: Channel) -> None:
    person, thief = channel.new_person("RUS", "bot"), SecretKey.generate()
    request = EnrolmentRequest(
        channel=channel.id,
        party="RUS",
        role="bot",
        holder=person.holder,
        signing=person.signing.public.raw,
        sealing=person.sealing.public.raw,
        not_after=FAR,
    )
    rus = channel.party("RUS")
    document = documents.make_enrolment(request, thief)
    document = documents.countersign(document, Enrolment, rus.roots)
    assert void(channel, rus.carrier, EnrolEntry(document=document)) == "forged"


def test_a_registrar_does_not_count_as_recipient_once_revoked(channel: Channel) -> None:
    rus = channel.party("RUS")
    registrar = rus.person("registrar")
    key = registrar.sealing.public.id
    assert key in channel.log.trust.recipients(channel.log.log_time)
    document = _revocation(channel, registrar, rus.roots)
    assert not void(channel, rus.carrier, RevokeEntry(document=document))
    assert key not in channel.log.trust.recipients(channel.log.log_time)


def test_an_auditor_is_no_default_recipient(channel: Channel) -> None:
    auditor = channel.enrol("RUS", "auditor")
    trust = channel.log.trust
    assert trust.is_recipient(auditor.sealing.public.id, channel.log.log_time)
    assert auditor.sealing.public.id not in trust.recipients(channel.log.log_time)
    assert isinstance(signed.read(channel.founding[0]).statement.content, ClearContent)


def test_names_stand_by_language_each_once() -> None:
    manifest = Manifest.decode(make_party("RUS").manifest.body)
    english = documents.Name(language="en", name="Ministry")
    russian = documents.Name(language="ru", name="Министерство")
    both = dataclasses.replace(manifest, names=(english, russian))
    assert Manifest.decode(both.encode()).names == (english, russian)
    for names in ((russian, english), (english, english)):
        with pytest.raises(MisuseError):
            dataclasses.replace(manifest, names=names)


def test_what_was_checked_ahead_is_not_checked_again_and_what_failed_is(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bytes] = []
    verify = PublicKey.verify

    def noted(self: PublicKey, context: Context, message: bytes, signature: bytes) -> None:
        checked.append(signature)
        verify(self, context, message, signature)

    def known(key: KeyId) -> PublicKey | None:
        member = channel.log.trust.member(key)
        return member.key if member is not None else None

    monkeypatch.setattr(PublicKey, "verify", noted)
    roots = channel.party("RUS").roots
    by_id = {root.public.id: root.public for root in roots}
    enrolment = channel.enrolment(channel.new_person("RUS", "desk_officer"))
    stranger = channel.enrolment(
        channel.new_person("RUS", "desk_officer"), signers=(SecretKey.generate(),)
    )
    manifest = channel.party("RUS").manifest
    documents.check_ahead(enrolment, Enrolment, known)
    documents.check_ahead(manifest, Manifest, lambda _: None)  # it brings its roots itself
    ahead = len(checked)
    assert ahead >= 2
    documents.verify(enrolment, Enrolment, by_id)
    documents.verify(manifest, Manifest, by_id)
    assert len(checked) == ahead
    documents.check_ahead(stranger, Enrolment, known)
    documents.check_ahead(Document(body=b"", signatures=enrolment.signatures), Enrolment, known)
    first = enrolment.signatures[0]
    forged = dataclasses.replace(
        enrolment,
        signatures=(dataclasses.replace(first, signature=bytes(3373)), *enrolment.signatures[1:]),
    )
    for _ in range(2):
        documents.check_ahead(forged, Enrolment, known)
        with pytest.raises(ForgedError):
            documents.verify(forged, Enrolment, by_id)
