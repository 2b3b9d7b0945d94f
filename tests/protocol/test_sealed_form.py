"""A sealed statement is read in one pass as it is decoded, and refused as it is refused."""

from __future__ import annotations

import hashlib

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paraph.protocol.errors import MalformedError
from paraph.protocol.names import ZERO
from paraph.protocol.statements import sealed_form
from paraph.protocol.statements.envelope import (
    PRECEDENCES,
    SEALED_TYPE,
    Attachment,
    SealedContent,
    Seen,
    Statement,
)
from paraph.protocol.statements.sealed_form import read_statement

IDS = st.binary(min_size=32, max_size=32)
EDGES = tuple(edge + step for edge in (1, 2**7, 2**8, 2**16, 2**32, 2**53 - 1) for step in (-1, 0))
NUMBERS = st.sampled_from(EDGES) | st.integers(0, 2**53 - 1)


def ids(count: int) -> tuple[bytes, ...]:
    return tuple(sorted(hashlib.sha256(b"%d" % each).digest() for each in range(count)))


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    attached = draw(st.sampled_from([0, 0, 0, 1]))
    return Statement(
        version=1,
        type=SEALED_TYPE,
        channel=draw(IDS),
        sender=draw(IDS),
        sequence=draw(NUMBERS.filter(bool)),
        previous=draw(IDS),
        seen=Seen(size=draw(NUMBERS.filter(bool)), root=draw(IDS)),
        anchor=draw(st.just(ZERO) | IDS),
        sent_at=draw(NUMBERS),
        expires_at=draw(st.just(0) | NUMBERS),
        precedence=draw(st.sampled_from(PRECEDENCES)),
        exclusive=draw(st.booleans()),
        content=SealedContent(
            recipients=ids(draw(st.sampled_from([2, 3, 15, 16, 17, 64]))),
            body_digest=draw(IDS),
            body_size=draw(NUMBERS),
            commitment=draw(IDS),
            attachments=(Attachment(digest=draw(IDS), size=7),) * attached,
        ),
    )


def told(read: object, data: bytes) -> object:
    """What a parser says: the statement, or the words of the refusal."""
    try:
        return read(data)  # type: ignore[operator]
    except MalformedError as error:
        return str(error)


@given(statements())
def test_it_is_read_as_it_is_decoded(said: Statement) -> None:
    data = said.encode()
    assert read_statement(data) == said
    assert read_statement(data).encode() == data
    content = said.content
    assert isinstance(content, SealedContent)
    assert bool(sealed_form._FORM.fullmatch(data)) == (not content.attachments)  # noqa: SLF001


@settings(max_examples=25)
@given(statements(), st.data())
def test_with_any_byte_changed_it_is_read_or_refused_as_by_decoding(
    said: Statement, data: st.DataObject
) -> None:
    whole = said.encode()
    for at in range(len(whole)):
        other = data.draw(st.sampled_from([0, 1, 0x80, 0xC2, 0xC4, 0xCC, 0xCD, 0xFF]))
        spoiled = whole[:at] + bytes([whole[at] ^ 1 if other == 1 else other]) + whole[at + 1 :]
        assert told(read_statement, spoiled) == told(Statement.decode, spoiled)
    for spoiled in (whole[:-1], whole + b"\x90", whole[1:], b""):
        assert told(read_statement, spoiled) == told(Statement.decode, spoiled)


def _sealed(**changed: object) -> bytes:
    said: dict[str, object] = {
        "kind": "statement", "version": 1, "type": SEALED_TYPE, "channel": ZERO, "sender": ZERO,
        "sequence": 1, "previous": ZERO, "seen": {"kind": "seen", "size": 1, "root": ZERO},
        "anchor": ZERO, "sent_at": 0, "expires_at": 0, "precedence": "flash", "exclusive": False,
        "content": {
            "kind": "sealed-content", "recipients": list(ids(2)), "body_digest": ZERO,
            "body_size": 1, "commitment": ZERO, "attachments": [],
        },
    }  # fmt: skip
    content = said["content"]
    assert isinstance(content, dict)
    content |= {name: value for name, value in changed.items() if name in content}
    said |= {name: value for name, value in changed.items() if name in said}
    packed: bytes = msgpack.packb(said)
    return packed


@pytest.mark.parametrize(
    "changed",
    [
        {"sequence": 0},
        {"sequence": 2**53},
        {"sent_at": 2**63},
        {"version": 2},
        {"type": "heartbeat"},
        {"precedence": "slow"},
        {"exclusive": 1},
        {"seen": {"kind": "seen", "size": 0, "root": ZERO}},
        {"recipients": []},
        {"recipients": list(ids(1))},
        {"recipients": list(ids(65))},
        {"recipients": list(reversed(ids(3)))},
        {"recipients": [*ids(2), ids(2)[1]]},
        {"recipients": [ids(2)[0], ids(2)[1][:31]]},
        {"body_size": -1},
    ],
    ids=str,
)
def test_what_no_field_may_hold_is_refused_in_the_same_words(changed: dict[str, object]) -> None:
    data = _sealed(**changed)
    assert told(read_statement, data) == told(Statement.decode, data)
    assert (changed == {"version": 2}) == isinstance(told(read_statement, data), Statement)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        (b"\xa8sequence\x01", b"\xa8sequence\xcc\x01"),
        (b"\xa8sequence\x01", b"\xa8sequence\xcd\x00\x01"),
        (b"\xa8sequence\x01", b"\xa8sequence\xce\x00\x00\x00\x01"),
        (b"\xa8sequence\x01", b"\xa8sequence\xcf\x00\x00\x00\x00\x00\x00\x00\x01"),
        (b"\xaarecipients\x92", b"\xaarecipients\xdc\x00\x02"),
        (b"\xaarecipients\x92", b"\xaarecipients\x93"),
        (b"\xaarecipients\x92", b"\xaarecipients\xdc\x00\x10"),
    ],
)
def test_longer_forms_and_false_counts_are_refused(short: bytes, long: bytes) -> None:
    whole = _sealed()
    assert whole.count(short) == 1
    spoiled = whole.replace(short, long)
    assert told(read_statement, spoiled) == told(Statement.decode, spoiled)
    assert isinstance(told(read_statement, spoiled), str)
