"""Nothing internal leaves: an exchange with notes, a mandate and a clearance, and every byte of it.

Both channels lie on one real relay, the worst case. Searched are all bytes that crossed the wire
(WebSocket masks taken off), all files of the relay, all files of the other side, and everything
that the other side can open: for every internal body, author's name, mandate line and trip word,
as UTF-8, UTF-16, base64 and hex. The controls: a name that is clear by design is found on the wire
and in the relay, and an internal sentence that somebody puts into the shared channel is found in
what the other side opens.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from paraph.client.keys import cards
from paraph.client.keys.home import Home
from paraph.client.log.replica import Replica
from paraph.client.reading.opened import Reader
from tests.faults.scan import forms
from tests.support.commands import PASSPHRASE, Person, write
from tests.support.exchange import BASE, PLAIN
from tests.support.memory_front import MemoryFront
from tests.support.wiretap import Wiretap, WireTools, wiretap

CLEAR_BY_DESIGN = "Clearname Department"
MANDATE = """\
name: M-Halyard-7
scope_en: Halyard scope, technical questions of flight only.
out_of_scope: [halyard_subject]
trip_words_en: [halyard manoeuvre]
trip_words_ru: [канарейка манёвра]
may_commit: {final: [head_of_delegation]}
clear_first: [version-tabled]
"""
INTERNAL = {
    "fallback": "Our halyard floor is five miles and no less.",
    "instruction": "Канарейка велит молчать о пяти милях.",
    "mandate name": "M-Halyard-7",
    "scope": "Halyard scope, technical questions of flight only.",
    "out of scope": "halyard_subject",
    "trip word": "halyard manoeuvre",
    "trip word ru": "канарейка манёвра",
    "clearance note": "Released by Bosun Halyard after lunch.",
    "author": "J. Halyard-Quarterdeck",
}
LEAK = "By the way: our halyard floor is five miles and no less."


def found_in(words: dict[str, str], pieces: Iterable[bytes]) -> set[str]:
    wanted = {
        name: (*forms(word), word.encode().hex().encode(), word.encode().hex().upper().encode())
        for name, word in words.items()
    }
    hits: set[str] = set()
    for piece in pieces:
        hits |= {name for name, shapes in wanted.items() if any(each in piece for each in shapes)}
    return hits


def ministry(folder: Path, code: str, name: str) -> Person:
    person = Person(folder, code.lower(), MemoryFront())
    person.tools = WireTools()  # type: ignore[assignment]
    person.ok(
        "party", "init", code, "--name", f"en={name}", "--roots", "1", "--small",
        "-o", person.path(f"{code.lower()}.card"),
    )  # fmt: skip
    return person


@pytest.fixture
def tap(tmp_path: Path) -> Iterator[Wiretap]:
    with wiretap(tmp_path) as tapped:
        (tmp_path / "relay.card").write_bytes(tapped.card.encode())
        yield tapped


def exchanged(tmp_path: Path, tap: Wiretap) -> tuple[Person, Person, str]:
    """Play it, and return both desks and the id of the internal channel."""
    usa = ministry(tmp_path, "USA", CLEAR_BY_DESIGN)
    rus = ministry(tmp_path, "RUS", "Ministry")
    charter = usa.path("ours.charter")
    usa.ok(
        "channel", "propose", "--peer", usa.path("rus.card"), "--relay", usa.path("relay.card"),
        "--code", tap.codes[0], "-o", charter, "--exercise",
    )  # fmt: skip
    rus.ok("channel", "accept", charter, "--code", tap.codes[1], "--yes")
    usa.ok("channel", "accept", charter, "--yes")
    for each in (usa, rus):
        each.ok("bot", "run", "--once")
    made = usa.json("channel", "internal", "--relay", usa.path("relay.card"), "--exercise")
    usa.ok("bot", "run", "--once", "--channel", made["channel"][:16])
    head = Person(tmp_path, INTERNAL["author"], MemoryFront())
    head.tools = WireTools()  # type: ignore[assignment]
    inner = str(usa.home / "channels" / made["channel"] / "charter")
    head.ok(
        "member", "request", inner, "--party", "USA", "--role", "head_of_delegation",
        "-o", usa.path("head.request"), "--small",
    )  # fmt: skip
    usa.ok("member", "add", usa.path("head.request"), "--channel", "internal")

    head.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE))
    base, counter = write(usa, "base.yaml", BASE), write(usa, "counter.yaml", PLAIN)
    for number, draft in enumerate((base, counter), 1):
        assert "[not-cleared]" in usa.fails(7, "send", draft)
        usa.ok("clear", "ask", draft)
        head.ok("clear", "release", str(number), "--note", INTERNAL["clearance note"])
        usa.ok("send", draft)
        usa.ok("comment", f"Remark {number}.")
        for kind in ("fallback", "instruction"):
            usa.ok("comment", INTERNAL[kind], "--kind", kind, "--channel", "internal")
    rus.ok("comment", "Why four?")
    rus.ok("bot", "run", "--once")
    return usa, rus, made["channel"]


def opened(person: Person) -> Iterator[bytes]:
    """Yield every record that a home can open."""
    home = Home(person.home)
    vault = person.tools.open_vault(home.vault_path, PASSPHRASE.encode())
    for folder in home.channels():
        replica = Replica.load(folder)
        reader = Reader(replica, vault.content.openers(folder.channel))
        reader.advance()
        for each in reader.history():
            if each.content is not None:
                yield each.content.encode()
        yield from (entry.envelope for entry in replica.entries())
        replica.close()


def files_of(person: Person) -> Iterator[bytes]:
    return (path.read_bytes() for path in sorted(person.home.rglob("*")) if path.is_file())


def test_nothing_internal_is_on_the_wire_in_the_relay_or_with_the_other_side(
    tmp_path: Path, tap: Wiretap
) -> None:
    usa, rus, internal = exchanged(tmp_path, tap)
    assert found_in(INTERNAL, opened(usa)) >= {"fallback", "scope", "clearance note"}  # it was said

    crossed = list(tap.crossed())
    assert found_in(INTERNAL, crossed) == set()
    assert found_in({"clear": CLEAR_BY_DESIGN}, crossed) == {"clear"}  # the control: it is read
    assert any(b"\xa4kind\xa6submit" in each for each in crossed)  # frames were unmasked
    assert found_in(INTERNAL, tap.stored()) == set()
    assert found_in({"clear": CLEAR_BY_DESIGN}, tap.stored()) == {"clear"}

    rus.ok("sync")
    theirs = [*opened(rus), *files_of(rus)]
    assert found_in(INTERNAL, theirs) == set()
    # nor does anything that they have name the internal channel, or a statement in it
    replica = Replica.load(Home(usa.home).find_channel(internal))
    ids = [bytes.fromhex(internal), *(entry.id for entry in replica.entries())]
    assert len(ids) > 10
    replica.close()
    for each in ids:
        for form in (each, each.hex().encode(), base64.b64encode(each)):
            assert not any(form in piece for piece in theirs)

    # the second control: an internal sentence in the shared channel is found with the other side
    usa.ok("comment", LEAK, "--yes")
    rus.ok("sync")
    assert found_in({"leak": LEAK[20:]}, opened(rus)) == {"leak"}


def test_numbers_and_sequences_show_no_gap_where_something_internal_stands(
    tmp_path: Path, tap: Wiretap
) -> None:
    _, rus, _ = exchanged(tmp_path, tap)
    rus.ok("sync")
    (folder,) = (
        each
        for each in Home(rus.home).channels()
        if len(cards.read(each.charter, cards.CharterFile).manifests) == 2
    )
    vault = rus.tools.open_vault(Home(rus.home).vault_path, PASSPHRASE.encode())
    replica = Replica.load(folder)
    reader = Reader(replica, vault.content.openers(folder.channel))
    reader.advance()
    (talks,) = (each for _, each in reader.state.negotiations.items())
    assert sorted(each.number for _, each in talks.comments.items()) == [1, 2, 3]
    assert sorted(each.number for _, each in talks.versions.items()) == [1, 2]
    by_key: dict[bytes, list[int]] = {}
    for entry in replica.entries():
        assert entry.statement is not None
        by_key.setdefault(entry.statement.sender, []).append(entry.statement.sequence)
    replica.close()
    for sequences in by_key.values():
        assert sequences == list(range(1, len(sequences) + 1))
