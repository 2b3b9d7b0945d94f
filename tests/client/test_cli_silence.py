"""`paraph silence` at two desks: opened, held back, broken, closed."""

import asyncio
from pathlib import Path

from paraph.client.clock import when
from tests.client.test_cli_exchange import _heartbeat
from tests.support.chancery import BASE, exchanging, write
from tests.support.channel import START
from tests.support.commands import Person

HOUR = 3_600_000


def at(*people: Person, hours: int) -> None:
    """Let the wall clocks of *people* be so many hours on, and their bots say so, twice."""
    for person in people:
        person.tools.time = max(person.tools.time, START + hours * HOUR)
    for _ in range(2):
        for person in people:
            asyncio.run(_heartbeat(person))


def instant(hours: int) -> str:
    return when(START + hours * HOUR)


def opened(tmp_path: Path) -> tuple[Person, Person, str]:
    usa, rus, _ = exchanging(tmp_path)
    version = str(usa.json("send", write(usa, "base.yaml", BASE))["index"])
    placed = usa.json("silence", "open", version, "--until", instant(24))
    return usa, rus, str(placed["index"])


def test_it_is_adopted_when_both_sides_have_closed_it_after_expiry(tmp_path: Path) -> None:
    usa, rus, ref = opened(tmp_path)
    assert usa.json("silence", "list")["silence"][0]["standing"] == "proposed"
    rus.ok("sync")
    at(usa, rus, hours=0)
    shown = rus.json("silence", "list")["silence"][0]
    assert (shown["standing"], shown["closings"], shown["number"]) == ("running", {}, 1)
    assert "log time is" in usa.fails(2, "silence", "close", ref)
    at(usa, rus, hours=25)
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
