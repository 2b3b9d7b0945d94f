"""What the relay keeps, without saying how: rows, and what a store must promise.

A store raises ``UnavailableError``: with code ``full`` if there was no space and nothing
changed; with any other code if the outcome is unknown, and then the process must stop.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from paraph.protocol.checkpoint import note_id
from paraph.protocol.names import ChannelId, Digest, KeyId, StatementId

FULL: Final = "full"
"""Code of an ``UnavailableError`` after which nothing has changed and the store goes on."""


@dataclasses.dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel and the tree over its rows."""

    channel: ChannelId
    size: int
    root: Digest


@dataclasses.dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry."""

    index: int
    envelope: bytes
    id: StatementId
    sender: KeyId
    sequence: int


@dataclasses.dataclass(frozen=True, slots=True)
class BodyRow:
    """The sealed body of the entry at ``index``."""

    index: int
    digest: Digest
    data: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A blob that the entry at ``index`` names."""

    index: int
    digest: Digest
    size: int


@dataclasses.dataclass(frozen=True, slots=True)
class Growth:
    """How one channel grows in a commit.

    The stored size is compared with ``before`` and swapped for that of ``after``: nobody else may
    have grown the channel since it was read. From zero, the channel is founded.
    """

    before: int
    after: ChannelRow
    entries: tuple[EntryRow, ...]
    bodies: tuple[BodyRow, ...] = ()
    attachments: tuple[AttachmentRow, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class NoteRow:
    """A published checkpoint note."""

    channel: ChannelId
    size: int
    note: bytes

    @property
    def id(self) -> Digest:
        """What names it in an anchor."""
        return note_id(self.note)


@dataclasses.dataclass(frozen=True, slots=True)
class ConflictRow:
    """Two statements of one key under one number, as signed."""

    channel: ChannelId
    sender: KeyId
    sequence: int
    placed: bytes
    refused: bytes


class Store(Protocol):
    """Durable rows. Every method that writes has written to disk when it returns."""

    async def channels(self) -> tuple[ChannelRow, ...]:
        """Every channel."""

    async def commit(self, growths: Sequence[Growth]) -> None:
        """Write entries, bodies, attachments, trees and idempotency in one transaction.

        Raises:
            UnavailableError: ``full``: nothing changed. Else: unknown.
            IntegrityError: A size was not the expected one: somebody else writes here.
        """

    async def journal(self, sign: Callable[[], Sequence[NoteRow]]) -> Sequence[NoteRow]:
        """Append what *sign* makes to the journal, before it is published.

        Args:
            sign: Makes the notes; called in the thread that writes.
        """

    async def newest_note(self, channel: ChannelId, most: int) -> NoteRow | None:
        """Return the largest journalled note of at most *most* entries, of these the newest."""

    async def note_size(self, channel: ChannelId, note: Digest) -> int | None:
        """Return the size that the note with this id states."""

    async def envelopes(
        self, channel: ChannelId, start: int, stop: int, most_bytes: int
    ) -> tuple[bytes, ...]:
        """Return entries from *start* to below *stop*, at least one, up to *most_bytes*."""

    async def by_sequence(self, channel: ChannelId, sender: KeyId, sequence: int) -> bytes | None:
        """Return the envelope that stands under this number."""

    async def body(self, channel: ChannelId, digest: Digest) -> BodyRow | None:
        """Return a body, and which entry names it."""

    async def bodies(
        self, channel: ChannelId, start: int, stop: int, most: int
    ) -> tuple[BodyRow, ...]:
        """Bodies of up to *most* bytes that entries from *start* to below *stop* name, in order."""

    async def attachments(self, channel: ChannelId) -> frozenset[Digest]:
        """Return what placed statements name as attachments."""

    async def attachment_index(self, channel: ChannelId, digest: Digest) -> int | None:
        """Return the first entry that names this blob as an attachment."""

    async def keep_conflict(self, conflict: ConflictRow) -> None:
        """Keep the first conflict under a number; later ones change nothing."""

    async def conflicts(self, channel: ChannelId, start: int, most: int) -> tuple[ConflictRow, ...]:
        """Return what is kept, in order."""

    async def add_code(self, code: Digest, label: str) -> None:
        """Add an enrolment code by its digest."""

    async def may_redeem(self, code: Digest, root_set: Digest) -> bool:
        """Tell whether :meth:`redeem` would succeed now."""

    async def redeem(self, code: Digest, root_set: Digest) -> bool:
        """Let a code admit a root set; again for the same set changes nothing.

        Returns:
            Whether the code is known and not another set's.
        """

    async def is_admitted(self, root_set: Digest) -> bool:
        """Tell whether a code admitted this root set."""

    async def probe(self) -> None:
        """Write to the disk and read it back."""

    async def figures(self) -> Mapping[str, int | str]:
        """Return versions, settings and sizes for the operator; no names."""

    async def close(self) -> None:
        """Finish what is under way, tidy up, and let go of the files."""
