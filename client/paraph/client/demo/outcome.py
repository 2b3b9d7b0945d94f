"""What the negotiation came to, as one desk has folded it: by the names of the scenario."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from paraph.client.clock import when
from paraph.client.negotiating.facts import VersionFacts, facts
from paraph.client.scenario.model import Scenario
from paraph.protocol.negotiation import actions, concluded, phase, side_documents
from paraph.protocol.negotiation import alternat as alternats
from paraph.protocol.negotiation.state import Negotiation, State
from paraph.protocol.statements.header import JOINT

BOTH: Final = "both"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the negotiation came to.

    Attributes:
        phase: How far the instrument has come.
        versions: In the order of the scenario.
        dispatches: How many, by author.
        actions: Name, owner, due (instant or conference) and state of each.
        proposals: Standing by name.
        silences: Standing by name.
        documents: Standing by name.
        findings: Standing of what people found, by name.
        threads: Open and closed threads of comments.
        originals: Digest by language, by the party that keeps the original.
    """

    phase: str
    versions: tuple[VersionFacts, ...]
    dispatches: Mapping[str, int]
    actions: tuple[tuple[str, str, str, str], ...]
    proposals: Mapping[str, str]
    silences: Mapping[str, str]
    documents: Mapping[str, str]
    findings: Mapping[str, str]
    threads: Mapping[str, int]
    originals: Mapping[str, Mapping[str, str]]


def outcome(
    scenario: Scenario, state: State, negotiation: bytes, statements: Mapping[str, bytes]
) -> Outcome:
    """Return what *state* holds of the scenario.

    Args:
        scenario: What was played.
        state: As a desk has folded it.
        negotiation: Id of the negotiation.
        statements: Statement ids by the names of the scenario.
    """
    talks = state.negotiations.get(negotiation)
    assert talks is not None
    names = {statement: name for name, statement in statements.items()}
    return Outcome(
        phase=phase.phase(state, talks).word,
        versions=tuple(_versions(scenario, state, talks, statements)),
        dispatches=dict(talks.numbers),
        actions=tuple(_actions(scenario, state, talks, statements)),
        proposals={
            names.get(each.statement, each.name): each.standing
            for each in sorted(
                (each for _, each in talks.proposals.items()), key=lambda each: each.number
            )
        },
        silences=_silences(scenario, state, statements),
        documents=_documents(talks, names),
        findings={
            names.get(statement, f"F-{each.number}"): "open" if each.is_open else "settled"
            for statement, each in talks.scrutiny.findings.items()
        },
        threads=_threads(talks),
        originals=_originals(state, talks),
    )


def _versions(
    scenario: Scenario, state: State, talks: Negotiation, statements: Mapping[str, bytes]
) -> Iterator[VersionFacts]:
    for version in scenario.versions:
        found = talks.versions.get(statements[version.id])
        if found is not None:
            yield facts(version.id, state, talks, found)


def _actions(
    scenario: Scenario, state: State, talks: Negotiation, statements: Mapping[str, bytes]
) -> Iterator[tuple[str, str, str, str]]:
    for conference in scenario.conferences:
        for action in conference.actions:
            found = talks.actions.get(statements[action.id]) if action.id in statements else None
            if found is None:  # of a conference that is told and not played
                continue
            standing = actions.standing_of(talks, found, state.log_time)
            word = "late" if standing.late and standing.word == "done" else standing.word
            due = found.due.conference or when(found.due.at)
            owner = BOTH if found.content.owner == JOINT else found.content.owner
            yield action.id, owner, due, word


def _silences(scenario: Scenario, state: State, statements: Mapping[str, bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    for silence in scenario.silences:
        known = state.silences.get(statements[silence.id])
        if known is not None:
            held = known.standing in {"late", "expired"}
            found[silence.id] = "held" if held else known.standing
    return found


def _documents(talks: Negotiation, names: Mapping[bytes, str]) -> dict[str, str]:
    return {
        names.get(statement, "").removesuffix(" opened"): side_documents.standing_of(
            talks, document
        ).word
        for statement, document in talks.side_documents.items()
    }


def _threads(talks: Negotiation) -> dict[str, int]:
    first = [each for _, each in talks.comments.items() if each.number]
    return dict(Counter("closed" if any(each.closed_by) else "open" for each in first))


def _originals(state: State, talks: Negotiation) -> dict[str, dict[str, str]]:
    settled = concluded.in_force(talks)
    agreed = concluded.alternat(state, talks, settled.statement) if settled else None
    if settled is None or agreed is None:
        return {}
    return {
        code: {
            language: alternats.digest_original(settled.text, language, agreed.content, code).hex()
            for language in state.languages
        }
        for code in state.parties
    }
