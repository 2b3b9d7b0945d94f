"""Sentences of this program that can be said in another language as well. Imports nothing.

A sentence is made in English where it is said, and is a plain ``str`` to whoever reads English.
It also knows the pattern that it was made from and the values in it, by name: a page of another
language looks the pattern up in its catalogue and fills the same values in. A sentence without
values is its own pattern.

    worded("expected %(author)s, got %(found)s", author="USA", found=2)
    counted(3, "%(n)s clause", "%(n)s clauses")
    worded("a %(role)s may not sign", role=coded("role", "legal_adviser", "legal adviser"))

Patterns are literals, so that they can be gathered from the source; a test finds one that is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Self


class Coded(str):
    """A code of the protocol in a sentence, and the vocabulary that has words for it.

    Attributes:
        vocabulary: Its name.
        english: What English says for the code; empty if the code stands for itself.
    """

    __slots__ = ("english", "vocabulary")

    vocabulary: str
    english: str

    def __new__(cls, code: str, vocabulary: str = "", english: str = "") -> Self:
        """Make one; see :func:`coded`."""
        made = super().__new__(cls, code)
        made.vocabulary, made.english = vocabulary, english
        return made


class Multilingual(str):
    """Words that somebody gave in several languages; a page shows those of its own language.

    Attributes:
        words: By language. In an English sentence the first stand, whatever they are.
    """

    __slots__ = ("words",)

    words: Mapping[str, str]

    def __new__(cls, first: str, words: Mapping[str, str] | None = None) -> Self:
        """Make one; see :func:`multilingual`."""
        made = super().__new__(cls, first)
        made.words = words or {}
        return made


class Sentence(str):
    """A sentence in English, with what it was made of; made by :func:`worded` and :func:`counted`.

    Attributes:
        pattern: With ``%(name)s`` for each value.
        plural: The pattern for another number than one; empty if the number does not matter.
        values: By name: sentences and codes too, and tuples of them, which are parted by commas;
            ``n`` is the number that the plural is of.
    """

    __slots__ = ("pattern", "plural", "values")

    pattern: str
    plural: str
    values: Mapping[str, object]

    def __new__(
        cls, pattern: str, plural: str = "", values: Mapping[str, object] | None = None
    ) -> Self:
        """Make one; without values the pattern is the sentence, whatever it holds."""
        chosen = plural if plural and values and values["n"] != 1 else pattern
        words = chosen % {name: plain(each) for name, each in values.items()} if values else chosen
        made = super().__new__(cls, words)
        made.pattern, made.plural, made.values = pattern, plural, values or {}
        return made


NOTHING: Final = Sentence("")


def plain(value: object) -> str:
    """Return *value* as it stands in an English sentence."""
    match value:
        case tuple():
            return ", ".join(map(plain, value))
        case Coded(english=str(words)) if words:
            return words
        case _:
            return str(value)


def worded(pattern: str, /, **values: object) -> Sentence:
    """Return the sentence of *pattern*, a literal, with *values*."""
    return Sentence(pattern, "", values)


def counted(n: int, one: str, many: str, /, **values: object) -> Sentence:
    """Return *one* or *many*, literals, with ``n`` and *values*."""
    return Sentence(one, many, {"n": n, **values})


def coded(vocabulary: str, code: str, english: str = "") -> Coded:
    """Return a code that has words in *vocabulary* of the desk; *english*, if given, in English."""
    return Coded(code, vocabulary, english)


def multilingual(words: Mapping[str, str]) -> Multilingual:
    """Return *words* of somebody by language, of which a page shows one."""
    return Multilingual(next(iter(words.values()), ""), words)


def all_coded(vocabulary: str, codes: Iterable[str]) -> tuple[Coded, ...]:
    """Return several codes; see :func:`coded`."""
    return tuple(coded(vocabulary, each) for each in codes)


def sentence(words: str) -> Sentence:
    """Return *words* as a sentence; one that is not one yet is its own pattern."""
    return words if isinstance(words, Sentence) else Sentence(words)
