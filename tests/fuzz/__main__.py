"""Show random bytes to every reader: ``python -m tests.fuzz [--inputs N] [--seed N]``.

A value or an allowed error is right; anything else is a finding, printed with the bytes that made
it. Whatever msgpack's C decoder says of the same bytes its pure-Python twin must say too. The run
fails where it covers less of the codec than the floor beside this file, for then it tested little.
"""

import argparse
import json
import random
import resource
import sys
import time
from pathlib import Path
from typing import Final

import coverage

import paraph.protocol.schema
from tests.fuzz.run import Run

FLOOR: Final = Path(__file__).with_name("floor.json")
TRACED: Final = 4_000
"""Inputs under coverage, which slows them; shown besides those that were asked for."""
MEASURED: Final = 1
"""The seed of those inputs: a floor under chance would fail by chance."""
MAX_GROWTH: Final = 32 * 1024 * 1024
"""Bytes that the process may grow while it runs; more means that a bomb went off."""


def covered(run: Run, count: int) -> float:
    """Show *count* inputs under coverage and return the share of the codec reached.

    What runs at import alone counts as missed, so the share stays well below 100.
    """
    tracer = coverage.Coverage(
        data_file=None, branch=True, include=[paraph.protocol.schema.__file__], config_file=False
    )
    tracer.start()
    try:
        run.show(count)
    finally:
        tracer.stop()
    analysis = tracer._analyze(paraph.protocol.schema.__file__)  # noqa: SLF001  has no public name
    return float(analysis.numbers.pc_covered)


def growth() -> int:
    """Return the largest size that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> int:
    """Run, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    arguments = parser.parse_args()
    sys.stdout.write(f"seed {arguments.seed}\n")
    run = Run(arguments.seed)
    faults = [f"{name}: refuses every seed of its own" for name in run.refused_seeds()]
    reached = covered(Run(MEASURED), TRACED)
    floor = json.loads(FLOOR.read_text(encoding="ascii"))["schema_percent"]
    if reached < floor:
        faults.append(f"covered {reached:.1f} % of the codec, expected at least {floor} %")
    before, began = growth(), time.perf_counter()
    run.show(arguments.inputs)
    rate = arguments.inputs / max(time.perf_counter() - began, 1e-9)
    grown = growth() - before
    if grown > MAX_GROWTH:
        faults.append(f"grew by {grown} bytes, expected at most {MAX_GROWTH}")
    faults += run.findings
    for fault in faults[:20]:
        sys.stdout.write(f"{fault[:2000]}\n")
    sys.stdout.write(
        f"{arguments.inputs} inputs: {run.outcomes['refused']} refused,"
        f" {run.outcomes['accepted']} accepted, {len(run.findings)} findings;"
        f" {rate:,.0f} a second; {reached:.1f} % of the codec (floor {floor} %);"
        f" grew by {grown / 2**20:.1f} MiB\n"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
