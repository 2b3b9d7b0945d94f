"""Drafts in an editor, redlines and histories, at the command line."""

import json
from pathlib import Path

import pytest

from tests.support.commands import Person, found_channel, two_parties, write
from tests.support.exchange import exchanging, send_base

BASE = """\
negotiation: {title_en: Memorandum, title_ru: Меморандум}
clauses:
  - {cid: title, role: title, en: Memorandum, ru: Меморандум}
  - {cid: a, role: operative, en: "Keep [USA: three] miles.", ru: "Держать [USA: три] мили."}
  - {cid: b, role: operative, en: "Meet. Talk.", ru: "Встречаться. Говорить."}
"""


@pytest.fixture
def desks(tmp_path: Path) -> tuple[Person, Person]:
    usa, rus, _ = exchanging(tmp_path)
    send_base(usa, BASE)
    return usa, rus


def editor(person: Person, monkeypatch: pytest.MonkeyPatch, *scripts: str) -> None:
    """Let each opening of the editor run the next of *scripts*, with the file's name in ``$1``."""
    folder = person.folder
    for at, script in enumerate(scripts):
        (folder / f"edit-{at}").write_text(script)
    runner = folder / "editor"
    runner.write_text(
        f"#!/bin/sh\nn=$(cat {folder}/count 2>/dev/null || echo 0)\n"
        f"echo $((n + 1)) > {folder}/count\n. {folder}/edit-$n\n"
    )
    runner.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(runner))
    monkeypatch.delenv("VISUAL", raising=False)


def test_a_draft_is_begun_edited_and_checked(
    desks: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, rus = desks
    begun = rus.json("draft", "new")
    assert (begun["draft"], begun["clauses"]) == (1, 3)
    file = Path(begun["file"])
    assert file.parent == rus.home / "drafts"
    assert file.stat().st_mode & 0o077 == 0
    editor(rus, monkeypatch, "sed -i 's/three/RUS five/; s/три/пять/' $1")
    rus.ok("draft", "edit", "1")
    checked = rus.json("draft", "check", "1")
    assert [each["kind"] for each in checked["operations"]] == ["replace"]
    assert checked["findings"] == []
    shown = rus.ok("draft", "check", "1")
    assert "Keep [USA: [-three-]{+RUS five+}] miles." in shown
    assert "\x1b" not in shown
    listed = rus.json("draft", "list")["drafts"]
    assert [(each["draft"], each["kind"]) for each in listed] == [(1, "counter_draft")]
    assert "counter_draft" in rus.ok("draft", "list")


def test_a_mistake_opens_the_editor_again_with_the_message_on_top(
    desks: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, rus = desks
    begun = rus.json("draft", "new", "-o", rus.path("ours.draft"))
    editor(
        rus,
        monkeypatch,
        "sed -i 's/^== a | operative/== a | operatve/' $1",
        f"cp $1 {rus.folder}/seen; sed -i 's/operatve/operative/; s/Talk/Speak/' $1",
    )
    rus.ok("draft", "edit", rus.path("ours.draft"))
    seen = (rus.folder / "seen").read_text().splitlines()
    line = next(at for at, each in enumerate(seen, 1) if each == "== a | operatve")
    assert seen[0].startswith(f"#! line {line}: expected a role after the id")
    text = Path(rus.path("ours.draft")).read_text()
    assert "#!" not in text
    assert "Meet. Speak." in text
    kept = rus.home / "drafts" / f"{begun['draft']:04}.draft"
    assert kept.read_text() == text


def test_an_editor_that_would_wait_for_keys_is_not_opened_without_a_terminal(
    desks: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, _ = desks
    for variable in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(variable, raising=False)
    number = usa.json("draft", "new")["draft"]
    said = usa.fails(2, "draft", "edit", str(number))
    assert "error: expected a terminal, or a program in $EDITOR [editor]" in said
    assert f"hint: change the file with any program, then: paraph draft check {number}" in said


def test_what_is_no_version_is_named_for_what_it_is(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    said = usa.fails(2, "text", "show", "1")
    assert "error: expected a version, and entry 1 of the log is of kind manifest" in said
    assert "hint: v1, v2 and so on name versions" in said


def test_a_mistake_that_nobody_mends_is_an_error_and_nothing_is_lost(
    desks: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, rus = desks
    rus.json("draft", "new")
    editor(rus, monkeypatch, "echo '== b | operative' >> $1", ":")
    message = rus.fails(2, "draft", "edit", "1")
    assert 'the clause "b" stands in line' in message
    assert "kept as draft 1" in message
    assert "== b | operative" in (rus.home / "drafts" / "0001.draft").read_text()
    assert rus.json("draft", "list")["drafts"][0]["problem"]
    assert "no draft 7" in rus.fails(2, "draft", "check", "7")


def test_a_first_text_can_be_drafted_too(tmp_path: Path) -> None:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus, "--exercise")
    begun = usa.json("draft", "new", "-o", usa.path("first.draft"))
    assert "title en: …" in Path(begun["file"]).read_text()
    checked = usa.json("draft", "check", usa.path("first.draft"))
    assert (checked["parent"], checked["clauses"]) == (None, 2)
    assert "there already" in usa.fails(2, "draft", "new", "-o", usa.path("first.draft"))
    usa.ok("draft", "check", usa.path("first.draft"))


COUNTER = """\
kind: counter_draft
operations:
  - {op: replace, cid: a, en: "Keep [RUS: five] miles.", ru: "Держать [RUS: пять] миль."}
  - {op: split, cid: b, en: Meet., ru: Встречаться., new_cid: c, new_en: Talk., new_ru: Говорить.}
  - {op: move_after, cid: a, after: c}
"""


def test_versions_are_compared_word_by_word(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    rus.json("send", write(rus, "counter.yaml", COUNTER))
    shown = usa.ok("text", "diff", "--lang", "en")
    assert "Keep [[-USA-]{+RUS+}: [-three-]{+five+}] miles." in shown
    assert "~ 3. a  was 1  => moved  by RUS" in shown
    assert "Y 2. b -> 1. b + 2. c  split  by RUS" in shown
    assert "Meet. // c: [- -]Talk." in shown
    assert "\x1b" not in shown
    told = usa.json("text", "diff")
    assert {each["kind"] for block in told["blocks"] for each in block["changes"]} == {
        "words", "split", "move",
    }  # fmt: skip
    versions = [
        each["index"] for each in usa.json("log")["entries"] if each["type"] == "version-tabled"
    ]
    old, new = map(str, versions)
    assert usa.json("text", "diff", old, new) == told
    assert "no change" in usa.ok("text", "diff", old, old)
    assert "working" not in usa.fails(2, "text", "diff", "--lang", "fr")
    assert "was tabled whole" in usa.fails(2, "text", "diff", "", old)


def test_two_counter_drafts_are_compared_with_what_both_change(
    desks: tuple[Person, Person],
) -> None:
    usa, rus = desks
    (base,) = (
        str(each["index"])
        for each in usa.json("log")["entries"]
        if each["type"] == "version-tabled"
    )
    theirs = rus.json("send", write(rus, "counter.yaml", COUNTER))["index"]
    own = (
        'operations: [{op: replace, cid: a, en: "Keep [USA: nine] miles.", ru: "[USA: девять]."}]\n'
    )
    ours = usa.json("send", write(usa, "own.yaml", own), "--parent", base, "--branch", "--yes")[
        "index"
    ]
    shown = usa.ok("text", "diff", str(theirs), str(ours), "--three-way", base, "--lang", "en")
    assert "! a  conflict" in shown
    assert "<<theirs five||base three||ours nine>>" in shown
    told = usa.json("text", "diff", str(theirs), str(ours), "--three-way", base)
    assert told["conflicts"] == ["a"]
    assert "two versions beside" in usa.fails(2, "text", "diff", "--three-way", base)


def test_the_history_of_a_clause_is_told_across_renumbering(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    rus.json("send", write(rus, "counter.yaml", COUNTER))
    rows = usa.json("text", "history", "c")["versions"]
    assert [(each["numbers"], each["clauses"], each["acts"]) for each in rows] == [
        (["2"], ["b"], []), (["2"], ["c"], ["split"]),
    ]  # fmt: skip
    assert usa.json("text", "history", "3")["clause"] == "a"
    assert "replace, move-after" in usa.ok("text", "history", "a")
    assert 'has a clause "z"' in usa.fails(2, "text", "history", "z")


def test_hostile_words_do_not_command_the_terminal(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    hostile = json.dumps({"op": "replace", "cid": "b", "en": "\u001b(2JMeet\u202e", "ru": "Да"})
    rus.json("send", write(rus, "hostile.yaml", f"operations: [{hostile}]\n"), "--yes")
    shown = usa.ok("text", "diff")
    assert "<U+001B>(2J" in shown
    assert "\u202e" not in shown


def test_an_edited_draft_is_sent_and_exported(
    desks: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, rus = desks
    file = rus.json("draft", "new")["file"]
    editor(rus, monkeypatch, "sed -i 's/Talk\\./Speak./; s/Говорить/Беседовать/' $1")
    rus.ok("draft", "edit", file)
    assert rus.json("draft", "send", file)["type"] == "version-tabled"
    assert "[-Talk-]{+Speak+}" in usa.ok("text", "diff")
    told = usa.json("export", "json")
    assert told["exercise"]
    assert told["clauses"][2]["words"]["en"] == "Meet. Speak."
    usa.ok("export", "akn", "-o", usa.path("text.xml"))
    assert "Meet. Speak." in Path(usa.path("text.xml")).read_text()
    assert "there already" in usa.fails(2, "export", "akn", "-o", usa.path("text.xml"))
    assert "Speak" not in usa.ok("export", "markdown", "--lang", "ru")
    assert "expected one of" in usa.fails(2, "export", "text", "--lang", "fr")
