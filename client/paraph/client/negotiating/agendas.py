"""An agenda drawn from what stands open, as a file to be edited (SPEC 7.14)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.clock import when
from paraph.client.negotiating.conferences import SCHEMA
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.agenda import Point, Why, draw
from paraph.protocol.negotiation.ledger import ledger
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.sentences import worded
from paraph.protocol.statements.conferences import ConferenceScheduled
from paraph.protocol.statements.header import JOINT, Mention, NamedMention

TITLES: Final[Mapping[Why, str]] = {
    "bracketed": "Brackets and placeholders",
    "reserved": "Reservations",
    "position": "Positions to be taken",
    "proposal": "Proposals to be answered",
    "question": "Questions to be answered",
}


def drawn(desk: Desk, talks: Negotiation) -> tuple[Point, ...]:
    """Return what stands open on the head.

    Raises:
        InputError: There is no text yet, or its line is forked.
    """
    if len(talks.heads) != 1:
        raise InputError(
            worded(
                "expected one head to draw an agenda from, found %(count)s", count=len(talks.heads)
            ),
            code="parent-not-head",
            hint="somebody sends a consolidated version first"
            if talks.heads
            else "send a text first (paraph send)",
        )
    version = talks.versions.get(talks.heads[0])
    assert version is not None  # heads are versions
    return draw(desk.state, talks, version)


def name_of(desk: Desk, talks: Negotiation, statement: bytes) -> str:
    """Return how people call a proposal or a question: P-3, or its entry."""
    proposal = talks.proposals.get(statement)
    return proposal.name if proposal is not None else views.name_of(desk, statement)


def mention_name(desk: Desk, talks: Negotiation, mention: Mention) -> str:
    """Return how people call what is mentioned."""
    if isinstance(mention, NamedMention):
        return mention.name
    return name_of(desk, talks, mention.statement)


def holders(state: State, talks: Negotiation, version: Version) -> dict[str, tuple[str, ...]]:
    """Return who holds brackets in each clause of *version*: parties in the order of the text.

    A placeholder, and a bracket that names nobody, are nobody's.
    """
    found: dict[str, dict[str, None]] = {}
    for row in ledger(state, talks, version):
        held = found.setdefault(row.cid, {})
        if row.holder in state.parties:
            held[row.holder] = None
    return {cid: tuple(held) for cid, held in found.items()}


def opener(clauses: Sequence[str], held: Mapping[str, Sequence[str]]) -> str:
    """Return who might open a point: the one party that holds what is open in it, or both."""
    names = {code for cid in clauses for code in held.get(cid, ())}
    return next(iter(names)) if len(names) == 1 else JOINT


def minutes_for(point: Point) -> int:
    """Return the minutes that a point might take: five for each thing in it, half an hour most."""
    return min(30, 5 * (len(point.clauses) + len(point.statements)))


def draft(desk: Desk, talks: Negotiation, *, now: int) -> str:
    """Return a file of `paraph vc schedule` with the agenda drawn from what stands open.

    Args:
        desk: Whose.
        talks: The negotiation.
        now: POSIX ms: the instant in the file is to be replaced.
    """
    conferences = sorted(
        (each for _, each in talks.conferences.items()), key=lambda each: each.number
    )
    latest = max((each.schedule.at for each in conferences), default=0)
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "name": f"VC-{len(conferences) + 1}",
        "at": when(max(now, latest) // 60_000 * 60_000),
        **(_as_before(conferences[-1].schedule) if conferences else _at_first(desk)),
        "basis": "head",
        "agenda": list(_items(desk, talks)),
    }
    head = (
        "# Drawn from what stands open: set name, time and zones, then paraph vc schedule FILE.\n"
    )
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def _as_before(schedule: ConferenceScheduled) -> dict[str, Any]:
    return {
        "duration_min": schedule.duration_min,
        "host": schedule.host,
        "chair": schedule.chair,
        "interpretation": list(schedule.interpretation),
        "participants": {each.party: list(each.people) for each in schedule.participants},
        "zones": {each.party: f"{each.offset} {each.label}" for each in schedule.zones},
    }


def _at_first(desk: Desk) -> dict[str, Any]:
    return {
        "duration_min": 90,
        "host": desk.party,
        "chair": "alternating",
        "participants": {code: ["head_of_delegation"] for code in desk.state.parties},
        "zones": dict.fromkeys(desk.state.parties, "+00:00 UTC"),
    }


def _items(desk: Desk, talks: Negotiation) -> Iterator[dict[str, Any]]:
    for n, point in enumerate(drawn(desk, talks), 1):
        item: dict[str, Any] = {"n": n, "title": TITLES[point.why]}
        if point.clauses:
            item["clauses"] = list(point.clauses)
        if point.why == "proposal":
            item["proposals"] = [name_of(desk, talks, each) for each in point.statements]
        if point.why == "question":
            named = ", ".join(name_of(desk, talks, each) for each in point.statements)
            item["title"] = f"{item['title']}: {named}"[:500]
        item["minutes"] = minutes_for(point)
        yield item
