"""YAML and JSON files that people write, read into plain values.

Built from the parser's events, never from its objects: no tags, no aliases (a bomb needs them),
no dates, `no` is a word and not a boolean, no key twice, bounded in bytes and in depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import yaml

from paraph.protocol.errors import InputError, RefusedError

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of one file; a version holds at most 4,000,000 characters."""
MOST_DEPTH: Final = 32

_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_FLAGS: Final = {"true": True, "True": True, "false": False, "False": False}


def load(path: Path) -> object:
    """Return what a YAML or JSON file holds.

    Returns:
        Mappings with text keys, lists, text, integers, booleans, ``None``.

    Raises:
        InputError: It cannot be read, or is not as described above.
        RefusedError: Code ``oversize``.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}", hint="check the path of the file"
        ) from error
    return loads(data, str(path))


def loads(data: bytes, name: str) -> object:
    """Return what YAML or JSON bytes hold; see :func:`load`.

    Args:
        data: The file.
        name: What to call it in complaints.
    """
    if len(data) > MOST_BYTES:
        raise RefusedError(
            f"{name} has {len(data)} bytes; expected at most {MOST_BYTES}",
            code="oversize",
            hint="send it in several parts",
        )
    try:
        return _build(yaml.parse(data.decode(), Loader=yaml.CSafeLoader), name)
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not UTF-8 text", hint="save the file as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark is not None else ""
        problem = getattr(error, "problem", None) or "unexpected characters"
        raise InputError(
            f"{name} is not YAML or JSON: {problem}{line}", hint="check that line"
        ) from error


def _build(events: Iterable[yaml.Event], name: str) -> object:
    root: list[object] = []
    # Open collections; a mapping stands with the key that waits for its value.
    stack: list[list[object] | _Mapping] = [root]
    for event in events:
        match event:
            case yaml.ScalarEvent():
                _add(stack[-1], _scalar(event), event, name)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if len(stack) > MOST_DEPTH:
                    raise _wrong(event, name, f"expected nesting of at most {MOST_DEPTH}")
                new: list[object] | _Mapping = (
                    _Mapping() if isinstance(event, yaml.MappingStartEvent) else []
                )
                made = new.values if isinstance(new, _Mapping) else new
                _add(stack[-1], made, event, name)
                stack.append(new)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                stack.pop()
            case yaml.AliasEvent():
                raise _wrong(event, name, "expected no aliases")
            case _:
                pass
    if len(root) > 1:
        raise InputError(f"{name}: expected one document", hint="remove the lines ---")
    return root[0] if root else None


class _Mapping:
    def __init__(self) -> None:
        self.values: dict[str, object] = {}
        self.key: str | None = None


def _add(into: list[object] | _Mapping, value: object, event: yaml.Event, name: str) -> None:
    if isinstance(into, list):
        into.append(value)
    elif into.key is not None:
        into.values[into.key], into.key = value, None
    else:
        key = event.value if isinstance(event, yaml.ScalarEvent) else None
        if key is None:
            raise _wrong(event, name, "expected text as the name of a field")
        if key in into.values:
            raise _wrong(event, name, f'"{key}" stands here twice')
        into.key = key


def _scalar(event: yaml.ScalarEvent) -> object:
    value: str = event.value
    if event.style or event.tag:
        return value
    if value in _NULLS:
        return None
    if value in _FLAGS:
        return _FLAGS[value]
    return int(value) if _INTEGER.fullmatch(value) else value


def _wrong(event: yaml.Event, name: str, message: str) -> InputError:
    mark = event.start_mark
    line = f", line {mark.line + 1}" if mark is not None else ""
    return InputError(f"{name}{line}: {message}", hint="check that line")
