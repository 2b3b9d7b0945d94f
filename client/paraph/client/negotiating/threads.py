"""Threads of comments as they stand at a version: where their words are now, who said what."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.anchoring import Anchoring, Place
from paraph.protocol.negotiation.state import Comment, Negotiation, Version

FATES: Final[Mapping[str, str]] = {
    "whole": "on the whole text",
    "exact": "stands as quoted",
    "edited": "was edited",
    "quote_removed": "the words commented on are gone",
    "clause_removed": "the clause is gone",
    "ambiguous": "stands at more than one place",
}
"""What became of a quote, in the words of people."""


@dataclasses.dataclass(frozen=True, slots=True)
class Thread:
    """A comment that begins a thread.

    Attributes:
        comment: The comment.
        replies: In the order of the log; the one that closes it too.
        place: What became of its words in the version; nothing where it is on no text.
    """

    comment: Comment
    replies: tuple[Comment, ...]
    place: Place | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it."""
        return self.comment.closed_by == ZERO


def threads(talks: Negotiation, version: Version | None) -> Iterator[Thread]:
    """Yield every thread of a negotiation, in the order of the log.

    Args:
        talks: The negotiation.
        version: The version at which words are looked for; nothing where there is no text.
    """
    anchors = Anchoring(talks.versions)
    first = (each for _, each in talks.comments.items() if each.number)
    for comment in sorted(first, key=lambda each: each.number):
        anchor = comment.content.anchor
        placed = version is not None and anchor.version in talks.versions
        yield Thread(
            comment=comment,
            replies=tuple(
                found for each in comment.replies if (found := talks.comments.get(each)) is not None
            ),
            place=anchors.place(anchor, version.statement) if placed and version else None,
        )
