"""A redline told: in lines for people, or as plain values for machines.

Every change has a shape of its own, ``[-deleted-]`` and ``{+inserted+}``, and may be coloured by
the party beside; nothing is told by colour alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from paraph.client.negotiating.redline.clauses import SAME, Block, Change, Redline
from paraph.client.negotiating.redline.three import Row
from paraph.protocol.negotiation.lineage import Lineage, touched
from paraph.protocol.negotiation.text import Part

Parties = Mapping[str, tuple[str, ...]]
"""Clause to the parties that changed it on the way."""


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """Words of one line; of whom, if they are a change."""

    text: str
    parties: tuple[str, ...] = ()


Line = tuple[Span, ...]


def parties_of(lineage: Lineage, old: bytes, new: bytes) -> Parties:
    """Return who changed each clause between two versions, by the operations on the way."""
    one, other = lineage.ancestors(old), lineage.ancestors(new)
    both = {each.statement for each in one} & {each.statement for each in other}
    found: dict[str, dict[str, None]] = {}
    for version in (*one, *other):
        if version.statement not in both:
            for operation in version.content.operations:
                for cid in touched(operation):
                    found.setdefault(cid, {})[version.content.author] = None
    return {cid: tuple(names) for cid, names in found.items()}


def lines(
    found: Redline, languages: Sequence[str], parties: Parties, *, everything: bool = False
) -> Iterator[Line]:
    """Yield the lines of a redline.

    Args:
        found: The redline.
        languages: Which languages, in this order.
        parties: Whose changes they are (:func:`parties_of`).
        everything: Also the clauses in which nothing changed.
    """
    before, after = found.old.numbers(), found.new.numbers()
    for block in found.blocks:
        renumbered = _numbers(block.olds, before) != _numbers(block.news, after)
        if not block.changes and not everything:
            continue
        whose = whose_of(block, parties)
        yield (Span(_title(block, before, after, renumbered=renumbered)), *_by(whose))
        for change in block.changes:
            if change.kind == "about":
                yield from ((Span(f"    {each}"),) for each in _about(block))
        for language in languages:
            yield (Span(f"  {language}  "), *_words(block, language, whose))
            hidden = [each for each in block.changes if each.invisible]
            for change in hidden:
                if change.language == language:
                    yield (Span(f"      change {change.number} cannot be seen: "
                                f"{points_of(block, change)}"),)  # fmt: skip


def _by(whose: tuple[str, ...]) -> Line:
    return (Span("  by "), Span(", ".join(whose), whose)) if whose else ()


def whose_of(block: Block, parties: Parties) -> tuple[str, ...]:
    """Return whose the changes of a block are, by the clauses that it is of."""
    names = (name for part in (*block.olds, *block.news) for name in parties.get(part.cid, ()))
    return tuple(dict.fromkeys(names)) if block.changes else ()


def _numbers(parts: Sequence[Part], numbers: Mapping[str, str]) -> list[str]:
    return [numbers[part.cid] for part in parts]


def _title(
    block: Block, before: Mapping[str, str], after: Mapping[str, str], *, renumbered: bool
) -> str:
    def named(parts: Sequence[Part], numbers: Mapping[str, str]) -> str:
        return " + ".join(
            f"{numbers[part.cid]}. {part.cid}" if numbers[part.cid] else part.cid for part in parts
        )

    old, new = named(block.olds, before), named(block.news, after)
    match block.shape:
        case "inserted":
            return f"+ {new}  inserted"
        case "deleted":
            return f"- {old}  deleted"
        case "split":
            said = f"Y {old} -> {new}  split"
        case "merged":
            said = f"> {old} -> {new}  merged"
        case "recast":
            said = f"* {old} -> {new}  recast"
        case _:
            said = f"{'~' if block.changes else ' '} {new}"
            if renumbered:
                said += f"  was {before[block.olds[0].cid] or 'without number'}"
    if block.moved:
        return f"{said}  => moved{'' if block.shape == 'same' else f': {_list(block.moved)}'}"
    return said


def _list(cids: frozenset[str]) -> str:
    return ", ".join(sorted(cids))


def _about(block: Block) -> Iterator[str]:
    return (f"{name}: [-{was}-]{{+{now}+}}" for name, was, now in about_of(block))


def about_of(block: Block) -> Iterator[tuple[str, str, str]]:
    """Yield what changed of a clause that no rendering shows: its name, before and now."""
    (old,), (new,) = block.olds, block.news
    for name in ("role", "headings", "handling", "stale"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            yield name, _plain(was), _plain(now)
    if old.words.keys() != new.words.keys():
        yield "words in", _plain(old.words), _plain(new.words)


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {said}" for name, said in sorted(value.items()))
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)


def _words(block: Block, language: str, whose: tuple[str, ...]) -> Iterator[Span]:
    new = ""
    for piece in block.pieces[language]:
        if piece.new and new and piece.new != new:
            yield Span(f" // {piece.new}: ")
        new = piece.new or new
        match piece.kind:
            case "same":
                yield Span(piece.text)
            case "deleted":
                yield Span(f"[-{piece.text}-]", whose)
            case "inserted":
                yield Span(f"{{+{piece.text}+}}", whose)


def points_of(block: Block, change: Change) -> str:
    """Return by its code points what a change takes out and puts in: for what nobody sees."""

    def points(kind: str) -> str:
        found = (
            piece.text
            for piece in block.pieces[change.language]
            if piece.change == change.number and piece.kind == kind
        )
        return " ".join(f"U+{ord(each):04X}" for each in "".join(found)) or "nothing"

    return f"{points('deleted')} became {points('inserted')}"


def as_json(found: Redline, languages: Sequence[str], parties: Parties) -> list[dict[str, object]]:
    """Return the blocks of a redline as plain values; all of them, changed or not."""
    before, after = found.old.numbers(), found.new.numbers()
    return [
        {
            "shape": block.shape,
            "old": [{"cid": part.cid, "number": before[part.cid]} for part in block.olds],
            "new": [{"cid": part.cid, "number": after[part.cid]} for part in block.news],
            "by": whose_of(block, parties),
            "changes": list(block.changes),
            "words": {
                language: [
                    {
                        "kind": piece.kind,
                        "text": piece.text,
                        "old": piece.old or None,
                        "new": piece.new or None,
                        "change": piece.change if piece.change != SAME else None,
                    }
                    for piece in block.pieces[language]
                ]
                for language in languages
            },
        }
        for block in found.blocks
    ]


def three_lines(
    rows: Sequence[Row], languages: Sequence[str], *, everything: bool = False
) -> Iterator[str]:
    """Yield the lines of a comparison of three texts."""
    for row in rows:
        if row.standing == "same" and not everything:
            continue
        mark = {"same": " ", "theirs": "<", "ours": ">", "both": "~", "conflict": "!"}
        yield f"{mark[row.standing]} {row.cid}  {row.standing}" + "".join(
            f"; {note.told}" for note in row.notes
        )
        for language in languages:
            words = ""
            for each in row.words[language]:
                match each.standing:
                    case "same":
                        words += each.base
                    case "conflict":
                        words += f"<<theirs {each.theirs}||base {each.base}||ours {each.ours}>>"
                    case side:
                        now = each.ours if side != "theirs" else each.theirs
                        words += f"[-{each.base}-]" if each.base else ""
                        words += f"{{+{side}: {now}+}}" if now else f"({side})"
            yield f"  {language}  {words}"
