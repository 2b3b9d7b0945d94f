"""What was computed of values that never change, kept for as long as the same values are shown.

Keys are the values themselves, by identity: a state that took in a statement is another state, and
nothing is kept for it yet. Comparing large states for equality would cost what is to be saved.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def remembered(most: int = 4) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep the last *most* results of a function of immutable values, all given by position."""

    def around(make: Callable[P, R]) -> Callable[P, R]:
        kept: Final[OrderedDict[tuple[int, ...], tuple[tuple[object, ...], R]]] = OrderedDict()

        @functools.wraps(make)
        def found(*args: P.args, **none: P.kwargs) -> R:
            key = tuple(id(each) for each in args)
            known = kept.get(key)
            if known is None:
                # The values are kept too, so that none of these identities is given again.
                known = kept[key] = (args, make(*args, **none))
            kept.move_to_end(key)
            while len(kept) > most:
                kept.popitem(last=False)
            return known[1]

        return found

    return around
