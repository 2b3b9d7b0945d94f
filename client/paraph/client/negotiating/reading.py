"""Which version a command reads: the one named, or the head."""

from __future__ import annotations

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.writing import composing
from paraph.client.writing.fold_errors import HINTS
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.state import Negotiation, Version
from paraph.protocol.sentences import coded, worded
from paraph.protocol.statements.versions import VersionTabled


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
        placed = views.find(desk, ref)
        entry = state.entries.get(placed.id)
        if entry is None or entry.kind != VersionTabled.KIND:
            kind = placed.statement.type if placed.statement is not None else "void"
            if entry is not None and entry.kind:
                kind = entry.kind
            raise InputError(
                worded(
                    "expected a version, and entry %(index)s of the log is of kind %(kind)s",
                    index=placed.index,
                    kind=coded("kind", kind),
                ),
                code="unknown-version",
                hint=HINTS["unknown-version"],
            )
        identity = entry.negotiation
        talks = composing.negotiation_of(state, composing.choose_negotiation(state, identity))
        return talks, composing.version_of(talks, placed.id)
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
