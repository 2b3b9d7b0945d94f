"""Joint acts: one party says, the other agrees (SPEC 7.12)."""

import pytest

from paraph.protocol.negotiation.joint import agreeing, is_agreed
from paraph.protocol.statements.content import CONTENT_KINDS, action_of
from paraph.protocol.statements.joint import JOINT_KINDS
from tests.support import conferences as vc
from tests.support import negotiating as talk
from tests.support import side_documents as side
from tests.support.negotiating import Channel, talking


def test_what_asks_for_agreement_is_agreed_once_the_other_party_says_so() -> None:
    channel, _, _ = talking()
    subject = channel.applies(vc.scheduled())
    assert agreeing(channel.state, channel.talks, subject) == {"USA": 2}
    assert not is_agreed(channel.state, channel.talks, subject)
    channel.applies(side.agreed(subject), "RUS")
    assert agreeing(channel.state, channel.talks, subject) == {"USA": 2, "RUS": 3}
    assert is_agreed(channel.state, channel.talks, subject)


@pytest.mark.parametrize("party", ["USA", "RUS"])
def test_a_party_agrees_once_and_its_own_act_counts(party: str) -> None:
    channel, _, _ = talking()
    subject = channel.applies(vc.scheduled())
    channel.applies(side.agreed(subject), "RUS")
    assert channel.refuses(side.agreed(subject), party) == "agreed-before"


def test_the_author_alone_never_makes_it_agreed() -> None:
    channel, _, _ = talking()
    subject = channel.applies(vc.scheduled())
    assert channel.refuses(side.agreed(subject), "USA") == "agreed-before"
    assert not is_agreed(channel.state, channel.talks, subject)


def test_nobody_agrees_to_what_does_not_stand_or_asks_for_nothing() -> None:
    channel, version, _ = talking()
    assert channel.refuses(side.agreed(version), "RUS") == "not-joint"
    assert channel.refuses(side.agreed(bytes([9] * 32)), "RUS") == "unknown-statement"
    refused = channel.say(vc.scheduled(basis=bytes([9] * 32)))
    assert channel.refuses(side.agreed(refused), "RUS") == "unknown-statement"
    assert agreeing(channel.state, channel.talks, refused) == {}
    assert agreeing(channel.state, channel.talks, version) == {}


def test_an_act_of_another_negotiation_is_not_agreed_to_here() -> None:
    channel, _, _ = talking()
    other = talk.header(negotiation=bytes([7] * 16))
    channel.applies(talk.opened(header=other))
    there = channel.applies(vc.scheduled(header=other))
    assert channel.refuses(side.agreed(there), "RUS") == "unknown-statement"
    assert agreeing(channel.state, channel.talks, there) == {}


@pytest.mark.parametrize("role", ["legal_adviser", "linguist", "signatory"])
def test_agreeing_is_for_those_who_confirm(role: str) -> None:
    channel, _, _ = talking()
    subject = channel.applies(vc.scheduled())
    said = side.agreed(subject, header=talk.header(role))
    assert action_of(said) == "confirm"
    assert channel.refuses(said, "RUS", role) == "role"


def test_an_internal_channel_has_nobody_else_to_ask() -> None:
    channel = Channel(("USA",))
    subject = channel.applies(vc.scheduled(participants=(), zones=()))
    assert is_agreed(channel.state, channel.talks, subject)


def test_every_kind_that_asks_for_agreement_is_one_that_can_be_said() -> None:
    assert set(CONTENT_KINDS) >= JOINT_KINDS
