"""`--example`: print a file to begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

T = TypeVar("T")


def example_option(
    read: Callable[[], str], words: str = "Print a file to begin with, and end."
) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Add the option that prints what *read* gives, and ends the command.

    Args:
        read: Imports the file only when somebody asks for it.
        words: What the help says.
    """

    def show(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        del param
        if value and not ctx.resilient_parsing:
            click.echo(read(), nl=False)
            ctx.exit()

    return click.option(
        "--example", is_flag=True, is_eager=True, expose_value=False, callback=show, help=words
    )
