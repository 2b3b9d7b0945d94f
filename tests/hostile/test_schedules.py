"""Every way in which five messages may be dropped, reordered, and one of them doubled (SPEC 5.1).

There are 3,751: each order of each choice of the five (326), and each of those with one of its
messages delivered a second time, at any place (3,425). All of them are played

- against a relay that keeps the rules: what comes out of turn is refused;
- against one that places whatever comes: what comes out of turn is void for every reader.

Then the sender, who has no proof yet, sends the same bytes again, in order, until it has one for
each. A right state is: all five placed, once each, in order, the same for every reader, and no
number given twice.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from paraph.client.backoff import Backoff
from paraph.client.keys.home import Home
from paraph.client.log.replica import Replica
from paraph.client.sending.outbox import Outbox
from paraph.protocol import delivery, signed
from paraph.protocol.delivery import Delivery, Event
from paraph.protocol.errors import RefusedError, UnavailableError
from paraph.protocol.log import ChannelLog
from paraph.protocol.signed import Verified
from paraph.protocol.wire import Placed
from tests.hostile.conftest import no_wait
from tests.hostile.histories import copy_of
from tests.support.channel import Channel, make_channel
from tests.support.memory_relay import MemoryRelay
from tests.support.negotiating import comment

MESSAGES = 5
SCHEDULES = 3_751
Schedule = tuple[int, ...]


def schedules(messages: int) -> Iterator[Schedule]:
    """Yield every schedule: which messages arrive, in which order."""
    for count in range(messages + 1):
        for chosen in itertools.combinations(range(messages), count):
            for doubled in (None, *chosen):
                arriving = chosen if doubled is None else (*chosen, doubled)
                yield from sorted(set(itertools.permutations(arriving)))


def test_there_are_as_many_schedules_as_counted() -> None:
    found = list(schedules(MESSAGES))
    assert len(found) == len(set(found)) == SCHEDULES


@pytest.fixture(scope="module")
def said() -> tuple[Channel, list[Verified]]:
    """Five statements of one key, signed one behind the other, none of them placed."""
    channel = make_channel()
    author = channel.party("RUS").person("desk_officer")
    envelopes = [channel.seal(author, b"%d" % number)[0] for number in range(MESSAGES)]
    public = author.signing.public
    return channel, [signed.verify(signed.read(each), public) for each in envelopes]


class Model:
    """What must come out, in as few lines as possible: who is next is placed, nobody else is."""

    def __init__(self) -> None:
        self.placed: list[int] = []

    def deliver(self, message: int) -> str:
        if message in self.placed:
            return "duplicate"
        if message != len(self.placed):
            return "gap"
        self.placed.append(message)
        return ""


def arrive_at_honest(log: ChannelLog, verified: Verified) -> str:
    """Do what a relay does that keeps the rules; the answer to a repeated one is its place."""
    if verified.id in log.placed:
        return "duplicate"
    try:
        log.place(log.judge(verified))
    except RefusedError as error:
        return error.code
    return ""


def arrive_at_careless(log: ChannelLog, verified: Verified) -> str:
    """Do what a relay does that places whatever comes."""
    return log.append(verified.unverified.envelope, verified).void


def play(
    log: ChannelLog, messages: Sequence[Verified], schedule: Schedule, *, honest: bool
) -> list[Delivery]:
    """Play one schedule, then let the sender send again; return what it knows in the end."""
    arrive = arrive_at_honest if honest else arrive_at_careless
    model = Model()
    states = [delivery.step(Delivery.SIGNED, Event.SENDING) for _ in messages]
    for message in schedule:
        assert arrive(log, messages[message]) == model.deliver(message), schedule
        # Every answer of this round is lost.
        states[message] = delivery.step(states[message], Event.UNANSWERED)
    for message, verified in enumerate(messages):
        if arrive(log, verified) in {"", "duplicate"} and verified.id in log.placed:
            states[message] = delivery.step(states[message], Event.PROVEN)
        model.deliver(message)
    assert model.placed == list(range(MESSAGES))
    return states


@pytest.mark.parametrize("honest", [True, False], ids=["refuses", "places-all"])
def test_every_schedule_ends_in_a_right_state(
    said: tuple[Channel, list[Verified]], honest: bool
) -> None:
    channel, messages = said
    sender = messages[0].key.id
    played = 0
    for schedule in schedules(MESSAGES):
        log = copy_of(channel.log)
        begin = log.size
        states = play(log, messages, schedule, honest=honest)
        indices = [log.placed[each.id] for each in messages]
        assert states == [Delivery.LOGGED] * MESSAGES, schedule
        assert indices == sorted(set(indices)), schedule
        assert indices[0] >= begin, schedule
        assert log.next_sequence(sender) == (MESSAGES + 1, messages[-1].id), schedule
        if honest:
            assert log.size == begin + MESSAGES, schedule
        played += 1
    assert played == SCHEDULES


def test_a_reader_of_what_was_placed_comes_to_the_same_state(
    said: tuple[Channel, list[Verified]],
) -> None:
    """Readers get bytes and check every signature themselves: a seeded sample of the schedules."""
    channel, messages = said
    by_id = {each.id: each.unverified.envelope for each in messages}
    for schedule in random.Random(5).sample(list(schedules(MESSAGES)), 150):
        placing, reading = copy_of(channel.log), copy_of(channel.log)
        arrived = [*schedule, *range(MESSAGES)]
        for message in arrived:
            arrive_at_careless(placing, messages[message])
        for message in arrived:
            reading.append(by_id[messages[message].id])
        assert (reading.root, reading.placed) == (placing.root, placing.placed), schedule


def test_without_the_rule_of_sequence_the_schedules_end_wrong(
    said: tuple[Channel, list[Verified]],
) -> None:
    """The control: a relay and a reader that do not number anything get most schedules wrong."""
    wrong = 0
    for schedule in schedules(MESSAGES):
        placed = [*schedule]
        placed += [each for each in range(MESSAGES) if each not in placed]
        wrong += placed != list(range(MESSAGES))
    assert wrong > SCHEDULES - 50
    del said


class ScheduledRelay(MemoryRelay):
    """Collects the first five submissions and lets them arrive as a schedule says.

    No answer of theirs reaches the sender; everything after them is answered as usual.
    """

    def __init__(self, channel: Channel, schedule: Schedule) -> None:
        super().__init__(channel)
        self._schedule: Schedule | None = schedule
        self._first: list[tuple[bytes, bytes]] = []

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        if self._schedule is None:
            return await super().submit(envelope, body)
        self._first.append((envelope, body))
        if len(self._first) == MESSAGES:
            schedule, self._schedule = self._schedule, None
            for message in schedule:
                try:
                    await super().submit(*self._first[message])
                except RefusedError as error:
                    assert error.code == "gap"  # noqa: PT017  any other is a wrong state
        raise UnavailableError("the connection was lost")


@pytest.mark.parametrize("number", range(24))
async def test_the_real_outbox_and_replica_end_right_too(number: int, tmp_path: Path) -> None:
    """A seeded sample, with databases: each of five statements logged, once, in order."""
    chosen = random.Random(20151020).sample(list(schedules(MESSAGES)), 24)[number]
    channel = make_channel()
    author = channel.party("RUS").person("desk_officer")
    replica = Replica.create(Home(tmp_path / "rus").channel(channel.id), channel.founding)
    reader = Replica.create(Home(tmp_path / "usa").channel(channel.id), channel.founding)
    relay = ScheduledRelay(channel, chosen)
    await replica.sync(relay)
    outbox = Outbox(replica, author.signing, backoff=Backoff(sleep=no_wait))
    rows = [outbox.prepare_sealed(comment(body=f"Question {at}?")) for at in range(MESSAGES)]
    before = channel.log.size
    ended = await outbox.send(relay)
    assert {each.id for each in ended} == {each.id for each in rows}
    assert all(each.state is Delivery.LOGGED for each in ended)
    await reader.sync(relay)
    for verified in (replica, reader):
        assert [verified.index_of(each.id) for each in rows] == list(range(before, before + 5))
        assert verified.head.root == channel.log.root
        assert verified.alarms() == ()
        verified.close()
