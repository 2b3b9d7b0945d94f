"""Words and phrases in a text, found alike by every interpreter (SPEC 7.7).

A phrase is written as words with blanks between them:

- ``hours`` is that whole word; ``kilomet*`` any word that begins so, ``*metre`` one that ends so,
  ``*met*`` one that holds it;
- ``~hour`` is the word with or without the particles that its language writes onto words;
- ``# minutes`` counts only after a figure or a closing parenthesis.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from paraph.protocol.negotiation.kept import kept
from paraph.protocol.negotiation.lint.character_tables import DIGITS, LETTERS, SPACES
from paraph.protocol.negotiation.lint.characters import digit_of, lower_of, one_of

ANY: Final = "*"
PARTICLES: Final = "~"
AFTER_FIGURE: Final = "#"
_LOW_LINE: Final = "2n 1"
_HYPHENS: Final = frozenset("-/'\u2010\u2011\u2019")


_KEPT: Final = 64
"""Texts whose words are remembered: a clause is read by one check after the other."""


class Word(NamedTuple):
    """A run of letters, digits and low lines, and where it stands."""

    text: str
    start: int
    end: int


@kept(_KEPT)
def words(text: str) -> tuple[Word, ...]:
    """Return the words and figures of *text*, in order."""
    found = one_of(LETTERS, DIGITS, _LOW_LINE).finditer(text)
    return tuple(Word(each[0], each.start(), each.end()) for each in found)


@kept(_KEPT)
def different(text: str) -> frozenset[str]:
    """Return the words and figures of *text*, each once."""
    return frozenset(one_of(LETTERS, DIGITS, _LOW_LINE).findall(text))


def is_blank(text: str) -> bool:
    """Tell whether *text* holds nothing but blanks; also of no text at all."""
    return not text or one_of(SPACES).fullmatch(text) is not None


def is_join(text: str) -> bool:
    """Tell whether what stands between two words leaves them one phrase: blanks, or a hyphen."""
    return is_blank(text) or text in _HYPHENS


def lower(text: str) -> str:
    """Return *text* with small letters; every character stays in its place."""
    return text.translate(lower_of())


def figures(text: str) -> Iterator[str]:
    """Yield the figures of *text* in the digits 0 to 9, in order."""
    digits = digit_of()
    for found in one_of(DIGITS).findall(text):
        yield "".join(digits[each] for each in found)


@dataclass(frozen=True, slots=True)
class _Form:
    # One word of a phrase: exact, or open at its ends.
    text: str
    open_start: bool
    open_end: bool

    def fits(self, word: str) -> bool:
        if self.open_start and self.open_end:
            return self.text in word
        if self.open_start:
            return word.endswith(self.text)
        return word.startswith(self.text) if self.open_end else word == self.text


@dataclass(frozen=True, slots=True)
class _Phrase:
    label: str
    forms: tuple[_Form, ...]
    after_figure: bool

    def stands_at(self, text: str, found: Sequence[Word], at: int) -> bool:
        # Whether the words from this place on are the phrase.
        if not self.forms[0].fits(found[at].text):  # of most words this is known at once
            return False
        part = found[at : at + len(self.forms)]
        return (
            len(part) == len(self.forms)
            and all(form.fits(word.text) for form, word in zip(self.forms, part, strict=True))
            and all(is_join(text[a.end : b.start]) for a, b in itertools.pairwise(part))
            and (not self.after_figure or _follows_figure(text, part[0].start))
        )


def _follows_figure(text: str, start: int) -> bool:
    figure, gap = text[max(0, start - 2) : start - 1], text[start - 1 : start]
    return bool(gap) and is_blank(gap) and (figure == ")" or figure in digit_of())


class Phrases:
    """Phrases to look for, each under a label.

    Args:
        by_label: Phrases as written, by label.
        particles: What the language writes onto the beginning of words.
    """

    def __init__(
        self, by_label: Mapping[str, Iterable[str]], particles: Sequence[str] = ()
    ) -> None:
        self._exact: dict[str, list[_Phrase]] = {}
        self._open: list[_Phrase] = []
        for label, written in by_label.items():
            for each in written:
                for phrase in _parse(label, each, particles):
                    first = phrase.forms[0]
                    is_open = first.open_start or first.open_end
                    kept = self._open if is_open else self._exact.setdefault(first.text, [])
                    kept.append(phrase)
        for kept in (self._open, *self._exact.values()):
            kept.sort(key=lambda phrase: -len(phrase.forms))

    def find(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield label and words of every phrase that stands in *text*, in order.

        Where several begin with the same word the longest is told.
        """
        if not self._may_hold(text):
            return
        found = words(text)
        reached = 0
        for at, word in enumerate(found):
            if at < reached:
                continue
            for phrase in (*self._exact.get(word.text, ()), *self._open):
                if phrase.stands_at(text, found, at):
                    reached = at + len(phrase.forms)
                    yield phrase.label, text[word.start : found[reached - 1].end]
                    break

    def _may_hold(self, text: str) -> bool:
        # Most clauses hold no phrase at all: look at them once, in C.
        return not self._exact.keys().isdisjoint(different(text)) or any(
            phrase.forms[0].text in text for phrase in self._open
        )


def _parse(label: str, written: str, particles: Sequence[str]) -> Iterator[_Phrase]:
    body = written.removeprefix(AFTER_FIGURE)
    forms = tuple(
        _Form(each.text, body[: each.start].endswith(ANY), body.startswith(ANY, each.end))
        for each in words(body)
    )
    written_on = ("", *particles) if body.startswith(PARTICLES) else ("",)
    for each in written_on if forms else ():
        first = replace(forms[0], text=each + forms[0].text)
        yield _Phrase(label, (first, *forms[1:]), body != written)


@kept(256)
def single(written: str) -> Phrases:
    """Return one phrase to look for, its words in small letters."""
    return Phrases({"": (lower(written),)})
