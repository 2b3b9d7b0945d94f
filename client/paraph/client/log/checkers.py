"""Checking the signatures of a long log in processes, beside whoever opens and folds it.

A thread that has checked one signature waits for the interpreter's lock before the next, up to
5 ms while another thread decodes and decrypts; a process does not wait. These processes hold no
key and see what the relay sees.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Final, Self

from paraph.client.log import checker
from paraph.protocol import signed
from paraph.protocol.keys import PublicKey
from paraph.protocol.signed import Unverified

Question = tuple[Unverified, PublicKey]
"""Whether this statement was signed with this key."""

PIPE: Final = 1 << 20
"""Bytes that may wait for a process while the asking one computes, where the system allows it."""
UNANSWERED: Final = (OSError, EOFError)
"""How an answer fails whose process has ended; who asked then checks in another way."""


class Checkers:
    """A process for every core but our own; use it in ``async with``."""

    def __init__(self) -> None:
        self._ending: Final = contextlib.AsyncExitStack()
        self._turn: Iterator[_Process] = iter(())

    async def __aenter__(self) -> Self:
        """Start the processes."""
        async with contextlib.AsyncExitStack() as starting:
            processes = [_Process() for _ in range(max(1, (os.cpu_count() or 1) - 1))]
            for each in processes:
                await starting.enter_async_context(each)
            self._ending.push_async_exit(starting.pop_all())
        self._turn = itertools.cycle(processes)
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the processes; what was not answered never will be."""
        await self._ending.aclose()

    def ask(self, questions: Sequence[Question]) -> asyncio.Task[list[bool]]:
        """Begin to check signatures.

        Returns:
            For each question whether it is so; fails with one of :data:`UNANSWERED`.
        """
        return next(self._turn).ask(questions)


class _Process:
    # One process. It answers in the order in which it was asked.

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process
        self._pipe: asyncio.WriteTransport
        self._turns: Final = asyncio.Lock()
        self._answers: Final[set[asyncio.Task[list[bool]]]] = set()

    async def __aenter__(self) -> Self:
        theirs, ours = os.pipe()
        pipe = os.fdopen(ours, "wb", 0)
        try:
            with os.fdopen(theirs, "rb") as stdin:
                _widen(ours)
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-P", "-m", checker.__name__,
                    stdin=stdin, stdout=asyncio.subprocess.PIPE,
                )  # fmt: skip
            loop = asyncio.get_running_loop()
            self._pipe, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, pipe)
        except BaseException:
            pipe.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in self._answers:
            each.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)
        if not self._pipe.is_closing():  # as it is once the process has died
            self._pipe.abort()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    def ask(self, questions: Sequence[Question]) -> asyncio.Task[list[bool]]:
        self._pipe.write(b"".join(_packed(questions)))
        answer = asyncio.create_task(self._answer(len(questions)))
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)
        return answer

    async def _answer(self, count: int) -> list[bool]:
        assert self._process.stdout is not None
        async with self._turns:
            return [each == 1 for each in await self._process.stdout.readexactly(count)]


def _packed(questions: Sequence[Question]) -> Iterator[bytes]:
    yield len(questions).to_bytes(checker.LENGTH)
    for unverified, key in questions:
        context = signed.context_of(unverified.statement).octets
        for piece in (key.raw, context, unverified.statement_bytes, unverified.signature):
            yield len(piece).to_bytes(checker.LENGTH)
            yield piece


def _widen(pipe: int) -> None:
    # Else it holds a dozen questions, and the process idles while we compute.
    with contextlib.suppress(AttributeError, OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)
