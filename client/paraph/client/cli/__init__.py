"""The command `paraph`: everything a ministry runs (docs/reference/cli.md)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn

import click

from paraph.client import cycles
from paraph.client.cli import exits
from paraph.protocol.errors import ParaphError

__all__ = ["cli", "main"]


# Each command's module is imported only when the command is used: --help stays quick.


def _party() -> click.Command:
    from paraph.client.cli.party import party

    return party


def _member() -> click.Command:
    from paraph.client.cli.member import member

    return member


def _channel() -> click.Command:
    from paraph.client.cli.channel import channel

    return channel


def _send() -> click.Command:
    from paraph.client.cli.say import send

    return send


def _comment() -> click.Command:
    from paraph.client.cli.say import comment

    return comment


def _confirm() -> click.Command:
    from paraph.client.cli.say import confirm

    return confirm


def _dispatch() -> click.Command:
    from paraph.client.cli.say import dispatch

    return dispatch


def _gate() -> click.Command:
    from paraph.client.cli.conclude import gate

    return gate


def _powers() -> click.Command:
    from paraph.client.cli.conclude import powers

    return powers


def _initial() -> click.Command:
    from paraph.client.cli.conclude import initial

    return initial


def _sign() -> click.Command:
    from paraph.client.cli.conclude import sign

    return sign


def _unsign() -> click.Command:
    from paraph.client.cli.conclude import unsign

    return unsign


def _alternat() -> click.Command:
    from paraph.client.cli.concluded import alternat

    return alternat


def _effect() -> click.Command:
    from paraph.client.cli.concluded import effect

    return effect


def _conclude() -> click.Command:
    from paraph.client.cli.concluded import conclude

    return conclude


def _acknowledge() -> click.Command:
    from paraph.client.cli.say import acknowledge

    return acknowledge


def _attachment() -> click.Command:
    from paraph.client.cli.attachment import attachment

    return attachment


def _mandate() -> click.Command:
    from paraph.client.cli.mandate import mandate

    return mandate


def _clear() -> click.Command:
    from paraph.client.cli.clear import clear

    return clear


def _status() -> click.Command:
    from paraph.client.cli.status import status

    return status


def _propose() -> click.Command:
    from paraph.client.cli.propose import propose

    return propose


def _answer() -> click.Command:
    from paraph.client.cli.propose import answer

    return answer


def _position() -> click.Command:
    from paraph.client.cli.position import position

    return position


def _package() -> click.Command:
    from paraph.client.cli.position import package

    return package


def _recall() -> click.Command:
    from paraph.client.cli.propose import recall

    return recall


def _silence() -> click.Command:
    from paraph.client.cli.silence import silence

    return silence


def _inbox() -> click.Command:
    from paraph.client.cli.see import inbox

    return inbox


def _search() -> click.Command:
    from paraph.client.cli.search import search

    return search


def _show() -> click.Command:
    from paraph.client.cli.see import show

    return show


def _text() -> click.Command:
    from paraph.client.cli import text, text_comments, text_diff, text_lint

    del text_comments, text_diff, text_lint  # they join the group
    return text.text


def _export() -> click.Command:
    from paraph.client.cli.export import export

    return export


def _draft() -> click.Command:
    from paraph.client.cli import draft_send
    from paraph.client.cli.draft import draft

    draft.add_command(draft_send.inspect)
    draft.add_command(draft_send.send)
    return draft


def _finding() -> click.Command:
    from paraph.client.cli.scrutiny import finding

    return finding


def _scrub() -> click.Command:
    from paraph.client.cli.scrutiny import scrub

    return scrub


def _term() -> click.Command:
    from paraph.client.cli.scrutiny import term

    return term


def _agree() -> click.Command:
    from paraph.client.cli.joint import agree

    return agree


def _document() -> click.Command:
    from paraph.client.cli.document import document

    return document


def _vc() -> click.Command:
    from paraph.client.cli.vc import vc

    return vc


def _log() -> click.Command:
    from paraph.client.cli.see import log

    return log


def _sync() -> click.Command:
    from paraph.client.cli.see import sync

    return sync


def _bot() -> click.Command:
    from paraph.client.cli.bot import bot

    return bot


def _audit() -> click.Command:
    from paraph.client.cli import audit, audit_replay

    del audit_replay  # it joins the group
    return audit.audit


def _desk() -> click.Command:
    from paraph.client.cli.desk import desk

    return desk


def _demo() -> click.Command:
    from paraph.client.cli.demo import demo

    return demo


def _completion() -> click.Command:
    from paraph.client.cli.completion import completion

    return completion


COMMANDS: Final[Mapping[str, tuple[str, Callable[[], click.Command]]]] = {
    "desk": ("The desk in your browser: the whole job.", _desk),
    "party": ("Make a party, verify the other side's roots, accept its new keys.", _party),
    "channel": ("Found channels and list them.", _channel),
    "member": ("Enrol people and machines of your own party.", _member),
    "draft": ("Write a version in your editor.", _draft),
    "send": ("Send a version of the text.", _send),
    "confirm": ("Confirm that a version is the text you know.", _confirm),
    "comment": ("Comment, or answer a comment.", _comment),
    "dispatch": ("Send a numbered dispatch.", _dispatch),
    "propose": ("Make proposals, see whose turn it is.", _propose),
    "answer": ("Answer a proposal, or withdraw your own.", _answer),
    "position": ("Take positions on clauses; the matrix of both sides.", _position),
    "package": ("Tie clauses that stand or fall together.", _package),
    "recall": ("Take back what your side said.", _recall),
    "silence": ("Put words under silence, object, close.", _silence),
    "agree": ("Agree to what needs both sides.", _agree),
    "document": ("Side letters, understandings, minutes, the public line.", _document),
    "vc": ("Conferences: agenda, outcomes, minutes, actions, fingerprint.", _vc),
    "gate": ("Show what bars the text from being initialled or signed.", _gate),
    "powers": ("Show the full powers of a person.", _powers),
    "initial": ("Initial the text, and freeze it.", _initial),
    "sign": ("Sign an original.", _sign),
    "unsign": ("Take an initial or a signature back.", _unsign),
    "alternat": ("Settle how the two originals differ.", _alternat),
    "effect": ("State when a text comes into effect; suspend, resume, end it.", _effect),
    "conclude": ("Events, contested statements, the concluded package.", _conclude),
    "attachment": ("List and save files that came with statements.", _attachment),
    "mandate": ("Set and show what your party may negotiate; never leaves it.", _mandate),
    "clear": ("Ask for, review and release what leaves; never leaves your party.", _clear),
    "acknowledge": ("Say how far you have come with a statement.", _acknowledge),
    "status": ("What is open, whose turn it is, what is owed, is it one text.", _status),
    "inbox": ("Show what waits for you.", _inbox),
    "show": ("Show one statement, or the text of a version.", _show),
    "text": ("Read the text: side by side, brackets, findings.", _text),
    "finding": ("Findings of people: make, settle, list.", _finding),
    "scrub": ("Confirm that you have read a version through.", _scrub),
    "term": ("The glossary that both sides agree on.", _term),
    "export": ("Write a version for other programs and for paper.", _export),
    "search": ("Find words in everything that was opened here.", _search),
    "log": ("Show every entry of a channel's log.", _log),
    "sync": ("Fetch and verify what is new, send what waits.", _sync),
    "bot": ("Run the acknowledgement bot.", _bot),
    "audit": ("Verify a record offline, and replay it.", _audit),
    "demo": ("Play a whole negotiation on this machine.", _demo),
    "completion": ("Print the completion script of a shell.", _completion),
}


class Commands(click.Group):
    """The top of the tree: loads a command when it is used, and maps every error once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the work."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        del ctx
        found = COMMANDS.get(cmd_name)
        return found[1]() if found else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (about, _) in COMMANDS.items()])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,  # noqa: ANN401 - as click has it
    ) -> NoReturn:
        """Run a command and exit with its documented code."""
        del standalone_mode
        code = exits.OK
        try:
            found = super().main(
                args, prog_name or "paraph", complete_var, standalone_mode=False, **extra
            )
            code = found if isinstance(found, int) else exits.OK
        except ParaphError as error:
            for line in exits.lines_of(error):
                _tell(line)
            code = exits.code_of(error)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
        except click.ClickException as error:
            _tell(f"error: {_sentence(error.format_message())}")
            if isinstance(error, click.UsageError) and error.ctx is not None:
                _tell(f"hint: {error.ctx.command_path} --help shows the usage")
            code = exits.USAGE
        except (click.Abort, KeyboardInterrupt):
            _tell("error: interrupted")
            _tell("hint: nothing is lost; the same command may be repeated")
            code = exits.INTERRUPTED
        except BrokenPipeError:
            sys.stderr.close()
            code = exits.FAILED
        except OSError as error:
            _tell(f"error: {error.strerror or error}")
            _tell("hint: check the disk, and who may read and write there")
            code = exits.FAILED
        sys.exit(code)


def _tell(line: str) -> None:
    from paraph.client.cli.output import note

    note(line)


def _sentence(text: str) -> str:
    text = " ".join(text.split()).removesuffix(".")
    return text[:1].lower() + text[1:]


_EPILOG: Final = "\b\nExit codes:\n" + "\n".join(
    f"  {code:>3}  {meaning}" for code, meaning in exits.MEANING.items()
)


@click.group(
    cls=Commands,
    epilog="\b\nExample:\n  paraph demo\n\n" + _EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="paraph")
def cli() -> None:
    """Bring one text from a first draft to two signatures, between two ministries."""


def main() -> NoReturn:
    """Run the command line."""
    cycles.seldom()
    cli.main()
