"""A few inputs in every test run, and controls: the fuzzer sees what it is there to see."""

import copy

import msgpack
import pytest

from paraph.protocol.errors import MalformedError
from paraph.protocol.schema import Record
from tests.fuzz import run as module
from tests.fuzz.run import Run, disagree
from tests.fuzz.targets import Target

INPUTS = 3_000


@pytest.fixture(scope="module")
def made() -> Run:
    return Run(seed=1)


@pytest.fixture
def fresh(made: Run) -> Run:
    return copy.deepcopy(made)  # seeds take half a minute to make; a test may change its run


def test_a_few_thousand_spoiled_inputs_give_values_or_allowed_errors(fresh: Run) -> None:
    fresh.show(INPUTS)
    assert fresh.findings == []
    assert min(fresh.outcomes["refused"], fresh.outcomes["accepted"]) > INPUTS // 50


def test_every_reader_takes_a_seed_of_its_own(fresh: Run) -> None:
    assert fresh.refused_seeds() == []


def test_a_library_s_own_error_is_a_finding(fresh: Run) -> None:
    seed = fresh.records[0].seeds[0]
    fresh.records = [Target("leaking", msgpack.unpackb, (MalformedError,), (seed,), packed=True)]
    fresh.show(INPUTS // 10)
    assert any("leaking" in finding for finding in fresh.findings)


def test_a_record_that_is_not_encoded_as_it_came_is_a_finding(
    fresh: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The control of what every record is asked: a codec whose two halves do not fit is found.
    monkeypatch.setattr(Record, "encode", lambda _: b"something else")
    fresh.show(INPUTS // 10)
    assert any("encoded as it came" in finding for finding in fresh.findings)


def test_a_reader_that_takes_nothing_is_named(fresh: Run) -> None:
    def refuse(_: bytes) -> object:
        raise MalformedError("expected nothing")

    fresh.others = [Target("deaf", refuse, (MalformedError,), (b"x",), packed=False)]
    assert fresh.refused_seeds() == ["deaf"]


def test_two_decoders_that_disagree_are_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = msgpack.packb({"kind": "x"})
    assert not disagree(packed)
    answers = iter(("one", "two"))
    monkeypatch.setattr(module, "unpack", lambda *_: next(answers))
    assert disagree(packed)
