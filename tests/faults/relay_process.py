"""The real relay as a process of its own, started and killed by its id, again and again."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import signal
import sys
from pathlib import Path

from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.wire import RelayCard
from paraph.server import cards, init
from paraph.server.config import CONFIG_FILE, Config, render
from tests.support.channel import ORIGIN_PREFIX

START_S = 60
STOP_S = 30


async def make_home(
    home: Path, secret: LogSecret, codes: tuple[str, ...], *, plain: bool = False
) -> dict[str, str]:
    """Make a relay on a port that the system chooses; return the enrolment code of each party."""
    wanted = init.settings(home, host="127.0.0.1", port=0, origin=ORIGIN_PREFIX, plain=plain)
    made = await init.make(wanted, codes)
    cards.write_log_key(home / wanted.store.log_key, secret)
    (home / CONFIG_FILE).write_text(render(unhurried(wanted)))
    return dict(made.codes)


def unhurried(wanted: Config) -> Config:
    """Return the settings with quotas that no storm of these tests reaches."""
    quotas = dataclasses.replace(
        wanted.quotas, submissions_per_second=1e6, submissions_burst=1_000_000
    )
    limits = dataclasses.replace(wanted.limits, front_per_second=1e6, front_burst=1_000_000)
    return dataclasses.replace(wanted, quotas=quotas, limits=limits)


class RelayProcess:
    """A relay that can be started, killed and started again over the same files.

    Args:
        home: Made by :func:`make_home`.
        module: What is run: the real one, or one that is broken in a known way.

    Attributes:
        log: Everything that all its runs said.
    """

    def __init__(self, home: Path, module: str = "paraph.server") -> None:
        self.home = home
        self.log = home.with_name(f"{home.name}.log")
        self._module = module
        self._child: asyncio.subprocess.Process | None = None

    async def start(self) -> RelayCard:
        """Start it and wait until it says that it serves."""
        with self.log.open("ab") as log:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._module, "serve", str(self.home),
                stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        self._child = child
        assert child.stdout is not None
        async with asyncio.timeout(START_S):
            line = await child.stdout.readline()
        assert line, f"the relay did not start:\n{self.log.read_text()[-2000:]}"
        return RelayCard.decode(Path(json.loads(line)["card"]).read_bytes())

    @property
    def pid(self) -> int:
        """The process."""
        assert self._child is not None
        return self._child.pid

    async def kill(self) -> None:
        """End it at once, wherever it is."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Let it drain; return its exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> int:
        child = self._child
        if child is None:
            return 0
        if child.returncode is None:
            child.send_signal(how)
        async with asyncio.timeout(STOP_S):
            return await child.wait()
