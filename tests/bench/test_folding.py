"""Folding grows with the log and no faster: counted, not timed, the same on any machine."""

import dataclasses
import sys
from collections.abc import Iterable, Iterator
from types import FrameType

import pytest

from bench import folding
from paraph.protocol.negotiation.trie import Trie

SMALL, LARGE = 500, 5_000
MOST_GROWTH = 10.5
"""A tenfold log, and the deeper maps of ids; what looked at everything before would be 100."""
MOST_IN_A_ROW = 64
"""Longest tuple, list or dictionary of a state; 30 clauses are the longest of this log."""


def calls(size: int) -> int:
    said, counted = folding.log(size), 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        folding.fold_all(said)
    finally:
        sys.setprofile(before)
    return counted


def longest(value: object, path: str = "") -> Iterator[tuple[int, str]]:
    # What is copied by every statement must not grow; a trie shares all but a path.
    inner: Iterable[tuple[str, object]] = ()
    if isinstance(value, Trie):
        inner = (("{}", each) for each in value.values())
    elif dataclasses.is_dataclass(value):
        names = (field.name for field in dataclasses.fields(value))
        inner = ((f".{name}", getattr(value, name)) for name in names)
    elif isinstance(value, tuple | list | frozenset):
        yield len(value), path
        inner = (("[]", each) for each in value)
    elif isinstance(value, dict):
        yield len(value), path
        inner = (("[]", each) for each in value.values())
    for name, each in inner:
        yield from longest(each, path + name)


def test_ten_times_the_statements_are_ten_times_the_work() -> None:
    assert calls(LARGE) / calls(SMALL) < MOST_GROWTH


def test_nothing_that_is_copied_grows_with_the_log() -> None:
    assert max(longest(folding.fold_all(folding.log(LARGE)))) < (MOST_IN_A_ROW, "")


def test_the_figures_stand_beside_their_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "SIZES", (20, 200))
    monkeypatch.setattr(folding, "PAIRS", 1)
    found = folding.folding(1)
    assert set(found) == {"20", "200", "growth"}
    shown = folding.lines(found)
    assert [line.partition(":")[0] for line in shown] == [
        "fold of 20 statements",
        "fold of 200 statements",
        "ten times the statements",
    ]
    assert shown[1].endswith("(limit 1 s)")
    assert shown[2].endswith("(limit 11)")
