"""The text side by side, ledger, lint, findings, scrubs and terms, at the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from paraph.client.cli import cli
from paraph.client.negotiating import linting
from paraph.protocol.errors import InputError
from tests.support.commands import Person, write
from tests.support.exchange import exchanging, send_base

BASE = """\
negotiation:
  title_en: Memorandum on Flight Safety
  title_ru: Меморандум о безопасности полётов
  classification: DEMO
  banner_en: INVENTED
  banner_ru: ВЫМЫСЕЛ
clauses:
  - {cid: title, role: title, en: Memorandum, ru: Меморандум}
  - {cid: distance, role: operative, heading_en: Distance, en: "Keep [USA: three] miles.",
     ru: "Держать [USA: три] мили."}
  - {cid: radio, role: operative, en: "See {ref:distance}.", ru: "Смотри пункт 1."}
"""
COUNTER = """\
kind: counter_draft
operations:
  - {op: replace, cid: distance, en: "Keep [USA: three] [RUS: five] miles.",
     ru: "Держать [USA: три] [RUS: пять] миль."}
  - {op: insert_after, after: title, cid: purpose, role: operative, en: "We meet.",
     ru: "Мы встречаемся."}
"""
LITERAL = "literal_number_where_other_language_has_live_reference"
OWN = """\
schema: paraph-lint/1
languages:
  en: {treaty: [meet], units: {st: [stone]}}
  ru: {numerals: {2: [оба]}}
"""


@pytest.fixture
def desks(tmp_path: Path) -> tuple[Person, Person]:
    usa, rus, _ = exchanging(tmp_path)
    send_base(usa, BASE, "--yes")
    return usa, rus


def countered(rus: Person) -> int:
    index = rus.json("send", write(rus, "counter.yaml", COUNTER), "--yes")["index"]
    assert isinstance(index, int)
    return index


def test_a_version_is_shown_side_by_side(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    countered(rus)
    shown = usa.ok("text", "show")
    assert shown.startswith("EXERCISE\nINVENTED\nВЫМЫСЕЛ\nDEMO\nversion 2 (#")
    (line,) = (each for each in shown.splitlines() if "We meet." in each)
    assert line.startswith("1. We meet. ")
    assert line.endswith("  1. Мы встречаемся.")
    assert "[distance, operative]" in shown
    clean = usa.ok("text", "show", "--clean", "--lang", "en")
    assert "3. See 2." in clean
    assert "[distance" not in clean
    assert "Держать" not in clean


def test_known_numbers_stay_with_bis(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    index = countered(rus)
    clauses = usa.json("text", "show", "--numbers", "bis")["clauses"]
    assert [each["number"] for each in clauses] == [None, "0 bis", "1", "2"]
    same = usa.json("text", "show", "--numbers", "bis", "--base", str(index))["clauses"]
    assert [each["number"] for each in same] == [None, "1", "2", "3"]


def test_a_text_that_is_not_there_is_not_shown(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    assert "expected one of en, ru" in usa.fails(2, "text", "show", "--lang", "fr")
    assert "expected a version, and entry 0 of the log" in usa.fails(2, "text", "show", "0")


def test_the_ledger_says_who_holds_what_since_when(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    countered(rus)
    told = usa.json("text", "ledger")
    rows = [(each["language"], each["holder"], each["words"], each["since"]["version"])
            for each in told["rows"]]  # fmt: skip
    assert rows == [
        ("en", "USA", "three", 1),
        ("en", "RUS", "five", 2),
        ("ru", "USA", "три", 1),
        ("ru", "RUS", "пять", 2),
    ]
    assert [each["brackets"] for each in told["trend"]] == [{"en": 1, "ru": 1}, {"en": 2, "ru": 2}]
    shown = usa.ok("text", "ledger")
    assert "RUS 1, USA 1" in shown
    assert "EXERCISE" in shown


def test_the_lint_tells_findings_of_a_version_and_of_a_draft(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    countered(rus)
    (only,) = usa.json("text", "lint")["findings"]
    assert (only["check"], only["cid"], only["stale"]) == (LITERAL, "radio", True)
    assert "no longer the right one" in usa.ok("text", "lint")
    mended = """\
kind: counter_draft
operations:
  - {op: replace, cid: radio, en: "See {ref:distance}. We shall.", ru: "Смотри {ref:distance}."}
"""
    file = write(usa, "draft.yaml", mended)
    told = usa.json("text", "lint", "--file", file)
    assert {each["check"] for each in told["findings"]} == {
        "sentence_count", "treaty_wording_in_non_binding_text",
    }  # fmt: skip
    # A whole text that opens its negotiation is linted by what it says of itself.
    whole = write(usa, "whole.yaml", BASE.replace("Memorandum,", "The Parties shall,"))
    assert len(usa.json("text", "lint", "--file", whole)["findings"]) == 2
    character = "legal_character: binding\n  classification"
    binding = write(
        usa, "binding.yaml", Path(whole).read_text().replace("classification", character)
    )
    assert len(usa.json("text", "lint", "--file", binding)["findings"]) == 1
    bad = write(usa, "bad.yaml", mended.replace("cid: radio", "cid: gone"))
    assert 'no clause "gone"' in usa.fails(2, "text", "lint", "--file", bad)
    alone = write(usa, "alone.yaml", mended + "parent: '1'\n")
    assert "no such version" in usa.fails(2, "text", "lint", "--file", alone)


def test_a_draft_from_the_editor_is_linted_too(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    begun = usa.json("draft", "new")
    (only,) = usa.json("text", "lint", "--file", begun["file"])["findings"]
    assert only["check"] == LITERAL


def test_a_desk_looks_for_more_by_lists_of_its_own(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    countered(rus)
    (usa.home / "lint.yaml").write_text(OWN)
    told = usa.json("text", "lint")
    assert len(told["findings"]) == 1
    (only,) = told["own"]
    assert (only["cid"], only["severity"]) == ("purpose", "note")
    assert only["detail"] == {"en": ["meet"]}
    assert "by your own word lists" in usa.ok("text", "lint")
    assert rus.json("text", "lint")["own"] == []
    assert linting.merged(linting.own_lists(usa.home))["en"].units["nmi"]


def test_the_example_of_own_lists_is_a_file_that_is_read(tmp_path: Path) -> None:
    assert linting.own_lists(tmp_path) == {}
    printed = CliRunner().invoke(cli, ["text", "lint", "--example"])
    (tmp_path / "lint.yaml").write_text(printed.output)
    assert linting.own_lists(tmp_path)["fr"].numerals == {2: ("deux",), 3: ("trois",)}
    for wrong in ("schema: paraph-lint/2", OWN + "more: 1", OWN.replace("2:", "two:")):
        (tmp_path / "lint.yaml").write_text(wrong)
        with pytest.raises(InputError) as caught:
            linting.own_lists(tmp_path)
        assert caught.value.code == "lint-file"
    (tmp_path / "lint.yaml").write_text("#" * (1024 * 1024 + 1))
    with pytest.raises(InputError):
        linting.own_lists(tmp_path)


def test_a_finding_is_made_and_settled(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    first = usa.json("text", "show")["version"]["index"]
    made = usa.json("finding", "make", str(first), "Will or may?", "--clause", "distance")
    assert made["state"] == "logged"
    (row,) = rus.json("finding", "list")["findings"]
    assert (row["number"], row["open"], row["clause"]) == (1, True, "distance")
    assert "F-1" in rus.ok("finding", "list")
    assert "not-own-finding" in rus.fails(7, "finding", "settle", "F-1", "--withdrawn")
    assert "expected one of" in rus.fails(2, "finding", "settle", "F-1")
    assert "expected what is wrong" in usa.fails(2, "finding", "make", str(first), " ")
    second = countered(rus)
    rus.ok("finding", "settle", "f-1", "--mended", str(second))
    assert "open (RUS: mended)" in usa.ok("finding", "list")
    usa.ok("finding", "settle", str(made["index"]), "--mended", str(second), "--note", "Read.")
    assert not rus.json("finding", "list")["findings"][0]["open"]
    again = usa.fails(6, "finding", "settle", "F-1", "--withdrawn")
    assert "settled-before" in again
    assert "unknown-statement" in usa.fails(2, "finding", "settle", "F-9", "--withdrawn")


def test_a_scrub_is_confirmed_in_the_role_that_may(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    index = str(usa.json("text", "show")["version"]["index"])
    assert "give --sort" in usa.fails(2, "scrub", index)
    assert usa.json("scrub", index, "--sort", "legal")["state"] == "logged"
    usa.ok("member", "add", "--self", "--role", "linguist")
    assert usa.json("scrub", index, "--role", "linguist")["state"] == "logged"
    refused = usa.fails(7, "scrub", index, "--sort", "legal", "--role", "linguist")
    assert "a linguist may not confirm the legal scrub" in refused


def test_a_term_counts_once_the_other_side_agrees(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    put = usa.json("term", "set", "--in", "en=miles", "--in", "ru=морск* мил*", "--note", "nmi")
    (row,) = rus.json("term", "list")["terms"]
    assert (row["in_force"], row["agreed_by"]) == (False, ["USA"])
    assert len(usa.json("text", "lint")["findings"]) == 1
    rus.ok("agree", str(put["index"]))
    assert "in force" in usa.ok("term", "list")
    differs = usa.json("text", "lint")["findings"][0]
    assert (differs["check"], differs["detail"]) == ("term_differs", {"ru": ["морск* мил*"]})
    drop = rus.json("term", "set", "--replaces", str(put["index"]))
    usa.ok("agree", str(drop["index"]))
    assert not any(each["in_force"] and each["words"] for each in usa.json("term", "list")["terms"])
    assert "two languages" in usa.fails(2, "term", "set", "--in", "en=miles")
