"""Proposals, positions, packages, recall and status at the command line."""

from pathlib import Path

import pytest

from tests.support.commands import Person, found_channel, two_parties, write
from tests.support.desks import heartbeats
from tests.support.exchange import BASE, COUNTER, exchanging, send_base

People = tuple[Person, Person]
OFFER = """\
operations:
  - {op: insert_after, after: distance, cid: radio, role: operative, en: Radio., ru: Радио.}
"""
CLEAN = """\
kind: counter_draft
operations:
  - {op: replace, cid: distance, en: "Keep four miles.", ru: "Держать четыре мили."}
"""
REOPENS = """\
operations:
  - {op: replace, cid: distance, en: "Keep six miles.", ru: "Держать шесть миль."}
"""
EXPLAINED = """\
operations:
  - op: replace
    cid: distance
    result: "reopened: new instructions"
    en: "Keep six miles."
    ru: "Держать шесть миль."
"""


@pytest.fixture
def desks(tmp_path: Path) -> People:
    usa, rus, _ = exchanging(tmp_path)
    send_base(usa)
    return usa, rus


def test_a_proposal_goes_through_its_turns(desks: People) -> None:
    usa, rus = desks
    offer = write(rus, "offer.yaml", OFFER)
    rus.ok("propose", "make", "en=A radio", "ru=Радио", "--clause", "radio", "--ops", offer)
    rus.ok("propose", "make", "en=Data", "--why", "en=To keep clear.")
    (radio, data) = usa.json("propose", "list")["proposals"]
    assert (radio["name"], radio["clause"], radio["turn"]) == ("P-1", "radio", "USA")
    assert (data["name"], data["clause"], data["standing"]) == ("P-2", None, "tabled")
    assert "out-of-turn" in rus.fails(6, "answer", "P-1", "counter")
    usa.ok("answer", "P-1", "counter", "--note", "In the annex.")
    usa.ok("answer", "P-2", "reject")
    assert "expected RUS to answer" in usa.fails(6, "answer", "P-1", "accept")
    rus.ok("answer", "p-1", "accept")
    rus.ok("answer", "P-2", "withdraw")
    shown = usa.ok("propose", "show", "P-1")
    assert "countered: In the annex." in shown
    assert [each["to"] for each in usa.json("propose", "show", "P-1")["history"]] == [
        "tabled", "countered", "accepted_ad_ref",
    ]  # fmt: skip
    for person in (usa, rus):
        person.ok("answer", str(radio["index"]), "confirm")
    assert usa.json("propose", "list")["proposals"] == []
    everything = usa.ok("propose", "list", "--all")
    assert "accepted" in everything
    assert "withdrawn" in everything


def test_what_is_wrong_with_a_proposal_is_said(desks: People) -> None:
    usa, rus = desks
    usa.fails(2, "propose", "make", "no language")
    assert "unknown-clause" in usa.fails(2, "propose", "make", "en=X", "--clause", "none")
    usa.fails(2, "answer", "P-7", "accept")
    usa.fails(2, "answer", "0", "accept")
    usa.fails(2, "propose", "make", "en=X", "--on", "head", "--ops", "nowhere.yaml")
    usa.ok("propose", "make", "en=X", "--clause", "distance")
    whole = write(rus, "whole.yaml", BASE)
    rus.fails(2, "answer", "P-1", "counter", "--ops", whole)
    rus.fails(2, "answer", "P-1", "reject", "--ops", write(rus, "offer.yaml", OFFER))
    rus.ok("answer", "P-1", "counter", "--ops", write(rus, "offer.yaml", OFFER))


def test_positions_fall_with_a_changed_word_and_show_it(desks: People) -> None:
    usa, rus = desks
    usa.ok("position", "take", "distance=reserve", "--all", "ad-ref")
    rus.ok("position", "take", "--all", "ad-ref", "--note", "subject to Moscow")
    shown = usa.json("position", "show")
    assert shown["exercise"] is True
    assert [each["positions"] for each in shown["clauses"]] == [
        {"RUS": "ad_referendum", "USA": "ad_referendum"},
        {"RUS": "ad_referendum", "USA": "reserve"},
    ]
    assert [each["state"] for each in shown["clauses"]] == ["agreed_ad_ref", "bracketed"]
    rus.ok("send", write(rus, "counter.yaml", CLEAN))
    assert "1    distance  ↺    ·    open" in usa.ok("position", "show", "--open")
    gone = usa.fails(6, "position", "take", "distance=agree", "--on", "10", "--role", HEAD)
    assert "wording-gone" in gone
    usa.ok("position", "take", "distance=agree", "--role", HEAD)
    assert usa.json("position", "show")["clauses"][1]["positions"]["USA"] == "agree"


HEAD = "head_of_delegation"


def test_what_is_wrong_with_a_position_is_said(desks: People) -> None:
    usa, _ = desks
    usa.fails(2, "position", "take")
    assert "in-principle" in usa.fails(2, "position", "take", "distance=maybe")
    usa.fails(2, "position", "take", "distance")
    usa.fails(2, "position", "take", "none=reserve")


def test_agreed_words_are_not_reopened_without_a_reason(desks: People) -> None:
    usa, rus = desks
    rus.ok("send", write(rus, "counter.yaml", CLEAN))
    for person in (usa, rus):
        person.ok("position", "take", "--all", "ad-ref")
    refused = usa.fails(6, "send", write(usa, "again.yaml", REOPENS))
    assert "Keep four miles." in refused
    assert "reopens-agreed" in refused
    usa.ok("send", write(usa, "again.yaml", EXPLAINED))
    assert usa.json("position", "show")["clauses"][1]["positions"]["RUS"] == "confirm"
    assert "reopened, to be confirmed: distance" in rus.ok("status")


def test_a_package_is_tied_and_untied_by_both(desks: People) -> None:
    usa, rus = desks
    usa.fails(2, "package", "tie", "title")
    tied = usa.json("package", "tie", "title", "distance", "--title", "en=Together")["index"]
    rus.ok("agree", str(tied))
    rus.ok("send", write(rus, "counter.yaml", CLEAN))
    for person in (usa, rus):
        person.ok("position", "take", "title=ad-ref")
    assert usa.json("position", "show")["clauses"][0]["state"] == "tied"
    untied = rus.json("package", "untie", str(tied))["index"]
    usa.ok("agree", str(untied))
    assert usa.json("position", "show")["clauses"][0]["state"] == "agreed_ad_ref"


def test_a_version_is_recalled_until_the_other_side_has_built_on_it(desks: People) -> None:
    usa, rus = desks
    second = usa.json("send", write(usa, "clean.yaml", CLEAN))["index"]
    assert "not-own-statement" in rus.fails(7, "recall", str(second))
    usa.ok("recall", str(second), "--reason", "Too early.")
    assert [each["number"] for each in rus.json("status")["heads"]] == [1]
    assert "recalls" in rus.ok("log")
    states = {each["index"]: each["state"] for each in rus.json("log")["entries"]}
    assert states[second] == "recalled"
    third = usa.json("send", write(usa, "clean.yaml", CLEAN))["index"]
    rus.ok("confirm", str(third))
    assert "built-on" in usa.fails(6, "recall", str(third))


def test_status_answers_the_four_questions(desks: People) -> None:
    usa, rus = desks
    rus.ok("send", write(rus, "counter.yaml", COUNTER))
    rus.ok("propose", "make", "en=Five miles", "--clause", "distance")
    rus.ok("comment", "Why three?", "--reply-by", "2015-10-01T00:00:00Z")
    usa.ok("dispatch", "--body", "Please answer.", "--reply-by", "2099-01-01T00:00:00Z")
    usa.ok("package", "tie", "title", "distance")
    told = usa.json("status")
    assert told["exercise"] is True
    assert told["phase"]["word"] == "negotiating"
    assert told["brackets"] == [
        {"cid": "distance", "number": "1", "holder": "RUS", "count": 1, "since": 2}
    ]
    assert (told["pen"], told["fork"]) == ("RUS", False)
    assert [(each["name"], each["turn"]) for each in told["turns"]] == [("P-1", "USA")]
    assert [(each["by"], each["what"], each["late"]) for each in told["owed"]] == [
        ("USA", "question", True),
        ("RUS", "dispatch", False),
        ("RUS", "agreement", False),
    ]
    theirs = rus.json("status")
    assert theirs["fingerprint"] == usa.json("status")["fingerprint"]
    lines = usa.ok("status")
    assert lines.startswith("EXERCISE  ")
    for line in (
        "1. distance: 1 RUS, since version 2",
        "USA: P-1 on distance (tabled",
        "USA: question C-1 by 2015-10-01T00:00:00Z LATE: Why three?",
        "version 2 (#",
    ):
        assert line in lines


def test_status_shows_a_fork_and_an_empty_table(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus)
    heartbeats(usa, rus)
    assert "no text is on the table yet" in usa.ok("status")
    first = send_base(usa)
    usa.ok("recall", str(first))
    empty = usa.ok("status")
    assert not empty.startswith("EXERCISE")
    assert "there is no text yet" in empty
    assert "no proposal waits for anybody" in empty
    send_base(usa)
    usa.ok("send", write(usa, "clean.yaml", CLEAN))
    base = str(first + 2)
    rus.ok("send", write(rus, "counter.yaml", COUNTER), "--parent", base, "--branch")
    assert "FORK" in usa.ok("status")
