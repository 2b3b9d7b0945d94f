"""Answers that are lost, crashes between two steps, a relay that cannot be reached."""

from __future__ import annotations

import contextlib
import itertools

import pytest

from paraph.client.bot.memory import Batch
from paraph.protocol.errors import UnavailableError
from paraph.protocol.wire import Placed
from tests.client.bot.bot_home import Bench, receipts, steps
from tests.support.memory_relay import MemoryRelay
from tests.support.negotiating import opened


class Cut(MemoryRelay):
    """Loses the answers to the first submissions, after it has placed them."""

    lose = 0

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        placed = await super().submit(envelope, body)
        if self.lose:
            self.lose -= 1
            raise UnavailableError("the line broke")
        return placed


class Deaf(MemoryRelay):
    """Places nothing while it does not hear; what was said then, it keeps."""

    hears = True
    unheard = b""

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        if not self.hears:
            self.unheard = self.unheard or envelope
            raise UnavailableError("the line broke")
        return await super().submit(envelope, body)


async def lose_an_answer(bench: Bench) -> Cut:
    relay = Cut(bench.channel)
    bench.relay = bench.link.relay = relay
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        bench.say(opened())
        relay.lose = 1
        await bot.step()
        assert "unreachable" in bench.kinds()
        bench.clock.advance(60)
        await steps(bot)
        assert "reachable" in bench.kinds()
    return relay


async def test_a_lost_answer_makes_no_second_acknowledgement(bench: Bench) -> None:
    relay = await lose_an_answer(bench)
    assert len(receipts(bench)) == 1
    assert len(set(relay.submitted)) == len(bench.placed())


async def test_without_its_name_in_the_outbox_it_would_be_said_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a batch that is called otherwise each time is another statement each time."""
    names = map(str, itertools.count())
    monkeypatch.setattr(Batch, "tag", property(lambda batch: f"{batch.dated} {next(names)}"))
    with contextlib.suppress(KeyError):
        await lose_an_answer(bench)
    assert len(receipts(bench)) > 1


async def test_a_crash_between_signing_and_sending_sends_the_same_bytes(bench: Bench) -> None:
    relay = Deaf(bench.channel)
    bench.relay = bench.link.relay = relay
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        bench.say(opened())
        relay.hears = False
        await bot.step()
    relay.hears = True
    bench.clock.advance(60)
    bot, _ = bench.stock()
    async with bot:
        await steps(bot)
        assert relay.unheard in relay.submitted
        assert len(receipts(bench)) == 1
        assert bot.engine.ledger.memory.batches == {}


async def test_an_unreachable_relay_is_said_once_and_tried_later(bench: Bench) -> None:
    bench.link.down = True
    bot, _ = bench.stock()
    async with bot:
        due = await bot.step()
        assert due is not None
        assert bench.kinds() == ["unreachable"]
        bench.clock.advance(60)
        await bot.step()
        assert bench.kinds() == []
        bench.link.down = False
        bench.clock.advance(60)
        await bot.step()
        assert bench.kinds()[:1] == ["reachable"]


async def test_once_says_that_the_relay_cannot_be_reached(bench: Bench) -> None:
    bench.link.down = True
    bot, _ = bench.stock()
    async with bot:
        with pytest.raises(UnavailableError):
            await bot.run(once=True)
