"""What would become of a draft that is sent now: asked about, held back, refused. Nothing is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from paraph.client.cli.chancery import inside
from paraph.client.cli.context import Seat
from paraph.protocol import roles

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.clearance import Judgement
    from paraph.client.negotiating.drafting import Drafted


@dataclasses.dataclass(frozen=True, slots=True)
class Outlook:
    """What `paraph draft send` would say.

    Attributes:
        refused: Why it would be refused, and what to do; empty if it would not.
        warnings: What it would ask about, or want --yes for.
        remarks: What a desk should know of the brackets.
        judged: What mandate and clearances say; nothing where it would be refused before.
    """

    refused: tuple[str, ...]
    warnings: tuple[str, ...]
    remarks: tuple[str, ...]
    judged: Judgement | None


async def outlook(
    seat: Seat, desk: Desk, path: Path, drafted: Drafted, *, offline: bool
) -> Outlook:
    """Return what would be said if the draft at *path* were sent now."""
    from paraph.client.negotiating import clearance, oddities, tabling
    from paraph.client.negotiating.chancery import local_mandate
    from paraph.client.writing.composing import Manner
    from paraph.protocol.errors import ParaphError

    remarks = tuple(_remarks(desk, drafted))
    try:
        contents = tabling.compose(desk, path, None, manner=Manner())
        state = desk.state
        for each in contents:
            state = desk.foresee(state, each)  # what the rules refuse is not worth a clearance
    except ParaphError as error:
        return Outlook((str(error), *([error.hint] if error.hint else [])), (), remarks, None)
    async with inside(seat, desk.role, offline=offline) as chancery:
        within = chancery.state if chancery is not None else None
        judged = clearance.judge(desk, contents, within, local_mandate(seat.home))
    odd = (*oddities.warnings(desk.state, contents), *judged.traces)
    return Outlook((), odd, remarks, judged)


def _remarks(desk: Desk, drafted: Drafted) -> Iterator[str]:
    from paraph.client.negotiating import remarks

    if drafted.parent is not None:
        gone = remarks.taken_out(drafted.parent.text, drafted.text, desk.state.parties, desk.party)
        for cid, holder in gone:
            yield f"{cid}: takes out a bracket of {holder}, who may not agree to that"
    for cid, words in remarks.nearly_placeholders(drafted.text):
        yield f'{cid}: "{words}" counts as no placeholder: write [●] or [●: what is to come]'


def lines(found: Outlook, file: str) -> Iterator[str]:
    """Yield it for people."""
    for each in found.warnings:
        yield f"asks       {each}"
    for each in found.remarks:
        yield f"remark     {each}"
    if found.refused:
        yield f"refused    {found.refused[0]}"
        for each in found.refused[1:]:
            yield f"hint       {each}"
        return
    lacks = found.judged.lacks if found.judged is not None else ()
    if found.judged is not None:
        for hit in found.judged.hits:
            yield f'mandate    {hit.where}: "{hit.found}" touches "{hit.word}"'
        if lacks:
            yield f"needs      {' and '.join(_lack(found.judged, each) for each in lacks)}"
    yield f"next       paraph draft send {file}{_option(found, lacks)}"


def _lack(judged: Judgement, what: str) -> str:
    if what == "authority":
        named = (roles.CALLED.get(each, each) for each in judged.authority)
        return f"confirmation by {' or '.join(named)}"
    return {"release": "a release", "refused": "other words: these were refused"}.get(what, what)


def _option(found: Outlook, lacks: tuple[str, ...]) -> str:
    if lacks:
        asked = found.judged is not None and found.judged.clearance is not None
        return ", once it is cleared (paraph clear list)" if asked else " --ask"
    return " --yes" if found.warnings else ""


def as_json(found: Outlook) -> dict[str, object]:
    """Return it for programs."""
    judged = found.judged
    return {
        "refused": " ".join(found.refused) or None,
        "warnings": list(found.warnings),
        "remarks": list(found.remarks),
        "mandate": [hit.to_map() for hit in judged.hits] if judged is not None else [],
        "lacks": list(judged.lacks) if judged is not None else [],
    }
