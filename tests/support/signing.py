"""Two desks on the way from a clean text to two signed originals."""

from pathlib import Path

from tests.support.commands import Person, found_channel, two_parties, write
from tests.support.desks import beat

TEXT = """\
negotiation:
  title_en: Memorandum on Flight Safety
  title_ru: Меморандум о безопасности полётов
kind: {kind}
clauses:
  - {{cid: title, role: title, en: "The Department and the Ministry.", ru: "Отдел и Служба."}}
  - {{cid: distance, role: operative, en: "{en}", ru: "{ru}"}}
"""
SWAP = (
    "--substitute", "en", "The Department and the Ministry", "The Ministry and the Department",
    "--substitute", "ru", "Отдел и Служба", "Служба и Отдел",
)  # fmt: skip
HEAD = ("--role", "head_of_delegation")
SIGNATORY = ("--role", "signatory")
START = "2015-10-01T12:00:00Z"


def delegations(folder: Path) -> tuple[Person, Person]:
    """Return two desks that hold the keys of everybody who concludes, in an open channel."""
    usa, rus, _ = two_parties(folder, "--signers", "1")
    found_channel(usa, rus, "--exercise")
    for person in (usa, rus):
        for role in ("head_of_delegation", "signatory"):
            person.run("member", "add", "--self", "--role", role)
    beat(START, usa, rus)
    return usa, rus


def tabled(
    person: Person, en: str = "Keep 3 miles.", ru: str = "Держать 3 мили.", kind: str = "scrubbed"
) -> None:
    """Open the negotiation with a text."""
    person.ok("send", write(person, "text.yaml", TEXT.format(en=en, ru=ru, kind=kind)), *HEAD)


def verified(*people: Person) -> None:
    """Let people compare the words of the other side's roots."""
    for person in people:
        card = person.path({"usa": "rus.card", "rus": "usa.card"}[person.home.name])
        words = person.json("party", "card", "--file", card)["words"]["en"]
        person.ok("party", "verify", card, "--words", words)
