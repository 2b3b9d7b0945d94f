"""Comments, dispatches and receipts as values of the state (SPEC 7.5)."""

from __future__ import annotations

from dataclasses import dataclass

from paraph.protocol.names import ZERO
from paraph.protocol.statements.exchanges import CommentMade, DispatchSent


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment or a reply.

    Attributes:
        number: 1, 2, 3 ... in the order of the log; replies are not numbered (0).
        thread: Statement id of the comment that the thread began with.
        ambiguous: The quote stands more than once: shown as such, never placed by guess.
        replies: Statement ids, in order; only where the thread begins.
        closed_by: Statement id of the comment that closed the thread; zeros while it is open.
    """

    statement: bytes
    index: int
    party: str
    role: str
    number: int
    content: CommentMade
    thread: bytes
    ambiguous: bool
    replies: tuple[bytes, ...] = ()
    closed_by: bytes = ZERO


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A dispatch; its number is the next of its author's series.

    Attributes:
        answered_by: Statement id of the first standing dispatch of another party in reply to it;
            zeros while there is none.
    """

    statement: bytes
    index: int
    party: str
    content: DispatchSent
    answered_by: bytes = ZERO


@dataclass(frozen=True, slots=True)
class Receipt:
    """How far a statement has come with one party.

    Attributes:
        rung: The highest rung said with ``ok``; empty if none.
        index: Index of the acknowledgement that reached it.
        outcome: What the last acknowledgement said: ok, cannot_open, not_taken.
        reason: Its reason.
    """

    rung: str
    index: int
    outcome: str
    reason: str
