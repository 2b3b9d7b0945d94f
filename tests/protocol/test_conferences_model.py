"""Random acts around conferences: the fold never crashes, and what must hold always holds."""

from collections.abc import Iterator
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.actions import standing_of as action_standing
from paraph.protocol.negotiation.fingerprint import digest
from paraph.protocol.negotiation.joint import agreeing
from paraph.protocol.negotiation.side_documents import standing_of
from paraph.protocol.negotiation.state import Negotiation
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.content import Content
from tests.support import conferences as vc
from tests.support import negotiating as talk
from tests.support import side_documents as side
from tests.support.conferences import AT, HOUR
from tests.support.negotiating import Channel, talking
from tests.support.standing import recalled

T = TypeVar("T")

NAMES = st.sampled_from(["VC-1", "VC-2"])
PARTY = st.sampled_from(["RUS", "USA"])
WHEN = st.integers(0, 6).map(lambda hours: AT + hours * HOUR)


@st.composite
def acts(draw: st.DrawFn, said: list[bytes]) -> Content:
    """Draw one act, valid or not, about anything said so far."""
    some = draw(st.sampled_from([*said, bytes([9] * 32)]))
    party = draw(PARTY)
    due = draw(st.one_of(NAMES, WHEN))
    item = vc.outcome(draw(st.sampled_from(["c-one", "c-two", "gone"])), draw(RESULTS))
    text = side.letter()[1]
    made: dict[str, Any] = {
        "schedule": lambda: vc.scheduled(draw(NAMES), at=draw(WHEN)),
        "change": lambda: vc.scheduled(draw(NAMES), at=draw(WHEN), replaces=some),
        "outcomes": lambda: vc.outcomes(item, conference=draw(NAMES)),
        "agree": lambda: side.agreed(some),
        "recall": lambda: recalled(some),
        "action": lambda: vc.action(draw(st.sampled_from([party, "joint"])), due),
        "report": lambda: vc.report(some, at=draw(WHEN)),
        "carry": lambda: vc.report(some, "carried", due=due),
        "document": side.opened,
        "text": lambda: side.begun(some, author="joint"),
        "child": lambda: talk.tabled(text, parents=(some,), author="joint"),
        "confirm": lambda: talk.confirmed(some, text),
    }
    content: Content = made[draw(st.sampled_from(sorted(made)))]()
    return content


RESULTS = st.sampled_from(["agreed_ad_ref", "bracketed", "reserved_by_USA", "reserved_by_XX"])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_acts_in_any_order_give_both_sides_one_state(data: st.DataObject) -> None:
    ours, version, _ = talking()
    theirs, _, _ = talking()
    said = [version]
    for _ in range(data.draw(st.integers(1, 25))):
        content, party = data.draw(acts(said)), data.draw(PARTY)
        before = ours.state.negotiations
        said.append(ours.say(content, party))
        theirs.say(content, party)
        if ours.outcome.status == "refused":
            assert ours.state.negotiations == before
        check(ours)
    assert ours.state == theirs.state
    assert digest(ours.state) == digest(theirs.state)


def every(kept: Trie[T]) -> Iterator[T]:
    return (each for _, each in kept.items())


def check(channel: Channel) -> None:
    talks = channel.talks
    for conference in every(talks.conferences):
        in_force = conference.schedule_id
        if in_force != conference.statement:
            assert agreeing(channel.state, talks, in_force).keys() == {"RUS", "USA"}
    for outcomes in every(talks.outcomes):
        sets = [
            party
            for party, taken in talks.stances.items()
            for _, stance in taken.items()
            if stance.statement == outcomes.statement
        ]
        behind = agreeing(channel.state, talks, outcomes.statement)
        assert not sets or behind.keys() == {"RUS", "USA"}
    documents(talks)
    for action in every(talks.actions):
        word = action_standing(talks, action, AT + 3 * HOUR).word
        assert (word in {"done", "overtaken"}) == (
            action.report is not None and action.report.ending != "carried"
        )


def documents(talks: Negotiation) -> None:
    placed = {ZERO: set(talks.heads)}
    for statement, document in talks.side_documents.items():
        placed[statement] = set(document.heads)
        if standing_of(talks, document).word == "agreed":
            found = talks.versions.get(document.adopted)
            assert found is not None
            assert {found.party, *found.confirmed} == {"RUS", "USA"}
    for statement, version in talks.versions.items():
        others = [heads for of, heads in placed.items() if of != version.document]
        assert all(statement not in heads for heads in others)
