"""The checks of one clause in all its languages (SPEC 7.7)."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from paraph.protocol.errors import MalformedError
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation.lint import phrases
from paraph.protocol.negotiation.lint.character_tables import ACCENTS, INVISIBLE, LETTERS
from paraph.protocol.negotiation.lint.characters import alphabet_of, one_of
from paraph.protocol.negotiation.lint.lexicons import Lexicon
from paraph.protocol.negotiation.lint.phrases import Phrases
from paraph.protocol.negotiation.text import Part

NO_CLAUSE: Final = "?"
"""What a live reference shows where there is no such clause."""
_SENTENCE_END: Final = re.compile("[.!?\u061f\u06d4\u3002]")
UNATTRIBUTED: Final = "unattributed"

Detail = Mapping[str, tuple[str, ...]]
Term = Mapping[str, str]
"""The words of a term of the glossary, by language; may hold ``*`` as phrases do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something of a clause that must be mended or looked at.

    Attributes:
        check: Name of the check; at most one finding of a name for a clause.
        cid: Clause.
        detail: What it is about, by language: the words found, the numbers that differ; nothing
            beside a language that is only named.
        live: Of references: the clause and the number that it has now.
        stale: Of a number typed in place of a live reference: it is no longer the right one.
        severity: A finding bars the conclusion, a note is for the eye.
    """

    check: str
    cid: str
    detail: Detail
    live: Mapping[str, str] = field(default_factory=dict)
    stale: bool = False
    severity: Literal["finding", "note"] = "finding"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a text is checked against.

    Attributes:
        codes: Codes of the parties, which attribute brackets.
        numbers: Number of every clause of the text, as :meth:`Text.numbers` gives them.
        binding: Whether the instrument is to bind: then treaty wording is right.
        terms: Terms agreed by both.
        lexicons: Word lists by language.
    """

    codes: Sequence[str]
    numbers: Mapping[str, str]
    binding: bool
    terms: Sequence[Term]
    lexicons: Mapping[str, Lexicon]


def findings(part: Part, languages: Sequence[str], rules: Rules) -> Iterator[Finding]:
    """Yield what bars the conclusion in one clause."""
    words = {each: part.words[each] for each in languages if not is_missing(part, each)}
    for check, detail in _alone(words, rules):
        if detail:
            yield Finding(check, part.cid, detail)
    if len(words) < len(languages):
        missing = [each for each in languages if each not in words]
        yield Finding("missing_text", part.cid, dict.fromkeys(missing, ()))
        return
    if part.stale:
        yield Finding("stale_language", part.cid, dict.fromkeys(sorted(part.stale), ()))
    yield from _brackets(part.cid, words, rules)
    yield from _numbers(part.cid, words, rules)
    units = {
        each: units_of(words[each], rules.lexicons[each])
        for each in words
        if each in rules.lexicons
    }
    if differ(units):
        yield Finding("unit_mismatch", part.cid, units)
    ends = {each: (str(sentences(words[each])),) for each in words}
    if differ(ends):
        yield Finding("sentence_count", part.cid, ends)
    yield from _terms(part.cid, words, rules)


def is_missing(part: Part, language: str) -> bool:
    """Tell whether *part* has no words in *language*, or nothing but blanks."""
    return phrases.is_blank(part.words.get(language, ""))


def differ(detail: Detail) -> bool:
    """Tell whether not all languages have the same."""
    return len(set(detail.values())) > 1


def without_references(text: str) -> str:
    """Return *text* with a blank in place of every live reference."""
    return marks.resolve(text, lambda _: " ")


# ------------------------------------------------------------------ one language by itself


def _alone(words: Mapping[str, str], rules: Rules) -> Iterator[tuple[str, Detail]]:
    yield "invisible_character", _hits({each: invisible(words[each]) for each in words})
    yield "mixed_script", _hits({each: mixed(words[each]) for each in words})
    if not rules.binding:
        lexicons = rules.lexicons
        known = [each for each in words if each in lexicons]
        yield (
            "treaty_wording_in_non_binding_text",
            _hits({each: treaty_wording(words[each], lexicons[each]) for each in known}),
        )


def _hits(found: Detail) -> Detail:
    return {language: each for language, each in found.items() if each}


def invisible(text: str) -> tuple[str, ...]:
    """Return the code points of *text* that nobody sees, in order."""
    return tuple(f"U+{ord(each):04X}" for run in one_of(INVISIBLE).findall(text) for each in run)


def letters(text: str) -> list[str]:
    """Return the words of *text* without digits, accents and references."""
    plain = one_of(ACCENTS).sub("", without_references(text))
    return one_of(LETTERS).findall(plain)


def mixed(text: str) -> tuple[str, ...]:
    """Return the words of *text* whose letters come from more than one alphabet."""
    alphabet = alphabet_of().get
    if len(set(map(alphabet, set(text))) - {None}) < 2:
        return ()
    return tuple(word for word in letters(text) if len(set(map(alphabet, word)) - {None}) > 1)


def treaty_wording(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the words of *text* that show an intent to be bound."""
    return tuple(found for _, found in _treaty(lexicon).find(bare(text, lexicon)))


def bare(text: str, lexicon: Lexicon) -> str:
    """Return *text* without signs that its language writes or leaves out."""
    return text.translate(dict.fromkeys(map(ord, lexicon.silent))) if lexicon.silent else text


@functools.lru_cache(maxsize=64)
def _treaty(lexicon: Lexicon) -> Phrases:
    return Phrases({"": lexicon.treaty}, lexicon.particles)


# ------------------------------------------------------------------ languages against each other


def _brackets(cid: str, words: Mapping[str, str], rules: Rules) -> Iterator[Finding]:
    shapes: dict[str, marks.Shape] = {}
    for language, text in words.items():
        try:
            shapes[language] = marks.shape(marks.parse(text, rules.codes))
        except MalformedError:
            continue
    unbalanced = [each for each in words if each not in shapes]
    if unbalanced:
        yield Finding("unbalanced_bracket", cid, dict.fromkeys(unbalanced, ()))
    elif len(set(shapes.values())) > 1:
        shown = {each: tuple(map(_shown, shapes[each])) for each in words}
        yield Finding("bracket_structure_differs", cid, shown)


def _shown(group: tuple[str, marks.Shape]) -> str:
    # A bracket and what is nested in it: RUS(USA, ●).
    holder, inside = group
    nested = ", ".join(map(_shown, inside))
    return (holder or UNATTRIBUTED) + (f"({nested})" if nested else "")


def _numbers(cid: str, words: Mapping[str, str], rules: Rules) -> Iterator[Finding]:
    live = {each: frozenset(marks.references(words[each])) for each in words}
    typed = {
        each: tuple(sorted(phrases.figures(without_references(words[each])))) for each in words
    }
    everything = frozenset().union(*live.values())
    if len(set(live.values())) > 1:
        yield _references(cid, live, typed, rules)
    elif differ(typed):
        yield Finding("number_mismatch", cid, typed)
    gone = sorted(each for each in everything if each not in rules.numbers)
    if gone:
        where = {each: tuple(ref for ref in gone if ref in live[each]) for each in words}
        yield Finding("dangling_reference", cid, _hits(where), dict.fromkeys(gone, NO_CLAUSE))


def _references(
    cid: str, live: Mapping[str, frozenset[str]], typed: Detail, rules: Rules
) -> Finding:
    # A figure where the reference of the other language is missing was typed for it.
    everything = frozenset().union(*live.values())
    full = max(live, key=lambda each: len(live[each]))
    lacking = [each for each in live if live[each] != everything]
    extra = {
        each: tuple(sorted((Counter(typed[each]) - Counter(typed[full])).elements()))
        for each in lacking
    }
    numbers = {each: rules.numbers.get(each, NO_CLAUSE) for each in sorted(everything)}
    if not all(extra.values()):
        missing = {each: tuple(sorted(everything - live[each])) for each in lacking}
        return Finding("reference_missing", cid, missing, numbers)
    return Finding(
        "literal_number_where_other_language_has_live_reference",
        cid,
        extra,
        numbers,
        stale=any(
            numbers[ref] not in extra[each] for each in lacking for ref in everything - live[each]
        ),
    )


def units_of(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the units that *text* measures in, each once."""
    found = _units(lexicon).find(bare(phrases.lower(text), lexicon))
    return tuple(sorted({unit for unit, _ in found}))


@functools.lru_cache(maxsize=64)
def _units(lexicon: Lexicon) -> Phrases:
    return Phrases(lexicon.units, lexicon.particles)


def sentences(text: str) -> int:
    """Return how often a sentence ends in *text*: a mark, then a blank or nothing."""
    return sum(
        phrases.is_blank(text[found.end() : found.end() + 1])
        for found in _SENTENCE_END.finditer(text)
    )


def _terms(cid: str, words: Mapping[str, str], rules: Rules) -> Iterator[Finding]:
    # A term that one language uses must stand in every other in the words agreed for it.
    lacking: dict[str, tuple[str, ...]] = {}
    small = {each: phrases.lower(words[each]) for each in words} if rules.terms else {}
    for term in rules.terms:
        of = [each for each in words if each in term]
        used = {each: any(phrases.single(term[each]).find(small[each])) for each in of}
        for each in of if any(used.values()) else ():
            if not used[each]:
                lacking[each] = (*lacking.get(each, ()), term[each])
    if lacking:
        yield Finding("term_differs", cid, lacking)
