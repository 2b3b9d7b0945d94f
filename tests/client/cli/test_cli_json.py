"""Every command with `--json`, on the way from a founded channel to a concluded text.

Each prints one JSON object and nothing else, with its channel in front where it is about one; a
mistake prints nothing there, and says on stderr what was expected. A command that is not walked
here is named with the test that has it.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from paraph.client.cli import COMMANDS, cli, exits
from tests.support import letters
from tests.support.chancery import CLEAR_FIRST, MANDATE
from tests.support.commands import Person, found_channel, two_parties, write
from tests.support.desks import beat, heartbeats
from tests.support.exchange import PLAIN, TRIPPED, send_base
from tests.support.signing import HEAD, SIGNATORY, SWAP, TEXT, verified

ELSEWHERE = {
    "desk": "tests/browser/world.py",
    "bot run": "tests/client/bot/test_bot_cli.py",
    "bot dead requeue": "tests/client/bot/test_bot_cli.py",
    "demo": "tests/flow/test_demo.py",
    "audit verify": "tests/client/audit/test_audit_cli.py",
    "audit evidence": "tests/client/audit/test_audit_cli.py",
    "audit replay": "tests/client/audit/test_audit_replay_cli.py",
    "channel propose": "tests/client/cli/test_cli_founding.py",
    "member grant": "tests/client/cli/test_cli_granting.py",
    "effect begin": "tests/client/cli/test_cli_conclude.py",
    "conclude stand-by": "tests/client/cli/test_cli_conclude.py",
    "unsign": "tests/client/cli/test_cli_conclude.py",
}
"""Commands whose JSON another test looks at: they run on, change what stands, or need a fault."""
NO_CHANNEL = {
    *("party init", "party card", "party verify", "channel list", "bot dead list", "audit export"),
    *("member request", "member add", "member revoke"),
}
"""About a party, a key, a file, or several channels."""
RAW = {"statement", "content", "parts", "mandates", "statements"}
"""Records shown as they are signed: their instants are POSIX milliseconds."""
SCHEDULE = """\
schema: paraph-conference/1
name: VC-1
at: 2015-10-10T14:00:00Z
duration_min: 90
host: USA
chair: alternating
participants: {USA: [head_of_delegation], RUS: [head_of_delegation]}
zones: {USA: "-04:00 EDT", RUS: "+03:00 MSK"}
basis: head
agenda:
  - {n: 1, title: Distances, clauses: [distance], owner: USA}
"""
LETTER = """\
clauses:
  - {cid: s-one, role: operative, en: "We will talk.", ru: "Мы поговорим."}
"""


def commands() -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}

    def walk(path: str, command: click.Command) -> None:
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                walk(f"{path} {name}", inner)
        if any("--json" in each.opts for each in command.params):
            found[path] = command

    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        walk(name, command)
    return found


def instants(value: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Yield where a number stands that only milliseconds since 1970 can be."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name not in RAW:
                yield from instants(each, f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from instants(each, f"{path}[]")
    elif isinstance(value, int) and value > 10**11:
        yield path


class Walk:
    """What was asked so far, and how it answered."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def __call__(self, person: Person, line: str, *more: str) -> Any:  # noqa: ANN401 - any JSON
        args = [*line.split(), *more]
        path = next(
            " ".join(args[:length]) for length in (3, 2, 1) if " ".join(args[:length]) in self.known
        )
        self.seen.add(path)
        result = person.run(*args, "--json")
        assert result.exit_code == 0, (args, result.output)
        assert "Traceback" not in result.output
        found = json.loads(result.stdout)
        assert isinstance(found, dict)
        assert list(instants(found)) == [], args
        if path not in NO_CHANNEL:
            assert list(found)[:2] == ["channel", "exercise"], args
            assert found["exercise"] is True
        assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in found), args
        return found

    known = commands()


def founded(folder: Path) -> tuple[Person, Person]:
    folder.mkdir()
    usa, rus, _ = two_parties(folder, "--signers", "1")
    found_channel(usa, rus, "--exercise")
    return usa, rus


def test_every_command_prints_one_json_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    walk = Walk()
    usa, rus = founded(tmp_path / "first")
    _joining(walk, usa, rus)
    _talking(walk, usa, rus)
    _conferring(walk, usa, rus)
    _drafting(walk, usa, rus)
    _concluding(walk, usa, rus)
    _reading(walk, usa)
    _inside(walk, *founded(tmp_path / "second"))
    left = set(walk.known) - walk.seen - set(ELSEWHERE)
    assert left == set(), "walk them here, or name the test that looks at their JSON"
    assert set(ELSEWHERE) <= set(walk.known)


def test_the_tests_that_look_at_the_others_exist() -> None:
    for command, path in ELSEWHERE.items():
        assert f'"{command.split()[-1]}"' in Path(path).read_text(), (command, path)


def _joining(walk: Walk, usa: Person, rus: Person) -> None:
    for role in ("head_of_delegation", "signatory", "linguist"):
        for person in (usa, rus):
            person.run("member", "add", "--self", "--role", role)
    beat("2015-10-01T12:00:00Z", usa, rus)
    verified(usa, rus)
    words = usa.json("party", "card", "--file", usa.path("rus.card"))["words"]["en"]
    third = Person(usa.folder, "fra", usa.tools.front)
    walk(third, "party init FRA --name en=Ministry --roots 1 --small")
    walk(usa, "party card")
    walk(usa, "party verify", usa.path("rus.card"), "--words", words)
    walk(usa, "channel list")
    walk(usa, "channel accept", usa.path("ours.charter"), "--yes")
    walk(usa, "member add --self --role legal_adviser")
    key = next(
        each["key"]
        for each in walk(usa, "member list")["members"]
        if (each["party"], each["role"]) == ("USA", "linguist")
    )
    walk(usa, "member revoke", key[:16], "--reason", "other", "--yes")


def _talking(walk: Walk, usa: Person, rus: Person) -> None:
    text = TEXT.format(en="Keep 3 miles.", ru="Держать 3 мили.", kind="scrubbed")
    walk(usa, "send", write(usa, "text.yaml", text), *HEAD)
    walk(rus, "confirm v1", *HEAD)
    chart = write(usa, "chart.txt", "A chart.")
    walk(usa, "comment", "Why 3?", "--on", "v1", "--clause", "distance", "--lang", "en",
         "--quote", "3 miles", "--attach", chart, *HEAD)  # fmt: skip
    walk(usa, "comment", "Never mind.", *HEAD)
    walk(usa, "recall C-2 --reason", "Said too early.", *HEAD)
    walk(usa, "dispatch --carry v1 --body Enclosed.", *HEAD)
    walk(rus, "acknowledge v1 --rung understood", *HEAD)
    walk(usa, "propose make en=Distance --clause distance", *HEAD)
    walk(rus, "answer P-1 reserve", *HEAD)
    walk(usa, "answer P-1 withdraw", *HEAD)
    walk(usa, "position take distance=ad-ref title=ad-ref", *HEAD)
    rus.ok("position", "take", "distance=ad-ref", "title=ad-ref", *HEAD)
    tied = walk(usa, "package tie title distance --title en=Together", *HEAD)["index"]
    walk(rus, "agree", str(tied), *HEAD)
    untied = walk(rus, "package untie", str(tied), *HEAD)["index"]
    usa.ok("agree", str(untied), *HEAD)
    walk(usa, "silence open v1 --until 2015-10-03T12:00:00Z", *HEAD)
    beat("2015-10-01T13:00:00Z", usa, rus)
    walk(rus, "silence break S-1", "The units differ.", *HEAD)
    walk(usa, "silence open v1 --clause distance --until 2015-10-03T12:00:00Z", *HEAD)
    beat("2015-10-01T14:00:00Z", usa, rus)
    beat("2015-10-03T13:00:00Z", usa, rus, usa)
    walk(usa, "silence close S-2", *HEAD)
    rus.ok("silence", "close", "S-2", *HEAD)
    assert walk(usa, "silence list", *HEAD)["silence"][1]["standing"] == "adopted"


def _conferring(walk: Walk, usa: Person, rus: Person) -> None:
    planned = walk(usa, "vc schedule", write(usa, "vc.yaml", SCHEDULE), *HEAD)["index"]
    assert "not-joint" in rus.fails(2, "agree", str(planned - 1), *HEAD)
    made = walk(usa, "vc outcome VC-1 --clause distance=agreed_ad_ref", *HEAD)["index"]
    rus.ok("agree", str(made), *HEAD)
    task = walk(usa, "vc action Ask --owner USA --by VC-1 --conference VC-1", *HEAD)["index"]
    assert isinstance(task, int)
    walk(usa, "vc report A-1 done", *HEAD)
    for line in ("vc list", "vc agenda", "vc agenda VC-1", "vc ics VC-1", "vc actions",
                 "vc minutes VC-1 --draft", "vc fingerprint"):  # fmt: skip
        walk(usa, line, *HEAD)
    walk(usa, "document open --kind side_letter --title en=Radio", *HEAD)
    walk(usa, "document send SD-1", write(usa, "letter.yaml", LETTER), *HEAD)
    walk(rus, "document confirm SD-1", *HEAD)
    walk(usa, "document list", *HEAD)
    name = letters.letter(usa, rus, *HEAD)
    letters.forked(usa, rus, name, HEAD[1])
    walk(usa, f"document join {name} --choose a=both", *HEAD)
    walk(usa, "finding make v1", "Will or may?", "--clause", "distance", *HEAD)
    walk(usa, "finding list", *HEAD)
    walk(rus, "finding settle F-1 --harmless", *HEAD)
    usa.ok("finding", "settle", "F-1", "--harmless", *HEAD)
    walk(usa, "scrub v1 --sort legal", *HEAD)
    term = walk(usa, "term set --in en=miles --in ru=мил*", *HEAD)["index"]
    rus.ok("agree", str(term), *HEAD)
    walk(usa, "term list", *HEAD)


def _drafting(walk: Walk, usa: Person, rus: Person) -> None:
    begun = walk(usa, "draft new", *HEAD)
    path = Path(begun["file"])
    text = path.read_text().replace("Keep 3 miles.", "Keep 3 miles apart.")
    path.write_text(
        text.replace("== distance | operative", "== distance | operative | finding: F-1")
    )
    for line in ("draft edit", "draft check", "draft inspect", "draft send"):
        walk(usa, line, str(path), *HEAD)
    walk(usa, "draft list", *HEAD)
    rus.ok("confirm", "v2", *HEAD)


def _concluding(walk: Walk, usa: Person, rus: Person) -> None:
    for person in (usa, rus):
        walk(person, "position take --all agree", *HEAD)
        walk(person, "powers --capacity en=Minister --issued-by Head", *HEAD)
    assert walk(usa, "gate", *HEAD)["open"] == []
    for person in (usa, rus):
        walk(person, "initial", *HEAD)
    swap = ("--named-first", "USA", "--lead", "RUS=ru", *SWAP)
    for made in (walk(usa, "alternat set", *swap, *HEAD),
                 walk(usa, "effect state on_signature", *HEAD)):  # fmt: skip
        walk(rus, "agree", str(made["index"]), *HEAD)
    walk(usa, "alternat show", *HEAD)
    for original in ("USA", "RUS"):
        for person in (usa, rus):
            walk(person, "sign --original", original, *SIGNATORY)
    for word, day in (("suspend", 12), ("resume", 13), ("end", 14)):
        when = f"--effective 2015-10-{day}T00:00:00Z --zone UTC"
        walk(usa, f"effect {word} {when}", *SIGNATORY)
    walk(usa, "conclude event implementation_test --at 2015-10-11T10:00:00Z", *HEAD)
    walk(usa, "conclude export", usa.path("package"), *HEAD)


def _reading(walk: Walk, usa: Person) -> None:
    for line in (
        "status", "inbox", "log", "log --from 12", "show v1", "text show", "text show v1 --lang en",
        "text comments v1", "text diff v1 v2", "text diff v1 v2 --three-way v2",
        "text history distance", "text ledger", "text lint", "position show", "propose list --all",
        "propose show P-1", "attachment list C-1", "search miles", "export text v1", "party accept",
    ):  # fmt: skip
        walk(usa, line, *HEAD)
    for form in ("text", "markdown", "annotations", "akn"):
        assert walk(usa, "export", form, *HEAD)["content"]
    assert usa.json("export", "json", *HEAD)["exercise"] is True
    walk(usa, "export json -o", usa.path("text.json"), *HEAD)
    walk(usa, "attachment save C-1 1 -o", usa.path("saved.txt"), *HEAD)
    walk(usa, "sync", *HEAD)
    walk(usa, "audit export -o", usa.path("bundle"))


def _inside(walk: Walk, usa: Person, rus: Person) -> None:
    heartbeats(usa, rus)
    send_base(usa)
    card = usa.path("relay.card")
    made = walk(usa, "channel internal --exercise --role desk_officer --relay", card)
    heartbeats(usa, internal=True)
    head = Person(usa.folder, "usa-head", usa.tools.front)
    charter = str(usa.home / "channels" / made["channel"] / "charter")
    request = usa.path("head.request")
    walk(head, "member request", charter, "--party", "USA", "--role", "head_of_delegation",
         "-o", request, "--small")  # fmt: skip
    walk(usa, "member add", request, "--channel", "internal")
    walk(head, "mandate set", write(usa, "mandate.yaml", MANDATE + CLEAR_FIRST))
    walk(usa, "mandate show")
    tripped = write(usa, "tripped.yaml", TRIPPED)
    walk(usa, "clear ask", tripped)
    walk(head, "clear list")
    walk(head, "clear show 1")
    for step in ("review", "confirm", "release"):
        walk(head, f"clear {step} 1 --note seen")
    walk(usa, "send", tripped)
    walk(usa, "clear ask", write(usa, "plain.yaml", PLAIN))
    walk(head, "clear refuse 2 --note No.")
    walk(usa, "bot dead list")


@pytest.mark.parametrize("path", sorted(Walk.known))
def test_a_mistake_prints_nothing_where_the_json_would_be(path: str, tmp_path: Path) -> None:
    shown = CliRunner().invoke(
        cli, [*path.split(), "--json", "--no-such-option"], prog_name="paraph"
    )
    assert (shown.exit_code, shown.stdout) == (exits.USAGE, "")
    assert shown.stderr.startswith("error: no such option '--no-such-option'")
    args = ["--home", str(tmp_path), "--json"] if "--home" in _options(path) else ["--json"]
    if path not in {"demo", "desk"}:
        bare = CliRunner().invoke(cli, [*path.split(), *args], prog_name="paraph")
        assert bare.exit_code in exits.MEANING
        assert "Traceback" not in bare.output
        if bare.exit_code:
            assert bare.stdout == ""
            assert re.search("^error: ", bare.stderr, re.MULTILINE)


def _options(path: str) -> set[str]:
    return {option for each in Walk.known[path].params for option in each.opts}
