"""Some random negotiations in every run, and a control: the walk sees a rule that raises."""

import pytest

from paraph.protocol.negotiation import matrix
from paraph.protocol.statements.content import CONTENT_KINDS
from tests.fuzz.negotiating import Walk, run
from tests.support.negotiating import PARTIES

STEPS = 250


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_said_is_applied_or_refused_and_every_view_holds(seed: int) -> None:
    for parties, calm in ((PARTIES, False), (PARTIES, True), (("USA",), False)):
        walk = run(seed, STEPS, parties, calm=calm)
        assert sum(walk.outcomes.values()) > STEPS // 2


def test_most_kinds_are_applied_somewhere() -> None:
    walks = [Walk(seed, calm=seed % 2 == 1) for seed in range(6)]
    for walk in walks:
        if walk.calm:
            walk.begin()
        for _ in range(STEPS):
            walk.step()
    applied = {kind for walk in walks for kind, code in walk.outcomes if not code}
    assert len(applied) > len(CONTENT_KINDS) * 2 // 3


def test_control_a_view_that_raises_ends_the_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise IndexError

    monkeypatch.setattr(matrix, "agreed_before", broken)
    with pytest.raises(IndexError):
        run(1, 100, calm=True)
