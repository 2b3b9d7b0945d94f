"""The silence procedure, in log time alone (SPEC 7.19).

It runs from the other party's receipt (``held`` of its heartbeat covers the opening), is broken
by an objection or an amendment at any index below the second closing, and is adopted at that
closing. A link that is cut, or a party that does not close, adopts nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import Label, labelled
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fold import conclusion, proposals, side_documents
from paraph.protocol.negotiation.fold.checks import clause_of, version_of
from paraph.protocol.negotiation.fold.positions import with_stance
from paraph.protocol.negotiation.state import Negotiation, Said, State, Version
from paraph.protocol.negotiation.state.positions import Stance
from paraph.protocol.negotiation.state.silence import Ending, Silence
from paraph.protocol.sentences import coded, worded
from paraph.protocol.statements.exchanges import DispatchSent
from paraph.protocol.statements.header import StatementMention
from paraph.protocol.statements.positions import AD_REFERENDUM
from paraph.protocol.statements.silence import SilenceBroken, SilenceClosed, SilenceOpened
from paraph.protocol.statements.versions import VersionTabled

MOST_LIVE: Final = 64
"""Silence procedures of a channel that have not ended: each is looked at with every heartbeat."""


def subject_digest(version: Version, cid: str) -> bytes:
    """Return the digest of what is under silence: a clause's wording, or a whole version.

    Raises:
        OutOfTurnError: ``unknown-clause``.
    """
    if not cid:
        each = (version.digests[language] for language in version.text.languages)
        return labelled(Label.SILENCE, version.content.structure, *each)
    return texts.wording_digest(clause_of(version, cid))


def opened(state: State, talks: Negotiation, content: SilenceOpened, said: Said) -> State:
    """Put words under silence until an exact instant."""
    version = version_of(talks, content.version)
    if content.digest != subject_digest(version, content.cid):
        raise OutOfTurnError(
            "what is put under silence is not what stands in that version", code="digest-differs"
        )
    if not said.log_time:
        raise OutOfTurnError("log time has not begun: no heartbeat yet", code="no-log-time")
    if content.expires <= said.log_time:
        raise OutOfTurnError("the expiry lies in the past of the log", code="expired-before")
    live = [_of(state, each) for each in state.silences_live]
    if any(_subject(each.content) == _subject(content) for each in live):
        raise OutOfTurnError("these words are under silence already", code="silence-running")
    if len(live) == MOST_LIVE:
        raise OutOfTurnError(
            worded(
                "%(most_live)s silence procedures have not ended; close or recall one first",
                most_live=MOST_LIVE,
            ),
            code="too-many-silences",
        )
    silence = Silence(
        statement=said.statement,
        index=said.index,
        party=said.party,
        number=talks.silences_counted + 1,
        content=content,
    )
    counted = replace(talks, silences_counted=silence.number)
    return replace(
        state,
        negotiations=state.negotiations.put(talks.identity, counted),
        silences=state.silences.put(said.statement, silence),
        silences_live=(*state.silences_live, said.statement),
    )


def _subject(content: SilenceOpened) -> tuple[bytes, str]:
    return content.version, content.cid


def broken(state: State, talks: Negotiation, content: SilenceBroken, said: Said) -> State:
    """Take in an objection of the other party."""
    return _object(state, talks, content.silence, said, content.reason)


def broken_by_dispatch(
    state: State, talks: Negotiation, dispatch: DispatchSent, said: Said
) -> State:
    """Take in an objection that a dispatch carries; a bare name breaks nothing."""
    for each in dispatch.breaks_silence:
        if isinstance(each, StatementMention):
            state = _object(state, talks, each.statement, said, dispatch.body)
    return state


def _object(state: State, talks: Negotiation, silence: bytes, said: Said, reason: str) -> State:
    found = _live(state, talks, silence)
    if found.party == said.party:
        raise OutOfTurnError("a party recalls its own silence procedure", code="own-silence")
    return _end(state, found, "broken", said, reason)


def amended(state: State, talks: Negotiation, content: VersionTabled, said: Said) -> State:
    """End what an amendment breaks: a version of the same line in which those words differ."""
    made = version_of(talks, said.statement)
    for statement in state.silences_live:
        silence = _of(state, statement)
        subject = talks.versions.get(silence.content.version)
        if subject is None or not _descends(talks, made, subject):
            continue
        if _differs(subject, made, silence.content.cid):
            state = _end(state, silence, "broken", said, f"amended: {content.version_kind}")
    return state


def _descends(talks: Negotiation, version: Version, ancestor: Version) -> bool:
    # Walks no further back than the index of what it looks for.
    waiting, met = [version], set()
    while waiting:
        each = waiting.pop()
        if each.statement == ancestor.statement:
            return True
        if each.statement not in met and each.index > ancestor.index:
            met.add(each.statement)
            waiting += [version_of(talks, parent) for parent in each.content.parents]
    return False


def _differs(subject: Version, made: Version, cid: str) -> bool:
    if not cid:
        return subject_digest(subject, "") != subject_digest(made, "")
    part = made.text.find(cid)
    return part is None or texts.wording_digest(part) != subject_digest(subject, cid)


def closed(state: State, talks: Negotiation, content: SilenceClosed, said: Said) -> State:
    """Take in a party's closing; the second one adopts."""
    silence = _live(state, talks, content.silence)
    if said.party in silence.closings:
        raise OutOfTurnError(
            worded("%(party)s closed it before", party=said.party), code="closed-before"
        )
    if (content.size, content.root) != (said.seen_size, said.seen_root):
        raise OutOfTurnError("expected the head that the statement has seen", code="head-differs")
    if silence.late:
        raise OutOfTurnError(
            "it was received too late to be adopted: put the words under silence anew",
            code="received-late",
        )
    if not silence.received or silence.over_from is None or content.size < silence.over_from:
        raise OutOfTurnError("log time is not past the expiry in that head", code="not-expired")
    conclusion.may_correct(version_of(talks, silence.content.version), said.role)
    after = replace(silence, closings={**silence.closings, said.party: said.index})
    if _lacks_a_closing(state, after):
        return replace(state, silences=state.silences.put(silence.statement, after))
    if any(state.disputes.values()):
        raise OutOfTurnError(
            "an entry that a party cannot open stands in the way: nothing is adopted until it does",
            code="unopened",
        )
    return _adopt(_end(state, after, "adopted", said, ""), talks, after, said)


def _lacks_a_closing(state: State, silence: Silence) -> bool:
    return any(party not in silence.closings for party in state.parties)


def _adopt(state: State, talks: Negotiation, silence: Silence, said: Said) -> State:
    version, cid = version_of(talks, silence.content.version), silence.content.cid
    adopted = (
        _clause(state, talks, version, cid, said) if cid else _whole(state, talks, version, said)
    )
    return replace(state, negotiations=state.negotiations.put(talks.identity, adopted))


def _clause(
    state: State, talks: Negotiation, version: Version, cid: str, said: Said
) -> Negotiation:
    # An officer of each side let these words stand: that is a position ad referendum of both.
    stance = Stance(said.statement, said.index, version.statement, {cid: AD_REFERENDUM})
    for party in state.parties:
        talks = with_stance(talks, party, stance)
    return talks


def _whole(state: State, talks: Negotiation, version: Version, said: Said) -> Negotiation:
    # Both officers signed for the whole text: that is what a confirmation by each would say.
    both = {**dict.fromkeys(state.parties, said.index), **version.confirmed}
    changed = replace(version, confirmed=both)
    talks = replace(talks, versions=talks.versions.put(version.statement, changed))
    talks = proposals.after_confirmation(talks, version, said)
    return side_documents.adopted(talks, version.statement, said.index, by_silence=True)


def recalled(state: State, talks: Negotiation, statement: bytes, said: Said) -> State:
    """End a silence procedure that its proposer takes back, by the statement that opened it."""
    return _end(state, _live(state, talks, statement), "recalled", said, "")


def without(state: State, version: bytes, said: Said) -> State:
    """End the silence procedures about a version that was recalled."""
    for statement in state.silences_live:
        silence = _of(state, statement)
        if silence.content.version == version:
            state = _end(state, silence, "recalled", said, "")
    return state


def tick(state: State, said: Said) -> State:
    """Note what the log time of a new entry means for those that have not ended."""
    for statement in state.silences_live:
        silence = after = _of(state, statement)
        if after.held_at is not None and not after.received:
            late = said.log_time + state.silence_minimum > after.content.expires
            after = replace(after, received=said.log_time, late=late)
        if after.over_from is None and said.log_time > after.content.expires:
            after = replace(after, over_from=said.index)
        if after is not silence:
            state = replace(state, silences=state.silences.put(statement, after))
    return state


def heard(state: State, held: int, said: Said) -> State:
    """Note the receipts that a heartbeat of the other party brings."""
    for statement in state.silences_live:
        silence = _of(state, statement)
        if silence.held_at is None and said.party != silence.party and held > silence.index:
            after = replace(silence, held_at=said.index)
            state = replace(state, silences=state.silences.put(statement, after))
    return state


def _end(
    state: State,
    silence: Silence,
    how: Literal["broken", "adopted", "recalled"],
    said: Said,
    reason: str,
) -> State:
    ending = Ending(said.statement, said.index, said.party, reason)
    after = replace(silence, ended=how, ending=ending)
    return replace(
        state,
        silences=state.silences.put(silence.statement, after),
        silences_live=tuple(each for each in state.silences_live if each != silence.statement),
    )


def _live(state: State, talks: Negotiation, statement: bytes) -> Silence:
    silence = state.silences.get(statement)
    if silence is None or silence.content.header.negotiation != talks.identity:
        raise OutOfTurnError("no such silence procedure stands here", code="unknown-silence")
    if silence.ending is not None:
        raise OutOfTurnError(
            worded(
                "it was %(ended)s at index %(index)s",
                ended=coded("silence", silence.ended),
                index=silence.ending.index,
            ),
            code="silence-ended",
        )
    return silence


def _of(state: State, statement: bytes) -> Silence:
    silence = state.silences.get(statement)
    assert silence is not None
    return silence
