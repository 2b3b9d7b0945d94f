"""Who said something and where it stands, and what became of it (SPEC 7.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from paraph.protocol.names import ZERO

NO_HOLDER: Final = bytes(16)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a statement.

    Attributes:
        status: Applied, or kept as said and not applied.
        code: Why it was refused, kebab-case; empty if it was not.
        detail: The same for people; names the clause where there is one. Words of this
            implementation: two outcomes that differ in them alone are equal.
    """

    status: Literal["applied", "refused"]
    code: str = ""
    detail: str = field(default="", compare=False)


APPLIED: Final = Outcome("applied")


@dataclass(frozen=True, slots=True)
class Said:
    """Around a content: told by the verified statement and the log, never by the content itself.

    Attributes:
        statement: Statement id.
        index: Its place in the log.
        party: Code of the party whose key signed it.
        role: Role of that key.
        holder: Opaque id of whoever holds the key, 16 bytes.
        key: Key id.
        log_time: Log time at its index, POSIX ms; 0 until it began.
        seen_size: Size of the head that its author had verified.
        seen_root: Root of that head.
    """

    statement: bytes
    index: int
    party: str
    role: str
    holder: bytes = NO_HOLDER
    key: bytes = ZERO
    log_time: int = 0
    seen_size: int = 0
    seen_root: bytes = ZERO


@dataclass(frozen=True, slots=True)
class Entry:
    """A sealed statement as placed, whatever became of it.

    Attributes:
        kind: Kind of its content; empty if the content is no record.
        negotiation: Which one it belongs to, as its content says.
    """

    said: Said
    kind: str
    negotiation: bytes
    outcome: Outcome

    @property
    def index(self) -> int:
        """Its place in the log."""
        return self.said.index

    @property
    def party(self) -> str:
        """Code of the party that said it."""
        return self.said.party

    @property
    def role(self) -> str:
        """Role of the key that signed it."""
        return self.said.role
