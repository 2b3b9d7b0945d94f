"""The stock bot against a relay in memory: receipts, signs of life, what cannot be opened."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from paraph.client.bot import (
    AcknowledgementGiven,
    Bot,
    Context,
    Event,
    Heartbeat,
    Notice,
    Opened,
    Unopened,
    VersionTabled,
    run,
)
from paraph.client.bot.memory import Batch
from paraph.client.reading.opened import binding_of
from paraph.protocol import roles
from paraph.protocol.errors import (
    EquivocationError,
    InputError,
    LockedError,
    MisuseError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.names import Digest
from paraph.protocol.sealed import SealingKey, unwrap, wrap_for
from paraph.protocol.statements.clear import Grant, GrantedWrap, Withdraw
from paraph.protocol.statements.envelope import SealedContent
from paraph.protocol.wire import Placed
from tests.client.bot.bot_home import PASSPHRASE, Bench, make_bench
from tests.support.channel import START, Channel, make_channel
from tests.support.memory_relay import MemoryRelay
from tests.support.negotiating import base, comment, dispatch, header, opened, receipt


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make_bench(tmp_path)


def receipts(bench: Bench, since: int = 0) -> list[AcknowledgementGiven]:
    return [each for each in bench.said(since) if isinstance(each, AcknowledgementGiven)]


def beats(bench: Bench, since: int = 0) -> list[Heartbeat]:
    return [each for each in bench.said(since) if isinstance(each, Heartbeat)]


async def steps(bot: Bot, count: int = 2) -> None:
    for _ in range(count):
        await bot.step()


# ------------------------------------------------------------------ receipts


async def test_what_a_person_of_the_other_party_says_is_acknowledged_once_as_fetched(
    bench: Bench,
) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        said = [bench.say(opened()), bench.say(base())]
        await steps(bot, 3)
    [given] = receipts(bench)
    assert set(given.subjects) == {each.id for each in said}
    assert (given.rung, given.outcome, given.header.origin) == ("fetched", "ok", "automatic")
    assert given.header.acting_role == "bot"
    assert given.header.negotiation == opened().header.negotiation


async def test_a_bot_that_starts_again_acknowledges_nothing_twice(bench: Bench) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        bench.say(opened())
        await steps(bot)
    for _ in range(2):
        bot, _ = bench.stock()
        async with bot:
            await steps(bot)
    assert len(receipts(bench)) == 1
    bench.say(comment())
    bot, _ = bench.stock()
    async with bot:
        await steps(bot)
    assert len(receipts(bench)) == 2  # the control: a new statement is acknowledged


async def test_acknowledgements_machines_own_people_and_clear_types_are_never_acknowledged(
    bench: Bench,
) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        own = bench.say(opened(), "RUS")
        bench.say(receipt(own.id))  # by a person of the other party
        bench.say(receipt(own.id, role="bot"), role="bot")
        bench.beat()
        await steps(bot, 3)
        assert receipts(bench) == []
        theirs = bench.say(comment())
        await steps(bot)
    assert [each.subjects for each in receipts(bench)] == [(theirs.id,)]


async def test_what_a_key_says_that_used_a_number_twice_is_acknowledged_no_more(
    bench: Bench,
) -> None:
    bot, _ = bench.stock()
    author = bench.channel.party("USA").person("desk_officer")
    async with bot:
        await bot.step()
        bench.say(opened())
        await steps(bot)
        assert len(receipts(bench)) == 1  # the control: what it said before is
        number, before = bench.channel.log.next_sequence(author.id)
        bench.say(comment(body="We accept."))
        other, body = bench.channel.seal(
            author, comment(body="We reject.").encode(), sequence=number, previous=before
        )
        with pytest.raises(RefusedError):
            await bench.relay.submit(other, body)
        bench.kinds()
        await steps(bot)
        assert bench.kinds().count("held-back") == 1
        bench.say(comment(body="Whatever else it says."))
        await steps(bot)
    assert bench.kinds().count("held-back") == 1
    assert len(receipts(bench)) == 1


@pytest.fixture
def both(tmp_path: Path) -> tuple[Bench, Bench]:
    """Both sides' bots on one relay; neither has spoken yet."""
    channel = make_channel(opened=False)
    rus, usa = Bench(tmp_path / "rus", channel, "RUS"), Bench(tmp_path / "usa", channel, "USA")
    usa.relay = usa.link.relay = rus.relay
    return rus, usa


async def talk(both: tuple[Bench, Bench]) -> list[int]:
    """Let each side say something and both bots answer; return the log's size after each round."""
    sizes: list[int] = []
    rus, usa = (each.stock()[0] for each in both)
    async with rus, usa:
        await steps(rus, 1)
        await steps(usa, 1)
        both[0].say(opened(), "USA")
        both[0].say(comment(), "RUS")
        for _ in range(6):
            await rus.step()
            await usa.step()
            sizes.append(both[0].channel.log.size)
    return sizes


async def test_two_bots_fall_silent(both: tuple[Bench, Bench]) -> None:
    sizes = await talk(both)
    assert sizes[-1] == sizes[1]
    assert [len(receipts(each)) for each in both] == [1, 1]


async def test_without_the_loop_guard_two_bots_would_never_stop(
    both: tuple[Bench, Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    guardless = property(lambda event: event.is_sealed and not event.is_own)
    monkeypatch.setattr(Event, "may_be_acknowledged", guardless)
    sizes = await talk(both)
    assert all(after > before for before, after in itertools.pairwise(sizes))


async def test_a_large_past_is_acknowledged_in_few_statements(bench: Bench) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        bench.say(opened())
        for number in range(70):
            bench.say(comment(body=f"Question {number}?"))
        await steps(bot)
    assert [len(each.subjects) for each in receipts(bench)] == [71]


# ------------------------------------------------------------------ crashes and lost lines


class Cut(MemoryRelay):
    """Loses the answers to the first submissions, after it has placed them."""

    lose = 0

    async def submit(self, envelope: bytes, body: bytes) -> Placed:
        placed = await super().submit(envelope, body)
        if self.lose:
            self.lose -= 1
            raise UnavailableError("the line broke")
        return placed


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
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        bench.say(opened())
        bench.link.down = True
        bot.station.disconnect()
        await bot.step()
    bench.link.down = False
    bench.clock.advance(60)
    bot, _ = bench.stock()
    async with bot:
        await steps(bot)
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


# ------------------------------------------------------------------ signs of life


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


# ------------------------------------------------------------------ what cannot be opened


async def test_a_body_that_does_not_open_is_said_in_both_ways(bench: Bench) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        entry = say_unreadable(bench)
        await steps(bot)
    [given] = receipts(bench)
    assert (given.subjects, given.outcome, given.reason) == ((entry,), "cannot_open", "wrap")
    index = bench.channel.log.placed[entry]  # type: ignore[index]
    assert [each for each in bench.said() if isinstance(each, Unopened)] == [
        Unopened(entry=index, reason="wrap")
    ]


def say_unreadable(bench: Bench) -> bytes:
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
        grant(bench, bench.channel.log.placed[statement])  # type: ignore[index]
        await steps(bot)
    said = bench.said()
    assert [each for each in said if isinstance(each, Opened)] == [
        Opened(entry=bench.channel.log.placed[statement])  # type: ignore[index]
    ]
    assert seen == ["CannotOpen", "NegotiationOpened"]
    assert [each.outcome for each in receipts(bench)] == ["cannot_open", "ok"]


def grant(bench: Bench, index: int) -> None:
    """The archive opens the entry for the bot, and the head of delegation records it."""
    from paraph.protocol import signed  # noqa: PLC0415

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
    from paraph.client.bot import UnknownEvent  # noqa: PLC0415

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


# ------------------------------------------------------------------ what a bot may never say


@pytest.mark.parametrize(
    "content", [opened, base, comment, dispatch], ids=lambda each: each.__name__
)
async def test_a_bots_own_outbox_refuses_to_say_what_a_person_says(
    bench: Bench, content: Callable[..., object]
) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        with pytest.raises(RefusedError) as refused:
            bot.station.outbox.prepare_sealed(content(header=header(roles.BOT)))  # type: ignore[arg-type]
        assert refused.value.code == "role"
        bot.station.outbox.prepare_sealed(receipt(bytes(32), role="bot"))  # the control


async def test_a_persons_key_is_no_bots_key(bench: Bench) -> None:
    from paraph.client.bot.station import Station  # noqa: PLC0415
    from paraph.client.keys.vault import HeldKey  # noqa: PLC0415

    person = bench.channel.party("RUS").person("desk_officer")
    key = HeldKey(
        channel=bench.channel.id, role=person.role, holder=person.holder,
        signing=person.signing.seed, sealing=person.sealing.seed, not_after=1, state="enrolled",
    )  # fmt: skip
    with pytest.raises(InputError):
        Station(bench.folder, key, "RUS", lambda: bench.link, bench.clock)


# ------------------------------------------------------------------ reminders


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
    assert not any(type(each).__name__ == "Escalation" for each in bench.said())


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


# ------------------------------------------------------------------ running


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
