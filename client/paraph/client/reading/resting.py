"""What an act rests on: the statements that it names, and those that these are about.

Whoever closes a silence procedure, or agrees to outcomes, agrees to the words of a version that
neither of the two records names. So it is looked one step further than a record's own ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold.conferences import basis_of
from paraph.protocol.negotiation.state import Negotiation, State
from paraph.protocol.negotiation.state.conferences import conference_key
from paraph.protocol.schema import Record
from paraph.protocol.statements.conferences import ConferenceScheduled, OutcomesRecorded
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import AcknowledgementGiven, CommentMade
from paraph.protocol.statements.versions import VersionTabled

_WHOLE = (VersionTabled, CommentMade)
"""What is shown whole, whatever it mentions: who tables a text vouches for all of its words."""


def rested_on(
    state: State, said: Content, content_of: Callable[[int], Content | None]
) -> Iterator[bytes]:
    """Yield the ids of what *said* rests on, some of them twice; digests that stand in it too.

    Args:
        state: What was folded.
        said: What is to be said, or was.
        content_of: Returns what was said at an index of the log; nothing where it was not read.
    """
    talks = state.negotiations.get(said.header.negotiation)
    for named in _named(talks, said):
        yield named
        if isinstance(said, AcknowledgementGiven):
            continue  # what these are about is acknowledged by nothing
        entry = state.entries.get(named)
        about = content_of(entry.index) if entry is not None else None
        if about is None or isinstance(about, _WHOLE):
            continue
        yield from _named(talks, about)
        outcomes = talks.outcomes.get(named) if talks is not None else None
        if outcomes is not None:
            yield outcomes.version


def _named(talks: Negotiation | None, said: Content) -> Iterator[bytes]:
    names = {said.name} if isinstance(said, ConferenceScheduled) else set[str]()
    waiting: list[object] = [said]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Record):
            names.add(getattr(each, "conference", ""))
            waiting += each.__dict__.values()
        elif isinstance(each, tuple):
            waiting += each
        elif isinstance(each, bytes) and len(each) == len(ZERO):
            yield each
    if talks is not None:
        yield from _of_conferences(talks, names)
        if isinstance(said, OutcomesRecorded):
            yield from _bound_to(talks, said)


def _of_conferences(talks: Negotiation, names: set[str]) -> Iterator[bytes]:
    for name in names - {""}:
        conference = talks.conferences.get(conference_key(name))
        if conference is not None:
            yield from (conference.statement, conference.schedule_id, conference.schedule.basis)


def _bound_to(talks: Negotiation, said: OutcomesRecorded) -> Iterator[bytes]:
    try:
        yield basis_of(talks, said.conference)
    except OutOfTurnError:
        return  # the fold says what is wrong with it
