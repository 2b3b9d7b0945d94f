"""`paraph status`: the clerk's four questions on one page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import at_desk, desk_options, negotiation_id
from paraph.client.cli.chancery import inside
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import emit
from paraph.client.clock import when
from paraph.client.reading.visible import one_line

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.ours import Ours
    from paraph.client.negotiating.status import Left, Status

_DAY_MS = 86_400_000
_MOST_ABOUT = 60
_MOST_TREND = 8


@click.command(epilog=example("paraph status", "paraph status --json"))
@click.option("--negotiation", default="", metavar="ID", help="Which, if there are several.")
@click.option("--offline", is_flag=True, help="Do not ask the relay for what is new.")
@desk_options
@seated
def status(seat: Seat, *, negotiation: str, offline: bool, name: str, role: str | None) -> None:
    """Show what is still open, whose turn it is, what each side owes, and which text this is."""
    from paraph.client.channel.views import name_of
    from paraph.client.negotiating import status as reading
    from paraph.client.negotiating.ours import ours

    async def work() -> None:
        async with at_desk(seat, name, role, offline=offline) as (desk, synced):
            async with inside(seat, offline=offline) as inner:
                state = inner.state if inner is not None else None
                left = ours(seat.home, desk.state, state, partial(name_of, desk))
            if not desk.state.negotiations and not negotiation:
                emit(seat.as_json, _no_text(left, synced), _no_text_lines(desk, left))
                return
            talks = desk.negotiation(negotiation_id(seat, desk, negotiation))
            found = reading.status(desk, talks)
            emit(seat.as_json, _value(desk, found, left, synced), _lines(desk, found, left))

    run(work())


def _no_text(ours: Ours, synced: bool) -> dict[str, object]:
    return {
        "synced": synced,
        "negotiation": None,
        **_ours_value(ours),
    }


def _no_text_lines(desk: Desk, ours: Ours) -> Iterator[str]:
    yield f"{'EXERCISE  ' if desk.is_exercise else ''}no text is on the table yet"
    yield ""
    yield "What of ours has not left?"
    yield from _ours(ours, 0)
    if not ours.drafts:
        yield "  paraph draft new begins a text"


def _ours(ours: Ours, queued: int) -> Iterator[str]:
    for each in ours.drafts:
        yield f"  draft {each.draft.number}: {each.word}, {each.detail}"
    for one in ours.clearances:
        what = ", ".join(f"{step} by {who}" for step, who in one.waits)
        yield f"  clearance {one.number}: waits for {what}: {one_line(one.subject, _MOST_ABOUT)}"
    if queued:
        yield f"  {queued} of our statements wait in the outbox (paraph sync)"
    if ours.is_empty and not queued:
        yield "  nothing waits"


def _ours_value(ours: Ours) -> dict[str, object]:
    return {
        "drafts": [
            {
                "draft": each.draft.number,
                "file": str(each.draft.path),
                "state": each.word,
                "detail": each.detail,
            }
            for each in ours.drafts
        ],
        "clearances": [
            {
                "number": each.number,
                "subject": each.subject,
                "waits_for": [{"step": step, "by": who} for step, who in each.waits],
            }
            for each in ours.clearances
        ],
    }


def _lines(desk: Desk, found: Status, ours: Ours) -> Iterator[str]:
    exercise = "EXERCISE  " if desk.is_exercise else ""
    round_ = f", round {found.phase.round}" if found.phase.round else ""
    yield f"{exercise}{found.title}"
    yield f"phase     {found.phase.word}{round_}"
    yield ""
    yield "What is still in brackets, and who holds each?"
    yield from _brackets(found)
    yield ""
    yield "Whose turn is it, and since when?"
    yield from _turns(found)
    yield ""
    yield f"What do we ({desk.party}) owe, what do they owe?"
    yield from _owed(found)
    yield ""
    yield "Are we both looking at the same text?"
    yield from _text(desk, found)
    yield ""
    yield "What of ours has not left?"
    yield from _ours(ours, found.drafts)


def _brackets(found: Status) -> Iterator[str]:
    for each in found.brackets:
        number = f"{each.number}. " if each.number else ""
        holder = each.holder or "nobody named"
        yield f"  {number}{each.cid}: {each.count} {holder}, since version {each.since}"
    if not found.brackets:
        yield "  nothing"
    for gone in found.taken_out:
        yield (
            f"  {gone.cid}: a bracket of {gone.holder} was taken out by {gone.by} in version"
            f" {gone.number} (paraph text diff)"
        )
    if len(found.trend) > 1:
        shown = found.trend[-_MOST_TREND:]
        steps = ", ".join(f"v{row.number} {_left(row)}" for row in shown)
        yield f"  trend: {'… ' if len(shown) < len(found.trend) else ''}{steps}"
    if found.clauses:
        counted = ", ".join(f"{count} {state}" for state, count in found.clauses.items())
        yield f"  clauses: {counted}"
    if found.reopened:
        yield f"  reopened, to be confirmed: {', '.join(found.reopened)}"


def _left(row: Left) -> str:
    return f"{row.brackets}+{row.placeholders}●" if row.placeholders else str(row.brackets)


def _turns(found: Status) -> Iterator[str]:
    for each in found.turns:
        where = f" on {each.clause}" if each.clause else ""
        since = f"since #{each.since}, {each.age_ms // _DAY_MS} days"
        yield f"  {each.turn}: {each.name}{where} ({each.standing} {since}): {each.title}"
    if not found.turns:
        yield "  no proposal waits for anybody"
    if found.pen:
        yield f"  pen: {found.pen} sent the newest version"
    for row in found.silences:
        each_silence = row.silence
        minutes = row.left // 60_000
        left = f"{minutes // 60} h {minutes % 60:02} min left" if row.left else "expired"
        missing = f", not closed by {', '.join(row.unclosed)}" if row.unclosed else ""
        yield (
            f"  silence S-{each_silence.number} on {row.subject} of {each_silence.party}:"
            f" {row.held or each_silence.standing}, {left}{missing}"
        )


def _owed(found: Status) -> Iterator[str]:
    for each in found.owed:
        due = f" by {each.due}" if each.due else ""
        late = " LATE" if each.late else ""
        about = one_line(each.about, _MOST_ABOUT)
        yield f"  {each.by}: {each.what} {each.name}{due}{late}: {about}"
    if not found.owed:
        yield "  nothing"


def _text(desk: Desk, found: Status) -> Iterator[str]:
    for head in found.heads:
        by = f"confirmed by {', '.join(head.confirmed)}" if head.confirmed else "not confirmed"
        yield f"  version {head.number} (#{head.index}, {head.kind}, {head.party}), {by}"
    if not found.heads:
        yield "  there is no text yet"
    if len(found.heads) > 1:
        yield "  FORK: somebody must consolidate these versions"
    if not found.words:
        yield f"  state up to {found.size}: {desk.reader.up_to}"
    for language, words in found.words.items():
        yield f"  {language}, size {found.size}: {' '.join(words)}"


def _value(desk: Desk, found: Status, ours: Ours, synced: bool) -> dict[str, object]:
    return {
        "synced": synced,
        "negotiation": found.identity,
        "title": found.title,
        "phase": {"word": found.phase.word, "round": found.phase.round},
        "log_time": when(desk.state.log_time) or None,
        "brackets": list(found.brackets),
        "trend": list(found.trend),
        "taken_out": list(found.taken_out),
        "clauses": found.clauses,
        "reopened": list(found.reopened),
        "pen": found.pen or None,
        "turns": list(found.turns),
        "owed": list(found.owed),
        "silences": [
            {
                "number": row.silence.number,
                "subject": row.subject,
                "by": row.silence.party,
                "standing": row.silence.standing,
                "held_because": row.held or None,
                "left_ms": row.left,
                "unclosed": list(row.unclosed),
            }
            for row in found.silences
        ],
        "heads": list(found.heads),
        "fork": len(found.heads) > 1,
        "fingerprint": {"size": found.size, "words": found.words},
        "queued": found.drafts,
        **_ours_value(ours),
    }
