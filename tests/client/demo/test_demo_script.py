"""The order in which a scenario is played."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from paraph.client.demo.script import Act, Beat, Rank, acts, sender
from paraph.client.demo.script.papers import draft_names
from paraph.client.scenario import KIND, load, shipped
from paraph.client.scenario.model import Scenario
from paraph.client.writing.blocks import read_file
from paraph.protocol.errors import InputError

OWN = Path(__file__).parents[1] / "data" / "lake-fisheries.yaml"


@pytest.fixture(scope="module", params=["shipped", "own"])
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return load(shipped() if request.param == "shipped" else read_file(OWN, KIND))


@pytest.fixture(scope="module")
def sample() -> Scenario:
    return load(shipped())


def said(scenario: Scenario) -> list[Act]:
    return [each for each in acts(scenario) if isinstance(each, Act)]


def named(scenario: Scenario, name: str) -> Act:
    return next(each for each in said(scenario) if each.name == name)


def test_everything_that_has_a_name_in_the_file_is_said_once(scenario: Scenario) -> None:
    names = [each.name for each in said(scenario)]
    assert len(set(names)) == len(names)
    wanted = {
        *(each.id for each in scenario.versions),
        *(each.id for each in scenario.comments),
        *(each.id for each in scenario.dispatches),
        *(each.id for each in scenario.proposals),
        *(each.id for each in scenario.silences),
        *(each.id for each in scenario.side_documents),
        *(each.id for each in scenario.conferences if each.scripted),
        *(each.id for each in scenario.findings if not each.by_machine),
    }
    assert wanted <= set(names)


def test_acts_follow_each_other_in_time_and_the_negotiation_is_opened_first(
    scenario: Scenario,
) -> None:
    found = acts(scenario)
    assert [each.at for each in found] == sorted(each.at for each in found)
    shared = [each for each in said(scenario) if not each.internal]
    assert shared[0].rank is Rank.OPEN


def test_what_is_referred_to_stands_before_what_refers_to_it(scenario: Scenario) -> None:
    drafts, known = draft_names(scenario), set[str]()
    for act in said(scenario):
        for name in act.refers:
            assert drafts.get(name, name) in known, (act.name, name)
        known.add(act.name)


def test_nobody_says_what_belongs_to_the_other_party(scenario: Scenario) -> None:
    for version in scenario.versions:
        by = scenario.people[named(scenario, version.id).by]
        assert version.author in (by.party, "joint")


def test_a_carried_comment_leaves_with_its_dispatch_and_claims_its_own_instant(
    sample: Scenario,
) -> None:
    carried = named(sample, "C-05")
    dispatch = next(each for each in sample.dispatches if each.id == "D-USA-02")
    comment = next(each for each in sample.comments if each.id == "C-05")
    assert (carried.at, carried.dated) == (dispatch.at, comment.at)
    alone = named(sample, "C-02")
    assert alone.at == alone.dated


def test_what_is_internal_is_said_in_no_other_channel(sample: Scenario) -> None:
    internal = {each.name for each in said(sample) if each.internal}
    assert internal == {"C-03", "C-04", "M-USA-1", "M-RUS-1"}


def test_a_joint_text_is_sent_by_one_side_and_confirmed_by_the_other(sample: Scenario) -> None:
    assert named(sample, "v3.2").by == "usa.desk"
    assert named(sample, "v3.2 confirmed").by == "rus.desk"


def test_silence_is_opened_after_a_sign_of_life_and_closed_after_its_expiry(
    sample: Scenario,
) -> None:
    found = acts(sample)
    for silence in sample.silences:
        names = [each.name if isinstance(each, Act) else "" for each in found]
        opened = names.index(silence.id)
        beats = [place for place, each in enumerate(found) if isinstance(each, Beat)]
        assert any(place < opened and found[place].at == silence.opened for place in beats)
        closings = [each for each in said(sample) if each.name.startswith(f"{silence.id} closed")]
        assert len(closings) == (0 if silence.outcome == "broken" else 2)
        assert all(each.at > silence.expires for each in closings)


def test_a_party_without_anybody_who_may_send_is_refused(sample: Scenario) -> None:
    usa = sample.parties["USA"]
    people = tuple(person for person in usa.people if person.role == "linguist")
    parties = {**sample.parties, "USA": dataclasses.replace(usa, people=people)}
    with pytest.raises(InputError, match="desk officer"):
        sender(dataclasses.replace(sample, parties=parties), "USA")
