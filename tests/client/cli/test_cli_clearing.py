"""Mandate, clearance and inspection at the command line: nothing leaves past them."""

from pathlib import Path

import pytest

from paraph.protocol import signed
from paraph.protocol.statements.envelope import SealedContent
from tests.support.chancery import CLEAR_FIRST, MANDATE, chancery
from tests.support.commands import write
from tests.support.exchange import BASE, PLAIN, TRIPPED, exchanging, send_base


def test_a_trip_word_leaves_only_when_the_named_authority_has_confirmed_it(tmp_path: Path) -> None:
    usa, rus, _ = exchanging(tmp_path)
    send_base(usa)
    head = chancery(usa)
    head.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE))
    tripped = write(usa, "tripped.yaml", TRIPPED)
    rus.ok("sync")

    said = usa.fails(7, "send", tripped)
    assert 'mandate: joint: "joint operations" touches "joint operation"' in said
    assert "error: this needs confirmation by head of delegation first [not-cleared]" in said
    assert rus.json("sync")["new"] == 0

    asked = usa.json("clear", "ask", tripped)
    assert (asked["type"], asked["state"]) == ("clearance-asked", "logged")
    assert "Clearance 1 is asked for" in usa.fails(7, "send", tripped)
    (listed,) = head.json("clear", "list")["clearances"]
    assert (listed["number"], listed["needs"], len(listed["hits"])) == (1, ["authority"], 2)
    head.ok("clear", "confirm", "1", "--note", "Deputy Minister Canary, by telephone")
    assert usa.json("send", tripped)["state"] == "logged"
    for each in ("clear", "mandate", "Canary", "Quarterdeck"):
        assert each not in rus.ok("log")
    assert "joint operations" in rus.ok("show", str(rus.json("log")["entries"][-1]["index"]))


def test_a_release_needs_a_second_person_and_holds_for_these_bytes_only(tmp_path: Path) -> None:
    usa, rus, front = exchanging(tmp_path)
    send_base(usa)
    head = chancery(usa)
    head.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE + CLEAR_FIRST))
    draft = write(usa, "plain.yaml", PLAIN)
    assert "error: this needs a release first [not-cleared]" in usa.fails(7, "send", draft)
    usa.ok("clear", "ask", draft)
    assert "[asked-before]" in usa.fails(2, "clear", "ask", draft)
    assert "[role]" in usa.fails(7, "clear", "release", "1")
    head.ok("clear", "release", "1")

    # one byte more: another draft, for which nobody cleared
    other = write(usa, "other.yaml", PLAIN.replace("four", "fours"))
    assert "[not-cleared]" in usa.fails(7, "send", other)
    shown = usa.json("draft", "inspect", draft)
    assert shown["lacks"] == []
    assert shown["clearance"]["state"] == "released"
    sent = usa.json("draft", "send", draft)
    parts = head.json("clear", "show", "1")["parts"]
    rus.ok("sync")
    content = rus.json("show", str(sent["index"]))["content"]
    assert content["header"]["dated"] == parts[0]["header"]["dated"]  # as cleared, to the byte
    assert len(front.relays) == 2


def test_a_refused_clearance_is_told_and_not_asked_for_again_silently(tmp_path: Path) -> None:
    usa, _, _ = exchanging(tmp_path)
    head = chancery(usa)
    head.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE + CLEAR_FIRST))
    base = write(usa, "base.yaml", BASE)
    usa.ok("clear", "ask", base)  # a first draft: its negotiation is not open yet
    assert "hint: say why with --note" in head.fails(2, "clear", "refuse", "1")
    head.ok("clear", "refuse", "1", "--note", "Not before the conference.")
    assert "[clearance-over]" in head.fails(6, "clear", "release", "1")
    said = usa.fails(7, "send", base)
    assert "clearance 1 of exactly these words was refused" in said
    usa.ok("clear", "ask", base)
    head.ok("clear", "release", "2")
    assert usa.json("send", base)["state"] == "logged"
    assert head.json("clear", "list")["clearances"] == []
    assert len(head.json("clear", "list", "--all")["clearances"]) == 2
    assert "Not before the conference." in head.ok("clear", "show", "1")


def test_every_statement_passes_the_door_and_may_be_asked_for(tmp_path: Path) -> None:
    usa, rus, _ = exchanging(tmp_path)
    send_base(usa)
    head = chancery(usa)
    head.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE + "clear_first: [letter]\n"))
    note = ("dispatch", "--kind", "letter", "--body", "Our views on safety.")
    assert "[not-cleared]" in usa.fails(7, *note)
    usa.ok(*note, "--ask")
    head.ok("clear", "release", "1")
    assert usa.json(*note)["state"] == "logged"
    assert "[not-cleared]" in usa.fails(7, *note)  # the next number: another letter
    words = ("comment", "Share target information, in a joint operation?")
    assert "target_information" in usa.fails(7, *words)
    theirs = str(rus.json("comment", "Yours.")["index"])
    not_taken = ("acknowledge", theirs, "--not-taken", "--reason")
    assert "joint operation" in usa.fails(7, *not_taken, "No joint operation.")
    quoted = "They said «a joint operation», which we do not."
    assert usa.json("comment", quoted)["state"] == "logged"
    assert rus.json("comment", "A joint operation?")["state"] == "logged"  # no mandate of theirs


def test_an_authority_may_confirm_at_once_and_it_stands_in_the_internal_channel(
    tmp_path: Path,
) -> None:
    usa, _, _ = exchanging(tmp_path)
    send_base(usa)
    head = chancery(usa, own="head_of_delegation", role="legal_adviser")
    head.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE))
    tripped = write(usa, "tripped.yaml", TRIPPED)
    usa.ok("send", tripped, "--authority-confirmed", "myself")
    (one,) = head.json("clear", "list", "--all")["clearances"]
    assert one["steps"] == [
        {"step": "authority_confirmed", "role": "head_of_delegation", "note": "myself"}
    ]


def test_a_party_without_an_internal_channel_keeps_it_in_its_home(tmp_path: Path) -> None:
    usa, rus, _ = exchanging(tmp_path)
    send_base(usa)
    mandate = write(usa, "mandate.yaml", MANDATE)
    said = usa.fails(2, "mandate", "set", mandate)
    assert "paraph channel internal --relay CARD founds one" in said
    usa.ok("mandate", "set", mandate, "--here")
    assert usa.json("mandate", "show")["mandates"][0]["name"] == "M-USA-1 Quarterdeck"
    tripped = write(usa, "tripped.yaml", TRIPPED)
    assert '--authority-confirmed "WHO"' in usa.fails(7, "send", tripped)
    assert "[no-internal-channel]" in usa.fails(2, "send", tripped, "--ask")
    usa.ok("send", tripped, "--authority-confirmed", "Deputy Minister Canary")
    kept = usa.home / "authority.log"
    assert "Deputy Minister Canary" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    assert "Canary" not in rus.ok("log")


def test_an_internal_id_never_leaves_and_internal_words_are_asked_about(tmp_path: Path) -> None:
    usa, _, _ = exchanging(tmp_path)
    first = usa.json("send", write(usa, "base.yaml", BASE))
    chancery(usa)
    usa.ok(
        "comment", "Five miles is our floor.", "--kind", "fallback", "--channel", "internal",
        "--on", first["id"],
    )  # fmt: skip
    leak = ("comment", "As agreed, five miles is our floor. Is it yours?")
    said = usa.fails(2, *leak)
    assert "an internal fallback stands in it word for word" in said
    assert "[unconfirmed]" in said
    assert usa.json(*leak, "--yes")["state"] == "logged"


def test_what_is_odd_about_a_draft_is_asked_first(tmp_path: Path) -> None:
    usa, _, _ = exchanging(tmp_path)
    for name, text, told in (
        ("unpaired", BASE.replace("three] miles", "three miles"), "is not closed"),
        ("differs", BASE.replace("[USA: три]", "три"), "the brackets differ between en, ru"),
        ("kind", "kind: tabled_darft\n" + BASE, "did you mean tabled_draft?"),
        ("lint", BASE.replace("miles.", "hours."), "units differ (unit_mismatch)"),
    ):
        said = usa.fails(2, "send", write(usa, f"{name}.yaml", text))
        assert told in said, name
        assert "[unconfirmed]" in said
    assert usa.json("log")["entries"][-1]["type"] == "heartbeat"
    usa.ok("send", write(usa, "kind.yaml", "kind: tabled_darft\n" + BASE), "--yes")
    empty = write(usa, "empty.yaml", "kind: counter_draft\noperations: []\n")
    assert "the draft holds no operations" in usa.fails(2, "send", empty)


def test_on_a_terminal_everything_is_shown_and_asked_before_it_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, rus, _ = exchanging(tmp_path)
    rus.ok("sync")
    base = write(usa, "base.yaml", BASE)
    monkeypatch.setattr("paraph.client.cli.door.on_terminal", lambda: True)
    declined = usa.run("send", base, given="n\n")
    assert declined.exit_code == 130
    assert "the other side reads:" in declined.stderr
    assert "Keep [USA: three] miles." in declined.stderr
    assert "internal: nothing of the internal channel is among it" in declined.stderr
    assert rus.json("sync")["new"] == 0
    assert usa.json("sync")["queued"] == 0
    assert usa.run("send", base, given="y\n").exit_code == 0
    assert rus.json("sync")["new"] == 2
    assert usa.run("comment", "No question is asked here.").exit_code == 0


def test_the_same_draft_twice_opens_no_second_negotiation(tmp_path: Path) -> None:
    usa, _, _ = exchanging(tmp_path)
    base = write(usa, "base.yaml", BASE)
    first = usa.json("send", base)
    said = usa.fails(6, "send", base)
    assert "a negotiation of this title is open, with 1 version of its text" in said
    assert "--new" in said
    assert usa.json("send", base, "--new")["negotiation"] != first["negotiation"]


def test_an_inspection_tells_every_byte_that_then_leaves(tmp_path: Path) -> None:
    usa, rus, front = exchanging(tmp_path)
    file = Path(write(usa, "map.txt", "Here.\n" * 500))
    base = write(usa, "base.yaml", BASE)
    shown = usa.json("draft", "inspect", base, "--attach", str(file))
    assert [each["kind"] for each in shown["statements"]] == [
        "negotiation-opened", "version-tabled",
    ]  # fmt: skip
    assert rus.json("sync")["new"] == 0  # nothing left
    (relay,) = front.relays.values()
    before = len(relay.channel.envelopes)
    usa.ok("send", base, "--attach", str(file))
    for told, envelope in zip(shown["statements"], relay.channel.envelopes[before:], strict=True):
        content = signed.read(envelope).statement.content
        assert isinstance(content, SealedContent)
        assert told["envelope_bytes"] == len(envelope)
        assert told["body_bytes"] == content.body_size == len(relay.bodies[content.body_digest])
        assert [each["sealed_bytes"] for each in told["attachments"]] == [
            each.size for each in content.attachments
        ]
        assert sorted(each["key"] for each in told["recipients"]) == sorted(
            each.hex() for each in content.recipients
        )
    last = shown["statements"][-1]
    assert {each["party"] for each in last["recipients"]} == {"USA", "RUS"}
    assert {"archive", "bot"} < {each["role"] for each in last["recipients"]}
    assert last["record"]["clauses"][1]["texts"][0]["words"] == "Keep [USA: three] miles."
    people = usa.ok("draft", "inspect", base, "--new")
    assert "record.clauses" not in people
    assert "clauses[2].texts[1].words: Keep [USA: three] miles." in people
    assert "the relay sees:" in people
