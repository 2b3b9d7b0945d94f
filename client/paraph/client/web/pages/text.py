"""The text: every working language side by side, clause by clause, with its margin.

A long text is shown in pages of clauses, so that none grows beyond what opens at once; the whole
of it is one page on demand, for paper.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from aiohttp import web

from paraph.client.negotiating import sheet
from paraph.client.negotiating.runs import Run, numbered, runs
from paraph.client.negotiating.sheet import Line
from paraph.client.web import asked, paging, texts
from paraph.client.web.office import Room
from paraph.client.web.pages.joint import may_confirm
from paraph.client.web.rendering import page
from paraph.protocol.negotiation.state import Negotiation, Version

MARGIN_WEIGHT: Final = 2_500
"""Bytes of everything around the words of a clause."""
MOST_SHOWN: Final = 6_000
"""Characters of a clause in one language that are shown among others; its own page has them all."""


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A clause in one language.

    Attributes:
        language: Which.
        heading: Its heading; may be empty.
        runs: Its words as they are set.
        left_out: Characters that only the clause's own page shows.
        standing: original, courtesy_translation, stale, missing or another word.
    """

    language: str
    heading: str
    runs: tuple[Run, ...]
    left_out: int
    standing: str


def columns(
    line: Line,
    languages: Sequence[str],
    codes: Sequence[str],
    numbers: Mapping[str, str],
    most: int = MOST_SHOWN,
) -> Iterator[Column]:
    """Yield a clause in each of *languages*; of very long words the first *most* characters."""
    for language in languages:
        words = line.part.words.get(language, "")
        yield Column(
            language=language,
            heading=line.part.headings.get(language, ""),
            runs=runs(words[:most], codes, numbered(numbers)),
            left_out=max(0, len(words) - most),
            standing=line.languages[language],
        )


def _weight(line: Line) -> int:
    words = line.part.words.values()
    return MARGIN_WEIGHT + sum(len(each[:MOST_SHOWN].encode()) for each in words)


def inside(request: web.Request, room: Room) -> Negotiation | None:
    """Return this negotiation as the own ministry talks about it inside; nothing without."""
    if room.chancery is None:
        return None
    return asked.office(request).state(room.chancery).negotiations.get(room.talks.identity)


def lines_of(request: web.Request, room: Room, version: Version) -> tuple[Line, ...]:
    """Return every clause of *version* with its margin."""
    return sheet.sheet(room.state, room.talks, version, inside(request, room))


def _wanted(lines: Sequence[Line], only: str) -> tuple[Line, ...]:
    kind, _, holder = only.partition(":")
    match kind:
        case "open":
            return tuple(each for each in lines if not each.is_settled)
        case "held":
            return tuple(each for each in lines if holder in each.held)
        case "comments":
            return tuple(each for each in lines if each.comments)
        case _:
            return tuple(lines)


async def text(request: web.Request) -> web.Response:
    """Show a version, its languages side by side."""
    room = asked.room(request)
    version = texts.chosen(room, request.query.get("v", ""))
    if version is None:
        return page(request, "text-none.html", room)
    lines = lines_of(request, room, version)
    only = request.query.get("only", "")
    found = _wanted(lines, only)
    whole = "whole" in request.query
    parts = [found] if whole else paging.by_weight(found, _weight)
    wanted = request.query.get("at", "")
    number = paging.having(parts, lambda line: line.part.cid == wanted)
    number = number or paging.number_in(request, "page", len(parts))
    numbers = version.text.numbers()
    languages = texts.in_order(version.text.languages)
    most = max(
        map(len, (each for one in version.text.parts for each in one.words.values())), default=0
    )
    return page(
        request,
        "text.html",
        room,
        version=version,
        is_head=version.statement in room.talks.heads,
        parent=sheet.parent_of(room.talks, version),
        heads=[room.talks.versions.get(each) for each in room.talks.heads],
        tongues=languages,
        shown=[
            (line, tuple(columns(line, languages, room.state.parties, numbers,
                                 max(most, 1) if whole else MOST_SHOWN)))
            for line in parts[number - 1]
        ],
        findings=sheet.findings_among(
            room.state, room.talks, version, {line.part.cid for line in parts[number - 1]}
        ),
        pages=[_name(each) for each in parts],
        number=number,
        counts={
            "": len(lines),
            "open": len(_wanted(lines, "open")),
            **{f"held:{code}": len(_wanted(lines, f"held:{code}")) for code in room.state.parties},
            "comments": len(_wanted(lines, "comments")),
        },
        only=only,
        clean="clean" in request.query,
        whole=whole,
        may_confirm=may_confirm(room, version),
        parties=texts.ours_first(room),
        language_status={each.language: each.status for each in version.content.language_status},
    )  # fmt: skip


def _name(lines: Sequence[Line]) -> str:
    # By the numbers of its first and last clause, as people ask for them.
    numbers = [each.number for each in lines if each.number]
    if not numbers:
        return ""
    return numbers[0] if numbers[0] == numbers[-1] else f"{numbers[0]}–{numbers[-1]}"


ROUTES: Final = (web.get("/n/{negotiation}/text", text),)
