"""The minutes of a conference: shown, begun from the record, sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from paraph.client.cli.at_desk import at_desk, negotiation_id
from paraph.client.cli.at_desk import say as say_at_desk
from paraph.client.cli.output import emit
from paraph.client.negotiating import conferences, side_documents
from paraph.client.negotiating import minutes as drafting
from paraph.client.writing import composing, drafts
from paraph.protocol.negotiation.side_documents import standing_of
from paraph.protocol.statements.side_documents import MINUTES

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.cli.at_desk import Voice
    from paraph.client.cli.context import Seat
    from paraph.client.sending.sent import Sent


async def show(seat: Seat, voice: Voice, name: str, *, draft: bool) -> None:
    """Print how far the minutes of a conference have come, or a text to begin them with."""
    from paraph.client.channel import views

    async with at_desk(seat, voice.name, voice.role) as (desk, _):
        talks = desk.negotiation(negotiation_id(seat, desk, voice.negotiation))
        found = conferences.find(talks, name)
        if draft:
            text = drafting.draft(talks, found, desk.state.languages).rstrip("\n")
            emit(seat.as_json, {"draft": text}, [text])
            return
        kept = conferences.minutes_of(talks, name)
        standing = standing_of(talks, kept) if kept is not None else None
        version = talks.versions.get(standing.version) if standing is not None else None
        lines = [f"minutes    {'none' if standing is None else standing.word}"]
        if kept is not None:
            lines.append(f"document   SD-{kept.number}, {views.name_of(desk, kept.statement)}")
        if version is not None:
            lines.append(f"version    {version.number}, {views.name_of(desk, version.statement)}")
        emit(
            seat.as_json,
            {
                "conference": name,
                "document": kept.number if kept is not None else None,
                "standing": standing.word if standing is not None else None,
                "version": version.statement if version is not None else None,
            },
            lines,
        )


async def send(seat: Seat, voice: Voice, name: str, file: Path) -> None:
    """Send a text of the minutes; open their document first if there is none."""
    written = drafts.read(file)

    async def work(desk: Desk) -> Sent:
        draft = drafts.parse(written, desk.replica.log.charter.languages)
        wanted = negotiation_id(seat, desk, voice.negotiation)
        identity = composing.choose_negotiation(desk.state, wanted)
        kept = conferences.minutes_of(composing.negotiation_of(desk.state, identity), name)
        if kept is None:
            header = desk.header(identity, voice.manner)
            await desk.say(
                side_documents.opened(header, MINUTES, titles={}, conference=name),
                precedence=voice.precedence,
            )
            kept = conferences.minutes_of(desk.negotiation(identity), name)
            assert kept is not None  # it was said just now
        header = desk.header(identity, voice.manner)
        content = side_documents.tabled(desk, header, kept, draft, draft.parent)
        return await desk.say(content, precedence=voice.precedence)

    await say_at_desk(seat, voice.name, voice.role, work)
