"""What every command needs: the home, its passphrase, the relay, the time, how to print."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from paraph.client.channel.tools import Tools
from paraph.client.keys.passphrase import PASSPHRASE_VARIABLE, read_passphrase
from paraph.protocol.errors import InputError

if TYPE_CHECKING:
    from paraph.client.keys.home import ChannelHome, Home
    from paraph.client.keys.vault import Vault

T = TypeVar("T")

INTERNAL: Final = "internal"
"""What names the internal channel where there is one."""
LEAST_PASSPHRASE: Final = 8


class Seat:
    """Where a command runs: one home, opened as far as the command asks."""

    def __init__(
        self, path: Path | None, passphrase_file: Path | None, as_json: bool, tools: Tools
    ) -> None:
        self._path = path
        self._passphrase_file = passphrase_file
        self.as_json: Final = as_json
        self.tools: Final = tools

    @functools.cached_property
    def home(self) -> Home:
        """The home folder."""
        from paraph.client.keys.home import Home, default_home

        return Home(self._path or default_home())

    @functools.cached_property
    def vault(self) -> Vault:
        """The open key file."""
        if not self.home.vault_path.exists():
            raise no_home(self.home.path)
        return self.tools.open_vault(self.home.vault_path, self.passphrase())

    def passphrase(self, *, new: bool = False) -> bytes:
        """Return the passphrase from its file, or ask for it without showing it.

        Args:
            new: It is for a new key file: ask twice, refuse a short one.

        Raises:
            InputError: No way to get it, others can read the file, or too short.
        """
        chosen = self._passphrase_file or os.environ.get(PASSPHRASE_VARIABLE)
        if chosen:
            found = read_passphrase(Path(chosen))
        elif sys.stdin.isatty():
            asked = click.prompt(
                "Passphrase", hide_input=True, confirmation_prompt=new, err=True, type=str
            )
            found = asked.encode()
        else:
            raise InputError(
                "expected a passphrase",
                code="passphrase",
                hint="give --passphrase-file FILE (mode 0600), or run on a terminal",
            )
        if new and len(found.decode(errors="replace")) < LEAST_PASSPHRASE:
            raise InputError(
                f"expected a passphrase of at least {LEAST_PASSPHRASE} characters",
                code="passphrase",
                hint="six words or more that nobody would guess",
            )
        return found

    def channel(self, text: str) -> ChannelHome:
        """Return the channel meant by its name, the beginning of its id, or `internal`.

        Without *text* it is the one channel there is, or the one that is shared.

        Raises:
            InputError: None, or several.
        """
        from paraph.client.negotiating.chancery import is_internal

        folders = self.home.channels()
        if text not in {"", INTERNAL} and folders:
            return self.home.find_channel(text)
        if not text and len(folders) == 1:
            return folders[0]
        fitting = [each for each in folders if is_internal(each) == bool(text)]
        if len(fitting) == 1:
            return fitting[0]
        raise self._no_channel(text, len(folders), len(fitting))

    def _no_channel(self, text: str, known: int, fitting: int) -> InputError:
        if not self.home.vault_path.exists():
            return no_home(self.home.path)
        if not known:
            return InputError(
                "this home has no channel yet",
                code="channel",
                hint="paraph channel propose or accept founds one; paraph member request joins"
                " one of your party",
            )
        if fitting:
            return InputError(
                f"expected one channel, found {fitting}",
                code="channel",
                hint="paraph channel list shows them; give --channel with the start of an id",
            )
        if text:
            return InputError(
                "this home has no internal channel",
                code="channel",
                hint="paraph channel internal founds one; paraph member request joins your party's",
            )
        return InputError(
            "this home has no channel with another party",
            code="channel",
            hint="paraph channel propose or accept founds one; --channel internal means the other",
        )

    def languages(self) -> tuple[str, ...]:
        """Return the working languages of every channel of this home, ascending."""
        from paraph.client.negotiating.chancery import languages_of

        return languages_of(self.home)

    def internal(self) -> ChannelHome | None:
        """Return the one internal channel of this home; nothing where there is none."""
        from paraph.client.negotiating.chancery import internal_of

        return internal_of(self.home)

    def now(self) -> int:
        """Return this machine's time, POSIX ms."""
        return self.tools.now()


def no_home(path: Path) -> InputError:
    """Return the refusal of a folder that is nobody's home: it holds no key file."""
    return InputError(
        f"expected the home of a person: {path} holds no key file",
        code="no-vault",
        hint="give the right --home, or PARAPH_HOME; paraph party init makes a party in it,"
        " paraph member request a second person",
    )


def seated(command: Callable[..., T]) -> Callable[..., T]:
    """Give *command* a :class:`Seat` and the options that make one."""

    @click.option(
        "--home", type=click.Path(path_type=Path), help="Folder of this person. [env: PARAPH_HOME]"
    )
    @click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path),
        help="File with the passphrase, mode 0600; otherwise it is asked for."
        " [env: PARAPH_PASSPHRASE_FILE]",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    @functools.wraps(command)
    def run(
        *args: Any,  # noqa: ANN401 - whatever options the command has
        home: Path | None,
        passphrase_file: Path | None,
        as_json: bool,
        **options: Any,  # noqa: ANN401 - the same
    ) -> T:
        found = click.get_current_context().obj
        tools = found if isinstance(found, Tools) else Tools()
        return command(Seat(home, passphrase_file, as_json, tools), *args, **options)

    return run


def example(*lines: str) -> str:
    """Return the examples that stand below a command's help."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run *work* to its end in a loop of its own."""
    import asyncio

    return asyncio.run(work)


def pairs(values: tuple[str, ...], option: str) -> dict[str, str]:
    """Return options of the form LANG=TEXT as a mapping.

    Raises:
        InputError: One has another form, or a language is given twice.
    """
    found: dict[str, str] = {}
    for value in values:
        language, separator, words = value.partition("=")
        if not separator or not language or not words or language in found:
            raise InputError(
                f"expected {option} LANG=TEXT, each language once",
                hint=f'for example {option} en="Ministry of Example"',
            )
        found[language] = words
    return found


def instant(value: str, option: str) -> int:
    """Return an ISO 8601 instant as POSIX ms; 0 for nothing.

    Raises:
        InputError: Not an instant with its zone.
    """
    from paraph.client.writing.blocks import instant as parse

    if not value:
        return 0
    try:
        return parse(value)
    except ValueError:
        raise InputError(
            f"expected {option} to be an instant with its zone, as 2015-10-14T13:00:00Z"
        ) from None
