"""SPEC 6.3 and 6.4: the text forms of notes, checkpoints and keys."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.protocol.errors import MalformedError
from paraph.protocol.names import Digest
from paraph.protocol.note import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURE_LINES,
    MAX_SIZE,
    Head,
    Note,
    SignatureLine,
    cosignature_message,
    from_base64,
    is_key_name,
    parse_decimal,
    parse_head,
    parse_note,
    subtree_message,
)

ORIGIN = "relay.example/log/0123abcd"
ROOT = Digest(hashlib.sha256(b"some tree").digest())
UNKNOWN = b"\xe2\x80\x94 else AAAAAAAA\n"


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("example.com/log", True),
        ("журнал.example", True),
        ("x" * 255, True),
        ("x" * 256, False),
        ("ж" * 127, True),
        ("ж" * 128, False),
        ("", False),
        ("a b", False),
        ("a\u00a0b", False),
        ("a\u2003b", False),
        ("a\u0085b", False),
        ("a+b", False),
        ("a\nb", False),
        ("a\x00b", False),
        ("a\x1bb", False),
        ("a\ud800", False),
    ],
)
def test_names_of_keys(name: str, *, good: bool) -> None:
    assert is_key_name(name) is good


# Messages, as C2SP writes them.


def test_the_message_of_type_6_for_two_names_of_21_bytes_has_112_bytes() -> None:
    name = "example.com/mldsa-log"
    message = subtree_message(name, 5, Head(name, 9, ROOT))
    assert len(message) == 112
    assert message == (
        b"subtree/v1\n\x00"
        + (b"\x15" + name.encode() + bytes(7) + b"\x05")
        + (b"\x15" + name.encode() + bytes(8) + bytes(7) + b"\x09")
        + ROOT
    )


def test_the_message_of_type_6_has_room_for_255_bytes_of_name() -> None:
    for name, origin in (("x" * 256, "o"), ("n", "x" * 256)):
        with pytest.raises(MalformedError, match="255"):
            subtree_message(name, 0, Head(origin, 1, ROOT))
        shorter = subtree_message(name[:255], 0, Head(origin[:255], 1, ROOT))
        assert len(shorter) == 12 + (1 + 1 + 8) + (1 + 255 + 8) + 8 + 32


def test_the_message_of_type_4_holds_the_time_and_the_whole_text() -> None:
    assert cosignature_message(b"o\n1\nroot\nextension\n", 12) == (
        b"cosignature/v1\ntime 12\no\n1\nroot\nextension\n"
    )


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n",
        b"text\n",
        b"text\n\n",
        b"text\n" + UNKNOWN,
        b"text\n\n" + UNKNOWN[:-1],
        b"text\n\n" + UNKNOWN[:-1] + b"x",
        UNKNOWN,
        b"\n" + UNKNOWN,
        b"text\n\n" + UNKNOWN + b"\n",
        b"text\n\n" + UNKNOWN + b"x",
        b"text\n\n- else AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94else AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94  AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 else\n",
        b"text\n\n\xe2\x80\x94 else \n",
        b"text\n\n\xe2\x80\x94 e+se AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 e\xc2\xa0e AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 else AAAAAA==\n",
        b"text\n\n\xe2\x80\x94 else AAAAAAA\n",
        b"text\n\n\xe2\x80\x94 else AAAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 else AAAA AAAA\n",
        b"text\n\n\xe2\x80\x94 else AAAAAA-_\n",
        b"text\n\n\xe2\x80\x94 else AAAAAA\xc3\xa9A\n",
        b"te\xffxt\n\n" + UNKNOWN,
        b"te\x00xt\n\n" + UNKNOWN,
        b"te\txt\n\n" + UNKNOWN,
        b"te\rxt\n\n" + UNKNOWN,
        b"te\x1fxt\n\n" + UNKNOWN,
        b"text\n\n" + UNKNOWN.replace(b"\n", b"\r\n"),
    ],
)
def test_what_is_no_note_is_malformed(note: bytes) -> None:
    parse_note(b"text\n\n" + UNKNOWN)  # the positive control
    with pytest.raises(MalformedError):
        parse_note(note)


def test_the_limits_of_a_note() -> None:
    most = b"text\n\n" + UNKNOWN * MAX_SIGNATURE_LINES
    assert len(parse_note(most).lines) == MAX_SIGNATURE_LINES
    with pytest.raises(MalformedError, match="100"):
        parse_note(most + UNKNOWN)
    room = MAX_NOTE_BYTES - len(UNKNOWN) - 2
    largest = b"x" * room + b"\n\n" + UNKNOWN
    assert parse_note(largest).text == b"x" * room + b"\n"
    with pytest.raises(MalformedError, match="at most"):
        parse_note(b"x" + largest)


@given(st.binary(max_size=80).map(lambda tail: b"text\n\n" + UNKNOWN[:5] + tail))
def test_any_bytes_are_a_note_or_malformed(data: bytes) -> None:
    try:
        note = parse_note(data)
    except MalformedError:
        return
    assert note.encode() == data


# Checkpoint texts.


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:0],
        lambda text: text[:-1],
        lambda text: text + b"\n",
        lambda text: text + b"extension",
        lambda text: text + b"\n\n",
        lambda text: b"\n" + text,
        lambda text: text.replace(b"\n7\n", b"\n07\n"),
        lambda text: text.replace(b"\n7\n", b"\n-7\n"),
        lambda text: text.replace(b"\n7\n", b"\n+7\n"),
        lambda text: text.replace(b"\n7\n", b"\n7 \n"),
        lambda text: text.replace(b"\n7\n", "\n٧\n".encode()),
        lambda text: text.replace(b"\n7\n", b"\n0\n"),
        lambda text: text.replace(b"\n7\n", b"\n%d\n" % (MAX_SIZE + 1)),
        lambda text: text.replace(b"\n7\n", b"\n%d\n" % 10**19),
        lambda text: text.replace(b"=", b""),
        lambda text: text.replace(b"=", b"=="),
        lambda text: text.splitlines()[0] + b"\n7\n" + b"A" * 42 + b"==\n",
        lambda text: text.splitlines()[0] + b"\n7\n" + b"A" * 44 + b"\n",
        lambda text: b"\xff" + text,
    ],
)
def test_what_is_no_checkpoint_is_malformed(change: Callable[[bytes], bytes]) -> None:
    text = Head(ORIGIN, 7, ROOT).encode()
    assert parse_head(text) == Head(ORIGIN, 7, ROOT)
    with pytest.raises(MalformedError):
        parse_head(change(text))


def test_numbers_have_one_form() -> None:
    assert parse_decimal("0", 0) == 0
    assert parse_decimal(str(MAX_SIZE), MAX_SIZE) == MAX_SIZE
    for text in ("", "1", "00", "01", " 1", "1\n", "1_0", "0x1"):
        with pytest.raises(MalformedError, match="at most 0"):
            parse_decimal(text, 0)


def test_base64_has_one_alphabet() -> None:
    assert from_base64("+/8=") == b"\xfb\xff"
    for text in ("-_8=", "+/9=", "+/8", "+/8==", "+/8=\n", "=", "+/8=+/8="):
        with pytest.raises(MalformedError):
            from_base64(text)


def test_a_note_is_built_as_it_is_read() -> None:
    assert Note(b"t\n", (SignatureLine("n", b"abcd", b"e"),)).encode() == (
        b"t\n\n\xe2\x80\x94 n YWJjZGU=\n"
    )
