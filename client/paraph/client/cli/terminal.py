"""What a command that goes on does with its terminal: Enter, Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def ending() -> Iterator[asyncio.Event]:
    """Give an event that Ctrl-C and SIGTERM set, in place of breaking off, while the block runs."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for each in signals:
        loop.add_signal_handler(each, stop.set)
    try:
        yield stop
    finally:
        for each in signals:
            loop.remove_signal_handler(each)


@contextlib.contextmanager
def enter_pressed(act: Callable[[], None]) -> Iterator[bool]:
    """Do *act* whenever somebody presses Enter, while the block runs; tell whether anybody can."""
    if not sys.stdin.isatty():
        yield False
        return
    loop = asyncio.get_running_loop()

    def read() -> None:
        if sys.stdin.readline():
            act()
        else:  # the terminal is gone
            loop.remove_reader(sys.stdin)

    loop.add_reader(sys.stdin, read)
    try:
        yield True
    finally:
        loop.remove_reader(sys.stdin)
