"""Every byte that leaves: what the other side will read, and what the relay will see (SPEC 4, 5).

Made before anything is sealed. Sizes are exact: the padding and the wraps follow from the record
and its recipients. Values that sealing draws (digests, commitment) are told by their size.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from paraph.client.channel.desk import Desk
from paraph.client.clock import when
from paraph.client.negotiating.attachments import Plain
from paraph.protocol import buckets
from paraph.protocol.keys import SIGNATURE_SIZE
from paraph.protocol.names import ZERO
from paraph.protocol.sealed import SALT_SIZE
from paraph.protocol.sentences import Sentence, worded
from paraph.protocol.statements.content import Content, encode_content
from paraph.protocol.statements.envelope import (
    SEALED_TYPE,
    VERSION,
    Attachment,
    Envelope,
    SealedContent,
    Seen,
    Statement,
)
from paraph.protocol.statements.header import AttachmentKey

ARCHIVE: Final = "archive"
NONE: Final = worded("(none)")
INSTANTS: Final = frozenset(
    {
        "dated",
        "reply_by",
        "latest_useful",
        "sent_at",
        "expires_at",
        "expiry",
        "held_at",
        "at",
        "expires",
        "instant",
        "effective",
    }
)
"""Fields that hold POSIX milliseconds; 0 is nothing."""
_YES: Final = worded("yes")
_NO: Final = worded("no")
DRAWN: Final = worded("32 bytes, drawn or computed when it is sealed")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A key that what is said is sealed to: never a name."""

    party: str
    role: str
    key: bytes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """One statement as it leaves.

    Attributes:
        kind: Kind of its record.
        record: The record, field by field, as it is encoded; the other side reads this.
        record_bytes: Its bytes.
        padded_bytes: What it is padded to with salt and length: a step of twelve.
        body_bytes: With a wrap for each recipient and the cipher's own bytes.
        envelope_bytes: The signed statement around it.
        recipients: Who can open it.
        attachments: Name and bytes before and after padding and sealing.
        relay_sees: The fields of the statement, which are not sealed.
    """

    kind: str
    record: Mapping[str, Any]
    record_bytes: int
    padded_bytes: int
    body_bytes: int
    envelope_bytes: int
    recipients: tuple[Recipient, ...]
    attachments: tuple[Mapping[str, Any], ...]
    relay_sees: Mapping[str, Any]

    @property
    def total_bytes(self) -> int:
        """Everything that crosses to the relay for this statement, without the transport's own."""
        sealed: int = sum(each["sealed_bytes"] for each in self.attachments)
        return self.envelope_bytes + self.body_bytes + sealed


def recipients(desk: Desk) -> tuple[Recipient, ...]:
    """Return to whom this desk seals now, by party and role."""
    log = desk.replica.log
    archives = {party.archive.id: party.code for party in log.trust.parties.values()}
    found = []
    for key in log.trust.recipients(log.log_time):
        member = log.trust.by_sealing(key)
        if member is not None:
            found.append(Recipient(party=member.party, role=member.role, key=key))
        else:
            found.append(Recipient(party=archives[key], role=ARCHIVE, key=key))
    return tuple(sorted(found, key=lambda each: (each.party, each.role, each.key)))


def inspect(
    desk: Desk,
    contents: Sequence[Content],
    attached: Sequence[Plain] = (),
    *,
    precedence: str = "routine",
    exclusive: bool = False,
) -> tuple[Leaving, ...]:
    """Return what would leave if *contents* were said now, in their order.

    Args:
        desk: Who says it.
        contents: The records.
        attached: Files that are to be sealed with the last of them.
        precedence: Of the last.
        exclusive: Of the last.

    Raises:
        RefusedError: Code ``oversize``.
    """
    found = []
    for at, content in enumerate(contents):
        last = at == len(contents) - 1
        files = attached if last else ()
        found.append(
            _leaving(
                desk,
                content,
                files,
                at,
                precedence if last else "routine",
                exclusive=exclusive and last,
            )
        )
    return tuple(found)


def _leaving(
    desk: Desk,
    content: Content,
    attached: Sequence[Plain],
    at: int,
    precedence: str,
    *,
    exclusive: bool,
) -> Leaving:
    content = _with_keys(content, attached)
    record = encode_content(content)
    to = recipients(desk)
    body_bytes = buckets.body_size(len(to), SALT_SIZE + len(record))
    keys = content.header.attachments
    sealed = tuple(
        Attachment(digest=bytes([number]) * 32, size=buckets.sealed_attachment_size(each.size))
        for number, each in enumerate(keys)
    )
    statement = _statement(desk, to, body_bytes, sealed, at, precedence, exclusive=exclusive)
    envelope = Envelope(statement=statement.encode(), signature=bytes(3373))
    return Leaving(
        kind=content.KIND,
        record=content.to_map(),
        record_bytes=len(record),
        padded_bytes=buckets.padded_size(SALT_SIZE + len(record)),
        body_bytes=body_bytes,
        envelope_bytes=len(envelope.encode()),
        recipients=to,
        attachments=tuple(
            {"name": each.name, "bytes": each.size, "sealed_bytes": one.size}
            for each, one in zip(keys, sealed, strict=True)
        ),
        relay_sees=_seen_by_relay(statement),
    )


def _with_keys(content: Content, attached: Sequence[Plain]) -> Content:
    # The keys are drawn when the files are sealed; they have these sizes.
    keys = [
        AttachmentKey(
            blob=bytes([255 - number]) * 32,
            identity=bytes(16),
            key=bytes(32),
            name=each.name,
            size=each.size,
            digest=each.digest,
        )
        for number, each in enumerate(attached)
    ]
    held = tuple(sorted((*content.header.attachments, *keys)))
    header = dataclasses.replace(content.header, attachments=held)
    return dataclasses.replace(content, header=header)


def _statement(
    desk: Desk,
    to: Sequence[Recipient],
    body_bytes: int,
    attachments: tuple[Attachment, ...],
    at: int,
    precedence: str,
    *,
    exclusive: bool,
) -> Statement:
    replica, key = desk.replica, desk.outbox.key
    rows = desk.outbox.rows()
    head = replica.head
    sequence = max(replica.log.next_sequence(key)[0], (rows[-1].sequence + 1) if rows else 1) + at
    return Statement(
        version=VERSION,
        type=SEALED_TYPE,
        channel=desk.channel,
        sender=key,
        sequence=sequence,
        previous=ZERO,
        seen=Seen(size=head.size, root=head.root),
        anchor=replica.anchor(desk.party),
        sent_at=desk.header(bytes(16)).dated,
        expires_at=0,
        precedence=precedence,
        exclusive=exclusive,
        content=SealedContent(
            recipients=tuple(sorted(each.key for each in to)),
            body_digest=ZERO,
            body_size=body_bytes,
            commitment=ZERO,
            attachments=attachments,
        ),
    )


def _seen_by_relay(statement: Statement) -> dict[str, Any]:
    content = statement.content
    assert isinstance(content, SealedContent)
    return {
        "type": statement.type,
        "channel": statement.channel,
        "sender": statement.sender,
        "sequence": statement.sequence,
        "previous": DRAWN,
        "seen_size": statement.seen.size,
        "seen_root": statement.seen.root,
        "anchor": statement.anchor,
        "sent_at": statement.sent_at,
        "expires_at": statement.expires_at,
        "precedence": statement.precedence,
        "exclusive": statement.exclusive,
        "recipients": [each.hex()[:16] for each in content.recipients],
        "body_digest": DRAWN,
        "body_size": content.body_size,
        "commitment": DRAWN,
        "attachments": [each.size for each in content.attachments],
        "signature": worded("%(size)s bytes", size=SIGNATURE_SIZE),
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One line of a section.

    Attributes:
        name: A party and role, a size, a file, or a field's place in its record.
        value: What it holds, in the form that people read; empty where the name says it all.
        count: How many such keys, or bytes; 0 where nothing is counted.
    """

    name: str
    value: str = ""
    count: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Section:
    """A part of what is told about one statement.

    Attributes:
        code: ``recipients``: value is the role, count the keys; ``sizes``: count is bytes;
            ``attachments``: count is bytes when sealed, value those before; ``record``: what the
            other side reads; ``relay``: what the relay sees.
        rows: Its lines, in order.
    """

    code: str
    rows: tuple[Row, ...]


def sections(leaving: Leaving) -> tuple[Section, ...]:
    """Return everything that is told about one statement: nothing shortened away."""
    return (
        Section("recipients", tuple(_grouped(leaving.recipients))),
        Section(
            "sizes",
            (
                Row("record", count=leaving.record_bytes),
                Row("padded", count=leaving.padded_bytes),
                Row("body", count=leaving.body_bytes),
                Row("envelope", count=leaving.envelope_bytes),
                Row("total", count=leaving.total_bytes),
            ),
        ),
        Section(
            "attachments",
            tuple(
                Row(each["name"], str(each["bytes"]), each["sealed_bytes"])
                for each in leaving.attachments
            ),
        ),
        Section("record", tuple(Row(*each) for each in flat(leaving.record))),
        Section("relay", tuple(Row(*each) for each in flat(leaving.relay_sees))),
    )


def _grouped(each: Sequence[Recipient]) -> Iterator[Row]:
    counted: dict[tuple[str, str], int] = {}
    for one in each:
        counted[one.party, one.role] = counted.get((one.party, one.role), 0) + 1
    for (party, role), count in counted.items():
        yield Row(party, role, count)


def flat(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value of nested maps and lists with its place; bytes as hex, instants in UTC."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        if not value:
            yield path, NONE
        for number, inner in enumerate(value, 1):
            yield from flat(inner, f"{path}[{number}]")
    else:
        yield path, _plain(path.rpartition(".")[2], value)


def _plain(field: str, value: object) -> str:
    if isinstance(value, bytes):
        return value.hex() if any(value) else NONE
    if isinstance(value, bool):
        return _YES if value else _NO
    if field in INSTANTS and isinstance(value, int):
        return when(value) or NONE
    if isinstance(value, Sentence):
        return value
    return str(value) if value != "" else NONE
