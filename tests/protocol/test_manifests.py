"""Later manifests: in order, signed by the old roots and the new, with keys never seen before."""

from __future__ import annotations

import dataclasses

import pytest

from paraph.protocol import documents
from paraph.protocol.documents import Manifest
from paraph.protocol.errors import ForgedError
from paraph.protocol.keys import SecretKey
from paraph.protocol.sealed import SealingKey
from paraph.protocol.statements.clear import EnrolEntry
from tests.support.carried import manifest_void, next_manifest, void
from tests.support.channel import Channel, make_channel
from tests.support.parties import make_party


def test_manifests_follow_one_another_without_a_gap(channel: Channel) -> None:
    rus = channel.party("RUS")
    assert manifest_void(channel, rus, next_manifest(channel, rus, number=3)) == "document"
    assert (
        manifest_void(channel, rus, next_manifest(channel, rus, previous=b"x" * 32)) == "document"
    )
    assert manifest_void(channel, rus, next_manifest(channel, rus, channel=b"x" * 32)) == "document"
    assert manifest_void(channel, rus, next_manifest(channel, rus, party="GBR")) == "document"
    assert not manifest_void(channel, rus, next_manifest(channel, rus))
    assert channel.log.trust.parties["RUS"].manifest.number == 2


def test_roots_rotate_only_with_the_thresholds_of_both_sets(channel: Channel) -> None:
    rus, new = channel.party("RUS"), SecretKey.generate()
    old = rus.roots[0]
    roots = (new.public.raw,)
    for signers in ([old], [new]):
        document = next_manifest(channel, rus, roots=roots, signers=signers)
        assert manifest_void(channel, rus, document) == "forged"
    document = next_manifest(channel, rus, roots=roots, signers=[old, new])
    assert not manifest_void(channel, rus, document)
    assert channel.log.trust.member(old.public.id) is None
    assert channel.log.trust.member(new.public.id) is not None
    # a root key is never enrolled as something else
    person = channel.new_person("RUS", "desk_officer")
    person.signing = old
    enrolment = channel.enrolment(person, signers=[new])
    desk = rus.person("desk_officer")
    assert void(channel, desk, EnrolEntry(document=enrolment)) == "document"


def test_a_new_archive_replaces_the_old_one(channel: Channel) -> None:
    rus, archive = channel.party("RUS"), SealingKey.generate().public
    old = rus.archive.public.id
    document = next_manifest(channel, rus, archive=archive.raw)
    assert not manifest_void(
        channel, rus, document, carrier=rus.person("bot")
    )  # who carries: any key
    recipients = channel.log.trust.recipients(channel.log.log_time)
    assert archive.id in recipients
    assert old not in recipients
    bad = dataclasses.replace(channel.log.trust.parties["RUS"].manifest, archive=bytes(1216))
    assert bad.archive == bytes(1216)
    refused = next_manifest(channel, rus, archive=b"\xff" * 1216)
    assert manifest_void(channel, rus, refused) == "forged"


def test_a_manifest_takes_no_key_that_was_seen_before(channel: Channel) -> None:
    """Else a party could answer to another's root, or make a given-up statement placeable again."""
    rus, usa = channel.party("RUS"), channel.party("USA")
    own, desk = rus.roots[0].public.raw, rus.person("desk_officer")
    seed = SecretKey.generate().seed
    half = SecretKey.from_seed(usa.roots[0].seed[:32] + seed[32:])
    for other in (usa.roots[0], usa.person("bot").signing, desk.signing, half):
        roots = tuple(sorted((own, other.public.raw)))
        assert manifest_void(channel, rus, next_manifest(channel, rus, roots=roots)) == "document"
    twins = [SecretKey.from_seed(seed[:32] + SecretKey.generate().seed[32:]) for _ in range(2)]
    roots = tuple(sorted((own, *(each.public.raw for each in twins))))
    assert manifest_void(channel, rus, next_manifest(channel, rus, roots=roots)) == "document"
    for sealing in (usa.archive, desk.sealing):
        document = next_manifest(channel, rus, archive=sealing.public.raw)
        assert manifest_void(channel, rus, document) == "document"
    member = channel.log.trust.member(usa.roots[0].public.id)
    assert member is not None
    assert member.party == "USA"


def test_neither_a_root_nor_an_archive_comes_back(channel: Channel) -> None:
    rus, new, archive = channel.party("RUS"), SecretKey.generate(), SealingKey.generate()
    both = [rus.roots[0], new]
    document = next_manifest(
        channel, rus, roots=(new.public.raw,), archive=archive.public.raw, signers=both
    )
    assert not manifest_void(channel, rus, document)
    desk = rus.person("desk_officer")
    roots = tuple(sorted(each.public.raw for each in both))
    for changes in ({"roots": roots}, {"archive": rus.archive.public.raw}):
        again = next_manifest(channel, rus, signers=both[1:], **changes)
        assert manifest_void(channel, rus, again, carrier=desk) == "document"


def test_a_cosigner_is_named_by_one_party() -> None:
    made = [make_party("RUS"), make_party("USA")]
    channel = make_channel(roles=(), parties=made)
    rus, usa = made
    mine = documents.Cosigner(name="rus/1", ed25519=_point(), mldsa44=bytes(1312))
    assert not manifest_void(channel, rus, next_manifest(channel, rus, cosigners=(mine,)))
    theirs = documents.Cosigner(name="usa/1", ed25519=_point(), mldsa44=b"x" * 1312)
    for changes in ({"name": "rus/1"}, {"ed25519": mine.ed25519}, {"mldsa44": mine.mldsa44}):
        copied = dataclasses.replace(theirs, **changes)
        assert (
            manifest_void(channel, usa, next_manifest(channel, usa, cosigners=(copied,)))
            == "document"
        )
    assert not manifest_void(channel, rus, next_manifest(channel, rus, cosigners=()))
    copied = dataclasses.replace(mine, name="usa/1")
    assert (
        manifest_void(channel, usa, next_manifest(channel, usa, cosigners=(copied,))) == "document"
    )
    assert not manifest_void(channel, usa, next_manifest(channel, usa, cosigners=(theirs,)))


def _point() -> bytes:
    return SecretKey.generate().public.raw[-32:]


def test_parties_that_share_a_key_found_no_channel() -> None:
    rus, usa = make_party("RUS"), make_party("USA")
    manifest = Manifest.decode(usa.manifest.body)
    shared = dataclasses.replace(manifest, archive=rus.archive.public.raw)
    usa.manifest = documents.countersign(documents.draft(shared), Manifest, usa.roots)
    with pytest.raises(ForgedError, match="alone"):
        make_channel(roles=(), parties=[rus, usa])
