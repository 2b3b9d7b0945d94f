"""A long log is taken in piece by piece, its signatures checked by processes of their own."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import os
import signal
from collections.abc import AsyncIterator, Sequence

import pytest

from paraph.client.keys.home import ChannelHome
from paraph.client.log import catching_up, checker, checkers
from paraph.client.log.checkers import Checkers, Question
from paraph.client.log.replica import Replica
from paraph.protocol import signed
from paraph.protocol.errors import UnavailableError
from paraph.protocol.keys import PublicKey
from paraph.protocol.signed import Unverified, Verified
from paraph.protocol.wire import Entries
from tests.support.channel import Channel, make_channel
from tests.support.memory_relay import MemoryRelay

PAGE = 8


class Piecewise(MemoryRelay):
    """Serves small pages, each with a head that covers all but the last entry of it."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self.asked: list[int] = []

    async def entries(self, start: int) -> Entries:
        self.asked.append(start)
        served = tuple(self.channel.envelopes[start : start + PAGE])
        log, after = self.channel.log, start + len(served)
        size = after if after == log.size else after - 1
        note = self.channel.log_secret.sign(log.origin, size, log.tree.root(size))
        return Entries(request=0, start=start, envelopes=served, bodies=(), note=note)


@pytest.fixture
def channel() -> Channel:
    made = make_channel()
    officer = made.party("RUS").person("desk_officer")
    for number in range(6 * PAGE):
        made.place(made.seal(officer, b"%d" % number)[0])
    return made


@pytest.fixture
def relay(channel: Channel) -> Piecewise:
    return Piecewise(channel)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Checkers]:
    """Every set of processes that was started, from the second page on."""
    found: list[Checkers] = []

    class Kept(Checkers):
        def __init__(self) -> None:
            super().__init__()
            found.append(self)

    monkeypatch.setattr(catching_up, "LONG", PAGE)
    monkeypatch.setattr(catching_up, "AHEAD", 2)
    monkeypatch.setattr(catching_up, "Checkers", Kept)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    return found


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every envelope whose signature is checked in this process."""
    found: list[bytes] = []
    check = signed.verify

    def seen(unverified: Unverified, key: PublicKey) -> Verified:
        found.append(unverified.envelope)
        return check(unverified, key)

    monkeypatch.setattr(signed, "verify", seen)
    return found


async def test_what_a_head_covers_is_released_while_more_follows(
    replica: Replica, relay: Piecewise, channel: Channel
) -> None:
    released = [each async for each in replica.catch_up(relay)]
    assert len(released) > 6
    assert [each.start for each in released[1:]] == [each.stop for each in released[:-1]]
    assert replica.size == channel.log.size
    assert replica.head.root == channel.log.root


async def test_a_catch_up_that_was_interrupted_goes_on_where_it_was(
    replica: Replica, relay: Piecewise, channel: Channel, folder: ChannelHome
) -> None:
    async for released in replica.catch_up(relay):
        if released.stop > 4 * PAGE:
            break
    replica.close()
    again, relay.asked = Replica.load(folder), []
    assert again.size > 4 * PAGE
    await again.sync(relay)
    assert min(relay.asked) > 4 * PAGE
    assert again.head.root == channel.log.root
    again.close()


async def test_a_relay_that_announces_more_than_it_gives_is_told_so(
    replica: Replica, channel: Channel
) -> None:
    class Withholding(Piecewise):
        async def entries(self, start: int) -> Entries:
            served = await super().entries(start)
            return dataclasses.replace(served, envelopes=()) if start > 2 * PAGE else served

    with pytest.raises(UnavailableError, match="does not give"):
        await replica.sync(Withholding(channel))
    assert replica.size > PAGE  # what was released stays


async def test_signatures_of_a_long_log_are_checked_by_processes(
    replica: Replica,
    relay: Piecewise,
    channel: Channel,
    started: list[Checkers],
    here: list[bytes],
) -> None:
    await replica.sync(relay)
    assert len(started) == 1
    assert not set(here) & set(channel.envelopes[2 * PAGE :])
    assert replica.head.root == channel.log.root
    assert not any(each.void for each in replica.entries())


async def test_a_forged_entry_is_void_whoever_checks_it(
    channel: Channel, folder: ChannelHome, started: list[Checkers]
) -> None:
    at = 5 * PAGE
    forged = bytearray(channel.envelopes[at])
    forged[-1] ^= 1  # the signature's last byte
    entries = [*channel.envelopes[:at], bytes(forged)]
    replica = Replica.create(folder, channel.founding)
    served = [
        Entries(request=0, start=start, envelopes=tuple(entries[start : start + PAGE]),
                bodies=(), note=b"")
        for start in range(0, len(entries), PAGE)
    ]  # fmt: skip

    async def pages() -> AsyncIterator[Entries]:
        for each in served:
            yield each

    known = [
        found
        async for _, found in catching_up.checked_ahead(
            pages(), channel.id, channel.log.trust.member
        )
    ]
    assert started
    vouched = {envelope for each in known for envelope in each}
    assert set(entries[2 * PAGE : at]) <= vouched
    assert bytes(forged) not in vouched
    replica.feed(*served)
    assert replica.log.size == len(entries)
    assert replica.store.size == len(entries)
    assert [row.void for row in replica.store.entries(at)] == ["forged"]
    replica.close()


async def test_the_answer_of_a_process_is_what_counts(
    replica: Replica,
    relay: Piecewise,
    started: list[Checkers],
    here: list[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The control: were the answer not asked for, a "no" would change nothing.
    async def no(_: object, questions: Sequence[Question]) -> list[bool]:
        return [False] * len(questions)

    monkeypatch.setattr(Checkers, "ask", lambda *each: asyncio.ensure_future(no(*each)))
    await replica.sync(relay)
    assert started
    assert set(relay.channel.envelopes[2 * PAGE :]) <= set(here)


async def test_processes_that_die_leave_the_work_to_this_one(
    replica: Replica,
    relay: Piecewise,
    channel: Channel,
    started: list[Checkers],
    here: list[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pids: list[int] = []
    ask = checkers._Process.ask  # noqa: SLF001 - to end it before it has answered

    def killed(self: checkers._Process, questions: Sequence[Question]) -> asyncio.Task[list[bool]]:
        pids.append(self._process.pid)
        if pids.count(self._process.pid) == 1:
            os.kill(self._process.pid, signal.SIGKILL)
        return ask(self, questions)

    monkeypatch.setattr(checkers._Process, "ask", killed)  # noqa: SLF001
    await replica.sync(relay)
    assert started
    assert set(channel.envelopes[3 * PAGE :]) <= set(here)
    assert replica.head.root == channel.log.root


async def test_no_process_is_left_and_nobody_waits_for_its_answer() -> None:
    async with Checkers() as some:
        assert await some.ask([]) == []
        answer = some.ask([])
    assert answer.cancelled()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # noqa: ASYNC222 - it does not block


def test_a_checker_tells_good_from_forged(channel: Channel) -> None:
    officer = channel.party("RUS").person("desk_officer")
    good = signed.read(channel.envelopes[-1])
    forged = signed.read(good.envelope[: -len(good.signature)] + bytes(len(good.signature)))
    key = officer.signing.public
    asked = b"".join(checkers._packed([(good, key), (forged, key)]))  # noqa: SLF001
    answers = io.BytesIO()
    checker.serve(io.BytesIO(asked), answers)
    assert answers.getvalue() == b"\1\0"
