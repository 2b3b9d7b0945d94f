"""Work on a value that never changes is done once for that value, and found by which value it is.

Whole texts and maps of versions are too large to be compared, and equal ones are nearly always one
and the same. So :func:`kept` keeps what was computed of them under :class:`Same`, with a bound:
what is let go is computed again, and what nobody asks for costs nothing. A desk that locks forgets
all of it (:func:`forget`), since it is made of what was opened.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final, Generic, TypeVar

T = TypeVar("T")
_FORGETTING: Final[list[Callable[[], None]]] = []


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


def kept(most: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Keep the last *most* results of a function of a module, until :func:`forget`."""

    def around(make: Callable[..., T]) -> Callable[..., T]:
        keeping = functools.lru_cache(maxsize=most)(make)
        _FORGETTING.append(keeping.cache_clear)
        return keeping

    return around


def forget_too(clear: Callable[[], None]) -> None:
    """Call *clear*, which empties a memory of another kind, with every :func:`forget`."""
    _FORGETTING.append(clear)


def forget() -> None:
    """Let go of everything that any function kept."""
    for each in _FORGETTING:
        each()
