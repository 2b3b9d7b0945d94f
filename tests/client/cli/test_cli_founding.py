"""From two empty homes to a founded channel, at the command line."""

import dataclasses
import json
import os
from pathlib import Path

import pytest

from paraph.client.keys import cards
from paraph.client.keys.home import Home
from paraph.client.keys.vault import Vault
from paraph.client.log.replica import Replica
from paraph.protocol.documents import Charter
from tests.support.commands import PASSPHRASE, Person, found_channel, propose_channel, two_parties
from tests.support.memory_front import MemoryFront


def test_a_party_shows_its_words_in_both_languages(tmp_path: Path) -> None:
    usa, _, _ = two_parties(tmp_path)
    card = usa.json("party", "card")
    assert card["party"] == "USA"
    assert len(card["words"]["en"].split()) == len(card["words"]["ru"].split()) == 8
    assert card["own"] is True
    assert card["words"]["ru"] in usa.ok("party", "card")
    theirs = usa.json("party", "card", "--file", usa.path("rus.card"))
    assert (theirs["party"], theirs["verified"]) == ("RUS", None)


def test_words_typed_back_verify_and_wrong_words_end_with_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, rus, _ = two_parties(tmp_path)
    spoken = rus.json("party", "card")["words"]
    other = usa.json("party", "card")["words"]
    said = usa.fails(3, "party", "verify", usa.path("rus.card"), "--words", other["en"])
    assert "error: expected the words of this fingerprint [forged]" in said
    assert "hint: read them once more" in said
    assert usa.json("party", "card", "--file", usa.path("rus.card"))["verified"] is None
    found = usa.json("party", "verify", usa.path("rus.card"), "--words", spoken["ru"], "--who", "J")
    assert (found["party"], found["how"], found["who"]) == ("RUS", "words", "J")
    verified = usa.json("party", "card", "--file", usa.path("rus.card"))["verified"]
    assert verified["who"] == "J"
    assert verified["at"].endswith("Z")
    (tmp_path / "RUS").mkdir()  # a folder of that name is no card
    monkeypatch.chdir(tmp_path)
    assert "RUS" in usa.ok("party", "verify", "RUS", given=spoken["en"].upper() + "\n")


def test_a_scanned_code_verifies_as_well(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    code = rus.json("party", "card")["fingerprint"]
    other = usa.json("party", "card")["fingerprint"]
    card = usa.path("rus.card")
    said = usa.fails(3, "party", "verify", card, "--fingerprint", other)
    assert "error: expected the code of this fingerprint [forged]" in said
    said = usa.fails(2, "party", "verify", card, "--fingerprint", "12")
    assert "error: expected a fingerprint of 64 hex digits" in said
    assert usa.json("party", "verify", card, "--fingerprint", code.upper())["how"] == "qr"


def test_our_own_words_are_shown_to_be_read_aloud(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    own = usa.json("party", "card")["words"]
    spoken = rus.json("party", "card")["words"]
    result = usa.run("party", "verify", usa.path("rus.card"), given=spoken["en"] + "\n")
    assert result.exit_code == 0
    assert own["en"] in result.stderr
    assert own["ru"] in result.stderr


def test_too_few_words_are_the_typists_mistake(tmp_path: Path) -> None:
    usa, _, _ = two_parties(tmp_path)
    said = usa.fails(2, "party", "verify", usa.path("rus.card"), "--words", "one two")
    assert "error: expected 8 words, got 2" in said


def test_two_homes_found_a_channel_and_enrol_their_keys(tmp_path: Path) -> None:
    usa, rus, front = two_parties(tmp_path)
    channel = found_channel(usa, rus, "--exercise")
    assert front.codes == set()
    (listed,) = usa.json("channel", "list")["channels"]
    assert listed["channel"] == channel
    assert (listed["parties"], listed["exercise"], listed["internal"]) == (
        ["RUS", "USA"], True, False,
    )  # fmt: skip
    members = usa.json("member", "list")["members"]
    assert {(each["party"], each["role"]) for each in members} >= {
        ("RUS", "desk_officer"),
        ("RUS", "bot"),
    }
    (relay,) = front.relays.values()
    roles = {(each.party, each.role) for each in relay.channel.log.trust.members()}
    assert roles == {
        ("RUS", "bot"), ("RUS", "desk_officer"), ("USA", "bot"), ("USA", "head_of_delegation"),
    }  # fmt: skip
    assert not [entry for entry in relay.channel.envelopes if not entry]


def test_the_trust_file_names_roots_origin_and_log_keys(tmp_path: Path) -> None:
    usa, rus, front = two_parties(tmp_path)
    channel = found_channel(usa, rus)
    path = usa.home / "channels" / channel / "trust.json"
    trust = json.loads(path.read_bytes())
    assert trust["format"] == "paraph-trust/1"
    assert trust["origin"] == f"{front.card.origin_prefix}/{channel}"
    assert len(trust["log"]) == 2
    assert all(vkey.startswith(trust["origin"] + "+") for vkey in trust["log"])
    assert trust["roots"] == {
        "RUS": rus.json("party", "card")["fingerprint"],
        "USA": usa.json("party", "card")["fingerprint"],
    }


def test_the_one_who_proposed_joins_without_the_completed_file(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    charter = Path(propose_channel(usa, "--code", "CODE-USA"))
    copy = Path(rus.path("copy.charter"))
    copy.write_bytes(charter.read_bytes())
    said = usa.fails(7, "channel", "accept", str(charter), "--yes")
    assert "error: the channel is not founded yet [not-founded]" in said
    assert "hint: the other party must run paraph channel accept" in said
    rus.ok("channel", "accept", str(copy), "--code", "CODE-RUS", "--yes")
    joined = usa.json("channel", "accept", str(charter), "--yes")
    assert joined["founded"] is True
    assert [key["state"] for key in joined["keys"]] == ["enrolled", "enrolled"]


def test_accepting_twice_changes_nothing(tmp_path: Path) -> None:
    usa, rus, front = two_parties(tmp_path)
    found_channel(usa, rus)
    (relay,) = front.relays.values()
    size = relay.channel.log.size
    first = rus.json("channel", "accept", rus.path("ours.charter"))
    again = rus.json("channel", "accept", rus.path("ours.charter"))
    assert first == again
    assert relay.channel.log.size == size


def test_below_the_threshold_the_file_travels_on(tmp_path: Path) -> None:
    front = MemoryFront("CODE-USA", "CODE-RUS")
    (tmp_path / "relay.card").write_bytes(front.card.encode())
    usa, rus = Person(tmp_path, "usa", front), Person(tmp_path, "rus", front)
    usa.ok("party", "init", "USA", "--name", "en=D", "--small", "-o", usa.path("usa.card"))
    rus.ok("party", "init", "RUS", "--name", "en=M", "--small", "-o", usa.path("rus.card"))
    vault = Vault.open(Home(usa.home).vault_path, PASSPHRASE.encode())
    whole = vault.content
    _hold(vault, whole.roots[:1])
    charter = usa.path("ours.charter")
    proposed = usa.json(
        "channel", "propose", "--peer", usa.path("rus.card"), "--relay", usa.path("relay.card"),
        "--code", "CODE-USA", "-o", charter,
    )  # fmt: skip
    assert proposed["missing"] == {"RUS": 2, "USA": 1}
    text = rus.ok("channel", "accept", charter, "--code", "CODE-RUS", "--yes")
    assert "missing    1 root signature of USA" in text
    assert not front.relays
    _hold(Vault.open(Home(usa.home).vault_path, PASSPHRASE.encode()), whole.roots[1:])
    done = usa.json("channel", "accept", charter, "--yes")
    assert done["founded"] is True
    assert rus.json("channel", "accept", charter, "--code", "CODE-RUS", "--yes")["founded"] is True


def _hold(vault: Vault, roots: tuple[bytes, ...]) -> None:
    vault.update(dataclasses.replace(vault.content, roots=roots))


def test_a_party_that_is_not_admitted_is_told(tmp_path: Path) -> None:
    usa, rus, front = two_parties(tmp_path)
    charter = propose_channel(usa)
    said = rus.fails(7, "channel", "accept", charter, "--code", "CODE-RUS", "--yes")
    assert "error: the roots of USA are not admitted [not-admitted]" in said
    assert not front.relays
    file = cards.read(Path(charter), cards.CharterFile)
    assert len(file.founding) == 3  # signed once, kept for the next try
    usa.ok("channel", "accept", charter, "--code", "CODE-USA", "--yes")
    assert cards.read(Path(charter), cards.CharterFile).founding == file.founding
    rus.ok("channel", "accept", charter, "--code", "CODE-RUS", "--yes")


def test_a_used_code_is_refused(tmp_path: Path) -> None:
    usa, _, _ = two_parties(tmp_path)
    said = usa.fails(
        7, "channel", "propose", "--peer", usa.path("rus.card"), "--relay",
        usa.path("relay.card"), "--code", "OTHER", "-o", usa.path("x.charter"),
    )  # fmt: skip
    assert "[code]" in said


def test_an_unreachable_relay_ends_with_4_and_the_file_is_kept(tmp_path: Path) -> None:
    usa, rus, front = two_parties(tmp_path)
    charter = propose_channel(usa, "--code", "CODE-USA")
    front.down = True
    said = rus.fails(4, "channel", "accept", charter, "--code", "CODE-RUS", "--yes")
    assert "error: cannot reach the relay" in said
    assert "hint: " in said
    front.down = False
    rus.ok("channel", "accept", charter, "--code", "CODE-RUS", "--yes")


def test_nothing_is_signed_without_a_yes(tmp_path: Path) -> None:
    usa, rus, front = two_parties(tmp_path)
    charter = propose_channel(usa)
    before = Path(charter).read_bytes()
    said = rus.fails(2, "channel", "accept", charter)
    assert "error: nothing was signed [not-confirmed]" in said
    assert rus.json("party", "card")["words"]["en"] in said
    assert usa.json("party", "card")["words"]["ru"] in said
    assert Path(charter).read_bytes() == before
    assert not front.relays


@pytest.mark.parametrize("at", [0, 40, 5000, -1])
def test_an_altered_charter_file_is_refused(tmp_path: Path, at: int) -> None:
    usa, rus, _ = two_parties(tmp_path)
    charter = Path(propose_channel(usa))
    data = bytearray(charter.read_bytes())
    data[at] ^= 1
    charter.write_bytes(data)
    result = rus.run("channel", "accept", str(charter), "--code", "CODE-RUS", "--yes")
    assert result.exit_code in {2, 3}
    assert result.stderr.startswith("error: ")


def test_a_charter_with_other_roots_of_ours_is_forged(tmp_path: Path) -> None:
    usa, rus, front = two_parties(tmp_path)
    thief = Person(tmp_path, "thief", front)
    thief.ok(
        "party",
        "init",
        "RUS",
        "--name",
        "en=M",
        "--roots",
        "1",
        "--small",
        "-o",
        usa.path("t.card"),
    )
    charter = propose_channel(usa, peer="t.card")
    said = rus.fails(3, "channel", "accept", charter, "--code", "CODE-RUS", "--yes")
    assert "error: expected the charter to name the roots and the first manifest of RUS" in said


def test_a_charter_of_others_is_not_ours(tmp_path: Path) -> None:
    usa, rus, front = two_parties(tmp_path)
    third = Person(tmp_path, "third", front)
    third.ok("party", "init", "FRA", "--name", "fr=M", "--roots", "1", "--small")
    charter = propose_channel(usa)
    said = third.fails(2, "channel", "accept", charter, "--yes")
    assert "error: expected a charter of FRA, found RUS, USA [not-a-party]" in said
    assert rus.home.exists()


def test_an_internal_channel_has_one_party(tmp_path: Path) -> None:
    usa, _, _ = two_parties(tmp_path)
    made = usa.json("channel", "internal", "--relay", usa.path("relay.card"), "--code", "CODE-USA")
    assert made["parties"] == ["USA"]
    (listed,) = usa.json("channel", "list")["channels"]
    assert listed["internal"] is True


def test_an_internal_channel_has_an_archive_of_its_own(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    shared = found_channel(usa, rus)
    usa.json("channel", "internal", "--relay", usa.path("relay.card"))
    archives = {}
    for folder in Home(usa.home).channels():
        replica = Replica.load(folder)
        archives[folder.channel.hex()] = replica.log.trust.parties["USA"].archive.id
        replica.close()
    assert shared in archives
    assert len(set(archives.values())) == 2


def test_a_card_can_be_drawn_to_be_scanned(tmp_path: Path) -> None:
    usa, _, _ = two_parties(tmp_path)
    assert "█" not in usa.ok("party", "card")
    assert usa.ok("party", "card", "--qr").count("█") > 100


def test_a_second_person_joins_from_another_home(tmp_path: Path) -> None:
    usa, rus, front = two_parties(tmp_path)
    channel = found_channel(usa, rus)
    anna = Person(tmp_path, "anna", front)
    asked = anna.json(
        "member", "request", anna.path("ours.charter"), "--party", "USA", "--role",
        "legal_adviser", "--small", "-o", anna.path("anna.request"),
    )  # fmt: skip
    assert asked["channel"] == channel
    assert asked["words"] == usa.json("party", "card")["words"]
    again = anna.json(
        "member", "request", anna.path("ours.charter"), "--party", "USA", "--role",
        "legal_adviser", "-o", anna.path("anna.request"),
    )  # fmt: skip
    assert again["key"] == asked["key"]
    said = anna.fails(7, "sync")
    assert "error: the key of this legal_adviser is not enrolled yet [not-enrolled]" in said
    added = usa.json("member", "add", usa.path("anna.request"))
    assert (added["role"], added["missing"]) == ("legal_adviser", 0)
    assert added["index"] is not None
    assert usa.json("member", "add", usa.path("anna.request"))["index"] == added["index"]
    (relay,) = front.relays.values()
    adviser = [each for each in relay.channel.log.trust.members() if each.role == "legal_adviser"]
    assert [each.id.hex() for each in adviser] == [asked["key"]]
    heads = [e for e in relay.channel.log.trust.members() if e.role == "head_of_delegation"]
    assert adviser[0].holder != heads[0].holder
    synced = anna.json("sync")
    assert (synced["size"], synced["read"], synced["halt"]) == (8, 8, None)


def test_the_other_party_does_not_enrol_our_people(tmp_path: Path) -> None:
    usa, rus, front = two_parties(tmp_path)
    found_channel(usa, rus)
    anna = Person(tmp_path, "anna", front)
    anna.ok(
        "member", "request", anna.path("ours.charter"), "--party", "USA", "--role",
        "legal_adviser", "--small", "-o", anna.path("anna.request"),
    )  # fmt: skip
    said = rus.fails(2, "member", "add", rus.path("anna.request"))
    assert "error: expected a request to RUS" in said
    said = anna.fails(7, "member", "add", anna.path("anna.request"))
    assert "error: this home may not enrol a legal_adviser [role]" in said


def test_a_further_key_of_the_same_home(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus)
    made = usa.json("member", "add", "--self", "--role", "signatory")
    assert (made["role"], made["state"]) == ("signatory", "enrolled")
    assert usa.json("member", "add", "--self", "--role", "signatory")["key"] == made["key"]
    said = usa.fails(2, "member", "add")
    assert "error: expected either a request FILE, or --self with --role" in said


# ------------------------------------------------------------------ bad input


def test_a_wrong_passphrase_ends_with_5(tmp_path: Path) -> None:
    usa, _, _ = two_parties(tmp_path)
    usa.passphrase_file.write_text("another one\n")
    said = usa.fails(
        5, "channel", "propose", "--peer", usa.path("rus.card"), "--relay",
        usa.path("relay.card"), "-o", usa.path("x"),
    )  # fmt: skip
    assert said == (
        "error: the key file does not open with this passphrase [locked]\n"
        "hint: type it again; a damaged file must be restored, and its keys enrolled anew\n"
    )
    assert not Path(usa.path("x")).exists()


def test_a_passphrase_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    usa, _, _ = two_parties(tmp_path)
    usa.passphrase_file.chmod(0o644)
    said = usa.fails(2, "channel", "internal", "--relay", usa.path("relay.card"))
    assert "error: expected a passphrase file that only its owner can read [mode]" in said
    assert f"hint: chmod 600 {usa.passphrase_file}" in said


def test_a_short_passphrase_is_refused_for_a_new_key_file(tmp_path: Path) -> None:
    person = Person(tmp_path, "usa", MemoryFront())
    person.passphrase_file.write_text("short")
    said = person.fails(2, "party", "init", "USA", "--name", "en=D", "--small")
    assert "error: expected a passphrase of at least 8 characters [passphrase]" in said
    assert not (person.home / "vault").exists()


def test_a_home_without_a_key_file_is_told(tmp_path: Path) -> None:
    person = Person(tmp_path, "usa", MemoryFront())
    (tmp_path / "relay.card").write_bytes(person.tools.front.card.encode())
    said = person.fails(2, "channel", "internal", "--relay", person.path("relay.card"))
    assert "error: expected the home of a person: " in said
    assert "paraph party init makes a party in it" in said


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("usa",), "not a valid manifest"),
        (("USA", "--roots", "6"), "expected 1 to 5 roots"),
        (("USA", "--threshold", "4"), "expected a threshold of 1 to 3"),
        (("USA", "--signers", "9"), "expected 1 to 4 initiallers"),
        (("USA", "--name", "ru"), "expected --name LANG=TEXT"),
        (("USA", "--name", "en=again"), "each language once"),
        (("USA", "--name", "english=again"), "not a valid name"),
    ],
)
def test_a_party_with_impossible_values_is_refused(
    tmp_path: Path, args: tuple[str, ...], complaint: str
) -> None:
    person = Person(tmp_path, "usa", MemoryFront())
    said = person.fails(2, "party", "init", *args, "--name", "en=D", "--small")
    assert said.startswith("error: ")
    assert complaint in said
    assert not (person.home / "vault").exists()


def test_a_second_party_does_not_fit_into_a_home(tmp_path: Path) -> None:
    usa, _, _ = two_parties(tmp_path)
    said = usa.fails(2, "party", "init", "USA", "--name", "en=D", "--small")
    assert "[vault-exists]" in said


def test_garbage_instead_of_a_card_is_told(tmp_path: Path) -> None:
    usa, _, _ = two_parties(tmp_path)
    Path(usa.path("bad.card")).write_bytes(os.urandom(64))
    said = usa.fails(2, "party", "verify", usa.path("bad.card"), "--words", "x")
    assert "is not a party-card" in said
    assert "hint: ask for the file again, unaltered; paraph party card -o FILE makes one" in said
    said = usa.fails(2, "party", "verify", usa.path("none.card"), "--words", "x")
    assert "No such file" in said


def test_an_altered_card_does_not_verify(tmp_path: Path) -> None:
    usa, _, _ = two_parties(tmp_path)
    path = Path(usa.path("rus.card"))
    card = cards.read(path, cards.PartyCard)
    document = card.manifest
    body = document.body.replace("Министерство".encode(), "министерство".encode())
    assert body != document.body
    forged = cards.PartyCard(manifest=type(document)(body=body, signatures=document.signatures))
    path.write_bytes(forged.encode())
    said = usa.fails(3, "party", "verify", str(path), "--words", "x")
    assert "error: expected a valid signature by the named key [forged]" in said


def test_a_relay_card_of_another_log_does_not_fit_a_charter(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    charter = Path(propose_channel(usa))
    file = cards.read(charter, cards.CharterFile)
    other = MemoryFront().card
    swapped = cards.CharterFile(
        charter=file.charter, manifests=file.manifests, relay=other, founding=file.founding
    )
    charter.write_bytes(swapped.encode())
    said = rus.fails(3, "channel", "accept", str(charter), "--yes")
    assert "error: expected the relay card of the log that the charter names" in said


def test_the_founding_entries_are_signed_by_one_root_in_sequence(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus)
    file = cards.read(Path(usa.path("ours.charter")), cards.CharterFile)
    charter = Charter.decode(file.charter.body)
    assert [each.code for each in charter.parties] == ["RUS", "USA"]
