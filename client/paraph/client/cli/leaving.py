"""How a command lets things leave: its options, kept beside the command that runs.

Every command that speaks has them, and none sees them: the door asks for them
(:mod:`paraph.client.cli.door`).
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from paraph.protocol.errors import ParaphError

T = TypeVar("T")

_META = "paraph.leaving"


@dataclasses.dataclass(slots=True)
class Leave:
    """How a command wants to let things leave.

    Attributes:
        attach: Files to seal with the statement.
        yes: Go on where something is to be asked.
        authority: Who confirmed the trip words.
        ask: Ask for clearance in the internal channel, and send nothing.
        show: Show what would leave, and send nothing.
        confirm: Show and ask in any case on a terminal.
    """

    attach: tuple[Path, ...] = ()
    yes: bool = False
    authority: str = ""
    ask: bool = False
    show: bool = False
    confirm: bool = False


class HeldBackError(ParaphError):
    """Nothing was said, as the command asked: only shown, or clearance was asked for."""

    code = "held-back"


def leave() -> Leave:
    """Return how the running command wants to let things leave."""
    found: Leave = click.get_current_context().meta.setdefault(_META, Leave())
    return found


def on_terminal() -> bool:
    """Tell whether somebody is there to be asked."""
    return sys.stdin.isatty()


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:  # noqa: ANN401 - as click
    if value:
        setattr(ctx.meta.setdefault(_META, Leave()), str(param.name), value)


def leave_options(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options about what leaves; the command itself never sees them."""
    for option in (
        click.option(
            "--ask",
            is_flag=True,
            expose_value=False,
            callback=_keep,
            help="Ask for clearance in the internal channel; send nothing.",
        ),
        click.option(
            "--authority-confirmed",
            "authority",
            default="",
            metavar="WHO",
            expose_value=False,
            callback=_keep,
            help="Who confirmed the trip words; never sent.",
        ),
        click.option(
            "--yes",
            is_flag=True,
            expose_value=False,
            callback=_keep,
            help="Go on where something is to be asked.",
        ),
        click.option(
            "--attach",
            multiple=True,
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            metavar="FILE",
            expose_value=False,
            callback=_keep,
            help="Attach a file, up to 2 GiB; repeat.",
        ),
    ):
        command = option(command)
    return command
