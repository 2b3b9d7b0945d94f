"""Entries that are judged by the header rules: why they are void, and who says them."""

from __future__ import annotations

from tests.support.channel import Channel
from tests.support.parties import Person

RECORD = b"any record"
OFFICER = "desk_officer"


def void(channel: Channel, envelope: bytes) -> str:
    """Append and say why the entry is void; a void entry must change nothing but the size."""
    size, log_time = channel.log.size, channel.log.log_time
    placed = dict(channel.log.placed)
    entry = channel.log.append(envelope)
    assert entry.void
    assert channel.log.size == size + 1
    assert (dict(channel.log.placed), channel.log.log_time) == (placed, log_time)
    return entry.void


def officer(channel: Channel, party: str = "RUS", role: str = OFFICER) -> Person:
    """Return somebody who speaks."""
    return channel.party(party).person(role)


def advance(channel: Channel, dated: int) -> None:
    """Let log time be *dated*: both bots say so."""
    for code in ("RUS", "USA"):
        channel.place(channel.heartbeat(officer(channel, code, "bot"), dated=dated))
