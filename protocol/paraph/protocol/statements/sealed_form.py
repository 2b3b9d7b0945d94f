"""The bytes of a sealed statement, read in one pass (SPEC 5.1).

Nearly every statement is a sealed one without attachments, and its canonical encoding has one
form: keys in their order, ids of 32 bytes, integers in their shortest form. A pattern of that form
admits what :meth:`Statement.decode` admits and nothing else, and finds the values on the way.
Whatever does not fit is decoded in the usual way, and refused there if it is to be refused.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from typing import Final

from paraph.protocol.buckets import MAX_RECIPIENTS
from paraph.protocol.schema import CLEAR, Record
from paraph.protocol.statements.envelope import (
    PRECEDENCES,
    SEALED_TYPE,
    VERSION,
    SealedContent,
    Seen,
    Statement,
)

_ID: Final = rb"\xc4\x20(.{32})"
_U53: Final = (
    rb"([\x00-\x7f]|\xcc[\x80-\xff]|\xcd(?!\x00).{2}|\xce(?!\x00\x00).{4}"
    rb"|\xcf(?!\x00{4})\x00[\x00-\x1f].{6})"
)
_IDS: Final = rb"([\x92-\x9f](?:\xc4\x20.{32})+|\xdc\x00[\x10-%s](?:\xc4\x20.{32})+)" % re.escape(
    bytes([MAX_RECIPIENTS])
)
_ID_BYTES: Final = 34
"""Of an id with what stands before it."""


def _text(words: str) -> bytes:
    return bytes([0xA0 | len(words)]) + words.encode()


def _form(kind: type[Record], fields: Mapping[str, bytes]) -> bytes:
    # The pattern of a record from those of its fields.
    assert ("kind", *fields) == kind.NAMES
    begin = bytes([0x80 | len(kind.NAMES)]) + _text("kind") + _text(kind.KIND)
    return re.escape(begin) + b"".join(re.escape(_text(key)) + fields[key] for key in fields)


_FORM: Final = re.compile(
    _form(
        Statement,
        {
            "version": re.escape(bytes([VERSION])),
            "type": re.escape(_text(SEALED_TYPE)),
            "channel": _ID,
            "sender": _ID,
            "sequence": _U53,
            "previous": _ID,
            "seen": _form(Seen, {"size": _U53, "root": _ID}),
            "anchor": _ID,
            "sent_at": _U53,
            "expires_at": _U53,
            "precedence": b"(" + b"|".join(re.escape(_text(each)) for each in PRECEDENCES) + b")",
            "exclusive": rb"([\xc2\xc3])",
            "content": _form(
                SealedContent,
                {
                    "recipients": _IDS,
                    "body_digest": _ID,
                    "body_size": _U53,
                    "commitment": _ID,
                    "attachments": rb"\x90",
                },
            ),
        },
    ),
    re.DOTALL,
)
_PRECEDENCE: Final = {_text(each): each for each in PRECEDENCES}


def read_statement(data: bytes) -> Statement:
    """Parse the untrusted bytes of a statement.

    Raises:
        MalformedError: As :meth:`Statement.decode` does.
    """
    found = _FORM.fullmatch(data) if len(data) <= CLEAR.size else None
    if found is None:
        return Statement.decode(data)
    (
        channel, sender, sequence, previous, seen_size, seen_root, anchor, sent_at, expires_at,
        precedence, exclusive, listed, body_digest, body_size, commitment,
    ) = found.groups()  # fmt: skip
    recipients = _ascending(listed)
    if recipients is None:
        return Statement.decode(data)
    seen = Seen.of_loaded({"size": _number(seen_size), "root": seen_root})
    content = SealedContent.of_loaded(
        {
            "recipients": recipients,
            "body_digest": body_digest,
            "body_size": _number(body_size),
            "commitment": commitment,
            "attachments": (),
        }
    )
    return Statement.of_loaded(
        {
            "version": VERSION,
            "type": SEALED_TYPE,
            "channel": channel,
            "sender": sender,
            "sequence": _number(sequence),
            "previous": previous,
            "seen": seen,
            "anchor": anchor,
            "sent_at": _number(sent_at),
            "expires_at": _number(expires_at),
            "precedence": _PRECEDENCE[precedence],
            "exclusive": exclusive == b"\xc3",
            "content": content,
        }
    )


def _number(encoded: bytes) -> int:
    return encoded[0] if len(encoded) == 1 else int.from_bytes(encoded[1:], "big")


def _ascending(listed: bytes) -> tuple[bytes, ...] | None:
    # The ids of a list, if they are as many as it says, and each larger than the one before.
    lead = listed[0]
    begin, count = (1, lead & 0x0F) if lead != 0xDC else (3, listed[2])
    ids = [listed[at : at + 32] for at in range(begin + 2, len(listed), _ID_BYTES)]
    right = len(ids) == count and all(map(operator.lt, ids, ids[1:]))
    return tuple(ids) if right else None
