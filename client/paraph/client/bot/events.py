"""What a handler gets: a verified entry of the log, opened, as a frozen value (SPEC 5.6).

An event is made of an entry that the replica has released and of nothing else. What cannot be
opened, what is sealed to other keys, and what a newer version of this software says are events
too, each with a record of its own, so that no entry is ever passed over in silence.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Generic, TypeVar

from paraph.client.reading.opened import binding_of
from paraph.protocol import roles
from paraph.protocol.errors import ForgedError, MalformedError, UnreadableError
from paraph.protocol.names import Digest, KeyId, StatementId
from paraph.protocol.sealed import Binding, SealingKey, open_with, unwrap
from paraph.protocol.state import Entry
from paraph.protocol.statements.content import CONTENT_KINDS, decode_content
from paraph.protocol.statements.envelope import ClearContent, SealedContent, Statement
from paraph.protocol.statements.exchanges import AcknowledgementGiven
from paraph.protocol.statements.header import ContentHeader

R_co = TypeVar("R_co", covariant=True)

BODY_MISSING: Final = "body-missing"


@dataclasses.dataclass(frozen=True, slots=True)
class UnknownEvent:
    """Content of a kind that this version does not know, or that is no record at all.

    Attributes:
        kind: What it calls itself; empty if it is no record.
        data: The opened bytes.
    """

    kind: str
    data: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class CannotOpen:
    """Content that is addressed to this bot and cannot be opened.

    Attributes:
        reason: ``wrap``, ``content`` or ``body-missing``, as in SPEC 5.2.
    """

    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class NotAddressed:
    """Content that is sealed to other keys than this bot's."""


@dataclasses.dataclass(frozen=True, slots=True)
class Event(Generic[R_co]):
    """One entry of the log.

    Attributes:
        index: Where it stands.
        statement: Statement id: what everything refers to it by.
        party: Code of the party whose key signed it.
        role: Role of that key.
        sender: Id of that key.
        is_own: Whether that is this bot's own party.
        is_sealed: Whether it is sealed content, not a clear type.
        sent_at: The author's clock, POSIX ms: a claim.
        log_time: Log time at its index, POSIX ms.
        precedence: flash, immediate, priority or routine.
        record: What was said.
    """

    index: int
    statement: StatementId
    party: str
    role: str
    sender: KeyId
    is_own: bool
    is_sealed: bool
    sent_at: int
    log_time: int
    precedence: str
    record: R_co

    @property
    def header(self) -> ContentHeader | None:
        """The common header of the record, if it was opened and has one."""
        found = getattr(self.record, "header", None)
        return found if isinstance(found, ContentHeader) else None

    @property
    def may_be_acknowledged(self) -> bool:
        """Whether a bot may acknowledge it: the loop guard (SPEC 7.5).

        Only what a person of the other party has sealed to this bot, and never an
        acknowledgement: two bots that answered each other would never stop.
        """
        return (
            self.is_sealed
            and not self.is_own
            and self.role in roles.PERSONS
            and not isinstance(self.record, AcknowledgementGiven | NotAddressed)
        )


AnyEvent = Event[object]


def open_record(
    statement: Statement,
    body: bytes | None,
    keys: Sequence[SealingKey],
    wraps: Iterable[bytes] = (),
) -> object:
    """Return the record of a statement: opened content, a clear payload, or why there is none.

    Args:
        statement: Verified and placed.
        body: The body that it names, if it is on this disk.
        keys: Sealing keys to try.
        wraps: What recorded grants give to these keys.
    """
    content = statement.content
    if isinstance(content, ClearContent):
        return content.payload
    binding = binding_of(statement, content)
    wraps = tuple(wraps)
    if not wraps and not any(key.public.id in binding.recipients for key in keys):
        return NotAddressed()
    if body is None:
        return CannotOpen(BODY_MISSING)
    problem = "wrap"
    for content_key in _content_keys(binding, body, keys, wraps):
        try:
            digest, size = Digest(content.body_digest), content.body_size
            return _decode(open_with(content_key, body, binding, digest=digest, size=size))
        except MalformedError:
            return UnknownEvent("", b"")  # no honest author makes it; the same for everybody
        except ForgedError as error:
            if error.code == "commitment":
                return UnknownEvent("", b"")
            problem = "content"
    return CannotOpen(problem)


def _content_keys(
    binding: Binding, body: bytes, keys: Sequence[SealingKey], wraps: Iterable[bytes]
) -> Iterator[bytes]:
    for key in keys:
        with contextlib.suppress(ForgedError, UnreadableError):
            yield unwrap(body, binding, key)
        for wrap in wraps:
            with contextlib.suppress(ForgedError):
                yield key.open_wrap(wrap, binding)


_KIND: Final = re.compile(rb"[\x80-\x8f]\xa4kind([\xa1-\xbf])([a-z][a-z0-9-]*)")


def _decode(data: bytes) -> object:
    try:
        return decode_content(data)
    except MalformedError:
        found = _KIND.match(data)
        kind = found.group(2)[: found.group(1)[0] & 0x1F].decode() if found else ""
        return UnknownEvent("" if kind in CONTENT_KINDS else kind, data)


def event_of(entry: Entry, record: object, party: str) -> AnyEvent | None:
    """Return a released entry as an event; nothing if it is void.

    Args:
        entry: The entry.
        record: What :func:`open_record` made of it.
        party: This bot's own party.
    """
    statement, member = entry.statement, entry.member
    if entry.void or statement is None or member is None:
        return None
    return Event(
        index=entry.index,
        statement=entry.id,
        party=member.party,
        role=member.role,
        sender=member.id,
        is_own=member.party == party,
        is_sealed=isinstance(statement.content, SealedContent),
        sent_at=statement.sent_at,
        log_time=entry.log_time,
        precedence=statement.precedence,
        record=record,
    )
