"""How `code`, `status` and `doctor` speak to the relay that serves: a socket in its directory.

One line of JSON asks, one line of JSON answers. Only who may enter the directory (mode 0700) can
ask: there is no other authentication, and nothing of it is reachable over the network.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import structlog

from paraph.protocol.errors import ParaphError, UnavailableError
from paraph.server.logs import describe

SOCKET: Final = "relay.sock"
ANSWER_S: Final = 600.0
"""Seconds for an answer: `doctor` reads every entry."""
ASK_S: Final = 5.0
"""Seconds for a question, which is one line."""
Answer = Callable[[Mapping[str, str]], Awaitable[dict[str, Any]]]


class Control:
    """The relay's end.

    Args:
        home: The relay's directory.
        answers: What may be asked, by the word that asks it.
    """

    def __init__(self, home: Path, answers: Mapping[str, Answer]) -> None:
        self._home = home
        self._answers = answers
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. A socket that a dead relay left is replaced: the database's lock was taken."""
        (self._home / SOCKET).unlink(missing_ok=True)
        own = socket.socket(socket.AF_UNIX)
        with _reachable(self._home) as name:
            own.bind(name)
        own.settimeout(0)
        self._server = await asyncio.start_unix_server(self._serve, sock=own)

    async def stop(self) -> None:
        """Stop listening and take the name away."""
        if self._server is not None:
            self._server.close()
            (self._home / SOCKET).unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ASK_S):
                asked = json.loads(await reader.readline())
            told = await self._answer(asked)
        except (ValueError, TimeoutError, RecursionError):
            told = {"error": "expected one line of JSON"}
        with contextlib.suppress(ConnectionError):
            writer.write(json.dumps(told).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _answer(self, asked: object) -> dict[str, Any]:
        if not isinstance(asked, dict) or not all(isinstance(each, str) for each in asked.values()):
            raise ValueError
        answer = self._answers.get(asked.get("ask", ""))
        if answer is None:
            return {"error": "expected one of: " + ", ".join(self._answers)}
        try:
            return await answer(asked)
        except ParaphError as error:
            return {"error": str(error), "code": error.code, "hint": error.hint}
        except Exception as error:  # noqa: BLE001 - a bug must not end the relay
            structlog.get_logger().error("bug", **describe(error))
            return {"error": "a fault of the relay's own: see its log"}


@contextlib.contextmanager
def _reachable(home: Path) -> Iterator[str]:
    # A socket's name may have 107 bytes. Through the directory's descriptor it always fits.
    fd = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{fd}/{SOCKET}"
    finally:
        os.close(fd)


def ask(home: Path, word: str, **more: str) -> dict[str, Any] | None:
    """Ask the relay that serves *home*.

    Returns:
        Its answer; ``None`` if none serves there.

    Raises:
        UnavailableError: It serves, and did not answer or could not.
    """
    with socket.socket(socket.AF_UNIX) as own:
        own.settimeout(ANSWER_S)
        try:
            with _reachable(home) as name:
                own.connect(name)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError as error:
            raise UnavailableError(f"cannot ask the relay in {home}: {error.strerror}") from error
        try:
            own.sendall(json.dumps({"ask": word, **more}).encode() + b"\n")
            with own.makefile("rb") as file:
                told = json.loads(file.readline())
        except (OSError, ValueError) as error:
            raise UnavailableError(f"the relay in {home} did not answer") from error
    if "error" in told:
        raise UnavailableError(told["error"], code=told.get("code", ""), hint=told.get("hint", ""))
    found: dict[str, Any] = told
    return found
