"""Notes of a machine on a clause: what a reader may want to look at, and no finding (SPEC 7.7)."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from paraph.protocol.negotiation.lint import phrases
from paraph.protocol.negotiation.lint.characters import alphabet_of
from paraph.protocol.negotiation.lint.clauses import (
    Detail,
    Finding,
    Rules,
    differ,
    is_missing,
    letters,
    without_references,
)
from paraph.protocol.negotiation.lint.lexicons import Lexicon
from paraph.protocol.negotiation.text import Part

_QUOTES: Final = re.compile('["\u00ab\u00bb\u201c\u201d\u201e\u201f]')
_TENS: Final = 20
_ONES: Final = 10
_HUNDRED: Final = 100
_THOUSAND: Final = 1_000
_LEAST_COMPARED: Final = 3
"""One and two are also articles and grammatical numbers."""
_LONGEST_MARKER: Final = 2
_LONGEST_NUMBER: Final = 8
"""Words of one number."""


def notes(part: Part, languages: Sequence[str], rules: Rules) -> Iterator[Finding]:
    """Yield what a reader may want to look at in one clause."""
    words = {each: part.words[each] for each in languages if not is_missing(part, each)}
    known = {each: rules.lexicons[each] for each in words if each in rules.lexicons}
    found: list[tuple[str, Detail]] = [
        ("lone_letter", _hits({each: lone_letters(words[each]) for each in words})),
        (
            "figure_differs_from_words",
            _hits({each: unequal_pairs(words[each], known[each]) for each in known}),
        ),
        (
            "quotation_style",
            _hits({each: foreign_quotes(words[each], known[each]) for each in known}),
        ),
    ]
    if len(words) == len(languages):
        numbers = {each: large_numbers(words[each], known[each]) for each in known}
        items = {each: (str(list_items(words[each])),) for each in words}
        found.append(("number_words_differ", numbers if differ(numbers) else {}))
        found.append(("list_items", items if differ(items) else {}))
    for check, detail in found:
        if detail:
            yield Finding(check, part.cid, detail, severity="note")


def _hits(found: Detail) -> Detail:
    return {language: each for language, each in found.items() if each}


def lone_letters(text: str) -> tuple[str, ...]:
    """Return the words of one letter in another alphabet than most of *text*."""
    alphabet = alphabet_of().get
    if len(set(map(alphabet, set(text))) - {None}) < 2:
        return ()  # of most clauses this is known without reading them word by word
    found = letters(text)
    count = Counter(name for word in found for each in word if (name := alphabet(each)))
    if len(count) < 2:
        return ()
    main = min(count, key=lambda name: (-count[name], name))
    return tuple(word for word in found if len(word) == 1 and alphabet(word) not in (None, main))


def foreign_quotes(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the quotation marks of *text* that its language does not use, each once."""
    found = dict.fromkeys(_QUOTES.findall(text))
    return tuple(each for each in found if each not in lexicon.quotes) if lexicon.quotes else ()


def list_items(text: str) -> int:
    """Return how many items are marked in *text*: ``(a)``, ``b)``, ``1)``."""
    if ")" not in text:
        return 0
    plain = without_references(text)
    return sum(map(_is_marker, *_with_neighbours(plain)))


def _with_neighbours(text: str) -> tuple[Sequence[phrases.Word], list[str], list[str]]:
    found = phrases.words(text)
    before = [text[max(0, word.start - 2) : word.start] for word in found]
    after = [text[word.end : word.end + 1] for word in found]
    return found, before, after


def _is_marker(word: phrases.Word, before: str, after: str) -> bool:
    if after != ")" or len(word.text) > _LONGEST_MARKER:
        return False
    opened = before.endswith("(")
    if opened and any(phrases.figures(word.text)):
        return False  # a figure beside its words
    gap = before[:1] if opened else before[-1:]
    return phrases.is_blank(gap) or len(before) < (2 if opened else 1)


# ------------------------------------------------------------------ numbers in words


def numbers_in_words(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, int]]:
    """Yield every number that *text* writes in words: its value, where it begins and ends."""
    value_of = _numerals(lexicon)
    run: list[int] = []
    start = end = 0
    small = phrases.lower(text)
    if not lexicon.particles and value_of.keys().isdisjoint(phrases.different(small)):
        return  # most clauses write no number: looked at once, in C
    for word in phrases.words(small):
        value = _value(word.text, value_of, lexicon.particles)
        touches = 0 < len(run) < _LONGEST_NUMBER and phrases.is_join(small[end : word.start])
        if touches and word.text == lexicon.joiner and _takes_ones(run):
            end = word.end
            continue
        if value is not None and touches:
            run.append(value)
            end = word.end
        else:
            if run:
                yield _sum(run), start, end
            run = [] if value is None else [value]
            start, end = word.start, word.end
    if run:
        yield _sum(run), start, end


@functools.lru_cache(maxsize=64)
def _numerals(lexicon: Lexicon) -> dict[str, int]:
    return {form: number for number, forms in lexicon.numerals.items() for form in forms}


def _takes_ones(run: Sequence[int]) -> bool:
    return run[-1] >= _TENS and run[-1] % _ONES == 0


def _value(word: str, value_of: Mapping[str, int], particles: Sequence[str]) -> int | None:
    if word in value_of:
        return value_of[word]
    bare = (word.removeprefix(each) for each in particles if word.startswith(each))
    return next((value_of[each] for each in bare if each in value_of), None)


def _sum(run: Sequence[int]) -> int:
    total = part = 0
    for value in run:
        if value == _THOUSAND:
            total, part = total + max(part, 1) * value, 0
        else:
            part = max(part, 1) * value if value == _HUNDRED else part + value
    return total + part


def large_numbers(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the numbers that *text* writes in words, from three on, ascending."""
    values = (value for value, _, _ in numbers_in_words(text, lexicon))
    return tuple(map(str, sorted(value for value in values if value >= _LEAST_COMPARED)))


def unequal_pairs(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return each number of *text* with another beside it in parentheses: ``two (3)``."""
    if "(" not in text:
        return ()
    written = [(str(value), start, end) for value, start, end in numbers_in_words(text, lexicon)]
    figures = [
        (figure, word.start, word.end)
        for word in phrases.words(text)
        if len(found := list(phrases.figures(word.text))) == 1
        and len(figure := found[0]) == len(word.text)
    ]
    ends = {end: (value, start) for value, start, end in (*written, *figures)}
    starts = {start: (value, end) for value, start, end in (*written, *figures)}
    return tuple(
        text[start : after + 1]
        for end, (value, start) in sorted(ends.items())
        for opened in (text.find("(", end, end + 3),)
        if opened >= 0 and phrases.is_blank(text[end:opened]) and opened + 1 in starts
        for other, after in (starts[opened + 1],)
        if text[after : after + 1] == ")" and value != other
    )
