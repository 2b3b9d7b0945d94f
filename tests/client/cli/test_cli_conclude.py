"""From a clean text to two signed originals, suspended by note, at the command line."""

import asyncio
import dataclasses
import hashlib
import json
from pathlib import Path

import pytest

from paraph.client.keys import members
from paraph.client.keys.home import Home
from paraph.client.negotiating import concluding
from paraph.client.reading import opened
from paraph.protocol.keys import SIGNATURE_SIZE, PublicKey
from paraph.protocol.names import Context
from paraph.protocol.statements.clear import Withdraw
from tests.support.commands import Person
from tests.support.desks import beat, desk_of, vault_of
from tests.support.signing import HEAD, SIGNATORY, SWAP, delegations, tabled, verified

OTHER_WORDS = """\
kind: counter_draft
operations:
  - {op: replace, cid: distance, en: "Keep 4 miles.", ru: "Держать 4 мили."}
"""


@pytest.fixture
def desks(tmp_path: Path) -> tuple[Person, Person]:
    return delegations(tmp_path)


def ready(usa: Person, rus: Person) -> None:
    tabled(usa)
    verified(usa, rus)
    for person in (usa, rus):
        person.ok("position", "take", "--all", "agree", *HEAD)
        person.ok(
            "powers", "--capacity", "en=Minister", "--issued-by", "Head of State",
            *HEAD,
        )  # fmt: skip


def signed(usa: Person, rus: Person, *effect: str) -> None:
    for person in (usa, rus):
        person.ok("initial", *HEAD)
    made: list[tuple[str, ...]] = [
        ("alternat", "set", "--named-first", "USA", "--lead", "RUS=ru", *SWAP)
    ]
    made += [("effect", "state", each) for each in effect]
    for command in made:
        placed = usa.json(*command, *HEAD)["index"]
        rus.ok("agree", str(placed), *HEAD)
    for original in ("USA", "RUS"):
        for person in (usa, rus):
            person.ok("sign", "--original", original, *SIGNATORY)


def rules(person: Person, *options: str) -> list[str]:
    shown = person.json("gate", *HEAD, *options)
    return [each["rule"] for each in shown["open"]]


def test_the_gate_lists_what_stands_open_and_nothing_is_initialled(
    desks: tuple[Person, Person],
) -> None:
    usa, rus = desks
    tabled(usa, "Keep [USA: 3] miles.", "Держать [USA: 3] мили.")
    found = rules(rus)
    assert set(found) == {"bracket", "position", "no-powers", "roots-unverified"}
    shown = rus.ok("gate", *HEAD)
    assert 'bracket at clause "distance": 1 in en, expected none' in shown
    verified(rus)
    rus.ok(
        "powers", "--for", "initial", "--capacity", "en=Head", "--issued-by", "MFA",
        *HEAD,
    )  # fmt: skip
    said = rus.fails(6, "initial", *HEAD)
    assert "[not-ready]" in said
    assert "hint: paraph gate shows everything that stands open" in said


def test_roots_that_nobody_compared_bar_initials_at_this_desk(
    desks: tuple[Person, Person],
) -> None:
    usa, rus = desks
    ready(usa, rus)
    assert rules(usa) == []
    home = Home(usa.home)
    home.change_book(lambda book: type(book)(**{**vars(book), "verified": ()}))
    assert rules(usa) == ["roots-unverified"]
    said = usa.fails(7, "initial", *HEAD)
    assert "[roots-unverified]" in said
    assert "paraph party verify" in said


def test_who_may_never_initial_is_told_so_and_not_sent_for_full_powers(
    desks: tuple[Person, Person],
) -> None:
    usa, rus = desks
    tabled(usa)
    said = rus.fails(7, "initial", "--role", "desk_officer")
    assert "a desk officer may not initial; allowed to: head of delegation, signatory" in said
    assert "may not sign" in usa.fails(7, "sign", "--original", "USA", *HEAD)


def test_without_full_powers_the_desk_says_who_shows_them(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    tabled(usa)
    verified(usa, rus)
    assert "[no-powers]" in usa.fails(7, "initial", *HEAD)


def test_log_time_that_stands_still_bars_the_conclusion(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    ready(usa, rus)
    beat("2015-10-01T13:59:00Z", usa)
    assert rules(usa) == []
    beat("2015-10-01T14:01:00Z", usa)
    assert rules(usa) == ["log-time-stalled"]
    assert "[log-time-stalled]" in usa.fails(7, "initial", *HEAD)
    beat("2015-10-01T14:01:00Z", rus)
    assert rules(usa) == []


def test_an_initial_is_taken_back_and_the_text_thaws(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    ready(usa, rus)
    placed = usa.json("initial", *HEAD)["index"]
    change = Path(usa.path("change.yaml"))
    change.write_text("kind: counter_draft\noperations: []\n")
    said = rus.fails(6, "send", str(change), "--yes", *HEAD)
    assert "[frozen-text]" in said
    assert "paraph unsign" in said
    other = Path(usa.path("other.yaml"))
    other.write_text(OTHER_WORDS)
    assert "[frozen-text]" in rus.fails(6, "send", str(other), *HEAD)  # and asks for no reason
    usa.ok("unsign", str(placed), "--reason", "A slip.", *HEAD)
    rus.ok("send", str(change), "--yes", *HEAD)
    assert "[not-standing]" in usa.fails(6, "unsign", str(placed), *HEAD)


def test_a_text_is_initialled_signed_in_effect_and_suspended_by_note(
    desks: tuple[Person, Person],
) -> None:
    usa, rus = desks
    ready(usa, rus)
    signed(usa, rus, "on_signature")
    shown = rus.json("gate", "--to-sign", *SIGNATORY)
    assert shown["phase"] == "in_effect"
    assert [(each["party"], each["original"]) for each in shown["acts"]] == [
        ("USA", None), ("RUS", None),
        ("USA", "USA"), ("RUS", "USA"), ("USA", "RUS"), ("RUS", "RUS"),
    ]  # fmt: skip
    assert "[concluded]" in usa.fails(6, "sign", "--original", "USA", *SIGNATORY)
    rus.ok(
        "effect", "suspend", "--effective", "2015-10-05T21:00:00Z", "--zone", "Moscow time",
        "--note", "00:00 on 6 October", *SIGNATORY,
    )  # fmt: skip
    beat("2015-10-05T21:00:00Z", usa, rus)
    assert usa.json("gate", "--to-sign", *HEAD)["phase"] == "suspended"
    assert "[effect-order]" in usa.fails(
        6, "effect", "resume", "--effective", "2015-10-06T00:00:00Z", "--zone", "UTC",
        *SIGNATORY,
    )  # fmt: skip
    usa.ok("conclude", "event", "implementation_test", "--at", "2015-11-03T10:00:00Z",
           *HEAD)  # fmt: skip
    assert "suspends" in usa.ok("log", *HEAD)


def test_a_text_begins_to_apply_with_the_notes_of_both(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    ready(usa, rus)
    signed(usa, rus, "on_note")
    when = ("--effective", "2015-10-03T00:00:00Z", "--zone", "UTC", *SIGNATORY)
    for person, phase in ((usa, "signed"), (rus, "in_effect")):
        assert person.json("effect", "begin", *when)["state"] == "logged"
        beat("2015-10-04T00:00:00Z", usa, rus)
        assert usa.json("gate", "--to-sign", *HEAD)["phase"] == phase


def test_what_a_compromised_key_said_is_stood_by(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    ready(usa, rus)
    adviser = ("--role", "legal_adviser")
    key = usa.json("member", "add", "--self", "--role", "legal_adviser")["key"]
    index = usa.json("comment", "By law it must.", *adviser)["index"]
    since = ("--reason", "compromised", "--since", str(index), "--yes")
    usa.ok("member", "revoke", key[:16], *since)
    stood = usa.json("conclude", "stand-by", str(index), "--note", "Ours.", *HEAD)
    assert stood["state"] == "logged"
    last = rus.json("log", *HEAD)["entries"][-1]
    assert (last["type"], last["index"], last["refused"]) == ("stood-by", stood["index"], None)


def test_a_signature_that_is_withdrawn_after_the_last_one_stays(
    desks: tuple[Person, Person],
) -> None:
    usa, rus = desks
    ready(usa, rus)
    signed(usa, rus)
    acts = {person: person.json("gate", "--to-sign", *SIGNATORY)["acts"] for person in desks}
    for person in desks:
        asyncio.run(_withdraws_all(person))
    for person in desks:
        shown = person.json("gate", "--to-sign", *SIGNATORY)
        assert (shown["phase"], shown["acts"]) == ("signed", acts[person])
        rows = [each for each in person.json("log", *HEAD)["entries"] if each["type"] == "withdraw"]
        assert {each["refused"] for each in rows} == {"concluded"}
        assert len(rows) > len(acts[person])
        assert "withdrawn" not in {each["state"] for each in person.json("log", *HEAD)["entries"]}


async def _withdraws_all(person: Person) -> None:
    # Everything that this home said, by the keys that said it: nothing is left out.
    for role in (HEAD[1], SIGNATORY[1]):
        async with desk_of(person, role) as desk:
            await desk.sync()
            for entry, read in list(desk.entries()):
                if read and read.content and entry.member and entry.member.id == desk.member.id:
                    desk.outbox.prepare_clear(Withdraw(entry=entry.index))
            await desk.sync()


async def _forged(person: Person) -> str:
    async with desk_of(person, HEAD[1]) as desk:
        await desk.sync()
        talks = desk.negotiation()
        signer = members.choose_key(vault_of(person), desk.channel, desk.role).signer
        header = desk.header(talks.identity)
        book = Home(person.home).book
        content = concluding.initialled(desk, signer, book, header, talks.heads[0])
        sent = await desk.say(dataclasses.replace(content, signature=bytes(SIGNATURE_SIZE)))
        entry = desk.reader.state.entries.get(sent.id)
        assert entry is not None
        return entry.outcome.code


def test_an_initial_that_the_key_did_not_sign_by_itself_counts_for_nobody(
    desks: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, rus = desks
    ready(usa, rus)
    assert asyncio.run(_forged(usa)) == "act-forged"
    assert rus.json("gate", *HEAD)["acts"] == []
    # Positive control: without the check it would stand, and convince nobody later.
    monkeypatch.setattr(opened, "check_act", lambda *_: None)
    assert [each["party"] for each in rus.json("gate", *HEAD)["acts"]] == ["USA"]


def test_the_originals_are_shown_with_their_digests(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    ready(usa, rus)
    said = usa.fails(2, "alternat", "show", *HEAD)
    assert "[no-alternat]" in said
    placed = usa.json("alternat", "set", *SWAP, *HEAD)["index"]
    shown = rus.json("alternat", "show", str(placed), *HEAD)
    assert shown["named_first"] == "USA"
    mine = {each["kept_by"]: each for each in shown["originals"]}
    assert (
        mine["RUS"]["sha256"]["en"]
        == hashlib.sha256(b"The Ministry and the Department.\n1. Keep 3 miles.").hexdigest()
    )
    assert mine["USA"]["sha256"]["en"] != mine["RUS"]["sha256"]["en"]
    assert "+ Служба и Отдел" in rus.ok("alternat", "show", str(placed), *HEAD)
    wrong = ("--substitute", "en", "Nowhere", "There")
    assert "[substitution-differs]" in usa.fails(
        2, "alternat", "set", "--named-first", "USA", *wrong, *HEAD
    )
    assert "[unknown-language]" in usa.fails(
        2, "alternat", "set", "--named-first", "USA", "--lead", "USA=fr",
        *HEAD,
    )  # fmt: skip


def test_the_package_holds_what_a_third_party_needs(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    ready(usa, rus)
    folder = usa.folder / "package"
    assert "[not-initialled]" in usa.fails(2, "conclude", "export", str(folder), *HEAD)
    signed(usa, rus)
    usa.ok("dispatch", "--body", "The signed text.", *HEAD)
    shown = usa.json("conclude", "export", str(folder), *HEAD)
    assert shown["phase"] == "signed"
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    summary = json.loads((folder / "conclusion.json").read_text())
    assert summary["exercise"] is True
    assert len(summary["acts"]) == 6
    for act in summary["acts"]:
        stem = folder / act["file"].removesuffix(".act")
        key = PublicKey.parse(stem.with_suffix(".key").read_bytes())
        signature = stem.with_suffix(".signature").read_bytes()
        key.verify(Context(act["context"]), stem.with_suffix(".act").read_bytes(), signature)
    original = (folder / "originals" / "RUS" / "1-ru.txt").read_text()
    assert original.startswith("Служба и Отдел.")
    [dispatch] = json.loads((folder / "dispatches.json").read_text())
    assert (dispatch["series"], dispatch["number"]) == ("USA", 1)
    assert "[exists]" in usa.fails(2, "conclude", "export", str(folder), *HEAD)
