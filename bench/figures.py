"""What is measured, as values: figures, their limits, their marks, and how they are written down.

A *figure* is the median of its runs. A *limit* is what the machine can do at best at that moment,
measured in the same run. A *ratio* is figure to limit; a *mark* bounds it. The figures of the
*sketch*, a relay of 150 lines from before this one, come with their own limits from the machine
they were measured on, so that they compare as ratios too.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Iterable, Sequence
from typing import Any, Final

FORMAT: Final = "paraph-bench/1"


def median(values: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def quantile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that *share* of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """A bound on a ratio, on a figure, or on both.

    Attributes:
        says: The bound in words.
        most: Ratio to the limit that must not be exceeded; 0 = not bounded.
        least: Ratio to the limit that must be reached; 0 = not bounded.
        figure_most: Figure that must not be exceeded; 0 = not bounded.
    """

    says: str
    most: float = 0.0
    least: float = 0.0
    figure_most: float = 0.0

    def reached(self, figure: float, ratio: float) -> bool:
        """Tell whether figure and ratio keep within the bounds."""
        if self.figure_most and figure > self.figure_most:
            return False
        if self.most and ratio > self.most:
            return False
        return not self.least or ratio >= self.least


@dataclasses.dataclass(frozen=True, slots=True)
class Sketch:
    """What the sketch reached, and the limit on the machine where it did.

    Attributes:
        figure: Its figure.
        limit: The limit there, in the same unit.
    """

    figure: float
    limit: float

    @property
    def ratio(self) -> float:
        """Its figure to its limit."""
        return self.figure / self.limit


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """One figure and everything it is held against.

    Attributes:
        number: Of the mark, 1 to 8.
        name: What was measured.
        recipients: Keys that each statement is sealed to.
        unit: Of figure and limit.
        runs: The figure of each run.
        limits: The limit of each run; the only one, if it is the same for all.
        limit_is: What the limit is.
        mark: The bound; ``None`` where the figure stands for information.
        sketch: The sketch's; ``None`` where it has none.
        more_is_better: Whether a larger figure is a better one.
        absolute: Whether the sketch's figure itself is compared, and not its ratio.
        details: What else is worth keeping, by name.
    """

    number: int
    name: str
    recipients: int
    unit: str
    runs: tuple[float, ...]
    limits: tuple[float, ...]
    limit_is: str
    mark: Mark | None = None
    sketch: Sketch | None = None
    more_is_better: bool = False
    absolute: bool = False
    details: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def figure(self) -> float:
        """The median of the runs."""
        return median(self.runs)

    @property
    def limit(self) -> float:
        """The median of the limits."""
        return median(self.limits)

    @property
    def ratio(self) -> float:
        """Figure to limit."""
        return self.figure / self.limit

    @property
    def reached(self) -> bool | None:
        """Whether the mark is reached; ``None`` without a mark."""
        return self.mark.reached(self.figure, self.ratio) if self.mark else None

    @property
    def beside_sketch(self) -> str:
        """``better`` or ``worse`` than the sketch, each against its own machine's limit."""
        if self.sketch is None:
            return ""
        ours, theirs = self.ratio, self.sketch.ratio
        if self.absolute:
            ours, theirs = self.figure, self.sketch.figure
        better = ours >= theirs if self.more_is_better else ours <= theirs
        return "better" if better else "worse"

    def as_dict(self) -> dict[str, Any]:
        """Return the measure as it stands in the JSON."""
        sketch = None
        if self.sketch is not None:
            sketch = {
                "figure": self.sketch.figure,
                "limit": self.sketch.limit,
                "ratio": _short(self.sketch.ratio),
                "we_are": self.beside_sketch,
            }
        return {
            "number": self.number,
            "name": self.name,
            "recipients": self.recipients,
            "unit": self.unit,
            "figure": _short(self.figure),
            "runs": [_short(each) for each in self.runs],
            "limit": _short(self.limit),
            "limit_is": self.limit_is,
            "ratio": _short(self.ratio),
            "mark": self.mark.says if self.mark else None,
            "reached": self.reached,
            "sketch": sketch,
            "details": self.details,
        }


def table(measures: Sequence[Measure]) -> str:
    """Return *measures* as a Markdown table."""
    head = ("#", "measure", "to", "figure", "limit", "ratio", "mark", "", "sketch")
    rows = [head, *(_row(each) for each in measures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return (
        "| " + " | ".join(each.ljust(width) for each, width in zip(row, widths, strict=True)) + " |"
    )


def _row(measure: Measure) -> tuple[str, ...]:
    reached = {None: "", True: "reached", False: "not yet"}[measure.reached]
    sketch = ""
    if measure.sketch is not None:
        shown, ratio = shown_number(measure.sketch.figure), measure.sketch.ratio
        sketch = f"{shown}: " if measure.absolute else f"{shown} = {ratio:.2f} ×: "
        sketch += measure.beside_sketch
    return (
        str(measure.number),
        measure.name,
        str(measure.recipients),
        f"{shown_number(measure.figure)} {measure.unit}",
        shown_number(measure.limit),
        f"{measure.ratio:.2f} ×",
        measure.mark.says if measure.mark else "",
        reached,
        sketch,
    )


def shown_number(value: float) -> str:
    """Return *value* with three figures that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _short(value: float) -> float:
    return float(f"{value:.4g}")
