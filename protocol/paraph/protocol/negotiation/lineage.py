"""What becomes of a clause from one version to another, along the operations (SPEC 7.6).

Every clause is spun of *strands*. One begins where a clause is made; replace and move leave it as
it is, a merge twists the strands of all into the clause that stays, a delete ends those of its
clause, and a split parts each in two. A version with two parents is made of the first; where an
operation makes a clause whose id the second parent has, it takes over that clause's strands.

So an id alone says nothing: given on two branches, it is two clauses.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from paraph.protocol.errors import MisuseError
from paraph.protocol.negotiation.kept import kept_by_identity
from paraph.protocol.negotiation.state.versions import Version
from paraph.protocol.negotiation.text import Part
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.versions import (
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Operation,
    Replace,
    Split,
)

MOST_STRANDS: Final = 64
"""Strands of a clause that are told apart by their splits; with more, only by where they began."""
MOST_SPLITS: Final = 256
"""Splits that a strand remembers; of those after them both parts are the same to it."""

_Strand = tuple[int, ...]
"""Where it began; then, for each split, twice the number of the split, and 1 more if the second."""
_Strands = frozenset[_Strand]
_Spun = Mapping[str, _Strands]


@dataclass(frozen=True, slots=True)
class Stand:
    """How a clause, or what it came from or became, stood in one version.

    Attributes:
        version: The version.
        cids: The clauses, in the order of the text; none where it had left.
        acts: Kinds of the operations of this version that touched it, in order.
    """

    version: Version
    cids: tuple[str, ...]
    acts: tuple[str, ...]


@kept_by_identity(4)
def lineage_of(versions: Trie[Version]) -> Lineage:
    """Return the lineage of *versions*, computed once for this map of them."""
    return Lineage(versions)


class Lineage:
    """The versions of one negotiation, as a family of clauses. Derived; never stored.

    Args:
        versions: Every version; each stands after its parents in the log.
    """

    def __init__(self, versions: Trie[Version]) -> None:
        self._versions: Final = dict(versions.items())
        self._in_order: Final = sorted(self._versions.values(), key=_index)
        self._count: Final = itertools.count()
        self._parts: Final[dict[bytes, dict[str, Part]]] = {}
        self._spun: Final[dict[bytes, _Spun]] = {}
        # Versions that only change words share what was spun: known by identity, computed once.
        self._begun: Final[dict[int, dict[int, dict[str, _Strands]]]] = {}
        self._sources: Final[dict[tuple[int, int], dict[str, set[str]]]] = {}
        self._lines: Final[dict[bytes, tuple[Version, ...]]] = {}
        self._after: Final[dict[bytes, tuple[Version, ...]]] = {}
        for version in self._in_order:
            self._spun[version.statement] = self._spin(version)

    def version(self, statement: bytes) -> Version:
        """Return a version.

        Raises:
            MisuseError: There is none of that id.
        """
        found = self._versions.get(statement)
        if found is None:
            raise MisuseError("expected a version of this negotiation")
        return found

    def part(self, version: bytes, cid: str) -> Part | None:
        """Return a clause of a version, or nothing where it has none of that id.

        Raises:
            MisuseError: There is no such version.
        """
        parts = self._parts.get(version)
        if parts is None:
            parts = self._parts[version] = {
                each.cid: each for each in self.version(version).text.parts
            }
        return parts.get(cid)

    def heirs(self, start: bytes, end: bytes, cid: str) -> tuple[str, ...]:
        """Return what clause *cid* of version *start* is in version *end*.

        Empty if it left, or if the two versions have nothing in common. *end* need not be made
        from *start*: on another branch its heirs are what the clause was split off, or what that
        was made into.

        Raises:
            MisuseError: *start* has no such clause, or one of the two is no version.
        """
        if self.part(start, cid) is None:
            raise MisuseError("expected a clause of that version")
        there = self._beginnings(end)
        found: dict[str, None] = {}
        strands = self._spun[start][cid]
        for strand in sorted(strands) if len(strands) > 1 else strands:
            kin = there.get(strand[0], {})
            if len(kin) == 1:  # the usual one: a clause that nobody split or merged
                (only,) = kin
                if strand in kin[only]:
                    found[only] = None
                    continue
            own = [each for each in kin if _continue(kin[each], strand)]
            found |= dict.fromkeys(own or [each for each in kin if _related(kin[each], strand)])
        return tuple(found)

    def ancestors(self, end: bytes) -> tuple[Version, ...]:
        """Return *end* and the versions that it was made from, in the order of the log."""
        line = self._lines.get(end)
        if line is None:
            waiting, seen = [end], {end}
            while waiting:
                parents = set(self.version(waiting.pop()).content.parents) - seen
                seen |= parents
                waiting += parents
            line = tuple(each for each in self._in_order if each.statement in seen)
            self._lines[end] = line
        return line

    def descendants(self, start: bytes) -> tuple[Version, ...]:
        """Return *start* and the versions that were made from it, in the order of the log."""
        line = self._after.get(start)
        if line is None:
            found = {start: self.version(start)}
            for each in self._in_order:
                if not found.keys().isdisjoint(each.content.parents):
                    found[each.statement] = each
            line = self._after[start] = tuple(found.values())
        return line

    def history(self, end: bytes, cid: str) -> tuple[Stand, ...]:
        """Return how a clause stood in each version up to *end*, in the order of the log.

        Args:
            end: The last version looked at.
            cid: A clause that it, or a version before it, has or had.

        Returns:
            From the first version in which it, or what it was split off or merged from, stood,
            to the last, or the one that it left in; nothing if no version had such a clause.
        """
        stands: list[Stand] = []
        known: set[str] = set()
        for each, here in self.stood(end, cid):
            known.update(here)
            if here or (stands and stands[-1].cids):
                stands.append(Stand(each, here, _acts(each.content.operations, known)))
        return tuple(stands)

    def stood(self, end: bytes, cid: str) -> Iterator[tuple[Version, tuple[str, ...]]]:
        """Yield every version up to *end* with the clauses that a clause was in it.

        The same as :meth:`history` without the acts, and with the versions in which it was none.

        Args:
            end: The last version looked at.
            cid: A clause that it, or a version before it, has or had.
        """
        line = self.ancestors(end)
        last = next((each for each in reversed(line) if cid in self._spun[each.statement]), None)
        if last is not None:
            for each in line:
                yield each, self._in_version(each, last, cid)

    def _in_version(self, version: Version, last: Version, cid: str) -> tuple[str, ...]:
        if version.index > last.index:
            found = set(self.heirs(last.statement, version.statement, cid))
        else:
            found = self._from(version.statement, last.statement).get(cid, set())
        if len(found) < 2:
            return tuple(found)
        return tuple(part.cid for part in version.text.parts if part.cid in found)

    def _from(self, start: bytes, end: bytes) -> Mapping[str, set[str]]:
        # By clause of *end*, the clauses of *start* that it is an heir of.
        key = id(self._spun[start]), id(self._spun[end])
        found = self._sources.get(key)
        if found is None:
            found = self._sources[key] = {}
            for cid in self._spun[start]:
                for heir in self.heirs(start, end, cid):
                    found.setdefault(heir, set()).add(cid)
        return found

    # ------------------------------------------------------------------ spinning

    def _spin(self, version: Version) -> _Spun:
        content = version.content
        if not content.parents:
            return {part.cid: self._begin() for part in version.text.parts}
        spun, *others = (self._spun[each] for each in content.parents)
        if all(isinstance(each, Replace | MoveAfter) for each in content.operations):
            return spun
        taken = {cid: strands for other in others for cid, strands in other.items()}
        made = dict(spun)
        for each in content.operations:
            self._make(made, each, taken)
        return made

    def _begin(self) -> _Strands:
        return frozenset({(next(self._count),)})

    def _make(self, spun: dict[str, _Strands], operation: Operation, taken: _Spun) -> None:
        match operation:
            case InsertAfter():
                cid = operation.clause.cid
                spun[cid] = taken[cid] if cid in taken else self._begin()
            case Delete():
                del spun[operation.cid]
            case Split():
                first, second = _halves(spun[operation.cid], next(self._count))
                spun[operation.cid] = first
                spun[operation.new_cid] = second | taken.get(operation.new_cid, frozenset())
            case Merge():
                parts = [spun.pop(cid) for cid in operation.cids]
                spun[operation.into] = _twisted(frozenset[_Strand]().union(*parts))
            case _:
                pass  # replace, move-after: the strands stay as they are

    def _beginnings(self, version: bytes) -> dict[int, dict[str, _Strands]]:
        # By where strands began: the clauses of a version that have such, with them.
        self.version(version)
        spun = self._spun[version]
        found = self._begun.get(id(spun))
        if found is None:
            found = self._begun[id(spun)] = {}
            for cid, strands in spun.items():
                if len(strands) == 1:  # the usual one
                    ((begun, *_),) = strands
                    found.setdefault(begun, {})[cid] = strands
                    continue
                for begun in {each[0] for each in strands}:
                    of = frozenset(each for each in strands if each[0] == begun)
                    found.setdefault(begun, {})[cid] = of
        return found


def _index(version: Version) -> int:
    return version.index


def _halves(strands: _Strands, split: int) -> tuple[_Strands, _Strands]:
    if len(strands) > MOST_STRANDS or any(len(each) > MOST_SPLITS for each in strands):
        return strands, strands
    first, second = ({(*each, 2 * split + side) for each in strands} for side in (0, 1))
    return frozenset(first), frozenset(second)


def _twisted(strands: _Strands) -> _Strands:
    # Two halves that come together again are whole.
    whole = set(strands)
    for each in sorted(strands, key=len, reverse=True):
        strand = each
        while len(strand) > 1 and strand in whole and (*strand[:-1], strand[-1] ^ 1) in whole:
            whole -= {strand, (*strand[:-1], strand[-1] ^ 1)}
            strand = strand[:-1]
            whole.add(strand)
    if len(whole) > MOST_STRANDS:
        whole = {each[:1] for each in whole}
    return frozenset(whole)


def _continue(strands: _Strands, other: _Strand) -> bool:
    return any(each[: len(other)] == other for each in strands)


def _parted(strand: _Strand, other: _Strand) -> bool:
    # Whether they are, or came from, the two halves of one split.
    differ = next(((a, b) for a, b in zip(strand, other, strict=False) if a != b), None)
    return differ is not None and differ[0] ^ 1 == differ[1]


def _related(strands: _Strands, other: _Strand) -> bool:
    return not any(_parted(each, other) for each in strands)


def _acts(operations: Iterable[Operation], cids: set[str]) -> tuple[str, ...]:
    return tuple(each.KIND for each in operations if not cids.isdisjoint(touched(each)))


def touched(operation: Operation) -> tuple[str, ...]:
    """Return the clauses that an operation changes, moves, makes or takes away."""
    match operation:
        case InsertAfter():
            return (operation.clause.cid,)
        case Split():
            return (operation.cid, operation.new_cid)
        case Merge():
            return operation.cids
        case _:
            return (operation.cid,)
