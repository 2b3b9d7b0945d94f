"""People of the other side whose keys came after its roots were compared."""

from __future__ import annotations

from paraph.client.keys import cards, founding
from paraph.client.keys.home import Home
from tests.support.commands import Person, colleague, write
from tests.support.desks import vault_of

CANARY = "canary"
COUNTER = """\
kind: counter_draft
operations:
  - {op: replace, cid: distance, en: "Keep [RUS: canary] miles.", ru: "Держать [RUS: canary] миль."}
"""


def spoken(person: Person) -> dict[str, str]:
    """Return what a party reads from its own desk."""
    return founding.fingerprint(cards.read_party(founding.own_card(Home(person.home))))


def stranger(usa: Person, rus: Person) -> Person:
    """Compare the roots, look once, and return an officer enrolled by a registrar after that."""
    usa.ok("party", "verify", "RUS", "--words", spoken(rus)["en"])
    usa.ok("inbox")
    rus.ok("member", "add", "--self", "--role", "registrar")
    officer, key = colleague(rus, "desk_officer")
    rus.ok("member", "grant", key)
    return officer


def key_of(person: Person) -> str:
    """Return the id of the key in a home that has one, as hex."""
    (key,) = vault_of(person).content.keys
    return key.id.hex()


def talks(officer: Person) -> None:
    """Say something of several kinds, the canary in each."""
    officer.ok("send", write(officer, "counter.yaml", COUNTER))
    enclosed = write(officer, f"{CANARY}.txt", CANARY)
    officer.ok("comment", f"Why not the {CANARY}?", "--kind", "question", "--attach", enclosed)
    officer.ok("dispatch", "--kind", "letter", "--body", f"With the {CANARY}.")
    officer.ok("propose", "make", f"en=The {CANARY}", f"ru={CANARY}", "--why", f"en={CANARY}")
