"""What an agenda would take up: drawn from what stands open, never stored (SPEC 7.14)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.matrix import ClauseState, states
from paraph.protocol.negotiation.state import Comment, Negotiation, State, Version

Why = Literal["bracketed", "reserved", "position", "proposal", "question"]

_BY_STATE: Final[dict[ClauseState, Why]] = {
    "bracketed": "bracketed",
    "reserved": "reserved",
    "open": "position",
    "untouched": "position",
}
_ANSWERABLE: Final = frozenset({"tabled", "under_consideration", "countered", "reserved"})


@dataclass(frozen=True, slots=True)
class Point:
    """One point of an agenda.

    Attributes:
        why: ``bracketed`` (brackets or placeholders left), ``reserved`` (reserved or rejected),
            ``position`` (not agreed by both), ``proposal`` and ``question`` (to be answered).
        clauses: Clause ids, in the order of the text.
        statements: The proposals or questions, in the order of the log.
    """

    why: Why
    clauses: tuple[str, ...] = ()
    statements: tuple[bytes, ...] = ()


def draw(state: State, talks: Negotiation, version: Version) -> tuple[Point, ...]:
    """Return the points that stand open on *version*, each clause under the first that fits.

    Args:
        state: The state of the channel.
        talks: The negotiation.
        version: The version that will lie on the table.
    """
    clauses: dict[Why, list[str]] = {}
    for cid, each in states(state, talks, version).items():
        why = _BY_STATE.get(each)
        if why is not None:
            clauses.setdefault(why, []).append(cid)
    points = [
        Point(why, tuple(clauses[why]))
        for why in ("bracketed", "reserved", "position")
        if why in clauses
    ]
    proposals = tuple(
        proposal.statement
        for proposal in sorted(
            (each for _, each in talks.proposals.items()), key=lambda each: each.number
        )
        if proposal.standing in _ANSWERABLE
    )
    if proposals:
        points.append(Point("proposal", statements=proposals))
    questions = tuple(each.statement for each in _unanswered(talks))
    if questions:
        points.append(Point("question", statements=questions))
    return tuple(points)


def _unanswered(talks: Negotiation) -> Iterable[Comment]:
    # Questions to which the other side has not said a word, and that nobody closed.
    comments = sorted((each for _, each in talks.comments.items()), key=lambda each: each.index)
    for comment in comments:
        asks = comment.number and comment.content.comment_kind == "question"
        if not asks or comment.closed_by != ZERO or comment.statement in talks.recalled:
            continue
        standing = (each for each in comment.replies if each not in talks.recalled)
        replies = (talks.comments.get(each) for each in standing)
        if not any(each is not None and each.party != comment.party for each in replies):
            yield comment
