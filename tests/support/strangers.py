"""People of the other side whose keys came after its roots were compared."""

from __future__ import annotations

from paraph.client.channel.desk import Desk
from paraph.client.keys import cards, founding
from paraph.client.keys.home import Home
from tests.support.chancery import write
from tests.support.commands import PASSPHRASE, Person

CANARY = "canary"
COUNTER = """\
kind: counter_draft
operations:
  - {op: replace, cid: distance, en: "Keep [RUS: canary] miles.", ru: "Держать [RUS: canary] миль."}
"""


def spoken(person: Person) -> dict[str, str]:
    """Return what a party reads from its own desk."""
    return founding.fingerprint(cards.read_party(founding.own_card(Home(person.home))))


def enrol(rus: Person, role: str) -> Person:
    """Enrol a colleague of the other side, by its registrar where the role may be."""
    (charter,) = rus.home.glob("channels/*/charter")
    made = Person(rus.folder, f"rus-{role}", rus.tools.front)
    paper = rus.path(f"{role}.request")
    made.ok("member", "request", str(charter), "--party", "RUS", "--role", role, "-o", paper,
            "--small")  # fmt: skip
    rus.ok("member", "add", paper)
    return made


def stranger(usa: Person, rus: Person) -> Person:
    """Compare the roots, look once, and return an officer enrolled by a registrar after that."""
    usa.ok("party", "verify", "RUS", "--words", spoken(rus)["en"])
    usa.ok("inbox")
    rus.ok("member", "add", "--self", "--role", "registrar")
    officer = enrol(rus, "desk_officer")
    rus.ok("member", "grant", key_of(officer))
    return officer


def key_of(person: Person) -> str:
    """Return the id of the key in a home that has one, as hex."""
    (key,) = person.tools.open_vault(Home(person.home).vault_path, PASSPHRASE.encode()).content.keys
    return key.id.hex()


def talks(officer: Person) -> None:
    """Say something of several kinds, the canary in each."""
    officer.ok("send", write(officer, "counter.yaml", COUNTER))
    enclosed = write(officer, f"{CANARY}.txt", CANARY)
    officer.ok("comment", f"Why not the {CANARY}?", "--kind", "question", "--attach", enclosed)
    officer.ok("dispatch", "--kind", "letter", "--body", f"With the {CANARY}.")
    officer.ok("propose", "make", f"en=The {CANARY}", f"ru={CANARY}", "--why", f"en={CANARY}")


def desk(person: Person, role: str | None = None) -> Desk:
    """Return the open desk of a home with one shared channel; close it."""
    home = Home(person.home)
    vault = person.tools.open_vault(home.vault_path, PASSPHRASE.encode())
    (folder,) = home.channels()
    return Desk.open(home, vault, folder, role, person.tools.front, clock=person.tools.now)


async def synced(person: Person, role: str | None = None) -> Desk:
    """Do the same, with everything fetched and read."""
    found = desk(person, role)
    await found.sync()
    return found
