"""Search over everything that a home has opened, and its own drafts.

All words of a query must stand in a piece of text, each at the beginning of a word; words in
quotation marks stand there whole, one behind the other. Case, accents and the difference of ё and
е do not count. What stands in the internal channel and in drafts is searched only where its desk
is given, and every hit there says so.

What is queued and not placed yet is not found.
"""

from __future__ import annotations

import bisect
import dataclasses
import re
import weakref
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.negotiating.searching import documents, folding
from paraph.client.negotiating.searching.documents import KINDS, Document, Kind
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation import state as states
from paraph.protocol.negotiation.state import State
from paraph.protocol.sentences import worded

__all__ = ["KINDS", "Document", "Found", "Hit", "Kind", "kind_named", "prepare", "search"]

MOST_QUERY: Final = 500
"""Characters of a query."""
MOST_TERMS: Final = 32
MOST_HITS: Final = 50
_AROUND: Final = 90  # characters shown on each side of the first match
_TERM: Final = re.compile(r'"([^"]*)"?|([^\s"]+)')


@dataclasses.dataclass(frozen=True, slots=True)
class Hit:
    """A piece of text in which the words stand.

    Attributes:
        document: What and where it is.
        snippet: The words around the first match: whether they match, and as received.
    """

    document: Document
    snippet: tuple[tuple[bool, str], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes:
        hits: The first of them, by kind, then those that stand in the text now in its order, then
            the newest first.
        count: How many there are, by kind; kinds without any are absent.
    """

    hits: tuple[Hit, ...]
    count: dict[Kind, int]

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.count.values())


@dataclasses.dataclass(frozen=True, slots=True)
class _Query:
    # Words that must stand in a text; a term of several is a phrase.
    terms: tuple[tuple[str, ...], ...]
    whole: tuple[bool, ...]

    @property
    def patterns(self) -> list[re.Pattern[str]]:
        return [
            folding.pattern(term, whole=exact)
            for term, exact in zip(self.terms, self.whole, strict=True)
        ]

    @property
    def phrases(self) -> list[re.Pattern[str]]:
        found = zip(self.terms, self.patterns, strict=True)
        return [each for term, each in found if len(term) > 1]


def search(
    query: str,
    desk: Desk,
    chancery: Desk | None = None,
    home: Path | None = None,
    *,
    most: int = MOST_HITS,
    kinds: Iterable[Kind] = KINDS,
) -> Found:
    """Return where the words of *query* stand.

    Args:
        query: Words, and phrases in quotation marks.
        desk: A desk in a shared channel, or in the internal one alone.
        chancery: The desk of the internal channel, to search its notes too.
        home: The folder of the home, to search its drafts too.
        most: Hits of each kind that are shown.
        kinds: Which kinds.

    Raises:
        InputError: Code ``query``: nothing to search for, or too much.
    """
    asked = _read(query)
    chosen = frozenset(kinds)
    indices = [_index_of(each) for each in (desk, chancery) if each is not None]
    if home is not None:
        indices.append(_index_of_drafts(desk, home))
    found: dict[Kind, list[Document]] = {}
    for index in indices:
        for each in index.find(asked):
            if each.kind in chosen:
                found.setdefault(each.kind, []).append(each)
    words = asked.patterns
    hits = []
    for kind in (each for each in KINDS if each in found):
        found[kind].sort(key=_order)
        hits += [Hit(each, _snippet(each.text, words)) for each in found[kind][:most]]
    return Found(tuple(hits), {kind: len(found[kind]) for kind in KINDS if kind in found})


def kind_named(text: str) -> Kind:
    """Return the kind that *text* names.

    Raises:
        InputError: Code ``query``: there is none of this name.
    """
    found = next((each for each in KINDS if each == text), None)
    if found is None:
        raise InputError(
            worded('expected a kind, got "%(text)s"', text=text),
            code="query",
            hint=worded("one of %(kinds)s", kinds=tuple(KINDS)),
        )
    return found


def _order(each: Document) -> tuple[object, ...]:
    now = each.order >= 0
    return (not now, each.order if now else 0, -each.index, each.cid, each.language, each.name,
            each.text)  # fmt: skip


def _read(query: str) -> _Query:
    terms: list[tuple[str, ...]] = []
    whole: list[bool] = []
    for found in _TERM.finditer(query[: MOST_QUERY + 1]):
        parts = tuple(folding.words(folding.folded(found[1] or found[2] or "")))
        if parts:
            terms.append(parts)
            whole.append(found[1] is not None)
    if not terms or len(query) > MOST_QUERY or len(terms) > MOST_TERMS:
        raise InputError(
            worded(
                "expected words to search for: 1 to %(terms)s, %(characters)s characters at most",
                terms=MOST_TERMS,
                characters=MOST_QUERY,
            ),
            code="query",
            hint='all words must occur, each at the beginning of a word; "in quotes" one behind'
            " the other",
        )
    return _Query(tuple(terms), tuple(whole))


# ------------------------------------------------------------------ the index


class _Index:
    # The documents of one state, and in which of them each word stands.
    def __init__(self) -> None:
        self._documents: Final[list[Document]] = []
        self._where: Final[dict[str, set[int]]] = {}
        self._words: list[str] = []

    def taking(self, found: Iterable[Document]) -> Iterator[None]:
        """Take documents in, one a step; it finds nothing before the last."""
        for place, each in enumerate(found):
            self._documents.append(each)
            for word in folding.vocabulary(each.text):
                self._where.setdefault(word, set()).add(place)
            yield
        self._words = sorted(self._where)

    def find(self, query: _Query) -> list[Document]:
        places: set[int] | None = None
        for term, exact in zip(query.terms, query.whole, strict=True):
            *first, last = term
            here = [self._where.get(word, set()) for word in first]
            here.append(self._where.get(last, set()) if exact else self._beginning(last))
            both = set.intersection(*here)
            places = both if places is None else places & both
        phrases = query.phrases
        found = (self._documents[place] for place in sorted(places or ()))
        return [
            each
            for each in found
            if not phrases or all(one.search(folding.folded(each.text)) for one in phrases)
        ]

    def _beginning(self, start: str) -> set[int]:
        first = bisect.bisect_left(self._words, start)
        last = bisect.bisect_left(self._words, start + "\U0010ffff")
        return set().union(*(self._where[word] for word in self._words[first:last]))


_INDICES: Final[weakref.WeakKeyDictionary[Desk, tuple[State, _Index]]] = weakref.WeakKeyDictionary()
"""The index of what each open desk has read, made once for each state of it."""


def prepare(desk: Desk) -> Iterator[None]:
    """Look through what a desk has read, so that the first search of it does not have to.

    Yields:
        Nothing, after each piece of text.
    """
    state = desk.screen.read
    known = _INDICES.get(desk)
    if known is None or known[0] is not state:
        index = _Index()
        yield from index.taking(
            documents.internal(desk) if state.internal else documents.shared(desk)
        )
        _INDICES[desk] = (state, index)


def _index_of(desk: Desk) -> _Index:
    for _ in prepare(desk):
        pass
    return _INDICES[desk][1]


_DRAFTS: Final[weakref.WeakKeyDictionary[Desk, tuple[object, _Index]]] = weakref.WeakKeyDictionary()
"""The same of the drafts of its home, as long as neither they nor the text change."""


def _index_of_drafts(desk: Desk, home: Path) -> _Index:
    state = desk.screen.read
    key = (documents.drafts(home), tuple(sorted(states.heads(state).items())))
    known = _DRAFTS.get(desk)
    if known is None or known[0] != key:
        index = _Index()
        for _ in index.taking(documents.kept(home, state)):
            pass
        known = _DRAFTS[desk] = (key, index)
    return known[1]


# ------------------------------------------------------------------ what is shown


def _snippet(text: str, words: Sequence[re.Pattern[str]]) -> tuple[tuple[bool, str], ...]:
    marked = folding.ranges(text, words)
    start, end = _window(text, marked)
    pieces: list[tuple[bool, str]] = [(False, "…")] if start else []
    at = start
    for each in marked:
        if each.start >= end:
            break
        stop = min(each.stop, end)
        pieces += [(False, text[at : each.start]), (True, text[each.start : stop])]
        at = stop
    pieces.append((False, text[at:end]))
    if end < len(text):
        pieces.append((False, "…"))
    return tuple(each for each in pieces if each[1])


def _window(text: str, marked: Sequence[range]) -> tuple[int, int]:
    # Around the first match, cut between words.
    first = marked[0] if marked else range(0)
    start, end = max(0, first.start - _AROUND), min(len(text), first.start + 2 * _AROUND)
    if start:
        blank = text.find(" ", start, first.start)
        start = blank + 1 if blank >= 0 else start
    if end < len(text):
        blank = text.rfind(" ", max(first.start, start), end)
        end = blank if blank > first.start else end
    return start, end
