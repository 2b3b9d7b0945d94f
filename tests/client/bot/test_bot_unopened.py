"""What a bot cannot open, or does not know: said to both sides, and cured."""

from __future__ import annotations

import dataclasses

from paraph.client.bot import Context, Event, Heartbeat, Opened, UnknownEvent, Unopened
from paraph.client.reading.opened import binding_of
from paraph.protocol import signed
from paraph.protocol.names import StatementId
from paraph.protocol.sealed import SealingKey, unwrap, wrap_for
from paraph.protocol.statements.clear import Grant, GrantedWrap
from paraph.protocol.statements.envelope import SealedContent
from tests.client.bot.bot_home import Bench, receipts, steps
from tests.support.negotiating import opened


async def test_a_body_that_does_not_open_is_said_in_both_ways(bench: Bench) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        entry = say_unreadable(bench)
        await steps(bot)
    [given] = receipts(bench)
    assert (given.subjects, given.outcome, given.reason) == ((entry,), "cannot_open", "wrap")
    index = bench.channel.log.placed[entry]
    assert [each for each in bench.said() if isinstance(each, Unopened)] == [
        Unopened(entry=index, reason="wrap")
    ]


def say_unreadable(bench: Bench) -> StatementId:
    """Place a statement in which the wrap for this bot opens nothing; the others' do."""
    author = bench.channel.party("USA").person("desk_officer")
    stranger = SealingKey.generate().public
    recipients = bench.channel.log.trust.recipients(bench.channel.log.log_time)
    own = bench.bot_key.sealing.public
    swapped = [
        dataclasses.replace(stranger, id=own.id) if key == own.id else each
        for key, each in recipients.items()
    ]
    envelope, body = bench.channel.seal(author, opened().encode(), recipients=swapped)
    return bench.place(envelope, body).id


async def test_a_grant_cures_what_could_not_be_opened(bench: Bench) -> None:
    seen: list[object] = []
    bot, _ = bench.stock()

    @bot.on(object, where=lambda event: event.may_be_acknowledged)
    async def look(event: Event[object], ctx: Context) -> None:
        del ctx
        seen.append(type(event.record).__name__)

    async with bot:
        await bot.step()
        statement = say_unreadable(bench)
        await steps(bot)
        assert seen == ["CannotOpen"]
        grant(bench, bench.channel.log.placed[statement])
        await steps(bot)
    said = bench.said()
    assert [each for each in said if isinstance(each, Opened)] == [
        Opened(entry=bench.channel.log.placed[statement])
    ]
    assert seen == ["CannotOpen", "NegotiationOpened"]
    assert [each.outcome for each in receipts(bench)] == ["cannot_open", "ok"]


def grant(bench: Bench, index: int) -> None:
    """The archive opens the entry for the bot, and the head of delegation records it."""
    statement = signed.read(bench.channel.envelopes[index]).statement
    content = statement.content
    assert isinstance(content, SealedContent)
    binding = binding_of(statement, content)
    body = bench.relay.bodies[content.body_digest]
    key = unwrap(body, binding, bench.channel.party("RUS").archive)
    own = bench.bot_key.sealing.public
    wrap = GrantedWrap(entry=index, recipient=own.id, wrap=wrap_for(key, binding, own))
    head = bench.channel.party("RUS").person("head_of_delegation")
    bench.place(bench.channel.clear(head, Grant(wraps=(wrap,))))


async def test_a_body_that_does_not_come_is_missed_after_a_minute_and_cured_when_it_comes(
    bench: Bench,
) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        entry = bench.say(opened())
        digest, body = bench.relay.bodies.popitem()
        await steps(bot)
        assert receipts(bench) == []
        bench.clock.advance(61)
        await steps(bot)
        missing = Unopened(entry=entry.index, reason="body-missing")
        assert missing in bench.said()
        bench.relay.bodies[digest] = body
        await steps(bot)
        assert Opened(entry=entry.index) in bench.said()
    assert [each.outcome for each in receipts(bench)] == ["cannot_open", "ok"]


async def test_what_is_sealed_to_others_is_neither_acknowledged_nor_disputed(bench: Bench) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        recipients = bench.channel.log.trust.recipients(bench.channel.log.log_time)
        others = [
            each for key, each in recipients.items() if key != bench.bot_key.sealing.public.id
        ]
        bench.say(opened(), recipients=others)
        await steps(bot)
    assert [type(each) for each in bench.said()] == [Heartbeat]


async def test_content_of_a_newer_kind_is_an_unknown_event_and_acknowledged(bench: Bench) -> None:
    seen: list[UnknownEvent] = []
    bot, _ = bench.stock()

    @bot.on(UnknownEvent)
    async def look(event: Event[UnknownEvent], ctx: Context) -> None:
        del ctx
        seen.append(event.record)

    async with bot:
        await bot.step()
        bench.say(b"\x82\xa4kind\xb1conference-called\xa4when\x01")
        bench.say(b"no record at all")
        bench.say(b"\x81\xa4kind\xaddispatch-sent")  # a known kind, not well made
        await steps(bot)
    assert [each.kind for each in seen] == ["conference-called", "", ""]
    assert [len(each.subjects) for each in receipts(bench)] == [3]
