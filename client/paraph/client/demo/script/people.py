"""Who of a party says what."""

from __future__ import annotations

from collections.abc import Sequence

from paraph.client.scenario.model import Scenario
from paraph.protocol import roles
from paraph.protocol.errors import InputError
from paraph.protocol.statements.header import JOINT


def sender(scenario: Scenario, party: str) -> str:
    """Return who sends a party's texts and dispatches: its desk officer, or who else may.

    Raises:
        InputError: Nobody may.
    """
    found = find(scenario, party, (roles.DESK, roles.HEAD))
    if found:
        return found
    raise InputError(
        f"expected a desk officer or a head of delegation among the people of {party}",
        code="scenario",
        hint="add one to the party's people: somebody must send its texts",
    )


def sender_of(scenario: Scenario, author: str) -> str:
    """Return who sends for *author*; a joint text is sent by the first party."""
    return sender(scenario, next(iter(scenario.parties)) if author == JOINT else author)


def find(scenario: Scenario, party: str, wanted: Sequence[str]) -> str:
    """Return the first person of a party in one of the roles, earlier roles first; or nothing."""
    for role in wanted:
        for person in scenario.parties[party].people:
            if person.role == role:
                return person.id
    return ""


def other(scenario: Scenario, party: str) -> str:
    """Return the code of the other party."""
    return next(code for code in scenario.parties if code != party)
