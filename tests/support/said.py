"""What a page says in its own words: everything that is no text of the negotiation, and no code.

Texts of the negotiation stand in elements with a ``lang`` of their own or with ``dir="auto"``;
codes stand in ``code``, digests in ``.digest``, and what people typed in fields.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from typing_extensions import override

VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
QUIET: Final = frozenset({"code", "kbd", "pre", "samp", "script", "style", "svg", "textarea"})
"""Elements that hold no words of the page."""
DIGEST: Final = "digest"
SPOKEN: Final = ("alt", "aria-label", "placeholder", "title")
"""Attributes that are read out or shown."""
_CODE: Final = re.compile(r"(?<![\w#/.@-])[a-z]+(?:_[a-z]+)+(?![\w/@])")
_ENGLISH: Final = re.compile(r"(?<![\w-])[A-Za-z]{2,}(?:[ ,;:]+[A-Za-z'’]{2,}){2,}")
_RUSSIAN: Final = re.compile(r"[А-Яа-яЁё]{3,}")
_ISOLATED: Final = re.compile("\u2068[^\u2069]*\u2069")
"""Words of people where no element can stand: in an option, in the title of a window."""


ALLOWED: Final = (
    "ad referendum",  # the term of the trade in every language
    "paraph audit verify",  # a command, which is typed as it is
    "head_of_delegation",  # codes that a form takes: its hint shows how they are typed
    "note_verbale",
    "flight crew*, экипаж* воздушн*",  # how a term is typed, in two languages
)
"""What stands on pages of both languages as it is."""


class _Words(HTMLParser):
    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._word: list[str] = []

    @property
    def _hidden(self) -> bool:
        return any(quiet for _, quiet in self._open)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        foreign = said.get("lang", self.language) != self.language or said.get("dir") == "auto"
        quiet = tag in QUIET or foreign or DIGEST in said.get("class", "").split()
        if not quiet and not self._hidden:
            self.found += [said[name] for name in SPOKEN if said.get(name)]
        if tag not in VOID:
            self._open.append((tag, quiet))

    @override
    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                return

    @override
    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden:
            self.found.append(" ".join(data.split()))


def words(html: str, language: str) -> list[str]:
    """Return what a page in *language* says itself, piece by piece."""
    found = _Words(language)
    found.feed(html)
    return found.found


def _without_allowed(piece: str) -> str:
    own = _ISOLATED.sub("…", piece)
    return functools.reduce(lambda left, each: left.replace(each, "…"), ALLOWED, own)


def foreign(html: str, language: str) -> Iterator[str]:
    """Yield what a page in *language* says in codes or in the other language of the desk.

    English is three words in a row; Russian is one.
    """
    for piece in map(_without_allowed, words(html, language)):
        other = _ENGLISH if language == "ru" else _RUSSIAN
        yield from (f"{found[0]!r} in {piece[:120]!r}" for found in _CODE.finditer(piece))
        yield from (f"{found[0]!r} in {piece[:120]!r}" for found in other.finditer(piece))
