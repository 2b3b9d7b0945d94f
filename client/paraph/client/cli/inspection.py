"""What would leave, as it is shown: every byte, and what the internal side says of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from paraph.client.cli.context import Seat
from paraph.client.cli.output import emit, note, say

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.clearance import Judgement
    from paraph.client.negotiating.inspection import Leaving
    from paraph.client.negotiating.leaving import Outlook


def show(seat: Seat, desk: Desk, outlook: Outlook, *, to_people: bool = False) -> None:
    """Print every byte that would leave; on stderr when somebody is asked about it."""
    from paraph.client.negotiating import inspection

    leaving = inspection.inspect(desk, outlook.leaving, outlook.unsealed)
    judged = outlook.judged
    if seat.as_json and not to_people:
        emit(True, _as_json(leaving, judged, outlook.warnings))
        return
    out = note if to_people else say
    for each in leaving:
        for line in _lines(each):
            out(line)
    for hit in judged.hits:
        out(f'mandate: {hit.where}: "{hit.found}" touches "{hit.word}"')
    if judged.lacks:
        out(f"lacks: {', '.join(judged.lacks)}")
    elif judged.clearance is not None:
        out(f"cleared: {judged.clearance.number}, {judged.clearance.standing}")
    for line in outlook.warnings:
        out(f"warning: {line}")
    out("internal: nothing of the internal channel is among it" if not judged.traces else "")


def _lines(leaving: Leaving) -> Iterator[str]:
    from paraph.client.negotiating import inspection

    found = {each.code: each.rows for each in inspection.sections(leaving)}
    yield f"{leaving.kind}, {leaving.total_bytes} bytes in all"
    yield "  sealed to (nobody else reads it):"
    for row in found["recipients"]:
        yield f"    {row.name:<8} {row.value}{f' x{row.count}' if row.count > 1 else ''}"
    yield (
        f"  record: {leaving.record_bytes} bytes, padded to {leaving.padded_bytes},"
        f" {leaving.body_bytes} with wraps; envelope: {leaving.envelope_bytes}"
    )
    for row in found["attachments"]:
        yield f"  attachment: {row.name}, {row.value} bytes, {row.count} sealed"
    for title, code in (("the other side reads", "record"), ("the relay sees", "relay")):
        yield f"  {title}:"
        for row in found[code]:
            yield f"    {row.name}: {row.value}"


def _as_json(leaving: tuple[Any, ...], judged: Judgement, odd: tuple[str, ...]) -> dict[str, Any]:
    found = judged.clearance
    return {
        "statements": [
            {**{name: getattr(each, name) for name in each.__slots__}, "bytes": each.total_bytes}
            for each in leaving
        ],
        "bytes": sum(each.total_bytes for each in leaving),
        "mandate": [each.to_map() for each in judged.hits],
        "clearance": None
        if found is None
        else {"number": found.number, "state": found.standing, "authority": found.is_confirmed},
        "lacks": judged.lacks,
        "internal": judged.traces,
        "warnings": odd,
    }
