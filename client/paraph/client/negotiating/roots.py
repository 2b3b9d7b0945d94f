"""Whose root words nobody at this desk has compared yet."""

from __future__ import annotations

from paraph.client import held
from paraph.client.desk import Desk
from paraph.client.home import Book


def unverified(desk: Desk, book: Book) -> tuple[str, ...]:
    """Return the codes of other parties whose root set was not verified in this home."""
    return held.unverified(desk.replica, book, desk.others)
