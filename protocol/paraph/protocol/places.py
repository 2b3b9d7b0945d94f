"""Which statement stands where, in few bytes: a log of years is held by relay and desk alike.

Ids lie one behind the other in the order of the entries, 32 bytes each, and a table of slots says
where to look: 40 to 48 bytes an entry, where a dictionary takes 200. Answers are exact: a slot
only proposes an entry, and the id that lies there is compared whole.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Final

from paraph.protocol.names import ZERO, StatementId

_ID_BYTES: Final = 32
_FEWEST: Final = 64


class Places(Mapping[StatementId, int]):
    """Statement id to the index of its entry, in the order of the log; it only grows."""

    __slots__ = ("_count", "_ids", "_slots")

    def __init__(self) -> None:
        self._ids = bytearray()  # at 32 i: the id placed by entry i, zeros if that is void
        self._slots = _empty(_FEWEST)  # index + 1; 0 = free
        self._count = 0

    def add(self, statement: StatementId, index: int) -> None:
        """Note that *statement*, placed nowhere before, stands at *index*, behind all others."""
        self._ids += bytes(_ID_BYTES * index - len(self._ids)) + statement
        self._count += 1
        if 3 * self._count > 2 * len(self._slots):
            self._slots = _empty(2 * len(self._slots))
            for each, at in self._pairs():
                self._slots[self._slot(each)] = at + 1
        else:
            self._slots[self._slot(statement)] = index + 1

    def __contains__(self, statement: object) -> bool:
        """Tell whether *statement* is placed."""
        return self._slots[self._slot(statement)] != 0

    def __getitem__(self, statement: StatementId) -> int:
        """Return where *statement* stands."""
        found = self.find(statement)
        if found is None:
            raise KeyError(statement)
        return found

    def find(self, statement: StatementId) -> int | None:
        """Return where *statement* stands; ``None`` if it is not placed."""
        found = self._slots[self._slot(statement)]
        return found - 1 if found else None

    def __iter__(self) -> Iterator[StatementId]:
        """Every statement placed, in order."""
        return (statement for statement, _ in self._pairs())

    def __len__(self) -> int:
        """How many statements are placed."""
        return self._count

    def _pairs(self) -> Iterator[tuple[StatementId, int]]:
        for index in range(len(self._ids) // _ID_BYTES):
            at = _ID_BYTES * index
            found = StatementId(bytes(self._ids[at : at + _ID_BYTES]))
            if found != ZERO:
                yield found, index

    def _slot(self, statement: object) -> int:
        # The slot of this statement, or the free one where it would be. The hash is keyed by the
        # process: nobody outside can choose ids that crowd together.
        slots, ids, last = self._slots, self._ids, len(self._slots) - 1
        slot = hash(statement) & last
        while slots[slot]:
            at = _ID_BYTES * (slots[slot] - 1)
            if ids[at : at + _ID_BYTES] == statement:
                break
            slot = slot + 1 & last
        return slot


def _empty(slots: int) -> array[int]:
    return array("I", [0]) * slots
