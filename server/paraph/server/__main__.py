"""The command `paraph-relay`: everything an operator runs (server/OPERATING.md).

Exit codes: 0 ok, 1 failed, 2 usage or settings, 4 no relay serves there, 70 what is stored is not
what was signed, or can no longer be known.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from paraph.protocol.errors import InputError, IntegrityError, ParaphError, UnavailableError
from paraph.server.exits import FAILED, INTEGRITY, UNREACHABLE, USAGE

__all__ = ["cli", "main"]

F = TypeVar("F", bound=Callable[..., Any])


def _home(function: F) -> F:
    """Give a command its directory, as an argument or as --home."""
    option = click.option(
        "--home", envvar="PARAPH_RELAY_HOME", metavar="DIR", help="The same as DIR."
    )
    return click.argument("directory", metavar="[DIR]", required=False)(option(function))


def _directory(directory: str | None, home: str | None) -> Path:
    if (
        directory
        and home
        and click.get_current_context().get_parameter_source("home")
        is click.core.ParameterSource.COMMANDLINE
    ):
        raise click.UsageError("expected DIR or --home, not both")
    found = directory or home
    if not found:
        raise click.UsageError("expected the relay's directory: DIR, --home or PARAPH_RELAY_HOME")
    return Path(os.path.abspath(found))  # noqa: PTH100 - links stay as they were given


_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96})
@click.version_option(package_name="paraph", prog_name="paraph-relay")
def cli() -> None:
    """Run a Paraph relay: one process that can read nothing and forge nothing.

    \b
    paraph-relay init relay --party USA --party RUS
    paraph-relay serve relay
    """  # noqa: D301 - click reads the backspace


@cli.command(short_help="Make a relay's directory.")
@_home
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8443, show_default=True, type=click.IntRange(0, 65535),
              help="Port to listen on; 0 = chosen at each start.")  # fmt: skip
@click.option("--address", metavar="URL", default="",
              help="What parties connect to. [default: https://HOST:PORT]")  # fmt: skip
@click.option("--origin", metavar="PREFIX", default="",
              help="Begins the name of every log, for good. [default: host/paraph]")  # fmt: skip
@click.option("--party", "parties", multiple=True, metavar="CODE",
              help="Make an enrolment code for this party; may be repeated.")  # fmt: skip
@click.option("--codes", default=0, type=click.IntRange(0, 100),
              help="Make so many more codes, for nobody in particular.")  # fmt: skip
@click.option("--plain-http", is_flag=True, help="No TLS; on a loopback address only, for tests.")
@_json
def init(  # noqa: PLR0917 - click hands each option over by its name
    directory: str | None,
    home: str | None,
    host: str,
    port: int,
    address: str,
    origin: str,
    parties: Sequence[str],
    codes: int,
    plain_http: bool,
    as_json: bool,
) -> None:
    """Make a relay's directory: settings, keys, certificate, database, card, codes.

    Without --party and --codes, two codes are made. What stands there already is never touched.
    """
    import asyncio

    from paraph.server import cards, init

    whom = [*parties, *("any party" for _ in range(codes))] or ["any party", "any party"]
    place = _directory(directory, home)
    wanted = init.settings(
        place, host=host, port=port, address=address, origin=origin, plain=plain_http
    )
    made = asyncio.run(init.make(wanted, whom))
    described = cards.describe_card(made.card)
    if as_json:
        listed = [{"party": each, "code": made_code} for each, made_code in made.codes]
        _print_json(
            {
                "home": str(place),
                "card": str(place / cards.CARD_FILE),
                "address": made.card.address,
                "pin": made.card.pin.hex(),
                "origin_prefix": made.card.origin_prefix,
                "codes": listed,
            }
        )
        return
    click.echo(f"A relay stands in {place}\n")
    for name, value in {**described, "card": str(place / cards.CARD_FILE)}.items():
        _row(name, value)
    click.echo(
        "\nEnrolment codes: each admits the roots of one party, once. Shown now, kept nowhere."
    )
    for each, made_code in made.codes:
        _row(each, made_code)
    click.echo(
        f"\nNext:\n  1. paraph-relay serve {place}\n"
        f"  2. Give each party {cards.CARD_FILE} and its code, and read the pin to each other.\n"
        "  3. Each party: paraph party init, then paraph channel propose or accept."
    )
    if port == 0:
        click.echo("  The port is chosen at each start, and the card written anew then.")


@cli.command()
@_home
def serve(directory: str | None, home: str | None) -> None:
    """Serve until SIGTERM; SIGHUP reloads the certificate.

    One JSON line on stdout says when it accepts connections, and so does the file relay.ready.
    Log lines (JSON, without content) go to stderr.
    """
    import asyncio

    from paraph.server import lean

    with lean.imports():
        from paraph.server import config, logs
        from paraph.server.serving import Process

    found = config.load(_directory(directory, home))
    logs.configure(found.log.level)
    code = asyncio.run(Process(found, _print_json).run())
    if code == INTEGRITY:
        sys.stderr.flush()
        os._exit(INTEGRITY)  # what still runs may be writing what is not known to be right
    sys.exit(code)


@cli.command(short_help="Show the figures of the relay that serves.")
@_home
@_json
def status(directory: str | None, home: str | None, as_json: bool) -> None:
    """Ask the relay that serves here for its figures; no names, no content."""
    from paraph.server import config, control

    place = config.load(_directory(directory, home)).home
    told = control.ask(place, "status")
    if told is None:
        if as_json:
            _print_json({"running": False})
        raise UnavailableError(
            f"no relay serves {place}", code="unreachable", hint=f"paraph-relay serve {place}"
        )
    if as_json:
        _print_json(told)
        return
    for name, value in told.items():
        _row(name.replace("_", " "), str(value).lower() if isinstance(value, bool) else value)


@cli.command(short_help="Check everything, and say what to do about it.")
@_home
@_json
def doctor(directory: str | None, home: str | None, as_json: bool) -> None:
    """Check settings, modes, certificate, clock, disk, database and every root.

    Exit code 0: nothing failed (there may be warnings). 1: something failed. 70: what is stored
    is not what was signed.
    """
    from paraph.server import doctor

    place = _directory(directory, home)
    findings = doctor.examine(place)
    code = doctor.exit_code(findings)
    if as_json:
        _print_json({"ok": code == 0, "findings": [each.as_dict() for each in findings]})
        sys.exit(code)
    for each in findings:
        click.echo(f"{each.level:5}{each.check:18}{each.says}")
        if each.fix:
            click.echo(f"{'':23}fix: {each.fix}")
    failed = sum(each.level == doctor.FAIL for each in findings)
    warned = sum(each.level == doctor.WARN for each in findings)
    click.echo(f"{failed} failed, {warned} warnings, {len(findings)} looked at")
    sys.exit(code)


@cli.command(short_help="Make one more enrolment code.")
@_home
@click.option("--party", "label", default="any party", metavar="CODE",
              help="For whom, as a note to yourself.")  # fmt: skip
@_json
def code(directory: str | None, home: str | None, label: str, as_json: bool) -> None:
    """Make one more enrolment code, whether or not the relay serves."""
    import asyncio

    from paraph.server import config, control
    from paraph.server.serving import mint_offline

    found = config.load(_directory(directory, home))
    told = control.ask(found.home, "code", label=label)
    made: str = told["code"] if told else asyncio.run(mint_offline(found, label))
    if as_json:
        _print_json({"party": label, "code": made})
    else:
        _row(label, made)


@cli.command(short_help="Show the relay card, and renew it where it is stale.")
@_home
@_json
def card(directory: str | None, home: str | None, as_json: bool) -> None:
    """Show the relay card; write it anew where address or certificate have changed."""
    from paraph.server import cards, config
    from paraph.server.serving import current_card

    found = config.load(_directory(directory, home))
    made, anew = current_card(found)
    if as_json:
        _print_json(
            {
                "card": str(found.path(cards.CARD_FILE)),
                "address": made.address,
                "pin": made.pin.hex(),
                "origin_prefix": made.origin_prefix,
                "written_anew": anew,
            }
        )
        return
    for name, value in cards.describe_card(made).items():
        _row(name, value)
    _row("card", str(found.path(cards.CARD_FILE)))
    if anew:
        click.echo("It was written anew: give it to every party, and read the pin to each other.")


def _row(name: str, value: object) -> None:
    click.echo(f"  {name:20}{value}")


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
    sys.stdout.flush()


def _exit_of(error: ParaphError) -> int:
    if isinstance(error, IntegrityError):
        return INTEGRITY
    if isinstance(error, InputError):
        return USAGE
    if isinstance(error, UnavailableError) and error.code == "unreachable":
        return UNREACHABLE
    return FAILED


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; no error of an operator's ends in a traceback."""
    os.umask(0o077)
    try:
        cli.main(args=arguments, prog_name="paraph-relay", standalone_mode=False)
        sys.exit(0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except ParaphError as error:
        click.echo(f"error: {error}", err=True)
        if error.hint:
            click.echo(f"hint: {error.hint}", err=True)
        sys.exit(_exit_of(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(FAILED)
    except OSError as error:
        click.echo(f"error: {error.filename or 'the system'}: {error.strerror}", err=True)
        sys.exit(FAILED)
    except Exception as error:  # noqa: BLE001  a bug: the operator can report it, and restart
        from paraph.server.logs import describe

        told = describe(error)
        click.echo(f"error: a fault of the relay's own: {told['error']}, {told['where']}", err=True)
        click.echo("hint: report it with this line; what was answered is safe", err=True)
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
