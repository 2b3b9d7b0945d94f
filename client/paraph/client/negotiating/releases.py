"""Clearances of the internal channel: who is waited for, and what somebody says of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.negotiating import mandate as mandates
from paraph.client.writing import composing
from paraph.protocol import roles
from paraph.protocol.errors import InputError, MalformedError, MisuseError, ParaphError
from paraph.protocol.negotiation.fold.internal import mandate_of
from paraph.protocol.negotiation.state import Clearance, State
from paraph.protocol.sentences import worded
from paraph.protocol.statements.content import decode_content
from paraph.protocol.statements.internal import (
    AUTHORITY,
    CLEARANCE_STEPS,
    LEGAL,
    ClearanceGiven,
    MandateSet,
)

_LEAST_ID: Final = 8
"""Characters of an id that name a statement; fewer may be a number."""


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


def named(state: State, text: str) -> Clearance:
    """Return the clearance that *text* means: its number, or the start of its id.

    Raises:
        InputError: Code ``unknown-clearance``.
    """
    wanted = text.removeprefix("#")
    for statement, each in state.clearances.items():
        if wanted == str(each.number) or (
            len(wanted) >= _LEAST_ID and statement.hex().startswith(wanted.lower())
        ):
            return each
    placed = [str(each.number) for _, each in state.clearances.items() if wanted == str(each.index)]
    raise InputError(
        worded("expected the number of a clearance, got %(text)s", text=text),
        code="unknown-clearance",
        hint=worded(
            "entry #%(wanted)s asked for clearance %(placed)s", wanted=wanted, placed=placed[0]
        )
        if placed
        else "paraph clear list",
    )


def step(inner: Desk, clearance: Clearance, what: str, note: str) -> ClearanceGiven:
    """Return the record that says *what* of a clearance.

    Args:
        inner: In the internal channel.
        clearance: One of its clearances.
        what: ``reviewed``, ``authority_confirmed``, ``released``, ``refused``.
        note: Why, or on whose word; a refusal needs one.

    Raises:
        InputError: A refusal without a reason.
    """
    try:
        return ClearanceGiven(
            header=inner.header(clearance.content.header.negotiation),
            asked=clearance.statement,
            step=what,
            note=note,
        )
    except MisuseError as error:
        raise InputError(error.words, hint="say why with --note") from error


def possible(inner: Desk, clearance: Clearance) -> tuple[str, ...]:
    """Return what this desk may say of a clearance now: what the rules would take."""
    return tuple(what for what in CLEARANCE_STEPS if _would_be_taken(inner, clearance, what))


def _would_be_taken(inner: Desk, clearance: Clearance, what: str) -> bool:
    try:
        said = step(inner, clearance, what, "why")
        composing.require_role(inner.role, said)
        inner.foresee(inner.state, said)
    except ParaphError:
        return False
    return True
