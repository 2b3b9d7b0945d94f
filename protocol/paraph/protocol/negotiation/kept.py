"""Work on a value that never changes is done once for that value.

What was computed is kept with a bound: what is let go is computed again, and what nobody asks for
costs nothing. Small values are found by what they are equal to (:func:`kept`). Whole texts, states
and maps of versions are too large to be compared, and equal ones are nearly always one and the
same: they are found by which object they are (:func:`kept_by_identity`). A desk that locks forgets
all of it (:func:`forget`), since it is made of what was opened.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final, Generic, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_FORGETTING: Final[list[Callable[[], None]]] = []


class _Same(Generic[*Ts]):
    """A key that stands for these objects, not for all that are equal to them; keeps them alive."""

    __slots__ = ("_ids", "values")

    def __init__(self, values: tuple[*Ts]) -> None:
        self.values: Final = values
        self._ids: Final = tuple(map(id, values))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other._ids == self._ids

    def __hash__(self) -> int:
        return hash(self._ids)


def kept(most: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Keep the last *most* results of a function of a module, until :func:`forget`."""

    def around(make: Callable[..., T]) -> Callable[..., T]:
        keeping = functools.lru_cache(maxsize=most)(make)
        _FORGETTING.append(keeping.cache_clear)
        return keeping

    return around


def kept_by_identity(most: int) -> Callable[[Callable[[*Ts], T]], Callable[[*Ts], T]]:
    """Do the same, for a function of immutable values that are all given by position."""

    def around(make: Callable[[*Ts], T]) -> Callable[[*Ts], T]:
        @kept(most)
        def same_again(same: _Same[*Ts]) -> T:
            return make(*same.values)

        @functools.wraps(make)
        def found(*args: *Ts) -> T:
            return same_again(_Same(args))

        return found

    return around


def forget_too(clear: Callable[[], None]) -> None:
    """Call *clear*, which empties a memory of another kind, with every :func:`forget`."""
    _FORGETTING.append(clear)


def forget() -> None:
    """Let go of everything that any function kept."""
    for each in _FORGETTING:
        each()
