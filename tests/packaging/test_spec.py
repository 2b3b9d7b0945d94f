"""The field tables of protocol/SPEC.md are those of the records (make spec)."""

import re
from pathlib import Path

import pytest

from paraph.server.web import answers
from tests.support.spec_tables import SPEC, missing, renew

ROOT = Path(__file__).parents[2]
HEADING = re.compile(r"^#{2,4} (\d+(?:\.\d+)*)\b", re.MULTILINE)
CITED = re.compile(r"\bSPEC (\d+(?:\.\d+)*)")


def test_the_field_tables_are_current() -> None:
    spec = SPEC.read_text(encoding="utf-8")
    assert renew(spec) == spec, "run make spec"


def test_every_record_has_a_table() -> None:
    assert missing(SPEC.read_text(encoding="utf-8")) == []


def test_every_section_that_the_code_cites_exists() -> None:
    sections = set(HEADING.findall(SPEC.read_text(encoding="utf-8")))
    cited: dict[str, str] = {}
    for part in ("protocol", "server", "client"):
        for path in (ROOT / part / "paraph").rglob("*.py"):
            for section in CITED.findall(path.read_text(encoding="utf-8")):
                cited.setdefault(section, str(path.relative_to(ROOT)))
    assert {section: where for section, where in cited.items() if section not in sections} == {}


def test_every_code_that_the_relay_answers_with_is_in_the_specification() -> None:
    listed = set(re.findall(r"`([a-z-]+)`", SPEC.read_text(encoding="utf-8")))
    told = re.compile(
        r"(?:Refused|Forged|Malformed)Error\((?:(?!Error\()[\s\S])*?code=\"([a-z-]+)\""
    )
    found = set(answers._BY_CODE) | {code for code, _ in answers._BY_HTTP.values()}  # noqa: SLF001
    for path in (ROOT / "server" / "paraph").rglob("*.py"):
        found |= set(told.findall(path.read_text(encoding="utf-8")))
    assert {"session", "clock", "expectation"} <= found
    assert found - listed == set()


def test_a_stale_table_and_an_unknown_record_are_seen() -> None:
    stale = "<!-- fields of seen -->\nold\n<!-- end of fields -->\n"
    assert renew(stale) != stale
    assert renew(renew(stale)) == renew(stale)
    with pytest.raises(LookupError):
        renew(stale.replace("seen", "unseen"))
