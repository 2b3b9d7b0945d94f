"""Work on a value that never changes is done once for that value, and found by which value it is.

Whole texts and maps of versions are too large to be compared, and equal ones are nearly always one
and the same. So ``functools.lru_cache`` keeps what was computed of them under :class:`Same`, with
a bound: what is let go is computed again, and what nobody asks for costs nothing.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

T = TypeVar("T")


class Same(Generic[T]):
    """A key that stands for one object, not for all that are equal to it; keeps it alive.

    Attributes:
        value: The object; it must be immutable.
    """

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value: Final = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)
