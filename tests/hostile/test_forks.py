"""Two histories meet at the first statement that crosses from one to the other (SPEC 5.1, 6.8).

Every statement names the newest head that its author verified. A relay that has forked the log
can therefore pass nothing from one side to the other: the first statement that it passes names a
head which the receiving side's entries do not lead to. The author kept the signed note of that
head, the receiver kept its own, and the two together convict the relay before anybody.
"""

from __future__ import annotations

import itertools
import os
import random
from pathlib import Path

import pytest

from paraph.client.keys.home import Home
from paraph.client.log.replica import Replica
from paraph.protocol import signed
from paraph.protocol.errors import EquivocationError, ForgedError
from paraph.protocol.evidence import ForkEvidence
from paraph.protocol.keys import SealingPublicKey
from paraph.protocol.log import ChannelLog
from paraph.protocol.tree import leaf_hash
from tests.hostile import kept
from tests.hostile.histories import beat, copy_of, next_number, say, view_of
from tests.support.channel import Channel, make_channel
from tests.support.memory_relay import MemoryRelay
from tests.support.parties import Person

SEED = 20151020
LENGTH = 40
FORKS = 1_000 if os.environ.get("PARAPH_LONG") else 300
DROPS = 1_000 if os.environ.get("PARAPH_LONG") else 200
BEAT_EVERY = 10


@pytest.fixture(scope="module")
def history() -> tuple[Channel, list[ChannelLog]]:
    """A channel of forty entries, and its log as it was at every size."""
    channel = make_channel()
    channel.enrol("RUS", "linguist")
    channel.enrol("USA", "linguist")
    logs = {channel.log.size: copy_of(channel.log)}
    chance = random.Random(SEED)
    people = list(channel.everybody())
    while channel.log.size < LENGTH:
        who = chance.choice(people)
        channel.place(beat(channel, who) if who.role == "bot" else say(channel, who)[0])
        logs[channel.log.size] = copy_of(channel.log)
    return channel, [logs[size] for size in sorted(logs)]


def at(channel: Channel, logs: list[ChannelLog], size: int) -> Channel:
    """Return the channel as it was at *size*, to go on from there."""
    view = view_of(channel)
    view.log = copy_of(logs[size - logs[0].size])
    view.envelopes = channel.envelopes[:size]
    return view


def grow(view: Channel, chance: random.Random, count: int) -> None:
    """Let the bots say *count* things in this history."""
    bots = [each for each in view.everybody() if each.role == "bot"]
    for _ in range(count):
        view.place(beat(view, chance.choice(bots)))


def test_a_fork_shows_at_the_first_statement_that_crosses_it(
    history: tuple[Channel, list[ChannelLog]], tmp_path: Path
) -> None:
    channel, logs = history
    chance = random.Random(SEED)
    trust = kept.trust_file(tmp_path, channel.founding)
    for number in range(FORKS):
        size = chance.randrange(logs[0].size, LENGTH)
        mine, theirs = at(channel, logs, size), at(channel, logs, size)
        author = channel.party("RUS").person("desk_officer")
        grow(mine, chance, chance.randint(1, 3))
        grow(theirs, chance, chance.randint(1, 3))
        assert mine.log.root != theirs.log.root
        cross = crossing(mine, author)
        assert signed.read(cross).statement.seen.size > size
        entry = theirs.log.append(cross)
        assert entry.void == "inconsistent", f"fork {number} of seed {SEED}, at {size}"
        assert not mine.log.append(cross).void, "the control: in its own history it is good"
        assert "the log signed" in kept.judge(trust, convicting(mine, theirs))


def crossing(view: Channel, author: Person) -> bytes:
    """Return a statement that has seen the newest head of this history."""
    return view.seal(author, b"words", recipients=few(view), **next_number(view, author))[0]


def few(view: Channel) -> list[SealingPublicKey]:
    """Return the fewest recipients there may be: sealing to all of them is the slow part."""
    archives = [party.archive for party in view.log.trust.parties.values()]
    return [*archives, view.party("USA").person("desk_officer").sealing.public]


def convicting(mine: Channel, theirs: Channel) -> ForkEvidence:
    """Put together the notes that two desks were shown."""
    first, second = sorted((mine, theirs), key=lambda each: each.log.size)
    leaves = [second.log.tree.leaf(index) for index in range(second.log.size)]
    return kept.fork_between(first.note(), second.note(), leaves)


def test_an_entry_hidden_from_one_side_shows_within_one_heartbeat(
    history: tuple[Channel, list[ChannelLog]],
) -> None:
    """Threat 13: the relay leaves one entry out of what USA is shown, and signs that log too.

    People name the head of the last heartbeat, as desks that look up once a while do; the bots
    name the newest one. Whatever is hidden, the first heartbeat after it is void for USA.
    """
    channel, logs = history
    view = at(channel, logs, LENGTH)
    officer, bot = view.party("RUS").person("desk_officer"), view.party("RUS").person("bot")
    seen = (view.log.size, view.log.root)
    begin = view.log.size
    snapshots = []
    for count in range(DROPS + BEAT_EVERY):
        snapshots.append(copy_of(view.log))
        if count % BEAT_EVERY == BEAT_EVERY - 1:
            seen = (view.log.size, view.log.root)
            view.place(beat(view, bot))
        else:
            number = next_number(view, officer)
            view.place(view.seal(officer, b"w", recipients=few(view), seen=seen, **number)[0])
    for hidden in range(DROPS):
        if hidden % BEAT_EVERY == BEAT_EVERY - 1:
            continue  # the hidden entry is the heartbeat itself: see the next test
        shown = copy_of(snapshots[hidden])
        found, beats = "", 0
        for envelope in view.envelopes[begin + hidden + 1 :]:
            entry = shown.append(envelope)
            beats += entry.statement is not None and entry.statement.sender == bot.id
            found = entry.void
            if found:
                break
        assert found in {"inconsistent", "gap"}, f"entry {begin + hidden} was hidden"
        assert beats <= 1, f"entry {begin + hidden} was hidden for {beats} heartbeats"


def test_a_hidden_heartbeat_shows_at_the_next_one(
    history: tuple[Channel, list[ChannelLog]],
) -> None:
    channel, logs = history
    view = at(channel, logs, LENGTH)
    bot = view.party("RUS").person("bot")
    shown = copy_of(view.log)
    view.place(beat(view, bot))
    second = beat(view, bot)
    assert shown.append(second).void == "gap"


@pytest.mark.parametrize("ahead", [True, False])
async def test_both_desks_find_out_and_hold_what_convicts_the_relay(
    history: tuple[Channel, list[ChannelLog]], tmp_path: Path, ahead: bool
) -> None:
    """With real replicas: alarm at the crossing, accusation when the desks exchange notes."""
    channel, logs = history
    mine, theirs = at(channel, logs, LENGTH), at(channel, logs, LENGTH)
    grow(mine, random.Random(1), 4 if ahead else 1)
    grow(theirs, random.Random(2), 2)
    author = mine.party("RUS").person("desk_officer")
    rus = Replica.create(Home(tmp_path / "rus").channel(channel.id), channel.founding)
    usa = Replica.create(Home(tmp_path / "usa").channel(channel.id), channel.founding)
    await rus.sync(MemoryRelay(mine))
    cross = crossing(mine, author)
    theirs.envelopes.append(cross)
    theirs.log.append(cross)
    await usa.sync(MemoryRelay(theirs))
    assert [each.name for each in usa.alarms()] == ["void-inconsistent"]
    # The desk of RUS publishes the note that its statement names.
    published = rus.head.note
    if ahead:  # a head ahead of USA's entries waits for them
        usa.observe(published)
        grow(theirs, random.Random(3), 4)
        with pytest.raises(EquivocationError):
            await usa.sync(MemoryRelay(theirs))
    else:
        with pytest.raises(EquivocationError):
            usa.observe(published)
    larger, smaller = sorted((rus, usa), key=lambda each: each.head.size, reverse=True)
    leaves = [leaf_hash(entry.envelope) for entry in larger.entries()]
    evidence = kept.fork_between(smaller.head.note, larger.head.note, leaves)
    assert "the log signed" in kept.third_party(tmp_path, channel.founding, evidence)
    rus.close()
    usa.close()


def test_two_heads_of_one_history_convict_nobody(
    history: tuple[Channel, list[ChannelLog]], tmp_path: Path
) -> None:
    """The control: every pair of sizes of an honest log, and no evidence."""
    channel, logs = history
    notes = [channel.log_secret.sign(log.origin, log.size, log.root) for log in logs]
    leaves = [channel.log.tree.leaf(index) for index in range(channel.log.size)]
    for small, large in itertools.pairwise(notes):
        evidence = kept.fork_between(small, large, leaves[: kept.head_of(large).size])
        with pytest.raises(ForgedError, match=r"not a prefix|two roots"):
            kept.third_party(tmp_path, channel.founding, evidence)
