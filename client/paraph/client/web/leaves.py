"""Pages of what is too long for one: leaf by leaf, and the last act stands on the last leaf."""

from __future__ import annotations

import dataclasses
import re
from typing import Final

from aiohttp import web

PER_LEAF: Final = 100
"""Clauses of a leaf."""
FIELDS_PER_LEAF: Final = 1_000
_NUMBER: Final = re.compile("[1-9][0-9]{0,4}")


@dataclasses.dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of several.

    Attributes:
        number: 1, 2, 3 ...
        count: How many there are, at least 1.
        first: Index of the first thing on it.
        end: Index after the last one.
    """

    number: int
    count: int
    first: int
    end: int

    @property
    def is_last(self) -> bool:
        """Whether nothing follows."""
        return self.number == self.count


def leaf(request: web.Request, many: int, per_leaf: int) -> Leaf:
    """Return the leaf that ``?leaf=`` of *request* asks for, of *many* things.

    What is no number of a leaf is the first one.
    """
    count = max(1, -(-many // per_leaf))
    asked = request.query.get("leaf", "")
    number = int(asked) if _NUMBER.fullmatch(asked) else 1
    number = number if number <= count else 1
    return Leaf(number, count, (number - 1) * per_leaf, number * per_leaf)
