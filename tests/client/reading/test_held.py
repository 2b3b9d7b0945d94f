"""What is held at a desk: shown nowhere, acted upon by nobody, and folded all the same."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from paraph.client.bot import Bot, StockBot
from paraph.client.channel import views
from paraph.client.keys.home import Home
from paraph.client.log import conflicts
from paraph.client.negotiating import concluding
from paraph.client.negotiating.fingerprint import fingerprint
from paraph.client.reading import held
from paraph.protocol.names import Digest
from tests.support import strangers
from tests.support.commands import Person, colleague, write
from tests.support.desks import desk_of, synced, vault_of
from tests.support.exchange import exchanging, send_base
from tests.support.strangers import CANARY

READING: tuple[tuple[str, ...], ...] = (
    ("inbox",),
    ("inbox", "--all"),
    ("log",),
    ("status",),
    ("text", "show"),
    ("text", "comments"),
    ("text", "ledger"),
    ("text", "lint"),
    ("text", "diff"),
    ("text", "history", "distance"),
    ("propose", "list", "--all"),
    ("propose", "show", "P-1"),
    ("position", "show"),
    ("show", "v1"),
    ("show", "v2"),
    ("show", "C-1"),
    ("show", "P-1"),
    ("search", CANARY),
    ("gate",),
    ("export", "markdown"),
    ("vc", "list"),
    ("draft", "new"),
)


@pytest.fixture
def table(tmp_path: Path) -> tuple[Person, Person, Person]:
    """USA, RUS, and an officer of RUS with a new key who said four things."""
    usa, rus, _ = exchanging(tmp_path)
    send_base(usa)
    officer = strangers.stranger(usa, rus)
    strangers.talks(officer)
    return usa, rus, officer


def accept(usa: Person, officer: Person) -> None:
    key = strangers.key_of(officer)
    usa.ok("party", "accept", key[:12], "--fingerprint", key, "--who", "Anna")


def told(usa: Person, *, refused: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    found = {}
    for each in READING:
        for more in ((), ("--json",)):
            result = usa.run(*each, *more)
            assert result.exit_code == (2 if each == refused else 0), (each, result.output)
            found[each + more] = result.output
    return found


def test_no_command_shows_what_a_new_key_said_before_somebody_accepted_it(
    table: tuple[Person, Person, Person],
) -> None:
    usa, _, officer = table
    before = told(usa, refused=("text", "diff"))  # there is one version only that is shown
    assert {
        each for each, said in before.items() if CANARY in said and each[0] != "search"
    } == set()
    assert "held: a new key of RUS" in before["inbox",]
    assert "held-back" in before["log",]
    assert "version 2 (#" in before["text", "show"]  # it says what is not shown
    assert "three" in before["text", "show"]  # the newest that is not held
    assert "held: a new key of RUS" in before["show", "v2"]
    assert "nothing found" in before["search", CANARY]
    accept(usa, officer)
    after = told(usa)
    shows = {each for each, said in after.items() if CANARY in said}
    no_words_of_theirs = {
        ("text", "lint"), ("position", "show"), ("show", "v1"), ("gate",), ("vc", "list"),
        ("draft", "new"),
    }  # fmt: skip
    without = {each + more for each in no_words_of_theirs for more in ((), ("--json",))}
    assert set(after) - shows == {*without, ("text", "history", "distance")}
    assert "held" not in after["inbox",]


async def fingerprints(*people: Person) -> list[Digest]:
    found: list[Digest] = []
    for each in people:
        desk = await synced(each)
        found.append(fingerprint(desk).digest)
        await desk.close()
    return found


def test_to_hold_changes_nothing_of_what_both_sides_compute(
    table: tuple[Person, Person, Person],
) -> None:
    usa, rus, officer = table
    ours, theirs = asyncio.run(fingerprints(usa, rus))
    assert ours == theirs
    accept(usa, officer)
    assert asyncio.run(fingerprints(usa, rus)) == [theirs, theirs]


def test_nobody_acts_on_what_was_not_shown_and_all_may_write_about_it(
    table: tuple[Person, Person, Person],
) -> None:
    usa, _, officer = table
    own = 'operations: [{op: replace, cid: distance, en: "Nine.", ru: "Девять."}]\n'
    acts: tuple[tuple[str, ...], ...] = (
        ("confirm", "v2"),
        ("acknowledge", "v2"),
        ("answer", "P-1", "accept"),
        ("attachment", "list", "C-1"),
        ("attachment", "save", "C-1", "1", "-o", usa.path("saved.txt")),
        ("send", write(usa, "own.yaml", own), "--yes"),
        ("draft", "new", "--from", "v2"),
    )
    for act in acts:
        assert "[key-held]" in usa.fails(7, *act), act
    usa.ok("comment", "Whose key is this?", "--reply-to", "C-1")
    accept(usa, officer)
    usa.ok("confirm", "v2")
    assert CANARY in usa.ok("attachment", "list", "C-1")


def test_a_key_is_accepted_by_the_words_that_its_own_side_reads(
    table: tuple[Person, Person, Person],
) -> None:
    usa, _, officer = table
    key = strangers.key_of(officer)
    (waiting,) = usa.json("party", "accept")["waiting"]
    assert (waiting["party"], waiting["role"], waiting["said"]) == ("RUS", "desk_officer", 4)
    assert (waiting["key"], waiting["enrolled_by"]) == (key, "registrar")
    assert key[:16] in usa.ok("party", "accept")
    words = {
        each["key"]: each["words"] for each in officer.json("member", "list", "--words")["members"]
    }[key]
    wrong = " ".join(reversed(words["en"].split()))
    assert "stand between you" in usa.fails(3, "party", "accept", key[:8], "--words", wrong)
    assert "stand between you" in usa.fails(
        3, "party", "accept", key[:8], "--fingerprint", "0" * 64
    )
    assert "expected 8 words" in usa.fails(2, "party", "accept", key[:8], "--words", "two words")
    assert "[unknown-key]" in usa.fails(2, "party", "accept", "ffff")
    assert usa.json("party", "accept")["waiting"]
    heard = words["ru"]
    done = usa.json("party", "accept", "desk_officer", "--words", heard, "--who", "Anna")
    assert (done["key"], done["who"]) == (key, "Anna")
    assert usa.json("party", "accept")["waiting"] == []
    assert "no new key" in usa.ok("party", "accept")
    assert "[unknown-key]" in usa.fails(2, "party", "accept", key[:8], "--fingerprint", key)


def bot_of(person: Person, **options: Any) -> Bot:  # noqa: ANN401
    """Return the stock bot of a home, not running yet."""
    home = Home(person.home)
    link = person.tools.link(home.channels()[0].relay)
    bot = Bot(home, passphrase=vault_of(person), link=link, clock=person.tools.now, **options)
    StockBot(bot)
    return bot


async def _bot(usa: Person, notices: list[str]) -> int:
    bot = bot_of(usa, notices=lambda each: notices.append(each.kind))
    async with bot:
        await bot.run(once=True)
        await bot.run(once=True)
        return bot.counts.get("acknowledged", 0)


def test_a_bot_acknowledges_what_was_held_once_its_key_is_accepted_and_nothing_before(
    table: tuple[Person, Person, Person],
) -> None:
    usa, rus, officer = table
    kinds: list[str] = []
    assert asyncio.run(_bot(usa, kinds)) == 0
    assert kinds.count("held-back") == 4
    rus.ok("comment", "A known voice, said after the held ones.")
    kinds.clear()
    assert asyncio.run(_bot(usa, kinds)) == 1  # the control: what is not held goes on
    assert "held-back" not in kinds  # told once, also by a bot that starts again
    accept(usa, officer)
    assert asyncio.run(_bot(usa, kinds)) == 4
    assert asyncio.run(_bot(usa, kinds)) == 0


def test_a_bot_that_runs_hands_over_what_was_held_when_somebody_accepts(
    table: tuple[Person, Person, Person],
) -> None:
    usa, _, officer = table

    async def work() -> tuple[int, int]:
        bot = bot_of(usa)
        async with bot:
            await bot.step()
            before = bot.counts.get("acknowledged", 0)
            await asyncio.to_thread(accept, usa, officer)
            await bot.step()
            return before, bot.counts.get("acknowledged", 0)

    assert asyncio.run(work()) == (0, 4)


def test_what_is_held_is_asked_once_for_a_view_and_not_for_each_statement(
    table: tuple[Person, Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, _, _ = table

    async def work() -> None:
        desk = await synced(usa)
        asked = [0]
        now = held.Holding.now

        def counted(self: held.Holding) -> held.Held:
            asked[0] += 1
            return now(self)

        monkeypatch.setattr(held.Holding, "now", counted)
        rows = list(views.log(desk))
        assert len(rows) > 15
        assert 0 < asked[0] < 4
        assert desk.state is desk.state
        await desk.close()

    asyncio.run(work())


def test_a_key_used_twice_is_held_from_that_number_on_until_its_party_answers(
    table: tuple[Person, Person, Person],
) -> None:
    usa, rus, officer = table
    accept(usa, officer)
    key = strangers.key_of(officer)
    said = usa.json("log")["entries"][-4:]
    assert "held-back" not in {each["state"] for each in said}

    async def doubled() -> set[str]:
        # As the relay's pair of envelopes does once both were checked (test_conflicts.py).
        desk = await synced(usa)
        desk.replica.alarm(conflicts.DOUBLE, said[1]["index"], "another under the same number")
        talks = desk.negotiation()
        version = talks.versions.get(talks.heads[0])
        assert version is not None
        open_ = {each.rule for each in concluding.here(desk, Home(usa.home).book, version)}
        await desk.close()
        return open_

    assert "key-misused" in asyncio.run(doubled())
    states = [each["state"] == "held-back" for each in usa.json("log")["entries"][-4:]]
    assert states == [False, True, True, True]  # what it said before stands
    assert CANARY in usa.ok("text", "show")
    assert CANARY not in usa.ok("text", "comments")
    assert "must answer in the log" in usa.ok("show", "C-1")
    assert asyncio.run(_bot(usa, [])) == 1
    assert usa.json("party", "accept")["waiting"] == []  # nobody here can answer for them
    rus.ok("member", "revoke", key[:16], "--reason", "compromised", "--yes")
    assert CANARY in usa.ok("text", "comments")
    assert "key-misused" not in usa.ok("gate")
    assert asyncio.run(_bot(usa, [])) == 3


def test_our_own_keys_are_never_held_from_us(table: tuple[Person, Person, Person]) -> None:
    usa, _, _ = table

    async def work() -> None:
        desk = await synced(usa)
        before = desk.screen.held
        own = next(each.index for each in views.log(desk) if each.type == "version-tabled")
        desk.replica.alarm(conflicts.DOUBLE, own, "ours")
        assert desk.screen.held.since.keys() == before.since.keys()
        await desk.close()

    asyncio.run(work())


async def looked(person: Person) -> None:
    desk = desk_of(person)
    noted = desk.replica.home.path / held.FILE
    desk.read()
    before = desk.replica.size
    assert not desk.screen.held
    assert not noted.exists()  # most of the log is still to come
    await desk.sync()
    assert desk.replica.size > before
    assert not desk.screen.held
    assert noted.exists()
    await desk.close()


def test_a_home_that_was_just_made_holds_nobody_for_what_it_has_not_fetched(
    tmp_path: Path,
) -> None:
    usa, rus, _ = exchanging(tmp_path)
    late, _ = colleague(usa)
    late.ok("party", "verify", "RUS", "--words", strangers.spoken(rus)["en"])
    asyncio.run(looked(late))
