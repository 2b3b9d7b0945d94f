"""Conferences, actions and side documents of whole scenarios, played through the fold."""

import functools
import pathlib
from collections.abc import Callable

import pytest

from paraph.client.scenario import Scenario, load, shipped
from paraph.client.scenario.model import Action, Conference
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.actions import standing_of as action_standing
from paraph.protocol.negotiation.agenda import draw
from paraph.protocol.negotiation.joint import is_agreed
from paraph.protocol.negotiation.matrix import matrix
from paraph.protocol.negotiation.side_documents import standing_of
from paraph.protocol.negotiation.state import Version
from paraph.protocol.statements.conferences import (
    AGREED_AD_REF,
    RESERVED_BY,
    AgendaItem,
    Delegation,
    Outcome,
)
from paraph.protocol.statements.header import NamedMention, to_wordings
from paraph.protocol.statements.versions import Clause
from tests.support import conferences as vc
from tests.support import negotiating as talk
from tests.support import side_documents as side
from tests.support.negotiating import Channel

DATA = pathlib.Path(__file__).parents[1] / "data"
FILES = {
    "syria": shipped(),
    "river": (DATA / "river-navigation.yaml").read_bytes(),
    "lake": (DATA / "lake-fisheries.yaml").read_bytes(),
}


class Play(Channel):
    """A scenario's versions, conferences and side documents in the order of their instants."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(tuple(scenario.parties), scenario.languages)
        self.scenario = scenario
        self.ids: dict[str, bytes] = {}
        self.lines = scenario.lineage()
        self.codes = tuple(scenario.parties)
        self.applies(talk.opened(titles=to_wordings(dict(scenario.titles))), self.codes[0])
        held = [each for each in scenario.conferences if each.scripted]
        acts: list[tuple[int, Callable[[], None]]] = [
            (each.at, functools.partial(self.table, each.id)) for each in scenario.versions
        ]
        acts += [(each.at, functools.partial(self.meet, each)) for each in held]
        for _, act in sorted(acts, key=lambda each: each[0]):
            act()
        for action in (action for each in held for action in each.actions if action.done):
            owner = self.codes[0] if action.owner == "both" else action.owner
            self.applies(vc.report(self.ids[action.id], at=action.done), owner)

    def version(self, name: str) -> Version:
        return self.version_of(self.ids[name])

    def other(self, party: str) -> str:
        return next(code for code in self.codes if code != party)

    def table(self, name: str) -> None:
        (version,) = (each for each in self.scenario.versions if each.id == name)
        author = version.author if version.author in self.codes else self.codes[0]
        self.ids[name] = self.applies(
            talk.tabled(
                self.lines[name],
                author=version.author,
                parents=(self.ids[version.parent],) if version.parent else (),
                clauses=version.clauses,
                operations=version.operations,
            ),
            author,
        )

    def meet(self, conference: Conference) -> None:
        host = conference.host or self.codes[0]
        people = self.scenario.people
        said = vc.scheduled(
            conference.id,
            at=conference.at,
            duration_min=conference.duration_min,
            host=conference.host,
            chair=conference.chair,
            interpretation=conference.interpretation,
            participants=tuple(
                Delegation(party=code, people=tuple(people[each].role for each in those))
                for code, those in sorted(conference.participants.items())
            ),
            zones=(),
            basis=self.ids[conference.basis] if conference.basis else ZERO,
            agenda=tuple(
                AgendaItem(
                    n=each.n,
                    title=each.title,
                    clauses=each.clauses,
                    proposals=tuple(NamedMention(name=name) for name in each.proposals),
                    minutes=0,
                    owner="",
                )
                for each in conference.agenda
            ),
        )
        self.ids[conference.id] = self.applies(said, host)
        if conference.outcomes:
            self.applies(side.agreed(self.record(conference, host)), self.other(host))
        for action in conference.actions:
            self.ids[action.id] = self.applies(
                vc.action(
                    "joint" if action.owner == "both" else action.owner,
                    action.due,
                    what=action.what,
                    conference=conference.id,
                ),
                host,
            )
        if conference.minutes:
            drafted_by = conference.minutes.drafted_by
            self.paper(conference.minutes.id, "agreed_minutes", drafted_by, "x", conference.id)

    def record(self, conference: Conference, host: str) -> bytes:
        language = self.scenario.languages[0]
        items = (
            Outcome(
                cid=each.clause,
                proposal=(NamedMention(name=each.proposal),) if each.proposal else (),
                result=each.result,
                understanding=to_wordings({language: each.understanding})
                if each.understanding
                else (),
            )
            for each in conference.outcomes
        )
        said = vc.outcomes(*items, conference=conference.id)
        self.ids[f"outcomes of {conference.id}"] = self.applies(said, host)
        return self.ids[f"outcomes of {conference.id}"]

    def paper(self, name: str, kind: str, party: str, words: str, conference: str = "") -> None:
        titles = to_wordings(dict.fromkeys(self.scenario.languages, name))
        opened = side.opened(kind, conference=conference, titles=titles)
        self.ids[name] = self.applies(opened, party)
        given = to_wordings(dict.fromkeys(self.scenario.languages, words))
        clause = Clause(cid="p", role="operative", texts=given, headings=(), handling="")
        text = texts.from_clauses((clause,), self.scenario.languages)
        content = talk.tabled(
            text, header=side.about(self.ids[name]), clauses=(clause,), author=party
        )
        first = self.applies(content, party)
        self.applies(talk.confirmed(first, text), self.other(party))

    def stands(self, name: str) -> str:
        found = self.talks.side_documents.get(self.ids[name])
        assert found is not None
        return standing_of(self.talks, found).word


@pytest.fixture(params=FILES, scope="module")
def play(request: pytest.FixtureRequest) -> Play:
    return Play(load(FILES[request.param]))


def test_every_action_ends_as_the_file_says(play: Play) -> None:
    expected: list[Action] = [
        each for held in play.scenario.conferences if held.scripted for each in held.actions
    ]
    for number, action in enumerate(expected, 1):
        found = play.talks.actions.get(play.ids[action.id])
        assert found is not None
        assert found.number == number
        standing = action_standing(play.talks, found, log_time=0)
        assert (standing.word, standing.late) == ("done" if action.done else "open", action.late)


def test_the_late_ones_of_the_sample_are_late() -> None:
    late = [
        each.id for held in load(FILES["syria"]).conferences for each in held.actions if each.late
    ]
    assert late == ["A-03", "A-04"]  # so the test above has something to find


def test_outcomes_that_both_agreed_to_set_positions_on_the_basis(play: Play) -> None:
    for conference in play.scenario.conferences:
        if not conference.scripted or not conference.outcomes:
            continue
        assert is_agreed(play.state, play.talks, play.ids[f"outcomes of {conference.id}"])
        rows = matrix(play.state, play.talks, play.version(conference.basis))
        for each in conference.outcomes:
            if each.result == AGREED_AD_REF:
                assert {mark.said for mark in rows[each.clause].values()} >= {"ad_referendum"}
            elif each.result.startswith(RESERVED_BY):
                code = each.result.removeprefix(RESERVED_BY)
                assert rows[each.clause][code].said == "reserve"
                assert rows[each.clause][play.other(code)].said != "reserve"


def test_minutes_are_agreed_once_both_stand_behind_them(play: Play) -> None:
    for conference in play.scenario.conferences:
        if conference.scripted and conference.minutes:
            assert play.stands(conference.minutes.id) == "agreed"


def test_side_documents_and_the_public_line_leave_the_instrument_alone(play: Play) -> None:
    for document in play.scenario.side_documents:
        words = next(iter(document.words.values()))
        play.paper(document.id, document.kind, play.codes[0], words)
        assert play.stands(document.id) == "agreed"
    line = play.scenario.ceremony.public_line
    if line:
        play.paper("line", "public_line", play.codes[1], next(iter(line.values())))
        assert play.stands("line") == "agreed"
    last = play.scenario.versions[-1].id
    assert play.talks.heads == (play.ids[last],)
    assert play.version(last).number == len(play.scenario.versions)


def test_the_agenda_of_the_sample_can_be_drawn_from_what_stood_open() -> None:
    play = Play(load(FILES["syria"]))
    points = {each.why: each for each in draw(play.state, play.talks, play.version("v2.1"))}
    (third,) = (each for each in play.scenario.conferences if each.id == "VC-3")
    drawn = {cid for point in points.values() for cid in point.clauses}
    assert drawn >= {cid for item in third.agenda for cid in item.clauses}
    last = draw(play.state, play.talks, play.version("v4.0"))
    assert not any(each.why == "bracketed" for each in last)
