"""Anything that two parties say, in any order: two folds and a model that shares no code with them.

After every step: both sides equal and with one fingerprint, what was refused changed nothing, and
the model says the same of what counts and of what follows from it. At the end the log is folded
again, and every prefix comes to what it came to before.
"""

import os
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, run_state_machine_as_test

from paraph.protocol.errors import ParaphError
from paraph.protocol.negotiation import concluded
from paraph.protocol.negotiation.fold import checks, proposals
from paraph.protocol.statements.content import CONTENT_KINDS, Content
from tests.support import internal
from tests.support import negotiating as talk
from tests.support.moves.discussing import Discussing
from tests.support.moves.drawing import ACTS, DESK, HEAD, Of, acting, party_, some, with_header
from tests.support.moves.ending import Ending
from tests.support.moves.meeting import Meeting
from tests.support.negotiating import PARTIES, TALKS

LONG = os.environ.get("PARAPH_LONG") == "1"
BEGINNINGS = ["nothing", "text", "text", "text", "ready", "initialled", "signed"]


class Negotiating(Ending, Meeting, Discussing):
    """Everything that people do, and what must hold after each move."""

    @initialize(how=st.sampled_from(BEGINNINGS))
    def begin(self, how: str) -> None:
        self.game.begins_with_manifests()
        if how != "nothing":
            self.say(talk.opened(), "USA")
            self.whole("USA", "", 0, 0, 0)
        if how in ("ready", "initialled", "signed"):
            self.both_agree()
            for party in PARTIES:
                self.show_powers(party, "", 0, "both")
        if how in ("initialled", "signed"):
            for party in PARTIES:
                self.initial(party, "", 0, 0, honest=True)
        if how == "signed":
            self.set_alternat("USA", "", 0)
            self.agree("RUS", HEAD, 0)
            for original in PARTIES:
                for party in PARTIES:
                    self.sign(party, "", original, 0, 0)

    @acting(party=party_, n=some, kind=Of("mandate", "asked", "given"))
    def say_what_is_internal(self, party: str, n: int, kind: str) -> None:
        made: dict[str, Callable[[], Any]] = {
            "mandate": internal.mandate,
            "asked": internal.asked,
            "given": lambda: internal.given(self.pick(n), "reviewed"),
        }
        content = made[kind]()
        if kind == "asked" or content.header.acting_role:
            self.say(content, party, may=content.header.acting_role)

    @acting(party=party_, odd=Of("again", "elsewhere", "role", "origin"))
    def say_something_odd(self, party: str, odd: str) -> None:
        content: Content = talk.comment()
        if odd == "elsewhere":
            self.say(with_header(content, negotiation=TALKS[::-1]), party)
        elif odd == "again":
            self.say(content, party, again=bool(self.game.said))
        else:
            wrong = {"acting_role": HEAD} if odd == "role" else {"origin": "automatic"}
            self.game.say(with_header(content, **wrong), party, DESK)

    @invariant()
    def all_agree(self) -> None:
        self.game.compare()

    def teardown(self) -> None:
        self.game.replay()


Negotiating.TestCase.settings = settings(
    max_examples=300 if LONG else 10,
    stateful_step_count=50 if LONG else 20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestNegotiating = Negotiating.TestCase


def walk(seed: int, steps: int) -> Negotiating:
    """Let the parties act at random: goes deeper than what can be made small afterwards."""
    chance = random.Random(seed)
    machine = Negotiating()
    machine.begin(chance.choice(BEGINNINGS))
    for step in range(steps):
        name = chance.choice(sorted(ACTS))
        getattr(machine, name)(**{key: of.draw(chance) for key, of in ACTS[name].items()})
        machine.game.compare(deeply=step % 16 == 0)
    machine.game.compare()
    machine.game.replay()
    return machine


@pytest.mark.parametrize("seed", range(200 if LONG else 12))
def test_a_long_walk_ends_where_the_model_says(seed: int) -> None:
    walk(seed, 200 if LONG else 80)


def walks(seeds: Iterable[int], steps: int) -> None:
    for seed in seeds:
        walk(seed, steps)


BROKEN: dict[str, tuple[Any, str, Any]] = {
    "a rejected proposal is accepted": (
        proposals,
        "NEXT",
        {**proposals.NEXT, "rejected": ("countered", "accepted_ad_ref", "reserved")},
    ),
    "what binds is never complete": (concluded, "initialled", lambda _: None),
    "a change of words reopens nothing": (proposals, "SETTLED", frozenset()),
    "a recalled statement stands": (checks, "standing", lambda *_: None),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The positive control: with one rule out of order some walk comes to another end.
    monkeypatch.setattr(*BROKEN[name])
    with pytest.raises((AssertionError, ParaphError)):
        walks(range(60), 120)


def test_the_machine_finds_a_broken_rule_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*BROKEN["what binds is never complete"])
    with pytest.raises((AssertionError, ExceptionGroup)):
        run_state_machine_as_test(
            Negotiating,
            settings=settings(
                Negotiating.TestCase.settings,
                max_examples=40,
                phases=[Phase.generate],
                database=None,
                derandomize=True,
            ),
        )


def test_every_kind_of_record_is_said() -> None:
    said = {kind for seed in range(6) for _, kind, _ in walk(seed, 120).game.said}
    assert said == CONTENT_KINDS.keys()
