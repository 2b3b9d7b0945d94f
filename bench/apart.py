"""Work in a process of its own, as desks and load generators have in earnest."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")

_FORK = multiprocessing.get_context("fork")


def run(work: Callable[[], T]) -> T:
    """Do *work* in a process of its own and return its result.

    Raises:
        RuntimeError: It failed there.
    """
    with beside(lambda _: work()) as pipe:
        result: T = take(pipe)
    return result


@contextlib.contextmanager
def beside(work: Callable[[Connection], Any]) -> Iterator[Connection]:
    """Do *work* in a process beside this one while the block runs.

    *work* gets a connection to this process; its result is sent over it at the end, and taken
    with :func:`take`.
    """
    ours, theirs = _FORK.Pipe()
    process = _FORK.Process(target=_main, args=(work, theirs))
    process.start()
    theirs.close()
    try:
        yield ours
        process.join(600)
    finally:
        if process.is_alive():
            process.terminate()
            process.join()
        ours.close()


def take(pipe: Connection) -> Any:  # noqa: ANN401 - whatever the other process sends
    """Return the next value that the other process sends.

    Raises:
        RuntimeError: It failed.
    """
    kind, value = pipe.recv()
    if kind == "failed":
        raise RuntimeError(f"a process of the bench failed: {value}")
    return value


def tell(pipe: Connection, value: object) -> None:
    """Send a value to the process that takes it."""
    pipe.send(("told", value))


def _main(work: Callable[[Connection], Any], pipe: Connection) -> None:
    gc.freeze()  # what the bench prepared is nothing of whoever is measured
    try:
        tell(pipe, work(pipe))
    except BaseException as error:  # whoever waits must hear of it
        pipe.send(("failed", repr(error)))
        raise
