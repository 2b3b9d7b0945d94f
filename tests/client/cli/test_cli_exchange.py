"""Versions, comments and dispatches from desk to desk, at the command line."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from paraph.client.keys import members
from paraph.client.keys.home import Home
from paraph.protocol.names import Digest
from paraph.protocol.relay import RelayChannel
from paraph.protocol.wire import Entries
from tests.support.commands import Person, found_channel, two_parties, write
from tests.support.desks import folder_of, heartbeats, vault_of
from tests.support.exchange import BASE, COUNTER, exchanging, send_base
from tests.support.forwarding import Forwarding
from tests.support.memory_front import MemoryFront


@pytest.fixture
def desks(tmp_path: Path) -> tuple[Person, Person, MemoryFront]:
    return exchanging(tmp_path)


def test_a_text_goes_back_and_forth(desks: tuple[Person, Person, MemoryFront]) -> None:
    usa, rus, _ = desks
    sent = usa.json("send", write(usa, "base.yaml", BASE))
    assert (sent["state"], sent["type"]) == ("logged", "version-tabled")
    first = sent["index"]
    waiting = rus.json("inbox")["waiting"]
    assert [(each["type"], each["party"]) for each in waiting] == [
        ("negotiation-opened", "USA"),
        ("version-tabled", "USA"),
    ]
    assert rus.json("send", write(rus, "counter.yaml", COUNTER))["state"] == "logged"
    comment = rus.json(
        "comment", "Why three?", "--on", str(first), "--clause", "distance", "--lang", "en",
        "--quote", "three",
    )  # fmt: skip
    answer = usa.json("comment", "Practice.", "--reply-to", str(comment["index"]), "--resolve")
    assert answer["state"] == "logged"
    dispatch = usa.json("dispatch", "--carry", str(first), "--body", "As announced.")
    confirmed = rus.json("confirm", str(first))
    acknowledged = rus.json("acknowledge", str(first), "--rung", "understood")
    assert {dispatch["state"], confirmed["state"], acknowledged["state"]} == {"logged"}
    rows = {each["index"]: each for each in usa.json("log")["entries"]}
    assert rows[first]["state"] == "understood"
    assert rows[comment["index"]]["state"] == "logged"
    assert rows[dispatch["index"]]["summary"].startswith("transmittal USA-1, 1 enclosure:")
    heartbeats(rus)
    assert usa.json("log")["entries"][dispatch["index"]]["state"] == "held"
    left = [each["type"] for each in rus.json("inbox")["waiting"]]
    assert left == ["negotiation-opened", "comment-made", "dispatch-sent"]


def test_a_version_is_shown_clause_by_clause(desks: tuple[Person, Person, MemoryFront]) -> None:
    usa, rus, _ = desks
    index = send_base(usa)
    shown = rus.json("show", str(index))
    assert [each["number"] for each in shown["version"]["clauses"]] == ["", "1"]
    assert set(shown["version"]["digests"]) == {"en", "ru"}
    assert "1. Держать [USA: три] мили." in rus.ok("show", str(index), "--lang", "ru")
    text = rus.ok("show", f"#{index}")
    assert "version    1, tabled_draft" in text
    by_id = rus.json("show", shown["id"][:10])
    assert by_id["index"] == index
    assert "error: expected a version for --lang" in rus.fails(2, "show", "0", "--lang", "en")
    assert "error: expected one of en, ru" in rus.fails(2, "show", str(index), "--lang", "de")
    assert "error: expected an index below" in rus.fails(2, "show", "999")
    assert "found none [unknown-statement]" in rus.fails(2, "show", "ffffffff")


def test_a_parent_that_is_not_the_head_ends_with_6_and_loses_nothing(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, rus, front = desks
    first = send_base(usa)
    rus.ok("send", write(rus, "counter.yaml", COUNTER))
    (relay,) = front.relays.values()
    size = relay.channel.log.size
    mine = write(usa, "mine.yaml", COUNTER + f"parent: {first}\n")
    said = usa.fails(6, "send", mine)
    assert said == (
        f"EXERCISE\nerror: the parent is version 1 (entry {first}), and the head is version 2"
        f" (entry {first + 1}) [parent-not-head]\n"
        "hint: your file is as it was: rework it on the head (paraph show), then send again\n"
    )
    assert relay.channel.log.size == size
    assert Path(mine).read_text() == COUNTER + f"parent: {first}\n"
    assert usa.json("sync")["queued"] == 0
    assert usa.json("send", mine, "--parent", "head", "--yes")["state"] == "logged"
    assert usa.json("send", mine, "--branch")["state"] == "logged"


def test_oversized_text_ends_with_7(desks: tuple[Person, Person, MemoryFront]) -> None:
    usa, _, front = desks
    (relay,) = front.relays.values()
    size = relay.channel.log.size
    long = BASE.replace("Keep", "x" * 100_001)
    said = usa.fails(7, "send", write(usa, "long.yaml", long))
    assert "characters; expected at most 100000 [oversize]" in said
    assert "hint: send it in several versions" in said
    assert relay.channel.log.size == size


def test_a_role_that_may_not_say_this_ends_with_7(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, _, _ = desks
    usa.ok("member", "add", "--self", "--role", "linguist")
    said = usa.fails(7, "send", write(usa, "base.yaml", BASE), "--role", "linguist")
    assert (
        "error: a linguist may not open a negotiation; allowed to: desk officer, head of delegation"
        in said
    )
    assert "hint: let somebody with one of these roles send it" in said
    said = usa.fails(2, "inbox")
    assert "error: expected one role, this home has head_of_delegation, linguist" in said


def test_a_role_that_was_only_asked_for_needs_no_choice(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, _, _ = desks
    members.new_key(vault_of(usa), folder_of(usa).channel, "linguist", now=usa.tools.now())
    assert usa.json("inbox")["waiting"] == []
    assert "not enrolled yet" in usa.fails(7, "inbox", "--role", "linguist")


def test_an_unreachable_relay_ends_with_4_and_the_statement_waits(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, rus, front = desks
    send_base(usa)
    front.down = True
    said = usa.fails(4, "comment", "A question.")
    assert "error: the relay did not answer: the statement waits in the outbox [queued]" in said
    assert "hint: paraph sync sends the same bytes again" in said
    result = usa.run("log", "--json")
    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    assert shown["synced"] is False
    assert shown["entries"][-1]["state"] == "queued"
    assert "error: cannot reach the relay" in usa.fails(4, "sync")
    front.down = False
    synced = usa.json("sync")
    assert (synced["queued"], synced["alarms"], synced["quorum"]) == (0, [], "none")
    assert ", not cosigned\n" in usa.ok("sync")
    assert [each["summary"] for each in rus.json("inbox")["waiting"]][-1] == "question: A question."


def test_an_internal_comment_stays_out_of_the_shared_channel(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, _, front = desks
    send_base(usa)
    (relay,) = front.relays.values()
    size = relay.channel.log.size
    said = usa.fails(7, "comment", "Five is our floor.", "--kind", "instruction")
    assert "error: a comment of kind instruction never goes into a shared channel" in said
    assert relay.channel.log.size == size


def test_an_internal_note_is_about_the_negotiation_of_the_shared_channel(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, rus, front = desks
    version = usa.json("send", write(usa, "base.yaml", BASE))
    usa.ok("channel", "internal", "--relay", usa.path("relay.card"), "--exercise")
    heartbeats(usa, internal=True)
    note = usa.json(
        "comment", "Five is our floor.", "--kind", "fallback", "--channel", "internal",
        "--on", version["id"],
    )  # fmt: skip
    assert (note["state"], note["negotiation"]) == ("logged", version["negotiation"])
    assert usa.json("log", "--channel", "internal")["entries"][-1]["summary"].startswith("fallback")
    assert usa.json("inbox")["waiting"] == []  # without --channel it is the shared one
    assert "Five" not in rus.ok("log")
    shared = front.relays[next(iter(front.relays))]
    assert len(shared.channel.log.trust.parties) == 2
    assert rus.json("sync")["new"] == 0


def test_an_expired_key_ends_with_7(desks: tuple[Person, Person, MemoryFront]) -> None:
    usa, rus, _ = desks
    send_base(usa)
    heartbeats(usa, rus, dated=4_000_000_000_000)
    said = usa.fails(7, "comment", "Late.")
    assert "error: the key's time is over [key-expired]" in said
    assert "hint: enrol a new key" in said


def test_an_ended_key_is_replaced_by_a_new_one_as_the_hint_says(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, rus, _ = desks
    send_base(usa)
    heartbeats(usa, rus, dated=usa.tools.now() + 89 * 24 * 3_600_000)
    asked = ("member", "add", "--self", "--role", "head_of_delegation")
    first = usa.json(*asked)["key"]  # it counts: nothing is to be done
    renewed = usa.json(*asked, "--renew")
    assert (renewed["state"], renewed["key"] == first) == ("enrolled", False)
    assert usa.json(*asked)["key"] == renewed["key"]
    assert usa.json("comment", "By the new key.")["state"] == "logged"
    assert "By the new key." in usa.ok("log")
    heartbeats(usa, rus, dated=4_000_000_000_000)
    third = usa.json(*asked)
    assert third["state"] == "enrolled"
    assert third["key"] not in {first, renewed["key"]}
    assert "error: expected either a request FILE" in usa.fails(2, "member", "add", "--renew")


def test_before_the_bots_have_spoken_nothing_sealed_is_taken(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus)
    said = usa.fails(7, "send", write(usa, "base.yaml", BASE))
    assert "error: expected a heartbeat of each party before the first sealed statement" in said
    assert "hint: start both parties' bots" in said


class FalseBodies(Forwarding):
    """A relay that serves other bytes for every body."""

    async def body(self, digest: Digest) -> bytes:
        data = await super().body(digest)
        return data[:-1] + bytes([data[-1] ^ 1])


def test_a_body_that_does_not_match_its_digest_ends_with_3(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, rus, front = desks
    send_base(usa)
    front.wrap = FalseBodies
    said = rus.fails(3, "sync")
    assert "error: the relay served a body for entry 9 that has not the digest" in said
    assert "hint: nothing of it was used" in said
    assert "alarm: body-differs at entry 9" in rus.run("inbox").stderr
    assert rus.json("inbox")["waiting"] == []
    front.wrap = lambda honest: honest
    assert rus.json("sync")["halt"] is None
    assert len(rus.json("inbox")["waiting"]) == 2


class AnotherHistory(Forwarding):
    """A relay that shows one desk a log of which another was shown a different one."""

    def __init__(self, honest: RelayChannel, other: RelayChannel) -> None:
        super().__init__(honest)
        self._other = other

    async def entries(self, start: int) -> Entries:
        return await self._other.entries(start)

    def follow(self, start: int) -> AsyncIterator[Entries]:
        return self._other.follow(start)


def test_an_inconsistent_checkpoint_ends_with_70_for_good(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, rus, front = desks
    (relay,) = front.relays.values()
    forked = front.fork(relay)
    send_base(usa)
    size = len(relay.channel.envelopes)
    heartbeats(rus, rus)
    usa.ok("sync")
    while len(forked.channel.envelopes) < size + 3:
        front.grow(forked)
    front.wrap = lambda honest: AnotherHistory(honest, forked)
    said = usa.fails(70, "sync")
    assert said.startswith(
        "EXERCISE\nalarm: the relay shows another history than the one verified before\n"
    )
    assert "error: " in said
    assert "hint: " in said
    front.wrap = lambda honest: honest
    again = usa.fails(70, "comment", "Hello?")
    assert "this channel is refused for good" in again
    assert "the evidence is in" in again
    (folder,) = Home(usa.home).channels()
    assert len(list(folder.evidence.glob("*.note"))) >= 2
    assert "error: " in usa.fails(70, "channel", "list")


def test_the_words_of_a_peer_do_not_command_the_terminal(
    desks: tuple[Person, Person, MemoryFront],
) -> None:
    usa, rus, _ = desks
    send_base(usa)
    usa.ok("comment", "red \x1b[31m and \u202eturned")
    plain = rus.ok("inbox")
    assert "\x1b" not in plain
    assert "\u202e" not in plain
    assert "red <U+001B>[31m and <U+202E>turned" in plain
    dumped = rus.ok("inbox", "--json")
    assert "\u202e" not in dumped
    assert json.loads(dumped)["waiting"][-1]["summary"].endswith("\u202eturned")


def test_an_example_is_printed_and_can_be_sent(desks: tuple[Person, Person, MemoryFront]) -> None:
    usa, _, _ = desks
    text = usa.ok("send", "--example")
    assert usa.json("send", write(usa, "example.yaml", text))["state"] == "logged"


def test_right_to_left_text_crosses_as_it_is(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus, "--language", "ar", "--language", "en")
    heartbeats(usa, rus)
    text = BASE.replace("ru:", "ar:").replace("title_ru", "title_ar")
    text = text.replace("Меморандум о безопасности полётов", "مذكرة تفاهم")
    index = usa.json("send", write(usa, "base.yaml", text), "--yes")["index"]
    assert rus.json("inbox")["waiting"][0]["summary"] == "مذكرة تفاهم"
    assert rus.json("show", str(index))["version"]["clauses"][0]["words"]["ar"] == "Меморандум"


def test_what_is_asked_of_the_reader_travels_in_the_header(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus)
    heartbeats(usa, rus)
    send_base(usa)
    said = usa.json(
        "comment", "Call us.", "--precedence", "flash", "--reply-by", "2026-11-23T08:00:00Z",
        "--useful-until", "2026-11-23T09:00:00Z", "--handling", "Chanceries only",
    )  # fmt: skip
    header = rus.json("show", str(said["index"]))["content"]["header"]
    assert header["latest_useful"] - header["reply_by"] == 3_600_000
    assert header["handling"] == "Chanceries only"
    assert rus.json("log")["entries"][-1]["precedence"] == "flash"
    assert "instant" in usa.fails(2, "comment", "x", "--useful-until", "soon")
