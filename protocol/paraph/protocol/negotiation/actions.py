"""How an action stands: derived by comparing instants, with no clock (SPEC 7.14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from paraph.protocol.negotiation.state import Action, Negotiation
from paraph.protocol.negotiation.state.conferences import conference_key
from paraph.protocol.statements.conferences import Due

Word = Literal["open", "done", "late", "overtaken", "carried"]


@dataclass(frozen=True, slots=True)
class ActionStanding:
    """How an action stands.

    Attributes:
        word: ``open``, ``carried`` (open, to another date), ``done``, ``late`` (open or carried,
            and its date is past), ``overtaken``.
        late: Its date is past: done after it, or not done by it.
        due_at: Its date as an instant, POSIX ms; 0 while its conference is not scheduled.
    """

    word: Word
    late: bool
    due_at: int


def due_at(talks: Negotiation, due: Due) -> int:
    """Return the instant of *due*: the start of its conference; 0 while that is not scheduled."""
    if not due.conference:
        return due.at
    conference = talks.conferences.get(conference_key(due.conference))
    return conference.schedule.at if conference is not None else 0


def standing_of(talks: Negotiation, action: Action, log_time: int) -> ActionStanding:
    """Return how *action* stands at *log_time*.

    What is done is late if the instant of its report is past the date; what is not done, if log
    time is. What is done exactly at its date is in time.
    """
    by, report = due_at(talks, action.due), action.report
    if report is not None and report.ending != "carried":
        done = report.ending == "done"
        late = done and 0 < by < report.at
        return ActionStanding("done" if done else "overtaken", late, by)
    if 0 < by < log_time:
        return ActionStanding("late", late=True, due_at=by)
    return ActionStanding("carried" if action.carried else "open", late=False, due_at=by)
