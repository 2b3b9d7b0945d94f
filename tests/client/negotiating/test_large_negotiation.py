"""The large negotiation that others measure on: what is in it, and that it is always the same."""

from paraph.protocol.negotiation import ledger
from paraph.protocol.negotiation.fingerprint import digest
from tests.support.large.memory import MemoryStage, large_state
from tests.support.large.script import Script
from tests.support.large.stage import TALKS, Size

SMALL = Size().small


def test_it_says_what_its_size_asks_for() -> None:
    state = large_state(SMALL)
    talks = state.negotiations.get(TALKS)
    assert talks is not None
    head = talks.versions.get(talks.heads[0])
    assert head is not None
    assert abs(len(head.text.parts) - SMALL.clauses) < 5
    assert talks.versions_counted == SMALL.versions
    assert talks.comments_counted == SMALL.comments
    assert len(talks.comments) > SMALL.comments  # the replies
    assert len(talks.proposals) == SMALL.proposals
    assert len(talks.dispatches) == SMALL.dispatches
    assert len(talks.conferences) == SMALL.conferences
    acts = {each.KIND for _, one in talks.versions.items() for each in one.content.operations}
    assert {"split", "merge", "move-after", "insert-after", "delete", "replace"} <= acts
    count = ledger.count(state, head)
    assert set(count.held_by["en"]) == {"RUS", "USA"}
    assert {each.standing for _, each in state.silences.items()} >= {"adopted", "broken", "running"}


def test_it_is_the_same_every_time() -> None:
    again = MemoryStage()
    Script(again, SMALL).play()
    assert digest(again.state) == digest(large_state(SMALL))
