"""A version as it is read: clause by clause, with all that stands at its margin.

Derived from the state and never stored; what one state says of one version is computed once.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final

from paraph.client.negotiating import linting, positions, remarks
from paraph.client.negotiating.threads import open_at
from paraph.protocol.negotiation.kept import kept_by_identity
from paraph.protocol.negotiation.lint import Finding
from paraph.protocol.negotiation.matrix import Mark
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.negotiation.text import Part

SETTLED: Final = frozenset({"agreed", "frozen"})
"""States of clauses on which nothing is open."""
MISSING: Final = "missing"
STALE: Final = "stale"


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A clause of a version, with its margin.

    Attributes:
        part: The clause.
        number: Its number; empty if it has none.
        before: Its number in the version before, empty if it had none there; nothing where it was
            not in the version before, or there is none.
        state: What the positions and brackets make of it.
        marks: Where the parties stand, by party.
        held: Brackets and placeholders by holder, in the language that has most.
        languages: By language, what its words are: original, courtesy_translation, stale, missing,
            or another word; empty where nothing is said.
        comments: Open threads between the parties that are on it.
        inner: Open threads inside the own ministry that are on it.
    """

    part: Part
    number: str
    before: str | None
    state: str
    marks: Mapping[str, Mark]
    held: Mapping[str, int]
    languages: Mapping[str, str]
    comments: int
    inner: int

    @property
    def is_settled(self) -> bool:
        """Whether everybody agrees for good to these very words."""
        return self.state in SETTLED

    @property
    def is_new(self) -> bool:
        """Whether it was not in the version before."""
        return self.before is None


@kept_by_identity(4)
def findings_of(
    state: State, talks: Negotiation, version: Version
) -> Mapping[str, tuple[Finding, ...]]:
    """Return what a machine finds in *version*, by clause."""
    return findings_among(state, talks, version, None)


def findings_among(
    state: State, talks: Negotiation, version: Version, among: Collection[str] | None
) -> Mapping[str, tuple[Finding, ...]]:
    """Do what :func:`findings_of` does for the clauses *among*, and look at no other."""
    found: dict[str, tuple[Finding, ...]] = {}
    for each in linting.for_readers(version.text, linting.against_in(state, talks), among):
        found[each.cid] = (*found.get(each.cid, ()), each)
    return found


def parent_of(talks: Negotiation, version: Version) -> Version | None:
    """Return the version that *version* changes, or nothing where it was tabled whole."""
    return talks.versions.get(version.content.parents[0]) if version.content.parents else None


@kept_by_identity(8)
def sheet(
    state: State, talks: Negotiation, version: Version, inner: Negotiation | None
) -> tuple[Line, ...]:
    """Return the clauses of *version* in order, each with its margin.

    Args:
        state: The state of the channel.
        talks: The negotiation.
        version: A version of it.
        inner: The same negotiation as the own ministry talks about it inside; nothing without.
    """
    parent = parent_of(talks, version)
    numbers_before = parent.text.numbers() if parent is not None else {}
    comments = open_at(talks, version, talks.versions)
    notes = open_at(inner, version, talks.versions) if inner is not None else Counter()
    status = {each.language: each.status for each in version.content.language_status}
    return tuple(
        Line(
            part=part,
            number=row.number,
            before=numbers_before.get(part.cid),
            state=row.state,
            marks=row.marks,
            held=remarks.held(part, state.parties),
            languages={each: _language(part, each, status) for each in version.text.languages},
            comments=comments[part.cid],
            inner=notes[part.cid],
        )
        for part, row in zip(version.text.parts, positions.rows(state, talks, version), strict=True)
    )


def _language(part: Part, language: str, status: Mapping[str, str]) -> str:
    if not part.words.get(language):
        return MISSING
    return STALE if language in part.stale else status.get(language, "")
