"""What still waits for a person, and when somebody must be told.

Handling times by precedence are those of military practice. Reminders and escalation are local
notices, never statements: the other side does not learn how a ministry wakes its people.

Times are on one scale: the bot's clock, or in an exercise the exercise's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from paraph.client.bot.events import AnyEvent
from paraph.protocol.names import ZERO
from paraph.protocol.statements.clear import Withdraw
from paraph.protocol.statements.exchanges import (
    AcknowledgementGiven,
    CommentMade,
    DispatchSent,
)
from paraph.protocol.statements.versions import VersionConfirmed, VersionTabled

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
HANDLING_MS: Final[Mapping[str, int]] = {
    "flash": 10 * MINUTE_MS,
    "immediate": 30 * MINUTE_MS,
    "priority": 3 * HOUR_MS,
    "routine": 6 * HOUR_MS,
}
"""Time within which a person should have looked at a statement, by its precedence."""

Facts = Mapping[str, Any]
Due = tuple[str, int, str]
"""Kind of the notice, the instant from which it is due, and its one line."""


def facts_of(event: AnyEvent, now: int) -> dict[str, Any]:
    """Return what is kept of a statement that has come for the people of this party."""
    header = event.header
    return {
        "index": event.index,
        "precedence": event.precedence,
        "received": now,
        "reply_by": header.reply_by if header is not None else 0,
        "latest_useful": header.latest_useful if header is not None else 0,
        "seen": False,
    }


def dues(facts: Facts) -> Iterator[Due]:
    """Yield every notice that one statement may still call for."""
    lead = HANDLING_MS[facts["precedence"]]
    if not facts["seen"]:
        yield (
            "escalation",
            facts["received"] + lead,
            f"nobody has looked at a {facts['precedence']} statement in its handling time",
        )
    if facts["reply_by"]:
        yield "reply-due", facts["reply_by"] - lead, "an answer is asked for soon"
        yield "reply-overdue", facts["reply_by"], "the time for an answer is over"
    if facts["latest_useful"]:
        yield "useful-soon-over", facts["latest_useful"] - lead, "soon of no use to the sender"
        yield "useful-over", facts["latest_useful"], "of no use to the sender any more"


def seen_by(event: AnyEvent) -> Iterator[bytes]:
    """Yield the statements that a person of this party has looked at, as *event* says."""
    if isinstance(event.record, AcknowledgementGiven):
        yield from event.record.subjects


def answered_by(event: AnyEvent) -> Iterator[bytes]:
    """Yield the statements that are dealt with by *event*, said by a person of this party."""
    found: tuple[bytes, ...] = ()
    match event.record:
        case AcknowledgementGiven() as given if (
            given.rung == "answered" or given.outcome == "not_taken"
        ):
            found = given.subjects
        case CommentMade() as comment:
            found = (comment.in_reply_to, comment.resolves)
        case DispatchSent() as dispatch:
            found = (dispatch.in_reply_to,)
        case VersionConfirmed() as confirmed:
            found = (confirmed.version,)
        case VersionTabled() as tabled:
            found = tabled.parents
        case _:
            pass
    yield from (each for each in found if each != ZERO)


def withdrawn_by(event: AnyEvent, watched: Mapping[str, Facts]) -> Iterator[str]:
    """Yield the watched statements that their author took back."""
    if isinstance(event.record, Withdraw):
        for statement, facts in watched.items():
            if facts["index"] == event.record.entry:
                yield statement
