"""Founding papers: whose signatures they need, and what stops a channel from coming to be."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from paraph.protocol import documents, signed
from paraph.protocol.documents import (
    Charter,
    Document,
    Enrolment,
    EnrolmentRequest,
    Manifest,
    Revocation,
)
from paraph.protocol.errors import (
    ForgedError,
    MalformedError,
    MisuseError,
    PeerError,
    UnsupportedError,
)
from paraph.protocol.keys import PublicKey, SecretKey
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ZERO, Context, KeyId, Label, labelled
from paraph.protocol.schema import Record
from paraph.protocol.sealed import SealingKey
from paraph.protocol.statements.clear import EnrolEntry, ManifestEntry, RevokeEntry
from paraph.protocol.statements.envelope import ClearContent
from tests.support.channel import (
    FAR,
    Channel,
    Party,
    Person,
    found_with,
    make_channel,
    make_party,
)


@pytest.fixture
def channel() -> Channel:
    return make_channel(roles=("desk_officer", "registrar", "bot"))


def all_roots(channel: Channel) -> list[SecretKey]:
    return [root for party in channel.parties for root in party.roots]


def refound(channel: Channel, charter: Document, **changes: Any) -> tuple[bytes, ...]:  # noqa: ANN401
    parties = [dataclasses.replace(party, **changes) for party in channel.parties]
    return found_with(charter, parties)


def test_the_channel_id_is_the_document_id_of_the_charter(channel: Channel) -> None:
    assert bytes(channel.log.channel) == labelled(Label.DOCUMENT_ID, channel.charter.body)
    assert channel.log.origin.endswith("/" + channel.id.hex())


def test_signatures_take_no_part_in_a_document_id(channel: Channel) -> None:
    bare = Document(body=channel.charter.body, signatures=())
    assert bare.id == channel.charter.id


def test_a_charter_needs_the_threshold_of_each_party() -> None:
    parties = [make_party(code, roots=3, threshold=2) for code in ("RUS", "USA")]
    channel = make_channel(parties=parties, roles=())
    body = Charter.decode(channel.charter.body)
    for signers in ([0, 1, 3], [0, 3, 4], [], [3, 4, 5]):
        keys = [all_roots(channel)[number] for number in signers]
        short = documents.countersign(documents.draft(body), Charter, keys)
        with pytest.raises(ForgedError):
            ChannelLog(refound(channel, short))
    enough = documents.countersign(
        documents.draft(body), Charter, [all_roots(channel)[number] for number in (0, 2, 3, 5)]
    )
    assert ChannelLog(refound(channel, enough)).channel == channel.id


def test_a_signature_too_many_by_a_stranger_is_refused(channel: Channel) -> None:
    more = documents.countersign(channel.charter, Charter, [SecretKey.generate()])
    with pytest.raises(ForgedError):
        documents.read_charter(more)


def test_countersigning_twice_changes_nothing(channel: Channel) -> None:
    again = documents.countersign(channel.charter, Charter, all_roots(channel))
    assert again == channel.charter
    with pytest.raises(MalformedError):
        documents.countersign(channel.charter, Manifest, [])


def test_every_changed_byte_of_a_charters_signature_is_refused(channel: Channel) -> None:
    first = channel.charter.signatures[0]
    for at in range(0, 3373, 97):
        changed = bytearray(first.signature)
        changed[at] ^= 1
        signature = dataclasses.replace(first, signature=bytes(changed))
        bad = dataclasses.replace(
            channel.charter, signatures=(signature, *channel.charter.signatures[1:])
        )
        with pytest.raises(ForgedError):
            documents.read_charter(bad)


@pytest.mark.parametrize(
    "changes",
    [
        {"languages": ("en", "en")},
        {"authentic": ("fr",)},
        {"authentic": ("en", "en")},
        {"parties": ()},
        {"quorum": "some"},
        {"origin_prefix": "has space"},
        {"origin_prefix": "has+plus"},
    ],
)
def test_a_charter_that_contradicts_itself_cannot_be_made(
    channel: Channel, changes: dict[str, Any]
) -> None:
    charter = Charter.decode(channel.charter.body)
    with pytest.raises(MisuseError):
        dataclasses.replace(charter, **changes)


@pytest.mark.parametrize("changes", [{"version": 0}, {"version": 2}, {"rules": 0}, {"rules": 2}])
def test_a_charter_of_another_version_or_other_rules_is_refused(
    channel: Channel, changes: dict[str, Any]
) -> None:
    charter = dataclasses.replace(Charter.decode(channel.charter.body), **changes)
    document = documents.countersign(documents.draft(charter), Charter, all_roots(channel))
    with pytest.raises(UnsupportedError):
        documents.read_charter(document)


def test_parties_stand_in_order_and_share_no_root(channel: Channel) -> None:
    charter = Charter.decode(channel.charter.body)
    first, second = charter.parties
    shared = dataclasses.replace(second, roots=first.roots)
    for parties in ((second, first), (first, first), (first, shared)):
        with pytest.raises(MisuseError):
            dataclasses.replace(charter, parties=parties)
    for threshold in (0, 2):
        with pytest.raises(MisuseError):
            dataclasses.replace(first, threshold=threshold)


def _sign_again(
    channel: Channel,
    author: SecretKey,
    at: int,
    /,
    **changes: Any,  # noqa: ANN401
) -> tuple[bytes, ...]:
    founding = list(channel.founding)
    statement = dataclasses.replace(signed.read(founding[at]).statement, **changes)
    founding[at] = signed.sign(statement, author)
    return tuple(founding)


def test_the_founding_entries_stand_in_sequence_by_one_root(channel: Channel) -> None:
    author = channel.parties[-1].roots[0]
    other = channel.parties[0].roots[0]
    seen = signed.read(channel.seal(channel.party("RUS").people[0], b"x")[0]).statement.seen
    cases: list[Sequence[bytes]] = [
        (),
        channel.founding[:2],
        (*channel.founding, channel.founding[2]),
        (channel.founding[0], channel.founding[2], channel.founding[1]),
        (channel.founding[1], channel.founding[0], channel.founding[2]),
        _sign_again(channel, author, 1, sequence=3),
        _sign_again(channel, author, 1, previous=ZERO),
        _sign_again(channel, author, 1, channel=ZERO),
        _sign_again(channel, author, 1, seen=seen),
        _sign_again(channel, other, 1, sender=other.public.id),
    ]
    for founding in cases:
        with pytest.raises(PeerError):
            ChannelLog(founding)
    stranger = SecretKey.generate()
    with pytest.raises(ForgedError):
        ChannelLog(_found_by(channel, stranger))


def _found_by(channel: Channel, author: SecretKey) -> tuple[bytes, ...]:
    parties = list(channel.parties)
    parties[-1] = dataclasses.replace(parties[-1], roots=(author,))
    return found_with(channel.charter, parties)


def test_a_first_manifest_is_the_one_the_charter_names(channel: Channel) -> None:
    other = make_party("RUS")
    parties = [other, channel.parties[1]]
    with pytest.raises(ForgedError, match="the charter names"):
        ChannelLog(found_with(channel.charter, parties))


def _channel_with_manifest(**changes: Any) -> Channel:  # noqa: ANN401
    party = make_party("RUS")
    body = dataclasses.replace(Manifest.decode(party.manifest.body), **changes)
    signers = changes.pop("signers", party.roots)
    party.manifest = documents.countersign(documents.draft(body), Manifest, signers)
    return make_channel(parties=[party, make_party("USA")], roles=())


def test_a_first_manifest_says_what_the_charter_says() -> None:
    stranger = SecretKey.generate().public.raw
    with pytest.raises(MalformedError, match="manifest 1 of RUS"):
        _channel_with_manifest(party="GBR")
    with pytest.raises(ForgedError):
        _channel_with_manifest(roots=(stranger,))


def test_manifest_one_names_no_channel_and_later_ones_do() -> None:
    manifest = Manifest.decode(make_party("RUS").manifest.body)
    cosigner = documents.Cosigner(name="a", ed25519=ZERO, mldsa44=bytes(1312))
    wrong: list[dict[str, Any]] = [
        {"number": 0},
        {"number": 2},
        {"channel": b"x" * 32},
        {"previous": b"x" * 32},
        {"cosigners": (cosigner, cosigner)},
    ]
    for changes in wrong:
        with pytest.raises(MisuseError):
            dataclasses.replace(manifest, **changes)
    for holders in (0, 5):
        with pytest.raises(MisuseError):
            dataclasses.replace(manifest.policy, initiallers=holders)
        with pytest.raises(MisuseError):
            dataclasses.replace(manifest.policy, signatories=holders)


def test_with_a_quorum_every_manifest_names_cosigners() -> None:
    channel = make_channel(quorum="all", roles=())
    with pytest.raises(ForgedError, match="cosigner"):
        make_channel(quorum="all", roles=(), parties=[make_party("RUS"), make_party("USA")])
    rus = channel.party("RUS")
    assert _void(channel, rus, _next_manifest(channel, rus, cosigners=())) == "document"
    assert not _void(channel, rus, _next_manifest(channel, rus))


def test_log_and_cosigner_keys_are_points_of_large_order(channel: Channel) -> None:
    identity = bytes([1]) + bytes(31)
    charter = dataclasses.replace(Charter.decode(channel.charter.body), log_ed25519=identity)
    signed_charter = documents.countersign(documents.draft(charter), Charter, all_roots(channel))
    with pytest.raises(ForgedError, match="small order"):
        documents.read_charter(signed_charter)
    cosigner = documents.Cosigner(name="a", ed25519=identity, mldsa44=bytes(1312))
    with pytest.raises(ForgedError, match="small order"):
        _channel_with_manifest(cosigners=(cosigner,))
    rus = channel.party("RUS")
    assert _void(channel, rus, _next_manifest(channel, rus, cosigners=(cosigner,))) == "forged"


# later manifests


def _next_manifest(
    channel: Channel,
    party: Party,
    /,
    *,
    signers: Sequence[SecretKey] = (),
    **changes: Any,  # noqa: ANN401
) -> Document:
    now = channel.log.trust.parties[party.code]
    fields: dict[str, Any] = {
        "number": now.manifest.number + 1,
        "channel": channel.id,
        "previous": now.manifest_ids[-1],
    }
    body = dataclasses.replace(now.manifest, **(fields | changes))
    return documents.countersign(documents.draft(body), Manifest, signers or party.roots)


def _void(channel: Channel, party: Party, document: Document, carrier: Person | None = None) -> str:
    return _place(channel, carrier or party.carrier, ManifestEntry(document=document))


def _place(channel: Channel, author: Person, payload: Record) -> str:
    sequence, previous = channel.log.next_sequence(author.id)
    author.sequence, author.previous = sequence - 1, previous
    return channel.log.append(channel.clear(author, payload)).void


def test_manifests_follow_one_another_without_a_gap(channel: Channel) -> None:
    rus = channel.party("RUS")
    assert _void(channel, rus, _next_manifest(channel, rus, number=3)) == "document"
    assert _void(channel, rus, _next_manifest(channel, rus, previous=b"x" * 32)) == "document"
    assert _void(channel, rus, _next_manifest(channel, rus, channel=b"x" * 32)) == "document"
    assert _void(channel, rus, _next_manifest(channel, rus, party="GBR")) == "document"
    assert not _void(channel, rus, _next_manifest(channel, rus))
    assert channel.log.trust.parties["RUS"].manifest.number == 2


def test_roots_rotate_only_with_the_thresholds_of_both_sets(channel: Channel) -> None:
    rus, new = channel.party("RUS"), SecretKey.generate()
    old = rus.roots[0]
    roots = (new.public.raw,)
    for signers in ([old], [new]):
        document = _next_manifest(channel, rus, roots=roots, signers=signers)
        assert _void(channel, rus, document) == "forged"
    document = _next_manifest(channel, rus, roots=roots, signers=[old, new])
    assert not _void(channel, rus, document)
    assert channel.log.trust.member(old.public.id) is None
    assert channel.log.trust.member(new.public.id) is not None
    # a root key is never enrolled as something else
    person = channel.new_person("RUS", "desk_officer")
    person.signing = old
    enrolment = channel.enrolment(person, signers=[new])
    desk = rus.person("desk_officer")
    assert _place(channel, desk, EnrolEntry(document=enrolment)) == "document"


def test_a_new_archive_replaces_the_old_one(channel: Channel) -> None:
    rus, archive = channel.party("RUS"), SealingKey.generate().public
    old = rus.archive.public.id
    document = _next_manifest(channel, rus, archive=archive.raw)
    assert not _void(channel, rus, document, carrier=rus.person("bot"))  # who carries: any key
    recipients = channel.log.trust.recipients(channel.log.log_time)
    assert archive.id in recipients
    assert old not in recipients
    bad = dataclasses.replace(channel.log.trust.parties["RUS"].manifest, archive=bytes(1216))
    assert bad.archive == bytes(1216)
    refused = _next_manifest(channel, rus, archive=b"\xff" * 1216)
    assert _void(channel, rus, refused) == "forged"


def test_a_manifest_takes_no_key_that_was_seen_before(channel: Channel) -> None:
    """Else a party could answer to another's root, or make a given-up statement placeable again."""
    rus, usa = channel.party("RUS"), channel.party("USA")
    own, desk = rus.roots[0].public.raw, rus.person("desk_officer")
    seed = SecretKey.generate().seed
    half = SecretKey.from_seed(usa.roots[0].seed[:32] + seed[32:])
    for other in (usa.roots[0], usa.person("bot").signing, desk.signing, half):
        roots = tuple(sorted((own, other.public.raw)))
        assert _void(channel, rus, _next_manifest(channel, rus, roots=roots)) == "document"
    twins = [SecretKey.from_seed(seed[:32] + SecretKey.generate().seed[32:]) for _ in range(2)]
    roots = tuple(sorted((own, *(each.public.raw for each in twins))))
    assert _void(channel, rus, _next_manifest(channel, rus, roots=roots)) == "document"
    for sealing in (usa.archive, desk.sealing):
        document = _next_manifest(channel, rus, archive=sealing.public.raw)
        assert _void(channel, rus, document) == "document"
    member = channel.log.trust.member(usa.roots[0].public.id)
    assert member is not None
    assert member.party == "USA"


def test_neither_a_root_nor_an_archive_comes_back(channel: Channel) -> None:
    rus, new, archive = channel.party("RUS"), SecretKey.generate(), SealingKey.generate()
    both = [rus.roots[0], new]
    document = _next_manifest(
        channel, rus, roots=(new.public.raw,), archive=archive.public.raw, signers=both
    )
    assert not _void(channel, rus, document)
    desk = rus.person("desk_officer")
    roots = tuple(sorted(each.public.raw for each in both))
    for changes in ({"roots": roots}, {"archive": rus.archive.public.raw}):
        again = _next_manifest(channel, rus, signers=both[1:], **changes)
        assert _void(channel, rus, again, carrier=desk) == "document"


def test_a_cosigner_is_named_by_one_party() -> None:
    made = [make_party("RUS"), make_party("USA")]
    channel = make_channel(roles=(), parties=made)
    rus, usa = made
    mine = documents.Cosigner(name="rus/1", ed25519=_point(), mldsa44=bytes(1312))
    assert not _void(channel, rus, _next_manifest(channel, rus, cosigners=(mine,)))
    theirs = documents.Cosigner(name="usa/1", ed25519=_point(), mldsa44=b"x" * 1312)
    for changes in ({"name": "rus/1"}, {"ed25519": mine.ed25519}, {"mldsa44": mine.mldsa44}):
        copied = dataclasses.replace(theirs, **changes)
        assert _void(channel, usa, _next_manifest(channel, usa, cosigners=(copied,))) == "document"
    assert not _void(channel, rus, _next_manifest(channel, rus, cosigners=()))
    copied = dataclasses.replace(mine, name="usa/1")
    assert _void(channel, usa, _next_manifest(channel, usa, cosigners=(copied,))) == "document"
    assert not _void(channel, usa, _next_manifest(channel, usa, cosigners=(theirs,)))


def _point() -> bytes:
    return SecretKey.generate().public.raw[-32:]


def test_parties_that_share_a_key_found_no_channel() -> None:
    rus, usa = make_party("RUS"), make_party("USA")
    manifest = Manifest.decode(usa.manifest.body)
    shared = dataclasses.replace(manifest, archive=rus.archive.public.raw)
    usa.manifest = documents.countersign(documents.draft(shared), Manifest, usa.roots)
    with pytest.raises(ForgedError, match="alone"):
        make_channel(roles=(), parties=[rus, usa])


# enrolments


def test_a_document_is_carried_by_its_own_party(channel: Channel) -> None:
    person = channel.new_person("RUS", "linguist")
    document = channel.enrolment(person)
    usa = channel.party("USA").person("desk_officer")
    assert _place(channel, usa, EnrolEntry(document=document)) == "document"
    rus = channel.party("RUS").person("desk_officer")
    assert not _place(channel, rus, EnrolEntry(document=document))
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
    assert _place(channel, rus.carrier, EnrolEntry(document=by_registrar)) == "forged"
    assert not _place(channel, rus.carrier, EnrolEntry(document=channel.enrolment(person)))
    revocation = _revocation(channel, person, [registrar.signing])
    assert _place(channel, rus.carrier, RevokeEntry(document=revocation)) == "forged"


def test_a_registrar_enrols_and_revokes_the_rest(channel: Channel) -> None:
    rus = channel.party("RUS")
    registrar = rus.person("registrar")
    person = channel.new_person("RUS", "legal_adviser")
    document = channel.enrolment(person, signers=[registrar.signing])
    assert not _place(channel, registrar, EnrolEntry(document=document))
    revocation = _revocation(channel, person, [registrar.signing])
    assert not _place(channel, registrar, RevokeEntry(document=revocation))


def test_a_desk_officer_or_an_ended_registrar_enrols_nobody(channel: Channel) -> None:
    rus = channel.party("RUS")
    registrar, desk = rus.person("registrar"), rus.person("desk_officer")
    person = channel.new_person("RUS", "legal_adviser")
    by_desk = channel.enrolment(person, signers=[desk.signing])
    assert _place(channel, rus.carrier, EnrolEntry(document=by_desk)) == "forged"
    revocation = _revocation(channel, registrar, list(rus.roots))
    assert not _place(channel, rus.carrier, RevokeEntry(document=revocation))
    late = channel.enrolment(person, signers=[registrar.signing])
    assert _place(channel, rus.carrier, EnrolEntry(document=late)) == "forged"


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
        assert _place(channel, rus.carrier, RevokeEntry(document=document)) == "document"
    document = _revocation(channel, desk, rus.roots)
    assert not _place(channel, rus.carrier, RevokeEntry(document=document))


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
        assert _place(channel, rus.carrier, EnrolEntry(document=document)) == "document"
    fresh, seen = SealingKey.generate().seed, [desk.sealing, rus.archive]
    seen.append(SealingKey.from_seed(desk.sealing.seed[:64] + fresh[64:]))
    seen.append(SealingKey.from_seed(fresh[:64] + channel.party("USA").archive.seed[64:]))
    for sealing in seen:
        person = channel.new_person("RUS", "linguist")
        person.sealing = sealing
        document = channel.enrolment(person)
        assert _place(channel, rus.carrier, EnrolEntry(document=document)) == "document"
    archive = SealingKey.generate()
    assert not _void(channel, rus, _next_manifest(channel, rus, archive=archive.public.raw))
    person = channel.new_person("RUS", "linguist")
    person.sealing = archive
    document = channel.enrolment(person)
    assert _place(channel, rus.carrier, EnrolEntry(document=document)) == "document"


def test_an_enrolment_of_another_channel_or_party_is_void(channel: Channel) -> None:
    other = make_channel(roles=())
    rus = channel.party("RUS")
    strange = documents.countersign(
        other.enrolment(other.new_person("RUS", "bot")), Enrolment, rus.roots
    )
    assert _place(channel, rus.carrier, EnrolEntry(document=strange)) == "document"


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
    assert _place(channel, rus.carrier, EnrolEntry(document=document)) == "forged"


def test_a_registrar_does_not_count_as_recipient_once_revoked(channel: Channel) -> None:
    rus = channel.party("RUS")
    registrar = rus.person("registrar")
    key = registrar.sealing.public.id
    assert key in channel.log.trust.recipients(channel.log.log_time)
    document = _revocation(channel, registrar, rus.roots)
    assert not _place(channel, rus.carrier, RevokeEntry(document=document))
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
