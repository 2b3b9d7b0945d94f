"""What this process has just said and the log has not brought back yet, at hand as it was made.

What we sealed and signed ourselves need not be read from the disk to be sent, nor its signature
be checked and its body be opened again when the log brings it back. That it is the content which
the statement commits to, and a record, is asked of it as of anybody's: so we refuse our own where
all others do. What is not here, after a restart or because it came late, is opened like theirs.
"""

from __future__ import annotations

import dataclasses
from typing import Final, TypeVar

from paraph.protocol.names import StatementId
from paraph.protocol.signed import Verified
from paraph.protocol.wire import MAX_INLINE_BODY

K = TypeVar("K")
V = TypeVar("V")

MOST: Final = 64
"""Two windows of statements under way; the oldest are forgotten."""


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """A statement of ours, signed here and durable.

    Attributes:
        verified: The statement; that it verifies is known, as we signed it.
        content: Salt and record that are sealed in it.
        body: The sealed body. Both are empty in a clear statement, and where they are large.
    """

    verified: Verified
    content: bytes = dataclasses.field(repr=False)
    body: bytes = dataclasses.field(repr=False)


class Own:
    """Statements of ours: by their envelope until they are placed, then what they say by id."""

    __slots__ = ("_contents", "_made")

    def __init__(self) -> None:
        self._made: Final[dict[bytes, Made]] = {}
        self._contents: Final[dict[StatementId, bytes]] = {}

    def __contains__(self, envelope: bytes) -> bool:
        """Tell whether a statement was made here and is not placed yet, to the byte."""
        return envelope in self._made

    def remember(self, verified: Verified, content: bytes = b"", body: bytes = b"") -> None:
        """Add one that is durable."""
        if len(body) > MAX_INLINE_BODY:
            content = body = b""
        self._made[verified.unverified.envelope] = Made(verified, content, body)
        _shorten(self._made)

    def get(self, envelope: bytes) -> Made | None:
        """Return one that is not placed yet."""
        return self._made.get(envelope)

    def verified(self, envelope: bytes) -> Verified | None:
        """Return the statement of one that is not placed yet."""
        made = self._made.get(envelope)
        return made.verified if made is not None else None

    def placed(self, envelope: bytes) -> None:
        """Note that a statement came back in the log, whoever made it."""
        made = self._made.pop(envelope, None)
        if made is not None and made.content:
            self._contents[made.verified.id] = made.content
            _shorten(self._contents)

    def content(self, statement: StatementId) -> bytes:
        """Return salt and record of a statement of ours that was placed lately; else nothing."""
        return self._contents.get(statement, b"")


def _shorten(kept: dict[K, V]) -> None:
    while len(kept) > MOST:
        del kept[next(iter(kept))]
