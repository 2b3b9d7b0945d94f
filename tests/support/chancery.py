"""A party with an internal channel and a colleague in it, at their command lines."""

import asyncio
from pathlib import Path

from tests.client.cli.test_cli_exchange import _heartbeat, heartbeats
from tests.support.commands import Person, found_channel, two_parties
from tests.support.memory_front import MemoryFront

BASE = """\
negotiation:
  title_en: Memorandum on Flight Safety
  title_ru: Меморандум о безопасности полётов
clauses:
  - {cid: title, role: title, en: Memorandum, ru: Меморандум}
  - {cid: distance, role: operative, en: "Keep [USA: three] miles.", ru: "Держать [USA: три] мили."}
"""
TRIPPED = """\
kind: counter_draft
operations:
  - {op: insert_after, after: distance, cid: joint, role: operative,
     en: "The Sides plan joint operations.", ru: "Стороны планируют совместные операции."}
"""
PLAIN = """\
kind: counter_draft
operations:
  - {op: replace, cid: distance, en: "Keep [USA: four] miles.", ru: "Держать [USA: четыре] мили."}
"""
MANDATE = """\
name: M-USA-1 Quarterdeck
scope_en: Technical questions of flight safety only, says the Canary Directorate.
out_of_scope: [target_information]
trip_words_en: [joint operation]
trip_words_ru: [совместная операция]
may_commit: {ad_referendum: [desk_officer], final: [head_of_delegation]}
"""
CLEAR_FIRST = "clear_first: [version-tabled]\n"


def write(person: Person, name: str, text: str) -> str:
    Path(person.path(name)).write_text(text)
    return person.path(name)


def exchanging(tmp_path: Path) -> tuple[Person, Person, MemoryFront]:
    """Return two desks with an open shared channel."""
    usa, rus, front = two_parties(tmp_path)
    found_channel(usa, rus, "--exercise")
    heartbeats(usa, rus)
    return usa, rus, front


def chancery(usa: Person, role: str = "head_of_delegation", own: str = "desk_officer") -> Person:
    """Found the internal channel of *usa* and return a colleague who is in it."""
    card = usa.path("relay.card")
    made = usa.json("channel", "internal", "--relay", card, "--exercise", "--role", own)
    asyncio.run(_heartbeat(usa, internal=True))
    colleague = Person(usa.folder, f"usa-{role}", usa.tools.front)
    charter = str(usa.home / "channels" / made["channel"] / "charter")
    colleague.ok(
        "member", "request", charter, "--party", "USA", "--role", role,
        "-o", usa.path("colleague.request"), "--small",
    )  # fmt: skip
    usa.ok("member", "add", usa.path("colleague.request"), "--channel", "internal")
    return colleague
