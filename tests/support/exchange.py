"""Two desks with an open channel, and the texts that go back and forth between them."""

from pathlib import Path

from tests.support.commands import Person, found_channel, two_parties, write
from tests.support.desks import heartbeats
from tests.support.memory_front import MemoryFront

BASE = """\
negotiation:
  title_en: Memorandum on Flight Safety
  title_ru: Меморандум о безопасности полётов
clauses:
  - {cid: title, role: title, en: Memorandum, ru: Меморандум}
  - {cid: distance, role: operative, en: "Keep [USA: three] miles.", ru: "Держать [USA: три] мили."}
"""
COUNTER = """\
kind: counter_draft
operations:
  - {op: replace, cid: distance, en: "Keep [RUS: five] miles.", ru: "Держать [RUS: пять] миль."}
"""
PLAIN = """\
kind: counter_draft
operations:
  - {op: replace, cid: distance, en: "Keep [USA: four] miles.", ru: "Держать [USA: четыре] мили."}
"""
TRIPPED = """\
kind: counter_draft
operations:
  - {op: insert_after, after: distance, cid: joint, role: operative,
     en: "The Sides plan joint operations.", ru: "Стороны планируют совместные операции."}
"""


def exchanging(folder: Path, *options: str) -> tuple[Person, Person, MemoryFront]:
    """Return two desks with an open shared channel, founded with *options*, and their relay."""
    usa, rus, front = two_parties(folder)
    found_channel(usa, rus, "--exercise", *options)
    heartbeats(usa, rus)
    return usa, rus, front


def send_base(person: Person, text: str = BASE, *options: str) -> int:
    """Open a negotiation with its first text; return the index of the version."""
    index = person.json("send", write(person, "base.yaml", text), *options)["index"]
    assert isinstance(index, int)
    return index
