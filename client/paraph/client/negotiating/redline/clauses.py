"""A redline between two texts: blocks of clauses that belong together, and numbered changes.

A block holds the clauses of the one text and those of the other that came of them: one and one as
a rule, none on one side where a clause was inserted or deleted, more where it was split or merged.
Its words are compared as one, so that words which a split carries into a new clause are not shown
as deleted and inserted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final, Literal

from paraph.client.negotiating.redline import words
from paraph.protocol.negotiation import comparing
from paraph.protocol.negotiation.lineage import Lineage
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.statements.versions import Delete, Merge, MoveAfter, Operation, Split

Kind = Literal["words", "insert", "delete", "move", "split", "merge", "about"]
Shape = Literal["same", "inserted", "deleted", "split", "merged", "recast"]

SAME: Final = -1
"""The change of a piece that both texts have."""


@dataclasses.dataclass(frozen=True, slots=True)
class Kin:
    """How the clauses of two versions belong together.

    Attributes:
        heirs: Clause of the old text to what it is in the new one.
        moved: Clauses that were moved on purpose on the way.
    """

    heirs: Mapping[str, tuple[str, ...]]
    moved: frozenset[str] = frozenset()


def kin_of(lineage: Lineage, old: bytes, new: bytes) -> Kin:
    """Return how the clauses of two versions of one negotiation belong together."""
    heirs: dict[str, tuple[str, ...]] = {}
    on_the_way = _between(lineage, old, new)
    if lineage.version(old).index <= lineage.version(new).index:
        for part in lineage.version(old).text.parts:
            heirs[part.cid] = lineage.heirs(old, new, part.cid)
    else:
        for part in lineage.version(new).text.parts:
            for cid in lineage.heirs(new, old, part.cid):
                heirs[cid] = (*heirs.get(cid, ()), part.cid)
    return Kin(heirs, on_the_way)


def kin_after(old: Text, operations: Iterable[Operation]) -> Kin:
    """Return how the clauses of a text belong with those that *operations* make of it."""
    heirs: dict[str, tuple[str, ...]] = {part.cid: (part.cid,) for part in old.parts}
    moved: set[str] = set()
    change: dict[str, tuple[str, ...]]
    for each in operations:
        match each:
            case Split(cid=cid, new_cid=new):
                change = {cid: (cid, new)}
            case Merge(cids=cids, into=into):
                change = dict.fromkeys(cids, (into,))
            case Delete(cid=cid):
                change = {cid: ()}
            case MoveAfter(cid=cid):
                change = {}
                moved.add(cid)
            case _:
                continue
        for first, last in heirs.items():
            made = (heir for cid in last for heir in change.get(cid, (cid,)))
            heirs[first] = tuple(dict.fromkeys(made))
    return Kin(heirs, frozenset(moved))


def _between(lineage: Lineage, old: bytes, new: bytes) -> frozenset[str]:
    one, other = lineage.ancestors(old), lineage.ancestors(new)
    both = {each.statement for each in one} & {each.statement for each in other}
    return frozenset(
        operation.cid
        for version in (*one, *other)
        if version.statement not in both
        for operation in version.content.operations
        if isinstance(operation, MoveAfter)
    )


def _by_id(old: Text, new: Text) -> Kin:
    there = {part.cid for part in new.parts}
    return Kin({part.cid: (part.cid,) for part in old.parts if part.cid in there})


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a block.

    Attributes:
        kind: Whether both texts have them, or which.
        text: The words.
        old: The clause of the old text at which they stand, or would; empty if there is none.
        new: The same in the new text.
        change: Number of the change that they belong to, or :data:`SAME`.
    """

    kind: Literal["same", "deleted", "inserted"]
    text: str
    old: str
    new: str
    change: int = SAME


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """Something that may be accepted or not.

    Attributes:
        number: 0, 1, 2 ... in the order of the redline.
        kind: ``words``; a clause ``insert``, ``delete``, ``move``; ``split``, ``merge``; ``about``:
            what no rendering shows, or in which languages there are words at all.
        cid: The clause; of a split or merge the first.
        language: Of words; else empty.
        invisible: Nobody would see it: the words before and after look the same.
    """

    number: int
    kind: Kind
    cid: str
    language: str = ""
    invisible: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """Clauses that belong together.

    Attributes:
        shape: What became of them; ``same`` says nothing about their words.
        olds: Clauses of the old text, in order.
        news: Clauses of the new text, in order.
        pieces: Words by language.
        changes: Its changes, by number.
        whole: The change that makes it what it is: an insert, delete, split or merge; or
            :data:`SAME`.
    """

    shape: Shape
    olds: tuple[Part, ...]
    news: tuple[Part, ...]
    pieces: Mapping[str, tuple[Piece, ...]]
    changes: tuple[Change, ...]
    whole: int

    @property
    def moved(self) -> frozenset[str]:
        """The clauses of it that changed place."""
        return frozenset(each.cid for each in self.changes if each.kind == "move")


@dataclasses.dataclass(frozen=True, slots=True)
class Redline:
    """What differs between two texts.

    Attributes:
        old: The one text.
        new: The other.
        blocks: In the order of the new text; what was deleted stands where it stood.
        lasting: Clauses that both have.
    """

    old: Text
    new: Text
    blocks: tuple[Block, ...]
    lasting: frozenset[str]

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change, by number."""
        return tuple(change for block in self.blocks for change in block.changes)

    def resolve(self, accepted: Collection[int]) -> tuple[Part, ...]:
        """Return the clauses with the changes of these numbers made, and no others.

        All of them give the new text exactly, none the old one.
        """
        taken = frozenset(accepted)
        parts: dict[str, Part] = {}
        rooted: set[str] = set()
        for block in self.blocks:
            as_new = block.whole in taken
            made = _resolve(block, taken, as_new=as_new)
            parts |= {part.cid: part for part in made}
            rooted |= {part.cid for part in made if not as_new or part.cid in self.lasting}
        moving = {each.cid for each in self.changes if each.kind == "move" and each.number in taken}
        order = [part.cid for part in self.old.parts if part.cid in rooted - moving]
        at = 0
        for part in self.new.parts:
            if part.cid in parts and part.cid not in order:
                order.insert(at, part.cid)
            if part.cid in parts:
                at = order.index(part.cid) + 1
        return tuple(parts[cid] for cid in order)


def redline(old: Text, new: Text, kin: Kin | None = None) -> Redline:
    """Compare two texts.

    Args:
        old: The one.
        new: The other.
        kin: How their clauses belong together (:func:`kin_of`); by their ids, if not given.
    """
    known = kin or _by_id(old, new)
    lasting = frozenset(cid for cid, heirs in known.heirs.items() if cid in heirs)
    moved = _moved(old, new, lasting, known.moved)
    blocks: list[Block] = []
    count = 0
    for olds, news in _in_order(old, new, _components(old, new, known)):
        block = _Builder(olds, news, moved, count).block(old.languages)
        count += len(block.changes)
        blocks.append(block)
    return Redline(old, new, tuple(blocks), lasting)


Component = tuple[tuple[Part, ...], tuple[Part, ...]]


def _components(old: Text, new: Text, kin: Kin) -> list[Component]:
    # Clauses joined by any chain of "came of".
    group: dict[tuple[int, str], list[tuple[int, str]]] = {
        (side, part.cid): [(side, part.cid)]
        for side, text in enumerate((old, new))
        for part in text.parts
    }
    for cid, heirs in kin.heirs.items():
        for heir in heirs:
            one, other = group[0, cid], group[1, heir]
            if one is not other:
                one += other
                for member in other:
                    group[member] = one
    parts = tuple({part.cid: part for part in text.parts} for text in (old, new))
    found: list[Component] = []
    seen: set[int] = set()
    for members in group.values():
        if id(members) not in seen:
            seen.add(id(members))
            inside = set(members)
            found.append(
                (
                    tuple(part for part in old.parts if (0, part.cid) in inside),
                    tuple(part for part in new.parts if (1, part.cid) in inside),
                )
                if len(members) > 2
                else _small(parts, members)
            )
    return found


def _small(parts: Sequence[Mapping[str, Part]], members: Iterable[tuple[int, str]]) -> Component:
    sides: tuple[list[Part], list[Part]] = ([], [])
    for side, cid in members:
        sides[side].append(parts[side][cid])
    return tuple(sides[0]), tuple(sides[1])


def _in_order(old: Text, new: Text, components: Iterable[Component]) -> list[Component]:
    # As in the new text; one that has nothing there, after what it followed in the old text.
    by_new = {news[0].cid: (olds, news) for olds, news in components if news}
    gone = {olds[0].cid: (olds, news) for olds, news in components if not news}
    home = {part.cid: news[0].cid for olds, news in by_new.values() for part in olds}
    after: dict[str, list[Component]] = {}
    before = ""
    for part in old.parts:
        if part.cid in gone:
            after.setdefault(before, []).append(gone[part.cid])
        elif part.cid in home:
            before = home[part.cid]
    order = list(after.get("", ()))
    for part in new.parts:
        if part.cid in by_new:
            order += [by_new[part.cid], *after.get(part.cid, ())]
    return order


def _moved(
    old: Text, new: Text, lasting: frozenset[str], on_purpose: frozenset[str]
) -> frozenset[str]:
    # The fewest clauses whose places explain the new order; those moved on purpose, if they do.
    before = [part.cid for part in old.parts if part.cid in lasting]
    after = [part.cid for part in new.parts if part.cid in lasting]
    still = _alike(before, after, on_purpose)
    if not still:
        return lasting - {before[i] for i, _ in comparing.common(before, after)}
    for cid in before:
        if cid not in still and _alike(before, after, lasting - still - {cid}):
            still.add(cid)
    return lasting - still


def _alike(before: list[str], after: list[str], without: Collection[str]) -> set[str]:
    # The clauses that are left, if they stand in the same order in both.
    left = [cid for cid in before if cid not in without]
    return set(left) if left == [cid for cid in after if cid not in without] else set()


class _Builder:
    # One block, with its changes numbered from *count* on.
    def __init__(
        self,
        olds: tuple[Part, ...],
        news: tuple[Part, ...],
        moved: frozenset[str],
        count: int,
    ) -> None:
        self.olds, self.news, self.count = olds, news, count
        self.changes: list[Change] = []
        self.cid = (olds or news)[0].cid
        self.shape: Final = _shape(olds, news)
        self.whole = SAME
        kinds: Mapping[Shape, Kind] = {
            "inserted": "insert",
            "deleted": "delete",
            "split": "split",
            "merged": "merge",
            "recast": "split",
        }
        if self.shape != "same":
            self.whole = self.change(kinds[self.shape])
        elif _about(olds[0]) != _about(news[0]):
            self.change("about")
        for part in olds:
            if part.cid in moved:
                self.change("move", part.cid)

    def change(
        self, kind: Kind, cid: str = "", language: str = "", *, invisible: bool = False
    ) -> int:
        number = self.count + len(self.changes)
        self.changes.append(Change(number, kind, cid or self.cid, language, invisible))
        return number

    def block(self, languages: Iterable[str]) -> Block:
        pieces = {each: tuple(self.pieces(each)) for each in languages}
        return Block(self.shape, self.olds, self.news, pieces, tuple(self.changes), self.whole)

    def pieces(self, language: str) -> list[Piece]:
        if len(self.olds) == len(self.news) == 1:  # most clauses of most redlines: nothing changed
            (one,), (other,) = self.olds, self.news
            text = one.words.get(language, "")
            if text == other.words.get(language, ""):
                return [Piece("same", text, one.cid, other.cid)] if text else []
        old, old_at = _joined(self.olds, language)
        new, new_at = _joined(self.news, language)
        found: list[Piece] = []
        for same, (a, b, c, d) in words.areas(old, new):
            if same:
                for start, end in _runs(a, b, lambda at: (old_at[at], new_at[at - a + c])):  # noqa: B023 - used up before the next turn
                    text = "".join(old[start:end])
                    found.append(Piece("same", text, old_at[start], new_at[start - a + c]))
                continue
            number = self.words(language, "".join(old[a:b]), "".join(new[c:d]))
            here, there = _near(new_at, c, self.news), _near(old_at, b - 1, self.olds)
            found += [
                Piece("deleted", "".join(old[start:end]), old_at[start], here, number)
                for start, end in _runs(a, b, old_at.__getitem__)
            ]
            found += [
                Piece("inserted", "".join(new[start:end]), there, new_at[start], number)
                for start, end in _runs(c, d, new_at.__getitem__)
            ]
        return found

    def words(self, language: str, old: str, new: str) -> int:
        if not (self.olds and self.news):
            return self.whole
        return self.change("words", language=language, invisible=words.is_invisible(old, new))


def _near(cids: list[str], at: int, parts: tuple[Part, ...]) -> str:
    # The clause at which words stand that the other text has not.
    if cids:
        return cids[min(max(at, 0), len(cids) - 1)]
    return parts[0].cid if parts else ""


def _runs(start: int, end: int, clause: Callable[[int], object]) -> Iterator[tuple[int, int]]:
    # From *start* to *end*, cut where another clause begins; clauses are in order.
    while start < end:
        if clause(start) == clause(end - 1):
            yield start, end
            return
        cut = next(at for at in range(start, end) if clause(at) != clause(start))
        yield start, cut
        start = cut


def _joined(parts: Iterable[Part], language: str) -> tuple[list[str], list[str]]:
    # The tokens of several clauses, and the clause of each.
    tokens: list[str] = []
    cids: list[str] = []
    for part in parts:
        own = comparing.tokens(part.words.get(language, ""))
        tokens += own
        cids += [part.cid] * len(own)
    return tokens, cids


def _shape(olds: tuple[Part, ...], news: tuple[Part, ...]) -> Shape:
    if not olds:
        return "inserted"
    if not news:
        return "deleted"
    if len(olds) == len(news) == 1:
        return "same" if olds[0].cid == news[0].cid else "recast"
    if len(olds) == 1:
        return "split"
    return "merged" if len(news) == 1 else "recast"


def _about(part: Part) -> tuple[object, ...]:
    return (part.role, dict(part.headings), part.handling, part.stale, part.words.keys())


def _resolve(block: Block, taken: frozenset[int], *, as_new: bool) -> list[Part]:
    about = any(each.kind == "about" and each.number in taken for each in block.changes)
    side = attrgetter("new" if as_new else "old")
    made = []
    for part in block.news if as_new or about else block.olds:
        texts = {
            language: "".join(
                piece.text
                for piece in pieces
                if side(piece) == part.cid
                and (piece.kind == "same" or (piece.kind == "inserted") == (piece.change in taken))
            )
            for language, pieces in block.pieces.items()
        }
        kept = {each: text for each, text in texts.items() if text or each in part.words}
        made.append(dataclasses.replace(part, words=kept))
    return made
