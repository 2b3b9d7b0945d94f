"""Whose root words nobody at this desk has compared yet."""

from __future__ import annotations

from paraph.client.channel.desk import Desk
from paraph.client.keys.home import Book
from paraph.client.reading import held


def unverified(desk: Desk, book: Book) -> tuple[str, ...]:
    """Return the codes of other parties whose root set was not verified in this home."""
    return held.unverified(desk.replica, book, desk.others)
