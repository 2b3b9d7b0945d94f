"""How far the instrument has come: derived from the state, never typed in (SPEC 7.17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from paraph.protocol.negotiation import concluded, matrix
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.negotiation.state.conclusion import Note

Word = Literal[
    "drafting",
    "tabled",
    "negotiating",
    "adopted_ad_ref",
    "scrub",
    "authenticated",
    "signed",
    "in_effect",
    "suspended",
    "ended",
]
_SCRUBBED: Final = frozenset({"scrubbed", "authenticated"})
_ADOPTED: Final = frozenset({"agreed", "agreed_ad_ref"})


@dataclass(frozen=True, slots=True)
class Phase:
    """How far the instrument has come.

    Attributes:
        word: The phase.
        round: Round of talks of the newest text; 0 where none is counted.
        rectified: The text in force is a correction of the one that was initialled.
        since: Instant from which effect, suspension or end counts, POSIX ms; 0 in other phases.
    """

    word: Word
    round: int = 0
    rectified: bool = False
    since: int = 0


def phase(state: State, talks: Negotiation, log_time: int = 0) -> Phase:
    """Return how far the instrument has come.

    Args:
        state: The state of the channel.
        talks: The negotiation.
        log_time: At which log time, POSIX ms; 0 = that of the last statement folded.
    """
    initialled = concluded.initialled(talks)
    settled = concluded.in_force(talks)
    if initialled is None or settled is None:
        return _before(state, talks)
    rectified = settled.statement != initialled.statement
    if not concluded.is_signed(talks):
        return Phase("authenticated", settled.content.round, rectified)
    word, since = _effect(state, talks, log_time or state.log_time)
    return Phase(word, settled.content.round, rectified, since)


def _before(state: State, talks: Negotiation) -> Phase:
    if not talks.heads:
        return Phase("drafting")
    heads = [found for each in talks.heads if (found := talks.versions.get(each)) is not None]
    rounds = max(each.content.round for each in heads)
    if len(heads) == 1 and heads[0].content.version_kind in _SCRUBBED:
        return Phase("scrub", rounds)
    if len(heads) == 1 and _is_adopted(state, talks, heads[0]):
        return Phase("adopted_ad_ref", rounds)
    return Phase("tabled" if talks.versions_counted == 1 else "negotiating", rounds)


def _is_adopted(state: State, talks: Negotiation, version: Version) -> bool:
    # Every clause agreed by both, ad referendum at least, and without a mark left.
    settled = matrix.states(state, talks, version).values()
    return all(each in _ADOPTED for each in settled)


def _effect(state: State, talks: Negotiation, now: int) -> tuple[Word, int]:
    began = _began(state, talks)
    counting = [each for each in concluded.notes(talks) if each.content.effective <= now]
    ended = [each.content.effective for each in counting if each.content.change == "ends"]
    if ended:
        return "ended", min(ended)
    if began is None or (began and began > now):
        return "signed", 0
    paused = [
        last.content.effective
        for party in state.parties
        for last in [_last(counting, party)]
        if last is not None and last.content.change == "suspends"
    ]
    return ("suspended", min(paused)) if paused else ("in_effect", began)


def _last(notes: list[Note], party: str) -> Note | None:
    # By the log: a note that was given later says what holds, from its own instant on.
    return next((each for each in reversed(notes) if each.said.party == party), None)


def _began(state: State, talks: Negotiation) -> int | None:
    # The instant from which effect counts; nothing while it is not settled.
    agreed = concluded.effect(state, talks)
    if agreed is None:
        return None
    if agreed.content.effect == "at_instant":
        return agreed.content.instant
    if agreed.content.effect == "on_signature":
        return max(each.said.log_time for each in talks.conclusion.signatures)
    noted = {
        each.said.party: each.content.effective
        for each in concluded.notes(talks)
        if each.content.change == "begins"
    }
    return max(noted.values()) if noted.keys() == set(state.parties) else None
