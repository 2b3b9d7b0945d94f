"""What a desk is told before it sends, and `paraph status` of what has not left."""

from pathlib import Path

import pytest

from tests.support.chancery import CLEAR_FIRST, MANDATE, chancery
from tests.support.commands import write
from tests.support.exchange import exchanging, send_base


def edited(path: str, *changes: tuple[str, str]) -> None:
    text = Path(path).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    Path(path).write_text(text)


def test_a_desk_sees_what_waits_and_what_the_other_side_took_out(tmp_path: Path) -> None:
    usa, rus, _ = exchanging(tmp_path)
    assert "no text is on the table yet" in usa.ok("status")
    assert usa.json("status")["negotiation"] is None
    send_base(usa)
    head = chancery(usa)
    head.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE + CLEAR_FIRST))

    file = rus.json("draft", "new")["file"]
    assert rus.json("draft", "list")["drafts"][0]["state"] == "unchanged"
    edited(file, ("[USA: three]", "four [...]"), ("[USA: три]", "четыре [...]"))
    assert rus.json("draft", "list")["drafts"][0]["state"] == "unsent"
    told = rus.ok("draft", "check", "1")
    assert "remark     distance: takes out a bracket of USA, who may not agree to that" in told
    assert 'remark     distance: "[...]" counts as no placeholder: write [●]' in told
    assert "next       paraph draft send 1\n" in told
    assert "draft 1: unsent, 1 operation on version 1" in rus.ok("status")
    rus.ok("draft", "send", "1")
    (kept,) = rus.json("draft", "list")["drafts"]
    assert (kept["state"], kept["detail"][:12]) == ("sent", "as version 2")
    assert rus.json("status")["drafts"] == []

    found = usa.json("status")
    assert found["taken_out"] == [{"cid": "distance", "holder": "USA", "by": "RUS", "number": 2}]
    assert [each["brackets"] for each in found["trend"]] == [1, 1]
    shown = usa.ok("status")
    assert "distance: a bracket of USA was taken out by RUS in version 2" in shown
    assert "trend: v1 1, v2 1" in shown

    file = usa.json("draft", "new")["file"]
    edited(file, ("four [...]", "[●] for a joint operation"), ("четыре [...]", "[●]"))
    checked = usa.json("draft", "check", "1")
    assert checked["lacks"] == ["release", "authority"]
    assert "needs      a release and confirmation by head of delegation" in usa.ok(
        "draft", "check", "1"
    )
    usa.ok("draft", "send", "1", "--ask")
    (waits,) = usa.json("status")["clearances"]
    assert waits["waits_for"] == [
        {"step": "confirmation", "by": "head_of_delegation"},
        {"step": "release", "by": "another than who asked"},
    ]
    listed = head.ok("clear", "list")
    assert "confirmation by head_of_delegation, release by another than who asked" in listed
    index = usa.json("clear", "list")["clearances"][0]["index"]
    said = head.fails(2, "clear", "release", str(index))
    assert f"hint: entry #{index} asked for clearance 1" in said
    head.ok("clear", "confirm", "1", "--note", "by telephone")
    head.ok("clear", "release", "1")
    assert usa.json("status")["clearances"] == []
    usa.ok("draft", "send", "1")


def test_statements_are_named_as_the_tables_name_them(tmp_path: Path) -> None:
    usa, rus, _ = exchanging(tmp_path)
    send_base(usa)
    asked = rus.json("comment", "Why?", "--on", "head")
    assert usa.json("comment", "So that they see.", "--reply-to", "C-1")["state"] == "logged"
    assert usa.json("show", "C-1")["id"] == asked["id"]
    assert usa.json("show", "v1")["id"] == usa.json("show", "head")["id"]
    assert 'that "C-9" names, found none' in usa.fails(2, "show", "C-9")


def test_a_draft_that_an_editor_wrote_anew_stays_the_same_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, _, _ = exchanging(tmp_path)
    file = Path(usa.json("draft", "new")["file"])
    bare = "".join(line for line in file.read_text().splitlines(keepends=True) if line[0] != "#")
    script = tmp_path / "editor"
    script.write_text(f"#!/bin/sh\ncp {tmp_path}/bare $1\n")
    script.chmod(0o755)
    (tmp_path / "bare").write_text(bare.replace("clause-1", "purpose"))
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.delenv("VISUAL", raising=False)
    assert f"draft 1  {file}" in usa.ok("draft", "edit", "1")
    assert len(usa.json("draft", "list")["drafts"]) == 1
