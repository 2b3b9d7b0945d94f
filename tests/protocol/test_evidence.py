"""Evidence convinces somebody who holds the trust file and nothing else."""

from __future__ import annotations

import dataclasses

import pytest

from paraph.protocol import signed
from paraph.protocol.errors import MalformedError, ParaphError, PeerError
from paraph.protocol.evidence import (
    DoubleSequenceEvidence,
    ForkEvidence,
    PlacementEvidence,
    TrustAnchor,
    decode_evidence,
    is_double,
)
from paraph.protocol.keys import PublicKey
from paraph.protocol.names import Digest
from paraph.protocol.tree import Tree
from paraph.protocol.words import root_digest
from tests.support.channel import Channel, make_channel


def anchor_of(channel: Channel) -> TrustAnchor:
    roots = {
        party.code: root_digest(
            party.code, party.threshold, sorted(root.public.id for root in party.roots)
        )
        for party in channel.parties
    }
    return TrustAnchor(channel.log_keys, roots)


@pytest.fixture(scope="module")
def channel() -> Channel:
    return make_channel()


@pytest.fixture(scope="module")
def anchor(channel: Channel) -> TrustAnchor:
    return anchor_of(channel)


def leaves(channel: Channel) -> tuple[Digest, ...]:
    return tuple(channel.log.tree.leaf(index) for index in range(channel.log.size))


def other_history(size: int) -> Tree:
    return Tree([bytes([7]) * 32 for _ in range(size)])


def test_two_roots_for_one_size_are_a_fork(channel: Channel, anchor: TrustAnchor) -> None:
    size = channel.log.size
    other = other_history(size)
    second = channel.log_secret.sign(channel.log.origin, size, other.root())
    evidence = ForkEvidence(first=channel.note(), second=second, leaves=())
    assert "two histories" in evidence.verify(anchor)
    assert decode_evidence(evidence.encode()) == evidence


def test_a_larger_head_that_forgets_the_smaller_is_a_fork(
    channel: Channel, anchor: TrustAnchor
) -> None:
    small = channel.log_secret.sign(channel.log.origin, 3, other_history(3).root())
    evidence = ForkEvidence(first=small, second=channel.note(), leaves=leaves(channel))
    assert "does not contain" in evidence.verify(anchor)


def test_two_heads_of_one_history_prove_nothing(channel: Channel, anchor: TrustAnchor) -> None:
    note, size = channel.note(), channel.log.size
    small = channel.log_secret.sign(channel.log.origin, 3, channel.log.tree.root(3))
    forged = other_history(size)
    fork = channel.log_secret.sign(channel.log.origin, size, forged.root())
    cases = [
        (note, note, ()),
        (note, fork, leaves(channel)),
        (small, note, leaves(channel)),
        (small, note, leaves(channel)[:-1]),
        (note, small, leaves(channel)[:3]),
    ]
    for first, second, hashes in cases:
        with pytest.raises(PeerError):
            ForkEvidence(first=first, second=second, leaves=hashes).verify(anchor)


def test_a_note_of_another_log_or_with_one_signature_proves_nothing(
    channel: Channel, anchor: TrustAnchor
) -> None:
    stranger = make_channel(roles=())
    lines = channel.note().decode().splitlines(keepends=True)
    one_line = "".join(lines[:-1]).encode()
    elsewhere = channel.log_secret.sign("other.example/log", 3, bytes(32))
    for note in (stranger.note(), one_line, elsewhere, b"no note"):
        with pytest.raises(PeerError):
            ForkEvidence(first=note, second=channel.note(), leaves=()).verify(anchor)


def test_one_signature_stated_twice_does_not_pass_for_two(
    channel: Channel, anchor: TrustAnchor
) -> None:
    """Whoever breaks one kind of mathematics must not be able to accuse an honest log."""
    size = channel.log.size
    forged = channel.log_secret.sign(channel.log.origin, size, other_history(size).root())
    lines = forged.splitlines(keepends=True)
    for line in lines[-2:]:
        twice = b"".join([*lines[:-2], line, line])
        for evidence in (
            ForkEvidence(first=channel.note(), second=twice, leaves=()),
            ForkEvidence(first=twice, second=channel.note(), leaves=()),
        ):
            with pytest.raises(PeerError, match="both its keys"):
                evidence.verify(anchor)


def double(channel: Channel) -> DoubleSequenceEvidence:
    author = channel.party("RUS").person("desk_officer")
    sequence, previous = channel.log.next_sequence(author.id)
    first, _ = channel.seal(author, b"we accept", sequence=sequence, previous=previous)
    second, _ = channel.seal(author, b"we reject", sequence=sequence, previous=previous)
    enrolments = []
    for envelope in channel.later():
        payload = getattr(signed.read(envelope).statement.content, "payload", None)
        if payload is not None and payload.KIND == "enrol-entry":
            enrolments.append(payload.document)
    return DoubleSequenceEvidence(
        founding=channel.founding, enrolments=tuple(enrolments), first=first, second=second
    )


def test_two_statements_under_one_number_convict_the_key(
    channel: Channel, anchor: TrustAnchor
) -> None:
    evidence = double(channel)
    assert "desk_officer key of RUS" in evidence.verify(anchor)
    assert decode_evidence(evidence.encode()) == evidence


def test_one_statement_signed_twice_is_no_crime(channel: Channel, anchor: TrustAnchor) -> None:
    evidence = double(channel)
    author = channel.party("RUS").person("desk_officer")
    again = channel.again(author, evidence.first)
    assert again != evidence.first
    with pytest.raises(PeerError):
        dataclasses.replace(evidence, second=again).verify(anchor)
    first = signed.verify(signed.read(evidence.first), author.signing.public)
    assert not is_double(first, signed.verify(signed.read(again), author.signing.public))


def test_a_statement_that_saw_a_later_head_may_have_replaced_an_excluded_one(
    channel: Channel, anchor: TrustAnchor
) -> None:
    evidence = double(channel)
    author = channel.party("RUS").person("desk_officer")
    sequence, previous = channel.log.next_sequence(author.id)
    older = (channel.log.size - 1, channel.log.tree.root(channel.log.size - 1))
    second, _ = channel.seal(author, b"anew", sequence=sequence, previous=previous, seen=older)
    with pytest.raises(PeerError, match="only the log") as caught:
        dataclasses.replace(evidence, second=second).verify(anchor)
    assert caught.value.code == "needs-log"


def test_a_key_without_its_chain_of_enrolments_convicts_nobody(
    channel: Channel, anchor: TrustAnchor
) -> None:
    with pytest.raises(ParaphError):
        dataclasses.replace(double(channel), enrolments=()).verify(anchor)


def test_a_chain_to_other_roots_convicts_nobody(channel: Channel) -> None:
    evidence = double(channel)
    for other in (
        anchor_of(make_channel(roles=())),
        TrustAnchor(channel.log_keys, {"RUS": Digest(bytes(32)), "USA": Digest(bytes(32))}),
        dataclasses.replace(
            anchor_of(channel),
            log=dataclasses.replace(make_channel(roles=()).log_keys, origin=channel.log.origin),
        ),
    ):
        with pytest.raises(PeerError):
            evidence.verify(other)


def test_an_entry_against_the_rules_is_shown_by_the_log_itself() -> None:
    channel = make_channel()
    anchor = anchor_of(channel)
    clean = PlacementEvidence(note=channel.note(), entries=tuple(channel.envelopes))
    with pytest.raises(PeerError, match="breaks a rule"):
        clean.verify(anchor)
    author = channel.party("RUS").person("desk_officer")
    channel.seal(author, b"dropped by the relay")
    gapped, _ = channel.seal(author, b"placed without the one before")
    channel.log.append(gapped)
    channel.envelopes.append(gapped)
    evidence = PlacementEvidence(note=channel.note(), entries=tuple(channel.envelopes))
    assert evidence.verify(anchor).endswith("against the rule gap")
    assert decode_evidence(evidence.encode()) == evidence
    with pytest.raises(PeerError, match="commits to"):
        dataclasses.replace(evidence, entries=evidence.entries[:-1]).verify(anchor)


def test_what_is_no_evidence_is_malformed() -> None:
    with pytest.raises(MalformedError):
        decode_evidence(b"\x80")


def test_every_changed_byte_of_an_evidence_file_is_refused(
    channel: Channel, anchor: TrustAnchor
) -> None:
    """Sampled: signatures, notes and records are flipped byte by byte in their own tests."""
    data = double(channel).encode()
    for at in range(0, len(data), 1013):
        changed = bytearray(data)
        changed[at] ^= 1
        with pytest.raises(ParaphError):
            decode_evidence(bytes(changed)).verify(anchor)
    assert isinstance(channel.parties[0].roots[0].public, PublicKey)
