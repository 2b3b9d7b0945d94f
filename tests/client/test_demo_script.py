"""The order in which a scenario is played."""

from __future__ import annotations

import dataclasses

import pytest

from paraph.client.demo.script import (
    Acknowledge,
    Answer,
    Confirm,
    Dispatched,
    Open,
    Say,
    Table,
    acts,
    named_references,
    sender,
    speakers,
)
from paraph.client.scenario import load, shipped
from paraph.client.scenario.model import Scenario
from paraph.protocol.errors import InputError


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load(shipped())


def test_every_version_comment_and_dispatch_is_played_once(scenario: Scenario) -> None:
    found = acts(scenario)
    assert [a.version.id for a in found if isinstance(a, Table)] == [
        version.id for version in scenario.versions
    ]
    said = [a.comment.id for a in found if isinstance(a, Say)]
    assert sorted(said) == sorted(comment.id for comment in scenario.comments)
    sent = [a.dispatch.id for a in found if isinstance(a, Dispatched)]
    assert sorted(sent) == sorted(dispatch.id for dispatch in scenario.dispatches)
    assert sum(isinstance(a, Answer) for a in found) == 2
    assert sum(isinstance(a, Acknowledge) for a in found) == 11
    assert isinstance(found[0], Open)
    assert [a.at for a in found] == sorted(a.at for a in found)


def test_what_is_referred_to_stands_before_what_refers_to_it(scenario: Scenario) -> None:
    known: set[str] = set()
    for act in acts(scenario):
        match act:
            case Table(version=version):
                assert not version.parent or version.parent in known
                known.add(version.id)
            case Confirm(version=name):
                assert name in known
            case Say(comment=comment):
                assert comment.version in known
                known.add(comment.id)
            case Answer(comment=comment):
                assert comment.id in known
            case Dispatched(dispatch=dispatch):
                carried = set(dispatch.carries) - set(named_references(scenario))
                assert carried <= known
                assert not dispatch.in_reply_to or dispatch.in_reply_to in known
                known.add(dispatch.id)
            case Acknowledge(dispatch=name):
                assert name in known


def test_a_carried_comment_leaves_with_its_dispatch(scenario: Scenario) -> None:
    leaves = {a.comment.id: a.at for a in acts(scenario) if isinstance(a, Say)}
    dispatches = {dispatch.id: dispatch.at for dispatch in scenario.dispatches}
    assert leaves["C-05"] == dispatches["D-USA-02"]
    alone = next(comment for comment in scenario.comments if comment.id == "C-02")
    assert leaves["C-02"] == alone.at


def test_what_comes_with_negotiating_is_named(scenario: Scenario) -> None:
    assert named_references(scenario) == [
        "AM-VC2-draft",
        "AM-VC3-draft",
        "P-06",
        "P-11",
        "SD-1",
    ]


def test_a_joint_text_is_sent_by_one_side_and_confirmed_by_the_other(scenario: Scenario) -> None:
    found = acts(scenario)
    joint = next(a for a in found if isinstance(a, Table) and a.version.id == "v3.2")
    confirms = [a.by for a in found if isinstance(a, Confirm) and a.version == "v3.2"]
    assert joint.by == "usa.desk"
    assert confirms == ["rus.desk"]
    assert "rus.legal" in speakers(scenario)


def test_a_party_without_anybody_who_may_send_is_refused(scenario: Scenario) -> None:
    usa = scenario.parties["USA"]
    people = tuple(person for person in usa.people if person.role == "linguist")
    parties = {**scenario.parties, "USA": dataclasses.replace(usa, people=people)}
    with pytest.raises(InputError, match="desk officer"):
        sender(dataclasses.replace(scenario, parties=parties), "USA")
