"""Threads of comments as they stand at a version: where their words are now, who said what."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.anchoring import Place, anchoring_of
from paraph.protocol.negotiation.kept import kept_by_identity
from paraph.protocol.negotiation.state import Comment, Negotiation, SideDocument, Version
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.exchanges import Anchor

FATES: Final[Mapping[str, str]] = {
    "whole": "on the whole text",
    "exact": "stands as quoted",
    "edited": "was edited",
    "quote_removed": "the words commented on are gone",
    "clause_removed": "the clause is gone",
    "ambiguous": "stands at more than one place",
}
"""What became of a quote, in the words of people."""
ASKS_NOTHING: Final = frozenset({"statement", "public-line"})
"""Kinds of comments that may well stay without an answer."""


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

    def waits_for(self, talks: Negotiation, parties: Sequence[str]) -> tuple[str, ...]:
        """Return those of *parties* that have not spoken last, while it is open.

        What was recalled was not said; nobody waits where the thread itself was, nor for an
        answer to what asks for none.
        """
        if not self.is_open or self.comment.statement in talks.recalled:
            return ()
        said = [each for each in self.replies if each.statement not in talks.recalled]
        if not said and self.comment.content.comment_kind in ASKS_NOTHING:
            return ()
        last = (said or [self.comment])[-1].party
        return tuple(code for code in parties if code != last)


def threads(
    talks: Negotiation, version: Version | None, texts: Trie[Version] | None = None
) -> Iterator[Thread]:
    """Yield every thread of a negotiation, in the order of the log.

    Args:
        talks: The negotiation.
        version: The version at which words are looked for; nothing where there is no text.
        texts: The versions that comments are on; those of *talks*, if not given. An internal
            channel comments on versions of another one.
    """
    yield from _threads(talks, version, talks.versions if texts is None else texts)


def thread(talks: Negotiation, version: Version | None, number: int) -> Thread | None:
    """Return one thread by its number, and look at no other; nothing if there is none."""
    for comment in talks.comments.values():
        if number and comment.number == number:
            return _thread(talks, comment, version, talks.versions)
    return None


def threads_on(talks: Negotiation, document: SideDocument, version: Version) -> Iterator[Thread]:
    """Yield the threads on a side document, in the order of the log, and look at no other."""
    versions = {each for each, at in talks.versions.items() if at.document == document.statement}
    for comment in sorted(talks.comments.values(), key=_number):
        if comment.number and comment.content.anchor.version in versions:
            yield _thread(talks, comment, version, talks.versions)


def threads_at(
    talks: Negotiation, version: Version, texts: Trie[Version], among: Collection[str]
) -> Iterator[Thread]:
    """Yield the threads shown at the clauses *among* of *version*, and place no other.

    Args:
        talks: The negotiation.
        version: One of *texts*.
        texts: The versions that comments are on; see :func:`threads`.
        among: Ids of clauses.
    """
    for comment, cid in _shown_at(talks, version, texts):
        if cid in among:
            yield _thread(talks, comment, version, texts)


def open_at(talks: Negotiation, version: Version, texts: Trie[Version]) -> Counter[str]:
    """Return how many open threads are shown at each clause of *version*, one of *texts*."""
    every = _shown_at(talks, version, texts)
    return Counter(cid for comment, cid in every if comment.closed_by == ZERO)


@kept_by_identity(4)
def _shown_at(
    talks: Negotiation, version: Version, texts: Trie[Version]
) -> tuple[tuple[Comment, str], ...]:
    # Those that begin a thread, each with the clause at which it is shown; none if on no words.
    places = anchoring_of(texts)

    def clause_of(anchor: Anchor) -> str:
        return places.clause(anchor, version.statement) if anchor.version in texts else anchor.cid

    return tuple((each, clause_of(each.content.anchor)) for each in _numbered(talks))


@kept_by_identity(4)
def waiting(
    talks: Negotiation, version: Version | None, parties: tuple[str, ...]
) -> tuple[tuple[str, ...], ...]:
    """Return for whom each thread of :func:`threads` waits, in the same order."""
    found = _threads(talks, version, talks.versions)
    return tuple(each.waits_for(talks, parties) for each in found)


@kept_by_identity(8)
def _threads(
    talks: Negotiation, version: Version | None, texts: Trie[Version]
) -> tuple[Thread, ...]:
    return tuple(_thread(talks, each, version, texts) for each in _numbered(talks))


@kept_by_identity(4)
def _numbered(talks: Negotiation) -> tuple[Comment, ...]:
    # The comments that begin a thread.
    found = (each for each in talks.comments.values() if each.number)
    return tuple(sorted(found, key=_number))


def _thread(
    talks: Negotiation, comment: Comment, version: Version | None, texts: Trie[Version]
) -> Thread:
    anchor, comments = comment.content.anchor, talks.comments
    return Thread(
        comment=comment,
        replies=tuple(
            found for each in comment.replies if (found := comments.get(each)) is not None
        ),
        place=anchoring_of(texts).place(anchor, version.statement)
        if version is not None and anchor.version in texts
        else None,
    )


def _number(comment: Comment) -> int:
    return comment.number
