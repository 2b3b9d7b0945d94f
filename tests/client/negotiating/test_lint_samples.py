"""The lint over whole negotiations: what must come out, version by version (SPEC 7.7)."""

from pathlib import Path

import pytest

from paraph.client.scenario.load import load, shipped
from paraph.client.scenario.model import Scenario
from paraph.protocol.negotiation import lint

RIVER = Path(__file__).parents[1] / "data" / "river-navigation.yaml"

LITERAL = "literal_number_where_other_language_has_live_reference"
TREATY = "treaty_wording_in_non_binding_text"
MISSING = ("missing_text", "c-ferries")
EARLY = {(LITERAL, "c-incident"), (TREATY, "c-effect"), (TREATY, "c-languages")}


def found(scenario: Scenario, character: str) -> dict[str, tuple[lint.Finding, ...]]:
    codes = list(scenario.parties)
    line = scenario.lineage()
    return {name: lint.findings(text, codes, character) for name, text in line.items()}


def names(found_: tuple[lint.Finding, ...]) -> set[tuple[str, str]]:
    return {(each.check, each.cid) for each in found_}


def test_the_findings_of_the_shipped_sample_are_these() -> None:
    told = found(load(shipped()), "non_binding")
    assert {version: len(each) for version, each in told.items()} == {
        "v1.0": 3, "v1.1": 3, "v2.0": 3, "v2.1": 3, "v3.0": 3, "v3.1": 4, "v3.2": 0, "v4.0": 0,
    }  # fmt: skip
    for version in ("v1.0", "v1.1", "v2.0", "v2.1", "v3.0"):
        assert names(told[version]) == EARLY
    assert names(told["v3.1"]) == EARLY | {("unit_mismatch", "annex-a")}


def test_a_typed_number_is_stale_from_the_version_that_moved_its_clause() -> None:
    told = found(load(shipped()), "non_binding")
    literal = {
        version: next((each for each in findings if each.check == LITERAL), None)
        for version, findings in told.items()
    }
    assert {version: each.stale for version, each in literal.items() if each} == {
        "v1.0": False, "v1.1": True, "v2.0": True, "v2.1": True, "v3.0": True, "v3.1": True,
    }  # fmt: skip
    moved = literal["v1.1"]
    assert moved is not None
    assert (dict(moved.detail), dict(moved.live)) == ({"ru": ("9",)}, {"c-groundline": "8"})


def test_the_wording_found_is_told_language_by_language() -> None:
    told = {each.cid: dict(each.detail) for each in found(load(shipped()), "non_binding")["v3.1"]}
    assert told["c-effect"] == {"ru": ("вступает в силу",)}
    assert told["c-languages"] == {
        "en": ("Done in", "equally authentic"),
        "ru": ("Совершено в",),
    }
    assert told["annex-a"] == {"en": ("nmi",), "ru": ("km",)}


def test_treaty_wording_is_right_in_a_binding_instrument() -> None:
    told = found(load(shipped()), "binding")
    assert not any(each.check == TREATY for findings in told.values() for each in findings)


def test_the_findings_of_a_text_in_spanish_and_arabic_are_these() -> None:
    told = found(load(RIVER.read_bytes()), "binding")
    assert {version: names(each) for version, each in told.items()} == {
        "v1.0": {MISSING},
        "v1.1": {MISSING},
        "v2.0": {MISSING},
        "v3.0": {MISSING, ("mixed_script", "annex-1")},
        "v4.0": set(),
    }


def test_the_same_text_shows_its_wording_once_it_is_not_to_bind() -> None:
    told = found(load(RIVER.read_bytes()), "non_binding")["v4.0"]
    (texts,) = (each for each in told if each.cid == "c-texts")
    assert texts.detail == {
        "ar": ("حرر", "متساويان في الحجية"),
        "es": ("Hecho en", "igualmente auténticos"),
    }


@pytest.mark.parametrize("version", ["v1.0", "v3.1", "v4.0"])
def test_a_latin_letter_in_a_russian_name_is_a_note_and_no_finding(version: str) -> None:
    scenario = load(shipped())
    text = scenario.lineage()[version]
    notes = lint.notes(text, list(scenario.parties), "non_binding")
    assert ("lone_letter", "annex-a") in names(notes)
    assert {each.severity for each in notes} == {"note"}
