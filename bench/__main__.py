"""``python -m bench``: marks 1 to 8, each beside the limit of the same run.

See docs/explanation/performance.md for what is measured, and how to read it.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench import desk_live, desk_pages, folding, limits, machine, reading
from bench.catching_up import catching_up
from bench.desks import one_at_a_time, pipelined
from bench.figures import FORMAT, Measure, table
from bench.options import LONG, SHORT, Options
from bench.placing import memory, placing
from bench.redlining import lines, redlining
from bench.world import World

MARKS: Final = frozenset(range(1, 9))


def measure(options: Options, wanted: frozenset[int], directory: Path) -> dict[str, Any]:
    """Run what is wanted and return the whole document.

    Args:
        options: How much of it.
        wanted: Numbers of marks.
        directory: Where relays and desks keep their files; what a disk costs is this disk's.
    """
    begun, before = time.time(), machine.load()
    world = World(directory, tls=options.tls)
    measures: list[Measure] = []
    taken = {}
    for recipients in options.recipients:
        _progress(f"limits, {recipients} recipients")
        limit = limits.measure(world, recipients, options.primitives)
        taken[str(recipients)] = limit.as_dict()
        if wanted & {1, 2, 8}:
            _progress("marks 1, 2, 8: placing")
            measures += placing(world, limit, recipients, options, wanted)
        if wanted & {3, 4}:
            _progress("marks 3, 4: one at a time")
            measures += one_at_a_time(world, limit, recipients, options, wanted)
        if 5 in wanted:
            _progress("mark 5: 32 in flight")
            measures += pipelined(world, limit, recipients, options)
        if 6 in wanted:
            _progress("mark 6: catch-up")
            measures += catching_up(world, limit, recipients, options)
        if 7 in wanted and recipients == options.recipients[0]:
            _progress("mark 7: memory")
            measures += memory(world, recipients, options)
    measures.sort(key=lambda each: (each.recipients, each.number))
    return {
        "format": FORMAT,
        "machine": machine.facts(),
        "load_before": before,
        "load_after": machine.load(),
        "seconds": round(time.time() - begun, 1),
        "tls": options.tls,
        "runs": options.runs,
        "limits": taken,
        "measures": [each.as_dict() for each in measures],
        "table": table(measures),
        "fold_s": folding.folding(options.runs),
        "redline_ms": redlining(options.runs),
        "desk": _desk(options),
    }


def _desk(options: Options) -> dict[str, Any]:
    _progress("the desk: questions and pages of a large negotiation")
    found: dict[str, Any] = {
        "size": dataclasses.asdict(options.talks),
        "questions_ms": reading.reading(size=options.talks),
        "pages": desk_pages.desk_pages(size=options.talks),
    }
    if options.browser:
        _progress("the desk: in a browser")
        found["browser_ms"] = desk_live.desk_live()
    return found


def _by_our_rules(measures: Sequence[dict[str, Any]]) -> list[str]:
    # What no program that keeps the rules can be faster than, beside the sketch that had none.
    found = []
    for each in measures:
        if least := each["details"].get("least_by_our_rules_ms"):
            sketch = f"; the sketch: {each['sketch']['ratio']:.2f} ×" if each["sketch"] else ""
            found.append(
                f"{each['name']}, to {each['recipients']}: at least {least:.3g} ms"
                f" = {least / each['limit']:.2f} × by our rules alone{sketch}"
            )
    return found


def _progress(what: str) -> None:
    print(f"measuring: {what}", file=sys.stderr, flush=True)


def _numbers(text: str) -> frozenset[int]:
    numbers = frozenset(int(each) for each in text.split(","))
    if not numbers <= MARKS:
        raise argparse.ArgumentTypeError("expected numbers of marks, 1 to 8, with commas")
    return numbers


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table, and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--long", action="store_true", help="more of everything (half an hour)")
    parser.add_argument("--only", type=_numbers, default=MARKS, metavar="N[,N]", help="marks")
    parser.add_argument("--json", type=Path, default=None, metavar="FILE",
                        help="where the JSON goes [var/bench.json]; - = stdout")  # fmt: skip
    parser.add_argument("--tls", action="store_true", help="desks and relay speak TLS")
    parser.add_argument("--directory", type=Path, default=None, metavar="DIR",
                        help="on which disk [var/]")  # fmt: skip
    asked = parser.parse_args(arguments)
    options = LONG if asked.long else SHORT
    if asked.tls:
        options = options.with_tls()
    place = asked.directory or Path("var")
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=place) as directory:
        found = measure(options, asked.only, Path(directory).resolve())
    shown = json.dumps(found, ensure_ascii=False, indent=2)
    if asked.json == Path("-"):
        print(shown)
        return
    file = asked.json or Path("var/bench.json")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(shown + "\n", "utf-8")
    for name, value in found["machine"].items():
        print(f"{name:14}{value}")
    load = f"{found['load_before']} before, {found['load_after']} after"
    print(f"{'load average':14}{load}\n{'runs':14}{found['runs']}, medians\n{'json':14}{file}\n")
    print(found["table"])
    print("\n" + "\n".join(_by_our_rules(found["measures"])))
    print("\n" + "\n".join([*folding.lines(found["fold_s"]), *lines(found["redline_ms"])]))
    desk = found["desk"]
    print("\n" + "\n".join(reading.lines(desk["questions_ms"])))
    print("\n" + "\n".join(desk_pages.lines(desk["pages"])))
    print("\n" + "\n".join(desk_live.lines(desk.get("browser_ms", {}))))


if __name__ == "__main__":
    main()
