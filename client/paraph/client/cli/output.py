"""What a command prints: one JSON object, or lines and tables for people.

The words of the other side are never trusted with the terminal: control characters, and those
that turn the direction of writing, are shown and not obeyed. Colours and boxes come only on a
terminal, and not with ``NO_COLOR``. Progress goes to stderr.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final, Protocol

import click

from paraph.client.progress import Unit, watching
from paraph.client.reading.visible import HOSTILE, one_line, visible


def to_json(value: object) -> str:
    """Return *value* as JSON; bytes as hex, hostile characters escaped."""
    dumped = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    return HOSTILE.sub(_escaped, dumped)


def _escaped(found: re.Match[str]) -> str:
    units = found.group().encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"cannot be shown as JSON: {type(value).__name__}")


def say(text: str = "") -> None:
    """Print a line of our own or a peer's words, made visible."""
    click.echo("\n".join(visible(line) for line in text.split("\n")))


def note(text: str) -> None:
    """Print a line on stderr: what is going on, not what was asked for."""
    click.echo(visible(text), err=True)


_CHANNEL: Final = "paraph.channel"


def mark_channel(channel: bytes, *, exercise: bool, aside: bool = False) -> None:
    """Mark what this command prints: with its channel, and whether all in it is an exercise.

    Args:
        channel: Channel id.
        exercise: As its charter says.
        aside: Only if nothing else is marked: the party's internal channel beside the shared one.
    """
    context = click.get_current_context(silent=True)
    if context is None or (aside and _CHANNEL in context.meta):
        return
    context.meta[_CHANNEL] = {"channel": channel, "exercise": exercise}
    if exercise:
        note("EXERCISE")


def emit(as_json: bool, value: Mapping[str, object], lines: Iterable[str] = ()) -> None:
    """Print *value* as JSON behind what :func:`mark_channel` says, or *lines* for people."""
    if as_json:
        context = click.get_current_context(silent=True)
        marks = context.meta.get(_CHANNEL, {}) if context is not None else {}
        click.echo(to_json({**marks, **value}))
        return
    for line in lines:
        say(line)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Print *rows* with rich on a terminal, or yield plain aligned lines."""
    cells = [[one_line(each) for each in row] for row in rows]
    if sys.stdout.isatty():
        _rich_table(columns, cells)
        return
    widths = [max(len(row[at]) for row in [list(columns), *cells]) for at in range(len(columns))]
    for row in [[each.upper() for each in columns], *cells]:
        yield "  ".join(each.ljust(width) for each, width in zip(row, widths, strict=True)).rstrip()


def _rich_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False)
    for at, column in enumerate(columns):
        # The last column holds words and may wrap; ids and times stay whole.
        made.add_column(column, no_wrap=at < len(columns) - 1)
    for row in rows:
        made.add_row(*(Text(each) for each in row))
    Console().print(made)


class Tick(Protocol):
    """Called with how much is done so far."""

    def __call__(self, done: int, total: int) -> None:
        """Show that *done* of *total* are done; *total* may grow."""


def _silent(done: int, total: int) -> None:
    pass


@contextmanager
def progress(what: str, *, quiet: bool = False) -> Iterator[Tick]:
    """Show a progress bar on stderr while something long runs; nothing off a terminal."""
    if quiet or not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bars:
        bar = bars.add_task(what, total=None)

        def tick(done: int, total: int) -> None:
            bars.update(bar, completed=done, total=total)

        yield tick


@contextmanager
def watched() -> Iterator[None]:
    """Show a progress bar for whatever crosses or is read in parts while the block runs."""
    with ExitStack() as shown:
        bar: dict[Unit, Tick] = {}  # one at a time: a terminal shows no two

        def watch(unit: Unit, done: int, total: int) -> None:
            if unit not in bar:
                shown.close()
                bar.clear()
                bar[unit] = shown.enter_context(progress(unit))
            bar[unit](done, total)

        with watching(watch):
            yield
