"""A silence procedure as a value of the state (SPEC 7.19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from paraph.protocol.statements.silence import SilenceOpened

Standing = Literal["proposed", "running", "expired", "broken", "adopted", "late", "recalled"]


@dataclass(frozen=True, slots=True)
class Ending:
    """The statement that ended a silence procedure.

    Attributes:
        statement: Statement id.
        index: Its place in the log.
        party: Whose.
        reason: Why it was broken, in words; empty where it was adopted or recalled.
    """

    statement: bytes
    index: int
    party: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence procedure.

    Attributes:
        number: 1, 2, 3 ... in the order of the log, within the negotiation.
        held_at: Index of the heartbeat by which the other party holds the opening; ``None``
            before.
        received: Log time at the index after that heartbeat; 0 before.
        late: Received with less time left than the charter's minimum: it can never be adopted.
        over_from: First index at which log time was past expiry; ``None`` before.
        closings: Index of each party's closing.
        ended: ``broken``, ``adopted``, ``recalled``, or empty.
        ending: The statement that ended it.
    """

    statement: bytes
    index: int
    party: str
    number: int
    content: SilenceOpened
    held_at: int | None = None
    received: int = 0
    late: bool = False
    over_from: int | None = None
    closings: Mapping[str, int] = field(default_factory=dict)
    ended: Literal["", "broken", "adopted", "recalled"] = ""
    ending: Ending | None = None

    @property
    def standing(self) -> Standing:
        """Where it stands; ``late`` and ``expired`` are *held*: not adopted, and shown."""
        if self.ended:
            return self.ended
        if self.late:
            return "late"
        if self.over_from is not None:
            return "expired"
        return "running" if self.received else "proposed"
