"""Proposals, positions and findings as acts."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Final

from paraph.client.demo.script.act import Act, Rank, Teller, record
from paraph.client.demo.script.people import find, sender
from paraph.client.scenario.model import Finding, Move, Proposal, Scenario
from paraph.protocol import roles
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.text import wording_digest
from paraph.protocol.statements.header import NamedMention, to_wordings
from paraph.protocol.statements.positions import AGREE, NOT_TAKEN, ClausePosition, PositionTaken
from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
from paraph.protocol.statements.scrutiny import MENDED, FindingMade, FindingSettled
from paraph.protocol.statements.versions import Operation

VALUES: Final[Mapping[str, str]] = {
    "a": AGREE,
    "ar": "ad_referendum",
    "ip": "in_principle",
    "r": "reserve",
    "x": "reject",
    "alt": "alternative",
    "np": "none",
}
"""How a scenario writes a position, and what it is."""
_DEFAULT = "_default"


def proposals(scenario: Scenario) -> Iterator[Act]:
    """Yield every proposal and each of its steps; what both say is a statement from each."""
    for proposal in scenario.proposals:
        made, *steps = proposal.history
        about, making = scenario.offer(proposal)
        yield Act(
            at=made.at,
            rank=Rank.PROPOSE,
            by=sender(scenario, proposal.by),
            kind="proposal",
            name=proposal.id,
            say=record(functools.partial(_made, scenario, proposal, about, making)),
            refers=(about,) if about else (),
        )
        for number, step in enumerate(steps, start=1):
            for party in proposal.speakers(number, scenario.parties):
                yield Act(
                    at=step.at,
                    rank=Rank.ANSWER,
                    by=sender(scenario, party),
                    kind=f"answer, {step.state}",
                    name=f"{proposal.id} step {number} by {party}",
                    say=record(functools.partial(_answered, proposal, step)),
                    refers=(proposal.id,),
                )


def _made(
    scenario: Scenario,
    proposal: Proposal,
    about: str,
    making: tuple[Operation, ...],
    teller: Teller,
) -> ProposalMade:
    # Titles stand in one language in the file.
    version = teller.statement(about) if about else ZERO
    return ProposalMade(
        header=teller.header(),
        clause=proposal.clause,
        version=version,
        titles=to_wordings(dict.fromkeys(scenario.languages, proposal.title)),
        rationale=(),
        operations=making,
    )


def _answered(proposal: Proposal, step: Move, teller: Teller) -> ProposalAnswered:
    return ProposalAnswered(
        header=teller.header(),
        proposal=teller.statement(proposal.id),
        to=step.state,
        note=step.note,
        version=ZERO,
        operations=(),
        wording=_wording(proposal.clause, teller) if step.state == "accepted" else ZERO,
    )


def _wording(cid: str, teller: Teller) -> bytes:
    # What is accepted for good is exact words: those of the head, if the clause is still there.
    talks = teller.desk.negotiation(teller.negotiation)
    head = talks.versions.get(talks.heads[0])
    part = head.text.find(cid) if head is not None else None
    return wording_digest(part) if part is not None else ZERO


# ------------------------------------------------------------------ positions


def positions(scenario: Scenario) -> Iterator[Act]:
    """Yield the positions of each party on each version for which the file has them."""
    at = {version.id: version.at for version in scenario.versions}
    for version, by_party in scenario.positions.items():
        for party, row in by_party.items():
            agrees = "a" in row.values()
            wanted = (roles.HEAD, roles.SIGNATORY) if agrees else (roles.DESK, roles.HEAD)
            yield Act(
                at=at[version],
                rank=Rank.POSITION,
                by=find(scenario, party, wanted) or sender(scenario, party),
                kind="positions",
                name=f"positions of {party} on {version}",
                say=record(functools.partial(_taken, version, row)),
                refers=(version,),
            )


def _taken(version: str, row: Mapping[str, str], teller: Teller) -> PositionTaken:
    named = sorted(cid for cid in row if cid != _DEFAULT)
    return PositionTaken(
        header=teller.header(),
        version=teller.statement(version),
        entries=tuple(ClausePosition(cid=cid, value=VALUES[row[cid]]) for cid in named),
        others=VALUES[row[_DEFAULT]] if _DEFAULT in row else NOT_TAKEN,
        note="",
    )


# ------------------------------------------------------------------ findings


def findings(scenario: Scenario) -> Iterator[Act]:
    """Yield what people found, and that it is mended; what machines find is no statement."""
    at = {version.id: version.at for version in scenario.versions}
    for finding in scenario.findings:
        if finding.by_machine:
            continue
        by = _finder(scenario, finding)
        yield Act(
            at=at[finding.version],
            rank=Rank.FINDING,
            by=by,
            kind=f"finding, {finding.check}",
            name=finding.id,
            say=record(functools.partial(_found, finding)),
            refers=(finding.version,),
        )
        mended = _mended_in(scenario, finding.id)
        if mended:
            yield Act(
                at=at[mended],
                rank=Rank.FINDING,
                by=by,
                kind="finding settled",
                name=f"{finding.id} settled",
                say=record(functools.partial(_settled, finding, mended)),
                refers=(finding.id, mended),
            )


def _finder(scenario: Scenario, finding: Finding) -> str:
    # Whoever raised it in a comment, else the first linguist.
    for comment in scenario.comments:
        if comment.resolved_by == finding.id and not comment.internal:
            return comment.by
    wanted = (roles.LINGUIST, roles.LEGAL, roles.DESK, roles.HEAD)
    return next(filter(None, (find(scenario, code, wanted) for code in scenario.parties)))


def _mended_in(scenario: Scenario, finding: str) -> str:
    for version in scenario.versions:
        for operation in version.operations:
            if NamedMention(name=finding) in operation.notes.finding:
                return version.id
    return ""


def _found(finding: Finding, teller: Teller) -> FindingMade:
    return FindingMade(
        header=teller.header(),
        version=teller.statement(finding.version),
        cid=finding.cid,
        finding_kind=finding.check,
        detail=finding.detail,
    )


def _settled(finding: Finding, version: str, teller: Teller) -> FindingSettled:
    return FindingSettled(
        header=teller.header(),
        finding=teller.statement(finding.id),
        how=MENDED,
        version=teller.statement(version),
        note="",
    )
