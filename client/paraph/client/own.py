"""What this process has just said and the log has not brought back yet, at hand as it was made.

What we sealed and signed ourselves need not be read from the disk to be sent, nor be checked,
opened and decoded again when the log brings it back. Nothing rests on it: what is not here, after
a restart or because it came late, is checked and opened like anybody's.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from paraph.protocol.names import StatementId
from paraph.protocol.signed import Verified
from paraph.protocol.statements.content import Content
from paraph.protocol.wire import MAX_INLINE_BODY

MOST: Final = 64
"""Two windows of statements under way; the oldest are forgotten."""


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """A statement of ours, signed here and durable.

    Attributes:
        verified: The statement; that it verifies is known, as we signed it.
        content: What is sealed in it; nothing in a clear one.
        body: Its sealed body; empty in a clear one, and where it does not travel along.
    """

    verified: Verified
    content: Content | None = dataclasses.field(repr=False)
    body: bytes = dataclasses.field(repr=False)


class Own:
    """Statements of ours: by their envelope until they are placed, then what they say by id."""

    __slots__ = ("_contents", "_made")

    def __init__(self) -> None:
        self._made: Final[dict[bytes, Made]] = {}
        self._contents: Final[dict[StatementId, Content]] = {}

    def __contains__(self, envelope: bytes) -> bool:
        """Tell whether a statement was made here and is not placed yet, to the byte."""
        return envelope in self._made

    def remember(
        self, verified: Verified, content: Content | None = None, body: bytes = b""
    ) -> None:
        """Add one that is durable."""
        kept = body if len(body) <= MAX_INLINE_BODY else b""
        self._made[verified.unverified.envelope] = Made(verified, content, kept)
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
        if made is not None and made.content is not None:
            self._contents[made.verified.id] = made.content
            _shorten(self._contents)

    def content(self, statement: StatementId) -> Content | None:
        """Return what we sealed in a statement that was placed lately."""
        return self._contents.get(statement)


def _shorten(kept: dict[StatementId, Content] | dict[bytes, Made]) -> None:
    while len(kept) > MOST:
        del kept[next(iter(kept))]  # type: ignore[arg-type]
