"""The bench runs and writes what it documents; no figure of it is looked at here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.__main__ import MARKS, main
from bench.figures import FORMAT, Mark, Measure, Sketch, quantile, table

FIELDS = {
    "number", "name", "recipients", "unit", "figure", "runs", "limit", "limit_is", "ratio",
    "mark", "reached", "sketch", "details",
}  # fmt: skip


def made(**changes: object) -> Measure:
    fields: dict[str, Any] = {
        "number": 1,
        "name": "something",
        "recipients": 3,
        "unit": "s",
        "runs": (3.0, 1.0, 2.0),
        "limits": (1.0,),
        "limit_is": "what can be",
    }
    return Measure(**{**fields, **changes})


# In a process of its own: the bench forks, and must not fork this one, whose threads would be gone.
_MEASURE = """
import json, pathlib, sys
from bench.__main__ import MARKS, measure
from bench.options import TINY
print(json.dumps(measure(TINY, MARKS, pathlib.Path(sys.argv[1]))))
"""


def test_every_measurement_runs_and_is_written_down(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path)],
        capture_output=True,
        cwd=Path(__file__).parents[2],
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["format"] == FORMAT
    assert {each["number"] for each in found["measures"]} == MARKS
    assert all(set(each) == FIELDS for each in found["measures"])
    assert all(each["figure"] > 0 and each["limit"] > 0 for each in found["measures"])
    assert set(found["limits"]) == {"3"}
    desk = found["desk"]
    assert {"first", "median", "p95"} <= set(desk["questions_ms"]["status"])
    assert all(each["status"] in (200, 400) for each in desk["pages"].values()), desk["pages"]


def test_the_figure_is_the_median_and_the_ratio_is_to_the_limit() -> None:
    assert (made().figure, made(limits=(4.0,)).ratio) == (2.0, 0.5)


def test_a_quantile_is_a_value_that_was_seen() -> None:
    values = [float(each) for each in range(1, 101)]
    assert [quantile(values, share) for share in (0.5, 0.99, 1.0)] == [50.0, 99.0, 100.0]


@pytest.mark.parametrize(
    ("mark", "reached"),
    [
        (Mark("", most=2.0), True),
        (Mark("", most=1.9), False),
        (Mark("", least=2.0), True),
        (Mark("", least=2.1), False),
        (Mark("", figure_most=1.9, most=3.0), False),
        (None, None),
    ],
)
def test_a_mark_bounds_the_ratio_or_the_figure(mark: Mark | None, reached: bool | None) -> None:
    assert made(mark=mark).reached is reached


@pytest.mark.parametrize(
    ("changes", "beside"),
    [
        ({"sketch": Sketch(4.0, 2.0)}, "better"),
        ({"sketch": Sketch(4.0, 2.1)}, "worse"),
        ({"sketch": Sketch(4.0, 2.1), "more_is_better": True}, "better"),
        ({"sketch": Sketch(2.0, 9.0), "absolute": True}, "better"),
        ({"sketch": None}, ""),
    ],
)
def test_the_sketch_is_compared_by_its_own_limit(changes: dict[str, Any], beside: str) -> None:
    assert made(**changes).beside_sketch == beside


def test_the_table_has_a_line_for_each_measure() -> None:
    lines = table([made(), made(mark=Mark("≤ 1 ×", most=1.0))]).splitlines()
    assert len(lines) == 4
    assert "not yet" in lines[3]


def test_a_mark_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "9"])
    assert "1 to 8" in capsys.readouterr().err
