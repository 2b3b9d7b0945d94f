"""How far something long has come, told to whoever watches and to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

Watch = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all; both may begin anew with the next file."""

_WATCH: Final[ContextVar[Watch | None]] = ContextVar("watch", default=None)


def tell(done: int, total: int) -> None:
    """Say that *done* of *total* bytes have crossed."""
    watch = _WATCH.get()
    if watch is not None:
        watch(done, total)


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Let *watch* hear what is told while the block runs, in its tasks too."""
    token = _WATCH.set(watch)
    try:
        yield
    finally:
        _WATCH.reset(token)
