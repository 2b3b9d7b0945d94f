"""The signs of life that a bot gives: when, and what they say is held."""

from __future__ import annotations

from pathlib import Path

import pytest

from paraph.protocol.errors import InputError
from tests.client.bot.bot_home import Bench, beats, make_bench, steps
from tests.support.channel import START, make_channel
from tests.support.negotiating import opened


async def test_the_first_heartbeat_goes_out_at_once_then_by_news_then_hourly(bench: Bench) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        assert len(beats(bench)) == 1
        first = beats(bench)[0]
        assert first.verified == first.held == bench.placed()[0][0]
        bench.say(opened())
        await steps(bot)
        assert len(beats(bench)) == 1  # news, but 60 s are not over
        bench.clock.advance(61)
        await bot.step()
        assert len(beats(bench)) == 2
        assert beats(bench)[1].held == bench.placed()[-1][0]
        bench.beat()
        bench.clock.advance(61)
        await steps(bot)
        assert len(beats(bench)) == 2  # heartbeats alone are no news
        bench.clock.advance(3600)
        await bot.step()
        assert len(beats(bench)) == 3


async def test_a_restart_neither_repeats_nor_forgets_the_heartbeat(bench: Bench) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
    bot, _ = bench.stock()
    async with bot:
        await steps(bot)
        assert len(beats(bench)) == 1
        bench.say(opened())
        bench.clock.advance(61)
        await bot.step()
    assert len(beats(bench)) == 2


async def test_held_says_what_is_on_the_disk_and_not_what_was_seen(bench: Bench) -> None:
    bot, stock = bench.stock()
    async with bot:
        await bot.step()
        entry = bench.say(opened())
        body = bench.relay.bodies.popitem()
        await bot.step()
        await stock.beat()
        last = beats(bench)[-1]
        assert last.held == entry.index < last.verified
        bench.relay.bodies[body[0]] = body[1]
        await bot.step()
        bench.clock.advance(61)
        await bot.step()
        last = beats(bench)[-1]
        assert last.held == last.verified > entry.index


async def test_in_an_exercise_heartbeats_claim_the_year_that_is_played(bench: Bench) -> None:
    year = [1_444_000_000_000]
    bot, stock = bench.stock(dated=lambda: year[0])
    async with bot:
        await bot.step()
        assert beats(bench)[-1].dated == year[0]
        bench.say(opened())
        year[0] += 3_600_000
        await bot.step()
        assert beats(bench)[-1].dated == year[0]
        await stock.beat(dated=year[0] + 5)
        assert beats(bench)[-1].dated == year[0] + 5


async def test_outside_an_exercise_no_year_is_claimed(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, exercise=False)
    bot, stock = bench.stock()
    async with bot:
        await bot.step()
        with pytest.raises(InputError):
            await stock.beat(dated=START)
    assert len(beats(bench)) == 1


async def test_a_bot_that_is_not_enrolled_yet_waits(tmp_path: Path) -> None:
    channel = make_channel(opened=False, roles=("desk_officer", "head_of_delegation"))
    bot_key = channel.new_person("RUS", "bot")
    channel.party("RUS").people.append(bot_key)
    bench = Bench(tmp_path / "bot", channel)
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        assert bench.said() == []
