"""The two originals of the sample, to the digit, and which party a text names first (7.17)."""

import hashlib
from collections import Counter

import pytest

from paraph.client.negotiating.alternat import named_first
from paraph.client.scenario import Scenario, load, shipped
from paraph.protocol.negotiation import alternat as alternats
from paraph.protocol.negotiation import gate
from paraph.protocol.negotiation import text as texts
from paraph.protocol.statements.conclusion import AlternatSet, Original, Substitution
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.versions import Clause
from tests.support.concluding import HEAD, Ceremony, initialled, who
from tests.support.negotiating import header

VERSION = {
    "en": "a9ceb5df8f3fbb7f18f3c24d6f51571389e05c0caf8bd79bb034605e16f62e4c",
    "ru": "a92a95da5391413aad7372aa434668c30b82d9c52248bca918b19f5ee3ab9454",
}
ORIGINALS = {
    "USA": VERSION,
    "RUS": {
        "en": "2ba07f9bedc446257153f4043f67ea890a8139e252c7dbae10d0bfb31d4b6b45",
        "ru": "951878986211c8db2a8030c24040761efd6b210b7848b77810f45626d11f7ab4",
    },
}


@pytest.fixture(scope="module")
def sample() -> Scenario:
    return load(shipped())


def alternat(sample: Scenario) -> AlternatSet:
    ceremony = sample.ceremony
    return AlternatSet(
        header=header(),
        version=bytes(32),
        named_first="USA",
        originals=tuple(
            sorted(
                Original(
                    kept_by=each.kept_by,
                    parties=tuple(each.party_order),
                    languages=tuple(each.language_order),
                )
                for each in ceremony.originals
            )
        ),
        substitutions=tuple(
            Substitution(language=language, old=old, new=new)
            for language, pairs in ceremony.substitutions.items()
            for old, new in pairs
        ),
    )


def test_both_originals_of_the_sample_have_the_known_digests(sample: Scenario) -> None:
    text = sample.lineage()["v4.0"]
    for party, by_language in ORIGINALS.items():
        for language, expected in by_language.items():
            found = alternats.digest_original(text, language, alternat(sample), party)
            assert found.hex() == expected


def test_reversing_the_substitutions_gives_the_version_of_the_sample_again(
    sample: Scenario,
) -> None:
    text, content = sample.lineage()["v4.0"], alternat(sample)
    for language, expected in VERSION.items():
        rendered = alternats.render_original(text, language, content, "RUS")
        again = alternats.reverse(rendered, language, content.substitutions)
        assert hashlib.sha256(again.encode()).hexdigest() == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [("v3.1", {"finding": 4}), ("v3.0", {"bracket": 4, "placeholder": 2}), ("v4.0", {})],
)
def test_the_gate_lets_the_final_text_of_the_sample_pass_and_no_earlier_one(
    sample: Scenario, version: str, expected: dict[str, int]
) -> None:
    clauses = [
        Clause(
            cid=part.cid,
            role=part.role,
            texts=to_wordings(part.words),
            headings=to_wordings(part.headings),
            handling=part.handling,
        )
        for part in sample.lineage()[version].parts
    ]
    ceremony = Ceremony(clauses)
    found = Counter(each.rule for each in gate.gate(ceremony.state, ceremony.talks, ceremony.head))
    assert {rule: found[rule] for rule in expected} == expected
    assert bool(found) == bool(expected)
    content = initialled(ceremony.head, "USA")
    if expected:
        assert ceremony.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"
    else:
        ceremony.applies(content, "USA", HEAD, **who("USA"))


def test_the_party_named_first_is_found_by_the_names_of_the_manifests(sample: Scenario) -> None:
    text = sample.lineage()["v4.0"]
    names = {code: party.ministry for code, party in sample.parties.items()}
    assert named_first(text, names) == "USA"
    turned = {"RUS": names["RUS"]}
    assert named_first(text, turned) == "RUS"
    assert named_first(text, {"FRA": {"en": "Ministry of France"}, "ITA": {}}) == ""
    assert texts.digest(text, "en").hex() == VERSION["en"]
