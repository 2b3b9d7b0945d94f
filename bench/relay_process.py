"""A real ``paraph-relay`` in a process of its own, on loopback."""

from __future__ import annotations

import contextlib
import json
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bench import machine
from paraph.protocol.wire import RelayCard

UNBOUNDED: Final = {"submissions_per_second": "1000000.0", "submissions_burst": "1000000"}
"""Quotas of one key, out of the way: they bound what a key may ask, not what a relay can do."""
START_S: Final = 60
STOP_S: Final = 60


class Relay:
    """A relay that serves.

    Attributes:
        home: Its directory.
        pid: Its process.
        card: How it is reached.
        log: Its log lines, which stay after it ended.
    """

    def __init__(self, home: Path, process: subprocess.Popen[str], log: Path) -> None:
        self.home = home
        self.log = log
        self.pid = process.pid
        self.card = RelayCard.decode((home / "relay.card").read_bytes())

    @property
    def cpu_s(self) -> float:
        """CPU seconds of the whole process tree so far."""
        return machine.cpu_s(self.pid)

    @property
    def resident_mib(self) -> float:
        """Resident memory of the whole process tree now."""
        return machine.resident_mib(self.pid)


def make(home: Path, *, tls: bool) -> dict[str, str]:
    """Make a relay's directory.

    Returns:
        Party code to enrolment code.
    """
    arguments = ["init", str(home), "--port", "0", "--party", "RUS", "--party", "USA", "--json"]
    if not tls:
        arguments.append("--plain-http")
    done = subprocess.run(
        _command(*arguments), check=True, capture_output=True, text=True, timeout=START_S
    )
    config = home / "relay.toml"
    text = config.read_text("utf-8")
    for name, value in UNBOUNDED.items():
        text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
    config.write_text(text, "utf-8")
    return {each["party"]: each["code"] for each in json.loads(done.stdout)["codes"]}


@contextlib.contextmanager
def serving(home: Path) -> Iterator[Relay]:
    """Run the relay in *home* while the block runs, then drain it."""
    log = home.with_name(home.name + ".log")
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            _command("serve", str(home)), stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            _ready(process, log)
            yield Relay(home, process, log)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def copied(home: Path, name: str) -> Path:
    """Copy the directory of a relay that does not serve; the copy stands beside it."""
    target = home.with_name(name)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(home, target)
    return target


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "paraph.server", *arguments]


def _ready(process: subprocess.Popen[str], log: Path) -> dict[str, Any]:
    assert process.stdout is not None
    there, _, _ = select.select([process.stdout], [], [], START_S)
    line = process.stdout.readline() if there else ""
    if not line:
        process.kill()
        raise RuntimeError(f"the relay did not start: {log.read_text('utf-8')[-2000:]}")
    told: dict[str, Any] = json.loads(line)
    return told
