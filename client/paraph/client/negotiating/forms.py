"""Whether two words are forms of one: by endings, never by a bare stem.

``часа`` is a form of ``час``, ``частота`` is not: what two words do not share must be endings of
one class in their language. Languages without classes here are compared word by word; writing
without blanks between words is searched as it stands. The lists are data; nothing here enters the
state.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from paraph.protocol.negotiation.kept import kept

LEAST_SHARED: Final = 3
"""Letters that two forms of a word have in common at least."""
_MOST_ENDING: Final = 4


def _endings(*listed: str, bare: bool = False) -> frozenset[str]:
    # As words are compared; with *bare*, the word without an ending is a form too.
    found = {each.casefold() for line in listed for each in line.split()}
    return frozenset(found | {""} if bare else found)


CLASSES: Final[Mapping[str, tuple[frozenset[str], ...]]] = {
    "en": (
        _endings("s es ed ing ings 's s'", bare=True),
        _endings("e es ed ing ings e's"),
        _endings("y ies ied ying y's"),
        _endings("s ism isms ist ists ise ize", bare=True),
    ),
    "ru": (
        _endings("а я ы и у ю е о ь й ой ей ом ем ов ев ам ям ами ями ах ях", bare=True),
        _endings("ь ью и ьи ья ье ьям ей ям ями ях"),
        _endings("ый ий ой ая яя ое ее ые ие ого его ому ему ым им ом ем ей ую юю ых их ыми ими"),
        _endings("ть ти у ю ешь ет ем ете ут ют ишь ит им ите ат ят л ла ло ли в вши"),
    ),
    "uk": (
        _endings("а я и і ї у ю е є о ь й ою ею єю ом ем єм ів їв ам ям", bare=True),
        _endings("ами ями ах ях ові еві", bare=True),
        _endings("ий ій а я е є і ого ього ому ьому им їм ою ею у ю их іх ими іми"),
    ),
    "fr": (
        _endings("s es e x", bare=True),
        _endings("er é ée és ées e es ons ez ent ant ait"),
        _endings("al aux ale ales"),
    ),
    "es": (_endings("s es", bare=True), _endings("o a os as"), _endings("z ces")),
    "de": (_endings("e en er es em n s ern", bare=True),),
    "el": (
        _endings("α ας ες ων ά ός ών"),
        _endings("ο ος ου οι ους ων ε"),
        _endings("η ης εις εων ις ή ής ές ών"),
        _endings("υ ς ν τα τος των", bare=True),
    ),
    "ar": (_endings("ة ات ين ون ان ه ها هم نا ي ية ا", bare=True),),
}
"""Endings by language: two words are forms of one where both their rests stand in one class."""
PARTICLES: Final[Mapping[str, tuple[str, ...]]] = {
    "ar": tuple(
        conjunction + article
        for conjunction in ("", "و", "ف")
        for article in ("", "ال", "ب", "ك", "ل", "بال", "كال", "لل")
        if conjunction + article
    )
}
"""What a language writes onto the beginning of words."""

_UNSPACED: Final = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
_SILENT: Final = frozenset(
    ("\u0640", "\u0670", *map(chr, range(0x064B, 0x0660)), *map(chr, range(0x0591, 0x05C8)))
)
"""Arabic and Hebrew signs that are written or left out at will."""
_APOSTROPHES: Final = frozenset("'\u2019")
_JOINS: Final = frozenset(" \t\n\u00a0\u202f\u2009-\u2010\u2011/")
"""What may stand between the words of a phrase."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text.

    Attributes:
        form: As it is compared.
        start: Where it begins.
        end: Just after it.
    """

    form: str
    start: int
    end: int


@kept(512)
def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of *text* in order; a soft hyphen or a hidden character parts none.

    Not the tokens of :mod:`paraph.protocol.negotiation.comparing`, which together are the text:
    here it matters where a word begins and ends, and in which form it is looked for.
    """
    found: list[Word] = []
    start = -1
    for at, each in enumerate(itertools.chain(text, " ")):
        category = unicodedata.category(each)
        inside = category[0] in "LMN" or (start >= 0 and category == "Cf")
        if not inside and start >= 0 and each in _APOSTROPHES:
            inside = text[at + 1 : at + 2].isalpha()
        if inside and start < 0:
            start = at
        elif not inside and start >= 0:
            found.append(Word(_form(text[start:at]), start, at))
            start = -1
    return tuple(found)


def _form(word: str) -> str:
    plain = unicodedata.normalize("NFC", word).casefold().replace("ё", "е").replace("\u2019", "'")
    return "".join(
        each for each in plain if each not in _SILENT and unicodedata.category(each) != "Cf"
    )


@kept(16_384)
def same_word(wanted: str, word: str, language: str) -> bool:
    """Tell whether *word* is *wanted* or another form of it; both as in ``Word.form``."""
    particles = PARTICLES.get(language, ())
    return any(
        _forms_of_one(a, b, language)
        for a in _bare(wanted, particles)
        for b in _bare(word, particles)
    )


def _bare(word: str, particles: Sequence[str]) -> Iterator[str]:
    yield word
    for each in particles:
        if word.startswith(each) and len(word) >= len(each) + LEAST_SHARED:
            yield word.removeprefix(each)


def _forms_of_one(a: str, b: str, language: str) -> bool:
    if a == b:
        return True
    if a[:LEAST_SHARED] != b[:LEAST_SHARED]:
        return False
    shared = next(
        (at for at, (one, other) in enumerate(zip(a, b, strict=False)) if one != other),
        min(len(a), len(b)),
    )
    longest = max(len(a), len(b))
    for cut in range(shared, max(LEAST_SHARED, longest - _MOST_ENDING) - 1, -1):
        if any(a[cut:] in each and b[cut:] in each for each in CLASSES.get(language, ())):
            return True
    return False


def find(phrase: str, text: str, language: str) -> list[str]:
    """Return every place of *text* where a form of *phrase* stands, as it is written there."""
    wanted = words_of(phrase)
    if not wanted:
        return []
    if any(_is_unspaced(each) for each in phrase):
        return [phrase] * text.count(phrase)
    words = words_of(text)
    found: list[str] = []
    for at in range(len(words) - len(wanted) + 1):
        row = words[at : at + len(wanted)]
        if all(
            same_word(one.form, other.form, language)
            for one, other in zip(wanted, row, strict=True)
        ) and all(_joined(text[a.end : b.start]) for a, b in itertools.pairwise(row)):
            found.append(text[row[0].start : row[-1].end])
    return found


def _joined(gap: str) -> bool:
    return all(each in _JOINS or unicodedata.category(each) == "Cf" for each in gap)


def _is_unspaced(character: str) -> bool:
    return unicodedata.name(character, "").startswith(_UNSPACED)
