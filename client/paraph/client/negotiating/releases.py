"""Who is waited for before something may leave: the clearances of the internal channel."""

from __future__ import annotations

from collections.abc import Iterator

from paraph.client.negotiating import mandate as mandates
from paraph.protocol import roles
from paraph.protocol.errors import MalformedError
from paraph.protocol.negotiation.fold.internal import mandate_of
from paraph.protocol.negotiation.state import Clearance, State
from paraph.protocol.statements.content import decode_content
from paraph.protocol.statements.internal import AUTHORITY, LEGAL, MandateSet


def waits_for(state: State, each: Clearance) -> tuple[tuple[str, str], ...]:
    """Return what a clearance still lacks and which role gives it; empty when it may leave.

    Args:
        state: State of the internal channel.
        each: One of its clearances.
    """
    return tuple(_waits_for(state, each))


def _waits_for(state: State, each: Clearance) -> Iterator[tuple[str, str]]:
    if each.standing == "refused":
        return
    standing = mandate_of(state, each.content.header.negotiation)
    rule = standing.content if standing is not None else None
    if LEGAL in each.content.needs and not each.has("reviewed", roles.LEGAL):
        yield "review", roles.LEGAL
    if AUTHORITY in each.content.needs and not each.is_confirmed:
        named = rule.final if rule is not None else ()
        yield "confirmation", " or ".join(named or sorted(roles.MAY["clear"]))
    if each.standing != "released" and _must_release(rule, each):
        yield "release", "another than who asked"


def _must_release(rule: MandateSet | None, each: Clearance) -> bool:
    if rule is None or not each.content.needs:
        return True
    try:
        kinds = {
            kind for part in each.content.parts for kind in mandates.kinds_of(decode_content(part))
        }
    except MalformedError:
        return True
    return bool(kinds & {*rule.clear_first, *rule.legal_first})


def open_ones(state: State) -> tuple[Clearance, ...]:
    """Return every clearance that still waits for somebody, by number."""
    found = (each for _, each in state.clearances.items() if waits_for(state, each))
    return tuple(sorted(found, key=lambda each: each.number))
