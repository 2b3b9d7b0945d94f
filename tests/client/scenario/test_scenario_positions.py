"""Proposals and positions of whole scenarios, played through the fold: every step is applied."""

import dataclasses
import functools
import pathlib
from collections.abc import Callable

import pytest

from paraph.client.scenario import Scenario, load, shipped
from paraph.client.scenario.model import Proposal, Version
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import matrix as views
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fold import proposals as rules
from paraph.protocol.statements.header import (
    Mention,
    NamedMention,
    StatementMention,
    to_wordings,
)
from paraph.protocol.statements.versions import NO_NOTES, Operation, Replace
from tests.support import negotiating as talk
from tests.support.negotiating import Channel
from tests.support.proposals import answered, made, taken

VALUES = {
    "a": "agree", "ar": "ad_referendum", "ip": "in_principle", "r": "reserve", "x": "reject",
    "alt": "alternative", "np": "none",
}  # fmt: skip
OWN = pathlib.Path(__file__).parents[1] / "data" / "lake-fisheries.yaml"
FIRST, ASIDE, LAST = 0, 1, 2


class Play(Channel):
    """A scenario's text, proposals and positions in the order of their instants."""

    def __init__(self, scenario: Scenario, *, answers_last: bool) -> None:
        super().__init__(tuple(scenario.parties), scenario.languages)
        self.scenario = scenario
        self.said: dict[str, bytes] = {}
        self.lines = scenario.lineage()
        self.applies(talk.opened(titles=to_wordings(dict(scenario.titles))), self.codes[0])
        acts: list[tuple[int, int, Callable[[], None]]] = [
            (version.at, ASIDE, functools.partial(self.table, version))
            for version in scenario.versions
        ]
        for proposal in scenario.proposals:
            for place, step in enumerate(proposal.history):
                rank = FIRST if not place or not answers_last else LAST
                acts.append((step.at, rank, functools.partial(self.step, proposal, place)))
        for _, _, act in sorted(acts, key=lambda each: each[:2]):
            act()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.scenario.parties)

    def noted(self, operation: Operation) -> Operation:
        def known(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
            return tuple(
                StatementMention(statement=self.said[each.name])
                if isinstance(each, NamedMention) and each.name in self.said
                else each
                for each in mentions
            )

        notes = dataclasses.replace(operation.notes, proposal=known(operation.notes.proposal))
        return dataclasses.replace(operation, notes=notes)

    def table(self, version: Version) -> None:
        text = self.lines[version.id]
        sender = version.author if version.author in self.codes else self.codes[0]
        content = talk.tabled(
            text,
            author=version.author,
            parents=(self.said[version.parent],) if version.parent else (),
            clauses=version.clauses,
            operations=tuple(map(self.noted, version.operations)),
        )
        self.said[version.id] = self.applies(content, sender)
        for party in version.confirmed_by:
            self.applies(talk.confirmed(self.said[version.id], text), party)
        for party, row in self.scenario.positions.get(version.id, {}).items():
            values = {cid: VALUES[row[cid]] for cid in row if cid != "_default"}
            others = VALUES[row["_default"]] if "_default" in row else ""
            position = taken(
                self.said[version.id], values, others=others, role="head_of_delegation"
            )
            self.applies(position, party, "head_of_delegation")

    def step(self, proposal: Proposal, place: int) -> None:
        step = proposal.history[place]
        for party in proposal.speakers(place, self.codes):
            if not place:
                about, offers = self.scenario.offer(proposal)
                content = made(
                    proposal.clause,
                    titles=to_wordings(dict.fromkeys(self.scenario.languages, proposal.title)),
                    version=self.said[about] if about else ZERO,
                    operations=offers,
                )
                self.said[proposal.id] = self.applies(content, party)
                continue
            bound = ZERO
            if step.state == "accepted":
                (bound,) = rules.wordings(self.talks, proposal.clause)
            answer = answered(self.said[proposal.id], step.state, note=step.note, wording=bound)
            self.applies(answer, party)

    def standing(self, name: str) -> str:
        found = self.talks.proposals.get(self.said[name])
        assert found is not None
        return found.standing

    def signs(self, version: str, party: str) -> dict[str, str]:
        found = self.version_of(self.said[version])
        rows = views.matrix(self.state, self.talks, found)
        return {cid: row[party].sign for cid, row in rows.items()}


@pytest.mark.parametrize("answers_last", [False, True])
@pytest.mark.parametrize("data", [shipped(), OWN.read_bytes()], ids=["syria", "lake"])
def test_every_proposal_and_position_of_a_scenario_is_applied(
    data: bytes, *, answers_last: bool
) -> None:
    scenario = load(data)
    play = Play(scenario, answers_last=answers_last)
    for proposal in scenario.proposals:
        assert play.standing(proposal.id) == proposal.history[-1].state
        found = play.talks.proposals.get(play.said[proposal.id])
        assert found is not None
        assert found.party == proposal.by


def test_the_sample_ends_with_thirteen_proposals_and_all_clauses_agreed() -> None:
    play = Play(load(shipped()), answers_last=False)
    standing = [play.standing(f"P-{number:02}") for number in range(1, 14)]
    assert standing == ["accepted"] * 12 + ["withdrawn"]
    assert set(play.signs("v4.0", "USA").values()) == {"A"}
    head = play.version_of(play.said["v4.0"])
    assert set(views.states(play.state, play.talks, head).values()) == {"agreed"}


def test_the_positions_of_the_sample_stand_on_the_words_they_were_taken_on() -> None:
    play = Play(load(shipped()), answers_last=False)
    marks = {"a": "A", "ar": "a", "ip": "p", "r": "R", "x": "X", "alt": "≠", "np": "·"}
    row = play.scenario.positions["v4.0"]["RUS"]
    assert set(play.signs("v4.0", "RUS").values()) == {marks[row["_default"]]}
    # Words that v4.0 changed are agreed to no more in v3.0, and were agreed to there.
    changed = {
        part.cid
        for part in play.lines["v3.0"].parts
        if (now := play.lines["v4.0"].find(part.cid)) and now.words != part.words
    }
    assert changed
    shown = play.signs("v3.0", "RUS")
    assert {shown[cid] for cid in changed} == {"↺"}


def test_a_word_changed_in_the_last_version_would_reopen_and_bar_the_end() -> None:
    # The control: the same words sent again under another version leave all as it is.
    play = Play(load(shipped()), answers_last=False)
    head = play.lines["v4.0"]
    part = head.find("c-terms")
    assert part is not None
    for words, standing in (("", "accepted"), (" ", "countered")):
        changed = {language: each + words for language, each in part.words.items()}
        content = talk.child(
            head,
            play.said["v4.0"],
            Replace(cid="c-terms", texts=to_wordings(changed), notes=NO_NOTES),
            author="RUS",
        )
        play.applies(content, "RUS")
        assert play.standing("P-02") == standing
    assert texts.wording_digest(part) in rules.wordings(play.talks, "c-terms")
