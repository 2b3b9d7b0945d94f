"""A statement is recalled: what it did is undone, the record of it stays (SPEC 7.11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold import (
    conferences,
    positions,
    proposals,
    side_documents,
    silence,
)
from paraph.protocol.negotiation.fold.checks import built_on, entry_of, heads_without, version_of
from paraph.protocol.negotiation.state import Dispatch, Negotiation, Said, State
from paraph.protocol.sentences import all_coded, coded, worded
from paraph.protocol.statements.conferences import ActionSet, ConferenceScheduled, OutcomesRecorded
from paraph.protocol.statements.exchanges import CommentMade, DispatchSent
from paraph.protocol.statements.positions import PackageTied, PackageUntied, PositionTaken
from paraph.protocol.statements.proposals import ProposalMade
from paraph.protocol.statements.recall import Recalled
from paraph.protocol.statements.silence import SilenceOpened
from paraph.protocol.statements.versions import VersionTabled

TakeBack = Callable[[Negotiation, bytes, Said], Negotiation]
"""Returns the negotiation without what a statement of the author's party did, or raises
``built-on``, naming what the other side has put on it."""


def recalled(state: State, talks: Negotiation, content: Recalled, said: Said) -> State:
    """Take in a recall."""
    return take_back(state, talks, content.subject, said)


def take_back(state: State, talks: Negotiation, subject: bytes, said: Said) -> State:
    """Take back a statement of the author's own party on which the other side has not built."""
    entry = entry_of(state, talks, subject)
    if entry.party != said.party:
        raise OutOfTurnError(
            worded(
                "expected a statement of %(party)s: a party recalls what it said itself",
                party=said.party,
            ),
            code="not-own-statement",
        )
    if entry.kind not in RECALLABLE:
        raise OutOfTurnError(
            worded(
                "a %(kind)s is not recalled; expected %(recallable)s",
                kind=coded("kind", entry.kind),
                recallable=all_coded("kind", RECALLABLE),
            ),
            code="not-recallable",
        )
    for party, receipt in (state.receipts.get(subject) or {}).items():
        if receipt.rung == "answered":
            raise built_on(worded("%(party)s has acknowledged it as answered", party=party))
    if entry.kind == SilenceOpened.KIND:
        state = silence.recalled(state, talks, subject, said)
    else:
        talks = _TAKE_BACK[entry.kind](talks, subject, said)
        state = silence.without(state, subject, said)
    talks = replace(talks, recalled=talks.recalled.put(subject, said.statement))
    return replace(state, negotiations=state.negotiations.put(talks.identity, talks))


def _version(talks: Negotiation, subject: bytes, said: Said) -> Negotiation:
    version = version_of(talks, subject)
    if talks.children.get(subject):
        raise built_on(
            worded("another version was made from version %(number)s", number=version.number)
        )
    others = [each for each in version.confirmed if each != said.party]
    if others:
        raise built_on(
            worded(
                "%(others)s confirmed version %(number)s",
                others=tuple(others),
                number=version.number,
            )
        )
    if any(each.act.version == subject for each in talks.conclusion.initials):
        raise built_on(worded("version %(number)s was initialled", number=version.number))
    parents = version.content.parents
    children = talks.children
    for parent in parents:
        children = children.put(parent, (children.get(parent) or 1) - 1)
    bare = tuple(parent for parent in parents if not children.get(parent))
    talks = replace(talks, children=children)
    if version.document != ZERO:
        return side_documents.removed(talks, version, bare)
    return replace(talks, heads=heads_without(talks, talks.heads, subject, bare))


def _comment(talks: Negotiation, subject: bytes, said: Said) -> Negotiation:
    comments = talks.comments
    comment = comments.get(subject)
    assert comment is not None  # an applied comment
    first = comments.get(comment.thread)
    assert first is not None  # every thread begins somewhere
    for each in (*first.replies, first.closed_by):
        reply = comments.get(each)
        if (
            reply is not None
            and reply.party != said.party
            and subject in (reply.content.in_reply_to, reply.content.resolves)
            and each not in talks.recalled
        ):
            raise built_on(worded("%(party)s has answered it", party=reply.party))
    closes = comments.get(comment.content.resolves)
    closed = comments.get(closes.thread) if closes is not None else None
    if closed is None or closed.closed_by != subject:
        return talks
    reopened = replace(closed, closed_by=ZERO)
    return replace(talks, comments=comments.put(closed.statement, reopened))


def _dispatch(talks: Negotiation, subject: bytes, said: Said) -> Negotiation:
    dispatch = talks.dispatches.get(subject)
    assert dispatch is not None  # an applied dispatch
    del said
    answer = talks.dispatches.get(dispatch.answered_by)
    if answer is not None:
        raise built_on(worded("%(party)s has answered it", party=answer.party))
    if dispatch.content.breaks_silence:
        raise built_on("it has broken a silence procedure")
    answered = talks.dispatches.get(dispatch.content.in_reply_to)
    if answered is None or answered.answered_by != subject:
        return talks
    unanswered = replace(answered, answered_by=_next_answer(talks, answered, subject))
    return replace(talks, dispatches=talks.dispatches.put(answered.statement, unanswered))


def _next_answer(talks: Negotiation, answered: Dispatch, without: bytes) -> bytes:
    others = (
        each
        for statement, each in talks.dispatches.items()
        if each.content.in_reply_to == answered.statement
        and each.party != answered.party
        and statement not in talks.recalled
        and statement != without
    )
    first = min(others, key=lambda each: each.index, default=None)
    return first.statement if first is not None else ZERO


_TAKE_BACK: Final[Mapping[str, TakeBack]] = {
    VersionTabled.KIND: _version,
    CommentMade.KIND: _comment,
    DispatchSent.KIND: _dispatch,
    ProposalMade.KIND: proposals.recalled,
    PositionTaken.KIND: positions.recalled,
    PackageTied.KIND: positions.package_recalled,
    PackageUntied.KIND: positions.package_recalled,
    ConferenceScheduled.KIND: conferences.recalled,
    OutcomesRecorded.KIND: conferences.recalled,
    ActionSet.KIND: conferences.recalled,
}
RECALLABLE: Final = (*_TAKE_BACK, SilenceOpened.KIND)
"""Kinds that can be recalled; what binds otherwise has a withdrawal of its own."""
