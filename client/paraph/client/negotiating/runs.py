"""The words of a clause in runs, as a page sets them: brackets, references, what hides.

A run is shown in one dress. Runs in order are the words of the clause to the letter, but for two
things: a reference is shown as the number that it stands for, and what nobody would see is named.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from paraph.client.reading.visible import pieces
from paraph.protocol.errors import MalformedError
from paraph.protocol.negotiation import marks

Kind = Literal["words", "hidden", "opens", "closes", "reference"]


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """Some characters of a clause.

    Attributes:
        kind: ``words``; ``hidden``, a name in place of a character; ``opens`` and ``closes`` of a
            bracket, which always pair; ``reference``, the number of another clause.
        text: What is shown.
        holder: Of a bracket, its party, nothing for nobody named, or the placeholder's ball.
        cid: Of a reference, the clause.
    """

    kind: Kind
    text: str
    holder: str = ""
    cid: str = ""


def runs(
    words: str, codes: Sequence[str], number_of: Callable[[str], str] | None = None
) -> tuple[Run, ...]:
    """Return *words* in runs.

    Args:
        words: The words of a clause in one language, as received.
        codes: Codes of the parties.
        number_of: Gives the number of a clause; without it references stay as they are written.
    """
    try:
        groups = marks.parse(words, codes)
    except MalformedError:
        groups = ()  # brackets that do not pair are nobody's: they are words, and a finding
    signs: list[tuple[int, int, Kind, str]] = []
    for group in marks.walk(groups):
        signs.append((group.start, _behind_holder(words, group), "opens", group.holder))
        signs.append((group.end - 1, group.end, "closes", group.holder))
    found: list[Run] = []
    at = 0
    for start, end, kind, holder in sorted(signs):
        found += _plain(words[at:start], number_of)
        found.append(Run(kind, words[start:end], holder))
        at = end
    found += _plain(words[at:], number_of)
    return tuple(found)


def plain(words: str, number_of: Callable[[str], str] | None = None) -> tuple[Run, ...]:
    """Return words of a redline in runs: brackets stay as they are written."""
    return tuple(_plain(words, number_of))


def numbered(numbers: Mapping[str, str]) -> Callable[[str], str]:
    """Return what gives the number of a clause out of *numbers*: a question mark if none has it."""
    return lambda cid: numbers.get(cid, "?")


def _behind_holder(words: str, group: marks.Group) -> int:
    behind = group.start + 1 + len(group.holder)
    return behind + 1 if group.holder and words.startswith(":", behind) else behind


def _plain(words: str, number_of: Callable[[str], str] | None) -> Iterator[Run]:
    at = 0
    for found in marks.REFERENCE.finditer(words) if number_of and "{ref:" in words else ():
        assert number_of is not None
        yield from _seen(words[at : found.start()])
        yield Run("reference", number_of(found[1]), cid=found[1])
        at = found.end()
    yield from _seen(words[at:])


def _seen(words: str) -> Iterator[Run]:
    for hidden, text in pieces(words):
        yield Run("hidden" if hidden else "words", text)
