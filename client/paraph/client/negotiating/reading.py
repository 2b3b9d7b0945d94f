"""Which version a command reads: the one named, or the head."""

from __future__ import annotations

from paraph.client import composing, views
from paraph.client.desk import Desk
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.state import Negotiation, Version
from paraph.protocol.sentences import worded


def version_named(
    desk: Desk, ref: str = "", negotiation: bytes | None = None
) -> tuple[Negotiation, Version]:
    """Return a version and its negotiation.

    Args:
        desk: Whose.
        ref: An index or the start of an id; empty for the head of the instrument.
        negotiation: Which one, for the head; the one that there is, if not given.

    Raises:
        InputError: There is no such version, no text yet, or two heads and none is named.
    """
    state = desk.state
    if ref:
        statement = views.find(desk, ref).id
        entry = state.entries.get(statement)
        identity = entry.negotiation if entry is not None else negotiation
        talks = composing.negotiation_of(state, composing.choose_negotiation(state, identity))
        return talks, composing.version_of(talks, statement)
    talks = composing.negotiation_of(state, composing.choose_negotiation(state, negotiation))
    if len(talks.heads) == 1:
        return talks, composing.version_of(talks, talks.heads[0])
    heads = tuple(views.name_of(desk, each) for each in talks.heads)
    raise InputError(
        worded(
            "expected one head, found %(heads)s",
            heads=heads or worded("none: no text was tabled yet"),
        ),
        code="unknown-version",
        hint="name one of them" if heads else "paraph send tables the first text",
    )
