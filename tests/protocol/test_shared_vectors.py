"""Published notes, cosignatures and trees of others, where the machine has them.

They are data of others and no part of this project: ``PARAPH_VECTORS`` names their folder. Where
it is set, a missing file is a failure; where it is not, every test here says so and is skipped.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import pathlib
from typing import Any

import pytest

from paraph.protocol.checkpoint import VerifierKey, read_note
from paraph.protocol.errors import ForgedError, PeerError
from paraph.protocol.names import Digest
from paraph.protocol.note import Head, KeyType, parse_head, parse_note, subtree_message
from paraph.protocol.tree import (
    EMPTY_ROOT,
    Tree,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

FOLDER = os.environ.get("PARAPH_VECTORS", "")
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="PARAPH_VECTORS is not set: the published vectors were NOT run"
)


def published(name: str) -> bytes:
    return (pathlib.Path(FOLDER) / name).read_bytes()


def published_text(name: str) -> str:
    return published(name).decode().strip()


def rejects_every_flip(note: bytes, key: VerifierKey, line: bytes) -> None:
    """Change each byte of the text and of the key's own line: no change may pass."""
    read_note(note, [key])  # the positive control
    begin = note.index(line)
    for at in (*range(len(parse_note(note).text)), *range(begin, begin + len(line))):
        with pytest.raises(PeerError):
            read_note(note[:at] + bytes([note[at] ^ 1]) + note[at + 1 :], [key])


def test_the_note_of_the_signed_note_specification() -> None:
    key = VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    note = published("c2sp-note.txt")
    opened = read_note(note, [key])
    assert opened.text == b"This is an example message.\n"
    assert opened.signatures == ((key, 0),)
    assert key.type is KeyType.ED25519
    assert parse_note(note).encode() == note
    rejects_every_flip(note, key, parse_note(note).lines[0].encode())


def test_a_published_checkpoint_signed_with_mldsa44() -> None:
    key = VerifierKey.parse(published_text("mldsa44-log.vkey"))
    note = published("mldsa44-log.checkpoint")
    opened = read_note(note, [key])
    assert key.type is KeyType.MLDSA44
    assert key.vkey == published_text("mldsa44-log.vkey")
    assert opened.signatures == ((key, 0),)
    head = parse_head(opened.text)
    assert (head.origin, head.size) == ("example.com/mldsa-log", 1)
    message = subtree_message(key.name, 0, head)
    assert len(message) == 112
    assert message.startswith(bytes.fromhex("737562747265652f76310a00156578"))
    rejects_every_flip(note, key, parse_note(note).lines[0].encode())


def test_a_published_cosignature_beside_a_line_of_a_type_unknown_to_us() -> None:
    key = VerifierKey.parse(published_text("sunlight-cosigv1.vkey"))
    note = published("sunlight-cosigv1.checkpoint")
    opened = read_note(note, [key])
    assert key.type is KeyType.COSIGNATURE
    assert opened.signatures == ((key, 1_767_139_200),)
    assert [line.name for line in parse_note(note).lines] == [
        "rome2026h1.example.org",
        "witness.example.org",
    ]
    origin = parse_head(opened.text).origin
    assert hashlib.sha256(origin.encode()).hexdigest() == (
        "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706"
    )
    rejects_every_flip(note, key, parse_note(note).lines[1].encode())
    with pytest.raises(ForgedError):
        read_note(note, [VerifierKey("another.example.org", key.type, key.raw)])


def race() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(published("witness-race.json"))
    return found


@pytest.mark.parametrize("size", ["1", "3", "5"])
def test_the_published_checkpoints_of_a_race(size: str) -> None:
    vectors = race()
    key = VerifierKey(vectors["origin"], KeyType.ED25519, bytes.fromhex(vectors["log_pub_hex"]))
    assert key.id.hex() == vectors["key_id_hex"]
    stated = vectors["checkpoints"][size]
    root = Digest(base64.b64decode(stated["root"]))
    text = Head(vectors["origin"], int(size), root).encode()
    line = f"\N{EM DASH} {vectors['origin']} {stated['sig']}\n".encode()
    note = text + b"\n" + line
    assert read_note(note, [key]).signatures == ((key, 0),)
    rejects_every_flip(note, key, line)


@pytest.mark.parametrize(("old", "new"), [(1, 3), (1, 5)])
def test_the_published_consistency_proofs_of_a_race(old: int, new: int) -> None:
    vectors = race()
    first, second = (
        base64.b64decode(vectors["checkpoints"][str(size)]["root"]) for size in (old, new)
    )
    proof = [base64.b64decode(line) for line in vectors["proofs"][f"{old}-{new}"]]
    verify_consistency(old, new, first, second, proof)
    for at, digest in enumerate(proof):
        changed = [*proof[:at], bytes([digest[0] ^ 1]) + digest[1:], *proof[at + 1 :]]
        with pytest.raises(ForgedError):
            verify_consistency(old, new, first, second, changed)
    with pytest.raises(ForgedError):
        verify_consistency(3, 5, first, second, proof)


# The accumulated digests: one line of text for each subtree or proof, all hashed together. Their
# ranges are those of draft-ietf-plants-merkle-tree-certs, section 4: empty, or beginning at a
# multiple of the smallest power of two that is not below their length.

MOST = 130
LEAVES = [leaf_hash(bytes([number])) for number in range(MOST)]
TREE = Tree(LEAVES)


@functools.cache
def tree_from(start: int) -> Tree:
    return Tree(LEAVES[start:])


def subtrees(most: int) -> list[tuple[int, int]]:
    return [
        (start, end)
        for end in range(most + 1)
        for start in range(end + 1)
        if start == end or start % (1 << (end - start - 1).bit_length()) == 0
    ]


def subtree_proof(size: int, start: int, end: int) -> tuple[Digest, ...]:
    """Climb down to the node that begins at *start*; what is left is a consistency proof."""
    low, high = 0, size
    above: list[Digest] = []
    while low != start:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if end <= middle:
            above.append(subroot(middle, high))
            high = middle
        else:
            above.append(subroot(low, middle))
            low = middle
    return (*tree_from(low).consistency(end - low, high - low), *reversed(above))


def subroot(start: int, end: int) -> Digest:
    return TREE.subtree_root(start, end)


def accumulate(lines: list[str]) -> str:
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


def spell(hashes: tuple[Digest, ...]) -> str:
    return "".join(f" {each.hex()}" for each in hashes)


def accumulated(name: str) -> str:
    return str(json.loads(published("accumulated.json"))[name])


def test_the_accumulated_subtree_hashes() -> None:
    lines = [f"[{start}, {end}) {subroot(start, end).hex()}" for start, end in subtrees(MOST)]
    assert accumulate(lines) == accumulated("AccumulatedSubtreeHash")


def test_the_accumulated_subtree_proofs() -> None:
    lines = []
    for size in range(MOST + 1):
        for start, end in subtrees(size):
            proof = subtree_proof(size, start, end) if start != end else ()
            lines.append(f"[{start}, {end}) {size}{spell(proof)}")
            if start == 0 < end:
                verify_consistency(end, size, TREE.root(end), TREE.root(size), proof)
            if end == start + 1:
                verify_inclusion(LEAVES[start], start, size, proof, TREE.root(size))
    assert accumulate(lines) == accumulated("AccumulatedSubtreeProof")


def test_the_accumulated_inclusion_proofs() -> None:
    lines = []
    for start, end in subtrees(MOST):
        for index in range(start, end):
            proof = tree_from(start).inclusion(index - start, end - start)
            verify_inclusion(LEAVES[index], index - start, end - start, proof, subroot(start, end))
            lines.append(f"{index} [{start}, {end}){spell(proof)}")
    assert accumulate(lines) == accumulated("AccumulatedRecordInSubtreeProof")


def test_the_empty_tree_of_the_accumulated_digests_is_ours() -> None:
    assert subroot(5, 5) == TREE.root(0) == EMPTY_ROOT
