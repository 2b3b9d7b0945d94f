"""Conferences: scheduled, changed by both, outcomes and actions (SPEC 7.14)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold.checks import (
    built_on,
    known_party,
    mentioned,
    no_clause,
    standing,
    version_of,
    working_language,
)
from paraph.protocol.negotiation.fold.positions import with_stance
from paraph.protocol.negotiation.state import (
    Action,
    Conference,
    Negotiation,
    Outcomes,
    Said,
    Stance,
    State,
)
from paraph.protocol.negotiation.state.conferences import conference_key
from paraph.protocol.sentences import coded, worded
from paraph.protocol.statements.conferences import (
    AGREED_AD_REF,
    RESERVED_BY,
    ActionReported,
    ActionSet,
    ConferenceScheduled,
    OutcomesRecorded,
)
from paraph.protocol.statements.header import JOINT


def scheduled(
    state: State, talks: Negotiation, content: ConferenceScheduled, said: Said
) -> Negotiation:
    """Announce a conference; a change of one waits for the other party."""
    for party in (
        *filter(None, (content.host,)),
        *(each.party for each in content.participants),
        *(each.party for each in content.zones),
    ):
        known_party(state, party)
    _agenda(state, talks, content)
    talks = replace(talks, schedules=talks.schedules.put(said.statement, content))
    if content.replaces != ZERO:
        _replaceable(talks, content)
        return _change(talks, content, said.statement) if state.internal else talks
    if conference_key(content.name) in talks.conferences:
        raise OutOfTurnError(
            worded(
                "%(name)s was announced before; expected the schedule that this replaces",
                name=content.name,
            ),
            code="conference-exists",
        )
    conference = Conference(
        statement=said.statement,
        index=said.index,
        party=said.party,
        number=len(talks.conferences) + 1,
        schedule=content,
        schedule_id=said.statement,
    )
    return _keep(talks, conference)


def _agenda(state: State, talks: Negotiation, content: ConferenceScheduled) -> None:
    named: list[str] = []
    for item in content.agenda:
        if item.owner not in ("", JOINT):
            known_party(state, item.owner)
        mentioned(state, talks, item.proposals)
        named += item.clauses
    if content.basis != ZERO and not (state.internal and content.basis not in talks.versions):
        _clauses(talks, content.basis, named)
    elif named and not state.internal:
        raise OutOfTurnError(
            "expected the basis version for the clauses of the agenda", code="unknown-version"
        )


def _clauses(talks: Negotiation, version: bytes, cids: Iterable[str]) -> None:
    on_the_table = version_of(talks, version)
    if on_the_table.document != ZERO:
        raise OutOfTurnError(
            "expected a version of the instrument on the table", code="document-differs"
        )
    there = {part.cid for part in on_the_table.text.parts}
    for cid in cids:
        if cid not in there:
            raise no_clause(on_the_table, cid)


def _replaceable(talks: Negotiation, content: ConferenceScheduled) -> None:
    if conference_of(talks, content.name).schedule_id != content.replaces:
        raise OutOfTurnError(
            worded("expected the schedule of %(name)s that is in force", name=content.name),
            code="schedule-replaced",
        )


def _change(talks: Negotiation, content: ConferenceScheduled, statement: bytes) -> Negotiation:
    conference = conference_of(talks, content.name)
    return _keep(talks, replace(conference, schedule=content, schedule_id=statement))


def _keep(talks: Negotiation, conference: Conference) -> Negotiation:
    key = conference_key(conference.schedule.name)
    return replace(talks, conferences=talks.conferences.put(key, conference))


def conference_of(talks: Negotiation, name: str) -> Conference:
    """Return a conference of the negotiation (``unknown-conference``)."""
    conference = talks.conferences.get(conference_key(name))
    if conference is None:
        raise OutOfTurnError(
            worded("no conference %(name)s was announced in this negotiation", name=name),
            code="unknown-conference",
        )
    return conference


def schedule_agreed(state: State, talks: Negotiation, subject: bytes, said: Said) -> Negotiation:
    """Put a change into force that both parties stand behind."""
    del state, said
    content = talks.schedules.get(subject)
    assert content is not None  # the subject was applied
    if content.replaces == ZERO:
        return talks
    _replaceable(talks, content)
    return _change(talks, content, subject)


def recorded(
    state: State, talks: Negotiation, content: OutcomesRecorded, said: Said
) -> Negotiation:
    """Take in what a party says that a conference came to."""
    version = basis_of(talks, content.conference)
    cids = [item.cid for item in content.items if item.cid]
    if version != ZERO or (cids and not state.internal):
        _clauses(talks, version, cids)
    for item in content.items:
        mentioned(state, talks, item.proposal)
        if item.result.startswith(RESERVED_BY):
            known_party(state, item.result.removeprefix(RESERVED_BY))
        for words in item.understanding:
            working_language(state, words.language)
    outcomes = Outcomes(said.statement, said.index, said.party, content, version)
    return replace(talks, outcomes=talks.outcomes.put(said.statement, outcomes))


def basis_of(talks: Negotiation, name: str) -> bytes:
    """Return the version about whose words the outcomes of a conference are; zeros for none.

    Raises:
        OutOfTurnError: Code ``unknown-conference``.
    """
    basis = conference_of(talks, name).schedule.basis
    return basis if basis in talks.versions else next(reversed(talks.heads), ZERO)


def outcomes_agreed(state: State, talks: Negotiation, subject: bytes, said: Said) -> Negotiation:
    """Set the positions that follow from outcomes both parties stand behind."""
    outcomes = talks.outcomes.get(subject)
    assert outcomes is not None  # the subject was applied
    taken: dict[str, dict[str, str]] = {party: {} for party in state.parties}
    for item in outcomes.content.items:
        if item.cid and item.result == AGREED_AD_REF:
            for party in state.parties:
                taken[party][item.cid] = "ad_referendum"
        elif item.cid and item.result.startswith(RESERVED_BY):
            taken[item.result.removeprefix(RESERVED_BY)][item.cid] = "reserve"
    for party, values in taken.items():
        if values:
            stance = Stance(outcomes.statement, said.index, outcomes.version, values)
            talks = with_stance(talks, party, stance)
    return talks


def set_action(state: State, talks: Negotiation, content: ActionSet, said: Said) -> Negotiation:
    """Take in what somebody is to do."""
    if content.owner != JOINT:
        known_party(state, content.owner)
    if content.conference:
        conference_of(talks, content.conference)
    action = Action(
        statement=said.statement,
        index=said.index,
        party=said.party,
        number=len(talks.actions) + 1,
        content=content,
        due=content.due,
    )
    return replace(talks, actions=talks.actions.put(said.statement, action))


def reported(state: State, talks: Negotiation, content: ActionReported, said: Said) -> Negotiation:
    """Take in what became of an action; its owner says it."""
    del state
    action = talks.actions.get(content.action)
    if action is None:
        raise OutOfTurnError("no such action stands in this negotiation", code="unknown-action")
    standing(talks, action.statement)
    if action.content.owner not in (said.party, JOINT):
        raise OutOfTurnError(
            worded(
                "expected %(owner)s to report action %(number)s: its owner does",
                owner=action.content.owner,
                number=action.number,
            ),
            code="not-owner",
        )
    if action.report is not None and action.report.ending != "carried":
        raise OutOfTurnError(
            worded(
                "action %(number)s was reported %(ending)s before",
                number=action.number,
                ending=coded("action", action.report.ending),
            ),
            code="closed-before",
        )
    after = replace(
        action,
        report=content,
        due=next(iter(content.due), action.due),
        carried=action.carried + len(content.due),
    )
    return replace(talks, actions=talks.actions.put(action.statement, after))


def recalled(talks: Negotiation, subject: bytes, said: Said) -> Negotiation:
    """Take back a change of a schedule, outcomes or an action on which nothing was built."""
    del said
    if talks.agreed.get(subject):
        raise built_on("the other side has agreed to it")
    action = talks.actions.get(subject)
    if action is not None and action.report is not None:
        raise built_on(
            worded(
                "action %(number)s was reported %(ending)s",
                number=action.number,
                ending=coded("action", action.report.ending),
            )
        )
    schedule = talks.schedules.get(subject)
    if schedule is not None and conference_of(talks, schedule.name).schedule_id == subject:
        raise built_on(
            worded("%(name)s stands as it says: ask for a change of it", name=schedule.name)
        )
    return talks
