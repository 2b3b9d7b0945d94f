"""A bot that runs: stopped, refused, locked out, asked from its own program."""

from __future__ import annotations

import asyncio

import pytest

from paraph.client.bot import Bot, Context, Event, Notice, VersionTabled, run
from paraph.protocol.errors import (
    EquivocationError,
    InputError,
    LockedError,
    MisuseError,
    RefusedError,
)
from paraph.protocol.names import Digest
from paraph.protocol.wire import Placed
from tests.client.bot.bot_home import PASSPHRASE, Bench, beats, receipts, steps
from tests.support.channel import Channel
from tests.support.memory_relay import MemoryRelay
from tests.support.negotiating import base, opened


async def test_a_running_bot_acknowledges_what_comes_and_stops_when_asked(bench: Bench) -> None:
    stop, beaten, came = asyncio.Event(), asyncio.Event(), asyncio.Event()
    relay = Watching(bench.channel, beaten)
    bench.relay = bench.link.relay = relay

    def notice(each: Notice) -> None:
        if each.kind == "acknowledged":
            came.set()

    task = asyncio.create_task(
        run(
            bench.home,
            PASSPHRASE,
            clock=bench.clock,
            notices=notice,
            stop=stop,
            link=bench.link,
        )
    )
    async with asyncio.timeout(20):
        await beaten.wait()
        bench.say(opened())
        await came.wait()
        stop.set()
        await task
    assert len(receipts(bench)) == 1


class Watching(MemoryRelay):
    """Says when the first statement has been placed."""

    def __init__(self, channel: Channel, placed: asyncio.Event) -> None:
        super().__init__(channel)
        self.placed = placed

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        answer = await super().submit(envelope, body)
        self.placed.set()
        return answer


async def test_a_relay_with_two_histories_ends_the_bot_for_good(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        size = bot.station.replica.size
        lie = bench.channel.log_secret.sign(bench.channel.log.origin, size, Digest(bytes(32)))
        monkeypatch.setattr(MemoryRelay, "note", lie)
        with pytest.raises(EquivocationError):
            await bot.step()
    with pytest.raises(EquivocationError):
        async with bench.bot():
            pass


async def test_a_second_process_of_the_same_bot_is_refused(bench: Bench) -> None:
    async with bench.bot():
        with pytest.raises(InputError, match="runs already"):
            async with bench.bot():
                pass
        async with bench.bot(name="other"):
            pass
    async with bench.bot():
        pass


async def test_a_wrong_passphrase_is_locked_and_leaves_no_lock(bench: Bench) -> None:
    with pytest.raises(LockedError):
        async with bench.bot(passphrase=b"wrong"):
            pass
    async with bench.bot():
        pass


async def test_the_passphrase_may_stand_in_a_file(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench.bot(passphrase=bench.passphrase):
        pass
    monkeypatch.delenv("PARAPH_PASSPHRASE_FILE", raising=False)
    with pytest.raises(InputError, match="expected a passphrase"):
        async with bench.bot(passphrase=None):
            pass
    bench.passphrase.chmod(0o644)
    with pytest.raises(InputError, match="only its owner"):
        async with bench.bot(passphrase=bench.passphrase):
            pass


class Refusing(MemoryRelay):
    """Refuses what is submitted, as long as a test says so."""

    error: RefusedError | None = None

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        if self.error is not None:
            raise self.error
        return await super().submit(envelope, body)


async def test_a_quota_is_waited_out_and_a_lost_session_ends_the_bot(bench: Bench) -> None:
    relay = Refusing(bench.channel)
    bench.relay = bench.link.relay = relay
    bot, _ = bench.stock()
    async with bot:
        relay.error = RefusedError("too much", code="quota", retry_after_s=30)
        await bot.step()
        assert "refused-for-now" in bench.kinds()
        assert bench.said() == []
        relay.error = None
        bench.clock.advance(20)
        await bot.step()
        assert bench.said() == []  # it waits as long as it was told
        bench.clock.advance(20)
        await bot.step()
        assert len(beats(bench)) == 1
        bench.say(opened())
        relay.error = RefusedError("no session for this key", code="session")
        with pytest.raises(RefusedError):
            await bot.step()


def test_a_bot_that_is_not_open_says_so(bench: Bench) -> None:
    bot = bench.bot()
    with pytest.raises(MisuseError):
        _ = bot.station
    with pytest.raises(MisuseError):
        _ = bot.parked


async def test_a_handler_gets_typed_events_and_replays_from_an_index(bench: Bench) -> None:
    seen: list[tuple[int, str]] = []

    def register(bot: Bot) -> None:
        @bot.on(VersionTabled, where=lambda event: event.party == "USA", name="look")
        async def look(event: Event[VersionTabled], ctx: Context) -> None:
            seen.append((event.index, event.record.version_kind))
            ctx.acknowledge()

    starter, _ = bench.stock()
    async with starter:
        await starter.step()
    bench.say(opened())
    entry = bench.say(base())
    for since in (None, None, entry.index, entry.index + 1):
        bot = bench.bot(name="mine", since=since)
        register(bot)
        async with bot:
            await steps(bot)
    assert seen == [(entry.index, "tabled")] * 2  # the first time, and when asked to begin there
    assert [each.subjects for each in receipts(bench)] == [(entry.id,)]
