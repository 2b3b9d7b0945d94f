"""Notices: what a bot tells the people of its own home. They never leave it.

A notice holds ids, codes and times; no content and no names. Whoever wants the words opens the
statement at a desk.
"""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import json
import shlex
from collections.abc import Awaitable, Callable
from typing import Final

from paraph.protocol.errors import InputError

HOOK_S: Final = 30
"""Seconds after which a hook's program is ended: it must not hold up receipts."""


@dataclasses.dataclass(frozen=True, slots=True)
class Notice:
    """One thing that a person may have to know.

    Attributes:
        kind: Kebab-case: ``received``, ``escalation``, ``reply-due``, ``parked`` …
        at: POSIX ms, by the bot's clock.
        channel: Channel id in hex.
        index: Index that it is about; -1 if none.
        statement: Statement id in hex; empty if none.
        text: One line for people.
        precedence: Of the statement; empty if none.
        due: Instant that it is about, POSIX ms; 0 if none.
    """

    kind: str
    at: int
    channel: str
    index: int = -1
    statement: str = ""
    text: str = ""
    precedence: str = ""
    due: int = 0

    def to_json(self) -> str:
        """Return the notice as one line of JSON."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=True)


Notices = Callable[[Notice], Awaitable[None] | None]
"""Takes a notice; may be a plain function or a coroutine function."""


def silence(notice: Notice) -> None:
    """Take a notice and do nothing with it."""
    del notice


async def give(notices: Notices, notice: Notice) -> None:
    """Hand *notice* over, and wait until it is taken."""
    found = notices(notice)
    if inspect.isawaitable(found):
        await found


class Hook:
    """Runs a program for each notice, with the notice as JSON on its standard input.

    Args:
        command: Program and arguments, split as a shell would; no shell runs.
        failed: Told in one line why a run failed; the bot goes on.

    Raises:
        InputError: No command in it.
    """

    def __init__(self, command: str, failed: Callable[[str], None]) -> None:
        try:
            self._arguments = shlex.split(command)
        except ValueError as error:
            raise InputError(f"expected a command for the hook: {error}") from error
        if not self._arguments:
            raise InputError("expected a command for the hook")
        self._failed = failed

    async def __call__(self, notice: Notice) -> None:
        """Run the program to its end; a failure is told and costs nothing else."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            self._failed(f"the hook did not start: {error.strerror}")
            return
        try:
            async with asyncio.timeout(HOOK_S):
                await process.communicate(notice.to_json().encode() + b"\n")
        except TimeoutError:
            process.kill()
            await process.wait()
            self._failed(f"the hook did not end within {HOOK_S} s")
            return
        if process.returncode:
            self._failed(f"the hook ended with code {process.returncode}")
