"""The table of roles and statements: what it does not list is allowed to nobody (SPEC 5.4)."""

from __future__ import annotations

import pytest

from paraph.protocol import roles
from paraph.protocol.errors import RefusedError
from paraph.protocol.names import ZERO
from paraph.protocol.roles import MAY, ROLES, may, require
from paraph.protocol.statements.clear import (
    PAYLOADS,
    Grant,
    GrantedWrap,
    Heartbeat,
    Opened,
    Unopened,
    Withdraw,
)
from tests.support.channel import START, Channel, make_channel
from tests.support.judging import RECORD, officer
from tests.support.parties import Person


@pytest.mark.parametrize("kind", ["sealed", *PAYLOADS])
def test_the_role_table_is_enforced_cell_by_cell(kind: str) -> None:
    """Every role × type that the relay can see: refused with `role` iff the table says so."""
    channel = make_channel(roles=ROLES)
    at = channel.place(channel.seal(officer(channel, "USA"), RECORD)[0]).index
    people = [officer(channel, "RUS", role) for role in ROLES] + [channel.party("RUS").carrier]
    for person in people:
        envelope = _one_of(channel, person, kind, at)
        entry = channel.log.append(envelope)
        assert (entry.void == "role") == (not may(person.role, kind)), (person.role, kind)


def _one_of(channel: Channel, person: Person, kind: str, at: int) -> bytes:
    document = channel.charter
    payloads = {
        "heartbeat": Heartbeat(dated=START, verified=channel.log.size, held=0),
        "unopened": Unopened(entry=at, reason="wrap"),
        "opened": Opened(entry=at),
        "withdraw": Withdraw(entry=at),
        "grant": Grant(wraps=(GrantedWrap(entry=at, recipient=ZERO, wrap=bytes(1168)),)),
    }
    if kind == "sealed":
        return channel.seal(person, RECORD)[0]
    payload = payloads.get(kind) or PAYLOADS[kind](document=document)  # type: ignore[call-arg]
    return channel.clear(person, payload)


def test_an_action_nobody_listed_is_allowed_to_nobody() -> None:
    assert not any(may(role, "invent") for role in ROLES)
    with pytest.raises(RefusedError, match="nobody") as caught:
        require("signatory", "invent")
    assert caught.value.code == "role"
    require("signatory", "sign")
    assert all(allowed <= set(ROLES) | {roles.ROOT} for allowed in MAY.values())


def test_machines_cannot_agree() -> None:
    bot = {action for action in MAY if may("bot", action)}
    binding = {"agree", "initial", "sign", "position", "confirm", "table", "dispatch", "clear"}
    assert not bot & binding
    assert not {action for action in MAY if may("auditor", action)}
