"""`paraph silence` at two desks: opened, held back, broken, closed."""

from pathlib import Path

from paraph.client.clock import when
from tests.support.channel import START
from tests.support.commands import Person, colleague
from tests.support.desks import hours_pass
from tests.support.exchange import exchanging, send_base

HOUR = 3_600_000


def instant(hours: int) -> str:
    return when(START + hours * HOUR)


def opened(tmp_path: Path) -> tuple[Person, Person, str]:
    usa, rus, _ = exchanging(tmp_path)
    version = str(send_base(usa))
    placed = usa.json("silence", "open", version, "--until", instant(24))
    return usa, rus, str(placed["index"])


def test_it_is_adopted_when_both_sides_have_closed_it_after_expiry(tmp_path: Path) -> None:
    usa, rus, ref = opened(tmp_path)
    assert usa.json("silence", "list")["silence"][0]["standing"] == "proposed"
    rus.ok("sync")
    hours_pass(usa, rus, hours=0)
    shown = rus.json("silence", "list")["silence"][0]
    assert (shown["standing"], shown["closings"], shown["number"]) == ("running", {}, 1)
    assert "log time is" in usa.fails(2, "silence", "close", ref)
    hours_pass(usa, rus, hours=25)
    usa.ok("silence", "close", ref)
    assert "held" in rus.ok("silence", "list")
    assert rus.json("silence", "list")["silence"][0]["held_because"] == "no closing by RUS"
    rus.ok("silence", "close", ref)
    assert usa.json("silence", "list")["silence"][0]["standing"] == "adopted"
    assert "by both sides" in usa.ok("silence", "list")
    said = rus.fails(6, "silence", "break", ref, "Too late.")
    assert "it was adopted at index" in said
    assert "paraph silence list" in said


def test_an_objection_breaks_it_and_is_the_other_sides_to_make(tmp_path: Path) -> None:
    usa, rus, ref = opened(tmp_path)
    assert "recalls its own" in usa.fails(7, "silence", "break", ref, "We think again.")
    rus.ok("silence", "break", ref, "The units differ.")
    ended = usa.json("silence", "list")["silence"][0]
    assert (ended["standing"], ended["ended_by"]["reason"]) == ("broken", "The units differ.")
    assert "by RUS, #" in usa.ok("silence", "list")
    assert "reason" in rus.fails(2, "silence", "break", ref, " ")


def test_too_little_time_and_unknown_words_are_told_before_anything_leaves(tmp_path: Path) -> None:
    usa, rus, ref = opened(tmp_path)
    before = usa.json("log")["entries"][-1]["index"]
    version = str(int(ref) - 1)
    soon = usa.fails(2, "silence", "open", version, "--until", instant(6))
    assert "12 hours that the charter asks for" in soon
    until = instant(48)
    missing = usa.fails(2, "silence", "open", version, "--clause", "c-nine", "--until", until)
    assert 'no clause "c-nine"' in missing
    assert "silence-running" in usa.fails(6, "silence", "open", version, "--until", until)
    clause = usa.json("silence", "open", version, "--clause", "distance", "--until", until)
    assert rus.json("silence", "list")["silence"][1]["clause"] == "distance"
    assert clause["index"] > before


def test_an_objection_that_the_cut_link_held_back_wins_or_comes_too_late(tmp_path: Path) -> None:
    usa, rus, _ = exchanging(tmp_path)
    front = usa.tools.front
    head, _ = colleague(rus, "head_of_delegation")
    version = str(send_base(usa))
    for clause in ("title", "distance"):
        usa.ok("silence", "open", version, "--clause", clause, "--until", instant(24))
    hours_pass(usa, rus, hours=1)

    front.down = True
    rus.fails(4, "silence", "break", "S-1", "Held back by the link.")
    rus.fails(4, "silence", "break", "S-2", "Held back by the link.")
    front.down = False
    hours_pass(usa, hours=25)  # nobody hears the other side's clock: nothing expires
    assert "[not-expired]" in usa.fails(2, "silence", "close", "S-1")
    hours_pass(rus, usa, hours=26)  # the bot is heard again; what the officer said still waits
    for ref in ("S-1", "S-2"):
        usa.ok("silence", "close", ref)
    for shown in usa.json("silence", "list")["silence"]:
        assert (shown["standing"], shown["held_because"]) == ("held", "no closing by RUS")
    head.ok("silence", "close", "S-2")

    rus.ok("sync")  # now both objections are placed
    for person in (usa, rus):
        first, second = person.json("silence", "list")["silence"]
        assert first["standing"] == "broken"  # it won: its side did not close
        assert second["standing"] == "adopted"
    late = usa.json("log")["entries"][-1]
    assert (late["refused"], late["state"]) == ("silence-ended", "logged")
    assert late["why"].startswith("it was adopted at index")
    assert "kept as said, not applied: it was adopted" in rus.ok("show", str(late["index"]))
