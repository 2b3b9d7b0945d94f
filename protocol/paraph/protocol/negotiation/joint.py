"""Who stands behind a joint act: derived from the state, never typed in (SPEC 7.12)."""

from __future__ import annotations

from collections.abc import Mapping

from paraph.protocol.negotiation.state import APPLIED, Negotiation, State
from paraph.protocol.statements.joint import JOINT_KINDS


def agreeing(state: State, talks: Negotiation, subject: bytes) -> Mapping[str, int]:
    """Return the parties behind the joint act *subject*, with the index at which each said so.

    Its author's party counts by having said it. Empty for what is no joint act that stands.
    """
    entry = state.entries.get(subject)
    if (
        entry is None
        or entry.outcome != APPLIED
        or entry.negotiation != talks.identity
        or entry.kind not in JOINT_KINDS
        or subject in talks.recalled
    ):
        return {}
    return {entry.party: entry.index, **(talks.agreed.get(subject) or {})}


def is_agreed(state: State, talks: Negotiation, subject: bytes) -> bool:
    """Tell whether every party stands behind the joint act *subject*."""
    return agreeing(state, talks, subject).keys() == set(state.parties)
