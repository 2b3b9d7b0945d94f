"""A strict reader of YAML 1.2: every field is asked for by name, nothing is ignored.

``NO`` and ``no`` are words, no key may stand twice, a timestamp needs a zone, a field that
nobody asked for is an error. Every error says the line and what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final, NoReturn, TypeVar

import yaml

from paraph.protocol.errors import InputError

T = TypeVar("T")

MOST_BYTES: Final = 8 * 1024 * 1024
DECORATION: Final = frozenset({"provenance", "src"})
"""Where a fact comes from: allowed in every block, of any form, and not read."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CORE: Final = "tag:yaml.org,2002:"
_HINT: Final = "the fields are listed in the documentation of desk-scenario/1"


# A day, or an hour of a day with or without a zone: as YAML resolves plain words to timestamps.
_INSTANT: Final = re.compile(
    r"""
    [0-9]{4}-[0-9]{2}-[0-9]{2}
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2} ([Tt]|[\ ]+) [0-9]{1,2}:[0-9]{2}:[0-9]{2} (\.[0-9]*)?
      (\ * (Z | [-+][0-9]{1,2}(:[0-9]{2})?))?
    """,
    re.VERBOSE,
)


class _Loader(yaml.SafeLoader):
    """Resolves plain words as YAML 1.2 does: true and false are the only booleans."""


_Loader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(_CORE + _name, re.compile(rf"(?:{_pattern})\Z"), list(_first))
_Loader.add_implicit_resolver(
    _CORE + "timestamp", re.compile(rf"(?:{_INSTANT.pattern})\Z", re.VERBOSE), list("0123456789")
)


def fail(node: yaml.Node | None, where: str, problem: str, hint: str = "") -> NoReturn:
    """Raise what the user is told about a place of the file."""
    line = f"line {node.start_mark.line + 1}: " if node is not None else ""
    raise InputError(f"{line}{where}: {problem}", code="scenario", hint=hint or _HINT)


def read(data: bytes) -> Block:
    """Return the mapping that a file consists of.

    Raises:
        InputError: Not UTF-8, not YAML, over 8 MiB, or no mapping.
    """
    if len(data) > MOST_BYTES:
        fail(None, "file", f"expected at most {MOST_BYTES} bytes, got {len(data)}")
    try:
        loader = _Loader(data.decode())
        node = loader.get_single_node()
    except UnicodeDecodeError:
        fail(None, "file", "expected text in utf-8", "save the file as utf-8")
    except RecursionError:
        fail(None, "file", "expected less nesting")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        what = getattr(error, "problem", None) or getattr(error, "reason", "") or "damaged"
        raise InputError(
            f"{line}not a yaml file: {what}", code="scenario", hint="mend the file at that line"
        ) from error
    if node is None:
        fail(None, "file", "expected a mapping, got nothing")
    return Block(node, "file")


class Block:
    """A mapping of the file, whose fields are taken one by one.

    Args:
        node: The mapping.
        where: What it is, for messages.
    """

    def __init__(self, node: yaml.Node, where: str) -> None:
        self.node = node
        self.where = where
        self._fields: dict[str, yaml.Node] = {}
        self._taken: set[str] = set()
        if not isinstance(node, yaml.MappingNode):
            fail(node, where, "expected a mapping of fields")
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                fail(key, where, "expected a word as the name of a field")
            if key.value in self._fields:
                fail(key, where, f'the field "{key.value}" stands twice')
            self._fields[key.value] = value

    def fail(self, name: str, problem: str, hint: str = "") -> NoReturn:
        """Raise what the user is told about the field *name*."""
        fail(self._fields.get(name, self.node), self.where, problem, hint)

    def names(self) -> tuple[str, ...]:
        """Return the names of all fields, in the order of the file."""
        return tuple(self._fields)

    def close(self) -> None:
        """Refuse fields that were never asked for."""
        for name in self._fields:
            if name in DECORATION - self._taken:
                self.decoration(name)
            elif name not in self._taken:
                self.fail(name, f'unknown field "{name}"', f"take it out, or see: {_HINT}")

    def decoration(self, name: str) -> None:
        """Take a field of any form; no key may stand twice in it either."""
        node = self.node_of(name)
        waiting, seen = [node] if node is not None else [], set()
        while waiting:
            each = waiting.pop()
            if id(each) in seen:
                continue
            seen.add(id(each))
            if isinstance(each, yaml.MappingNode):
                waiting += Block(each, _inner(self.where, name))._fields.values()
            elif isinstance(each, yaml.SequenceNode):
                waiting += each.value

    def node_of(self, name: str) -> yaml.Node | None:
        """Take a field; nothing where it is absent or null."""
        self._taken.add(name)
        node = self._fields.get(name)
        return None if node is None or node.tag == _CORE + "null" else node

    def _needed(self, name: str) -> yaml.Node:
        node = self.node_of(name)
        if node is None:
            self.fail(name, f'the field "{name}" is missing')
        return node

    def text(self, name: str) -> str:
        """Take a text that must be there."""
        return _text(self._needed(name), self.where, name)

    def maybe_text(self, name: str) -> str:
        """Take a text, empty where there is none."""
        node = self.node_of(name)
        return "" if node is None else _text(node, self.where, name)

    def word(self, name: str, allowed: Iterable[str]) -> str:
        """Take one of a closed list of words."""
        value, known = self.text(name), tuple(allowed)
        if value not in known:
            self.fail(name, f'"{name}" must be one of: {", ".join(known)}')
        return value

    def pattern(self, name: str, pattern: str, expected: str) -> str:
        """Take a text that *pattern* matches as a whole."""
        value = self.text(name)
        if not re.fullmatch(pattern, value):
            self.fail(name, f'"{name}" must be {expected}')
        return value

    def integer(self, name: str, default: int | None = None) -> int:
        """Take a whole number from 0 on; *default* where it may be absent."""
        node = self.node_of(name)
        if node is None and default is not None:
            return default
        node = self._needed(name)
        if node.tag != _CORE + "int" or not re.fullmatch(r"[0-9]{1,15}", node.value):
            self.fail(name, f'"{name}" must be a whole number from 0 on')
        return int(node.value)

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """Take true or false; *default* where it may be absent."""
        node = self.node_of(name)
        if node is None and default is not None:
            return default
        node = self._needed(name)
        if node.tag != _CORE + "bool":
            self.fail(name, f'"{name}" must be true or false')
        return bool(node.value.lower() == "true")

    def instant(self, name: str) -> int:
        """Take a timestamp with a zone, as POSIX milliseconds."""
        return _instant(self._needed(name), self.where, name)

    def maybe_instant(self, name: str) -> int:
        """Take a timestamp with a zone, 0 where there is none."""
        node = self.node_of(name)
        return 0 if node is None else _instant(node, self.where, name)

    def instant_or_text(self, name: str) -> int | str:
        """Take a timestamp with a zone, or an id."""
        node = self._needed(name)
        if node.tag == _CORE + "timestamp":
            return _instant(node, self.where, name)
        return _text(node, self.where, name)

    def items(self, name: str, *, needed: bool = True) -> list[yaml.Node]:
        """Take a list, empty where it may be absent."""
        node = self._needed(name) if needed else self.node_of(name)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.fail(name, f'"{name}" must be a list')
        return list(node.value)

    def texts(self, name: str, *, needed: bool = True) -> tuple[str, ...]:
        """Take a list of texts."""
        return tuple(_text(each, self.where, name) for each in self.items(name, needed=needed))

    def one_or_more(self, name: str) -> tuple[str, ...]:
        """Take a text or a list of texts."""
        if isinstance(self._fields.get(name), yaml.SequenceNode):
            return self.texts(name)
        return (self.text(name),)

    def block(self, name: str) -> Block:
        """Take a mapping that must be there."""
        return Block(self._needed(name), _inner(self.where, name))

    def maybe(self, name: str, build: Callable[[Block], T]) -> T | None:
        """Take a mapping through *build*, nothing where there is none."""
        node = self.node_of(name)
        return None if node is None else _built(Block(node, _inner(self.where, name)), build)

    def each(self, name: str, build: Callable[[Block], T], *, needed: bool = True) -> tuple[T, ...]:
        """Take a list of mappings, each through *build*."""
        found = []
        for place, node in enumerate(self.items(name, needed=needed), 1):
            block = Block(node, f"{name} {place}")
            label = block._fields.get("id") or block._fields.get("cid")
            if isinstance(label, yaml.ScalarNode):
                block.where = f"{name} {label.value}"
            found.append(_built(block, build))
        return tuple(found)

    def rows(
        self, name: str, places: tuple[str, ...], build: Callable[[Block], T]
    ) -> tuple[T, ...]:
        """Take a list of lists, each as a block whose fields are the *places* of its items."""
        found = []
        for number, node in enumerate(self.items(name), 1):
            where = f"{self.where} > {name} {number}"
            if not isinstance(node, yaml.SequenceNode) or len(node.value) > len(places):
                fail(node, where, f"expected a list of {', '.join(places)}")
            pairs = [
                (yaml.ScalarNode(_CORE + "str", place, item.start_mark, item.end_mark), item)
                for place, item in zip(places, node.value, strict=False)
            ]
            mapping = yaml.MappingNode(_CORE + "map", pairs, node.start_mark, node.end_mark)
            found.append(_built(Block(mapping, where), build))
        return tuple(found)

    def by_language(
        self, languages: Iterable[str], prefix: str = "", *, needed: bool = False
    ) -> dict[str, str]:
        """Take one field per language; a language that is absent or null is left out."""
        found = {}
        for language in languages:
            name = prefix + language
            if needed or self.node_of(name) is not None:
                found[language] = self.text(name)
        return found

    def suffixed(self, prefix: str, take: Callable[[str], T]) -> dict[str, T]:
        """Take every field whose name begins with *prefix*, by the rest of its name."""
        return {
            name.removeprefix(prefix): take(name)
            for name in self._fields
            if name.startswith(prefix) and self.node_of(name) is not None
        }

    def mapping(self, name: str, take: Callable[[Block, str], T]) -> dict[str, T]:
        """Take a mapping whose keys are not fields; empty where there is none."""
        node = self.node_of(name)
        if node is None:
            return {}
        block = Block(node, _inner(self.where, name))
        return {key: take(block, key) for key in block.names()}


def _built(block: Block, build: Callable[[Block], T]) -> T:
    made = build(block)
    block.close()
    return made


def _inner(where: str, name: str) -> str:
    return name if where == "file" else f"{where} > {name}"


def _text(node: yaml.Node, where: str, name: str) -> str:
    # A number or a day where a text is wanted is the text as written.
    if not isinstance(node, yaml.ScalarNode) or node.tag == _CORE + "null":
        fail(node, where, f'"{name}" must be a text')
    return str(node.value)


def _instant(node: yaml.Node, where: str, name: str) -> int:
    hint = "write it without quotes, for example 2015-10-01T15:00:00Z"
    if node.tag != _CORE + "timestamp" or not isinstance(node, yaml.ScalarNode):
        fail(node, where, f'"{name}" must be a timestamp', hint)
    try:
        value = yaml.constructor.SafeConstructor().construct_yaml_timestamp(node)
    except (ValueError, OverflowError):
        fail(node, where, f'"{name}" is no day or hour that exists', hint)
    if isinstance(value, date) and not isinstance(value, datetime):
        fail(node, where, f'"{name}" must have an hour and a zone', hint)
    if value.tzinfo is None:
        fail(node, where, f'"{name}" must have a zone', hint)
    if value < _EPOCH:
        fail(node, where, f'"{name}" must not be before 1970', hint)
    return int((value - _EPOCH) / timedelta(milliseconds=1))
