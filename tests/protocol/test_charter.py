"""Founding papers: whose signatures they need, and what stops a channel from coming to be."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from paraph.protocol import documents, signed
from paraph.protocol.documents import Charter, Document, Manifest
from paraph.protocol.errors import (
    ForgedError,
    MalformedError,
    MisuseError,
    PeerError,
    UnsupportedError,
)
from paraph.protocol.keys import SecretKey
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ZERO, Label, labelled
from tests.support.carried import manifest_void, next_manifest
from tests.support.channel import Channel, found_with, make_channel
from tests.support.parties import make_party


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
    assert manifest_void(channel, rus, next_manifest(channel, rus, cosigners=())) == "document"
    assert not manifest_void(channel, rus, next_manifest(channel, rus))


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
    assert (
        manifest_void(channel, rus, next_manifest(channel, rus, cosigners=(cosigner,))) == "forged"
    )
