"""The redline between any two versions, or what two sides made of a third.

Words and clauses are compared by :mod:`paraph.client.negotiating.redline`; here they are set:
inserted, deleted and moved each in a shape of its own, coloured by the party that did it.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from paraph.client.negotiating.redline import Block, Change, Redline, kin_of, redline, three_way
from paraph.client.negotiating.redline.clauses import Piece
from paraph.client.negotiating.redline.three import Row, Segment
from paraph.client.negotiating.redline.told import (
    Parties,
    about_of,
    parties_of,
    points_of,
    whose_of,
)
from paraph.client.negotiating.runs import Run, numbered, plain
from paraph.client.reading.visible import one_line
from paraph.client.web import asked, paging, texts
from paraph.client.web.office import Room
from paraph.client.web.rendering import page
from paraph.protocol import roles
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.kept import kept_by_identity
from paraph.protocol.negotiation.lineage import lineage_of
from paraph.protocol.negotiation.state import Version
from paraph.protocol.negotiation.text import Text
from paraph.protocol.negotiation.trie import Trie

PIECE_WEIGHT: Final = 120
BLOCK_WEIGHT: Final = 2_600
MOST_WEIGHT: Final = 100_000
"""Bytes of one page, estimated: every piece of a redline is markup that has to be made and set."""
_PAIR: Final = 2
MOST_BRIEFLY: Final = 28
"""Characters by which a change is known in a list."""
MOST_SHOWN: Final = 40_000
"""Characters of a block in one language that are shown; on the page for paper, all of them."""


@dataclasses.dataclass(frozen=True, slots=True)
class Bit:
    """Some words of a redline as they are set.

    Attributes:
        kind: same, inserted or deleted.
        runs: The words.
        change: Number of the change they belong to; -1 for none.
        begins: Clause that begins here, where several are shown as one; else empty.
    """

    kind: str
    runs: tuple[Run, ...]
    change: int
    begins: str


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A block of a redline as a page shows it.

    Attributes:
        block: The block.
        before: Its numbers in the old text, with the ids.
        after: Its numbers in the new text, with the ids.
        whose: Parties whose changes they are.
        bits: Words by language.
        left_out: Characters of all languages that are not shown.
        briefly: Of each change of words, the beginning of what goes and of what comes.
        about: What changed beside the words: name, before, now.
        invisible: Changes that nobody sees, with their code points.
        follows: Of a moved clause: what it follows in each text, old and new; empty for the front.
    """

    block: Block
    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]
    whose: tuple[str, ...]
    bits: Mapping[str, tuple[Bit, ...]]
    left_out: int
    briefly: Mapping[int, tuple[str, str]]
    about: tuple[tuple[str, str, str], ...]
    invisible: tuple[tuple[Change, str], ...]
    follows: tuple[tuple[str, str, str], ...]


@kept_by_identity(8)
def _compared(versions: Trie[Version], old: Version, new: Version) -> tuple[Redline, Parties]:
    lineage = lineage_of(versions)
    kin = kin_of(lineage, old.statement, new.statement)
    return redline(old.text, new.text, kin), parties_of(lineage, old.statement, new.statement)


@kept_by_identity(4)
def _three(base: Version, theirs: Version, ours: Version) -> tuple[Row, ...]:
    return three_way(base.text, theirs.text, ours.text)


def shown(
    found: Redline,
    blocks: Sequence[Block],
    parties: Parties,
    languages: Sequence[str],
    most: int = MOST_SHOWN,
) -> Iterator[Shown]:
    """Yield *blocks* of a redline as a page shows them, of each at most so many characters."""
    before, after = found.old.numbers(), found.new.numbers()
    follows = (_follows(found.old), _follows(found.new))
    for block in blocks:
        yield Shown(
            block=block,
            before=tuple((part.cid, before[part.cid]) for part in block.olds),
            after=tuple((part.cid, after[part.cid]) for part in block.news),
            whose=whose_of(block, parties),
            bits={
                each: tuple(
                    _bits(_begun(block.pieces[each], most), before, after, len(block.news) > 1)
                )
                for each in languages
            },
            briefly={
                each.number: (
                    _beginning(block, each, "deleted"),
                    _beginning(block, each, "inserted"),
                )
                for each in block.changes
                if each.kind == "words"
            },
            left_out=sum(_beyond(block.pieces[each], most) for each in languages),
            about=tuple(about_of(block)) if any(c.kind == "about" for c in block.changes) else (),
            invisible=tuple((c, points_of(block, c)) for c in block.changes if c.invisible),
            follows=tuple(
                (cid, follows[0].get(cid, ""), follows[1].get(cid, ""))
                for cid in sorted(block.moved)
            ),
        )


def _follows(text: Text) -> dict[str, str]:
    order = [part.cid for part in text.parts]
    return dict(zip(order, ["", *order], strict=False))


def _beginning(block: Block, change: Change, kind: str) -> str:
    words = (
        piece.text
        for piece in block.pieces[change.language]
        if piece.change == change.number and piece.kind == kind
    )
    return one_line("".join(words)[:MOST_BRIEFLY], MOST_BRIEFLY)


def _begun(pieces: Sequence[Piece], most: int) -> list[Piece]:
    # The first *most* characters.
    found: list[Piece] = []
    for piece in pieces:
        if most <= 0:
            break
        found.append(dataclasses.replace(piece, text=piece.text[:most]))
        most -= len(piece.text)
    return found


def _beyond(pieces: Sequence[Piece], most: int) -> int:
    return max(0, sum(len(piece.text) for piece in pieces) - most)


def _bits(
    pieces: Sequence[Piece],
    before: Mapping[str, str],
    after: Mapping[str, str],
    several: bool,  # noqa: FBT001 - private
) -> Iterator[Bit]:
    last = ""
    for piece in pieces:
        numbers = before if piece.kind == "deleted" else after
        begins = piece.new if several and piece.kind != "deleted" and piece.new != last else ""
        last = begins or last
        yield Bit(piece.kind, plain(piece.text, numbered(numbers)), piece.change, begins)


def _pair(room: Room, request: web.Request) -> tuple[Version, Version]:
    new = texts.chosen(room, request.query.get("to", ""))
    if new is None:
        raise InputError("no text was tabled yet", code="unknown-version")
    old = request.query.get("from", "")
    if old:
        return texts.named(room, old), new
    return texts.parent(room, new) or new, new


def _languages(request: web.Request, version: Version) -> tuple[str, ...]:
    wanted = request.query.get("lang", "")
    every = texts.in_order(version.text.languages)
    return (wanted,) if wanted in every else every


async def compare(request: web.Request) -> web.Response:
    """Show what differs between two versions, or among three."""
    room = asked.room(request)
    if not room.talks.heads:
        return page(request, "text-none.html", room)
    old, new = _pair(room, request)
    languages, versions = _languages(request, new), texts.every(room)
    unread = texts.unread(room, versions)
    common: dict[str, Any] = {
        "old": old,
        "new": new,
        "tongues": languages,
        "every_tongue": texts.in_order(new.text.languages),
        "versions": versions,
        "unread": unread,
        "lang": request.query.get("lang", "") if len(languages) == 1 else "",
        "everything": "all" in request.query,
        "parties": texts.ours_first(room),
    }
    if request.query.get("theirs"):
        return _of_three(request, room, common, languages)
    found, parties = _compared(room.talks.versions, old, new)
    everything = "all" in request.query and old is not new
    blocks = [each for each in found.blocks if each.changes or everything]
    parts = [blocks] if "whole" in request.query else paging.by_weight(blocks, _weight, MOST_WEIGHT)
    number = paging.having(parts, lambda block: _is_on(block, request.query.get("at", "")))
    number = number or paging.number_in(request, "page", len(parts))
    return page(
        request,
        "redline.html",
        room,
        **common,
        theirs=None,
        alone=len(versions) - len(unread) < _PAIR,
        chosen=bool(request.query.get("from")),
        shown=list(
            shown(
                found,
                parts[number - 1],
                parties,
                languages,
                sys.maxsize if "whole" in request.query else MOST_SHOWN,
            )
        ),
        pages=len(parts),
        number=number,
        changes=len(found.changes),
        hidden=sum(each.invisible for each in found.changes),
        clean="clean" in request.query,
        may_draft=roles.may(room.desk.role, "table"),
    )


def _is_on(block: Block, cid: str) -> bool:
    return any(part.cid == cid for part in (*block.olds, *block.news))


@kept_by_identity(4096)
def _weight(block: Block) -> int:
    # Bytes on a page, estimated; in characters of two bytes, as most languages are not English.
    pieces = [piece for each in block.pieces.values() for piece in each]
    return BLOCK_WEIGHT + sum(2 * min(len(each.text), MOST_SHOWN) + PIECE_WEIGHT for each in pieces)


def _of_three(
    request: web.Request, room: Room, common: Mapping[str, Any], languages: Sequence[str]
) -> web.Response:
    base, ours = common["old"], common["new"]
    theirs = texts.named(room, request.query["theirs"])
    rows = [
        row
        for row in _three(base, theirs, ours)
        if row.standing != "same" or "all" in request.query
    ]
    parts = paging.by_weight(rows, _row_weight, MOST_WEIGHT)
    number = paging.number_in(request, "page", len(parts))
    numbers = {**base.text.numbers(), **theirs.text.numbers(), **ours.text.numbers()}
    return page(
        request,
        "redline-three.html",
        room,
        **common,
        theirs=theirs,
        rows=[
            (row, {each: tuple(_segments(row.words[each], numbers)) for each in languages})
            for row in parts[number - 1]
        ],
        numbers=ours.text.numbers(),
        pages=len(parts),
        number=number,
        conflicts=sum(row.standing == "conflict" for row in rows),
    )


def _row_weight(row: Row) -> int:
    segments: list[Segment] = [one for each in row.words.values() for one in each]
    return BLOCK_WEIGHT + sum(
        PIECE_WEIGHT + len((each.base + each.theirs + each.ours).encode()) for each in segments
    )


def _segments(
    segments: Sequence[Segment], numbers: Mapping[str, str]
) -> Iterator[tuple[str, tuple[Run, ...], tuple[Run, ...], tuple[Run, ...]]]:
    number = numbered(numbers)
    for each in segments:
        words = (plain(each.base, number), plain(each.theirs, number), plain(each.ours, number))
        yield each.standing, *words


ROUTES: Final = (web.get("/n/{negotiation}/redline", compare),)
