"""The text of a version: clauses in order, the six operations, rendering, digests (SPEC 7.2-7.4).

A text never changes: an operation gives another. Both sides compute the same text, rendering
and digests from the same records, on any machine: nothing here follows a locale, a clock, the
order of a hash table or the interpreter's own Unicode tables.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from paraph.protocol.errors import MalformedError, OutOfTurnError
from paraph.protocol.names import Digest, Label, labelled, pae
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation.ids import Ids
from paraph.protocol.negotiation.kept import kept_by_identity
from paraph.protocol.negotiation.unicode14 import (
    MOST_MARKS,
    first_crowded,
    first_unassigned,
)
from paraph.protocol.sentences import Sentence, worded
from paraph.protocol.statements.header import Wording
from paraph.protocol.statements.versions import (
    CHECK_SIZE,
    MOST_CLAUSES,
    Clause,
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Operation,
    Replace,
    Split,
)

NUMBERED: Final = frozenset({"operative", "testimonium"})
"""Roles of the clauses that carry a number."""
MOST_CHARACTERS: Final = 4_000_000
"""Words of a text in all languages together: a version must stay one that can be sent whole."""


@dataclass(frozen=True, slots=True)
class Part:
    """A clause as it stands in a text.

    Attributes:
        cid: Clause id.
        role: Place in the instrument.
        words: Words by language, as received; a language may be absent.
        headings: Heading by language; in no rendering.
        handling: Who may see it; empty if as the whole.
        stale: Languages that the last change of the words left behind.
    """

    cid: str
    role: str
    words: Mapping[str, str]
    headings: Mapping[str, str]
    handling: str
    stale: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Text:
    """An immutable text.

    Attributes:
        languages: The working languages, ascending.
        parts: The clauses in order.
        used: Every clause id that this line has ever had; none is given twice.
    """

    languages: tuple[str, ...]
    parts: tuple[Part, ...]
    used: Ids

    def find(self, cid: str) -> Part | None:
        """Return the clause *cid*, or nothing where the text has none."""
        return _by_id(self).get(cid)

    def numbers(self) -> dict[str, str]:
        """Return the number of each clause by its id; the empty string for one without."""
        return dict(_numbers(self))

    def number(self, cid: str) -> str:
        """Return the number of the clause *cid*; the empty string for one without, or none."""
        return _numbers(self).get(cid, "")

    def joined(self, other: Text) -> Text:
        """Return this text with the ids that *other*, a second parent, has ever had kept too."""
        return replace(self, used=self.used.joined(other.used))


_KEPT: Final = 256
"""Texts whose clauses are found by id: those that somebody looks at."""


@kept_by_identity(_KEPT)
def _by_id(text: Text) -> Mapping[str, Part]:
    return {part.cid: part for part in reversed(text.parts)}  # ids stand once; else the first


@kept_by_identity(_KEPT)
def _numbers(text: Text) -> Mapping[str, str]:
    count = itertools.count(1)
    return {part.cid: str(next(count)) if part.role in NUMBERED else "" for part in text.parts}


def from_clauses(clauses: Sequence[Clause], languages: Iterable[str]) -> Text:
    """Return the text that a version tables whole.

    Raises:
        OutOfTurnError: ``clause-given-twice``, ``unknown-language``.
        MalformedError: ``unassigned-code-point``, ``crowded-marks``, ``text-too-large``.
    """
    tongues = tuple(sorted(set(languages)))
    used = Ids()
    parts = []
    for clause in clauses:
        if clause.cid in used:
            raise _twice(clause.cid)
        used = used.put(clause.cid)
        parts.append(_part(clause, tongues))
    return _bounded(Text(tongues, tuple(parts), used))


def apply(text: Text, operations: Sequence[Operation]) -> Text:
    """Return *text* with *operations* made in order; *text* itself stays as it is.

    Raises:
        OutOfTurnError: ``unknown-clause``, ``clause-given-twice``, ``clause-follows-itself``,
            ``roles-differ``, ``unknown-language``: the operation does not fit this text. The
            message names the clause and the operation's place.
        MalformedError: ``unassigned-code-point``, ``crowded-marks``, ``text-too-large``.
    """
    draft = _Draft(text)
    for place, operation in enumerate(operations, 1):
        try:
            draft.make(operation)
        except (OutOfTurnError, MalformedError) as error:
            raise type(error)(
                worded("operation %(place)s: %(why)s", place=place, why=error.words),
                code=error.code,
            ) from error
    return _bounded(Text(text.languages, tuple(draft.parts), draft.used))


class _Draft:
    # The one place where a text is written to: a list of parts while operations are made.
    def __init__(self, text: Text) -> None:
        self.languages = text.languages
        self.parts = list(text.parts)
        self.used = text.used

    def make(self, operation: Operation) -> None:
        match operation:
            case Replace():
                self.write(operation.cid, operation.texts)
            case InsertAfter():
                self.insert(operation.after, operation.clause)
            case Delete():
                del self.parts[self.at(operation.cid)]
            case MoveAfter():
                self.move(operation.cid, operation.after)
            case Split():
                self.split(operation)
            case Merge():
                self.merge(operation)
            case _:  # pragma: no cover - every operation has its case above
                assert_never(operation)

    def at(self, cid: str) -> int:
        for place, part in enumerate(self.parts):
            if part.cid == cid:
                return place
        raise OutOfTurnError(
            worded('there is no clause "%(cid)s" in the text', cid=cid), code="unknown-clause"
        )

    def write(self, cid: str, texts: Sequence[Wording]) -> None:
        # A language left out keeps its words and is stale from now on.
        place = self.at(cid)
        given = _by_language(cid, texts, self.languages)
        part = self.parts[place]
        self.parts[place] = replace(
            part, words={**part.words, **given}, stale=frozenset(self.languages).difference(given)
        )

    def insert(self, after: str, clause: Clause) -> None:
        place = self.at(after) + 1
        if clause.cid in self.used:
            raise _twice(clause.cid)
        self.parts.insert(place, _part(clause, self.languages))
        self.used = self.used.put(clause.cid)

    def move(self, cid: str, after: str) -> None:
        if cid == after:
            raise OutOfTurnError(
                worded('clause "%(cid)s" cannot follow itself', cid=cid),
                code="clause-follows-itself",
            )
        self.at(after)
        part = self.parts.pop(self.at(cid))
        self.parts.insert(self.at(after) + 1, part)

    def split(self, operation: Split) -> None:
        first = self.parts[self.at(operation.cid)]
        second = Clause(
            cid=operation.new_cid,
            role=first.role,
            texts=operation.new_texts,
            headings=operation.new_headings,
            handling=first.handling,
        )
        self.insert(operation.cid, second)
        self.write(operation.cid, operation.texts)

    def merge(self, operation: Merge) -> None:
        joined = [self.parts[self.at(cid)] for cid in operation.cids]
        if len({part.role for part in joined}) > 1:
            raise OutOfTurnError(
                worded(
                    'the clauses merged into "%(into)s" have different roles', into=operation.into
                ),
                code="roles-differ",
            )
        self.write(operation.into, operation.texts)
        headings = _by_language(operation.into, operation.headings, self.languages)
        place = self.at(operation.into)
        kept = self.parts[place]
        self.parts[place] = replace(kept, headings={**kept.headings, **headings})
        self.parts = [
            part
            for part in self.parts
            if part.cid == operation.into or part.cid not in operation.cids
        ]


def _part(clause: Clause, languages: Sequence[str]) -> Part:
    return Part(
        cid=clause.cid,
        role=clause.role,
        words=_by_language(clause.cid, clause.texts, languages),
        headings=_by_language(clause.cid, clause.headings, languages),
        handling=clause.handling,
    )


def _by_language(cid: str, texts: Sequence[Wording], languages: Sequence[str]) -> dict[str, str]:
    for each in texts:
        if each.language not in languages:
            raise OutOfTurnError(
                worded(
                    'clause "%(cid)s": "%(language)s" is not a working language; expected'
                    " %(languages)s",
                    cid=cid,
                    language=each.language,
                    languages=tuple(languages),
                ),
                code="unknown-language",
            )
        require_stable(each.words, functools.partial(_in_clause, cid, each.language))
    return {each.language: each.words for each in texts}


def _in_clause(cid: str, language: str) -> Sentence:
    return worded('clause "%(cid)s", language %(language)s', cid=cid, language=language)


def require_stable(words: str, where: Callable[[], Sentence]) -> None:
    """Ask for *words* that every interpreter normalises alike, and soon.

    Raises:
        MalformedError: ``unassigned-code-point``, ``crowded-marks``; names *where*.
    """
    at = first_unassigned(words)
    if at >= 0:
        raise MalformedError(
            worded(
                "%(where)s, character %(at)s: U+%(point)s is not assigned in unicode 14.0",
                where=where(),
                at=at + 1,
                point=f"{ord(words[at]):04X}",
            ),
            code="unassigned-code-point",
        )
    # A reference may show nothing: then what stands around it is one row.
    if first_crowded(marks.resolve(words, lambda _: "")) >= 0:
        raise MalformedError(
            worded(
                "%(where)s: expected at most %(most)s marks on a letter",
                where=where(),
                most=MOST_MARKS,
            ),
            code="crowded-marks",
        )


def _twice(cid: str) -> OutOfTurnError:
    return OutOfTurnError(
        worded('the clause id "%(cid)s" was given before in this line of the text', cid=cid),
        code="clause-given-twice",
    )


def _bounded(text: Text) -> Text:
    total = sum(sum(map(len, part.words.values())) for part in text.parts)
    if len(text.parts) > MOST_CLAUSES or total > MOST_CHARACTERS:
        raise MalformedError(
            worded(
                "expected at most %(clauses)s clauses and %(characters)s characters",
                clauses=MOST_CLAUSES,
                characters=MOST_CHARACTERS,
            ),
            code="text-too-large",
        )
    return text


def render(text: Text, language: str) -> str:
    """Return the rendering of *text* in *language* (SPEC 7.4): what is hashed.

    One clause a line, a numbered one with its number, live references resolved, then NFC.
    Headings, handling and everything about the version stay out of it.
    """
    numbers = text.numbers()
    lines = []
    for part in text.parts:
        number = numbers[part.cid]
        words = marks.resolve(part.words.get(language, ""), lambda cid: numbers.get(cid, "?"))
        lines.append(f"{number}. {words}" if number else words)
    return unicodedata.normalize("NFC", "\n".join(lines))


def digest(text: Text, language: str) -> Digest:
    """Return SHA-256 of the rendering of *text* in *language*, as UTF-8."""
    return Digest(hashlib.sha256(render(text, language).encode()).digest())


def digests(text: Text) -> dict[str, bytes]:
    """Return the digest of *text* in each working language."""
    return {language: digest(text, language) for language in text.languages}


def structure_digest(text: Text) -> Digest:
    """Return the digest of what no rendering shows (SPEC 7.4).

    Ids, roles, order, headings, handling, which languages have words and which are stale.
    """
    return labelled(Label.STRUCTURE, *(_sheets(part)[0] for part in text.parts))


def checks(text: Text) -> tuple[bytes, ...]:
    """Return a short check of each clause, in order, over its words as stored (SPEC 7.4)."""
    return tuple(_sheets(part)[1] for part in text.parts)


@kept_by_identity(2 * MOST_CLAUSES)
def _sheets(part: Part) -> tuple[bytes, bytes]:
    # What a clause adds to the structure, and its check; most clauses are the same ones in the
    # next version.
    has = _sheet(part, (("has", dict.fromkeys(part.words, "")),))
    words = _sheet(part, (("words", part.words),))
    return has, hashlib.sha256(words).digest()[:CHECK_SIZE]


def wording_digest(part: Part) -> Digest:
    """Return the digest of a clause's words in all languages, as stored: what a position binds to.

    Number, heading, handling and place stay out of it: they may change without a word changing.
    """
    items = [item for language in sorted(part.words) for item in (language, part.words[language])]
    return labelled(Label.WORDING, *(item.encode() for item in items))


def _sheet(part: Part, more: Iterable[tuple[str, Mapping[str, str]]]) -> bytes:
    # Everything that is told of a clause, such that no two clauses give the same bytes.
    out = [part.cid, part.role, part.handling]
    stale = dict.fromkeys(part.stale, "")
    for name, by_language in (("headings", part.headings), ("stale", stale), *more):
        out += [name, str(len(by_language))]
        for language in sorted(by_language):
            out += [language, by_language[language]]
    return pae(*(each.encode() for each in out))


def find_quote(words: str, prefix: str, exact: str, suffix: str) -> tuple[int, ...]:
    """Return where in *words* the quote *exact* stands between *prefix* and *suffix*.

    The first two places at most: with a second one it is ambiguous. Raises nothing; an empty
    quote stands nowhere. Places may overlap.
    """
    whole = prefix + exact + suffix
    first = words.find(whole) if exact else -1
    second = words.find(whole, first + 1) if first >= 0 else -1
    return tuple(at + len(prefix) for at in (first, second) if at >= 0)
