"""Mandate and clearance as values of the state of an internal channel (SPEC 7.18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from paraph.protocol.statements.internal import (
    CONFIRMED,
    REFUSED,
    RELEASED,
    REVIEWED,
    ClearanceAsked,
    MandateSet,
)

Clearing = Literal["asked", "reviewed", "released", "refused"]


@dataclass(frozen=True, slots=True)
class Mandate:
    """The mandate in force for a negotiation, or for all that have none of their own."""

    statement: bytes
    index: int
    content: MandateSet


@dataclass(frozen=True, slots=True)
class ClearanceStep:
    """What somebody said of a draft that is to be cleared."""

    statement: bytes
    index: int
    role: str
    holder: bytes
    step: str
    note: str


@dataclass(frozen=True, slots=True)
class Clearance:
    """A draft that somebody asked to let leave.

    Attributes:
        number: 1, 2, 3 ... in the order of the internal log.
        role: Role of who asked.
        holder: Who asked.
        steps: What was said of it, in order.
    """

    statement: bytes
    index: int
    number: int
    role: str
    holder: bytes
    content: ClearanceAsked
    steps: tuple[ClearanceStep, ...] = ()

    def has(self, step: str, role: str = "") -> bool:
        """Tell whether *step* was said, by somebody in *role* if one is given."""
        return any(each.step == step and role in ("", each.role) for each in self.steps)

    @property
    def standing(self) -> Clearing:
        """Where it stands; a refusal is the end of it, also after a release."""
        if self.has(REFUSED):
            return "refused"
        if self.has(RELEASED):
            return "released"
        return "reviewed" if self.has(REVIEWED) else "asked"

    @property
    def is_confirmed(self) -> bool:
        """Whether the authority that its trip words ask for has confirmed it."""
        return self.has(CONFIRMED) and not self.has(REFUSED)
