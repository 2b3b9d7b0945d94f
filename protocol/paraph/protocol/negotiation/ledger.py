"""The bracket ledger: who holds which words, and since which version (SPEC 7.7).

A view, computed from the versions and never stored. Words move with their clause along its
lineage: what stood between the same brackets of the same holder in a version before, without a
break, has stood since then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from paraph.protocol.errors import MalformedError
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation.kept import kept_by_identity
from paraph.protocol.negotiation.lineage import lineage_of
from paraph.protocol.negotiation.marks import Group, Tally
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.negotiation.text import Text
from paraph.protocol.negotiation.trie import Trie


@dataclass(frozen=True, slots=True)
class Row:
    """A bracket or a placeholder.

    Attributes:
        cid: Clause.
        language: In which language.
        holder: Code of the party that holds it, ``marks.UNATTRIBUTED``, ``marks.PLACEHOLDER``.
        words: What stands in it, without brackets and holder.
        since: Version since which it has stood so, with the same holder and words.
        alternatives: Number of the set of alternatives in that clause and language; 0 = none.
        depth: How many brackets it stands in.
    """

    cid: str
    language: str
    holder: str
    words: str
    since: Version
    alternatives: int
    depth: int


@dataclass(frozen=True, slots=True)
class Count:
    """What is left in a version.

    Attributes:
        version: The version.
        brackets: By language.
        placeholders: By language.
        held_by: By language, then by holder; who holds none is absent.
    """

    version: Version
    brackets: Mapping[str, int]
    placeholders: Mapping[str, int]
    held_by: Mapping[str, Mapping[str, int]]

    @property
    def left(self) -> int:
        """How many brackets and placeholders are left, by the language that has most of each."""
        return max(self.brackets.values()) + max(self.placeholders.values())


def ledger(state: State, talks: Negotiation, version: Version) -> tuple[Row, ...]:
    """Return every bracket and placeholder of *version*, in the order of the text.

    Language by language within a clause, a nested one after the one that holds it. A clause whose
    brackets do not pair has none in that language: that is a finding.
    """
    return _ledger(talks.versions, version, state.parties)


@kept_by_identity(8)
def _ledger(versions: Trie[Version], version: Version, codes: tuple[str, ...]) -> tuple[Row, ...]:
    view, text = _View(versions, codes), version.text
    return tuple(
        row
        for part in text.parts
        for language in text.languages
        for row in view.rows(version, part.cid, language)
    )


def of_clause(state: State, talks: Negotiation, version: Version, cid: str) -> tuple[Row, ...]:
    """Return what :func:`ledger` says of one clause, and compute no more than that."""
    view = _View(talks.versions, state.parties)
    languages = version.text.languages
    return tuple(row for each in languages for row in view.rows(version, cid, each))


_Held = tuple[str, str]
"""Holder and words."""


class _View:
    # What is computed once, however many clauses and versions are looked at.
    def __init__(self, versions: Trie[Version], codes: tuple[str, ...]) -> None:
        self._codes = codes
        self._lineage = lineage_of(versions)
        self._known: dict[str, frozenset[_Held]] = {}

    def rows(self, version: Version, cid: str, language: str) -> Iterator[Row]:
        text = self._words(version, cid, language)
        groups = _groups(text, self._codes)
        if not groups:
            return
        sets = {
            each.start: number
            for number, group in enumerate(marks.alternatives(text, groups), 1)
            for each in group
        }
        stands = {
            each.statement: (each, [self._held(self._words(each, one, language)) for one in cids])
            for each, cids in self._lineage.stood(version.statement, cid)
        }
        since: dict[_Held, Version] = {}
        for group, depth in _walk(groups, 0):
            held = (group.holder, _inside(text, group))
            if held not in since:
                since[held] = _first(version, stands, held)
            yield Row(cid, language, *held, since[held], sets.get(group.start, 0), depth)

    def _words(self, version: Version, cid: str, language: str) -> str:
        part = self._lineage.part(version.statement, cid)
        return part.words.get(language, "") if part is not None else ""

    def _held(self, text: str) -> frozenset[_Held]:
        found = self._known.get(text)
        if found is None:
            groups = marks.walk(_groups(text, self._codes))
            found = frozenset((each.holder, _inside(text, each)) for each in groups)
            self._known[text] = found
        return found


def _walk(groups: Sequence[Group], depth: int) -> Iterator[tuple[Group, int]]:
    for group in groups:
        yield group, depth
        yield from _walk(group.inside, depth + 1)


def _first(
    version: Version,
    stands: Mapping[bytes, tuple[Version, Sequence[Collection[_Held]]]],
    held: _Held,
) -> Version:
    # The earliest version from which it has stood without a break.
    first = version
    to_come, seen = [version], {version.statement}
    while to_come:
        at = to_come.pop()
        first = min(first, at, key=lambda each: each.index)
        for parent in at.content.parents:
            if parent not in seen:
                seen.add(parent)
                each, clauses = stands[parent]
                if any(held in there for there in clauses):
                    to_come.append(each)
    return first


def _groups(text: str, codes: Collection[str]) -> tuple[Group, ...]:
    try:
        return marks.parse(text, codes)
    except MalformedError:
        return ()


def _inside(text: str, group: Group) -> str:
    words = text[group.start + 1 : group.end - 1]
    return (
        words.removeprefix(group.holder).removeprefix(":").strip(" \u00a0")
        if group.holder
        else words
    )


def count(state: State, version: Version) -> Count:
    """Return how many brackets and placeholders are left in *version*."""
    tallies = _tallies(version.text, state.parties)
    return Count(
        version,
        {language: each.brackets for language, each in tallies.items()},
        {language: each.placeholders for language, each in tallies.items()},
        {language: each.held_by for language, each in tallies.items()},
    )


@kept_by_identity(512)
def _tallies(text: Text, codes: tuple[str, ...]) -> Mapping[str, Tally]:
    return {
        language: marks.tally([part.words.get(language, "") for part in text.parts], codes)
        for language in text.languages
    }


def trend(state: State, talks: Negotiation, version: Version) -> tuple[Count, ...]:
    """Return what was left in each version that *version* was made from, and in itself."""
    line = lineage_of(talks.versions).ancestors(version.statement)
    return tuple(count(state, each) for each in line)
