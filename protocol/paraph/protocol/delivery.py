"""The life of one outgoing statement, as a table (SPEC 8.4).

Everything that may change a delivery's state is in :data:`TRANSITIONS`. States are named by what
is known. Receipt rungs are not here: they are read from the log, never stored beside it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.sentences import worded


class Delivery(enum.StrEnum):
    """What is known of an outgoing statement."""

    SIGNED = "signed"
    """On our disk, never sent."""
    UNKNOWN = "unknown"
    """Sent, or about to be; only a verified proof can end this."""
    LOGGED = "logged"
    """A proof that it stands in the log was verified."""
    UNPLACEABLE = "unplaceable"
    """A verified head proves that it can never be placed; its number is free again."""


class Event(enum.StrEnum):
    """What happened to it."""

    SENDING = "sending"
    UNANSWERED = "unanswered"
    """A time-out, a lost connection, a refusal that waiting may cure."""
    PROVEN = "proven"
    EXCLUDED = "excluded"


TRANSITIONS: Final[Mapping[Delivery, Mapping[Event, Delivery]]] = {
    Delivery.SIGNED: {
        Event.SENDING: Delivery.UNKNOWN,
        Event.EXCLUDED: Delivery.UNPLACEABLE,
    },
    Delivery.UNKNOWN: {
        Event.SENDING: Delivery.UNKNOWN,
        Event.UNANSWERED: Delivery.UNKNOWN,
        Event.PROVEN: Delivery.LOGGED,
        Event.EXCLUDED: Delivery.UNPLACEABLE,
    },
    Delivery.LOGGED: {Event.PROVEN: Delivery.LOGGED},
    Delivery.UNPLACEABLE: {},
}


def step(state: Delivery, event: Event) -> Delivery:
    """Return the state that follows.

    Raises:
        OutOfTurnError: The table has no entry for this pair.
    """
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise OutOfTurnError(
            worded("%(event)s does not follow %(state)s", event=event.value, state=state.value)
        ) from None
