"""A statement on its way into the log, and what a channel gains in one commit (SPEC 8.5)."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence

from paraph.protocol import signed
from paraph.protocol.errors import MalformedError, ParaphError, UnavailableError
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import Digest, KeyId
from paraph.protocol.signed import Verified
from paraph.protocol.statements.envelope import Attachment, SealedContent
from paraph.server.channel import LiveChannel, Tell
from paraph.server.store import AttachmentRow, BodyRow, ChannelRow, EntryRow, Growth


@dataclasses.dataclass(frozen=True, slots=True)
class Prepared:
    """A statement whose signature was checked, and what came with it.

    Attributes:
        verified: The statement.
        body: Its sealed body; ``None`` for clear types.
        attachments: What it names as attachments.
        anchor_size: Size of the note that its anchor names; 0 if it names none.
        fault: Why body, attachments or anchor are not acceptable. It is raised only after the
            header rules: a statement that is placed already is answered without its body.
    """

    verified: Verified
    body: bytes | None = None
    attachments: tuple[Attachment, ...] = ()
    anchor_size: int = 0
    fault: ParaphError | None = None


@dataclasses.dataclass(slots=True)
class Ticket:
    """One statement on its way into the log.

    Attributes:
        channel: Where it goes.
        prepared: Will hold the statement once it is checked.
        gate: Asked last, just before the statement is placed; raises to refuse it.
        tell: Called once, with its place when that is published, or with why it has none.
    """

    channel: LiveChannel
    prepared: asyncio.Future[Prepared]
    gate: Callable[[Prepared], None]
    tell: Tell

    def result(self) -> Prepared:
        """Return the checked statement.

        Raises:
            ParaphError: It did not pass, or its check was given up.
        """
        if self.prepared.cancelled():
            raise UnavailableError("the relay is stopping", hint="try again with the same bytes")
        error = self.prepared.exception()
        if error is None:
            return self.prepared.result()
        if isinstance(error, ParaphError):
            raise error
        raise MalformedError("expected a statement that can be checked") from error

    def give_up(self, error: ParaphError) -> None:
        """Tell whoever waits for the place; nobody waits for the check any more."""
        self.tell(error)
        if not self.prepared.cancel() and not self.prepared.cancelled():
            self.prepared.exception()  # so that asyncio does not warn that nobody asked

    @property
    def weight(self) -> int:
        """Bytes of the body that a commit would write."""
        if self.prepared.cancelled() or self.prepared.exception() is not None:
            return 0
        return len(self.prepared.result().body or b"")


@dataclasses.dataclass(slots=True)
class Batch:
    """What one channel gains in a batch."""

    channel: LiveChannel
    before: int
    entries: list[EntryRow] = dataclasses.field(default_factory=list)
    bodies: list[BodyRow] = dataclasses.field(default_factory=list)
    attachments: list[AttachmentRow] = dataclasses.field(default_factory=list)

    def growth(self) -> Growth:
        """Return it as rows."""
        log = self.channel.log
        return Growth(
            self.before,
            ChannelRow(log.channel, log.size, log.root),
            tuple(self.entries),
            tuple(self.bodies),
            tuple(self.attachments),
        )

    def add(self, index: int, prepared: Prepared) -> None:
        """Add the rows of a statement that was placed in memory."""
        unverified = prepared.verified.unverified
        statement = unverified.statement
        self.entries.append(
            EntryRow(
                index,
                unverified.envelope,
                unverified.id,
                KeyId(statement.sender),
                statement.sequence,
            )
        )
        if prepared.body is not None:
            # Only a sealed statement has a body: see Prepared.
            assert isinstance(statement.content, SealedContent)
            digest = Digest(statement.content.body_digest)
            self.bodies.append(BodyRow(index, digest, prepared.body))
        self.attachments += [
            AttachmentRow(index, Digest(each.digest), each.size) for each in prepared.attachments
        ]


def founding_growth(founding: Sequence[bytes], log: ChannelLog) -> Growth:
    """Return the founding entries of *log* as the rows that found its channel."""
    rows = []
    for index, envelope in enumerate(founding):
        unverified = signed.read(envelope)
        statement = unverified.statement
        sender = KeyId(statement.sender)
        rows.append(EntryRow(index, envelope, unverified.id, sender, statement.sequence))
    return Growth(0, ChannelRow(log.channel, log.size, log.root), tuple(rows))
