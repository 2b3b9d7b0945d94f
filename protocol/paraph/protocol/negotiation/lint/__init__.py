"""What a machine finds in a text: concordance of its languages, and wording (SPEC 7.7).

Findings bar the conclusion, so that both sides must compute the same: the word lists are frozen
with the rules, and the tables of characters are our own. Notes are for the eye and bar nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation.lint import clauses
from paraph.protocol.negotiation.lint import notes as noting
from paraph.protocol.negotiation.lint.clauses import Finding, Rules, Term
from paraph.protocol.negotiation.lint.lexicons import BUILT_IN, Lexicon
from paraph.protocol.negotiation.text import Text

__all__ = ["BUILT_IN", "Finding", "Lexicon", "Term", "findings", "is_clean", "notes"]

BINDING = "binding"


def findings(
    text: Text,
    codes: Sequence[str],
    legal_character: str,
    *,
    terms: Sequence[Term] = (),
    lexicons: Mapping[str, Lexicon] = BUILT_IN,
) -> tuple[Finding, ...]:
    """Return everything in *text* that bars its conclusion, in the order of the clauses.

    Args:
        text: The text, in all its languages.
        codes: Codes of the parties.
        legal_character: ``binding``, or else treaty wording is a finding.
        terms: Terms of the glossary that both sides agreed.
        lexicons: Word lists by language; others than the built-in are for a desk's own eyes.
    """
    rules = _rules(text, codes, legal_character, terms, lexicons)
    return tuple(
        found for part in text.parts for found in clauses.findings(part, text.languages, rules)
    )


def notes(
    text: Text,
    codes: Sequence[str],
    legal_character: str,
    *,
    lexicons: Mapping[str, Lexicon] = BUILT_IN,
) -> tuple[Finding, ...]:
    """Return what a reader of *text* may want to look at; it bars nothing."""
    rules = _rules(text, codes, legal_character, (), lexicons)
    return tuple(
        found for part in text.parts for found in noting.notes(part, text.languages, rules)
    )


def _rules(
    text: Text,
    codes: Sequence[str],
    legal_character: str,
    terms: Sequence[Term],
    lexicons: Mapping[str, Lexicon],
) -> Rules:
    return Rules(codes, text.numbers(), legal_character == BINDING, terms, lexicons)


def is_clean(
    text: Text, codes: Sequence[str], legal_character: str, *, terms: Sequence[Term] = ()
) -> bool:
    """Tell whether *text* has no bracket, no placeholder and no finding in any language."""
    for language in text.languages:
        words = [part.words.get(language, "") for part in text.parts]
        tally = marks.tally(words, codes)
        if tally.brackets or tally.placeholders or not tally.balanced:
            return False
    return not findings(text, codes, legal_character, terms=terms)
