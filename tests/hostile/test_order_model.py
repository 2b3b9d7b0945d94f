"""Concurrent senders, lost lines, crashes: the log against a model of a few lines (SPEC 5.1, 8.5).

The relay is the protocol's own log with the two steps that a real one has: placed in memory, then
durable. A crash forgets what is not durable; an answer is given only for what is. Whatever the
order of events, the log holds what the model says, and what was answered stays.
"""

from __future__ import annotations

import dataclasses
import functools
import os

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from paraph.protocol import signed
from paraph.protocol.errors import RefusedError
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import KeyId
from paraph.protocol.signed import Verified
from tests.hostile.histories import copy_of
from tests.support.channel import Channel, make_channel
from tests.support.parties import Person

EXAMPLES, STEPS = (2_000, 100) if os.environ.get("PARAPH_LONG") else (500, 50)
SENDERS = 4
SAID = 12


@functools.cache
def everything_said() -> tuple[Channel, tuple[tuple[Verified, ...], ...]]:
    """Return a channel, and what each of four keys has to say, signed once for all examples."""
    channel = make_channel(roles=("desk_officer", "bot"))
    seen = (channel.log.size, channel.log.root)
    archives = [party.archive.public for party in channel.parties]
    readers = [party.person("desk_officer").sealing.public for party in channel.parties]

    def one(person: Person) -> Verified:
        if person.role == "bot":
            envelope = channel.heartbeat(person)
        else:
            envelope, _ = channel.seal(person, b"w", recipients=[*archives, *readers], seen=seen)
        return signed.verify(signed.read(envelope), person.signing.public)

    people = list(channel.everybody())
    assert len(people) == SENDERS
    return channel, tuple(tuple(one(each) for _ in range(SAID)) for each in people)


@dataclasses.dataclass
class Model:
    """How many statements of each key are placed, and how many of those are durable."""

    placed: list[int] = dataclasses.field(default_factory=lambda: [0] * SENDERS)
    durable: list[int] = dataclasses.field(default_factory=lambda: [0] * SENDERS)
    order: list[tuple[int, int]] = dataclasses.field(default_factory=list)

    def take(self, sender: int, number: int) -> str:
        """Say what comes of statement *number* of *sender*."""
        if number < self.placed[sender]:
            return "found"
        if number > self.placed[sender]:
            return "gap"
        self.placed[sender] += 1
        self.order.append((sender, number))
        return "placed"

    def commit(self) -> None:
        """Make everything durable."""
        self.durable = list(self.placed)

    def crash(self) -> None:
        """Forget what is not durable."""
        self.placed = list(self.durable)
        self.order = [each for each in self.order if each[1] < self.durable[each[0]]]


who = st.integers(0, SENDERS - 1)
which = st.integers(0, SAID - 1)


class Exchange(RuleBasedStateMachine):
    """Senders, a line that loses things, and a relay that crashes."""

    @initialize()
    def begin(self) -> None:
        """Start from an open channel."""
        self.channel, self.said = everything_said()
        self.log: ChannelLog = copy_of(self.channel.log)
        self.disk: ChannelLog = copy_of(self.channel.log)
        self.model = Model()
        self.accepted: dict[tuple[int, int], int] = {}

    def submit(self, sender: int, number: int) -> str:
        """Do what a relay does with a statement."""
        verified = self.said[sender][number]
        if verified.id in self.log.placed:
            return "found"
        try:
            self.log.place(self.log.judge(verified))
        except RefusedError as error:
            return error.code
        return "placed"

    def answered(self, sender: int, number: int) -> None:
        """Let the sender have a proof, which only a durable entry has."""
        index = self.disk.placed[self.said[sender][number].id]
        assert self.accepted.setdefault((sender, number), index) == index

    @rule(sender=who)
    def sends_the_next(self, sender: int) -> None:
        """A sender that knows where it is sends its next statement; nobody answers yet."""
        number = self.model.placed[sender]
        if number < SAID:
            assert self.submit(sender, number) == self.model.take(sender, number) == "placed"

    @rule(sender=who, number=which)
    def sends_any(self, sender: int, number: int) -> None:
        """Anything may arrive at any time: early, late, again."""
        assert self.submit(sender, number) == self.model.take(sender, number)

    @rule()
    def commits(self) -> None:
        """What is placed becomes durable; everybody who waits is answered, if the line holds."""
        self.disk = copy_of(self.log)
        self.model.commit()

    @precondition(lambda self: any(self.model.durable))
    @rule(data=st.data())
    def answers(self, data: st.DataObject) -> None:
        """One answer reaches its sender."""
        sender = data.draw(st.sampled_from([s for s in range(SENDERS) if self.model.durable[s]]))
        self.answered(sender, data.draw(st.integers(0, self.model.durable[sender] - 1)))

    @rule()
    def crashes(self) -> None:
        """The relay dies, and starts from what is durable."""
        self.log = copy_of(self.disk)
        self.model.crash()

    @invariant()
    def the_log_is_the_models(self) -> None:
        """Same statements, same order, no gap, and nothing that was answered is gone."""
        if not hasattr(self, "log"):
            return
        begin = self.channel.log.size
        indices = [self.log.placed[self.said[s][n].id] for s, n in self.model.order]
        assert indices == list(range(begin, self.log.size))
        for sender in range(SENDERS):
            key = KeyId(self.said[sender][0].statement.sender)
            before, _ = self.channel.log.next_sequence(key)
            following, _ = self.log.next_sequence(key)
            assert following == before + self.model.placed[sender]
        for (sender, number), index in self.accepted.items():
            assert self.log.placed[self.said[sender][number].id] == index


class Forgetful(Exchange):
    """A relay that answers before what it placed is durable."""

    def submit(self, sender: int, number: int) -> str:
        result = super().submit(sender, number)
        if result == "placed":
            index = self.log.placed[self.said[sender][number].id]
            self.accepted.setdefault((sender, number), index)
        return result


def test_a_relay_that_answers_too_early_is_caught() -> None:
    """The control: the same events, and an answer before the disk."""
    few = settings(max_examples=500, stateful_step_count=20, database=None, print_blob=False)
    with pytest.raises((AssertionError, KeyError)):
        run_state_machine_as_test(Forgetful, settings=few)


TestExchange = Exchange.TestCase
TestExchange.settings = settings(max_examples=EXAMPLES, stateful_step_count=STEPS)
