"""Long lists in pages: each light enough to open at once, and asked for by its number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from aiohttp import web

T = TypeVar("T")

MOST_WEIGHT: Final = 150_000
"""Bytes of one page, estimated; with its frame it stays well below 300 KB."""


def by_weight(
    items: Sequence[T], weight: Callable[[T], int], most: int = MOST_WEIGHT, count: int = 40
) -> list[list[T]]:
    """Return *items* in pages of at most *count*, none heavier than *most* unless one item is.

    One empty page without any.
    """
    found: list[list[T]] = [[]]
    filled = 0
    for item in items:
        own = weight(item)
        if found[-1] and (filled + own > most or len(found[-1]) == count):
            found.append([])
            filled = 0
        found[-1].append(item)
        filled += own
    return found


def number_in(request: web.Request, name: str, most: int) -> int:
    """Return a number of the address between 1 and *most*; 1 for anything else."""
    given = request.query.get(name, "")
    at = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1
    return min(max(at, 1), max(most, 1))


def having(parts: Sequence[Sequence[T]], fits: Callable[[T], bool]) -> int:
    """Return the page with the first item that *fits*, from 1 on; 0 if it is on none."""
    return next((at for at, part in enumerate(parts, 1) if any(map(fits, part))), 0)
