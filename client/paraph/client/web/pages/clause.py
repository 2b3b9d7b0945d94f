"""One clause: its words in every language, how it came to be, and all that was said about it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final

from aiohttp import web

from paraph.client.negotiating import chancery, clause_history, sheet
from paraph.client.negotiating import mandate as mandates
from paraph.client.negotiating.clause_history import Bit, Step
from paraph.client.negotiating.runs import Run, numbered, plain
from paraph.client.negotiating.sheet import Line
from paraph.client.negotiating.threads import Thread, threads_at
from paraph.client.web import asked, clauses, language, texts
from paraph.client.web.office import Room
from paraph.client.web.pages.text import columns, lines_of
from paraph.client.web.rendering import page
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation import ledger
from paraph.protocol.negotiation.fold.internal import mandate_of
from paraph.protocol.negotiation.ledger import Row as Held
from paraph.protocol.negotiation.lineage import lineage_of
from paraph.protocol.negotiation.state import Negotiation, Outcomes, Version
from paraph.protocol.statements.conferences import Outcome
from paraph.protocol.statements.header import StatementMention
from paraph.protocol.statements.internal import MandateSet
from paraph.protocol.statements.versions import Delete

MOST_WORDS: Final = 40_000
"""Characters of a language that are shown at once; more on demand."""
MOST_STEPS: Final = 12
"""Versions of its history that are shown at once, newest first; all on demand."""
MOST_COMPARED: Final = 6_000
"""Characters of a step's words that are shown against those before; more says so."""


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """A step of the history as the page shows it.

    Attributes:
        step: The step.
        bits: By language that changed, its words against those before.
        cut: Its words are longer than what is shown.
        notes: Why: proposals, findings and results that the operations name.
    """

    step: Step
    bits: Mapping[str, tuple[tuple[str, tuple[Run, ...]], ...]]
    cut: bool
    notes: tuple[str, ...]


def _told(step: Step, related: Collection[str]) -> Told:
    now = numbered(step.version.text.numbers())
    then = numbered(step.earlier.text.numbers()) if step.earlier is not None else now
    bits = {
        each: tuple(
            (kind, plain(words, then if kind == "deleted" else now))
            for kind, words in _shortened(step.bits(each))
        )
        for each in step.changed
    }
    return Told(
        step=step,
        bits=bits,
        cut=any(len(words) > MOST_COMPARED for words in step.words.values()),
        notes=tuple(_notes(step, related)),
    )


def _shortened(bits: Sequence[Bit]) -> Iterator[Bit]:
    left = MOST_COMPARED
    for kind, words in bits:
        if left <= 0:
            return
        yield kind, words[:left]
        left -= len(words)


def _notes(step: Step, related: Collection[str]) -> Iterator[str]:
    # In the words of the record: what an operation on the clause serves.
    for operation in step.version.content.operations:
        touched = {getattr(operation, name, "") for name in ("cid", "into", "new_cid")}
        if touched & set(related) and operation.notes.result:
            yield operation.notes.result


def _alternatives(rows: Sequence[Held], number: Callable[[str], str]) -> list[dict[str, object]]:
    # A row for each bracket: the same place in every language stands side by side, in order.
    by_holder: dict[tuple[str, int], dict[str, object]] = {}
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        at = seen[row.holder, row.language] = seen.get((row.holder, row.language), -1) + 1
        entry = by_holder.setdefault(
            (row.holder, at),
            {"holder": row.holder, "words": {}, "since": row.since, "depth": row.depth,
             "set": row.alternatives},
        )  # fmt: skip
        words = entry["words"]
        assert isinstance(words, dict)
        words[row.language] = plain(row.words, number)
    return list(by_holder.values())


def _understandings(talks: Negotiation, related: Collection[str]) -> list[tuple[Outcomes, Outcome]]:
    found = [
        (each, outcome)
        for _, each in talks.outcomes.items()
        if each.statement not in talks.recalled
        for outcome in each.content.items
        if outcome.cid in related
    ]
    return sorted(found, key=lambda each: each[0].index)


def _mandate(request: web.Request, room: Room) -> MandateSet | None:
    office = asked.office(request)
    if room.chancery is not None:
        standing = mandate_of(office.state(room.chancery), room.talks.identity)
        if standing is not None:
            return standing.content
    return chancery.local_mandate(office.home)


def _taken_up(
    talks: Negotiation, steps: Sequence[Step], related: Collection[str]
) -> tuple[str, ...]:
    # Side documents that took a deleted clause up, as the operation names them.
    found = []
    for step in steps:
        for operation in step.version.content.operations:
            if isinstance(operation, Delete) and operation.to and operation.cid in related:
                to = operation.to[0]
                if isinstance(to, StatementMention):
                    known = talks.side_documents.get(to.statement)
                    found.append(f"SD-{known.number}" if known else to.statement.hex()[:12])
                else:
                    found.append(to.name)
    return tuple(found)


async def clause(request: web.Request) -> web.Response:
    """Show a clause of a version, and everything about it."""
    room = asked.room(request)
    cid = request.match_info["clause"]
    version = texts.chosen(room, request.query.get("v", ""))
    if version is None:
        raise InputError("no text was tabled yet", code="unknown-clause")
    lines = lines_of(request, room, version)
    at = next((place for place, line in enumerate(lines) if line.part.cid == cid), None)
    steps = clause_history.history(lineage_of(room.talks.versions), version, cid)
    related = clause_history.relatives(steps) | {cid}
    news = [step for step in reversed(steps) if step.is_news]
    left = 0 if "all" in request.query else max(0, len(news) - MOST_STEPS)
    line = lines[at] if at is not None else None
    languages = texts.in_order(version.text.languages)
    rule = _mandate(request, room)
    return page(
        request,
        "clause.html",
        room,
        cid=cid,
        version=version,
        line=line,
        last=steps[-1],
        title=_title(line, language.chosen(request), cid),
        around=_around(lines, at),
        tongues=languages,
        columns=tuple(
            columns(
                line,
                languages,
                room.state.parties,
                version.text.numbers(),
                4_000_000 if "whole" in request.query else MOST_WORDS,
            )
        )
        if line is not None
        else (),
        findings=sheet.findings_among(room.state, room.talks, version, {cid}).get(cid, ()),
        alternatives=_alternatives(
            ledger.of_clause(room.state, room.talks, version, cid), numbered(version.text.numbers())
        ),
        told=[_told(step, related) for step in news[: len(news) - left]],
        steps_left=left,
        positions=clause_history.positions_on(room.talks, version, cid)[::-1],
        proposals=sorted(
            (each for _, each in room.talks.proposals.items() if each.content.clause in related),
            key=lambda each: each.number,
        ),
        threads=list(threads_at(room.talks, version, room.talks.versions, related)),
        understandings=_understandings(room.talks, related),
        taken_up=_taken_up(room.talks, steps, related),
        inner=_inner_threads(request, room, version, related),
        mandate=rule,
        trips=mandates.standing_in(rule, line.part) if rule is not None and line else (),
        parties=texts.ours_first(room),
        parent=sheet.parent_of(room.talks, version),
    )  # fmt: skip


def _title(line: Line | None, chosen: str, cid: str) -> str:
    return clauses.best(line.part.headings, chosen) if line is not None else cid


def _around(lines: Sequence[Line], at: int | None) -> tuple[Line | None, Line | None]:
    # The clauses before and behind the one at a place.
    if at is None:
        return None, None
    return lines[at - 1] if at else None, lines[at + 1] if at + 1 < len(lines) else None


def _inner_threads(
    request: web.Request, room: Room, version: Version, related: Collection[str]
) -> list[Thread]:
    if room.chancery is None:
        return []
    inner = asked.office(request).state(room.chancery).negotiations.get(room.talks.identity)
    if inner is None:
        return []
    return list(threads_at(inner, version, room.talks.versions, related))


ROUTES: Final = (web.get("/n/{negotiation}/clause/{clause}", clause),)
