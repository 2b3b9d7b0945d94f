"""The relay of the demo: a process of its own, as an operator would start it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
from pathlib import Path
from typing import Final, Self

from paraph.client.keys import cards
from paraph.protocol.errors import UnavailableError
from paraph.protocol.wire import RelayCard

START_S: Final = 30
STOP_S: Final = 20
_RELAY: Final = (sys.executable, "-m", "paraph.server")


class RelayProcess:
    """A relay in *folder*, started on entry and drained on exit.

    Attributes:
        card: How desks reach it.
        codes: Party code to its enrolment code.
    """

    def __init__(self, folder: Path, parties: tuple[str, ...]) -> None:
        self._folder: Final = folder
        self._parties: Final = parties
        self._process: asyncio.subprocess.Process | None = None
        self._log = contextlib.ExitStack()
        self.codes: dict[str, str] = {}
        self.card: RelayCard

    async def __aenter__(self) -> Self:
        """Make the relay's folder, start it, and wait until it accepts connections.

        Raises:
            UnavailableError: It did not start.
        """
        parties = [word for code in self._parties for word in ("--party", code)]
        made = await _output(
            "init", str(self._folder), "--port", str(_free_port()), "--json", *parties
        )
        told = json.loads(made)
        self.codes = {each["party"]: each["code"] for each in told["codes"]}
        self.card = cards.read(Path(told["card"]), RelayCard)
        log = self._log.enter_context((self._folder / "relay.log").open("wb"))
        self._process = await asyncio.create_subprocess_exec(
            *_RELAY,
            "serve",
            str(self._folder),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(START_S):
                line = await self._process.stdout.readline()
        except TimeoutError:
            line = b""
        if not line:
            await self.stop()
            raise UnavailableError(
                "the relay did not start",
                code="relay-start",
                hint=f"see {self._folder / 'relay.log'}",
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let the relay drain and end."""
        await self.stop()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    async def stop(self) -> None:
        """End the process: SIGTERM, and SIGKILL if it does not drain in time."""
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(STOP_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        self._log.close()


async def _output(*arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *_RELAY,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    if process.returncode:
        raise UnavailableError(
            f"the relay could not be set up: {err.decode(errors='replace').strip()}",
            code="relay-start",
        )
    return out.decode()


def _free_port() -> int:
    # The card names the port for good, so one is chosen before the relay starts.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
