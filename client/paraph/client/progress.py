"""How far something long has come, told to whoever watches and to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal

Unit = Literal["bytes", "entries"]
"""What is counted: bytes that cross, entries of a log that are read."""
Watch = Callable[[Unit, int, int], None]
"""Called with the unit, how much is done, and how much there is; both may begin anew."""

_WATCH: Final[ContextVar[Watch | None]] = ContextVar("watch", default=None)


def tell(unit: Unit, done: int, total: int) -> None:
    """Say that *done* of *total* are done."""
    watch = _WATCH.get()
    if watch is not None:
        watch(unit, done, total)


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Let *watch* hear, beside whoever does, what is told in the block, its tasks and threads."""
    outer = _WATCH.get()

    def both(unit: Unit, done: int, total: int) -> None:
        watch(unit, done, total)
        if outer is not None:
            outer(unit, done, total)

    with _instead(both):
        yield


@contextmanager
def part(before: int, total: int) -> Iterator[None]:
    """Let what is told while the block runs count as a part of something larger.

    Args:
        before: How much of it was done before.
        total: How much there is in all.
    """
    outer = _WATCH.get()
    if outer is None:
        yield
        return
    with _instead(lambda unit, done, _: outer(unit, before + done, total)):
        yield


@contextmanager
def _instead(watch: Watch) -> Iterator[None]:
    token = _WATCH.set(watch)
    try:
        yield
    finally:
        _WATCH.reset(token)
