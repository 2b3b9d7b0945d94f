"""Handlers: at least once, retried, parked, remembered; all through the harness."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from paraph.client.bot import (
    AcknowledgementGiven,
    Bot,
    CannotOpen,
    CommentMade,
    Context,
    Event,
    Harness,
    Heartbeat,
    NotAddressed,
    Reject,
    Retry,
    UnknownEvent,
    VersionTabled,
)
from paraph.client.bot.engine import MOST_ATTEMPTS
from paraph.protocol import roles
from paraph.protocol.errors import IntegrityError, MisuseError
from tests.support.negotiating import base, comment, receipt


def acknowledging() -> tuple[Bot, list[Event[Any]]]:
    bot, seen = Bot(), list[Event[Any]]()

    @bot.on(CommentMade)
    async def take(event: Event[CommentMade], ctx: Context) -> None:
        seen.append(event)
        ctx.acknowledge()

    return bot, seen


# ------------------------------------------------------------------ at least once, said once


async def test_a_handler_that_runs_twice_sends_one_acknowledgement() -> None:
    bot, seen = acknowledging()
    harness = Harness(bot)
    event = await harness.deliver(comment(), redeliver=2)
    assert len(seen) == 2  # the control: the crash came after the handler
    assert harness.acknowledged == [event.statement]


async def test_an_event_that_is_done_is_not_handed_over_again() -> None:
    bot, seen = acknowledging()
    harness = Harness(bot)
    event = await harness.deliver(comment())
    await harness.deliver(event)
    await harness.deliver(event)
    assert len(seen) == 1
    assert len(harness.sent) == 1


async def test_a_replay_runs_handlers_again_and_says_nothing_twice() -> None:
    bot, seen = acknowledging()
    harness = Harness(bot)
    first = await harness.deliver(comment())
    second = await harness.deliver(comment())
    await harness.replay(second.index)
    assert [each.index for each in seen] == [first.index, second.index, second.index]
    assert harness.acknowledged == [first.statement, second.statement]


async def test_what_a_failing_handler_asked_for_is_not_said() -> None:
    bot = Bot()

    @bot.on(CommentMade)
    async def fail(event: Event[CommentMade], ctx: Context) -> None:
        del event
        ctx.acknowledge()
        if ctx.attempt < 3:
            raise ValueError("not yet")

    harness = Harness(bot)
    await harness.deliver(comment())
    assert harness.sent == []
    await harness.advance(1000)
    assert harness.sent == []
    await harness.advance(1000)
    assert len(harness.sent) == 1


async def test_one_handlers_failure_does_not_run_another_again() -> None:
    bot, seen = acknowledging()

    @bot.on(CommentMade)
    async def fail(event: Event[CommentMade], ctx: Context) -> None:
        del event, ctx
        raise Retry

    harness = Harness(bot)
    await harness.deliver(comment())
    for _ in range(3):
        await harness.advance(1000)
    assert len(seen) == 1


# ------------------------------------------------------------------ retry, park, put back


async def test_a_retry_waits_at_least_as_long_as_asked() -> None:
    bot, attempts = Bot(), list[int]()

    @bot.on(CommentMade)
    async def wait(event: Event[CommentMade], ctx: Context) -> None:
        del event
        attempts.append(ctx.attempt)
        if ctx.attempt == 1:
            raise Retry(after=60, reason="the register is closed")

    harness = Harness(bot)
    await harness.deliver(comment())
    await harness.advance(59)
    assert attempts == [1]
    await harness.advance(10)
    assert attempts == [1, 2]
    assert [(each.kind, each.text) for each in harness.notices] == [
        ("retry", "attempt 1: the register is closed")
    ]


async def test_a_retry_does_not_hold_up_what_comes_later() -> None:
    bot, done = Bot(), list[int]()

    @bot.on(CommentMade)
    async def first_waits(event: Event[CommentMade], ctx: Context) -> None:
        if event.index == 0 and ctx.attempt == 1:
            raise Retry(after=60)
        done.append(event.index)

    harness = Harness(bot)
    await harness.deliver(comment())
    await harness.deliver(comment())
    assert done == [1]
    await harness.advance(100)
    assert done == [1, 0]


async def test_poison_is_parked_after_its_attempts_and_can_be_put_back() -> None:
    bot, cured = Bot(), list[bool]()

    @bot.on(CommentMade, name="poison")
    async def poison(event: Event[CommentMade], ctx: Context) -> None:
        if not cured:
            raise ZeroDivisionError("one over nothing")
        assert ctx.attempt == 1
        ctx.acknowledge()
        del event

    harness = Harness(bot)
    event = await harness.deliver(comment())
    for _ in range(MOST_ATTEMPTS + 2):
        await harness.advance(1000)
    [parked] = harness.parked
    assert (parked.handler, parked.attempts, parked.reason) == (
        "poison",
        MOST_ATTEMPTS,
        "ZeroDivisionError: one over nothing",
    )
    assert harness.notices[-1].kind == "parked"
    cured.append(True)
    await harness.requeue(event)
    assert harness.parked == ()
    assert harness.acknowledged == [event.statement]


async def test_a_rejected_event_is_parked_at_once() -> None:
    bot = Bot()

    @bot.on(CommentMade)
    async def reject(event: Event[CommentMade], ctx: Context) -> None:
        del event, ctx
        raise Reject("no file of this name")

    harness = Harness(bot)
    await harness.deliver(comment())
    assert [(each.attempts, each.reason) for each in harness.parked] == [
        (1, "no file of this name")
    ]


async def test_an_event_that_kills_its_bot_is_parked_like_other_poison() -> None:
    bot, runs = Bot(), list[int]()

    @bot.on(CommentMade)
    async def die(event: Event[CommentMade], ctx: Context) -> None:
        del event
        runs.append(ctx.attempt)

    harness = Harness(bot)
    await harness.deliver(comment(), redeliver=MOST_ATTEMPTS + 1)
    assert runs == list(range(1, MOST_ATTEMPTS + 1))
    assert [each.reason for each in harness.parked] == ["the bot ended while it was handled"]


async def test_a_broken_condition_is_poison_too() -> None:
    bot = Bot()

    @bot.on(CommentMade, where=lambda event: event.record.missing)  # type: ignore[attr-defined]
    async def never(event: Event[CommentMade], ctx: Context) -> None:
        del event, ctx

    harness = Harness(bot)
    await harness.deliver(comment())
    assert [each.kind for each in harness.notices] == ["retry"]


async def test_what_must_stop_the_bot_stops_it() -> None:
    bot = Bot()

    @bot.on(CommentMade)
    async def stop(event: Event[CommentMade], ctx: Context) -> None:
        del event, ctx
        raise IntegrityError("the disk lies")

    harness = Harness(bot)
    with pytest.raises(IntegrityError):
        await harness.deliver(comment())


# ------------------------------------------------------------------ what reaches a handler


async def test_kinds_and_conditions_choose_what_a_handler_gets() -> None:
    bot, seen = Bot(), list[str]()

    @bot.on(VersionTabled, where=lambda event: not event.is_own)
    async def versions(event: Event[VersionTabled], ctx: Context) -> None:
        del ctx
        seen.append(event.record.author)

    @bot.on(UnknownEvent)
    async def unknown(event: Event[UnknownEvent], ctx: Context) -> None:
        del ctx
        seen.append(event.record.kind)

    harness = Harness(bot, party="RUS", other="USA")
    await harness.deliver(base())
    await harness.deliver(base(author="RUS"), party="RUS")
    await harness.deliver(comment())
    await harness.deliver(UnknownEvent("conference-called", b""))
    assert seen == ["USA", "conference-called"]


GUARDED = [
    ("its own party's", comment(), {"party": "AAA"}),
    ("a machine's", receipt(bytes(32), role="bot"), {"role": roles.BOT}),
    ("a person's acknowledgement", receipt(bytes(32)), {}),
    ("a clear type", Heartbeat(dated=1, verified=1, held=1), {"role": roles.BOT}),
    ("what is sealed to others", NotAddressed(), {}),
]


@pytest.mark.parametrize(("what", "record", "said"), GUARDED, ids=[each[0] for each in GUARDED])
async def test_the_loop_guard_lets_nobody_acknowledge(
    what: str, record: object, said: dict[str, Any]
) -> None:
    del what
    bot, refused = Bot(), list[str]()

    @bot.on(object)
    async def try_it(event: Event[object], ctx: Context) -> None:
        assert ctx.event is event
        try:
            ctx.acknowledge()
        except MisuseError as error:
            refused.append(error.code)

    harness = Harness(bot)
    await harness.deliver(record, **said)
    assert (refused, harness.sent) == (["not-to-acknowledge"], [])
    await harness.deliver(comment())  # the control
    assert len(harness.sent) == 1


async def test_what_cannot_be_opened_is_acknowledged_as_that() -> None:
    bot = Bot()

    @bot.on(CannotOpen)
    async def take(event: Event[CannotOpen], ctx: Context) -> None:
        assert event.header is None
        ctx.acknowledge()

    harness = Harness(bot)
    event = await harness.deliver(CannotOpen("wrap"))
    [sent] = harness.sent
    assert sent == AcknowledgementGiven(
        header=sent.header,
        subjects=(event.statement,),
        rung="fetched",
        outcome="cannot_open",
        reason="wrap",
    )
    assert sent.header.origin == "automatic"


async def test_a_plain_function_runs_in_a_thread_and_may_block() -> None:
    bot, where = Bot(), list[int]()

    @bot.on(CommentMade)
    def slow(event: Event[CommentMade], ctx: Context) -> None:
        where.append(threading.get_ident())
        ctx.acknowledge()
        del event

    harness = Harness(bot)
    await harness.deliver(comment())
    assert where
    assert where[0] != threading.get_ident()
    assert len(harness.sent) == 1


async def test_a_handler_may_tell_its_people_something() -> None:
    bot = Bot()

    @bot.on(CommentMade)
    async def tell(event: Event[CommentMade], ctx: Context) -> None:
        await ctx.notice("filed", f"as {event.index}", due=ctx.now())

    harness = Harness(bot)
    event = await harness.deliver(comment(), precedence="flash")
    [notice] = harness.notices
    assert (notice.kind, notice.statement, notice.precedence, notice.due) == (
        "filed",
        event.statement.hex(),
        "flash",
        harness.now,
    )


def test_two_handlers_of_one_name_are_refused() -> None:
    bot, _ = acknowledging()

    async def take(event: Event[CommentMade], ctx: Context) -> None:
        del event, ctx

    bot.on(CommentMade, name="mine")(take)
    with pytest.raises(MisuseError, match="mine"):
        bot.on(CommentMade, name="mine")(take)


def test_a_callable_object_is_a_handler_too() -> None:
    class Taker:
        def __init__(self) -> None:
            self.seen = 0

        async def __call__(self, event: Event[CommentMade], ctx: Context) -> None:
            del event, ctx
            self.seen += 1

    taker, bot = Taker(), Bot()
    bot.on(CommentMade, name="taker")(taker)
    asyncio.run(Harness(bot).deliver(comment()))
    assert taker.seen == 1
