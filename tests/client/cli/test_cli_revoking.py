"""`paraph member revoke` at the command line: a key ends, and its person goes on with another."""

import shutil
from pathlib import Path

from tests.support.commands import colleague, found_channel, two_parties
from tests.support.desks import heartbeats
from tests.support.exchange import send_base


def test_a_lost_key_ends_and_its_person_goes_on(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus, "--exercise")
    late, key = colleague(usa)
    heartbeats(usa, rus)
    send_base(usa)
    assert late.json("comment", "Before.")["state"] == "logged"

    said = usa.fails(2, "member", "revoke", "legal_adviser", "--reason", "lost")
    assert f"error: the legal_adviser {key[:16]} was not revoked [not-confirmed]" in said
    assert "it cannot be undone" in said
    end = ("member", "revoke", key[:8], "--reason", "lost", "--yes")
    ended = usa.json(*end)
    assert (ended["key"], ended["missing"], ended["file"]) == (key, 0, None)
    listed = {each["key"]: each["state"] for each in usa.json("member", "list")["members"]}
    assert listed[key] == f"revoked at {ended['index']}"
    assert "found none [unknown-key]" in usa.fails(2, *end)

    late.fails(7, "comment", "After.")
    anew = late.json(
        "member", "request", usa.path("ours.charter"), "--party", "USA", "--role", "legal_adviser",
        "-o", usa.path("anew.request"),
    )  # fmt: skip
    assert anew["key"] != key
    usa.ok("member", "add", usa.path("anew.request"))
    assert late.json("comment", "After.")["state"] == "logged"


def test_what_a_stolen_key_said_is_contested(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus)
    _, key = colleague(usa)
    size = usa.json("sync")["size"]
    said = usa.fails(
        2, "member", "revoke", key[:8], "--reason", "compromised", "--since", "900", "--yes"
    )
    assert f"error: expected an index below {size}" in said
    command = ("member", "revoke", key[:8], "--reason", "compromised", "--since", "2", "--yes")
    assert usa.json(*command)["missing"] == 0


def test_what_is_not_ones_own_cannot_be_ended(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus)
    late, key = colleague(usa)
    assert "found none" in rus.fails(2, "member", "revoke", key[:8], "--reason", "lost", "--yes")
    late.ok("sync")  # its key counts: it may carry a paper, and sign none
    said = late.fails(7, "member", "revoke", "head_of_delegation", "--reason", "other", "--yes")
    assert "this home may not revoke the key of a head_of_delegation [role]" in said
    assert "expected KEY with --reason" in usa.fails(2, "member", "revoke", key[:8])


def test_who_joined_by_a_request_verifies_the_other_side_by_its_code(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus)
    late, _ = colleague(usa, "signatory")
    words = rus.json("party", "card")["words"]["en"]
    assert late.json("party", "verify", "RUS", "--words", words)["party"] == "RUS"
    assert "cannot read XXX" in late.fails(2, "party", "verify", "XXX", "--words", words)


def is_legal(member: dict[str, str]) -> bool:
    return (member["party"], member["role"]) == ("USA", "legal_adviser")


def test_a_home_that_lost_a_channels_folder_goes_on_with_a_new_key(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path, "--roots", "3", "--threshold", "1")
    found_channel(usa, rus)
    usa.ok("member", "add", "--self", "--role", "legal_adviser")  # a root has spoken from here
    shutil.rmtree(usa.home / "channels")
    usa.ok("channel", "accept", usa.path("ours.charter"), "--role", "head_of_delegation")
    renewed = usa.json("member", "add", "--self", "--role", "legal_adviser", "--renew")
    assert renewed["state"] == "enrolled"
    keys = [each["key"] for each in usa.json("member", "list")["members"] if is_legal(each)]
    assert len(keys) == 2
    old = next(each for each in keys if each != renewed["key"])
    assert usa.json("member", "revoke", old[:16], "--reason", "lost", "--yes")["missing"] == 0
