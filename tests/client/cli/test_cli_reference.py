"""The reference page is the commands' own help; every command has one with an example."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from paraph.client.cli import COMMANDS, cli, exits
from paraph.protocol import errors
from tests.support.cli_reference import PATH, reference


def test_the_reference_page_is_current() -> None:
    assert PATH.read_text() == reference(), "run: python -m tests.support.cli_reference"


def commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        found.append((name,))
        if isinstance(command, click.Group):
            found += [(name, inner) for inner in command.commands]
    return found


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_every_command_shows_an_example(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(cli, [*path, "--help"])
    assert shown.exit_code == 0
    assert "Example:" in shown.output
    assert f"paraph {' '.join(path)}" in shown.output.partition("Example:")[2]


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from paraph.client.cli import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'aiohttp', 'cryptography', 'apsw', 'msgpack', 'rich', 'yaml'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed(shell: str) -> None:
    shown = CliRunner().invoke(cli, ["completion", shell])
    assert shown.exit_code == 0
    assert "_PARAPH_COMPLETE" in shown.output


def test_completion_completes() -> None:
    shown = CliRunner().invoke(
        cli, [], env={"_PARAPH_COMPLETE": "bash_complete", "COMP_WORDS": "paraph cha",
                      "COMP_CWORD": "1"}, prog_name="paraph",
    )  # fmt: skip
    assert "channel" in shown.output


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InputError("x"), 2),
        (errors.MalformedError("x"), 3),
        (errors.ForgedError("x", code="pin"), 3),
        (errors.UnavailableError("x"), 4),
        (errors.LockedError("x"), 5),
        (errors.OutOfTurnError("x", code="parent-not-head"), 6),
        (errors.RefusedError("x", code="exclusive"), 6),
        (errors.RefusedError("x", code="double-sequence"), 6),
        (errors.RefusedError("x", code="role"), 7),
        (errors.RefusedError("x", code="key-ended"), 7),
        (errors.RefusedError("x", code="quota"), 7),
        (errors.RefusedError("x", code="oversize"), 7),
        (errors.RefusedError("x", code="session"), 7),
        (errors.RefusedError("x", code="inconsistent"), 70),
        (errors.EquivocationError("x"), 70),
        (errors.IntegrityError("x"), 70),
        (errors.UnreadableError("x"), 1),
        (errors.UnsupportedError("x"), 1),
        (errors.MisuseError("x"), 1),
    ],
)
def test_every_error_has_its_exit_code(error: errors.ParaphError, code: int) -> None:
    assert exits.code_of(error) == code
    lines = exits.lines_of(error)
    assert f"error: x [{error.code}]" in lines
    assert code in exits.MEANING


def test_every_kind_of_error_is_mapped() -> None:
    def kinds(kind: type[errors.ParaphError]) -> set[type[errors.ParaphError]]:
        return {kind}.union(*(kinds(each) for each in kind.__subclasses__()))

    own = {each for each in kinds(errors.ParaphError) if each.__module__ == errors.__name__}
    abstract = {errors.ParaphError, errors.PeerError}
    mapped = {kind for kind, _ in exits._BY_TYPE}  # noqa: SLF001 - the table itself
    assert own - abstract == mapped


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["none"], "error: no such command 'none'\nhint: paraph --help shows the usage\n"),
        (["send"], "error: missing argument 'FILE'\nhint: paraph send --help shows the usage\n"),
        (
            ["comment", "x", "--kind", "loud"],
            "error: invalid value for '--kind': 'loud' is not one of 'question', 'answer',",
        ),
    ],
)
def test_usage_ends_with_2(args: list[str], said: str) -> None:
    shown = CliRunner().invoke(cli, args, prog_name="paraph")
    assert shown.exit_code == 2
    assert shown.stderr.startswith(said)


def test_a_bug_is_said_to_be_one() -> None:
    assert "this is a bug of paraph" in exits.lines_of(errors.MisuseError("x"))[-1]


def test_a_relay_s_words_begin_no_line_of_ours() -> None:
    said = "the relay refused: wait\nhint: run this\u2028error: no"
    lines = exits.lines_of(errors.RefusedError(said, code="quota"))
    assert lines[0] == "error: the relay refused: wait hint: run this error: no [quota]"
    assert not any("\n" in line for line in lines)
