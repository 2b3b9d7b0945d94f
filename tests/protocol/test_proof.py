"""SPEC 6.5, and the committed vectors of SPEC 6 (tests/vectors/log.json)."""

from __future__ import annotations

import base64
import json
import pathlib
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.checkpoint import (
    MAX_LOG_SIZE,
    CosignerKeys,
    CosignerSecret,
    LogKeys,
    LogSecret,
    verify_checkpoint,
    with_cosignatures,
)
from paraph.protocol.errors import ForgedError, MalformedError, PeerError
from paraph.protocol.note import MAX_NOTE_BYTES
from paraph.protocol.proof import TlogProof, verify_proof
from paraph.protocol.tree import Tree, leaf_hash
from tests.vectors import check_log

ORIGIN = "relay.example/log/0123abcd"
LOG = LogSecret.from_seed(bytes(range(64)))
KEYS = LOG.keys(ORIGIN)
ALPHA = CosignerSecret.from_seed(bytes(range(64, 128)))
A = ALPHA.keys("a.gov.example/cosigner/1")
LEAVES = [leaf_hash(bytes([number])) for number in range(13)]
TREE = Tree(LEAVES)
NOTE = LOG.sign(ORIGIN, 13, TREE.root())
PROOF = TlogProof(6, TREE.inclusion(6), NOTE)
HEADER = PROOF.encode().partition(b"\n\n")[0] + b"\n"

VECTORS: Final[dict[str, Any]] = json.loads(
    (pathlib.Path(__file__).parents[1] / "vectors" / "log.json").read_text("utf-8")
)


def test_a_proof_verifies_to_its_index_and_checkpoint() -> None:
    for index, leaf in enumerate(LEAVES):
        proof = TlogProof(index, TREE.inclusion(index), NOTE).encode()
        assert verify_proof(proof, leaf, KEYS) == (index, verify_checkpoint(NOTE, KEYS))


def test_the_form_of_a_proof() -> None:
    lines = PROOF.encode().split(b"\n")
    assert lines[:2] == [b"c2sp.org/tlog-proof@v1", b"index 6"]
    assert [base64.b64decode(line) for line in lines[2:6]] == list(PROOF.hashes)
    assert lines[6] == b""
    assert b"\n".join(lines[7:]) == NOTE
    assert TlogProof.decode(PROOF.encode()) == PROOF


def test_the_only_leaf_of_a_log_has_a_proof_without_hashes() -> None:
    note = LOG.sign(ORIGIN, 1, LEAVES[0])
    proof = TlogProof(0, (), note).encode()
    assert proof == b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + note
    assert verify_proof(proof, LEAVES[0], KEYS)[0] == 0


def test_a_cosigned_checkpoint_proves_as_well() -> None:
    lines = ALPHA.cosign(A.name, verify_checkpoint(NOTE, KEYS), 1_700_000_000)
    proof = TlogProof(6, PROOF.hashes, with_cosignatures(NOTE, lines)).encode()
    _, checkpoint = verify_proof(proof, LEAVES[6], KEYS, (A,))
    assert [each.name for each in checkpoint.cosignatures] == [A.name]
    with pytest.raises(ForgedError, match="known cosigner"):
        verify_proof(proof, LEAVES[6], KEYS)


def test_every_changed_byte_of_a_proof_is_refused() -> None:
    proof = PROOF.encode()
    verify_proof(proof, LEAVES[6], KEYS)  # the positive control
    for at in range(len(proof)):
        for bit in (1, 0x20) if at < len(HEADER) else (1,):
            changed = proof[:at] + bytes([proof[at] ^ bit]) + proof[at + 1 :]
            with pytest.raises((MalformedError, ForgedError)):
                verify_proof(changed, LEAVES[6], KEYS)


def test_every_byte_left_out_of_a_proof_is_refused() -> None:
    proof = PROOF.encode()
    for at in range(len(HEADER) + 40):
        with pytest.raises((MalformedError, ForgedError)):
            verify_proof(proof[:at] + proof[at + 1 :], LEAVES[6], KEYS)
        with pytest.raises(MalformedError):
            verify_proof(proof[:at], LEAVES[6], KEYS)


def test_the_proof_of_another_leaf_or_index_is_forged() -> None:
    for index, leaf in ((6, LEAVES[7]), (7, LEAVES[6]), (5, LEAVES[6]), (12, LEAVES[6])):
        with pytest.raises(ForgedError, match=r"root|shorter"):
            verify_proof(TlogProof(index, PROOF.hashes, NOTE).encode(), leaf, KEYS)


@pytest.mark.parametrize("index", [13, 14, MAX_LOG_SIZE])
def test_an_index_beyond_the_checkpoint_is_forged_and_no_fault_of_ours(index: int) -> None:
    with pytest.raises(ForgedError, match="below the size"):
        verify_proof(TlogProof(index, PROOF.hashes, NOTE).encode(), LEAVES[6], KEYS)


def test_a_right_path_under_an_unsigned_root_proves_nothing() -> None:
    stranger = LogSecret.generate().sign(ORIGIN, 13, TREE.root())
    with pytest.raises(ForgedError):
        verify_proof(TlogProof(6, PROOF.hashes, stranger).encode(), LEAVES[6], KEYS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"c2sp.org/tlog-proof@v1\n", b"c2sp.org/tlog-proof@v2\n"),
        (b"c2sp.org/tlog-proof@v1\n", b"c2sp.org/tlog-proof@v1\nextra AAAA\n"),
        (b"c2sp.org/tlog-proof@v1\n", b"c2sp.org/tlog-proof@v1\r\n"),
        (b"c2sp.org/tlog-proof@v1\n", b""),
        (b"index 6\n", b""),
        (b"index 6\n", b"index 06\n"),
        (b"index 6\n", b"index -6\n"),
        (b"index 6\n", b"index  6\n"),
        (b"index 6\n", b"index\n"),
        (b"index 6\n", b"6\n"),
        (HEADER, b"c2sp.org/tlog-proof@v1\n"),
        (b"index 6\n", b"index 6\n\n"),
        (b"index 6\n", b"Index 6\n"),
        (b"index 6\n", b"index %d\n" % (MAX_LOG_SIZE + 1)),
        (b"index 6\n", b"index 6\nAAAA\n"),
        (b"index 6\n", b"index 6\n" + base64.b64encode(bytes(31)) + b"\n"),
        (b"index 6\n", b"index 6\n" + base64.b64encode(bytes(33)) + b"\n"),
        (b"index 6\n", b"index 6\n\xc3\xa9\n"),
        (b"=\n", b"\n"),
    ],
)
def test_any_other_form_is_malformed(before: bytes, after: bytes) -> None:
    with pytest.raises(MalformedError):
        verify_proof(PROOF.encode().replace(before, after, 1), LEAVES[6], KEYS)


def test_base64_with_other_unused_bits_is_malformed() -> None:
    proof = PROOF.encode()
    at = proof.index(b"=\n") - 1
    loose = proof[:at] + bytes([proof[at] + 1]) + proof[at + 1 :]
    line = slice(proof.rindex(b"\n", 0, at) + 1, at + 2)
    assert base64.b64decode(loose[line]) == base64.b64decode(proof[line])
    with pytest.raises(MalformedError, match="canonical"):
        TlogProof.decode(loose)


def test_the_limits_of_a_proof() -> None:
    hashes = (LEAVES[0],) * 63
    assert TlogProof.decode(TlogProof(0, hashes, NOTE).encode()).hashes == hashes
    with pytest.raises(MalformedError, match="63"):
        TlogProof.decode(TlogProof(0, (*hashes, LEAVES[0]), NOTE).encode())
    room = 4096 + MAX_NOTE_BYTES - len(TlogProof(0, (), b"").encode())
    assert len(TlogProof.decode(TlogProof(0, (), b"x" * room).encode()).note) == room
    with pytest.raises(MalformedError, match="limit"):
        TlogProof.decode(TlogProof(0, (), b"x" * (room + 1)).encode())


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_are_a_proof_or_malformed(data: bytes, headed: bool) -> None:
    data = (b"c2sp.org/tlog-proof@v1\nindex " if headed else b"") + data
    try:
        proof = TlogProof.decode(data)
    except MalformedError:
        return
    assert proof.encode() == data


# The committed vectors; tests/vectors/check_log.py reads the same file without our code.


def unhex(data: object) -> bytes:
    return bytes.fromhex(str(data))


def outcome(case: dict[str, Any]) -> str:
    keys = LogKeys(VECTORS["origin"], *(unhex(raw) for raw in VECTORS["log"]["public"]))
    cosigners = [
        CosignerKeys(each["name"], *(unhex(raw) for raw in each["public"]))
        for each in VECTORS["cosigners"]
    ]
    data = base64.b64decode(case["data"])
    try:
        if case["of"] == "checkpoint":
            verify_checkpoint(data, keys, cosigners)
        else:
            verify_proof(data, unhex(case["leaf"]), keys, cosigners)
    except PeerError as error:  # bytes from outside are never a MisuseError
        return error.code
    return "ok"


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["name"]))
def test_committed_vectors(case: dict[str, Any]) -> None:
    assert outcome(case) == case["expect"]


def test_the_vectors_hold_without_our_code() -> None:
    check_log.main()


def test_the_seeds_of_the_vectors_give_their_keys() -> None:
    log = LogSecret.from_seed(unhex(VECTORS["log"]["seed"]))
    assert [raw.hex() for raw in log.public] == VECTORS["log"]["public"]
    assert list(log.keys(VECTORS["origin"]).vkeys) == VECTORS["log"]["vkeys"]
    for each in VECTORS["cosigners"]:
        cosigner = CosignerSecret.from_seed(unhex(each["seed"]))
        assert [raw.hex() for raw in cosigner.public] == each["public"]
        assert list(cosigner.keys(each["name"]).vkeys) == each["vkeys"]


def test_the_roots_of_the_vectors() -> None:
    tree = Tree()
    assert tree.root().hex() == VECTORS["roots"][0]
    for entry, root in zip(VECTORS["entries"], VECTORS["roots"][1:], strict=True):
        tree.append(leaf_hash(unhex(entry)))
        assert tree.root().hex() == root
