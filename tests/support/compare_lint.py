"""Compare our findings with those of an oracle that shares no code with us; run by hand.

    python -m tests.support.compare_lint ORACLE.py SCENARIO.yaml ... [--mutations 2000]

Every version of every scenario must give the same findings with the same detail. Then clauses are
mutated at random, in ways that lint is about, and must do so again.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from paraph.client.scenario.load import load
from paraph.protocol.negotiation import lint
from paraph.protocol.negotiation.lint import Finding
from paraph.protocol.negotiation.text import Part, Text

TREATY = "treaty_wording_in_non_binding_text"  # we tell whole words, the oracle what it looked for
LISTED = frozenset({"missing_text", "stale_language", "unbalanced_bracket", "reference_missing"})
PIECES = (
    *"[]{}.!?\u061f 09\u0663A\u0410\u200b\u2060\u00a0\u00ad\n5)(-_«»½ªKſⅷ",
    *("{ref:c-effect}", "[●: x]", "[USA: y]", "[RUS: z]", "[q]", "اتفاق", "Άλφα"),
    *(f" {each} " for each in ("miles", "30 minutes", "minutes", "shall", "Parties", "SHALL")),
    *(
        f" {each} "
        for each in ("equally authentic", "вступает в силу", "обязуются", "часа", "мили")
    ),
    *(f" {each} " for each in ("километров", "минут", "horas", "entrará en vigor", "se obligan")),
    *(f" {each} " for each in ("Hecho en", "وساعة", "بالكيلومترات", "ميل بحري", "يلتزمون", "حرر")),
)


def oracle_module(path: Path) -> ModuleType:
    """Import the oracle."""
    spec = importlib.util.spec_from_file_location("oracle", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["oracle"] = module
    spec.loader.exec_module(module)
    return module


def form(found: Finding) -> Any:  # noqa: ANN401 - as JSON has it
    """Return the detail of a finding in the form of the oracle."""
    detail = {each: list(hits) for each, hits in found.detail.items()}
    if found.check in LISTED:
        return sorted(detail)
    if found.check == TREATY:
        return {each: len(hits) for each, hits in found.detail.items()}
    if found.check == "dangling_reference":
        return sorted(found.live)
    if found.check == "sentence_count":
        return {each: int(hits[0]) for each, hits in detail.items()}
    if found.check == "bracket_structure_differs":
        return sorted(detail)
    if found.live:
        return {"typed": detail, "live": dict(found.live), "stale": found.stale}
    return detail


def ours(text: Text, codes: list[str], character: str) -> list[tuple[str, str, Any]]:
    """Return our findings, sorted as the oracle's are."""
    found = lint.findings(text, codes, character)
    return sorted(((each.check, each.cid, form(each)) for each in found), key=lambda each: each[:2])


def theirs(oracle: ModuleType, text: Text, codes: list[str], character: str) -> list[Any]:
    """Return the oracle's findings for the same text."""
    clauses = [oracle.Clause(p.cid, p.role, dict(p.words), set(p.stale)) for p in text.parts]
    version = oracle.Version({}, clauses, {}, set())
    found = oracle.findings(version, list(text.languages), codes, character == "non_binding")
    return [(each["check"], each["cid"], _form(each["check"], each["detail"])) for each in found]


def _form(check: str, detail: Any) -> Any:  # noqa: ANN401 - as JSON has it
    if check == TREATY:
        return {each: len(hits) for each, hits in detail.items()}
    return sorted(detail) if check in {*LISTED, "bracket_structure_differs"} else detail


def mutated(text: Text, chance: random.Random) -> Text:
    """Return *text* with one clause changed in one language."""
    parts = list(text.parts)
    at = chance.randrange(len(parts))
    part = parts[at]
    language = chance.choice(text.languages)
    words = part.words.get(language, "")
    place = chance.randrange(len(words) + 1)
    end = min(len(words), place + chance.choice((0, 0, 1, 3)))
    changed = words[:place] + chance.choice(PIECES) + words[end:]
    parts[at] = Part(
        part.cid,
        part.role,
        {**part.words, language: changed},
        part.headings,
        part.handling,
        part.stale,
    )
    return Text(text.languages, tuple(parts), text.used)


def main() -> int:
    """Compare, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("oracle", type=Path)
    parser.add_argument("scenario", type=Path, nargs="+")
    parser.add_argument("--mutations", type=int, default=2_000)
    args = parser.parse_args()
    oracle = oracle_module(args.oracle)
    chance = random.Random(7)
    failed = compared = 0
    for path in args.scenario:
        scenario = load(path.read_bytes())
        character = yaml.safe_load(path.read_text())["instrument"]["legal_character"]
        codes = list(scenario.parties)
        line = scenario.lineage()
        texts = [(name, text) for name, text in line.items()]
        for number in range(args.mutations):
            name, text = chance.choice(texts[: len(line)])
            for _ in range(chance.randrange(1, 4)):
                text = mutated(text, chance)
            texts.append((f"{name} mutated {number}", text))
        for name, text in texts:
            for each in {character, "non_binding"}:
                mine, other = ours(text, codes, each), theirs(oracle, text, codes, each)
                compared += 1
                if mine != other:
                    failed += 1
                    print(path.name, name, each)  # noqa: T201
                    print("  ours  ", [e for e in mine if e not in other])  # noqa: T201
                    print("  oracle", [e for e in other if e not in mine])  # noqa: T201
    print(f"{compared} texts compared, {failed} differ")  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
