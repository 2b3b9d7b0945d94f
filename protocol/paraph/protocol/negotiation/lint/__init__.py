"""What a machine finds in a text: concordance of its languages, and wording (SPEC 7.7).

Findings bar the conclusion, so that both sides must compute the same: the word lists are frozen
with the rules, and the tables of characters are our own. Notes are for the eye and bar nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation.kept import kept
from paraph.protocol.negotiation.lint import clauses
from paraph.protocol.negotiation.lint import notes as noting
from paraph.protocol.negotiation.lint.clauses import Finding, Rules, Term
from paraph.protocol.negotiation.lint.lexicons import BUILT_IN, Lexicon
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.statements.versions import MOST_CLAUSES

__all__ = ["BUILT_IN", "Finding", "Lexicon", "Term", "findings", "notes"]

BINDING = "binding"


def findings(
    text: Text,
    codes: Sequence[str],
    legal_character: str,
    *,
    terms: Sequence[Term] = (),
    lexicons: Mapping[str, Lexicon] = BUILT_IN,
    among: Collection[str] | None = None,
) -> tuple[Finding, ...]:
    """Return everything in *text* that bars its conclusion, in the order of the clauses.

    Args:
        text: The text, in all its languages.
        codes: Codes of the parties.
        legal_character: ``binding``, or else treaty wording is a finding.
        terms: Terms of the glossary that both sides agreed.
        lexicons: Word lists by language; others than the built-in are for a desk's own eyes.
        among: Clauses that are looked at; all, if not given.
    """
    against = _against(text, codes, legal_character, terms, lexicons)
    numbers = text.numbers()
    parts = _parts(text, among)
    return tuple(found for part in parts for found in _findings(part, numbers, against))


def notes(
    text: Text,
    codes: Sequence[str],
    legal_character: str,
    *,
    lexicons: Mapping[str, Lexicon] = BUILT_IN,
    among: Collection[str] | None = None,
) -> tuple[Finding, ...]:
    """Return what a reader of *text* may want to look at; it bars nothing."""
    against = _against(text, codes, legal_character, (), lexicons)
    return tuple(
        found
        for part in _parts(text, among)
        for found in _notes_kept(part.cid, _words_of(part), part.stale, against)
    )


def _parts(text: Text, among: Collection[str] | None) -> tuple[Part, ...]:
    return tuple(part for part in text.parts if among is None or part.cid in among)


# ------------------------------------------------------------------ once for each wording

_Pairs = tuple[tuple[str, str], ...]
_KEPT: Final = 2 * MOST_CLAUSES
"""Clauses of which it is remembered what was found: most stay as they are in the next version."""


@dataclass(frozen=True)
class _Against:
    # What every clause of a text is checked against, as a value that can be a key.
    languages: tuple[str, ...]
    codes: tuple[str, ...]
    binding: bool
    terms: tuple[_Pairs, ...]
    lexicons: tuple[tuple[str, Lexicon], ...]

    @functools.cached_property
    def key(self) -> int:
        return hash((self.languages, self.codes, self.binding, self.terms, self.lexicons))

    def __hash__(self) -> int:
        return self.key

    def rules(self, numbers: Mapping[str, str]) -> Rules:
        terms = tuple(map(dict, self.terms))
        return Rules(self.codes, numbers, self.binding, terms, dict(self.lexicons))


def _against(
    text: Text,
    codes: Sequence[str],
    legal_character: str,
    terms: Sequence[Term],
    lexicons: Mapping[str, Lexicon],
) -> _Against:
    return _Against(
        languages=text.languages,
        codes=tuple(codes),
        binding=legal_character == BINDING,
        terms=tuple(tuple(sorted(each.items())) for each in terms),
        lexicons=tuple((each, lexicons[each]) for each in sorted(lexicons)),
    )


def _words_of(part: Part) -> _Pairs:
    return tuple((each, part.words[each]) for each in sorted(part.words))


def _findings(part: Part, numbers: Mapping[str, str], against: _Against) -> tuple[Finding, ...]:
    # Of the rest of the text a clause's findings rest on the numbers that it refers to.
    words = _words_of(part)
    named = {ref for _, each in words if "{ref:" in each for ref in marks.references(each)}
    known = tuple((ref, numbers[ref]) for ref in sorted(named) if ref in numbers)
    return _findings_kept(part.cid, words, part.stale, known, against)


@kept(_KEPT)
def _findings_kept(
    cid: str, words: _Pairs, stale: frozenset[str], numbers: _Pairs, against: _Against
) -> tuple[Finding, ...]:
    rules = against.rules(dict(numbers))
    return tuple(clauses.findings(_part(cid, words, stale), against.languages, rules))


@kept(_KEPT)
def _notes_kept(
    cid: str, words: _Pairs, stale: frozenset[str], against: _Against
) -> tuple[Finding, ...]:
    return tuple(noting.notes(_part(cid, words, stale), against.languages, against.rules({})))


def _part(cid: str, words: _Pairs, stale: frozenset[str]) -> Part:
    return Part(cid, "", dict(words), {}, "", stale)
