"""SPEC 6.3 and 6.4: our own notes strictly, those of others by C2SP."""

from __future__ import annotations

import base64
import hashlib

import pytest

from paraph.protocol.checkpoint import (
    MAX_LOG_SIZE,
    Checkpoint,
    CosignerKeys,
    CosignerSecret,
    LogKeys,
    LogSecret,
    VerifierKey,
    note_id,
    read_note,
    verify_checkpoint,
    with_cosignatures,
    without_cosignatures,
)
from paraph.protocol.errors import ForgedError, MalformedError, MisuseError, UnsupportedError
from paraph.protocol.names import Digest
from paraph.protocol.note import (
    MAX_TIME_S,
    Head,
    KeyType,
    SignatureLine,
    cosignature_message,
    key_id,
    parse_head,
    parse_note,
    subtree_message,
    to_base64,
)
from paraph.protocol.tree import EMPTY_ROOT

ORIGIN = "relay.example/log/0123abcd"
ROOT = Digest(hashlib.sha256(b"some tree").digest())
LOG = LogSecret.from_seed(bytes(range(64)))
KEYS = LOG.keys(ORIGIN)
ALPHA = CosignerSecret.from_seed(bytes(range(64, 128)))
BETA = CosignerSecret.from_seed(bytes(range(128, 192)))
A = ALPHA.keys("a.gov.example/cosigner/1")
B = BETA.keys("b.gov.example/cosigner/1")
PLAIN = LOG.sign(ORIGIN, 7, ROOT)
CHECKED = verify_checkpoint(PLAIN, KEYS)
BY_A = ALPHA.cosign(A.name, CHECKED, 1_700_000_000)
BY_B = BETA.cosign(B.name, CHECKED, 1_700_000_005)
BOTH = with_cosignatures(PLAIN, BY_A, BY_B)


def note_of(text: bytes, *lines: bytes) -> bytes:
    return text + b"\n" + b"".join(lines)


def signed_lines(secret: LogSecret, head: Head, time_s: int = 0) -> tuple[bytes, bytes]:
    """Sign whatever *head* says, as a log that breaks our rules could."""
    keys = LogKeys(head.origin, *secret.public)
    ed25519, mldsa44 = secret._ed25519, secret._mldsa44  # noqa: SLF001
    time = time_s.to_bytes(8, "big")
    first = SignatureLine(head.origin, keys.verifiers[0].id, ed25519.sign(head.encode()))
    of_tree = mldsa44.sign(subtree_message(head.origin, time_s, head))
    second = SignatureLine(head.origin, keys.verifiers[1].id, time + of_tree)
    return first.encode(), second.encode()


def lines_of(note: bytes) -> list[bytes]:
    return [line.encode() for line in parse_note(note).lines]


# Our own checkpoints.


def test_a_log_signs_and_its_keys_verify() -> None:
    assert Checkpoint(ORIGIN, 7, ROOT, PLAIN, ()) == CHECKED
    assert PLAIN.startswith(f"{ORIGIN}\n7\n{base64.b64encode(ROOT).decode()}\n\n— ".encode())
    assert len(lines_of(PLAIN)) == 2


def test_cosigners_and_their_times_stand_in_the_result() -> None:
    both = verify_checkpoint(BOTH, KEYS, (A, B))
    assert [(each.name, each.time_s) for each in both.cosignatures] == [
        (A.name, 1_700_000_000),
        (B.name, 1_700_000_005),
    ]
    assert [each.lines for each in both.cosignatures] == [BY_A, BY_B]
    only_b = verify_checkpoint(with_cosignatures(PLAIN, BY_B), KEYS, (A, B))
    assert [each.name for each in only_b.cosignatures] == [B.name]
    assert verify_checkpoint(PLAIN, KEYS, (A, B)).cosignatures == ()


def test_a_cosignature_can_be_taken_off_and_put_on() -> None:
    assert without_cosignatures(BOTH) == PLAIN
    assert without_cosignatures(PLAIN) == PLAIN
    assert parse_note(BOTH).encode() == BOTH
    merged = with_cosignatures(without_cosignatures(BOTH), BY_B)
    assert verify_checkpoint(merged, KEYS, (A, B)).cosignatures[0].lines == BY_B
    with pytest.raises(MalformedError, match="two signature lines"):
        without_cosignatures(note_of(b"text\n", lines_of(PLAIN)[0]))


def test_a_note_is_named_by_all_its_bytes() -> None:
    assert CHECKED.id == note_id(PLAIN) == hashlib.sha256(PLAIN).digest()
    assert note_id(BOTH) != note_id(PLAIN)


def test_the_empty_log_and_the_largest_can_be_signed() -> None:
    assert verify_checkpoint(LOG.sign(ORIGIN, 0, EMPTY_ROOT), KEYS).root == EMPTY_ROOT
    assert verify_checkpoint(LOG.sign(ORIGIN, MAX_LOG_SIZE, ROOT), KEYS).size == MAX_LOG_SIZE


@pytest.mark.parametrize(
    ("size", "root"),
    [(-1, ROOT), (MAX_LOG_SIZE + 1, ROOT), (1, ROOT[:-1]), (1, ROOT + b"\0"), (0, ROOT)],
)
def test_a_log_signs_no_other_size_or_root(size: int, root: bytes) -> None:
    with pytest.raises(MisuseError):
        LOG.sign(ORIGIN, size, root)


def test_every_changed_byte_of_a_cosigned_checkpoint_is_refused() -> None:
    note = with_cosignatures(PLAIN, BY_B)
    verify_checkpoint(note, KEYS, (A, B))  # the positive control
    for at in range(len(note)):
        changed = note[:at] + bytes([note[at] ^ (0x20 if at % 2 else 1)]) + note[at + 1 :]
        with pytest.raises((MalformedError, ForgedError)):
            verify_checkpoint(changed, KEYS, (A, B))


def test_every_byte_left_out_or_added_is_refused() -> None:
    for at in range(0, len(PLAIN), 7):
        for changed in (PLAIN[:at], PLAIN[:at] + PLAIN[at + 1 :], PLAIN[:at] + b"A" + PLAIN[at:]):
            with pytest.raises((MalformedError, ForgedError)):
                verify_checkpoint(changed, KEYS, (A, B))


def test_either_log_signature_alone_is_not_enough() -> None:
    first, second = lines_of(PLAIN)
    text = parse_note(PLAIN).text
    other_first, other_second = lines_of(LOG.sign(ORIGIN, 8, ROOT))
    verify_checkpoint(note_of(text, first, second), KEYS)
    for lines in ((first,), (second,), (second, first), (first, first), (first, second, first)):
        with pytest.raises((MalformedError, ForgedError)):
            verify_checkpoint(note_of(text, *lines), KEYS)
    for lines in ((other_first, second), (first, other_second)):
        with pytest.raises(ForgedError, match="verifies"):
            verify_checkpoint(note_of(text, *lines), KEYS)


def test_another_log_is_forged() -> None:
    for keys in (
        LOG.keys(ORIGIN + "x"),
        LogSecret.generate().keys(ORIGIN),
        LogKeys(ORIGIN, KEYS.ed25519, LogSecret.generate().public[1]),
        LogKeys(ORIGIN, LogSecret.generate().public[0], KEYS.mldsa44),
    ):
        with pytest.raises(ForgedError):
            verify_checkpoint(PLAIN, keys)


def test_a_text_of_another_origin_is_forged_although_the_keys_signed_it() -> None:
    head = Head(ORIGIN + "x", 7, ROOT)
    text, of_tree = head.encode(), subtree_message(ORIGIN, 0, head)
    first = SignatureLine(ORIGIN, KEYS.verifiers[0].id, LOG._ed25519.sign(text))  # noqa: SLF001
    signature = bytes(8) + LOG._mldsa44.sign(of_tree)  # noqa: SLF001
    second = SignatureLine(ORIGIN, KEYS.verifiers[1].id, signature)
    note = note_of(text, first.encode(), second.encode())
    assert len(read_note(note, KEYS.verifiers).signatures) == 2
    with pytest.raises(ForgedError, match="pinned log"):
        verify_checkpoint(note, KEYS)


def test_lines_under_another_name_are_forged() -> None:
    other = parse_note(PLAIN)
    renamed = [SignatureLine("x", line.key_id, line.signature).encode() for line in other.lines]
    with pytest.raises(ForgedError, match="known key"):
        verify_checkpoint(note_of(other.text, *renamed), KEYS)


def test_an_extension_line_is_malformed_although_signed() -> None:
    head = Head(ORIGIN, 7, ROOT, ("extension",))
    with pytest.raises(MalformedError, match="extension"):
        verify_checkpoint(note_of(head.encode(), *signed_lines(LOG, head)), KEYS)


def test_base64_with_other_unused_bits_is_malformed_although_signed() -> None:
    text = parse_note(PLAIN).text
    assert text.endswith(b"=\n")
    loose = text[:-3] + bytes([text[-3] + 1]) + text[-2:]
    lines = [base64.b64decode(each.split(b"\n")[2]) for each in (text, loose)]
    assert lines[0] == lines[1], "the same root, written otherwise"
    with pytest.raises(MalformedError, match="canonical"):
        verify_checkpoint(note_of(loose, *lines_of(PLAIN)), KEYS)
    line = lines_of(PLAIN)[0]
    assert line.endswith(b"=\n")
    loose_line = line[:-3] + bytes([line[-3] + 1]) + line[-2:]
    with pytest.raises(MalformedError, match="canonical"):
        verify_checkpoint(note_of(text, loose_line, lines_of(PLAIN)[1]), KEYS)


def test_a_log_signature_with_a_time_is_malformed() -> None:
    head = Head(ORIGIN, 7, ROOT)
    verify_checkpoint(note_of(head.encode(), *signed_lines(LOG, head, 0)), KEYS)
    with pytest.raises(MalformedError, match="without time"):
        verify_checkpoint(note_of(head.encode(), *signed_lines(LOG, head, 1)), KEYS)


def test_a_size_that_no_record_can_hold_is_malformed() -> None:
    head = Head(ORIGIN, MAX_LOG_SIZE + 1, ROOT)
    with pytest.raises(MalformedError, match="size"):
        verify_checkpoint(note_of(head.encode(), *signed_lines(LOG, head)), KEYS)


def test_cosigners_out_of_order_repeated_or_halved_are_malformed() -> None:
    first, second = BY_A.splitlines(keepends=True)
    for lines in ((BY_B, BY_A), (BY_A, BY_A), (BY_A, BY_B, BY_A), (first,), (BY_B, first)):
        with pytest.raises(MalformedError):
            verify_checkpoint(with_cosignatures(PLAIN, *lines), KEYS, (A, B))
    with pytest.raises(ForgedError):
        verify_checkpoint(with_cosignatures(PLAIN, second, first), KEYS, (A, B))


def test_a_cosigner_that_is_not_named_is_forged() -> None:
    for cosigners in ((), (B,), (CosignerKeys(A.name, *B_RAW),)):
        with pytest.raises(ForgedError, match="known"):
            verify_checkpoint(with_cosignatures(PLAIN, BY_A), KEYS, cosigners)


B_RAW = (B.ed25519, B.mldsa44)


def test_a_line_of_one_cosigner_does_not_pass_for_anothers() -> None:
    of_a, of_b = BY_A.splitlines(keepends=True), BY_B.splitlines(keepends=True)
    with pytest.raises(ForgedError, match="known key"):
        verify_checkpoint(with_cosignatures(PLAIN, of_a[0], of_b[1]), KEYS, (A, B))


def test_the_two_cosignature_lines_state_one_time() -> None:
    later = ALPHA.cosign(A.name, CHECKED, 1_700_000_001).splitlines(keepends=True)
    mixed = BY_A.splitlines(keepends=True)[0] + later[1]
    with pytest.raises(MalformedError, match="one time"):
        verify_checkpoint(with_cosignatures(PLAIN, mixed), KEYS, (A, B))


def test_a_cosignature_without_time_is_malformed() -> None:
    zero = bytes(8)
    lines = b"".join(
        SignatureLine(A.name, key.id, zero + bytes(size)).encode()
        for key, size in zip(A.verifiers, (64, 2420), strict=True)
    )
    with pytest.raises(MalformedError, match="not 0"):
        verify_checkpoint(with_cosignatures(PLAIN, lines), KEYS, (A,))


def test_a_cosignature_of_another_checkpoint_is_forged() -> None:
    later = verify_checkpoint(LOG.sign(ORIGIN, 8, ROOT), KEYS)
    with pytest.raises(ForgedError, match="verifies"):
        verify_checkpoint(with_cosignatures(later.note, BY_A), KEYS, (A,))
    first, _ = ALPHA.cosign(A.name, later, 1_700_000_000).splitlines(keepends=True)
    with pytest.raises(ForgedError, match="verifies"):  # the second half is right, the first not
        verify_checkpoint(
            with_cosignatures(PLAIN, first, BY_A.splitlines(keepends=True)[1]), KEYS, (A,)
        )


def test_a_log_key_does_not_pass_for_a_cosigner_of_the_same_seed() -> None:
    twin = CosignerSecret.from_seed(LOG.seed).keys(ORIGIN)
    with pytest.raises(ForgedError):
        verify_checkpoint(with_cosignatures(PLAIN, *lines_of(PLAIN)), KEYS, (twin,))


@pytest.mark.parametrize("time_s", [0, -1, MAX_TIME_S + 1])
def test_a_cosigner_states_a_time(time_s: int) -> None:
    with pytest.raises(MisuseError, match="time"):
        ALPHA.cosign(A.name, CHECKED, time_s)


@pytest.mark.parametrize("time_s", [1, MAX_TIME_S])
def test_the_first_and_the_last_time_are_read(time_s: int) -> None:
    note = with_cosignatures(PLAIN, ALPHA.cosign(A.name, CHECKED, time_s))
    assert verify_checkpoint(note, KEYS, (A,)).cosignatures[0].time_s == time_s


# Keys.


def test_seeds_bring_the_keys_back() -> None:
    fresh = LogSecret.generate()
    assert LogSecret.from_seed(fresh.seed).public == fresh.public
    assert LOG.seed == bytes(range(64))
    assert [len(raw) for raw in LOG.public] == [32, 1312]
    for length in (0, 63, 65):
        with pytest.raises(MisuseError, match="64 bytes"):
            LogSecret.from_seed(bytes(length))


def test_a_secret_does_not_show_in_its_repr() -> None:
    assert LOG.seed.hex()[:16] not in repr(LOG)
    assert repr(LOG).startswith("<paraph.protocol.checkpoint.LogSecret object")


@pytest.mark.parametrize("vkey", [*KEYS.vkeys, *A.vkeys])
def test_keys_are_text_both_ways(vkey: str) -> None:
    key = VerifierKey.parse(vkey)
    assert key.vkey == vkey
    assert key in (*KEYS.verifiers, *A.verifiers)


def test_one_raw_key_under_two_types_has_two_ids() -> None:
    ids = {key_id(ORIGIN, kind, KEYS.ed25519) for kind in KeyType}
    assert len(ids) == 3
    assert key_id(ORIGIN, KeyType.ED25519, KEYS.ed25519) != key_id("x", KeyType.ED25519, bytes(32))


def tagged(*data: int, name: str = "n") -> str:
    raw = bytes(data)
    digest = hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()
    return f"{name}+{digest[:8]}+{to_base64(raw)}"


@pytest.mark.parametrize(
    ("vkey", "error"),
    [
        ("", MalformedError),
        ("name", MalformedError),
        ("name+00000000", MalformedError),
        ("+00000000+AQ==", MalformedError),
        ("na me+00000000+AQ==", MalformedError),
        ("n+00000000+AQ", MalformedError),
        (tagged(1, *range(32), name="na me"), MalformedError),
        (tagged(1, *range(32), name=""), MalformedError),
        (tagged(1, *range(31)), MalformedError),
        (tagged(1, *range(33)), MalformedError),
        (tagged(6, *range(32)), MalformedError),
        (tagged(1, *range(32)).replace("n+", "m+"), MalformedError),
        (tagged(1, *range(32)).upper().replace("N+", "n+"), MalformedError),
        (tagged(), UnsupportedError),
        (tagged(2, *range(32)), UnsupportedError),
        (tagged(5, *range(32)), UnsupportedError),
        (tagged(0xFF, *range(32)), UnsupportedError),
    ],
)
def test_other_texts_are_no_keys(vkey: str, error: type[Exception]) -> None:
    VerifierKey.parse(tagged(1, *range(32)))  # the positive control
    with pytest.raises(error):
        VerifierKey.parse(vkey)


def test_a_key_with_a_plus_in_its_base64_is_split_at_the_first_two() -> None:
    raw = next(
        secret.public[0]
        for secret in (LogSecret.from_seed(bytes([n]) * 64) for n in range(64))
        if "+" in to_base64(b"\x01" + secret.public[0])
    )
    key = VerifierKey("name", KeyType.ED25519, raw)
    assert key.vkey.count("+") > 2
    assert VerifierKey.parse(key.vkey) == key


def test_a_key_of_another_length_or_name_is_misuse() -> None:
    for kind, length in ((KeyType.ED25519, 31), (KeyType.COSIGNATURE, 33), (KeyType.MLDSA44, 1311)):
        with pytest.raises(MisuseError, match="bytes"):
            VerifierKey("n", kind, bytes(length))
    with pytest.raises(MisuseError, match="name"):
        LogKeys("with space", *LOG.public)
    with pytest.raises(MisuseError, match="name"):
        CosignerKeys("x" * 256, *LOG.public)
    assert LogKeys("x" * 255, *LOG.public).origin == "x" * 255


# Notes of others.

SOMEBODY = VerifierKey("somebody", KeyType.ED25519, LOG.public[0])


def sign_text(text: bytes, name: str = "somebody") -> bytes:
    signature = LOG._ed25519.sign(text)  # noqa: SLF001
    return SignatureLine(name, key_id(name, KeyType.ED25519, LOG.public[0]), signature).encode()


UNKNOWN = b"\xe2\x80\x94 else AAAAAAAA\n"


def test_a_text_may_hold_empty_lines_and_is_split_at_the_last() -> None:
    for text in (b"a\n\nb\n", b"a\n\n", b"\n", b"\n\n\n", "— a text\n".encode()):
        opened = read_note(note_of(text, sign_text(text)), [SOMEBODY])
        assert opened.text == text
        assert opened.signatures == ((SOMEBODY, 0),)


def test_lines_of_unknown_keys_are_passed_over() -> None:
    text = b"text\n"
    other_id = SignatureLine("somebody", b"\x00\x00\x00\x00", b"x").encode()
    note = note_of(text, UNKNOWN, sign_text(text), other_id, UNKNOWN)
    assert read_note(note, [SOMEBODY, *KEYS.verifiers]).signatures == ((SOMEBODY, 0),)


def test_a_known_key_that_fails_rejects_the_whole_note() -> None:
    text = b"text\n"
    other = VerifierKey("another", KeyType.ED25519, LOG.public[0])
    bad = sign_text(b"different\n", "another")
    note = note_of(text, sign_text(text), bad)
    assert read_note(note, [SOMEBODY]).signatures == ((SOMEBODY, 0),)  # the positive control
    with pytest.raises(ForgedError, match="verifies"):
        read_note(note, [SOMEBODY, other])


def test_a_note_without_a_known_key_is_forged() -> None:
    with pytest.raises(ForgedError, match="at least one"):
        read_note(note_of(b"text\n", UNKNOWN), [SOMEBODY])
    with pytest.raises(ForgedError, match="at least one"):
        read_note(note_of(b"text\n", sign_text(b"text\n")), [])


def test_every_type_is_read_with_its_time() -> None:
    opened = read_note(BOTH, [*KEYS.verifiers, *A.verifiers])
    assert [time_s for _, time_s in opened.signatures] == [0, 0, 1_700_000_000, 1_700_000_000]


def test_an_extension_line_is_read_in_a_note_of_others() -> None:
    head = Head(ORIGIN, 7, ROOT, ("extension",))
    note = note_of(head.encode(), *signed_lines(LOG, head))
    assert len(read_note(note, KEYS.verifiers).signatures) == 2
    assert parse_head(head.encode()) == head


def test_type_6_over_what_is_no_checkpoint_is_malformed() -> None:
    line = SignatureLine(A.name, A.verifiers[1].id, bytes(8 + 2420)).encode()
    with pytest.raises(MalformedError, match="origin, size and root"):
        read_note(note_of(b"text\n", line), [A.verifiers[1]])


@pytest.mark.parametrize(
    ("key", "length"), [(KEYS.verifiers[0], 64), (A.verifiers[0], 72), (A.verifiers[1], 2428)]
)
def test_a_signature_of_another_length_is_forged(key: VerifierKey, length: int) -> None:
    text = parse_note(PLAIN).text
    for wrong in (1, 8, length - 1, length + 1):
        with pytest.raises(ForgedError, match=f"{length} bytes"):
            key.verify(text, bytes(wrong))
    with pytest.raises(ForgedError, match="verifies"):
        key.verify(text, bytes(length))


def test_a_time_of_2_to_the_63_is_forged_although_signed() -> None:
    text = parse_note(PLAIN).text
    secret = ALPHA._ed25519  # noqa: SLF001
    for time_s, good in ((MAX_TIME_S, True), (MAX_TIME_S + 1, False)):
        signature = time_s.to_bytes(8, "big") + secret.sign(cosignature_message(text, time_s))
        if good:
            assert A.verifiers[0].verify(text, signature) == time_s
        else:
            with pytest.raises(ForgedError, match="time"):
                A.verifiers[0].verify(text, signature)
