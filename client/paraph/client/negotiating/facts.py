"""A version counted: what stands in the table of versions, wherever it is shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from paraph.protocol.negotiation import glossary, lint
from paraph.protocol.negotiation.marks import tally
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.negotiation.text import digests

_SHOWN: Final = 12  # hex digits of a digest in a table


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """A version, counted.

    Attributes:
        name: What it is called where it is shown.
        clauses: Clauses.
        numbered: Clauses with a number.
        brackets: By language.
        placeholders: By language.
        digests: SHA-256 of the rendering by language, as hex.
        findings: What a machine finds: check and clause.
    """

    name: str
    clauses: int
    numbered: int
    brackets: Mapping[str, int]
    placeholders: Mapping[str, int]
    digests: Mapping[str, str]
    findings: tuple[tuple[str, str], ...]


def facts(name: str, state: State, talks: Negotiation, version: Version) -> VersionFacts:
    """Return a version, counted; the digests are computed from its text."""
    text, codes = version.text, state.parties
    counts = {
        language: tally([part.words.get(language, "") for part in text.parts], codes)
        for language in text.languages
    }
    character = talks.opened.legal_character if talks.opened is not None else lint.BINDING
    found = lint.findings(text, codes, character, terms=glossary.terms(state, talks))
    return VersionFacts(
        name=name,
        clauses=len(text.parts),
        numbered=sum(number != "" for number in text.numbers().values()),
        brackets={language: count.brackets for language, count in counts.items()},
        placeholders={language: count.placeholders for language, count in counts.items()},
        digests={language: digest.hex() for language, digest in digests(text).items()},
        findings=tuple(sorted((each.check, each.cid) for each in found)),
    )


def value_of(version: VersionFacts) -> dict[str, object]:
    """Return a row of the table for JSON."""
    return {
        "id": version.name,
        "clauses": version.clauses,
        "numbered": version.numbered,
        "brackets": dict(version.brackets),
        "placeholders": dict(version.placeholders),
        "digests": dict(version.digests),
        "findings": [{"check": check, "cid": cid} for check, cid in version.findings],
    }


def columns(languages: Sequence[str]) -> tuple[str, ...]:
    """Return what stands above the rows of the table."""
    return ("version", "clauses", "numbered", "brackets", "placeholders", "lint", *languages)


def row_of(version: VersionFacts, languages: Sequence[str]) -> tuple[str, ...]:
    """Return a row of the table for people."""
    return (
        version.name,
        str(version.clauses),
        str(version.numbered),
        _count(version.brackets),
        _count(version.placeholders),
        str(len(version.findings)),
        *(version.digests.get(language, "")[:_SHOWN] for language in languages),
    )


def _count(by_language: Mapping[str, int]) -> str:
    counts = [str(each) for each in by_language.values()]
    return counts[0] if len(set(counts)) == 1 else "/".join(counts)
