"""Conferences as acts: announced, held, agreed by both sides, and what is to be done after them.

One that the scenario tells without playing it (not scripted) is left out.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from paraph.client.demo.script.act import Act, Rank, Teller, record
from paraph.client.demo.script.people import other, sender
from paraph.client.scenario.model import Action, Conference, Scenario
from paraph.protocol.names import ZERO
from paraph.protocol.statements.conferences import (
    ActionReported,
    ActionSet,
    AgendaItem,
    ConferenceScheduled,
    Delegation,
    Due,
    Outcome,
    OutcomesRecorded,
)
from paraph.protocol.statements.header import JOINT, to_mentions, to_wordings
from paraph.protocol.statements.joint import AgreedTo

_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000
BOTH = "both"
"""How a scenario writes an owner that is both parties."""


def conferences(scenario: Scenario) -> Iterator[Act]:
    """Yield schedule, outcomes, and actions of every conference that is played."""
    for conference in scenario.conferences:
        if not conference.scripted:
            continue
        party = (
            conference.host if conference.host in scenario.parties else next(iter(scenario.parties))
        )
        by, guest = sender(scenario, party), sender(scenario, other(scenario, party))
        basis = [each.at for each in scenario.versions if each.id == conference.basis]
        end = conference.at + conference.duration_min * _MINUTE_MS
        yield Act(
            at=max([conference.at - _HOUR_MS, *basis]),
            rank=Rank.CONFERENCE,
            by=by,
            kind="conference announced",
            name=conference.id,
            say=record(functools.partial(_scheduled, scenario, conference)),
            refers=(conference.basis,) if conference.basis else (),
        )
        if conference.outcomes:
            name = f"{conference.id} outcomes"
            yield Act(
                at=end,
                rank=Rank.CONFERENCE,
                by=by,
                kind="outcomes",
                name=name,
                say=record(functools.partial(_outcomes, scenario, conference)),
                refers=(conference.id,),
            )
            yield agreement(name, end, guest)
        for action in conference.actions:
            yield from _action(scenario, conference, action, by, end)


def agreement(name: str, at: int, by: str) -> Act:
    """Return the act of agreeing to what the scenario calls *name*."""
    return Act(
        at=at,
        rank=Rank.CONCLUDE,
        by=by,
        kind="agreement",
        name=f"{name} agreed",
        say=record(lambda teller: AgreedTo(header=teller.header(), subject=teller.statement(name))),
        refers=(name,),
    )


def _scheduled(scenario: Scenario, conference: Conference, teller: Teller) -> ConferenceScheduled:
    delegations = (
        Delegation(
            party=code,
            people=tuple(scenario.people[each].role for each in conference.participants[code]),
        )
        for code in sorted(conference.participants)
    )
    agenda = (
        AgendaItem(
            n=item.n,
            title=item.title,
            clauses=item.clauses,
            proposals=to_mentions(teller.mention(name) for name in item.proposals),
            minutes=0,
            owner="",
        )
        for item in sorted(conference.agenda, key=lambda each: each.n)
    )
    return ConferenceScheduled(
        header=teller.header(),
        name=conference.id,
        at=conference.at,
        duration_min=conference.duration_min,
        host=conference.host,
        chair=conference.chair,
        interpretation=conference.interpretation,
        participants=tuple(delegations),
        zones=(),
        basis=teller.statement(conference.basis) if conference.basis else ZERO,
        agenda=tuple(agenda),
        replaces=ZERO,
    )


def _outcomes(scenario: Scenario, conference: Conference, teller: Teller) -> OutcomesRecorded:
    # An understanding stands in one language in the file: it is the same words in each.
    items = (
        Outcome(
            cid=each.clause,
            proposal=(teller.mention(each.proposal),) if each.proposal else (),
            result=each.result,
            understanding=to_wordings(dict.fromkeys(scenario.languages, each.understanding))
            if each.understanding
            else (),
        )
        for each in conference.outcomes
    )
    return OutcomesRecorded(
        header=teller.header(), conference=conference.id, held_at=conference.at, items=tuple(items)
    )


def _action(
    scenario: Scenario, conference: Conference, action: Action, by: str, end: int
) -> Iterator[Act]:
    owner = JOINT if action.owner == BOTH else action.owner
    yield Act(
        at=end,
        rank=Rank.CONFERENCE,
        by=by,
        kind="action",
        name=action.id,
        say=record(functools.partial(_set, conference, action, owner)),
        refers=(conference.id,),
    )
    host = scenario.people[by].party
    if owner != host:
        yield agreement(action.id, end, sender(scenario, other(scenario, host)))
    if action.done:
        yield Act(
            at=max(end, action.done),
            dated=action.done,
            rank=Rank.CONCLUDE,
            by=by if owner == JOINT else sender(scenario, owner),
            kind="action done",
            name=f"{action.id} done",
            say=record(functools.partial(_done, action)),
            refers=(action.id,),
        )


def _set(conference: Conference, action: Action, owner: str, teller: Teller) -> ActionSet:
    named = isinstance(action.due, str)
    due = Due(
        at=0 if isinstance(action.due, str) else action.due,
        conference=str(action.due) if named else "",
    )
    return ActionSet(
        header=teller.header(), conference=conference.id, owner=owner, what=action.what, due=due
    )


def _done(action: Action, teller: Teller) -> ActionReported:
    return ActionReported(
        header=teller.header(),
        action=teller.statement(action.id),
        ending="done",
        at=action.done,
        note="",
        due=(),
    )
