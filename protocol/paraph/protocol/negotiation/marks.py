"""The marks inside a text: brackets, alternatives, placeholders, live references (SPEC 7.1).

``[CODE: words]`` is contested and held by a party, ``[words]`` is contested and held by nobody
named, ``[●: note]`` is a place still to be filled, ``{ref:CID}`` shows the number of a clause.
Groups nest. There is no escape: a text holds no other square bracket.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from paraph.protocol.errors import MalformedError
from paraph.protocol.negotiation.kept import kept
from paraph.protocol.sentences import worded

PLACEHOLDER: Final = "●"
UNATTRIBUTED: Final = ""
"""The holder of a bracket that names no party."""
MOST_NESTED: Final = 100
_KEPT: Final = 16_384
"""Wordings of which the groups are remembered: most stand in one version after the other."""

# A reference may name what no clause can be called: it then points at nothing.
REFERENCE: Final = re.compile(r"\{ref:([A-Za-z0-9_\-\u0080-\U0010ffff]+)\}")
_BRACKET: Final = re.compile(r"[\[\]]")

Shape = tuple[tuple[str, "Shape"], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One bracket or placeholder of a text.

    Attributes:
        holder: Code of the party that holds it, :data:`UNATTRIBUTED` or :data:`PLACEHOLDER`.
        start: Place of the opening bracket.
        end: Place just after the closing bracket.
        inside: The groups nested in it.
    """

    holder: str
    start: int
    end: int
    inside: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many marks a text holds; nested groups count, each by itself.

    Attributes:
        brackets: Groups that are not placeholders.
        placeholders: Groups that are.
        held_by: Brackets by holder; a party with none is absent.
        balanced: False where the brackets do not pair: then nothing in that clause is counted.
    """

    brackets: int
    placeholders: int
    held_by: Mapping[str, int]
    balanced: bool


def parse(text: str, codes: Collection[str]) -> tuple[Group, ...]:
    """Read the groups of *text*.

    Args:
        text: The words of one clause in one language.
        codes: Codes of the parties; any other word before a colon attributes nothing.

    Returns:
        The outermost groups, in order.

    Raises:
        MalformedError: ``unbalanced-bracket``, with the place; or ``nested-too-deep``.
    """
    return _parse(text, tuple(codes))


@kept(_KEPT)
def _parse(text: str, codes: tuple[str, ...]) -> tuple[Group, ...]:
    levels: list[list[Group]] = [[]]
    opened: list[int] = []
    for found in _BRACKET.finditer(text):
        at = found.start()
        if found[0] == "[":
            if len(opened) == MOST_NESTED:
                raise MalformedError(
                    worded(
                        "expected brackets nested at most %(most)s deep, at character %(at)s",
                        most=MOST_NESTED,
                        at=at + 1,
                    ),
                    code="nested-too-deep",
                )
            opened.append(at)
            levels.append([])
        elif not opened:
            raise MalformedError(
                worded("nothing is open for the closing bracket at character %(at)s", at=at + 1),
                code="unbalanced-bracket",
            )
        else:
            inside, start = tuple(levels.pop()), opened.pop()
            levels[-1].append(Group(_holder(text, start + 1, codes), start, at + 1, inside))
    if opened:
        raise MalformedError(
            worded(
                "the bracket opened at character %(opened)s is not closed", opened=opened[-1] + 1
            ),
            code="unbalanced-bracket",
        )
    return tuple(levels[0])


def _holder(text: str, at: int, codes: tuple[str, ...]) -> str:
    if text.startswith(PLACEHOLDER, at):
        return PLACEHOLDER
    return next((code for code in codes if text.startswith(code + ":", at)), UNATTRIBUTED)


def walk(groups: Sequence[Group]) -> Iterator[Group]:
    """Yield every group, nested ones after the one that holds them."""
    for group in groups:
        yield group
        yield from walk(group.inside)


def tally(texts: Sequence[str], codes: Collection[str]) -> Tally:
    """Count the marks of *texts*, the clauses of a version in one language.

    Total: a clause whose brackets do not pair counts for nothing and is told by ``balanced``.
    """
    held: Counter[str] = Counter()
    balanced = True
    for text in texts:
        try:
            held.update(group.holder for group in walk(parse(text, codes)))
        except MalformedError:
            balanced = False
    placeholders = held.pop(PLACEHOLDER, 0)
    return Tally(held.total(), placeholders, dict(held), balanced)


def shape(groups: Sequence[Group]) -> Shape:
    """Return who holds what inside what, without the order in which it stands.

    The same in every language where a text is in order: word order may differ, holders and
    nesting may not.
    """
    return tuple(sorted((group.holder, shape(group.inside)) for group in groups))


def alternatives(text: str, groups: Sequence[Group]) -> tuple[tuple[Group, ...], ...]:
    """Return the sets of two or more attributed groups that stand side by side.

    Each set is one place for which the parties have different words. Only blanks may stand
    between its groups; nested groups form sets of their own.
    """
    found: list[tuple[Group, ...]] = []
    row: list[Group] = []
    for group in groups:
        attributed = group.holder not in (UNATTRIBUTED, PLACEHOLDER)
        if row and attributed and not text[row[-1].end : group.start].strip(" \u00a0"):
            row.append(group)
        else:
            found += [tuple(row)] if len(row) > 1 else []
            row = [group] if attributed else []
    found += [tuple(row)] if len(row) > 1 else []
    for group in groups:
        found += alternatives(text, group.inside)
    return tuple(found)


def references(text: str) -> tuple[str, ...]:
    """Return the clause ids that *text* refers to, in order, each as often as it stands."""
    return tuple(REFERENCE.findall(text))


def resolve(text: str, number_of: Callable[[str], str]) -> str:
    """Return *text* with every live reference replaced by what *number_of* gives for its id."""
    if "{ref:" not in text:
        return text
    return REFERENCE.sub(lambda found: number_of(found[1]), text)
