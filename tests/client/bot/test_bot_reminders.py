"""What nobody looked at, and deadlines: a bot reminds its own side."""

from __future__ import annotations

from paraph.client.bot import AcknowledgementGiven, Heartbeat
from paraph.protocol.statements.clear import Withdraw
from tests.client.bot.bot_home import Bench, steps
from tests.support.negotiating import comment, header, opened, receipt


async def test_nobody_looking_is_escalated_by_precedence_once(bench: Bench) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        bench.say(opened())
        await bot.step()
        urgent = bench.say(comment(), precedence="flash")
        await bot.step()
        bench.kinds()
        bench.clock.advance(9 * 60)
        await bot.step()
        assert "escalation" not in bench.kinds()
        bench.clock.advance(2 * 60)
        await bot.step()
        [told] = [each for each in bench.notices if each.kind == "escalation"]
        assert (told.statement, told.precedence) == (urgent.id.hex(), "flash")
        bench.notices.clear()
        await steps(bot, 3)
        assert "escalation" not in bench.kinds()
        bench.clock.advance(6 * 3600)
        await bot.step()
        assert bench.kinds().count("escalation") == 1  # now the routine one
    assert {type(each) for each in bench.said()} == {Heartbeat, AcknowledgementGiven}


async def test_a_look_by_a_person_of_the_own_party_stops_the_escalation(bench: Bench) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        entry = bench.say(opened(), precedence="immediate")
        await bot.step()
        bench.say(receipt(entry.id), "RUS")
        await bot.step()
        bench.clock.advance(31 * 60)
        await bot.step()
        assert "escalation" not in bench.kinds()


async def test_deadlines_are_recalled_before_and_after_unless_answered(bench: Bench) -> None:
    now = bench.clock()
    asked = header(reply_by=now + 8 * 3_600_000, latest_useful=now + 9 * 3_600_000)
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        bench.say(opened())
        first = bench.say(comment(header=asked))
        bench.say(comment(header=asked, body="And why not?"))
        await bot.step()
        bench.say(comment(in_reply_to=first.id, body="Because.", comment_kind="answer"), "RUS")
        await bot.step()
        bench.kinds()
        bench.clock.advance(3 * 3600)
        await bot.step()
        assert bench.kinds().count("reply-due") == 1
        bench.clock.advance(5.5 * 3600)
        await bot.step()
        kinds = bench.kinds()
        assert kinds.count("reply-overdue") == 1
        bench.clock.advance(3600)
        await bot.step()
        assert bench.kinds().count("useful-over") == 1


async def test_what_its_author_took_back_is_not_recalled(bench: Bench) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        entry = bench.say(opened(), precedence="flash")
        await bot.step()
        author = bench.channel.party("USA").person("desk_officer")
        bench.place(bench.channel.clear(author, Withdraw(entry=entry.index)))
        await bot.step()
        bench.clock.advance(3600)
        await bot.step()
        assert "escalation" not in bench.kinds()
