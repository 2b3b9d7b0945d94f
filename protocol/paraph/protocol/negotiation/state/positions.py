"""Positions and packages as values of the state (SPEC 7.10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paraph.protocol.names import ZERO
from paraph.protocol.statements.positions import PackageTied


@dataclass(frozen=True, slots=True)
class Stance:
    """What one statement says of a party's positions, bound to the words of one version.

    Attributes:
        statement: A position taken, or an outcome that both parties stand behind.
        index: From where on it counts.
        version: Statement id of the version whose words it is about.
        values: Position by clause.
        others: Position on every other clause of that version; empty = nothing is said.
    """

    statement: bytes
    index: int
    version: bytes
    values: Mapping[str, str]
    others: str = ""

    def on(self, cid: str) -> str:
        """Return the position on clause *cid* of that version; empty if nothing is said."""
        return self.values.get(cid, self.others)


@dataclass(frozen=True, slots=True)
class Package:
    """Clauses that stand or fall together once both parties agree to it.

    Attributes:
        untying: The last statement that would untie it; zeros while there is none.
    """

    statement: bytes
    index: int
    party: str
    content: PackageTied
    untying: bytes = ZERO
