"""A version as a person writes it: one YAML or JSON file of clauses or of operations.

Field names are those of the scenario format: the words stand under their language code, a heading
under ``heading_`` and the code. Every complaint says where in the file it is (``clauses[2].role``)
and what was expected there, so that one look mends it. Nothing here knows a channel: the languages
are told by the caller.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from paraph.client import plain
from paraph.protocol.errors import InputError, RefusedError
from paraph.protocol.statements.header import (
    JOINT,
    MOST_WORDS,
    Mention,
    NamedMention,
    Wording,
    to_wordings,
)
from paraph.protocol.statements.versions import (
    MOST_CLAUSES,
    MOST_OPERATIONS,
    ROLES_OF_CLAUSES,
    Clause,
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Operation,
    OpNotes,
    Replace,
    Split,
)

SCHEMA: Final = "paraph-draft/1"
HEAD: Final = "head"

EXAMPLE: Final = """\
# What `paraph send FILE` reads. The first file of a negotiation holds the whole text:
schema: paraph-draft/1
negotiation:                     # only when the negotiation is new
  title_en: Memorandum of Understanding on Flight Safety
  title_ru: Меморандум о взаимопонимании о безопасности полётов
  instrument: memorandum_of_understanding
  legal_character: non_binding   # or binding
kind: tabled_draft               # tabled_draft, counter_draft, consolidated, or another word
language_status: {en: original, ru: courtesy_translation}
clauses:
  - cid: title                   # an id for good; never shown, never used again
    role: title                  # title, preamble, chapeau, operative, testimonium, annex
    en: Memorandum of Understanding
    ru: Меморандум о взаимопонимании
  - cid: distance
    role: operative
    heading_en: Safe distance
    en: "Aircraft keep a distance of at least [USA: three] [RUS: five] nautical miles."
    ru: "Воздушные суда сохраняют дистанцию не менее [USA: трёх] [RUS: пяти] морских миль."
# A later file holds changes to the version that is the head:
#
# kind: counter_draft
# parent: head                   # or the index or id that `paraph log` shows
# operations:
#   - {op: replace, cid: distance, en: "…", ru: "…"}
#   - {op: insert_after, after: distance, cid: radio, role: operative, en: "…", ru: "…"}
#   - {op: delete, cid: radio}
#   - {op: move_after, cid: radio, after: title}
#   - {op: split, cid: distance, en: "…", ru: "…", new_cid: speed, new_en: "…", new_ru: "…"}
#   - {op: merge, cids: [distance, speed], into: distance, en: "…", ru: "…"}
"""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a new negotiation is about.

    Attributes:
        titles: Title of the instrument by language.
        instrument: Its kind.
        legal_character: ``non_binding`` or ``binding``.
        prevailing: Language that prevails; empty if the texts are equal.
        banners: Banner of every page by language.
        classification: Shown on every page; empty if none.
        releasable_to: Party codes that may see it.
    """

    titles: Mapping[str, str]
    instrument: str = "memorandum_of_understanding"
    legal_character: str = "non_binding"
    prevailing: str = ""
    banners: Mapping[str, str] = dataclasses.field(default_factory=dict)
    classification: str = ""
    releasable_to: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A version that is not sent yet.

    Attributes:
        opening: The negotiation to open first, if it is new.
        kind: tabled_draft, counter_draft, consolidated, or another word.
        author: ``joint``, or empty for the sender's own party.
        round: Round of talks; 0 if none is counted.
        language_status: What each language text is.
        parent: ``head``, or what names a version; empty for a whole text.
        clauses: The whole text, or nothing.
        operations: The changes to the parent, or nothing.
        dated: Claimed instant, POSIX ms; 0 = now.
    """

    opening: Opening | None = None
    kind: str = "tabled_draft"
    author: str = ""
    round: int = 0
    language_status: Mapping[str, str] = dataclasses.field(default_factory=dict)
    parent: str = ""
    clauses: tuple[Clause, ...] = ()
    operations: tuple[Operation, ...] = ()
    dated: int = 0


def read(path: Path, languages: Sequence[str]) -> Draft:
    """Read a file of `paraph send`.

    Args:
        path: A YAML or JSON file.
        languages: Working languages of the channel.

    Raises:
        InputError: The file cannot be read, or something in it is not as expected.
        RefusedError: Code ``oversize``: more than one version can hold.
    """
    return parse(plain.load(path), languages)


def parse(loaded: object, languages: Sequence[str]) -> Draft:
    """Return the draft in plain values from :mod:`paraph.client.plain`.

    Raises:
        InputError: With the place and what was expected there.
        RefusedError: Code ``oversize``.
    """
    top = _Map(loaded, "the file", tuple(languages))
    schema = top.text("schema", SCHEMA)
    if schema != SCHEMA:
        raise top.wrong("schema", SCHEMA)
    opening = _opening(top.map("negotiation")) if top.has("negotiation") else None
    whole, changes = top.has("clauses"), top.has("operations")
    if whole == changes:
        raise InputError(
            "expected either clauses (a whole text) or operations (changes to a version)",
            hint="paraph send --example shows both",
        )
    clauses = [_clause(each) for each in top.maps("clauses", MOST_CLAUSES)] if whole else []
    operations = [operation(each) for each in top.maps("operations", MOST_OPERATIONS)]
    draft = Draft(
        opening=opening,
        kind=top.label("kind", "tabled_draft" if whole else "counter_draft"),
        author=top.one_of("author", ("", JOINT), ""),
        round=top.number("round"),
        language_status=top.by_language_map("language_status"),
        parent="" if whole else top.text("parent", HEAD),
        clauses=tuple(clauses),
        operations=tuple(operations),
        dated=top.instant("dated"),
    )
    top.done()
    return draft


def parse_clauses(values: object, languages: Sequence[str]) -> tuple[Clause, ...]:
    """Return clauses from a list in the form of the file, for other readers of such lists."""
    top = _Map({"clauses": values}, "", tuple(languages))
    return tuple(_clause(each) for each in top.maps("clauses", MOST_CLAUSES))


def parse_operations(values: object, languages: Sequence[str]) -> tuple[Operation, ...]:
    """Return operations from a list in the form of the file."""
    top = _Map({"operations": values}, "", tuple(languages))
    return tuple(operation(each) for each in top.maps("operations", MOST_OPERATIONS))


def instant(value: object) -> int:
    """Return an ISO 8601 instant with a zone as POSIX milliseconds.

    Raises:
        ValueError: Not one.
    """
    if not isinstance(value, str):
        raise ValueError("expected text")  # noqa: TRY004 - one error for all
    at = dt.datetime.fromisoformat(value)
    if at.tzinfo is None or at.year < 1970:
        raise ValueError("expected a zone")
    return round(at.timestamp() * 1000)


# ------------------------------------------------------------------ the parts of a file


def _opening(top: _Map) -> Opening:
    titles = top.by_language("title_")
    if not titles:
        raise InputError(f"{top.path}: expected a title, as in title_{top.languages[0]}")
    made = Opening(
        titles={each.language: each.words for each in titles},
        instrument=top.label("instrument", "memorandum_of_understanding"),
        legal_character=top.one_of("legal_character", ("non_binding", "binding"), "non_binding"),
        prevailing=top.one_of("prevailing", ("", *top.languages), ""),
        banners={each.language: each.words for each in top.by_language("banner_")},
        classification=top.label("classification", ""),
        releasable_to=tuple(sorted(set(top.texts("releasable_to", 16)))),
    )
    top.done()
    return made


def _clause(top: _Map) -> Clause:
    made = _new_clause(top)
    top.done()
    return made


def _new_clause(top: _Map) -> Clause:
    return Clause(
        cid=top.cid("cid"),
        role=top.one_of("role", ROLES_OF_CLAUSES),
        texts=top.by_language(""),
        headings=top.by_language("heading_"),
        handling=top.label("handling", ""),
    )


def operation(top: _Map) -> Operation:
    """Return one operation of a file."""
    kind = top.one_of("op", tuple(_OPERATIONS))
    notes = OpNotes(
        proposal=top.mention("proposal"),
        finding=top.mention("finding"),
        result=top.label("result", ""),
    )
    made = _OPERATIONS[kind](top, notes)
    top.done()
    return made


def _replace(top: _Map, notes: OpNotes) -> Replace:
    return Replace(cid=top.cid("cid"), texts=top.words(""), notes=notes)


def _insert(top: _Map, notes: OpNotes) -> InsertAfter:
    clause = _new_clause(top)
    return InsertAfter(after=top.cid("after"), clause=clause, notes=notes)


def _delete(top: _Map, notes: OpNotes) -> Delete:
    return Delete(cid=top.cid("cid"), to=top.mention("to"), notes=notes)


def _move(top: _Map, notes: OpNotes) -> MoveAfter:
    return MoveAfter(cid=top.cid("cid"), after=top.cid("after"), notes=notes)


def _split(top: _Map, notes: OpNotes) -> Split:
    return Split(
        cid=top.cid("cid"),
        texts=top.words(""),
        new_cid=top.cid("new_cid"),
        new_texts=top.words("new_"),
        new_headings=top.by_language("heading_"),
        notes=notes,
    )


def _merge(top: _Map, notes: OpNotes) -> Merge:
    cids = tuple(sorted(set(top.texts("cids", MOST_CLAUSES))))
    into = top.cid("into")
    if len(cids) < 2 or into not in cids:
        raise top.wrong("cids", "two clauses or more, `into` among them")
    return Merge(
        cids=cids,
        into=into,
        texts=top.words(""),
        headings=top.by_language("heading_"),
        notes=notes,
    )


_OPERATIONS: Final[Mapping[str, Callable[[_Map, OpNotes], Operation]]] = {
    "replace": _replace,
    "insert_after": _insert,
    "delete": _delete,
    "move_after": _move,
    "split": _split,
    "merge": _merge,
}


class _Map:
    # A mapping of the file: hands out each field once, with the place in every complaint.
    def __init__(self, value: object, path: str, languages: tuple[str, ...]) -> None:
        if not isinstance(value, dict):
            raise InputError(
                f"{path}: expected fields with values", hint="paraph send --example shows one"
            )
        self.path = path
        self.languages = languages
        self._left: dict[str, object] = {str(key): each for key, each in value.items()}

    def has(self, name: str) -> bool:
        return self._left.get(name) is not None

    def wrong(self, name: str, expected: str) -> InputError:
        return InputError(
            f"{self._at(name)}: expected {expected}", hint="paraph send --example shows one"
        )

    def _at(self, name: str) -> str:
        return name if self.path in {"", "the file"} else f"{self.path}.{name}"

    def _take(self, name: str) -> object:
        return self._left.pop(name, None)

    def text(self, name: str, default: str | None = None) -> str:
        value = self._take(name)
        if value is None and default is not None:
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise self.wrong(name, "text")
        return value

    def label(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if len(value) > 64 or any(ord(each) < 32 or ord(each) == 127 for each in value):
            raise self.wrong(name, "one line of at most 64 characters")
        return value

    def cid(self, name: str) -> str:
        value = self.text(name)
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value):
            raise self.wrong(name, "a clause id: 1 to 64 of the characters A-Z a-z 0-9 _ -")
        return value

    def one_of(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise self.wrong(name, "one of " + ", ".join(each for each in allowed if each))
        return value

    def number(self, name: str) -> int:
        value = self._take(name)
        if value is None:
            return 0
        if type(value) is not int or not 0 <= value < 2**53:
            raise self.wrong(name, "a whole number from 0 on")
        return value

    def instant(self, name: str) -> int:
        value = self._take(name)
        if value is None:
            return 0
        try:
            return instant(value)
        except ValueError:
            raise self.wrong(name, "an instant with its zone, as 2015-10-14T13:00:00Z") from None

    def map(self, name: str) -> _Map:
        return _Map(self._take(name), self._at(name), self.languages)

    def maps(self, name: str, most: int) -> list[_Map]:
        values = self._take(name)
        if values is None:
            return []
        if not isinstance(values, list):
            raise self.wrong(name, "a list")
        if len(values) > most:
            raise _oversize(f"{self._at(name)}: expected at most {most} items")
        return [
            _Map(each, f"{self._at(name)}[{place}]", self.languages)
            for place, each in enumerate(values, 1)
        ]

    def texts(self, name: str, most: int) -> list[str]:
        values = self._take(name)
        if values is None:
            return []
        if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            raise self.wrong(name, "a list of texts")
        if len(values) > most:
            raise _oversize(f"{self._at(name)}: expected at most {most} items")
        return list(values)

    def by_language(self, prefix: str) -> tuple[Wording, ...]:
        found = {}
        for language in self.languages:
            name = prefix + language
            if not self.has(name):
                self._left.pop(name, None)
                continue
            words = self.text(name)
            if len(words) > MOST_WORDS:
                raise _oversize(
                    f"{self._at(name)}: {len(words)} characters; expected at most {MOST_WORDS}"
                )
            if any(0xD800 <= ord(each) < 0xE000 for each in words):
                raise self.wrong(name, "text without half characters (surrogates)")
            found[language] = words
        return to_wordings(found)

    def words(self, prefix: str) -> tuple[Wording, ...]:
        found = self.by_language(prefix)
        if not found:
            expected = " or ".join(prefix + language for language in self.languages)
            raise InputError(
                f"{self.path}: expected words under {expected}",
                hint="paraph send --example shows one",
            )
        return found

    def by_language_map(self, name: str) -> dict[str, str]:
        if not self.has(name):
            self._left.pop(name, None)
            return {}
        inner = self.map(name)
        found = {each: inner.label(each, "") for each in self.languages if inner.has(each)}
        inner.done()
        return found

    def mention(self, name: str) -> tuple[Mention, ...]:
        value = self.label(name, "")
        return (NamedMention(name=value),) if value else ()

    def done(self) -> None:
        if self._left:
            name = next(iter(self._left))
            raise InputError(
                f"{self._at(name)}: no such field here",
                hint=f"languages of this channel: {', '.join(self.languages)};"
                " paraph send --example shows every field",
            )


def _oversize(message: str) -> RefusedError:
    return RefusedError(message, code="oversize", hint="send it in several versions")
