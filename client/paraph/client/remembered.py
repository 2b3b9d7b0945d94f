"""What was computed of values that never change, kept for as long as the same values are shown."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from paraph.protocol.negotiation.kept import Same, kept

P = ParamSpec("P")
R = TypeVar("R")


def remembered(most: int = 4) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep the last *most* results of a function of immutable values, all given by position.

    Keys are the values themselves, by identity: a state that took in a statement is another state,
    and comparing large ones would cost what is to be saved.
    """

    def around(make: Callable[P, R]) -> Callable[P, R]:
        @kept(most)
        def same_again(*same: Same[object]) -> R:
            return make(*(each.value for each in same))  # type: ignore[arg-type, call-arg]

        @functools.wraps(make)
        def found(*args: P.args, **_: P.kwargs) -> R:
            return same_again(*map(Same, args))

        return found

    return around
