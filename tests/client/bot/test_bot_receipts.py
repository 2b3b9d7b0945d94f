"""The stock bot acknowledges what people of the other side say: once, and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from paraph.client.bot import Event
from paraph.client.bot.station import Station
from paraph.client.keys.vault import HeldKey
from paraph.protocol import roles
from paraph.protocol.errors import InputError, RefusedError
from paraph.protocol.statements.content import Content
from tests.client.bot.bot_home import Bench, receipts, steps
from tests.support.channel import make_channel
from tests.support.negotiating import base, comment, dispatch, header, opened, receipt

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


# ------------------------------------------------------------------ what a bot may never say


@pytest.mark.parametrize(
    "content", [opened, base, comment, dispatch], ids=lambda each: each.__name__
)
async def test_a_bots_own_outbox_refuses_to_say_what_a_person_says(
    bench: Bench, content: Callable[..., Content]
) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        with pytest.raises(RefusedError) as refused:
            bot.station.outbox.prepare_sealed(content(header=header(roles.BOT)))
        assert refused.value.code == "role"
        bot.station.outbox.prepare_sealed(receipt(bytes(32), role="bot"))  # the control


async def test_a_persons_key_is_no_bots_key(bench: Bench) -> None:
    person = bench.channel.party("RUS").person("desk_officer")
    key = HeldKey(
        channel=bench.channel.id, role=person.role, holder=person.holder,
        signing=person.signing.seed, sealing=person.sealing.seed, not_after=1, state="enrolled",
    )  # fmt: skip
    with pytest.raises(InputError):
        Station(bench.folder, key, "RUS", lambda: bench.link, bench.clock)
