"""A strict reader of YAML 1.2 and JSON files: every field is asked for by name, none is ignored.

Built from the parser's events, never from its objects: no tags, no aliases (a bomb needs them), no
key twice, bounded in bytes and in depth before anything is made. A word without quotes has no type
of its own: ``NO`` and ``7`` are texts where a text is asked for. Every complaint says the line, the
place (``clauses[2].role``) and what was expected there.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NoReturn, TypeVar

import yaml

from paraph.client.files import told_by_system
from paraph.protocol.errors import InputError, MisuseError, ParaphError
from paraph.protocol.sentences import Sentence, sentence, worded
from paraph.protocol.statements.header import MOST_WORDS

T = TypeVar("T")

MOST_DEPTH: Final = 32
MOST_ITEMS: Final = 2_000
"""Of one list; a version holds as many clauses or operations."""
MOST_TEXT: Final = MOST_WORDS
"""Characters of one text; no field of a statement holds more."""

_TOP: Final = worded("the file")
_LIST: Final = worded("expected a list")
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_FRAME: Final = (
    yaml.StreamStartEvent,
    yaml.StreamEndEvent,
    yaml.DocumentStartEvent,
    yaml.DocumentEndEvent,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of file, and how its mistakes are told.

    Attributes:
        most_bytes: Bytes it may have.
        hint: Where its fields are shown.
        excess: Makes the error for what is too large, from the message.
        code: Of every other error.
        decoration: Fields of any form that every block may have, and that are not read.
    """

    most_bytes: int
    hint: str
    excess: Callable[[Sentence], ParaphError]
    code: str = InputError.code
    decoration: frozenset[str] = frozenset()

    def complain(self, line: int, where: str, problem: str, hint: str = "") -> NoReturn:
        """Raise what the user is told about a place of the file."""
        raise InputError(
            _placed(line, where, sentence(problem)), code=self.code, hint=hint or self.hint
        )


def _placed(line: int, where: str, problem: Sentence) -> Sentence:
    return worded("line %(line)s: %(where)s: %(problem)s", line=line, where=where, problem=problem)


def read_file(path: Path, kind: Kind) -> bytes:
    """Return the bytes of a file, read no further than its kind allows and one.

    Raises:
        InputError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(kind.most_bytes + 1)
    except OSError as error:
        raise InputError(
            worded("cannot read %(path)s: %(strerror)s", path=path, strerror=told_by_system(error)),
            code=kind.code,
            hint="check the path of the file",
        ) from error


def read(data: bytes, kind: Kind) -> Block:
    """Return the mapping that a file consists of.

    Raises:
        InputError: Not UTF-8, not YAML, or not as described above.
        ParaphError: As the kind tells excess: too many bytes.
    """
    if len(data) > kind.most_bytes:
        raise kind.excess(
            worded("the file is too large; expected at most %(most)s bytes", most=kind.most_bytes)
        )
    try:
        parsed = yaml.parse(data.decode(), Loader=yaml.CSafeLoader)
        events = (each for each in parsed if not isinstance(each, _FRAME))
        first = next(events, None)
        node = Node(1, "") if first is None else _node(first, events, kind, MOST_DEPTH)
        if (more := next(events, None)) is not None:
            kind.complain(_line(more), _TOP, "expected one document", "remove the lines ---")
    except UnicodeDecodeError as error:
        raise InputError(
            "the file is not UTF-8 text",
            code=kind.code,
            hint="save the file as UTF-8",
        ) from error
    except yaml.YAMLError as error:
        raise InputError(_unreadable(error), code=kind.code, hint=_by_parser(error)) from error
    return Block(node, _TOP, kind)


def _unreadable(error: yaml.YAMLError) -> Sentence:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return worded("the file is not YAML or JSON: it has unexpected characters")
    return worded("the file is not YAML or JSON: line %(line)s does not read", line=mark.line + 1)


def _by_parser(error: yaml.YAMLError) -> str:
    # The parser speaks English alone: a hint that a page of another language leaves out.
    return f"check that line: {getattr(error, 'problem', None) or 'unexpected characters'}"


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A value of the file; only a text without quotes is ``plain``."""

    line: int
    value: str | list[Node] | dict[str, Node]
    plain: bool = False


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 0


def _node(event: yaml.Event, events: Iterator[yaml.Event], kind: Kind, depth: int) -> Node:
    line = _line(event)
    if isinstance(event, yaml.AliasEvent):
        kind.complain(line, _TOP, "expected no aliases")
    if getattr(event, "tag", None) is not None:
        kind.complain(line, _TOP, "expected no tags")
    if isinstance(event, yaml.ScalarEvent):
        return Node(line, event.value, plain=not event.style)
    if not depth:
        kind.complain(line, _TOP, worded("expected nesting of at most %(most)s", most=MOST_DEPTH))
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_node(event, events, kind, depth - 1))
        return Node(line, items)
    fields: dict[str, Node] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _node(event, events, kind, depth - 1)
        if not isinstance(key.value, str):
            kind.complain(key.line, _TOP, "expected text as the name of a field")
        if key.value in fields:
            kind.complain(key.line, _TOP, worded('"%(name)s" stands here twice', name=key.value))
        fields[key.value] = _node(next(events), events, kind, depth - 1)
    return Node(line, fields)


class Block:
    """A mapping of the file, whose fields are taken one by one.

    Args:
        node: The mapping.
        where: Its place, for messages.
        kind: Kind of file that it stands in.
    """

    def __init__(self, node: Node, where: str, kind: Kind) -> None:
        self.where = where
        self.kind = kind
        self._line = node.line
        self._taken: dict[str, None] = {}
        if not isinstance(node.value, dict):
            kind.complain(node.line, where, "expected fields with values")
        self._fields = node.value

    def fail(self, name: str, problem: str, hint: str = "") -> NoReturn:
        """Raise what the user is told about the field *name*; "" = the block itself."""
        line = self._fields[name].line if name in self._fields else self._line
        self.kind.complain(line, self._at(name), problem, hint)

    def record(self, make: Callable[[], T]) -> T:
        """Return what *make* makes; what the wire would refuse is told with its place."""
        try:
            return make()
        except MisuseError as error:
            self.fail("", error.words, "what is in the file must fit into one statement")

    def close(self) -> None:
        """Refuse fields that were never asked for."""
        for name in self._fields:
            if name not in self._taken and name not in self.kind.decoration:
                self.fail(name, "no such field here", self._known())

    def _known(self) -> str:
        return f"fields here: {', '.join(self._taken)}; {self.kind.hint}"

    def has(self, name: str) -> bool:
        """Take a field of any form; whether it is there and not null."""
        return self.take(name) is not None

    def take(self, name: str) -> Node | None:
        """Take a field of any form; nothing where it is absent or null."""
        self._taken[name] = None
        node = self._fields.get(name)
        return None if node is None or (node.plain and node.value in _NULLS) else node

    def text(self, name: str) -> str:
        """Take a text that must be there."""
        return self._text(name, self._needed(name))

    def maybe_text(self, name: str, default: str = "") -> str:
        """Take a text, *default* where there is none."""
        node = self.take(name)
        return default if node is None else self._text(name, node)

    def label(self, name: str, default: str = "") -> str:
        """Take one line of text, *default* where there is none."""
        value = self.maybe_text(name, default)
        if len(value) > 64 or any(ord(each) < 32 or ord(each) == 127 for each in value):
            self.fail(name, "expected one line of at most 64 characters")
        return value

    def word(self, name: str, allowed: Iterable[str], default: str | None = None) -> str:
        """Take one of a closed list of words; *default* where it may be absent."""
        value = self.text(name) if default is None else self.maybe_text(name, default)
        known = tuple(allowed)
        if value not in known:
            self.fail(name, worded("expected one of %(known)s", known=tuple(filter(None, known))))
        return value

    def pattern(self, name: str, pattern: str, expected: str) -> str:
        """Take a text that *pattern* matches as a whole."""
        value = self.text(name)
        if not re.fullmatch(pattern, value):
            self.fail(name, expected)
        return value

    def integer(self, name: str, default: int | None = None) -> int:
        """Take a whole number from 0 on; *default* where it may be absent."""
        if self.take(name) is None and default is not None:
            return default
        value = self._plain(name)
        if not re.fullmatch(r"[0-9]{1,15}", value):
            self.fail(name, "expected a whole number from 0 on")
        return int(value)

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """Take true or false; *default* where it may be absent."""
        if self.take(name) is None and default is not None:
            return default
        value = self._plain(name)
        if value not in _TRUE | _FALSE:
            self.fail(name, "expected true or false")
        return value in _TRUE

    def instant(self, name: str) -> int:
        """Take an instant with its zone, written without quotes, as POSIX milliseconds."""
        try:
            return instant(self._plain(name))
        except ValueError as error:
            self.fail(name, error.args[0], "write it without quotes")

    def maybe_instant(self, name: str) -> int:
        """Take an instant with its zone, 0 where there is none."""
        return 0 if self.take(name) is None else self.instant(name)

    def instant_or_text(self, name: str) -> int | str:
        """Take an instant with its zone, or an id; what begins like a date is an instant."""
        is_instant = re.match(r"[0-9]{4}-[0-9]", self._plain(name))
        return self.instant(name) if is_instant else self.text(name)

    def texts(self, name: str, *, needed: bool = True, most: int = MOST_ITEMS) -> tuple[str, ...]:
        """Take a list of texts."""
        items = self._items(
            name, needed=needed, most=most, expected=worded("expected a list of texts")
        )
        return tuple(self._text(place, each) for place, each in items)

    def one_or_more(self, name: str) -> tuple[str, ...]:
        """Take a text or a list of texts."""
        is_list = isinstance(self._needed(name).value, list)
        return self.texts(name) if is_list else (self.text(name),)

    def block(self, name: str) -> Block:
        """Take a mapping that must be there."""
        return Block(self._needed(name), self._at(name), self.kind)

    def maybe(self, name: str, build: Callable[[Block], T]) -> T | None:
        """Take a mapping through *build*, nothing where there is none."""
        return None if self.take(name) is None else _built(self.block(name), build)

    def each(self, name: str, build: Callable[[Block], T], *, needed: bool = True) -> tuple[T, ...]:
        """Take a list of mappings, each through *build*."""
        return tuple(
            _built(Block(node, self._at(place), self.kind), build)
            for place, node in self._items(name, needed=needed)
        )

    def rows(
        self, name: str, columns: tuple[str, ...], build: Callable[[Block], T]
    ) -> tuple[T, ...]:
        """Take a list of lists, each as a block whose fields are the *columns*."""
        found = []
        for place, node in self._items(name):
            where = self._at(place)
            if not isinstance(node.value, list) or len(node.value) > len(columns):
                problem = worded("expected a list of %(columns)s", columns=columns)
                self.kind.complain(node.line, where, problem)
            row = Node(node.line, dict(zip(columns, node.value, strict=False)))
            found.append(_built(Block(row, where, self.kind), build))
        return tuple(found)

    def by_language(
        self, languages: Iterable[str], prefix: str = "", *, needed: bool = False
    ) -> dict[str, str]:
        """Take one field per language; a language that is absent or null is left out."""
        return {
            language: self.text(prefix + language)
            for language in languages
            if self.take(prefix + language) is not None or needed
        }

    def suffixed(self, prefix: str, take: Callable[[str], T]) -> dict[str, T]:
        """Take every field whose name begins with *prefix*, by the rest of its name."""
        return {
            name.removeprefix(prefix): take(name)
            for name in self._fields
            if name.startswith(prefix) and self.take(name) is not None
        }

    def mapping(self, name: str, take: Callable[[Block, str], T]) -> dict[str, T]:
        """Take a mapping whose keys are not fields; empty where there is none."""
        if self.take(name) is None:
            return {}
        inner = self.block(name)
        return {key: take(inner, key) for key in inner._fields}

    def _at(self, name: str) -> str:
        if self.where == _TOP:
            return name or _TOP
        return f"{self.where}.{name}" if name else self.where

    def _needed(self, name: str) -> Node:
        node = self.take(name)
        if node is None:
            self.fail(name, "this field is missing")
        return node

    def _text(self, place: str, node: Node) -> str:
        if not isinstance(node.value, str) or (node.plain and node.value in _NULLS):
            self.kind.complain(node.line, self._at(place), "expected text")
        if len(node.value) > MOST_TEXT:
            raise self._excess(
                node,
                place,
                worded(
                    "%(found)s characters; expected at most %(most)s",
                    found=len(node.value),
                    most=MOST_TEXT,
                ),
            )
        return node.value

    def _plain(self, name: str) -> str:
        node = self._needed(name)
        return node.value if node.plain and isinstance(node.value, str) else ""

    def _items(
        self, name: str, *, needed: bool = True, most: int = MOST_ITEMS, expected: str = _LIST
    ) -> Iterator[tuple[str, Node]]:
        node = self._needed(name) if needed else self.take(name)
        items = [] if node is None else node.value
        if not isinstance(items, list):
            self.fail(name, expected)
        if node is not None and len(items) > most:
            problem = worded(
                "%(found)s items; expected at most %(most)s", found=len(items), most=most
            )
            raise self._excess(node, name, problem)
        return ((f"{name}[{place}]", each) for place, each in enumerate(items, 1))

    def _excess(self, node: Node, place: str, problem: Sentence) -> ParaphError:
        return self.kind.excess(_placed(node.line, self._at(place), problem))


def _built(block: Block, build: Callable[[Block], T]) -> T:
    made = build(block)
    block.close()
    return made


def instant(written: str) -> int:
    """Return an ISO 8601 instant with its zone as POSIX milliseconds.

    Raises:
        ValueError: Not one; its argument is the sentence that says what was expected.
    """
    try:
        at = dt.datetime.fromisoformat(written)
    except ValueError as error:
        raise ValueError(
            worded(
                "expected an instant with its zone, as 2015-10-14T13:00:00Z,"
                " of a day and an hour that exist"
            )
        ) from error
    if at.tzinfo is None:
        raise ValueError(worded("expected an instant with its zone, as 2015-10-14T13:00:00Z"))
    if at < _EPOCH:
        raise ValueError(
            worded("expected an instant with its zone, as 2015-10-14T13:00:00Z, not before 1970")
        )
    return (at - _EPOCH) // dt.timedelta(milliseconds=1)
