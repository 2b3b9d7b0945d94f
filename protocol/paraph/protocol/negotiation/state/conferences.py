"""Conferences, their outcomes and their actions as values of the state (SPEC 7.14)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from paraph.protocol.statements.conferences import (
    ActionReported,
    ActionSet,
    ConferenceScheduled,
    Due,
    OutcomesRecorded,
)


def conference_key(name: str) -> bytes:
    """Return the key under which the conference *name* is kept."""
    return hashlib.sha256(name.encode()).digest()


@dataclass(frozen=True, slots=True)
class Conference:
    """A conference, under its name.

    Attributes:
        statement: The statement that announced it.
        schedule: The schedule in force: as announced, or as changed by both.
        schedule_id: The statement that this schedule is from.
    """

    statement: bytes
    index: int
    party: str
    number: int
    schedule: ConferenceScheduled
    schedule_id: bytes


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Outcomes as recorded by one party.

    Attributes:
        version: Statement id of the version whose words they are about; zeros if there is none.
    """

    statement: bytes
    index: int
    party: str
    content: OutcomesRecorded
    version: bytes


@dataclass(frozen=True, slots=True)
class Action:
    """Something that somebody is to do.

    Attributes:
        number: 1, 2, 3 ... in the order of the log.
        due: By when, as last carried.
        carried: How often it was carried.
        report: The last report; nothing while there is none.
    """

    statement: bytes
    index: int
    party: str
    number: int
    content: ActionSet
    due: Due
    carried: int = 0
    report: ActionReported | None = None
